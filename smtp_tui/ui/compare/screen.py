"""Two sides, record by record: what is the same, what differs, and the plan that changes it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.api.target import Access, HostRefused
from smtp_tui.editing.values import value_in, value_words
from smtp_tui.text import clean, counted, padded, record_name
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, FullScreen, opens_screen
from smtp_tui.ui.bulk.copy_to import entries_with_secrets
from smtp_tui.ui.bulk.jobs import may_begin, review
from smtp_tui.ui.bulk.profiles import known_profiles
from smtp_tui.ui.bulk.run import RunScreen
from smtp_tui.ui.compare.sides import FileSide, ProfileSide, Side, SideProblem
from smtp_tui.ui.keymap import bound, error_text
from smtp_tui.ui.messages import MessagesApp, tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.profiles.which import WhichProfileDialog
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.bars import key_content, several_profiles
from smtp_tui.ui.widgets.filtered_table import FilteredTable, notice_content
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.compare import Match, Pair, compare_lists
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.plan import Place, Plan, titled
from smtp_tui.workflows.session import Session

_COLUMNS: Final = (
    Column("name", "NAME", 14, flexible=True),
    Column("match", "COMPARED", 12),
    Column("differences", "DIFFERENCES", 24, flexible=True),
)
_SIGNS: Final = {
    Match.SAME: ("=", "quiet"),
    Match.DIFFERENT: ("~", "warn"),
    Match.ONLY_LEFT: ("◀", "accent"),
    Match.ONLY_RIGHT: ("▶", "accent"),
}


class CompareScreen(FullScreen[None]):
    """The left side is a profile, the right one a profile or a file."""

    ACTIONS = (
        *("compare.to_right", "compare.to_left", "compare.mark", "compare.mark_all"),
        *("compare.same", "compare.filter", "compare.refresh"),
    )
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    AUTO_FOCUS = ""

    def __init__(self, services: Services, left: ProfileSide, right: Side) -> None:
        super().__init__(None, services.clock)
        self._services = services
        self._left, self._right = left, right
        self._pairs: dict[str, Pair] = {}
        self._read = (0, 0)
        self._shows_same = False
        self._problem: ApiError | SideProblem | None = None
        self._list = FilteredTable(_COLUMNS)
        both = Content("  ·  ").join(each.place for each in (left, right))
        targets = [each.session.target for each in (left, right) if isinstance(each, ProfileSide)]
        title = several_profiles(targets, "compare")
        self._profile_bar.instead = Content.assemble(title, "  ", both)

    @property
    def table(self) -> RecordsTable:
        """The pairs."""
        return self._list.table

    def compose_body(self) -> Iterable[Widget]:
        """The table."""
        yield self._list

    def on_mount(self) -> None:
        """Read both sides."""
        self.set_focus(self.table)
        self._list.watch_filter(self.show_pairs)
        self.show_pairs()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read both sides again."""
        self._load()

    @work(group="load", exclusive=True, description="read what is compared")
    async def _load(self) -> None:
        operator = ScreenOperator(self)
        try:
            left, right = await asyncio.gather(
                self._left.records(operator), self._right.records(operator)
            )
        except (ApiError, SideProblem) as problem:
            self._problem = problem
        else:
            self._problem = None
            self._take(left, right)
        self.show_pairs()

    def _take(self, left: tuple[Record, ...], right: tuple[Record, ...]) -> None:
        """Show these records from now on; marks stay where there is still a difference."""
        self._read = len(left), len(right)
        self._pairs = {_row_id(pair): pair for pair in compare_lists(left, right)}
        differ = {key for key, pair in self._pairs.items() if pair.match is not Match.SAME}
        self.table.marks = frozenset(self.table.marks & differ)

    def show_pairs(self) -> None:
        """Show what differs, and on demand what is the same too."""
        if not self.is_attached:
            return
        shown = (
            _row(key, pair)
            for key, pair in self._pairs.items()
            if self._shows_same or pair.match is not Match.SAME
        )
        self.table.rows = self._list.matching(shown)
        differ = any(pair.match is not Match.SAME for pair in self._pairs.values())
        self.table.notice = self._list.nothing_found if differ else self._notice()
        self.show_status()

    def _notice(self) -> Content:
        again = bound(self, "compare.refresh")
        keys = key_content(again.first_key, again.label)
        if isinstance(self._problem, ApiError):
            return notice_content("✗ Not compared", error_text(self, self._problem), keys)
        if self._problem is not None:
            return notice_content("✗ Not compared", clean(str(self._problem), 600), keys)
        if not self._pairs:
            return notice_content("Reading both sides …", "", Content())
        words = f"Both sides have the same {counted(len(self._pairs), 'record')}."
        return notice_content(words, "Passwords cannot be compared: no server shows one.", keys)

    @on(RecordsTable.MarksChanged)
    def show_status(self) -> None:
        """Show the sides and how much differs in the border of the panel."""
        title = Content.assemble(self._left.title, ("  ~  ", "dim"), self._right.title)
        counts = Counter(pair.match for pair in self._pairs.values())
        parts = [Content(f"{counts[match]} {match.value}") for match in Match if counts[match]]
        if self.table.marks:
            marked = f"● {len(self.table.marks)} marked"
            parts.insert(0, Content.styled(marked, "$warn"))
        parts.append(Content.styled("passwords are not compared", "dim"))
        self.panel.show(title, Content(" · ").join(parts))

    def action_same(self) -> None:
        """Show or hide the records that are the same on both sides."""
        self._shows_same = not self._shows_same
        self.show_pairs()

    def action_mark(self) -> None:
        """Mark the row, or take its mark back."""
        self.table.action_toggle_mark()

    def action_mark_all(self) -> None:
        """Mark all rows shown, or take their marks back."""
        self.table.toggle_all()

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    @property
    def _chosen(self) -> tuple[Pair, ...]:
        """The marked pairs, else the one under the cursor."""
        chosen = self.table.marks or {self.table.cursor_id}
        return tuple(pair for key, pair in self._pairs.items() if key in chosen)

    def action_to_right(self) -> None:
        """Make the right side like the left one."""
        if isinstance(self._right, FileSide):
            words = "A file is not changed here; smtp-tui export writes one."
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)
        else:
            self._plan(self._right, self._left, self._read[1], self._chosen)

    def action_to_left(self) -> None:
        """Make the left side like the right one; what a file does not name stays."""
        turned = [pair.turned for pair in self._chosen]
        if isinstance(self._right, FileSide):
            turned = [pair for pair in turned if pair.left is not None]
        if turned:
            self._plan(self._left, self._right, self._read[0], tuple(turned))
        else:
            words = "What the file does not name stays; smtp-tui apply --prune deletes it."
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)

    @opens_screen
    async def _plan(
        self, target: ProfileSide, source: Side, records: int, pairs: tuple[Pair, ...]
    ) -> None:
        """Review what makes the target like the source, and begin it."""
        session = target.session
        if session.target.access is Access.READ_ONLY:
            words = f"The profile {target.name} is read-only."
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)
            return
        if not may_begin(self, self._services):
            return
        entries = await entries_with_secrets(self, pairs, session.profile.name)
        if entries is None:
            return
        title = titled("Make", entries, f"like {source.name}")
        plan = Plan(title, entries, (Place.of(session, records),))
        if not plan.work:
            tell(self, "These records are the same already.", about=About.IMPOSSIBLE)
        elif await review(self, self._services, plan, {session.profile.name: session}):
            self.app.push_screen(RunScreen(session, self._services))

    def on_run_ended(self) -> None:
        """Read both sides again."""
        self.action_refresh()

    @on(RecordsTable.Opened)
    def show_pair(self) -> None:
        """Show both records side by side."""
        pair = self._pairs.get(self.table.cursor_id or "")
        if pair is not None:
            self.app.push_screen(PairDialog(self._left, self._right, pair))

    def action_back(self) -> None:
        """Stop waiting, close the filter, or go back."""
        if not self.stop_waiting() and not self._list.close_filter():
            self.dismiss(None)


class PairDialog(Dialog[None]):
    """Every parameter of both records; what differs is marked."""

    WIDTH = 100
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("q,enter", "cancel", show=False),
    ]

    def __init__(self, left: Side, right: Side, pair: Pair) -> None:
        super().__init__()
        self._sides = left, right
        self._pair = pair
        self.title = record_name(pair.name)

    def compose_box(self) -> Iterable[Widget]:
        """A line for each parameter."""
        yield PlainText(_pair_content(self._pair, *(side.name for side in self._sides)))

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        return (("↑ ↓", "Scroll"), (self.cancel_key, "Back"))


async def compare(app: MessagesApp, services: Services, session: Session) -> None:
    """Ask with what to compare the profile in use, and show both."""
    known = (await known_profiles(services)).values()
    others = [each for each in known if each.name != session.profile.name]
    dialog = WhichProfileDialog("Compare with", others, takes_files=True)
    chosen = await app.push_screen_wait(dialog)
    if chosen is None:
        return
    right: Side
    if isinstance(chosen, Path):
        right = FileSide(chosen)
    else:
        try:
            right = ProfileSide(services.session(chosen))
        except HostRefused as refusal:
            words = f"{clean(chosen.name, 40)}: {refusal}"
            tell(app, words, about=About.PROFILE, kind=Kind.BAD)
            return
    app.push_screen(CompareScreen(services, ProfileSide(session), right))


def _pair_content(pair: Pair, left: str, right: str) -> Content:
    records = pair.left, pair.right
    held = (each.name for record in records if record is not None for each in record.parameters)
    differ = {each.name for each in pair.differences}
    lines = [Content.styled(f"  {padded('PARAMETER', 16)} {padded(left, 36)} {right}", "dim")]
    for name in dict.fromkeys(held):
        values = [
            "-" if record is None else clean(value_words(value_in(record, name)), 60)
            for record in records
        ]
        mark, look = ("~", "bold $warn") if name in differ else (" ", "")
        text = f"{padded(clean(name, 40), 16)} {padded(values[0], 36)} {values[1]}"
        lines.append(Content.assemble((f"{mark} ", look), text))
    return Content("\n").join(lines)


def _row_id(pair: Pair) -> str:
    """An id of its own for each pair, which stays while its records do."""
    left, right = (record.id if record is not None else "" for record in (pair.left, pair.right))
    return f"{pair.name}\n{left}\n{right}"


def _row(key: str, pair: Pair) -> Row:
    sign, role = _SIGNS[pair.match]
    words = clean(", ".join(each.words for each in pair.differences), 400)
    name = record_name(pair.name)
    return Row(key, (name, f"{sign} {pair.match.value}", words), (Look(1, role),))
