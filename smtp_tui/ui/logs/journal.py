"""The journal of writes: what was about to be sent, by whom, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.clock import Clock
from smtp_tui.state.files import FileProblem
from smtp_tui.state.journal import Journal, Written, writes_of
from smtp_tui.text import clean, record_name
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, FullScreen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.logs.journal_rows import COLUMNS, row, written_content
from smtp_tui.ui.widgets.inputs import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.session import Session

NEWEST: Final = 4_000
"""Lines that are read for the screen; ``smtp-tui audit`` reads all."""


class JournalScreen(FullScreen[None]):
    """The newest write first; Enter shows one whole. The files are read in a thread."""

    ACTIONS = ("journal.open", "journal.filter", "journal.refresh")
    KEYS = ("journal.open", "journal.filter", "journal.refresh", "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS, "app.back"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    AUTO_FOCUS = ""  # over an empty table letters stay keys
    DEFAULT_CSS = """
    JournalScreen #journal-title { height: 1; text-style: bold; padding: 0 1; }
    JournalScreen #journal-filter { height: 1; border: none; padding: 0 1; display: none; }
    JournalScreen #journal-filter.-open { display: block; }
    JournalScreen RecordsTable { height: 1fr; }
    JournalScreen #journal-status { height: 1; padding: 0 1; text-style: dim; }
    """

    def __init__(self, session: Session | None, clock: Clock, journal: Journal) -> None:
        super().__init__(session, clock)
        self._journal = journal
        self._writes: tuple[Written, ...] = ()
        self._notice = "Reading the journal …"
        self._unreadable = self._overlong = 0
        self._cut = False

    def compose_body(self) -> Iterable[Widget]:
        """Title, filter, table or words in its place, status."""
        yield PlainText("Journal of writes, times in UTC", id="journal-title")
        yield TextInput(placeholder="filter", id="journal-filter", takes=Paste.WORDS)
        yield RecordsTable(COLUMNS, id="writes")
        yield PlainText("", id="journal-status")

    def on_mount(self) -> None:
        """Read what stands there now."""
        self._table.focus()
        self._show()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read again; writes of other processes are in it too."""
        self._read()

    @work(group="journal", exclusive=True, description="read the journal")
    async def _read(self) -> None:
        try:
            reading = await asyncio.to_thread(self._journal.read, NEWEST)
        except FileProblem as problem:
            self._writes, self._unreadable, self._overlong = (), 0, 0
            key = bound(self, "journal.refresh").first_key
            words = clean(str(problem), 400)
            self._notice = f"The journal cannot be read.\n\n{words}\n\n{key} reads again."
        else:
            self._writes = writes_of(reading.entries)
            self._unreadable, self._overlong = reading.unreadable, reading.overlong
            self._cut = len(reading.entries) == NEWEST
            self._notice = (
                "No write stands here yet.\n\n"
                "Every create, change, delete and test email will, before it is sent."
            )
        self._show()

    @property
    def _table(self) -> RecordsTable:
        return self.query_one(RecordsTable)

    @property
    def _filter(self) -> Input:
        return self.query_one("#journal-filter", Input)

    def _show(self) -> None:
        words = self._filter.value.casefold().split()
        rows = tuple(map(row, self._writes))
        shown = tuple(
            one for one in rows if all(word in " ".join(one.cells).casefold() for word in words)
        )
        self._table.rows = shown
        notice = self._notice
        if self._writes:
            key = bound(self, "app.back").last_key
            typed = clean(self._filter.value, 100)
            notice = f"Nothing holds “{typed}”.\n\n{key} clears the filter."
        self._table.notice = notice
        self.query_one("#journal-status", PlainText).update(self._status(len(shown)))

    def _status(self, shown: int) -> str:
        total = len(self._writes)
        counted = "1 write" if total == 1 else f"{total} writes"
        parts = [
            counted if shown == total else f"{shown} of {total}",
            f"{self._unreadable} unreadable" if self._unreadable else "",
            f"{self._overlong} too long to read" if self._overlong else "",
            "smtp-tui audit shows those before" if self._cut else "",
            clean(str(self._journal.path), 200),
        ]
        return " · ".join(filter(None, parts))

    @on(Input.Changed, "#journal-filter")
    def narrow(self) -> None:
        """Show only what holds the words."""
        self._show()

    @on(Input.Submitted, "#journal-filter")
    def to_rows(self) -> None:
        """Enter goes to the rows, the filter stays."""
        self._table.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        self._filter.set_class(True, "-open")
        self._filter.focus()

    def action_move(self, rows: int) -> None:
        """Move the cursor while the filter has the focus."""
        self._table.cursor_row += rows

    @on(RecordsTable.Opened)
    def action_open(self) -> None:
        """Show the write under the cursor whole."""
        chosen = self._table.cursor_id
        one = next((one for one in self._writes if one.begun.write_id == chosen), None)
        if one is not None:
            self.app.push_screen(WrittenDialog(one))

    def action_back(self) -> None:
        """Clear the filter, else back to where it was opened."""
        if self._filter.has_class("-open"):
            self._filter.value = ""
            self._filter.set_class(False, "-open")
            self._table.focus()
        else:
            self.dismiss(None)


class WrittenDialog(Dialog[None]):
    """One write with everything that is known of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("q,enter", "cancel", show=False),
        Binding("j", "scroll_body(1)", show=False),
        Binding("k", "scroll_body(-1)", show=False),
    ]

    def __init__(self, written: Written) -> None:
        super().__init__()
        self._written = written

    @property
    def title_text(self) -> str:
        """Which write."""
        begun, record_id = self._written.begun, self._written.record_id
        nameless = not (begun.record_name.strip() or record_id)
        named = "new values" if nameless else record_name(begun.record_name, record_id)
        return f"{begun.operation.replace('_', ' ')} · {named}"

    def compose_box(self) -> Iterable[Widget]:
        """All of it, and the keys."""
        yield PlainText(written_content(self._written))
        yield PlainText(Content(f"↑ ↓ scroll · {self.cancel_key} back"), classes="hint")


__all__ = ["JournalScreen", "WrittenDialog"]
