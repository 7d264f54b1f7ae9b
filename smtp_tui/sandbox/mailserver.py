"""The sandbox's own mail server: catches all mail, has accounts and STARTTLS, plays scenarios.

It takes mail with and without a login. A wrong login gets 535; a recipient at `refused.example`, or
whose address starts with `nobody@`, gets 550. The second listener speaks TLS from the first byte,
as port 465 does, so that a plain client meets a server that says nothing.
"""

from __future__ import annotations

import asyncio
import email
import hashlib
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from smtp_tui.sandbox.certificate import Certificate, CertificateKind, make_certificate
from smtp_tui.sandbox.journal import Journal, ReceivedMail
from smtp_tui.sandbox.scenario import NORMAL, Conduct, Phase, Scenario, Tls
from smtp_tui.sandbox.wire import HANDSHAKE_FAILURE, LINGER_ZERO

ACCOUNTS = {"relay": "relay-password", "reports@sandbox.example": "reports-password"}
"""User name to password, as the mail server knows them."""

HOSTNAME = "mail.sandbox.example"
GREETING = f"220 {HOSTNAME} ESMTP sandbox"
REFUSED_DOMAIN = "refused.example"
BAD_LOGIN = "535 5.7.8 Error: authentication failed"


class MailServer:
    """Listeners, accounts and the scenario being played."""

    def __init__(self, mailbox: Journal[ReceivedMail]) -> None:
        """Mail that is taken goes to `mailbox`."""
        self.scenario = NORMAL
        self.mailbox = mailbox
        self._open: set[asyncio.Transport] = set()
        self._certificates: dict[CertificateKind, Certificate] = {}

    def play(self, scenario: Scenario) -> None:
        """Behave so on connections made from now on."""
        self.scenario = scenario

    def play_normally(self) -> None:
        """Work again."""
        self.play(NORMAL)

    async def listen(
        self, plain: socket.socket, tls: socket.socket, context: ssl.SSLContext
    ) -> tuple[asyncio.Server, asyncio.Server]:
        """Serve on two bound sockets: SMTP with STARTTLS, and SMTP inside TLS."""
        loop = asyncio.get_running_loop()
        return (
            await loop.create_server(self._connection(context), sock=plain),
            await loop.create_server(
                self._connection(None), sock=tls, ssl=context, ssl_shutdown_timeout=1.0
            ),
        )

    def cut(self) -> bool:
        """Drop every connection at once, when the server stops; False when there is none."""
        for transport in tuple(self._open):
            transport.abort()
        return bool(self._open)

    def opened(self, transport: asyncio.Transport) -> None:
        """Remember a connection, to be able to drop it."""
        self._open.add(transport)

    def ended(self, transport: asyncio.Transport) -> None:
        """Forget a connection."""
        self._open.discard(transport)

    def certificate(self, kind: CertificateKind) -> Certificate:
        """The certificate of that kind that this server shows, made when it is first wanted."""
        if kind not in self._certificates:
            self._certificates[kind] = make_certificate(HOSTNAME, kind)
        return self._certificates[kind]

    def _connection(self, context: ssl.SSLContext | None) -> Callable[[], Conversation]:
        return lambda: Conversation(self, self.scenario, self._context(self.scenario, context))

    def _context(self, scenario: Scenario, usual: ssl.SSLContext | None) -> ssl.SSLContext | None:
        """What is shown after STARTTLS in this scenario; `usual` None where there is none."""
        kind = CertificateKind(scenario.certificate)
        if usual is None or kind is CertificateKind.SELF_SIGNED:
            return usual
        return self.certificate(kind).server_context()


class Mailbox:
    """aiosmtpd's handler: which recipients and messages are taken."""

    def __init__(self, server: MailServer) -> None:
        """Take mail for this server."""
        self._server = server

    async def handle_EHLO(
        self,
        smtp: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Offer what aiosmtpd offers, but for AUTH where the scenario hides it."""
        assert isinstance(smtp, Conversation)
        session.host_name = hostname
        if smtp.scenario.offer_login:
            return responses
        return [response for response in responses if not response.startswith("250-AUTH")]

    async def handle_RCPT(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take any recipient but the refused ones."""
        refused = address.lower().endswith(f"@{REFUSED_DOMAIN}")
        if refused or address.lower().startswith("nobody@"):
            return (
                f"550 5.1.1 <{address}>: Recipient address rejected: "
                "User unknown in local recipient table"
            )
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        """Put the message into the mailbox."""
        assert isinstance(smtp, Conversation)
        instead = await smtp.act(Phase.MESSAGE)
        if instead is not None:
            return instead
        content = envelope.original_content or b""
        message = email.message_from_bytes(content, policy=default)
        self._server.mailbox.add(_received(smtp, envelope, message))
        # From the count alone, so that the same steps show the same text.
        number = len(self._server.mailbox.items)
        queue_id = hashlib.sha256(f"mail {number}".encode()).hexdigest()[:10].upper()
        return f"250 2.0.0 Ok: queued as {queue_id}"


class Conversation(SMTP):
    """One SMTP conversation, departing from the usual where its scenario says so."""

    def __init__(
        self, server: MailServer, scenario: Scenario, context: ssl.SSLContext | None
    ) -> None:
        """`context` is for STARTTLS; the scenario stays the same for the whole conversation."""
        super().__init__(
            Mailbox(server),
            hostname=HOSTNAME,
            tls_context=context if scenario.offer_starttls else None,
            auth_require_tls=False,
            authenticator=_authenticate,
            timeout=60,
            loop=asyncio.get_running_loop(),
        )
        self._server = server
        self.scenario = scenario
        self._greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection; called again when STARTTLS has put TLS between."""
        assert isinstance(transport, asyncio.Transport)
        self._server.opened(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        if isinstance(self.transport, asyncio.Transport):
            self._server.ended(self.transport)
        super().connection_lost(error)

    async def act(self, phase: Phase) -> str | None:
        """Play the scenario if it is about this phase: the reply to give instead of the usual one,
        or None to go on; does not return when the scenario is silence or the connection's end."""
        if self.scenario.phase is not phase:
            return None
        match self.scenario.conduct:
            case Conduct.SLOW:
                await asyncio.sleep(self.scenario.seconds)
                return None
            case Conduct.REPLY:
                return self.scenario.reply.replace("\n", "\r\n")
            case Conduct.DROP:
                assert self.transport is not None
                self.transport.close()
            case Conduct.RESET:
                self._break_off()
        # The client's leaving cancels this.
        await asyncio.Event().wait()
        return None

    def _break_off(self) -> None:
        """End the connection with a reset instead of an end of data."""
        assert isinstance(self.transport, asyncio.Transport)
        line = self.transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self.transport.abort()

    async def push(self, status: AnyStr) -> None:
        """Send a reply; the first one of a connection is the greeting."""
        if self._greeted:
            await super().push(status)
            return
        self._greeted = True
        if not await self._played(Phase.GREETING):
            await super().push(GREETING)

    async def smtp_HELO(self, hostname: str) -> None:
        """HELO, refused together with EHLO."""
        if not await self._played(Phase.EHLO):
            await super().smtp_HELO(hostname)

    async def smtp_EHLO(self, hostname: str) -> None:
        """EHLO."""
        if not await self._played(Phase.EHLO):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        """STARTTLS, or what the scenario has instead of TLS."""
        if await self._played(Phase.STARTTLS):
            return
        if self.scenario.tls != Tls.GOOD:
            await self.push("220 2.0.0 Ready to start TLS")
            # Only after the client has begun: sooner, it may take this for more of the reply.
            await self._reader.read(1)
            assert isinstance(self.transport, asyncio.Transport)
            if self.scenario.tls == Tls.REFUSED:
                self.transport.write(HANDSHAKE_FAILURE)
            if self.scenario.tls != Tls.NONE:
                self.transport.close()
                return
            await self.push("500 this is not TLS at all")
            await asyncio.Event().wait()
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        """AUTH."""
        if not await self._played(Phase.AUTH):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        """MAIL FROM."""
        if not await self._played(Phase.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        """RCPT TO."""
        if not await self._played(Phase.RCPT):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        """DATA."""
        if not await self._played(Phase.DATA):
            await super().smtp_DATA(arg)

    async def _played(self, phase: Phase) -> bool:
        """Whether the scenario has replied in this phase, so that nothing else is to be said."""
        instead = await self.act(phase)
        if instead is None:
            return False
        await self.push(instead.encode())
        if instead.startswith("421") and self.transport is not None:
            self.transport.close()
        return True


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    assert isinstance(data, LoginPassword)
    known = ACCOUNTS.get(data.login.decode("utf-8", "replace"))
    if known is not None and known == data.password.decode("utf-8", "replace"):
        return AuthResult(success=True, auth_data=data)
    return AuthResult(success=False, handled=False, message=BAD_LOGIN)


def _received(smtp: SMTP, envelope: Envelope, message: EmailMessage) -> ReceivedMail:
    assert smtp.session is not None
    assert smtp.transport is not None
    login = smtp.session.auth_data if smtp.session.authenticated else None
    part = message.get_body(("plain", "html"))
    return ReceivedMail(
        mail_from=envelope.mail_from or "",
        rcpt_to=tuple(envelope.rcpt_tos),
        subject=str(message["subject"] or ""),
        body="" if part is None else str(part.get_content()),
        received_at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        tls=smtp.transport.get_extra_info("sslcontext") is not None,
        username=login.login.decode("utf-8", "replace")
        if isinstance(login, LoginPassword)
        else None,
    )
