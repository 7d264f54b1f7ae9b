"""Home: the records of one profile, and everything that starts from one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record, RecordList
from smtp_tui.state.history import Tested
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.advice import error_text
from smtp_tui.ui.base import WIDE, WriteEnded, opens_screen
from smtp_tui.ui.connections.rows import COLUMNS, RecordsView, hint_words, prepared
from smtp_tui.ui.connections.sorting import SortingScreen
from smtp_tui.ui.connections.status import Listing, marks_aside
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.services import Services
from smtp_tui.ui.waiting import Wait
from smtp_tui.ui.widgets.inputs import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.ui.connections.pane import RecordPane

A_MINUTE = 60.0
"""Seconds after which the ages of the last tests are shown anew."""


class ConnectionsScreen(SortingScreen[None]):
    """The table of records with its filter, side pane and status line."""

    ACTIONS = ids_in(Place.RECORD, Place.TABLE)
    KEYS = (
        *("record.edit", "record.test", "record.new", "record.clone", "record.delete"),
        *("table.filter", "app.profiles", "table.refresh", "app.help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("q", "app.leave", "Quit", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    DEFAULT_CSS = """
    ConnectionsScreen #filter { height: 1; border: none; padding: 0 1; display: none; }
    ConnectionsScreen #filter.-open { display: block; }
    ConnectionsScreen #problem { height: auto; max-height: 6; padding: 0 1; display: none; }
    ConnectionsScreen #problem.-shown { display: block; }
    ConnectionsScreen RecordsTable { height: 1fr; }
    ConnectionsScreen #pane { display: none; }
    ConnectionsScreen.-wide #pane { display: block; }
    ConnectionsScreen #pane.-empty { display: none; }
    ConnectionsScreen #status { height: 1; padding: 0 1; text-style: dim; }
    """

    AUTO_FOCUS = ""  # after a dialog over an empty table, letters stay keys

    answer: var[RecordList | None] = var(None)
    problem: var[ApiError | None] = var(None)
    reading: var[bool] = var(False)

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__(session, services)
        self._view = RecordsView(RecordList(), self._last_test)
        self._loaded_at: datetime | None = None
        self._loader: Worker[None] | None = None
        self._cursor_to: str | None = None
        self._history_read = False
        self._filled_at = 0.0
        self._now = services.clock.now()
        self.table = RecordsTable(COLUMNS, id="table")
        self._field = TextInput(placeholder="filter", id="filter", takes=Paste.WORDS)
        self._problem_text = PlainText(id="problem")
        self._beside, self._status = Horizontal(), PlainText(id="status")
        self._pane: RecordPane | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Filter, message and table."""
        with self._beside, Vertical():
            yield from (self._field, self._problem_text, self.table)
        yield self._status

    def on_mount(self) -> None:
        """Say that the list is read."""
        self.table.focus()
        self.reading = True

    def on_show(self) -> None:
        """Read it once that stands on the terminal: the libraries of a request take a while."""
        self._begin()

    @property
    def filter_text(self) -> str:
        """What the rows shown must hold."""
        return self._field.value

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
            unreadable=self.answer is not None and bool(self.answer.unreadable),
        )

    def _last_test(self, record_id: str) -> Tested | None:
        history = self.services.history
        return history.newest(self.session.key(record_id)) if history.known else None

    def load(self) -> None:
        """Read the list; a load under way is given up for it."""
        self.reading = True
        self._begin()

    def _begin(self) -> None:
        self._loader = self._load()

    @work(group="load", exclusive=True, description="list the connections")
    async def _load(self) -> None:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.workflows.sign_in import read_signed_in

        try:
            reading = read_signed_in(
                self.session,
                ScreenOperator(self),
                self.session.connections.list,
                "Reading the connections",
            )
            answer, _ = await asyncio.gather(reading, self.read_order())
        except ApiError as error:
            self.problem = error
        else:
            now = self.services.clock.now()
            self._view = await prepared(answer, self._last_test, self.order, now)
            self._loaded_at = now
            self.problem = None
            self.answer = answer
        self.reading = False
        self.tick()
        if not self._history_read:
            self._history_read = True
            self.read_history()

    def watch_reading(self) -> None:
        """Say that the list is being read, where no rows stand."""
        self._show()

    def watch_answer(self) -> None:
        """Fill the table; what is gone is no longer marked."""
        if self.is_attached:
            marks = self.table.marks
            self.table.marks = frozenset(one for one in marks if self._view.record(one) is not None)
        self._fill(look=False)

    def watch_problem(self) -> None:
        """Say what went wrong; rows from before stay, marked stale."""
        self._show()

    def watch_order(self) -> None:
        """Sort anew."""
        self._fill(look=False)

    def _fill(self, *, look: bool = True) -> None:
        """Fill the table; unless ``look`` is False, tests that came meanwhile are told."""
        if not self.is_attached:
            return
        table = self.table
        if look:
            self._view.look_again()
        table.sort_column, table.sort_reverse = self.order.column, self.order.reverse
        table.rows = self._view.rows(self.filter_text, self.order, self.services.clock.now())
        self._filled_at = self.services.clock.monotonic()
        if self._cursor_to is not None and table.move_to(self._cursor_to):
            self._cursor_to = None
        self._show()

    def _show(self) -> None:
        """Bring message, stale mark, status line, pane and keys in line with what is known."""
        if not self.is_attached:
            return
        rows = bool(len(self._view))
        self.table.stale = self.problem is not None and rows
        problem = self._problem_text
        problem.set_class(self.problem is not None and rows, "-shown")
        if self.problem is not None:
            problem.update(error_text(self, self.problem))
        if not self.table.rows:
            self.table.notice = self._listing().notice
        self._show_status()
        self._show_pane()
        self.show_situation()

    def _listing(self) -> Listing:
        """What is known, for the words of notice and status line."""
        record, since = self.record, self._loaded_at
        return Listing(
            total=len(self._view),
            shown=len(self.table.rows),
            marked=len(self.table.marks),
            unreadable=self.answer.unreadable if self.answer is not None else (),
            filter_text=self.filter_text,
            order=self.order,
            reading=self.reading,
            age=None if since is None else (self._now - since).total_seconds(),
            problem=error_text(self, self.problem) if self.problem is not None else "",
            scope=self.session.target.scope,
            hint=hint_words(record) if record is not None else "",
            bound=partial(bound, self),
        )

    def _show_status(self) -> None:
        status = self._listing().status(self.size.width - 2)
        self._status.update(status, layout=False)

    def on_descendant_focus(self) -> None:
        """The keys that an error advises depend on whether the filter has the focus."""
        if self.problem is not None:
            self._show()

    def on_resize(self) -> None:
        """The pane may have come into sight, and the status line has another width."""
        self._show_pane()
        self._show_status()

    def _show_pane(self) -> None:
        if self.size.width < WIDE:
            return  # out of sight, and laying it out costs more than the rest of a key press
        record = self.record
        if self._pane is None:
            if record is None:
                return
            from smtp_tui.ui.connections.pane import RecordPane

            self._pane = RecordPane(id="pane")
            self._beside.mount(self._pane)
        self._pane.set_class(record is None, "-empty")
        tests = self.services.history.tests(self.session.key(record.id)) if record else ()
        self._pane.show(record, tests, self.services.clock.now())

    def tick(self) -> None:
        """Let the ages grow; between ticks a key press does not change them."""
        if not self.is_attached:
            return  # a list that came while the program is being left
        super().tick()
        self._now = self.services.clock.now()
        if self.services.clock.monotonic() - self._filled_at >= A_MINUTE and self._view.tested:
            self._fill()
        self._show_status()

    def changed(self, record_id: str | None) -> None:
        """Read the list again, the cursor on the record that changed."""
        self._cursor_to = record_id
        self.load()

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the list again, the cursor on the record that was written."""
        if event.session is self.session:
            self.changed(event.record_id)

    def asides(self, record: Record) -> tuple[str, ...]:
        """Marks are no list of what is meant, and whoever set some is told so."""
        return marks_aside(self.table.marks, record)

    def tested(self) -> None:
        """Show the new LAST TEST."""
        self._fill()

    @on(RecordsTable.CursorMoved, "#table")
    def follow_cursor(self) -> None:
        """The pane, the hint and the keys follow the cursor."""
        self._show_pane()
        self._show_status()
        self.show_situation()

    @on(RecordsTable.MarksChanged, "#table")
    def count_marks(self) -> None:
        """The status line counts the marks."""
        self._show_status()

    @on(RecordsTable.Opened, "#table")
    def action_open(self) -> None:
        """Show the record whole."""
        if self.record is not None:
            self._open(self.record)

    @opens_screen
    async def _open(self, record: Record) -> None:
        from smtp_tui.ui.connections.detail import DetailScreen

        read_at = self._loaded_at or self.services.clock.now()
        screen = DetailScreen(self.session, self.services, record, read_at)
        if await self.app.push_screen_wait(screen):
            self.load()
        else:
            self._fill()

    @on(Input.Changed, "#filter")
    def narrow(self) -> None:
        """Show only what holds the words."""
        self._fill(look=False)

    @on(Input.Submitted, "#filter")
    def to_rows(self) -> None:
        """Enter goes to the rows, the filter stays."""
        self.table.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        field = self._field
        field.set_class(True, "-open")
        field.focus()

    def action_move(self, rows: int) -> None:
        """Move the cursor while the filter has the focus."""
        self.table.cursor_row += rows

    def action_mark_all(self) -> None:
        """Mark all rows shown, or none where all are marked."""
        shown = frozenset(row.id for row in self.table.rows)
        self.table.marks = frozenset() if shown <= self.table.marks else self.table.marks | shown

    def stopped(self, wait: Wait) -> None:
        """Where that was the reading of the list, the rows of before stay."""
        super().stopped(wait)
        if self._loader is not None and self._loader.is_cancelled:
            self.reading = False

    def action_refresh(self) -> None:
        """Read the list again."""
        self.load()

    def action_unreadable(self) -> None:
        """Show the entries of the list that could not be read."""
        from smtp_tui.ui.connections.unreadable import UnreadableScreen

        if self.answer is not None:
            entries = self.answer.unreadable
            self.app.push_screen(UnreadableScreen(self.session, self.services.clock, entries))

    def action_back(self) -> None:
        """Esc stops waiting, or clears the filter; q leaves the program."""
        field = self._field
        if self.stop_waiting():
            return
        if field.has_class("-open"):
            field.value = ""
            field.set_class(False, "-open")
            self.table.focus()
