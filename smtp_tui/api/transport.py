"""HTTP/1.1 on asyncio's own connections, for httpx to send through.

httpx's own transport brings httpcore and anyio, and importing those two takes a tenth of the whole
start of the program. h11 reads and writes the messages there, as it does here.
"""

from __future__ import annotations

import asyncio
import re
import select
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import ExitStack
from typing import Any, Final, TypeAlias

import h11
import httpx

from smtp_tui.api.target import Origin

FRESH_SECONDS: Final = 2.0
"""How long a connection is kept without a request; well under the 5 after which servers begin to
end theirs, because a write that meets such an end leaves its outcome unknown."""
MOST_HEADER_BYTES: Final = 100 * 1024
_BYTES_AT_ONCE: Final = 64 * 1024
"""How much of an answer is read without a turn for anything else; where more is there, the server
waits."""
_MOST_INTERIM_ANSWERS: Final = 100
_NEXT_ADDRESS_SECONDS: Final = 0.25
"""How long the first of several addresses has before another is tried too (RFC 8305 5)."""


Trace: TypeAlias = Callable[[str, Mapping[str, object]], Awaitable[None]]
SHAKING_HANDS: Final = "connection.start_tls.started"
SENDING: Final = "http11.send_request_headers.started"
"""Steps of a request by the names under which httpx's own transport tells them to the extension
``trace``."""


async def _untold(step: str, details: Mapping[str, object]) -> None:
    """Tell nobody."""


class Transport(httpx.AsyncBaseTransport):
    """Connections to one origin, used again while they are fresh; nothing is sent twice.

    What a URL says of another host is not followed: it is this origin that the context judges.
    """

    def __init__(self, origin: Origin, context: ssl.SSLContext) -> None:
        self._origin = origin
        self._context = context
        self._idle: list[_Connection] = []
        self._closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the head of its answer; raises ``httpx.TransportError``."""
        seconds: dict[str, float | None] = request.extensions["timeout"]
        trace: Trace = request.extensions.get("trace", _untold)
        connection = self._kept() or await self._connected(seconds["connect"], trace)
        with ExitStack() as undo:
            undo.callback(connection.close)
            if self._closed:
                raise httpx.ConnectError("closed while the connection was made")
            await trace(SENDING, {})
            connection.send(request)
            head = await connection.head(seconds["read"])
            body = _Body(self, connection, seconds["read"])
            undo.pop_all()
        return httpx.Response(head.status_code, headers=head.headers.raw_items(), stream=body)

    async def aclose(self) -> None:
        """Close what is kept; an answer that is still read closes its own."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)  # in which asyncio lets go of the sockets

    def keep(self, connection: _Connection) -> None:
        """Keep a connection for the next request, or close it where it can have no other."""
        if not self._closed and connection.start_next_cycle():
            self._idle.append(connection)
        else:
            connection.close()

    def _kept(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.fresh:
                return connection
            connection.close()
        return None

    async def _connected(self, seconds: float | None, trace: Trace) -> _Connection:
        secure = self._origin.scheme == "https"
        more: dict[str, Any] = {"all_errors": True} if sys.version_info >= (3, 12) else {}
        # Loopback refuses at once, and a race that is cancelled leaves its socket to the collector.
        delay = None if self._origin.loopback else _NEXT_ADDRESS_SECONDS
        try:
            async with asyncio.timeout(seconds):
                _, connection = await asyncio.get_running_loop().create_connection(
                    _Connection,
                    self._origin.host,
                    self._origin.port or (443 if secure else 80),
                    happy_eyeballs_delay=delay,
                    **more,
                )
                if secure:
                    await trace(SHAKING_HANDS, {})
                    await connection.start_tls(self._context, self._origin.host)
        except TimeoutError as error:
            raise httpx.ConnectTimeout(str(error)) from error
        except (OSError, ExceptionGroup) as error:
            raise httpx.ConnectError(str(error)) from _first_of(error)
        return connection


class _Connection(asyncio.Protocol):
    """One connection and what came in on it. What comes unasked makes it unusable."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADER_BYTES)
        self._received = bytearray()
        self._news = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None
        self._idle_since: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio. What comes unasked is not kept, however much it is."""
        self._news.set()
        if self._idle_since is not None:
            self.close()
            return
        self._received += data
        if len(self._received) > _BYTES_AT_ONCE:
            self._transport.pause_reading()

    def eof_received(self) -> None:
        """Called by asyncio; there is no use for a connection that is open one way."""
        self._ended = True
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self._error = exc
        self.eof_received()

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Shake hands; raises what asyncio does, the connection closed."""
        with ExitStack() as undo:
            undo.callback(self._transport.abort)
            secured = await self._loop.start_tls(
                self._transport, self, context, server_hostname=host
            )
            assert secured is not None
            self.connection_made(secured)
            undo.pop_all()

    @property
    def fresh(self) -> bool:
        """Whether another request may be sent: nothing came since, not even what is still unread
        because the loop was busy."""
        if self._news.is_set() or self._idle_since is None:
            return False
        unread = select.poll()
        unread.register(self._transport.get_extra_info("socket"), select.POLLIN)
        return self._loop.time() - self._idle_since < FRESH_SECONDS and not unread.poll(0)

    def start_next_cycle(self) -> bool:
        """Get ready for another request, if the last one and its answer are whole."""
        if self._http.states != {h11.CLIENT: h11.DONE, h11.SERVER: h11.DONE}:
            return False
        if self._news.is_set() or self._http.trailing_data[0]:
            return False
        if self._transport.get_write_buffer_size():  # answered before the request was read
            return False
        self._http.start_next_cycle()
        self._idle_since = self._loop.time()
        return True

    def close(self) -> None:
        """End it at once."""
        self._transport.abort()

    def send(self, request: httpx.Request) -> None:
        """Send a whole request; that the line is broken shows when its answer is read."""
        try:
            head = h11.Request(
                method=request.method, target=request.url.raw_path, headers=request.headers.raw
            )
            self._idle_since = None
            events = (head, h11.Data(data=request.content), h11.EndOfMessage())
            self._transport.write(b"".join(self._http.send(event) or b"" for event in events))
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error

    async def head(self, seconds: float | None) -> h11.Response:
        """The head of the answer; those that only say to wait are passed over."""
        for _ in range(_MOST_INTERIM_ANSWERS):
            event = await self.event(seconds)
            if isinstance(event, h11.Response):
                return event
        raise httpx.RemoteProtocolError("nothing but interim answers")

    async def event(self, seconds: float | None) -> h11.Event:
        """What comes next in the answer; each silence may take ``seconds``."""
        while True:
            try:
                event = self._http.next_event()
                if isinstance(event, h11.Event):
                    return event
                if event is h11.PAUSED:
                    raise httpx.RemoteProtocolError("the protocol was left")
                self._http.receive_data(await self._more(seconds))
            except h11.RemoteProtocolError as error:
                raise httpx.RemoteProtocolError(str(error)) from error

    async def _more(self, seconds: float | None) -> bytes:
        """What came in since it was asked last, at least a byte, or none at the end."""
        try:
            async with asyncio.timeout(seconds):
                if self._received:
                    await asyncio.sleep(0)  # a turn for the keys between two loads
                await self._news.wait()
        except TimeoutError as error:
            raise httpx.ReadTimeout(str(error)) from error
        data = bytes(self._received[:_BYTES_AT_ONCE])
        del self._received[:_BYTES_AT_ONCE]
        if not data and self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        if not self._received and not self._ended:
            self._news.clear()
            self._transport.resume_reading()
        return data


class _Body(httpx.AsyncByteStream):
    """The body of an answer, read as it comes."""

    def __init__(
        self, transport: Transport, connection: _Connection, seconds: float | None
    ) -> None:
        self._transport = transport
        self._connection = connection
        self._seconds = seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._connection.event(self._seconds), h11.Data):
            yield bytes(event.data)

    async def aclose(self) -> None:
        """Keep the connection, or close it where the body was not read to its end."""
        self._transport.keep(self._connection)


def _first_of(error: OSError | ExceptionGroup[Exception]) -> Exception:
    """The error of the first address, with its number.

    Python 3.11 tells those of several as one text, and asyncio an end within the handshake of TLS
    as a reset that no system has seen.
    """
    if isinstance(error, ExceptionGroup):
        return error.exceptions[0]
    if isinstance(error, ConnectionResetError) and error.errno is None:
        return ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "the server hung up")
    number = re.search(r"\[Errno (\d+)\]", str(error)) if error.errno is None else None
    return OSError(int(number[1]), str(error)) if number else error
