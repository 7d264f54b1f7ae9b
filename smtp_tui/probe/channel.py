"""The line to a relay: commands out, replies in, with every limit, and TLS when it is asked for.

``smtplib`` is not used: it limits each read instead of the step, throws away what a server sent
after its reply to STARTTLS, and cannot be stopped at once.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtp_tui.probe.failures import failure, refusal
from smtp_tui.probe.model import Failure, Limits, Line, Reason, Side, TlsFound

if TYPE_CHECKING:
    from smtp_tui.probe.tls import Handshake

_READ: Final = 16 * 1024
_REPLY: Final = re.compile(rb"([2-5][0-9][0-9])([ -]|\r?$)(.*)", re.DOTALL)
_SHOWN: Final = 300
"""How many bytes of what is no SMTP go into the dialogue."""
_TLS_RECORDS: Final = (b"\x15\x03", b"\x16\x03")
"""How a server's first TLS record begins: an alert or its part of the handshake."""


class Stopped(Exception):
    """The conversation cannot go on; ``failure`` says why."""

    def __init__(self, why: Failure) -> None:
        super().__init__(why.words)
        self.failure = why


class _HungUp(Stopped):
    """The server ended the connection."""


class Reply(Struct, frozen=True):
    """A whole reply: its code, and its lines without the code."""

    code: int
    lines: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether the server agreed."""
        return 200 <= self.code < 300

    @property
    def text(self) -> str:
        """As the server sent it, one line under the other."""
        return "\n".join(f"{self.code} {line}".rstrip() for line in self.lines)


class Channel:
    """A connection to a relay. Whoever calls sets the time limits; see :meth:`waited_for`."""

    def __init__(self, sock: socket.socket, limits: Limits, note: Callable[[Line], object]) -> None:
        self._sock = sock
        self._limits = limits
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._tls: Handshake | None = None
        self._read = b""
        self._lines: list[bytes] = []
        self._secrets: tuple[str, ...] = ()

    def hide(self, *secrets: str) -> None:
        """Mask these where the server repeats them."""
        self._secrets = (*self._secrets, *filter(None, secrets))

    def _text(self, data: bytes) -> str:
        text = data.decode("utf-8", "backslashreplace")
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    async def reply(self) -> Reply:
        """Read one whole reply (RFC 5321, section 4.2). Raises :class:`Stopped`."""
        self._lines = []
        size = 0
        while True:
            line = await self._line()
            size += len(line)
            self._lines.append(line)
            match = _REPLY.match(line)
            if match is None:
                raise self._not_smtp(line)
            head = match[1] + match[2]
            self._note(Line(Side.SERVER, f"{head.decode()}{self._text(match[3])}"[:1000]))
            if len(self._lines) > self._limits.reply_lines or size > self._limits.reply_bytes:
                raise self._too_long()
            if match[2] != b"-":
                break
        bodies = [(_REPLY.match(each) or match)[3] for each in self._lines]
        words = tuple(map(self._text, bodies))
        self._lines = []
        return Reply(int(match[1]), words)

    async def _line(self) -> bytes:
        """The next line, without its end. Raises :class:`Stopped`."""
        while b"\n" not in self._read:
            if len(self._read) > 3 and not _REPLY.match(self._read):
                raise self._not_smtp(self._read)  # it may have no lines at all
            if len(self._read) > self._limits.reply_bytes:
                raise self._too_long()
            data = await self._receive()
            if not data:
                begun = "in the middle of a reply" if self._lines or self._read else "without one"
                self._note(Line(Side.NOTE, "the server closed the connection"))
                raise Stopped(failure(Reason.CLOSED, f"the server hung up {begun}"))
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        return line.removesuffix(b"\r")

    def _not_smtp(self, data: bytes) -> Stopped:
        text = self._text(data[:_SHOWN])
        self._note(Line(Side.SERVER, text))
        return Stopped(failure(Reason.NOT_SMTP, f"it said: {text[:80]}"))

    def _too_long(self) -> Stopped:
        self._note(Line(Side.NOTE, "the reply is too long; reading stopped"))
        lines, kibibytes = self._limits.reply_lines, self._limits.reply_bytes // 1024
        words = f"a reply of more than {lines} lines or {kibibytes} KiB"
        return Stopped(failure(Reason.TOO_LONG, words))

    @property
    def begun(self) -> bool:
        """Whether part of a reply has come that has not ended."""
        return bool(self._lines or self._read)

    def waited_for(self, what: str, within: str) -> Stopped:
        """What is to be raised when the time for a reply is over; ``within`` says which time."""
        if self.begun:
            return Stopped(failure(Reason.UNFINISHED, f"the {what} did not end {within}"))
        return Stopped(failure(Reason.SILENT, f"no {what} {within}"))

    async def send(self, command: str, shown: str = "") -> None:
        """Send a command; the dialogue shows ``shown`` in its place. Raises :class:`Stopped`.

        Raises ``ValueError`` for more than one line: the second one could be ``DATA``.
        """
        if "\r" in command or "\n" in command:
            raise ValueError("a command is one line")
        if self._read.startswith(b"421"):  # it shuts down, and may say so unasked (RFC 5321, 3.8)
            reply = await self.reply()
            raise Stopped(await asyncio.to_thread(refusal, reply.text, reply.code, ""))
        if self._read:
            self._note_rest()
            words = "the server sent more than one reply"
            raise Stopped(failure(Reason.UNASKED, words))
        self._note(Line(Side.HERE, shown or command))
        await self._send(command.encode() + b"\r\n")

    def _note_rest(self) -> None:
        rest, self._read = self._read[:_SHOWN], b""
        self._note(Line(Side.SERVER, self._text(rest).rstrip("\r\n")))

    async def start_tls(self, shake: Handshake, *, asked: bool) -> TlsFound:
        """Shake hands, whatever the certificate is. Raises :class:`Stopped`.

        It was ``asked`` for by STARTTLS, or comes before the greeting.

        Bytes that came in plain text behind the reply to STARTTLS end the conversation: a client
        that keeps them takes them for a reply inside TLS (CVE-2011-0411).
        """
        from OpenSSL import SSL  # noqa: PLC0415 - large, and only for TLS

        if self._read:
            self._note_rest()
            words = "the server sent more behind its reply to STARTTLS, before TLS"
            raise Stopped(failure(Reason.INJECTED, words))
        first = b""
        try:
            while not shake.step():
                await self._flush(shake)
                data = await self._receive()
                first = (first + data)[:_SHOWN]
                if not data:
                    raise _HungUp(failure(Reason.CLOSED, ""))
                if not any(each.startswith(first[:2]) for each in _TLS_RECORDS):
                    raise self._not_tls(self._text(first).rstrip("\r\n"), asked=asked)
                shake.take(data)
            await self._flush(shake)
        except _HungUp:
            words = "the server hung up during the TLS handshake"
            raise Stopped(failure(Reason.NO_HANDSHAKE, words)) from None
        except SSL.Error as error:
            with suppress(Stopped):
                await self._flush(shake)  # its alert tells the server's log why
            raise Stopped(failure(Reason.NO_HANDSHAKE, _tls_words(error))) from None
        self._tls = shake
        return shake.found()

    def _not_tls(self, text: str, *, asked: bool) -> Stopped:
        self._note(Line(Side.SERVER, text))
        if asked:
            words = f"plain text came behind the reply to STARTTLS, before TLS: {text[:80]}"
            return Stopped(failure(Reason.INJECTED, words))
        return Stopped(failure(Reason.NOT_TLS, f"it answered in plain text: {text[:80]}"))

    async def _receive(self) -> bytes:
        """Some bytes, decrypted in TLS; none where the server closed. Raises :class:`Stopped`."""
        if self._tls is None:
            return await self._from_socket()
        from OpenSSL import SSL  # noqa: PLC0415 - as above

        while True:
            try:
                return bytes(self._tls.connection.recv(_READ))
            except SSL.WantReadError:
                if not await self._more(self._tls):
                    return b""
            except SSL.ZeroReturnError:
                return b""
            except SSL.Error as error:
                # In TLS 1.3 the client ends the handshake before a server that refuses it.
                raise Stopped(failure(Reason.NO_HANDSHAKE, _tls_words(error))) from None

    async def _from_socket(self) -> bytes:
        try:
            return await self._loop.sock_recv(self._sock, _READ)
        except OSError as error:
            raise self._broken(error) from None

    def _broken(self, error: OSError) -> Stopped:
        """The connection ended without a goodbye; a reset is the server's way to hang up."""
        if isinstance(error, ConnectionError):
            self._note(Line(Side.NOTE, "the server reset the connection"))
            return _HungUp(failure(Reason.CLOSED, "the server hung up (connection reset)"))
        return Stopped(failure(Reason.CLOSED, f"the connection broke: {error.strerror}"))

    async def _send(self, data: bytes) -> None:
        if self._tls is None:
            return await self._to_socket(data)
        from OpenSSL import SSL  # noqa: PLC0415 - as above

        sent = False
        while not sent:
            try:
                self._tls.connection.sendall(data)
                sent = True
            except SSL.WantReadError:  # the server shakes hands again, which comes first
                if not await self._more(self._tls):
                    words = "the server hung up during a TLS handshake"
                    raise Stopped(failure(Reason.NO_HANDSHAKE, words)) from None
            except SSL.Error as error:
                raise Stopped(failure(Reason.NO_HANDSHAKE, _tls_words(error))) from None
        await self._flush(self._tls)

    async def _more(self, shake: Handshake) -> bool:
        """Let TLS have more of what the server sends; whether there was any."""
        await self._flush(shake)
        if data := await self._from_socket():
            shake.take(data)
        return bool(data)

    async def _flush(self, shake: Handshake) -> None:
        if data := shake.give():
            await self._to_socket(data)

    async def _to_socket(self, data: bytes) -> None:
        try:
            await self._loop.sock_sendall(self._sock, data)
        except OSError as error:
            raise self._broken(error) from None

    @property
    def own_address(self) -> str:
        """The address of this machine on the connection."""
        return str(self._sock.getsockname()[0])

    def close(self) -> None:
        """Close the connection; what is under way is dropped."""
        with suppress(OSError):
            self._sock.close()


def handshake(hostname: str, now: datetime) -> Handshake:
    """What a handshake needs. Blocks: it loads much code, and the authorities of this machine."""
    from smtp_tui.probe.tls import Handshake  # noqa: PLC0415 - large, and only for TLS

    return Handshake(hostname, now)


def _tls_words(error: Exception) -> str:
    """OpenSSL's reason, without its numbers."""
    reasons = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return f"TLS failed: {reasons[-1][2]}" if reasons else "TLS failed: the connection ended"
