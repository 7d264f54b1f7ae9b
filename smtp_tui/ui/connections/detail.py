"""One record whole: what the side pane shows on a wide terminal, as a screen of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace
from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.text import age, record_name
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.advice import error_text
from smtp_tui.ui.base import WriteEnded
from smtp_tui.ui.connections.record_actions import RecordScreen
from smtp_tui.ui.connections.record_text import record_content
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in


class DetailScreen(RecordScreen[bool]):
    """Every parameter of one record; tells on leaving whether anything changed."""

    ACTIONS = (*(one for one in ids_in(Place.RECORD) if one != "record.open"), "table.refresh")
    KEYS = (
        "record.edit",
        "record.test",
        "record.clone",
        "record.delete",
        "record.copy",
        "table.refresh",
        "app.help",
        "app.back",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS, "app.back"),
        Binding("j,down", "scroll_by(1)", show=False),
        Binding("k,up", "scroll_by(-1)", show=False),
        Binding("pagedown,space", "scroll_pages(1)", show=False),
        Binding("pageup", "scroll_pages(-1)", show=False),
        Binding("g,home", "scroll_to_end(False)", show=False),
        Binding("G,end", "scroll_to_end(True)", show=False),
    ]
    DEFAULT_CSS = """
    DetailScreen #problem { height: auto; max-height: 6; padding: 0 1; display: none; }
    DetailScreen #problem.-shown { display: block; }
    DetailScreen VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    """

    shown: var[Record | None] = var(None)
    problem: var[ApiError | None] = var(None)

    def __init__(
        self, session: Session, services: Services, record: Record, read_at: datetime
    ) -> None:
        super().__init__(session, services)
        self._first = record
        self._anything = False
        self._read_at = read_at

    def compose_body(self) -> Iterable[Widget]:
        """What went wrong, and the record's lines."""
        yield PlainText("", id="problem")
        with VerticalScroll(can_focus=False):
            yield PlainText("", id="record")

    def on_mount(self) -> None:
        """Show what the table knew, then read the record anew."""
        self.shown = self._first
        self.reload()

    @property
    def record(self) -> Record | None:
        """The record shown."""
        return self.shown

    @property
    def situation(self) -> Situation:
        """There is always a record here."""
        return replace(super().situation, record=True)

    def watch_shown(self, record: Record | None) -> None:
        """Draw the record."""
        if record is not None and self.is_attached:
            tests = self.services.history.tests(self.session.key(record.id))
            now = self.services.clock.now()
            self.query_one("#record", PlainText).update(record_content(record, tests, now))

    def changed(self, record_id: str | None) -> None:
        """After a save read again; after a delete there is nothing left to show."""
        self._anything = True
        if self.shown is not None and record_id == self.shown.id:
            self.reload()
        else:
            self.dismiss(True)

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the record again if it was written."""
        ours = event.session is self.session
        if ours and self.shown is not None and event.record_id == self.shown.id:
            self._anything = True
            self.reload()

    def tested(self) -> None:
        """Draw the last tests anew."""
        self.watch_shown(self.shown)

    def action_refresh(self) -> None:
        """Read the record again."""
        self.reload()

    @work(group="load", exclusive=True, description="read a record")
    async def reload(self) -> None:
        """Read the record again; on an error what is shown stays, and is called stale."""
        try:
            self.shown = await read_signed_in(
                self.session,
                ScreenOperator(self),
                lambda: self.session.connections.get(self._first.id),
                f"Reading {record_name(self._first.name, self._first.id)}",
            )
        except ApiError as error:
            self.problem = error
        else:
            self.problem = None
            self._read_at = self.services.clock.now()

    def watch_problem(self) -> None:
        """Say what went wrong, and how old is what stands here."""
        if not self.is_attached:
            return
        shown = self.query_one("#problem", PlainText)
        shown.set_class(self.problem is not None, "-shown")
        if self.problem is not None:
            seconds = (self.services.clock.now() - self._read_at).total_seconds()
            stale = Content.styled(f"stale, as it was {age(seconds)} ago", "bold")
            shown.update(Content.assemble(stale, "\n", error_text(self, self.problem)))

    def tick(self) -> None:
        """Let the age of what is stale grow too."""
        super().tick()
        self.watch_problem()

    def action_scroll_by(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by what is seen at once."""
        body = self.query_one(VerticalScroll)
        body.scroll_relative(y=pages * body.size.height, animate=False)

    def action_scroll_to_end(self, end: bool) -> None:
        """Go to the first line or to the last."""
        body = self.query_one(VerticalScroll)
        body.scroll_to(y=body.max_scroll_y if end else 0, animate=False)

    def action_back(self) -> None:
        """Stop waiting, or go back to the table, telling whether it has to be read again."""
        if not self.stop_waiting():
            self.dismiss(self._anything)
