"""The pane beside the table: the record under the cursor, whole, where there is room for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from textual.containers import VerticalScroll
from textual.widget import Widget

from smtp_tui.api.models import Record
from smtp_tui.state.history import Tested
from smtp_tui.ui.widgets.plain_text import PlainText

TESTS_SHOWN = 5


class RecordPane(VerticalScroll, can_focus=False):
    """Every parameter of one record, and its last tests."""

    DEFAULT_CSS = """
    RecordPane { width: 50; padding: 0 1; border-left: solid ansi_bright_black; }
    RecordPane PlainText { height: auto; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._words = PlainText()

    def compose(self) -> Iterable[Widget]:
        """The lines of the record."""
        yield self._words

    def show(self, record: Record | None, tests: tuple[Tested, ...], now: datetime) -> None:
        """Draw another record, or none."""
        from smtp_tui.ui.connections.record_text import record_content

        words = record_content(record, tests[:TESTS_SHOWN], now) if record is not None else ""
        self._words.update(words)
