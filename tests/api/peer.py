"""A server that says whatever bytes a test wants, and a client for it."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Literal, TypeAlias

from smtp_tui.api.activity import Activity
from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.requests import Operation, Request
from smtp_tui.api.target import Origin, Scope, Target, Trust
from smtp_tui.api.transport import Limits
from tests.api.desk import UNVERIFIED, HeldToken, Pad

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 2\r\n\r\nok"
FORGED = OK + b"Content-Length: 6\r\n\r\nforged"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
MANY = 8 * 1024 * 1024

Scheme: TypeAlias = Literal["http", "https"]
Talk: TypeAlias = Callable[["Peer", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Peer:
    """A server of one test: its port, the requests it read, and the connections it has."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.open = 0
        self.requests: list[bytes] = []
        self._news = asyncio.Condition()

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """The next request with its body; raises ``IncompleteReadError`` at the end."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head.lower())
        body = await reader.readexactly(int(length[1]) if length else 0)
        async with self._news:
            self.requests.append(head + body)
            self._news.notify_all()
        return head + body

    async def serve(
        self, talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """One connection, from its beginning to its end."""
        self.connections += 1
        async with self._news:
            self.open += 1
            self._news.notify_all()
        with suppress(OSError, asyncio.IncompleteReadError):  # the client may hang up
            await talk(self, reader, writer)
        writer.transport.abort()
        async with self._news:
            self.open -= 1
            self._news.notify_all()

    async def has(self, condition: Callable[[], bool]) -> None:
        """Wait until it holds."""
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(condition)


@asynccontextmanager
async def peer(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    """A server that talks like this on each connection, and ends it then."""
    one = Peer()
    server = await asyncio.start_server(partial(one.serve, talk), "127.0.0.1", 0, ssl=tls)
    async with server:
        one.port = server.sockets[0].getsockname()[1]
        yield one
        await one.has(lambda: one.open == 0)


PATIENT = Limits(connect=5.0, read=5.0, total=10.0, retry_pause=0.01)
"""Time-outs that run out only where that is the point."""


@asynccontextmanager
async def client(
    port: int,
    scheme: Scheme = "http",
    host: str = "127.0.0.1",
    *,
    trust: Trust = UNVERIFIED,
    limits: Limits = PATIENT,
) -> AsyncIterator[Client]:
    """The program's client for a server on that port; closed at the end."""
    origin = Origin(scheme, host, port)
    target = Target("work", origin, Scope("t"), trust=trust, identity=origin)
    client = Client(target, HeldToken("abc"), Activity(), Clock(), Pad(), limits)
    yield client
    await client.aclose()


def reading(path: str = "/1") -> Request:
    """A read of that path."""
    return Request(Operation.LIST, "GET", path)


def writing(text: str = "", path: str = "/2") -> Request:
    """A write with a body of that text."""
    return Request(Operation.PATCH, "POST", path, (), {"id": text})


def saying(*answers: bytes, then: Callable[[asyncio.StreamWriter], None] | None = None) -> Talk:
    """Give each request its answer, the last one to all further ones."""

    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await self.read(reader)
            writer.write(answers[min(len(self.requests), len(answers)) - 1])
            await writer.drain()
            if then is not None:
                then(writer)

    return talk


def end(writer: asyncio.StreamWriter) -> None:
    """Send no more, and read no more than what is on its way."""
    writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the line off, so that the other end gets a reset."""
    line = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    writer.transport.abort()
