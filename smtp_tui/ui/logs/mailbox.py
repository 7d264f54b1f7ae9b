"""The mails that the mail server of the demo accepted, newest first."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content

from smtp_tui.api.clock import Clock
from smtp_tui.text import clean, clean_block, padded
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.logs.log_screen import LogScreen
from smtp_tui.ui.services import Mailbox, ReceivedMail
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.workflows.session import Session


class MailboxScreen(LogScreen):
    """The mails that arrived at the demo's mail server."""

    ACTIONS = ("table.refresh",)
    KEYS = (*ACTIONS, "app.help", "app.back")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")
    TITLE = "Mailbox of the demo's mail server"
    ENTRY = "mail"
    NOTHING = ("No mail yet", "Test a record that works: its mail is shown here.")
    COLUMNS = (
        Column("at", "TIME", 8),
        Column("to", "TO", 18, flexible=True),
        Column("subject", "SUBJECT", 18, flexible=True, priority=1),
        Column("login", "LOGIN", 8, flexible=True, priority=2),
        Column("tls", "TLS", 3, priority=3),
    )

    def __init__(self, session: Session | None, clock: Clock, mailbox: Mailbox) -> None:
        super().__init__(session, clock)
        self._mailbox = mailbox

    def on_mount(self) -> None:
        """Show what has arrived."""
        self.action_refresh()

    def action_refresh(self) -> None:
        """Look again."""
        mails = reversed(list(enumerate(self._mailbox())))
        self.fill(
            (_mail_row(str(number), mail), partial(_mail_content, mail)) for number, mail in mails
        )


def _mail_row(row_id: str, mail: ReceivedMail) -> Row:
    cells = (
        mail.received_at.strftime("%H:%M:%S"),
        clean(", ".join(mail.rcpt_to), 200),
        clean(mail.subject, 200),
        clean(mail.username or "-", 60),
        "yes" if mail.tls else "no",
    )
    return Row(row_id, cells, (Look(4, "good" if mail.tls else "quiet"),))


def _mail_content(mail: ReceivedMail) -> Content:
    facts = (
        ("From", clean(mail.mail_from, 200)),
        ("To", clean(", ".join(mail.rcpt_to), 300)),
        ("Subject", clean(mail.subject, 300)),
        ("Login", clean(mail.username or "none", 60)),
        ("TLS", "yes" if mail.tls else "no"),
    )
    lines = [Content.assemble((padded(label, 9), "dim"), text) for label, text in facts]
    return Content("\n").join([*lines, Content(), Content(clean_block(mail.body))])
