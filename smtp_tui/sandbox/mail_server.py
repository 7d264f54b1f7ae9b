"""The sandbox's mail server: it accepts all mail, offers STARTTLS, and knows two accounts.

Mail is accepted with and without signing in. A wrong password gets 535; a recipient at
`refused.example`, or whose address starts with `nobody@`, gets 550. A second port speaks TLS from
the first byte, as port 465 does, so that a plain client meets a server that says nothing.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import ssl
from collections.abc import Callable
from email.policy import default
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from msgspec import Struct

from smtp_tui.sandbox.store import utc_now

ACCOUNTS = {b"relay": b"relay-password", b"reports@sandbox.example": b"reports-password"}
"""User name to password."""

HOSTNAME = "mail.sandbox.example"
REFUSED_DOMAIN = "refused.example"
BAD_LOGIN = "535 5.7.8 Error: authentication failed"


class ReceivedMail(Struct, frozen=True):
    """One message that the sandbox's mail server accepted.

    `received_at` is ISO 8601 in UTC; `tls` tells whether the connection was encrypted;
    `username` is the account that signed in, or None.
    """

    mail_from: str
    rcpt_to: tuple[str, ...]
    subject: str
    body: str
    received_at: str
    tls: bool
    username: str | None


class MailServer:
    """The mailbox, and what aiosmtpd does with each recipient and message."""

    def __init__(self, protocol: Callable[..., SMTP] = SMTP) -> None:
        """Start with an empty mailbox. `protocol` is aiosmtpd's class or one like it."""
        self.mailbox: list[ReceivedMail] = []
        self.conversations: WeakSet[SMTP] = WeakSet()
        self._protocol = protocol

    def conversation(self, context: ssl.SSLContext | None) -> SMTP:
        """The protocol for a new connection; `context` is for STARTTLS, None offers none."""
        made = self._protocol(
            self,
            hostname=HOSTNAME,
            ident="ESMTP sandbox",
            tls_context=context,
            auth_require_tls=False,
            authenticator=_authenticate,
            timeout=60,
            loop=asyncio.get_running_loop(),
        )
        self.conversations.add(made)
        return made

    async def handle_RCPT(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any recipient but the refused ones."""
        name = address.lower()
        if name.endswith(f"@{REFUSED_DOMAIN}") or name.startswith("nobody@"):
            return (
                f"550 5.1.1 <{address}>: Recipient address rejected: "
                "User unknown in local recipient table"
            )
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        """Put the message into the mailbox."""
        self.mailbox.append(_received(smtp, session, envelope))
        # The id follows from the number of mails, so that the same steps show the same text.
        number = f"mail {len(self.mailbox)}".encode()
        return f"250 2.0.0 Ok: queued as {hashlib.sha256(number).hexdigest()[:10].upper()}"


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    if ACCOUNTS.get(data.login) == data.password:
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False, message=BAD_LOGIN)


def _received(smtp: SMTP, session: Session, envelope: Envelope) -> ReceivedMail:
    assert smtp.transport is not None
    message = email.message_from_bytes(envelope.original_content or b"", policy=default)
    login, part = session.auth_data, message.get_body(("plain", "html"))
    return ReceivedMail(
        mail_from=envelope.mail_from or "",
        rcpt_to=tuple(envelope.rcpt_tos),
        subject=str(message["subject"] or ""),
        body="" if part is None else str(part.get_content()),
        received_at=utc_now(),
        tls=smtp.transport.get_extra_info("sslcontext") is not None,
        username=login.login.decode() if isinstance(login, LoginPassword) else None,
    )
