"""The entries of a list that cannot be read as records, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import BindingType
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Unreadable
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import Column, RecordsTable, Row
from smtp_tui.workflows.session import Session

MOST_ROWS: Final = 1_000
_COLUMNS: Final = (
    Column("position", "ENTRY", 7, right=True),
    Column("name", "NAME", 12, flexible=True, priority=1),
    Column("why", "WHY", 24, flexible=True),
)


class UnreadableScreen(FullScreen[None]):
    """A table of the entries, in the order of the server's answer."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, session: Session, clock: Clock, entries: tuple[Unreadable, ...]) -> None:
        super().__init__(session, clock)
        self._entries = entries
        self._table = RecordsTable(_COLUMNS, id="entries")
        self._table.rows = tuple(map(_row, entries[:MOST_ROWS]))

    def compose_body(self) -> Iterable[Widget]:
        """Title and table."""
        title = f"Entries of the list that could not be read: {len(self._entries):,}"
        if len(self._entries) > MOST_ROWS:
            title += f", of which the first {MOST_ROWS:,} are shown"
        yield PlainText(title, classes="title")
        yield self._table

    def on_mount(self) -> None:
        """Let the keys move in the table."""
        self._table.focus()


def _row(entry: Unreadable) -> Row:
    name = clean(entry.name, 200) or "-"
    return Row(str(entry.position), (f"{entry.position:,}", name, clean(entry.why, 300)))
