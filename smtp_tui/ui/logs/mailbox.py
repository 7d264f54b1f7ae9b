"""The mailbox of the demo, where test mails can be seen to arrive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.text import clean, clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.services import Mailbox, ReceivedMail
from smtp_tui.ui.widgets.columns import Column
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import RecordsTable, Row
from smtp_tui.workflows.session import Session

_COLUMNS = (
    Column("at", "TIME", 8),
    Column("to", "TO", 18, flexible=True),
    Column("subject", "SUBJECT", 18, flexible=True, priority=1),
    Column("login", "LOGIN", 8, flexible=True, priority=2),
    Column("tls", "TLS", 3, priority=3),
)


class MailboxScreen(FullScreen[None]):
    """Mails, the newest first; the lower half shows the one under the cursor."""

    ACTIONS = ("table.refresh",)
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    DEFAULT_CSS = """
    MailboxScreen VerticalScroll { border-top: solid ansi_bright_black; padding: 0 1; }
    """

    def __init__(self, session: Session | None, clock: Clock, mailbox: Mailbox) -> None:
        super().__init__(session, clock)
        self._mailbox = mailbox
        self._mails: tuple[ReceivedMail, ...] = ()
        self._table = RecordsTable(_COLUMNS, id="mails")
        self._text = PlainText(id="mail")

    def compose_body(self) -> Iterable[Widget]:
        """Title, table, the mail under the cursor."""
        yield PlainText("Mailbox of the demo's mail server", classes="title")
        yield self._table
        with VerticalScroll():
            yield self._text

    def on_mount(self) -> None:
        """Show what has arrived."""
        self._table.focus()
        self.action_refresh()

    def action_refresh(self) -> None:
        """Look again."""
        self._mails = self._mailbox()
        rows = [_row(position, mail) for position, mail in enumerate(self._mails)]
        self._table.rows = tuple(reversed(rows))
        if not rows:
            self._text.update("No mail yet. Go back and test a record that works.")

    @on(RecordsTable.CursorMoved)
    def show(self, event: RecordsTable.CursorMoved) -> None:
        """Show the mail under the cursor."""
        if event.row_id is not None:
            self._text.update(_mail_content(self._mails[int(event.row_id)]))


def _row(position: int, mail: ReceivedMail) -> Row:
    return Row(
        str(position),
        (
            mail.received_at.strftime("%H:%M:%S"),
            clean(", ".join(mail.rcpt_to), 200),
            clean(mail.subject, 200),
            clean(mail.username or "-", 60),
            "yes" if mail.tls else "no",
        ),
    )


def _mail_content(mail: ReceivedMail) -> Content:
    return Content(
        f"From {clean(mail.mail_from, 200)}\nTo {clean(', '.join(mail.rcpt_to), 300)}\n"
        f"Subject {clean(mail.subject, 300)}\n\n{clean_block(mail.body)}"
    )
