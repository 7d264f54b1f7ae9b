"""The home screen: the records of one profile, and everything that starts from one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record, RecordList
from smtp_tui.state.history import Tested
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.advice import error_text
from smtp_tui.ui.base import WIDE, WriteEnded, opens_screen
from smtp_tui.ui.connections.order import Order, RememberedOrder
from smtp_tui.ui.connections.record_actions import RecordScreen, RecordView
from smtp_tui.ui.connections.rows import COLUMNS, RecordsView, hint_words, prepared
from smtp_tui.ui.connections.status import Listing, marks_aside
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.services import Services
from smtp_tui.ui.waiting import Wait
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import FilteredTable, RecordsTable
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.ui.connections.record_view import RecordPane

A_MINUTE: Final = 60.0
"""Seconds after which the ages of the last tests are shown anew."""
TESTS_SHOWN: Final = 5
"""The newest tests of a record, in the pane; the screen of the record shows all."""


class ConnectionsScreen(RecordScreen[None]):
    """The table of records with filter, pane and status line."""

    ACTIONS = ids_in(Place.RECORD, Place.TABLE)
    KEYS = (
        *("record.edit", "record.test", "record.new", "record.clone", "record.delete"),
        *("table.filter", "app.profiles", "table.refresh", "app.help"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS), Binding("q", "app.leave")]
    DEFAULT_CSS = """
    ConnectionsScreen #pane {
        display: none; width: 50; border-left: solid ansi_bright_black;
    }
    ConnectionsScreen.-wide #pane { display: block; }
    ConnectionsScreen #pane.-empty { display: none; }
    """

    AUTO_FOCUS = ""  # after a dialog over an empty table, letters stay keys

    def __init__(self, session: Session, services: Services) -> None:
        view = RecordView(lambda: self.record, self._changed, self._fill, self._asides)
        super().__init__(session, services, view)
        self.reading = True
        self.problem: ApiError | None = None
        self._view = RecordsView(RecordList(), self._last_test)
        self._order = RememberedOrder(services, session.profile.name)
        self._loaded_at: datetime | None = None
        self._loader: Worker[None] | None = None
        self._cursor_to: str | None = None
        self._history_read = False
        self._filled_at = 0.0
        self._now = services.clock.now()
        self._list = FilteredTable(COLUMNS)
        self.table = self._list.table
        self._problem_text = PlainText(classes="problem")
        self._beside, self._status = Horizontal(), PlainText(classes="status")
        self._pane: RecordPane | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Problem and table, the pane beside them, and the status line."""
        with self._beside, Vertical():
            yield from (self._problem_text, self._list)
        yield self._status

    def on_mount(self) -> None:
        """Say that the list is being read."""
        self.table.focus()
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
        )

    # Reading the list

    def load(self) -> None:
        """Read the list; a reading under way is given up."""
        self.reading = True
        self._show()
        self._loader = self._load()

    @work(group="load", exclusive=True, description="list the connections")
    async def _load(self) -> None:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.workflows.sign_in import read_signed_in

        list_records, operator = self.session.connections.list, ScreenOperator(self)
        try:
            answer, _ = await asyncio.gather(
                read_signed_in(self.session, operator, list_records, "Reading the connections"),
                self._order.read(),
            )
        except ApiError as error:
            self.problem = error
        else:
            now = self.services.clock.now()
            self._view = await prepared(answer, self._last_test, self._order.now, now)
            self._loaded_at, self.problem = now, None
        self.reading = False
        if not self.is_attached:
            return  # the program is being left
        self.table.marks = frozenset(filter(self._view.record, self.table.marks))
        self._fill(look=False)
        self.tick()
        if not self._history_read:
            self._history_read = True
            self.read_history()

    def stopped(self, wait: Wait) -> None:
        """Stop waiting; if that was for the list, the rows from before stay."""
        super().stopped(wait)
        if self._loader is not None and self._loader.is_cancelled:
            self.reading = False
            self._show()

    def _changed(self, record_id: str | None) -> None:
        """Read the list again, and put the cursor on the record that changed."""
        self._cursor_to = record_id
        self.load()

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the list again, and put the cursor on the record that was written."""
        if event.session is self.session:
            self._changed(event.record_id)

    # Showing it

    def _last_test(self, record_id: str) -> Tested | None:
        history = self.services.history
        return history.newest(self.session.key(record_id)) if history.known else None

    def _fill(self, *, look: bool = True) -> None:
        """Fill the table; with ``look``, also with the tests that were made meanwhile."""
        if not self.is_attached:
            return
        table, order = self.table, self._order.now
        if look:
            self._view.look_again()
        table.sort_column, table.sort_reverse = order.column, order.reverse
        table.rows = self._view.rows(self._list.filter_text, order, self.services.clock.now())
        self._filled_at = self.services.clock.monotonic()
        if self._cursor_to is not None and table.move_to(self._cursor_to):
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
            self._problem_text.update(error_text(self, self.problem))
        if not self.table.rows:
            self.table.notice = self._list.nothing_found if rows else self._listing().notice
        self.follow_cursor()

    def _listing(self) -> Listing:
        record, since = self.record, self._loaded_at
        return Listing(
            total=len(self._view),
            shown=len(self.table.rows),
            marked=len(self.table.marks),
            unreadable=self._view.answer.unreadable,
            filter_text=self._list.filter_text,
            order=self._order.now,
            reading=self.reading,
            age=None if since is None else (self._now - since).total_seconds(),
            problem=error_text(self, self.problem) if self.problem is not None else "",
            scope=self.session.target.scope,
            hint=hint_words(record) if record is not None else "",
            key=lambda action_id: bound(self, action_id).first_key,
        )

    @on(RecordsTable.MarksChanged)
    def show_status(self) -> None:
        """Show counts, marks, order and age."""
        status = self._listing().status(self.size.width - 2)
        self._status.update(status, layout=False)

    @on(RecordsTable.CursorMoved)
    def follow_cursor(self) -> None:
        """Show the pane, the hint and the keys of the record under the cursor."""
        self._show_pane()
        self.show_status()
        self.show_situation()

    def _show_pane(self) -> None:
        if self.size.width < WIDE:
            return  # it is hidden, and its layout costs more than the rest of a key press
        record = self.record
        if self._pane is None:
            if record is None:
                return
            from smtp_tui.ui.connections.record_view import RecordPane

            self._pane = RecordPane(id="pane", can_focus=False)
            self._beside.mount(self._pane)
        self._pane.set_class(record is None, "-empty")
        tests = self.services.history.tests(self.session.key(record.id)) if record else ()
        self._pane.show(record, tests[:TESTS_SHOWN], self.services.clock.now())

    def on_descendant_focus(self) -> None:
        """Advise keys that work: letters do not while the filter has the focus."""
        if self.problem is not None:
            self._show()

    def on_resize(self) -> None:
        """Show the pane where there is room for it now, and fit the status line."""
        self._show_pane()
        self.show_status()

    def tick(self) -> None:
        """Let the ages grow; between ticks a key press does not change them."""
        super().tick()
        self._now = self.services.clock.now()
        if self.services.clock.monotonic() - self._filled_at >= A_MINUTE and self._view.tested:
            self._fill()
        self.show_status()

    def _asides(self, record: Record) -> tuple[str, ...]:
        """Say that marked records are not meant."""
        return marks_aside(self.table.marks, record)

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
        screen = DetailScreen(self.session, self.services, record, read_at)
        if await self.app.push_screen_wait(screen):
            self.load()
        else:
            self._fill()

    @on(Input.Changed)
    def narrow(self) -> None:
        """Show the records that hold the words of the filter."""
        self._fill(look=False)

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(self._order.now.next_column())

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._sort(self._order.now.reversed())

    def _sort(self, order: Order) -> None:
        self._order.choose(order)
        self._fill(look=False)
        self.run_worker(self._order.write(), group="order", description="remember the order")

    def action_mark_all(self) -> None:
        """Mark all rows shown, or none where all are marked."""
        shown = frozenset(row.id for row in self.table.rows)
        self.table.marks = frozenset() if shown <= self.table.marks else self.table.marks | shown

    def action_refresh(self) -> None:
        """Read the list again."""
        self.load()

    def action_unreadable(self) -> None:
        """Show the entries of the list that cannot be read."""
        from smtp_tui.ui.connections.unreadable import UnreadableScreen

        entries = self._view.answer.unreadable
        self.app.push_screen(UnreadableScreen(self.session, self.services.clock, entries))

    def action_back(self) -> None:
        """Stop waiting, or close the filter; this is the home screen."""
        if not self.stop_waiting():
            self._list.close_filter()
