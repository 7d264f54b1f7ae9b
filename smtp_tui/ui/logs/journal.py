"""The journal of writes: what was about to be sent, by whom, and its outcome."""

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
from smtp_tui.state.journal import Journal, JournalChange, Written, writes_of
from smtp_tui.text import clean, padded, record_name
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, FullScreen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.columns import Column
from smtp_tui.ui.widgets.filtered_table import FilteredTable, counted
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import RecordsTable, Row
from smtp_tui.workflows.session import Session

NEWEST: Final = 4_000
"""Lines that are read for the screen; ``smtp-tui audit`` reads all."""
_COLUMNS: Final = (
    Column("at", "TIME", 11),
    Column("profile", "PROFILE", 12, priority=2),
    Column("operation", "OPERATION", 11, priority=1),
    Column("record", "RECORD", 12, flexible=True),
    Column("outcome", "OUTCOME", 16),
)
_LABEL_CELLS: Final = 11


class JournalScreen(FullScreen[None]):
    """Writes, the newest first. The files are read in a thread."""

    ACTIONS = ("journal.open", "journal.filter", "journal.refresh")
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    AUTO_FOCUS = ""  # over an empty table letters stay keys

    def __init__(self, session: Session | None, clock: Clock, journal: Journal) -> None:
        super().__init__(session, clock)
        self._journal = journal
        self._writes: tuple[Written, ...] = ()
        self._notice = "Reading the journal …"
        self._remarks: tuple[str, ...] = ()
        self._list = FilteredTable(_COLUMNS)
        self._status = PlainText(classes="status")

    def compose_body(self) -> Iterable[Widget]:
        """Title, table, status line."""
        yield PlainText("Journal of writes, times in UTC", classes="title")
        yield self._list
        yield self._status

    def on_mount(self) -> None:
        """Read the journal."""
        self._list.table.focus()
        self.show_writes()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Read again, also what other processes wrote."""
        self._read()

    @work(group="journal", exclusive=True, description="read the journal")
    async def _read(self) -> None:
        try:
            reading = await asyncio.to_thread(self._journal.read, NEWEST)
        except FileProblem as problem:
            self._writes, self._remarks = (), ()
            key, words = bound(self, "journal.refresh").first_key, clean(str(problem), 400)
            self._notice = f"The journal cannot be read.\n\n{words}\n\n{key} reads again."
        else:
            self._writes = writes_of(reading.entries)
            cut = len(reading.entries) == NEWEST
            self._remarks = (
                f"{reading.unreadable} unreadable" if reading.unreadable else "",
                f"{reading.overlong} too long to read" if reading.overlong else "",
                "smtp-tui audit shows those before" if cut else "",
            )
            self._notice = (
                "No writes yet.\n\n"
                "Every create, change, delete and test email is written here before it is sent."
            )
        self.show_writes()

    @on(Input.Changed)
    def show_writes(self) -> None:
        """Show the writes that hold the words of the filter."""
        table, total = self._list.table, len(self._writes)
        table.rows = self._list.matching(map(write_row, self._writes))
        table.notice = self._list.nothing_found if self._writes else self._notice
        path = clean(str(self._journal.path), 200)
        parts = (counted(len(table.rows), total, "write"), *self._remarks, path)
        self._status.update(" · ".join(filter(None, parts)))

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    @on(RecordsTable.Opened)
    def action_open(self) -> None:
        """Show everything about the write under the cursor."""
        chosen = self._list.table.cursor_id
        for written in self._writes:
            if written.begun.write_id == chosen:
                self.app.push_screen(WrittenDialog(written))

    def action_back(self) -> None:
        """Close the filter, or go back."""
        if not self._list.close_filter():
            self.dismiss(None)


class WrittenDialog(Dialog[None]):
    """One write with everything that is known about it."""

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
        """Operation and record."""
        begun, record_id = self._written.begun, self._written.record_id
        nameless = not (begun.record_name.strip() or record_id)
        named = "new values" if nameless else record_name(begun.record_name, record_id)
        return f"{begun.operation.replace('_', ' ')} · {named}"

    def compose_box(self) -> Iterable[Widget]:
        """The facts, and the keys."""
        yield PlainText(written_content(self._written))
        yield PlainText(f"↑ ↓ scroll · {self.cancel_key} back", classes="hint")


def write_row(written: Written) -> Row:
    """Return a write as a row, named by the id of the write."""
    begun = written.begun
    return Row(
        begun.write_id,
        (
            begun.at.strftime("%m-%d %H:%M"),
            clean(begun.profile, 40),
            clean(begun.operation.replace("_", " "), 40),
            clean(begun.record_name or written.record_id or "-", 200),
            written.outcome.value,
        ),
    )


def written_content(written: Written) -> Content:
    """Return everything that is known about a write, one fact per line."""
    begun = written.begun
    ended = written.last.at if written.outcomes else None
    facts = (
        ("outcome", written.outcome.value),
        ("", written.words),
        ("status", "" if written.status is None else str(written.status)),
        ("request id", written.request_id or ""),
        ("begun", begun.at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        ("last known", ended.strftime("%Y-%m-%d %H:%M:%S UTC") if ended else ""),
        ("user", begun.user + (f", by ssh from {begun.ssh_client}" if begun.ssh_client else "")),
        ("profile", begun.profile),
        ("host", begun.host),
        ("tenant", begun.tenant),
        ("team", begun.team),
        ("namespace", begun.namespace),
        ("record", begun.record_name),
        ("id", written.record_id or ""),
        ("recipient", begun.recipient or ""),
        ("write", begun.write_id),
    )
    lines = [
        Content.assemble((padded(name, _LABEL_CELLS), "dim"), clean(text, 600))
        for name, text in facts
        if text
    ]
    lines += [Content(_change(change)) for change in begun.changes]
    if begun.omitted is not None:
        count, sha256 = begun.omitted.count, clean(begun.omitted.sha256, 64)
        changes = "1 more change" if count == 1 else f"{count} more changes"
        lines.append(Content(f"  … {changes}, SHA-256 {sha256}"))
    return Content("\n").join(lines)


def _change(change: JournalChange) -> str:
    before, after = (
        "(none)" if value is None else f"“{value}”" for value in (change.before, change.after)
    )
    return f"  ~ {clean(change.name, 100)}  {clean(before, 300)} → {clean(after, 300)}"
