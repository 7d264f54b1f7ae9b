"""A screen that shows what happened, newest first, and all of what is under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.text import counted
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.bars import key_content
from smtp_tui.ui.widgets.filtered_table import notice_content
from smtp_tui.ui.widgets.panel import Panel, ScrollPane
from smtp_tui.ui.widgets.plain_text import PlainText, hanging
from smtp_tui.ui.widgets.rows import Column, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.session import Session


class LogScreen(FullScreen[None]):
    """A table of entries, newest first; the one under the cursor is shown beside it or below.

    ``ENTRY`` is what an entry is called. ``NOTHING`` is the title and the words that stand there
    while there is none.
    """

    COLUMNS: ClassVar[tuple[Column, ...]]
    ENTRY: ClassVar[str]
    NOTHING: ClassVar[tuple[str, str]]
    DEFAULT_CSS = """
    LogScreen { layout: vertical; }
    LogScreen.-wide { layout: horizontal; }
    LogScreen.-wide #main { width: 3fr; }
    LogScreen.-wide #entry { width: 2fr; }
    LogScreen ScrollPane { padding: 0 1; }
    """

    def __init__(self, session: Session | None, clock: Clock) -> None:
        super().__init__(session, clock)
        self.table = RecordsTable(self.COLUMNS)
        self._text = PlainText()
        self._entry = Panel(self.ENTRY.capitalize(), id="entry")
        self._contents: dict[str, Callable[[], Content]] = {}

    def compose_body(self) -> Iterable[Widget]:
        """The table."""
        yield self.table

    def compose_beside(self) -> Iterable[Widget]:
        """The entry under the cursor."""
        with self._entry, ScrollPane():
            yield self._text

    def on_mount(self) -> None:
        """Show the entry under the cursor."""
        self.watch(self.table, "cursor_id", self.show)

    def fill(self, entries: Iterable[tuple[Row, Callable[[], Content]]]) -> None:
        """Show these rows, and of the one under the cursor its content."""
        shown = list(entries)
        self._contents = {row.id: content for row, content in shown}
        self._entry.display = bool(shown)
        back = bound(self, "app.back")
        self.table.notice = notice_content(*self.NOTHING, key_content(back.first_key, back.label))
        self.table.rows = tuple(row for row, _ in shown)
        count = counted(len(shown), self.ENTRY)
        self.panel.show(self.TITLE or "", Content.styled(count, "dim"))

    def show(self) -> None:
        """Show the entry under the cursor."""
        content = self._contents.get(self.table.cursor_id or "")
        if content is not None:
            self._text.update(hanging(content()))
