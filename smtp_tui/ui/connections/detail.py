"""The screen of one record: what the pane shows on a wide terminal, with room for all of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.text import age, record_name
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.advice import error_text
from smtp_tui.ui.base import WriteEnded
from smtp_tui.ui.connections.record_actions import RecordScreen, RecordView
from smtp_tui.ui.connections.record_view import RecordPane
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in


class DetailScreen(RecordScreen[bool]):
    """Every parameter of one record. The result is whether anything changed on the server."""

    ACTIONS = (
        *(action_id for action_id in ids_in(Place.RECORD) if action_id != "record.open"),
        "table.refresh",
    )
    KEYS = (
        *("record.edit", "record.test", "record.clone", "record.delete", "record.copy"),
        *("table.refresh", "app.help", "app.back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")

    def __init__(
        self, session: Session, services: Services, record: Record, read_at: datetime
    ) -> None:
        view = RecordView(lambda: self._record, self._changed, self._show_record)
        super().__init__(session, services, view)
        self._record = record
        self._read_at = read_at
        self._problem: ApiError | None = None
        self._any_change = False
        self._problem_text = PlainText(classes="problem")
        self._pane = RecordPane(id="record", can_focus=True)

    def compose_body(self) -> Iterable[Widget]:
        """The problem of the last reading, and the record."""
        yield from (self._problem_text, self._pane)

    def on_mount(self) -> None:
        """Show what the table knew, then read the record again."""
        self._pane.focus()
        self._show_record()
        self.action_refresh()

    @property
    def situation(self) -> Situation:
        """What the keys depend on: there is always a record."""
        return replace(super().situation, record=True)

    def _changed(self, record_id: str | None) -> None:
        """Read the record again after a save, or leave after a delete."""
        self._any_change = True
        if record_id == self._record.id:
            self.action_refresh()
        else:
            self.dismiss(True)

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the record again if it was written."""
        if event.session is self.session and event.record_id == self._record.id:
            self._any_change = True
            self.action_refresh()

    def _show_record(self) -> None:
        """Show the record and its last tests."""
        tests = self.services.history.tests(self.session.key(self._record.id))
        self._pane.show(self._record, tests, self.services.clock.now())

    def action_refresh(self) -> None:
        """Read the record again."""
        self._reload()

    @work(group="load", exclusive=True, description="read a record")
    async def _reload(self) -> None:
        """Read the record; after an error the old one stays and is called stale."""
        record_id, name = self._record.id, record_name(self._record.name, self._record.id)
        try:
            self._record = await read_signed_in(
                self.session,
                ScreenOperator(self),
                lambda: self.session.connections.get(record_id),
                f"Reading {name}",
            )
        except ApiError as error:
            self._problem = error
        else:
            self._problem, self._read_at = None, self.services.clock.now()
        self._show_record()
        self._show_problem()

    def _show_problem(self) -> None:
        """Say why the last reading failed, and how old the record is."""
        self._problem_text.set_class(self._problem is not None, "-shown")
        if self._problem is not None:
            seconds = (self.services.clock.now() - self._read_at).total_seconds()
            stale = Content.styled(f"stale, as it was {age(seconds)} ago", "bold")
            words = Content.assemble(stale, "\n", error_text(self, self._problem))
            self._problem_text.update(words)

    def tick(self) -> None:
        """Let the age of a stale record grow."""
        super().tick()
        self._show_problem()

    def action_back(self) -> None:
        """Stop waiting, or go back and tell whether the table has to be read again."""
        if not self.stop_waiting():
            self.dismiss(self._any_change)
