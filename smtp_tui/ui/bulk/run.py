"""A run: how far it is, and what came of each entry."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.mail.outcome import WORDS_LIMIT, Verdict
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import Situation, bindings
from smtp_tui.ui.base import Dialog, FullScreen
from smtp_tui.ui.bulk.current_run import RunEnded, counts_words, pace_words
from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import tell
from smtp_tui.ui.services import Services
from smtp_tui.ui.theme import VERDICTS
from smtp_tui.ui.widgets.bars import several_profiles
from smtp_tui.ui.widgets.filtered_table import FilteredTable, notice_content
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import QUIET, Column, LazyRows, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.operator import Kind
from smtp_tui.workflows.plan import PlanEntry
from smtp_tui.workflows.progress import Counts, Progress, Result
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Session

LOOK_SECONDS: Final = 0.25
"""Between two looks at a run: each costs bytes."""
_SIGNS: Final = {
    Progress.LEFT: (" ", QUIET),
    Progress.UNDER_WAY: ("…", "accent"),
    Progress.DONE: ("✓", "good"),
    Progress.ALREADY: ("✓", QUIET),
    Progress.FAILED: ("✗", "bad"),
    Progress.UNKNOWN: ("?", "unknown"),
}
"""The sign of an outcome, and its role."""
_OUTCOME: Final = 2
_ABOUT: Final = "this run"


class RunScreen(FullScreen[None]):
    """Shows the run of this program while it goes on, and afterwards. Leaving it stops nothing."""

    ACTIONS = ("run.failures", "run.retry", "run.filter", "run.copy", "run.save")
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    DEFAULT_CSS = """
    RunScreen #bar { height: 2; padding: 0 1; }
    RunScreen #words { height: auto; max-height: 50%; padding: 0 1; }
    """
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("record", "RECORD", 12, flexible=True),
        Column("profile", "PROFILE", 14, priority=1),
        Column("outcome", "OUTCOME", 12, flexible=True, grows=True),
    )

    def __init__(self, session: Session | None, services: Services) -> None:
        super().__init__(session, services.clock)
        self._services = services
        self._current = services.current_run
        targets = (source.target for source in self._current.sources)
        self._profile_bar.instead = several_profiles(targets)
        self._failures = False
        self._seen: tuple[Result, ...] = ()
        self._shown: list[str] = []
        self._possible = Situation()
        self._bar = PlainText(id="bar")
        self._list, self._words = FilteredTable(self.COLUMNS), PlainText(id="words")
        self._list.table.takes_marks = False

    def compose_body(self) -> Iterable[Widget]:
        """How far it is, the outcomes, and the whole words of the one under the cursor."""
        yield from (self._bar, self._list, self._words)

    def on_screen_resume(self) -> None:
        """In front: nothing else has to tell how the run ended."""
        self._current.watched = True

    def on_screen_suspend(self) -> None:
        """Not in front any more."""
        self._current.watched = False

    def on_unmount(self) -> None:
        """Left."""
        self._current.watched = False

    def on_mount(self) -> None:
        """Look at the run, again and again while it goes on."""
        self.set_focus(self._list.table)
        self._list.watch_filter(self._fill)
        self.watch(self._list.table, "cursor_id", self.show_words, init=False)
        self._timer = self.set_interval(LOOK_SECONDS, self._look)
        self._look()

    @property
    def run(self) -> Run:
        """The run that is shown."""
        assert self._current.run is not None
        return self._current.run

    @property
    def situation(self) -> Situation:
        """Whether something can be carried out again."""
        return self._possible

    @on(RunEnded)
    def _look(self) -> None:
        """Show what is new; once it has ended there is nothing to look for any more."""
        results = tuple(self.run.results)
        if results != self._seen:
            self._seen = results
            self._fill()
        self._show()
        if self._current.under_way:
            self._timer.resume()
        else:
            self._timer.pause()

    def on_resize(self) -> None:
        """Draw the bar as wide as there is room."""
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        counts, current = self.run.counts, self._current
        width = max(10, self.size.width - 4)
        halted = self.run.stopped and counts.left
        pace = "" if halted else pace_words(counts, current.pace.ended, current.seconds)
        words = ", ".join(filter(None, (counts_words(counts), pace)))
        self._bar.update(Content("\n").join([bar_content(counts, width), Content(words)]))
        self.panel.show(
            clean(self.run.plan.title, 80), Content.styled(self._state_words(counts), "dim")
        )
        again = bool(counts.left) or bool(self.run.can_retry)
        possible = Situation(
            run_ended=not current.under_way,
            can_retry=again,
            goes_on=again and not self.run.can_retry,
            stops=current.under_way and not self.run.stopped,
        )
        if possible != self._possible:  # each key of the screen asks for it
            self._possible = possible
            self.show_situation()

    def _state_words(self, counts: Counts) -> str:
        """What happens now, and where the backup is."""
        back = bound(self, self.BACK).last_key
        if not self._current.under_way:
            state = "stopped, the rest is kept" if counts.left else "ended"
        elif self.run.stopped:
            state = f"stops after the {counts.under_way} under way · {back} leaves"
        else:
            state = f"{counts.under_way} under way · {back} stops after them"
        shown = ("failures only",) if self._failures else ()
        saved = (f"backup: {clean(str(path), 300)}" for path in self._current.backups)
        return " · ".join((state, *shown, *saved))

    def _fill(self) -> None:
        """Fill the table with the outcomes that are looked for."""
        words = self._list.filter_text.casefold().split()
        numbers = [number for number in range(len(self._seen)) if self._wanted(number, words)]
        ids, shown = [*map(str, numbers)], self._shown
        if ids != shown or not self._current.under_way:  # else the columns need no new look
            self._shown = ids
            self._list.table.rows = LazyRows(ids, self._row)
        self._list.table.look_again()
        if not ids:
            ended = (
                "Nothing failed." if not self._current.under_way else "Nothing has failed so far."
            )
            nothing = notice_content("No failures", ended, Content())
            self._list.table.notice = self._list.nothing_found if words else nothing
        self.show_words()

    def show_words(self) -> None:
        """Show what came of the entry under the cursor, in words that no column cuts."""
        row_id = self._list.table.cursor_id
        words = self.run.results[int(row_id)].words if row_id is not None else ""
        self._words.update(clean(words, 600))
        self._words.display = bool(words)

    def _wanted(self, number: int, words: list[str]) -> bool:
        bad = (Progress.FAILED, Progress.UNKNOWN)
        if self._failures and self.run.results[number].progress not in bad:
            return False
        text = " ".join(self._row(str(number)).cells).casefold() if words else ""
        return all(word in text for word in words)

    def _row(self, row_id: str) -> Row:
        entry, result = self.run.plan.entries[int(row_id)], self.run.results[int(row_id)]
        sign, role, words = outcome_words(result)
        cells = (entry.named, clean(entry.profile, 40), f"{sign} {words}")
        return Row(row_id, cells, (Look(_OUTCOME, role, 0, 1 if role != QUIET else 1_000),))

    # Keys

    @on(RecordsTable.Opened)
    def show_outcome(self, event: RecordsTable.Opened) -> None:
        """Show all that is known of what came of an entry."""
        if event.row_id is not None:
            number = int(event.row_id)
            entry, result = self.run.plan.entries[number], self.run.results[number]
            self.app.push_screen(OutcomeDialog(entry, result))

    def action_back(self) -> None:
        """Close the filter; stop after what is under way; then leave, and it goes on."""
        if self._list.close_filter():
            return
        if self._current.under_way and not self.run.stopped:
            self.run.stop()
            self._show()
        else:
            self.dismiss(None)

    def action_failures(self) -> None:
        """Show only what failed or is unknown, or all again."""
        self._failures = not self._failures
        self._fill()
        self._show()

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    @work(group="retry", description="go on with a run")
    async def action_retry(self) -> None:
        """Carry out what failed with nothing done, and what is left."""
        await self._current.go_on(self.app)
        self._look()

    def action_copy(self) -> None:
        """Offer the outcomes as text and as JSON."""
        forms = {"text": self._text(), "JSON": outcomes_json(self.run)}
        self.app.push_screen(CopyDialog(forms, of="the outcomes", action="run.copy"))

    def _text(self) -> str:
        rows = (self._row(row_id) for row_id in map(str, range(len(self.run.results))))
        return "\n".join("\t".join(row.cells) for row in rows)

    def action_save(self) -> None:
        """Save the outcomes as JSON."""
        self.run_worker(self._save(), group="save outcomes", exclusive=True)

    async def _save(self) -> None:
        store, run = self._services.run_store, self.run
        try:
            path = await asyncio.to_thread(lambda: store.save("outcomes", outcomes_json(run)))
        except FileProblem as problem:
            tell(self, clean(str(problem), 400), about=_ABOUT, kind=Kind.BAD)
        else:
            tell(self, f"Saved: {clean(str(path), 400)}", about=_ABOUT, kind=Kind.GOOD)


class OutcomeDialog(Dialog[None]):
    """What came of an entry, whole, after what was to be sent."""

    WIDTH = 100
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("q,enter", "cancel", show=False),
    ]

    def __init__(self, entry: PlanEntry, result: Result) -> None:
        super().__init__()
        self._entry, self._result = entry, result
        self.title = f"{entry.verb} {entry.named}"

    def compose_box(self) -> Iterable[Widget]:
        """What was to be sent, and what came of it."""
        sign, role, words = outcome_words(self._result, WORDS_LIMIT)
        changes = (Content(clean(words, 400)) for words in self._entry.changes)
        outcome = Content.styled(f"{sign} {words}".strip() or Progress.LEFT.value, f"${role}")
        if role == QUIET:
            outcome = Content(outcome.plain)
        profile = Content(f"profile {clean(self._entry.profile, 40)}")
        yield PlainText(Content("\n").join([profile, *changes, Content(), outcome]))

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        return (("↑ ↓", "Scroll"), (self.cancel_key, "Back"))


def bar_content(counts: Counts, width: int) -> Content:
    """A bar of so many cells: done, failed, unknown, and what is left."""
    total = counts.ended + counts.left
    parts = ((counts.good, "good"), (counts.failed, "bad"), (counts.unknown, "unknown"))
    cells, before, drawn = 0, 0, []
    for number, role in parts:
        before += number
        end = round(width * before / total) if total else width
        drawn.append(Content.styled("━" * (end - cells), f"${role}"))
        cells = end
    return Content.assemble(*drawn, ("─" * (width - cells), "dim"))


def outcome_words(result: Result, limit: int = 400) -> tuple[str, str, str]:
    """The sign of a result, its role, and its words; of a reason so many characters."""
    sign, role = _SIGNS[result.progress]
    words = result.progress.value
    if result.verdict is not None:
        sign, role, words = result.verdict.sign, VERDICTS[result.verdict], result.verdict.value
    if result.progress is Progress.LEFT:
        words = "" if not result.words else words
    more = clean(result.words, limit)
    return sign, role, f"{words}: {more}" if more and words else words or more


def outcomes_json(run: Run) -> str:
    """The outcomes of a run as JSON."""
    told = zip(run.plan.entries, run.results, strict=True)
    outcomes = [
        {
            "profile": entry.profile,
            "operation": entry.verb,
            "id": entry.record_id,
            "name": entry.record.name if entry.record is not None else entry.name,
            "outcome": result.progress.value,
            "verdict": result.verdict.value if isinstance(result.verdict, Verdict) else None,
            "words": result.words,
        }
        for entry, result in told
    ]
    value = {"run": run.id, "title": run.plan.title, "outcomes": outcomes}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
