"""The home screen: the records of one profile, and everything that starts from one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.worker import Worker

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record, RecordList, Unreadable
from smtp_tui.state.history import Tested
from smtp_tui.state.settings import Sort
from smtp_tui.text import age, clean, clean_block, counted
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.base import WIDE, DraftsChanged, WriteEnded, error_content, opens_screen
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.connections.order import Order
from smtp_tui.ui.connections.record_actions import RecordScreen, ShownRecord
from smtp_tui.ui.connections.rows import (
    COLUMNS,
    DRAFT_SIGN,
    FILTER_HINT,
    SORT_KEYS,
    RecordsView,
    highlights,
    hint_words,
    order_words,
)
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import Wait, tell
from smtp_tui.ui.services import Services
from smtp_tui.ui.theme import VERDICTS
from smtp_tui.ui.widgets.bars import key_content
from smtp_tui.ui.widgets.filtered_table import FilteredTable, notice_content
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import row_ids
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.ui.bulk.current_run import RunEnded
    from smtp_tui.ui.connections.detail import RecordPanel

A_MINUTE: Final = 60.0
"""Seconds after which the ages of the last tests are shown anew."""
OLD_SECONDS: Final = 300.0
"""Seconds after which the rows are called old."""
LEAST_BESIDE, MOST_BESIDE = 31, 64
"""The cells of the panel beside the table, which takes what the table does not need."""
TESTS_SHOWN: Final = 5
"""The newest tests of a record, in the pane; the screen of the record shows all."""
ENTRIES_SHOWN: Final = 5
"""Unreadable entries that the notice names; a screen lists the others."""


class ConnectionsScreen(RecordScreen[None]):
    """The table of records with filter, pane and status line."""

    ACTIONS = ids_in(Place.RECORD, Place.TABLE)
    KEYS = (
        *("record.edit", "record.test", "record.new", "record.clone", "record.delete"),
        *("record.undo", "table.filter", "app.profiles", "table.refresh", "record.open"),
        *(
            "table.mark",
            "table.beside",
            "table.sort",
            "record.probe",
            "app.command_palette",
            "app.help",
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("q", "app.leave"),
        Binding("h,left,backspace", "to_table", show=False),
    ]
    DEFAULT_CSS = """
    ConnectionsScreen #beside { display: none; }
    ConnectionsScreen.-wide #beside { display: block; }
    ConnectionsScreen #beside.-empty { display: none; }
    """

    AUTO_FOCUS = ""  # after a dialog over an empty table, letters stay keys

    def __init__(self, session: Session, services: Services) -> None:
        view = ShownRecord(
            lambda: session, lambda: self.record, self._changed, self._fill, self._marked
        )
        super().__init__(services, view, in_use=session)
        self.session = session
        self.reading = True
        self.problem: ApiError | None = None
        self._now = services.clock.now()
        self._order = Order(services, Sort(session.profile.name, "name"), SORT_KEYS)
        self._view = RecordsView(RecordList(), self._tests, self._order.sort, self._now)
        self._loaded_at: datetime | None = None
        self._asked_at = self._now
        self._loader: Worker[None] | None = None
        self._cursor_to: str | None = None
        self._history_read = False
        self._events_shown = 0
        self._drafted: frozenset[str] = frozenset()
        self._new_drafts = 0
        self._drafts_known = True
        self._filled_at = 0.0
        self._list = FilteredTable(COLUMNS, hint=FILTER_HINT)
        self.table = self._list.table
        self._problem_text = PlainText(classes="problem")
        self._beside: RecordPanel | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Problem and table."""
        yield from (self._problem_text, self._list)

    def on_mount(self) -> None:
        """Say that the list is being read, and go on where the profile was left."""
        place = self.session.memory.place
        self._list.restore(place.filter_text)
        self._cursor_to = place.cursor_id
        self._list.watch_filter(self.narrow)
        self.watch(self.table, "cursor_id", self.follow_cursor, init=False)
        self.set_focus(self.table)  # at once, so that the first frame is painted with it
        self._show()

    def on_show(self) -> None:
        """Read the list once the first frame is painted: importing the HTTP client takes long."""
        self._loader = self._load()

    @property
    def record(self) -> Record | None:
        """The record under the cursor."""
        return self._view.record(self.table.cursor_id)

    @property
    def situation(self) -> Situation:
        """What the keys depend on."""
        return replace(
            super().situation,
            record=self.record is not None,
            rows=len(self._view) > 0,
            reading=self.reading,
            unreadable=bool(self._view.answer.unreadable),
            marked=len(self.table.marks),
        )

    # Reading the list

    def load(self) -> None:
        """Read the list; a reading under way is given up."""
        self.reading, self._asked_at = True, self.services.clock.now()
        self._show()
        self._loader = self._load()

    @work(group="load", exclusive=True, description="list the connections")
    async def _load(self, *, by_itself: bool = False) -> None:
        """Read the list; ``by_itself`` nothing is asked and nothing is said but the answer."""
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.workflows.sign_in import read_signed_in

        list_records, operator = self.session.list, ScreenOperator(self)
        reading = (
            list_records()
            if by_itself
            else read_signed_in(self.session, operator, list_records, "Reading the connections")
        )
        try:
            answer, _ = await asyncio.gather(reading, self._order.read())
        except ApiError as error:
            self.problem = error
        else:
            now = self.services.clock.now()
            self._show_view(*await self._prepared(answer, now))
            self._loaded_at, self.problem = now, None
        self.reading = False
        if not self.is_attached:
            return  # the program is being left
        self.table.marks = frozenset(filter(self._view.record, self.table.marks))
        self._fill(look=False)
        self.tick()
        if not self._history_read:
            self._history_read = True
            self._read_history()
        self._read_drafts()

    async def _prepared(self, answer: RecordList, now: datetime) -> tuple[RecordsView, int]:
        """The view of an answer, made in a thread, and the number of tests that it surely tells."""
        told, _ = self.services.history.since(self._events_shown)
        return await RecordsView.prepared(answer, self._tests, self._order.sort, now), told

    def _show_view(self, view: RecordsView, told: int) -> None:
        view.show_drafts(self._drafted)
        self._view, self._events_shown = view, told

    @work(group="history", description="read the tests")
    async def _read_history(self) -> None:
        """Read the tests of before, and show them with the rows."""
        history, reports = self.services.history, self.services.reports
        await reports.attempt("Earlier tests cannot be shown", history.load)
        if not history.known:
            return
        answer = self._view.answer
        view, told = await self._prepared(answer, self.services.clock.now())
        if answer is self._view.answer:  # a list that was read meanwhile looks for tests itself
            self._show_view(view, told)
        self._fill()

    def stopped(self, wait: Wait) -> None:
        """Stop waiting; if that was for the list, the rows from before stay."""
        super().stopped(wait)
        if self._loader is not None and self._loader.is_cancelled:
            self.reading = False
            self._show()

    def _changed(self, session: Session, record_id: str | None) -> None:
        """Read the list again, and put the cursor on the record that changed."""
        self._cursor_to = record_id
        self.load()

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the list again, and put the cursor on the record that was written."""
        if event.session is self.session:
            self._changed(event.session, event.record_id)

    def on_run_ended(self, event: RunEnded) -> None:
        """Read the list again; what is done is no longer marked."""
        name = self.session.profile.name
        if name in event.run.plan.profiles:
            done = event.done(name)
            records = ((row_id, self._view.record(row_id)) for row_id in self.table.marks)
            self.table.marks = frozenset(
                row_id for row_id, record in records if record is None or record.id not in done
            )
            self.load()

    def on_drafts_changed(self, event: DraftsChanged) -> None:
        """Read the drafts again, at the latest when this screen is in front."""
        self._drafts_known = False
        if self.is_active:
            self._read_drafts()

    def on_screen_resume(self) -> None:
        """Read the drafts, where a form has changed them."""
        if not self._drafts_known:
            self._read_drafts()

    @work(group="drafts", exclusive=True, description="read the drafts")
    async def _read_drafts(self) -> None:
        """Show which records have a draft, and how many new ones."""
        self._drafts_known = True
        read = self.services.drafts.all
        found = await self.services.reports.attempt("The drafts cannot be read", read) or ()
        ids = [draft.key.record_id for draft in found if self.session.is_about(draft.key)]
        before = self._new_drafts, self._drafted
        self._new_drafts = ids.count(None)
        self._drafted = frozenset(record_id for record_id in ids if record_id is not None)
        if (self._new_drafts, self._drafted) != before:
            self._view.show_drafts(self._drafted)
            self._fill(look=False)

    # Showing it

    def _tests(self, record_id: str) -> tuple[Tested, ...]:
        history = self.services.history
        return history.tests(self.session.key(record_id)) if history.known else ()

    def _fill(self, *, look: bool = True) -> None:
        """Fill the table; with ``look``, also with the tests that were made meanwhile."""
        if not self.is_attached:
            return
        if look:
            self._events_shown, keys = self.services.history.since(self._events_shown)
            tested = {key.record_id for key in keys if self.session.is_about(key)}
            self._view.look_again(self.services.clock.now(), tested)
        sort = self._order.sort
        self.table.sort_column, self.table.sort_reverse = sort.column, sort.descending
        self.table.highlight = highlights(self._list.filter_text)
        self.table.rows = self._view.rows(self._list.filter_text, sort)
        self._filled_at = self.services.clock.monotonic()
        if self._cursor_to is not None and self.table.move_to(self._cursor_to):
            self._cursor_to = None
        self._show()

    def _show(self) -> None:
        """Bring problem, notice, status line, pane and keys in line with what is known."""
        if not self.is_attached:
            return
        rows = len(self._view) > 0
        self.table.stale = self.problem is not None and rows
        self._problem_text.set_class(self.problem is not None and rows, "-shown")
        if self.problem is not None:
            self._problem_text.update(error_content(self, self.problem))
        if not self.table.rows:
            self.table.notice = self._list.nothing_found if rows else self._notice()
        self.follow_cursor()
        self.show_status()

    def _notice(self) -> str | Content:
        """What stands in place of rows while no record is known."""
        scope = self.session.target.scope
        if self.reading:
            return ""  # what is waited for stands at the foot
        if self.problem is not None:
            return self._error_notice(self.problem)
        if self._loaded_at is None:
            return notice_content("Nothing was read yet.", "", self._keys("table.refresh"))
        if self._view.answer.unreadable:
            return self._all_unreadable(self._view.answer.unreadable)
        return notice_content(
            "No SMTP connections",
            "The server has none for this tenant and team. A wrong one looks the same.\n\n"
            f"tenant  {clean(scope.tenant)}\nteam    {clean(scope.team)}",
            self._keys("record.new", "app.profiles", "table.refresh"),
        )

    def _error_notice(self, error: ApiError) -> Content:
        """What happened, why and what to do; the keys for that on a line of their own."""
        what, *more = (clean_block(line, 400) for line in error.lines())
        advised = (line.actions[0] for line in error.advice if line.actions)
        keys = dict.fromkeys(("table.refresh", "app.profiles", *advised))
        notice = notice_content(f"✗ {what}", "\n".join(more), self._keys(*keys))
        return notice.stylize("$bad", 0, len(what) + 2)

    def _all_unreadable(self, entries: tuple[Unreadable, ...]) -> Content:
        title = f"The server sent {counted(len(entries), 'entry', 'entries')}; none can be read."
        lines = [clean(entry.words, 200) for entry in entries[:ENTRIES_SHOWN]]
        if len(entries) > ENTRIES_SHOWN:
            lines.append(f"… and {len(entries) - ENTRIES_SHOWN:,} more")
        words = "\n".join([*lines, "", "Activity shows what the server sent."])
        keys = self._keys("table.unreadable", "app.activity", "table.refresh")
        return notice_content(title, words, keys)

    def _keys(self, *action_ids: str) -> Content:
        """The keys of these actions that are possible now, for a notice."""
        actions = (bound(self, action_id) for action_id in action_ids)
        possible = (each for each in actions if each.unavailable(self.situation) is None)
        return Content.assemble(*(key_content(each.first_key, each.label) for each in possible))

    @on(RecordsTable.MarksChanged)
    def show_marks(self) -> None:
        """Show how many are marked, and what the keys do with them."""
        self.show_status()
        self.show_situation()

    def show_status(self) -> None:
        """Show counts, filter, marks, order and age in the border of the panel."""
        unreadable, marked = len(self._view.answer.unreadable), len(self.table.marks)
        filter_text, shown, total = self._list.filter_text, len(self.table.rows), len(self._view)
        title = [Content("Connections")]
        if self._loaded_at is not None:
            title.append(Content(f"{total:,}" if shown == total else f"{shown:,} of {total:,}"))
        title += [Content.styled("·", "dim")] if self._view.failed else []
        for verdict, count in self._view.failed.items():
            title.append(Content.styled(f"{count:,} {verdict.sign}", f"${VERDICTS[verdict]}"))
        if filter_text:
            title.append(Content.styled(f"/{clean(filter_text, 30)}", "$accent"))
        state = []
        if unreadable:
            key = bound(self, "table.unreadable").first_key
            state.append(Content.styled(f"! {unreadable:,} unreadable ({key})", "$warn"))
        if marked:
            hidden = len(self.table.marks.difference(row_ids(self.table.rows)))
            words = f", {hidden:,} hidden by the filter" if hidden else ""
            state.append(Content.styled(f"● {marked:,} marked{words}", "$warn"))
        if self._new_drafts:
            drafts = counted(self._new_drafts, "draft")
            state.append(Content.styled(f"{DRAFT_SIGN} {drafts}", "$warn"))
        if self._loaded_at is not None:
            state += [
                Content.styled(order_words(self._order.sort), "dim"),
                self._age(self._loaded_at),
            ]
        self.panel.show(Content(" ").join(title), Content(" · ").join(state))

    def _age(self, read_at: datetime) -> Content:
        """How old the rows are: a danger after an error, a warning after five minutes."""
        seconds = (self._now - read_at).total_seconds()
        words = f"read {age(seconds)} ago"
        if self.problem is not None:
            return Content.styled(f"stale, {words}", "bold $bad")
        return Content.styled(words, "$warn" if seconds > OLD_SECONDS else "dim")

    def follow_cursor(self) -> None:
        """Show the pane, the hint and the keys of the record under the cursor."""
        self.session.memory.place.cursor_id = self.table.cursor_id or self._cursor_to
        record = self.record
        self._show_beside(record)
        narrow = self.size.width < WIDE  # else the pane says it
        hint = hint_words(record) if record is not None and narrow else ""
        self._list.foot.update(f"! {hint}" if hint else "", layout=False)
        self.show_situation()

    def _show_beside(self, record: Record | None) -> None:
        if self.size.width < WIDE:
            return  # it is hidden, and its layout costs more than the rest of a key press
        if self._beside is None:
            if record is None:
                return
            from smtp_tui.ui.connections.detail import RecordPanel

            self._beside = RecordPanel(id="beside")
            self.mount(self._beside, after=self.panel)
        self._beside.set_class(record is None, "-empty")
        spare = self.size.width - self.table.needed_width - 2
        self._beside.styles.width = max(LEAST_BESIDE, min(spare, MOST_BESIDE))
        tests = self.services.history.tests(self.session.key(record.id)) if record else ()
        self._beside.show_record(record, tests[:TESTS_SHOWN], self.services.clock.now())

    def on_descendant_focus(self) -> None:
        """Advise keys that work: letters do not while the filter has the focus."""
        if self.problem is not None:
            self._show()

    def on_descendant_blur(self) -> None:
        """Go to the table when the pane beside it is hidden while it has the focus."""
        if self.focused is None:
            self.table.focus()

    def on_resize(self) -> None:
        """Show the pane where there is room for it now, and fit the status line."""
        self.follow_cursor()

    def tick(self) -> None:
        """Let the ages grow; between ticks a key press does not change them."""
        super().tick()
        self._now = self.services.clock.now()
        if self.may_read_again(self.table, self._loader, self._asked_at):
            self._asked_at = self._now
            self._loader = self._load(by_itself=True)
        old = self.services.clock.monotonic() - self._filled_at >= A_MINUTE
        if old and self.services.history.known:
            self._fill()
        self.show_status()

    def _marked(self) -> Marked:
        """The records that are marked, also those that the filter hides."""
        records = self._view.marked(self.table.marks) if self.table.marks else ()
        lists = {self.session.profile.name: len(self._view)}
        return Marked(tuple((self.session, record) for record in records), lists)

    # Actions of the list; those of a record are in the base class

    @on(RecordsTable.Opened)
    def action_open(self) -> None:
        """Show every parameter of the record."""
        if self.record is not None:
            self._open(self.record)

    @opens_screen
    async def _open(self, record: Record) -> None:
        from smtp_tui.ui.connections.detail import DetailScreen

        read_at = self._loaded_at or self.services.clock.now()
        screen = DetailScreen(self.session, self.services, record, read_at, self._step)
        if await self.app.push_screen_wait(screen):
            self.load()
        else:
            self._fill()

    def _step(self, rows: int) -> tuple[Record, datetime] | None:
        """Move the cursor, and return the record there and when it was read."""
        row = self.table.cursor_row + rows
        if not 0 <= row < len(self.table.rows):
            return None
        self.table.cursor_row = row
        record = self.record
        return (record, self._loaded_at or self._now) if record is not None else None

    def narrow(self) -> None:
        """Show the records that hold the words and terms of the filter."""
        self.session.memory.place.filter_text = self._list.filter_text
        self._fill(look=False)

    @opens_screen
    async def action_drafts(self) -> None:
        """List the drafts, and go on with the one that is chosen."""
        from smtp_tui.ui.record_form.form import FormSubject, edited
        from smtp_tui.ui.record_form.resume import DraftsDialog

        draft = await self.app.push_screen_wait(DraftsDialog(self.session, self.services))
        if draft is None:
            return
        record = self._view.record(draft.key.record_id)
        if record is not None:
            await self._fill_in(self.session, edited(record, None), draft)
        elif draft.key.record_id is None:
            await self._fill_in(self.session, FormSubject(), draft)
        else:
            words = "The record of this draft is not in the list."
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._order.next()
        self._show_order()

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._order.reverse()
        self._show_order()

    @on(RecordsTable.HeadingClicked)
    def sort_by_heading(self, event: RecordsTable.HeadingClicked) -> None:
        """Sort by the column that was clicked; where that is the order, reverse it."""
        self._order.by(event.column)
        self._show_order()

    def _show_order(self) -> None:
        """Show the rows in their new order, and keep it."""
        self._fill(look=False)
        self.run_worker(self._order.keep(), group="order", description="remember the order")

    def action_mark(self) -> None:
        """Mark the row, or take its mark back."""
        self.table.action_toggle_mark()

    def action_beside(self) -> None:
        """Go to the record beside the list, or back."""
        self.focus_next()

    def action_mark_all(self) -> None:
        """Mark all rows shown, or take their marks back where all are marked."""
        self.table.toggle_all()

    def action_range(self) -> None:
        """Begin or end a range of marks."""
        self.table.toggle_range()

    def action_refresh(self) -> None:
        """Read the list again."""
        self.load()

    def action_unreadable(self) -> None:
        """Show the entries of the list that cannot be read."""
        from smtp_tui.ui.connections.detail import UnreadableScreen

        entries = self._view.answer.unreadable
        self.app.push_screen(UnreadableScreen(self.session, self.services.clock, entries))

    def action_to_table(self) -> None:
        """Go back to the table."""
        self.table.focus()

    def action_back(self) -> None:
        """Stop waiting, take back a range, go to the table, or close the filter; this is home."""
        if self.stop_waiting() or self.table.cancel_range():
            return
        beside = self._beside
        if beside is not None and beside.has_focus_within:
            self.table.focus()
        else:
            self._list.close_filter()
