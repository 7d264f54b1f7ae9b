"""The mail server that plays scenarios: what goes wrong, and in which phase."""

from __future__ import annotations

import asyncio
import ssl
from enum import StrEnum
from typing import Any, AnyStr

from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import Struct

from smtp_tui.sandbox.mail_server import MailServer
from tests.failing_sandbox.certificates import CertificateKind, certificate_of
from tests.failing_sandbox.wire import reset as reset_connection

HANDSHAKE_FAILURE = bytes((21, 3, 3, 0, 2, 2, 40))
"""TLS's fatal alert with this name (RFC 8446, section 6)."""


class Tls(StrEnum):
    """What follows after STARTTLS was agreed on."""

    GOOD = "good"  # TLS, with the certificate of the scenario
    NONE = "none"  # text that is no TLS
    CUT = "cut"  # the end of the connection
    REFUSED = "refused"  # TLS's own refusal, as without a common cipher


class Phase(StrEnum):
    """A step of the SMTP conversation, in order."""

    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    MESSAGE = "message"  # after the dot that ends the message


class Conduct(StrEnum):
    """What happens in the chosen phase."""

    REPLY = "reply"  # `reply` instead of the usual reply; 421 also hangs up
    SILENCE = "silence"  # nothing, forever
    SLOW = "slow"  # wait `seconds`, then go on as usual
    DROP = "drop"  # end the connection
    RESET = "reset"  # break it off, so that the client gets an error


class Scenario(Struct, frozen=True):
    """How the mail server behaves on connections made from now on.

    `reply` is the whole text with its reply code; each of several lines has the code, as in
    `550-no\\n550 really`. `offer_starttls` False hides STARTTLS; `tls` is what follows after it,
    `certificate` the kind that is shown there. `offer_login` False hides AUTH.
    """

    phase: Phase | None = None
    conduct: Conduct = Conduct.REPLY
    reply: str = ""
    seconds: float = 1.0
    offer_starttls: bool = True
    tls: Tls = Tls.GOOD
    certificate: CertificateKind = CertificateKind.SELF_SIGNED
    offer_login: bool = True


def refuse(phase: Phase, reply: str) -> Scenario:
    """The server gives this reply in this phase: `refuse(Phase.RCPT, "550 5.1.1 no such user")`."""
    return Scenario(phase=phase, reply=reply)


def silence(phase: Phase) -> Scenario:
    """The server says nothing from this phase on, until the client times out."""
    return Scenario(phase=phase, conduct=Conduct.SILENCE)


def slow(phase: Phase, seconds: float) -> Scenario:
    """The server takes this many seconds in this phase, and then works."""
    return Scenario(phase=phase, conduct=Conduct.SLOW, seconds=seconds)


def drop(phase: Phase) -> Scenario:
    """The server hangs up in this phase without a reply."""
    return Scenario(phase=phase, conduct=Conduct.DROP)


def reset(phase: Phase) -> Scenario:
    """The server breaks the connection off in this phase."""
    return Scenario(phase=phase, conduct=Conduct.RESET)


NORMAL = Scenario()
"""A server that works."""


class PlayingMailServer(MailServer):
    """A mail server that plays a scenario on connections made from now on."""

    def __init__(self) -> None:
        """Start with a server that works."""
        super().__init__(PlayedConversation)
        self.scenario = NORMAL

    def play(self, scenario: Scenario) -> None:
        """Behave so on connections made from now on."""
        self.scenario = scenario

    def play_normally(self) -> None:
        """Work again."""
        self.play(NORMAL)

    def conversation(self, context: ssl.SSLContext | None) -> SMTP:
        """A conversation in the scenario that is played now."""
        kind = self.scenario.certificate
        if context is not None and kind is not CertificateKind.SELF_SIGNED:
            context = certificate_of(kind).server_context()
        return super().conversation(context if self.scenario.offer_starttls else None)

    async def handle_EHLO(
        self, smtp: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Offer what aiosmtpd offers, without AUTH if the scenario hides it."""
        assert isinstance(smtp, PlayedConversation)
        session.host_name = hostname
        if smtp.scenario.offer_login:
            return responses
        return [response for response in responses if not response.startswith("250-AUTH")]

    async def handle_DATA(self, smtp: SMTP, session: Session, envelope: Envelope) -> str:
        """Accept the message, unless the scenario has something else."""
        assert isinstance(smtp, PlayedConversation)
        instead = await smtp.act(Phase.MESSAGE)
        return instead or await super().handle_DATA(smtp, session, envelope)


class PlayedConversation(SMTP):
    """One conversation; its scenario stays the same for its whole length."""

    def __init__(self, server: PlayingMailServer, **settings: Any) -> None:
        """Take the scenario that the server plays now; `settings` are aiosmtpd's."""
        super().__init__(server, **settings)
        self.scenario = server.scenario
        self._greeted = False

    async def act(self, phase: Phase) -> str | None:
        """Play the scenario if it is about this phase.

        Returns the reply to give instead of the usual one, or None to go on; never returns when
        the scenario is silence or the end of the connection.
        """
        if self.scenario.phase is not phase:
            return None
        assert isinstance(self.transport, asyncio.Transport)
        match self.scenario.conduct:
            case Conduct.SLOW:
                await asyncio.sleep(self.scenario.seconds)  # the server is slow
                return None
            case Conduct.REPLY:
                return self.scenario.reply.replace("\n", "\r\n")
            case Conduct.DROP:
                self.transport.close()
            case Conduct.RESET:
                reset_connection(self.transport)
        # Cancelled when the client leaves.
        await asyncio.Event().wait()
        return None

    async def push(self, status: AnyStr) -> None:
        """Send a reply; the first one of a connection is the greeting."""
        greeting, self._greeted = not self._greeted, True
        if not greeting or not await self._played(Phase.GREETING):
            await super().push(status)

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
        if self.scenario.tls is Tls.GOOD:
            await super().smtp_STARTTLS(arg)
            return
        await self.push("220 2.0.0 Ready to start TLS")
        # Only after the client has begun: sooner, it may take this for more of the reply.
        await self._reader.read(1)
        assert isinstance(self.transport, asyncio.Transport)
        if self.scenario.tls is Tls.REFUSED:
            self.transport.write(HANDSHAKE_FAILURE)
        if self.scenario.tls is not Tls.NONE:
            self.transport.close()
            return
        await self.push("500 this is not TLS at all")
        await asyncio.Event().wait()

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
        """Whether the scenario replied in this phase, so that no other reply is due."""
        instead = await self.act(phase)
        if instead is None:
            return False
        await self.push(instead.encode())
        if instead.startswith("421") and self.transport is not None:
            self.transport.close()
        return True
