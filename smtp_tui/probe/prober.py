"""A probe from the name to ``QUIT``: each step is shown as it ends, and no mail is ever sent."""

from __future__ import annotations

import asyncio
import base64
import errno
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import ExitStack, asynccontextmanager
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.clock import Clock
from smtp_tui.probe.channel import Channel, Reply, Stopped, handshake
from smtp_tui.probe.failures import failure, held_back, refusal
from smtp_tui.probe.model import (
    Ask,
    Failure,
    Limits,
    Line,
    Offers,
    Probe,
    Reason,
    Result,
    Security,
    Side,
    Step,
    StepResult,
)
from smtp_tui.probe.names import Names, NoAddress, family_of
from smtp_tui.probe.words import (
    certificate_in_short,
    certificate_lines,
    certificate_remarks,
    not_tried,
    not_tried_words,
    offers_words,
    suggestion,
)
from smtp_tui.text import counted

OTHER_PORTS: Final = (587, 465, 25, 2525)
"""The ports that are tried where another one failed, the best for submission first."""

Show: TypeAlias = Callable[[Probe], object]
"""Called with all that was found so far, after each step."""

_CONNECT_REASONS: Final = {
    errno.ECONNREFUSED: (Reason.REFUSED, "connection refused"),
    errno.ECONNRESET: (Reason.CLOSED, "the server hung up (connection reset)"),
    errno.EHOSTUNREACH: (Reason.NO_ROUTE, "no route to the host"),
    errno.ENETUNREACH: (Reason.NO_ROUTE, "no route to the network"),
    errno.ETIMEDOUT: (Reason.FILTERED, "no answer"),
}
_TELLING: Final = (
    *(Reason.CLOSED, Reason.REFUSED, Reason.FILTERED, Reason.NOT_CONNECTED, Reason.NO_ROUTE),
)
"""Which address says most where all fail: many machines have no route for one of the families."""
_TROUBLE: Final = (Step.CONNECT, Step.GREETING, Step.EHLO, Step.TLS, Step.EHLO_TLS)
"""The steps whose failure another port may help against."""
_LISTED: Final = 20
"""So many addresses of a name are listed."""


class Prober:
    """Probes relays; the event loop is never blocked, and a cancelled probe closes its line.

    ``names`` looks hosts up, ``limits`` bound every probe, ``ports`` are tried where another one
    failed.
    """

    def __init__(
        self,
        clock: Clock,
        names: Names,
        limits: Limits,
        ports: tuple[int, ...] = OTHER_PORTS,
    ) -> None:
        self._clock = clock
        self._names = names
        self._limits = limits
        self._ports = ports

    async def probe(self, ask: Ask, show: Show, *, others: bool = True) -> Probe:
        """Take all steps, up to the first that fails.

        Where it fails before anything was asked, the ``others`` are tried: the usual ports, and
        this one with another TLS setting.
        """
        attempt = _Attempt(ask, self._clock, self._names, self._limits, show)
        await attempt.whole()
        attempt.note(not_tried_words(not_tried(attempt.probe)))
        failed = attempt.probe.failed
        if others and failed is not None and failed.step in _TROUBLE:
            await self._look_elsewhere(attempt)
        attempt.set(seconds=attempt.passed)
        return attempt.probe

    async def _look_elsewhere(self, attempt: _Attempt) -> None:
        """Try the rest side by side; what answers there becomes a suggestion."""
        here = attempt.probe.ask.address
        other = _other_security(attempt.probe)
        asks = [Ask(replace(here, port=port)) for port in self._ports if port != here.port]
        if other is not None:
            asks.append(Ask(here, other))
        left = self._limits.whole - attempt.passed
        if left <= 0:
            return
        limits = replace(self._limits, whole=min(left, 2 * self._limits.step))

        async def look(ask: Ask) -> Probe:
            """A probe as far as EHLO."""
            prober = Prober(self._clock, self._names, limits)
            return await prober.probe(ask, lambda _: None, others=False)

        found = await asyncio.gather(*map(look, asks))
        other_way = found.pop() if other is not None else None
        attempt.set(others=tuple(found), other_way=other_way)
        attempt.set(suggestion=suggestion(attempt.probe))


def _other_security(probe: Probe) -> Security | None:
    """The TLS setting to try next on this port, where the failure points to it.

    A server that waits for a handshake says nothing, hangs up, or sends an alert.
    """
    failed = probe.failed
    if failed is None or failed.failure is None:
        return None
    reason, at_once = failed.failure.reason, probe.ask.tls_at_once
    if at_once and failed.step is Step.TLS and reason in _NO_TLS:
        return Security.PLAIN
    waits = not at_once and failed.step is Step.GREETING and reason in _NO_GREETING
    return Security.TLS if waits else None


def _failed_at(failures: Mapping[str, Failure]) -> tuple[str, ...]:
    """What each address did that was tried in vain, one line each."""
    return tuple(f"{address}: {why.words}" for address, why in failures.items())


_NO_TLS: Final = (Reason.NOT_TLS, Reason.NO_HANDSHAKE, Reason.CLOSED)
_NO_GREETING: Final = (Reason.SILENT, Reason.CLOSED, Reason.NOT_SMTP)


class _Refused(Stopped):
    """The server said no to a command, and waits for the next one."""


class _Found(Struct):
    """What a step has found so far; its words are shown when it ends."""

    words: str = ""
    details: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    note: bool = False
    in_short: str = ""


class _Attempt:
    """One look at one port: its steps, and what they have found so far."""

    def __init__(self, ask: Ask, clock: Clock, names: Names, limits: Limits, show: Show) -> None:
        self.probe = Probe(ask)
        self._ask = ask
        self._clock = clock
        self._names = names
        self._limits = limits
        self._show = show
        self._began = clock.monotonic()
        self._dialogue: list[Line] = []

    @property
    def passed(self) -> float:
        """Seconds since the beginning."""
        return self._clock.monotonic() - self._began

    def set(self, **found: object) -> None:
        """Keep what was found, and show it."""
        changes = {"dialogue": tuple(self._dialogue), "seconds": self.passed, **found}
        self.probe = replace(self.probe, **changes)
        self._show(self.probe)

    def note(self, words: str) -> None:
        """Put a note into the dialogue, unless it is blank."""
        if words:
            self._dialogue.append(Line(Side.NOTE, words))

    async def whole(self) -> None:
        """Take all steps, up to the first that fails. Never raises for what a server does."""
        channel: Channel | None = None
        try:
            channel = await self._connected(await self._addresses())
            await self._talk(channel)
        except _Refused:
            if channel is not None:
                await self._leave(channel)
        except Stopped:
            return  # what stopped it is the last step
        finally:
            if channel is not None:
                channel.close()

    @asynccontextmanager
    async def _step(self, step: Step, channel: Channel | None = None) -> AsyncIterator[_Found]:
        """Take a step within its time, and add it when it has ended. Raises :class:`Stopped`."""
        found, began = _Found(), self._clock.monotonic()
        seconds = max(0.0, min(self._limits.step, self._limits.whole - self.passed))
        self.set(under_way=step)
        try:
            async with asyncio.timeout(seconds):
                yield found
        except TimeoutError:
            within = f"within {_seconds(seconds)}"
            if seconds < self._limits.step:
                within += f", all that was left of {_seconds(self._limits.whole)}"
            stopped = _late(step, channel, within)
        except Stopped as error:
            stopped = error
        else:
            self._add(step, Result.NOTE if found.note else Result.OK, found, began)
            return
        found.words = stopped.failure.words
        self._add(step, Result.FAILED, found, began, stopped.failure)
        raise stopped

    def _add(
        self, step: Step, result: Result, found: _Found, began: float, why: Failure | None = None
    ) -> None:
        seconds = self._clock.monotonic() - began
        ended = StepResult(
            step, result, found.words, seconds, found.details, why, found.remarks, found.in_short
        )
        self.set(steps=(*self.probe.steps, ended), under_way=None)

    async def _addresses(self) -> tuple[str, ...]:
        async with self._step(Step.NAMES) as found:
            try:
                addresses = await self._names.addresses(self._ask.address, self._limits.step / 2)
            except NoAddress as error:
                raise Stopped(error.failure) from None
            found.words = ", ".join(addresses[:_LISTED])
            more = len(addresses) - _LISTED
            found.words += f" and {more} more" if more > 0 else ""
        return addresses

    async def _connected(self, addresses: tuple[str, ...]) -> Channel:
        """Connect to the first address that takes it; they share the time.

        If it fails later, no other is tried, which would hide that: some mailers try the next one,
        as Postfix does, and others fail, as Nodemailer does.
        """
        tried = addresses[: self._limits.addresses]
        failures: dict[str, Failure] = {}
        sock = None
        async with self._step(Step.CONNECT) as found:
            end = self._clock.monotonic() + min(self._limits.step, self._limits.whole - self.passed)
            for number, address in enumerate(tried):
                # A little less than the step has, so that the last one is told by its own words.
                left = (end - self._clock.monotonic()) * 0.98 / (len(tried) - number)
                try:
                    sock = await _connect(address, self._ask.address.port, left)
                except Stopped as error:
                    failures[address] = error.failure
                    found.details = _failed_at(failures) if len(addresses) > 1 else ()
                else:
                    found.words = f"{address}, port {self._ask.address.port}, {family_of(address)}"
                    # Many machines have no route for one of the families, whatever the server is.
                    no_way = Reason.NO_ROUTE
                    bad = {at: why for at, why in failures.items() if why.reason is not no_way}
                    found.remarks, found.note = _failed_at(bad), bool(bad)
                    found.in_short = "; ".join(found.remarks[:1])
                    break
            if more := len(addresses) - len(failures) - (sock is not None):
                found.details += (f"{counted(more, 'more address', 'more addresses')} not tried",)
            if sock is None:
                raise Stopped(min(failures.values(), key=lambda why: _TELLING.index(why.reason)))
            return Channel(sock, self._limits, self._dialogue.append)
        raise AssertionError("the block above returns or raises")

    async def _talk(self, channel: Channel) -> None:
        """From the greeting to ``QUIT``. Raises :class:`Stopped`."""
        ask = self._ask
        if ask.tls_at_once:
            await self._start_tls(channel)
        await self._greeting(channel)
        offers = await self._hello(channel, Step.EHLO)
        if not ask.tls_at_once:
            if ask.security is Security.STARTTLS or (
                ask.security is Security.AUTO and offers.starttls
            ):
                await self._start_tls(channel, offers)
                offers = await self._hello(channel, Step.EHLO_TLS)
            else:
                self._add_no_tls(ask.security)
        if ask.password is not None:
            await self._login(channel, offers)
        if ask.recipient:
            await self._recipient(channel, offers)
        await self._leave(channel)

    async def _greeting(self, channel: Channel) -> None:
        async with self._step(Step.GREETING, channel) as found:
            reply = await channel.reply()
            found.words, *details = reply.text.split("\n")
            found.details = tuple(details)
            if reply.code < 400 and reply.code != 220:
                raise _Refused(failure(Reason.NOT_SMTP, f"it said: {found.words}"))
            self.set(greeting=reply.text)
            await _agreed(reply, "CONN")

    async def _hello(self, channel: Channel, step: Step) -> Offers:
        async with self._step(step, channel) as found:
            name = f"[{channel.own_address}]"  # looking up this machine's name could take long
            if ":" in name:
                name = f"[IPv6:{channel.own_address.partition('%')[0]}]"
            reply = await self._command(channel, f"EHLO {name}")
            if reply.code in (500, 502, 504, 550) and step is Step.EHLO:
                reply = await self._command(channel, f"HELO {name}")
                found.note = True
                found.details = found.remarks = ("It knows no EHLO, so it offers nothing.",)
                found.in_short = "no EHLO"
                await _agreed(reply, "HELO")
                offers = Offers()
            else:
                await _agreed(reply, "EHLO")
                offers = offers_of(reply.lines[1:])
            found.words = offers_words(offers) or "nothing"
            self.set(offers=offers)
        return offers

    async def _start_tls(self, channel: Channel, offers: Offers | None = None) -> None:
        """Begin TLS: at once, or by STARTTLS where the server made offers."""
        # What this machine loads first is no time of the server's.
        shake = await asyncio.to_thread(handshake, self._ask.address.hostname, self._clock.now())
        async with self._step(Step.TLS, channel) as found:
            if offers is not None:
                if not offers.starttls:
                    words = "the server offers no STARTTLS"
                    raise _Refused(failure(Reason.NO_STARTTLS, words))
                await _agreed(await self._command(channel, "STARTTLS"), "STARTTLS")
            tls = await channel.start_tls(shake, asked=offers is not None)
            found.words = f"{tls.version}, {tls.cipher}"
            found.details = tuple(certificate_lines(tls))
            found.remarks = tuple(certificate_remarks(tls))
            found.note, found.in_short = bool(found.remarks), certificate_in_short(tls)
            self.note(f"TLS begins: {found.words}")
            self.set(tls=tls)

    def _add_no_tls(self, security: Security) -> None:
        wanted = security is Security.AUTO
        words = (
            "not offered: mail and passwords travel in plain text" if wanted else "not asked for"
        )
        result = Result.NOTE if wanted else Result.SKIPPED
        found = _Found(words, in_short="no TLS" if wanted else "")
        self._add(Step.TLS, result, found, self._clock.monotonic())

    async def _login(self, channel: Channel, offers: Offers) -> None:
        """Log in with the password that was typed for this. Raises :class:`Stopped`."""
        async with self._step(Step.LOGIN, channel) as found:
            tls, password = self.probe.tls, self._ask.password
            if not self._ask.insecure and (tls is None or not tls.trusted):
                why = "there is no TLS" if tls is None else "the certificate is not trusted"
                raise _Refused(held_back(Reason.UNSAFE_LOGIN, why))
            if password is None:
                return
            reply = await self._said_who(channel, offers, password.get_secret_value())
            if reply.code == 334:
                await self._command(channel, "*")  # ends the login (RFC 4954, section 4)
                words = "the server asks for more than a user name and a password"
                raise _Refused(failure(Reason.NO_METHOD, words))
            await _agreed(reply, "AUTH")
            found.words = reply.text

    async def _said_who(self, channel: Channel, offers: Offers, password: str) -> Reply:
        """The server's last reply to user name and password. Raises :class:`Stopped`."""
        user, secret = (
            text.encode("utf-8", "surrogateescape") for text in (self._ask.username, password)
        )
        both = base64.b64encode(b"\0" + user + b"\0" + secret).decode()
        words = [base64.b64encode(text).decode() for text in (user, secret)]
        channel.hide(password, both, words[1])
        if "PLAIN" in offers.auth:
            return await self._command(channel, f"AUTH PLAIN {both}", "AUTH PLAIN ***")
        if "LOGIN" not in offers.auth:
            listed = ", ".join(offers.auth) or "none"
            why = f"neither PLAIN nor LOGIN is offered, but: {listed}"
            raise _Refused(held_back(Reason.NO_METHOD, why))
        reply = await self._command(channel, "AUTH LOGIN")
        for word in words:
            if reply.code == 334:
                reply = await self._command(channel, word, "***")
        return reply

    async def _recipient(self, channel: Channel, offers: Offers) -> None:
        """Ask whether the server would take a mail, and take the question back."""
        sender, recipient = self._ask.sender, self._ask.recipient
        async with self._step(Step.SENDER, channel) as found:
            parameter = ""
            if not (sender + recipient).isprintable():  # a line break would begin another command
                why = "an address has a line break or another control character"
                raise _Refused(held_back(Reason.NOT_AN_ADDRESS, why))
            if not (sender.isascii() and recipient.isascii()):
                if not offers.smtputf8:
                    why = "the server takes only addresses in ASCII"
                    raise _Refused(held_back(Reason.NOT_ASCII, why))
                parameter = " SMTPUTF8"
            reply = await self._command(channel, f"MAIL FROM:<{sender}>{parameter}")
            await _agreed(reply, "MAIL FROM")
            found.words = reply.text
        async with self._step(Step.RECIPIENT, channel) as found:
            reply = await self._command(channel, f"RCPT TO:<{recipient}>")
            await _agreed(reply, "RCPT TO")
            found.words = reply.text

    async def _leave(self, channel: Channel) -> None:
        """Say goodbye; that a server does not answer it is worth no more than a note."""
        found, began = _Found(note=True), self._clock.monotonic()
        try:
            async with asyncio.timeout(min(1.0, self._limits.step)):
                if any(each.step is Step.RECIPIENT for each in self.probe.steps):
                    await self._command(channel, "RSET")
                found = _Found((await self._command(channel, "QUIT")).text)
        except Stopped as error:
            found.words = error.failure.words
        except TimeoutError:
            found.words = "the server did not answer it"
        found.in_short = f"QUIT: {found.words}"
        self._add(Step.QUIT, Result.NOTE if found.note else Result.OK, found, began)

    async def _command(self, channel: Channel, command: str, shown: str = "") -> Reply:
        """Send a command and read its reply; the dialogue shows ``shown`` in its place."""
        await channel.send(command, shown)
        return await channel.reply()


async def _agreed(reply: Reply, command: str) -> None:
    """Raise :class:`_Refused` where the server said no."""
    if not reply.good:
        # In a thread: the first time it reads the table of all replies.
        raise _Refused(await asyncio.to_thread(refusal, reply.text, reply.code, command))


_LATE: Final = {
    Step.NAMES: (Reason.NO_DNS, "no answer from DNS"),
    Step.CONNECT: (Reason.FILTERED, "no answer"),
    Step.TLS: (Reason.NO_HANDSHAKE, "no TLS handshake"),
}


def _seconds(seconds: float) -> str:
    return f"{round(seconds, 1):g} s"


def _late(step: Step, channel: Channel | None, within: str) -> Stopped:
    """The words for a step whose time is over."""
    if step not in _LATE and channel is not None:
        what = "greeting" if step is Step.GREETING else f"reply to {step.value}"
        return channel.waited_for(what, within)
    reason, words = _LATE.get(step, (Reason.SILENT, "no answer"))
    return Stopped(failure(reason, f"{words} {within}"))


async def _connect(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to one address. Raises :class:`Stopped`."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with ExitStack() as on_failure:
        sock = socket.socket(family, socket.SOCK_STREAM)
        on_failure.callback(sock.close)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except TimeoutError:
            words = f"no answer within {_seconds(seconds)}"
            raise Stopped(failure(Reason.FILTERED, words)) from None
        except OSError as error:
            known = _CONNECT_REASONS.get(error.errno or 0)
            reason, words = known or (Reason.NOT_CONNECTED, error.strerror or "no connection")
            raise Stopped(failure(reason, words)) from None
        on_failure.pop_all()
    return sock


def offers_of(lines: tuple[str, ...]) -> Offers:
    """Read the lines of a reply to EHLO after the first (RFC 5321, section 4.1.1.1).

    ``AUTH=LOGIN`` is how servers of before RFC 4954 wrote it.
    """
    offers = Offers()
    for line in lines:
        keyword, *parameters = line.replace("AUTH=", "AUTH ", 1).upper().split()[:20] or [""]
        match keyword:
            case "STARTTLS":
                offers = replace(offers, starttls=True)
            case "AUTH":
                offers = replace(offers, auth=tuple(dict.fromkeys((*offers.auth, *parameters))))
            case "SIZE" if parameters and parameters[0].isdecimal():
                offers = replace(offers, size=int(parameters[0][:15]))
            case "":
                pass
            case _:
                offers = replace(offers, others=(*offers.others, keyword))
    return offers
