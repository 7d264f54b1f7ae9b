"""The writes of the journal, newest first, and all that is known of one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import SecretState, is_secret_name
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.files import FileProblem
from smtp_tui.state.journal import CLEARED, Journal, JournalChange
from smtp_tui.state.written import Written, writes_of
from smtp_tui.text import clean, counted, padded, record_name
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, FullScreen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.bars import key_content
from smtp_tui.ui.widgets.filtered_table import FilteredTable, notice_content, shown_count
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.session import Session

NEWEST: Final = 4_000
"""Lines of the journal that are read for the screen; ``smtp-tui audit`` reads all."""
_LABEL_CELLS: Final = 11
_SECOND: Final = "%Y-%m-%d %H:%M:%S UTC"
_OUTCOME: Final = 4
"""Columns whose cells have a colour."""
_ROLES: Final = {
    WriteOutcome.DONE: "good",
    WriteOutcome.ANSWERED: "good",
    WriteOutcome.MAIL_ACCEPTED: "good",
    WriteOutcome.FOUND_DONE: "good",
    WriteOutcome.GONE: "warn",
    WriteOutcome.SENT_AGAIN: "warn",
    WriteOutcome.MAIL_UNREACHABLE: "warn",
    WriteOutcome.UNKNOWN: "unknown",
}
"""The roles of outcomes that are not bad."""
_SIGNS: Final = {"good": "✓", "warn": "▲", "unknown": "?", "bad": "✗"}
_NO_SECRET: Final = frozenset({CLEARED, SecretState.NOT_SET.value})
"""What the journal tells of a secret that is not there."""


class JournalScreen(FullScreen[None]):
    """Writes, the newest first. The files are read in a thread."""

    ACTIONS = ("journal.open", "journal.filter", "journal.refresh")
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    AUTO_FOCUS = ""  # over an empty table letters stay keys
    TITLE = "Journal of writes, times in UTC"
    COLUMNS: ClassVar[tuple[Column, ...]] = (
        Column("at", "TIME", 11),
        Column("profile", "PROFILE", 12, priority=2),
        Column("operation", "OPERATION", 11, flexible=True, priority=1),
        Column("record", "RECORD", 12, flexible=True),
        Column("outcome", "OUTCOME", 16),
    )

    def __init__(self, session: Session | None, clock: Clock, journal: Journal) -> None:
        super().__init__(session, clock)
        self._journal = journal
        self._writes: tuple[Written, ...] = ()
        self._notice: str | Content = "Reading the journal …"
        self._remarks: tuple[str, ...] = ()
        self._list = FilteredTable(self.COLUMNS)

    def compose_body(self) -> Iterable[Widget]:
        """The table."""
        yield self._list

    def on_mount(self) -> None:
        """Read the journal."""
        self.set_focus(self._list.table)
        self._list.watch_filter(self.show_writes)
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
            again = key_content(bound(self, "journal.refresh").first_key, "Read again")
            words = clean(str(problem), 400)
            self._notice = notice_content("The journal cannot be read", words, again)
        else:
            self._writes = writes_of(reading.entries)
            cut = len(reading.entries) == NEWEST
            self._remarks = (
                f"{reading.unreadable} unreadable" if reading.unreadable else "",
                f"{reading.overlong} too long to read" if reading.overlong else "",
                "smtp-tui audit shows older ones" if cut else "",
            )
            words = "Every create, change, delete and test email is written here before it is sent."
            back = bound(self, "app.back")
            keys = key_content(back.first_key, back.label)
            self._notice = notice_content("No writes yet", words, keys)
        self.show_writes()

    def show_writes(self) -> None:
        """Show the writes that hold the words of the filter."""
        table, total = self._list.table, len(self._writes)
        table.rows = self._list.matching(map(write_row, self._writes))
        table.notice = self._list.nothing_found if self._writes else self._notice
        path = clean(str(self._journal.path), 200)
        parts = (shown_count(len(table.rows), total, "write"), *self._remarks, path)
        state = Content.styled(" · ".join(filter(None, parts)), "dim")
        self.panel.show(self.TITLE, state)

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

    WIDTH = 100
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("q,enter", "cancel", show=False),
    ]

    def __init__(self, written: Written) -> None:
        super().__init__()
        self._written = written
        begun, record_id = written.begun, written.record_id
        nameless = not (begun.record_name.strip() or record_id)
        named = "new values" if nameless else record_name(begun.record_name, record_id)
        self.title = f"{clean(written.operation, 40)} · {named}"

    def compose_box(self) -> Iterable[Widget]:
        """The facts."""
        yield PlainText(written_content(self._written))

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        return (("↑ ↓", "Scroll"), (self.cancel_key, "Back"))


def write_row(written: Written) -> Row:
    """Return a write as a row, named by the id of the write."""
    begun = written.begun
    cells = (
        begun.at.strftime("%m-%d %H:%M"),
        clean(begun.profile, 40),
        clean(written.operation, 40) + (" · run" if begun.run else ""),
        clean(begun.record_name or written.record_id or "-", 200),
        _outcome_words(written),
    )
    return Row(begun.write_id, cells, (Look(_OUTCOME, _role(written)),))


def _role(written: Written) -> str:
    return _ROLES.get(written.outcome, "bad")


def _outcome_words(written: Written) -> str:
    """What came of a write, after a sign that says how it went."""
    return f"{_SIGNS[_role(written)]} {written.outcome_words}"


def written_content(written: Written) -> Content:
    """Return everything that is known about a write, one fact per line."""
    begun = written.begun
    ended = written.last.at if written.outcomes else None
    facts = (
        ("", written.words),
        ("status", "" if written.status is None else str(written.status)),
        ("request id", written.request_id or ""),
        ("begun", begun.at.strftime(_SECOND)),
        ("last known", ended.strftime(_SECOND) if ended else ""),
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
        ("run", begun.run),
    )
    outcome = (_outcome_words(written), f"bold ${_role(written)}")
    lines = [Content.assemble((padded("outcome", _LABEL_CELLS), "dim"), outcome)]
    lines += [
        Content.assemble((padded(name, _LABEL_CELLS), "dim"), clean(text, 600))
        for name, text in facts
        if text
    ]
    lines += [Content()] if begun.changes else []
    lines += [line for change in begun.changes for line in _diff(change)]
    if begun.omitted is not None:
        changes = counted(begun.omitted.count, "more change")
        sha256 = clean(begun.omitted.sha256, 64)
        lines.append(Content(f"  … {changes}, SHA-256 {sha256}"))
    return Content("\n").join(lines)


def _diff(change: JournalChange) -> Iterable[Content]:
    """A change as lines of a diff. Of a secret it is told only that there is one."""
    secret = is_secret_name(change.name)
    for sign, role, value in (("-", "bad", change.before), ("+", "good", change.after)):
        if value is None or (secret and value in _NO_SECRET):
            continue
        words = "hidden" if secret else clean(str(value), 300)
        yield Content.styled(f"{sign} {clean(change.name, 100)} {words}", f"bold ${role}")
