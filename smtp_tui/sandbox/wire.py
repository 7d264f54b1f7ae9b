"""The connection below HTTP: what ASGI cannot do, namely reset, stop half-way, drip and hang.

uvicorn's own protocol class hands each application call a `Wire` in `scope["state"]["wire"]`. After
using it to answer, an application has to end with `reset` or `close`, because uvicorn knows nothing
of the bytes that were written past it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from uvicorn.config import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from smtp_tui.sandbox.answer import Answer

LINGER_ZERO = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a RST."""
HANDSHAKE_FAILURE = bytes((21, 3, 3, 0, 2, 2, 40))
"""TLS's fatal alert of that name (RFC 8446 6)."""


class Wire:
    """One client connection, to be written to directly."""

    def __init__(self, transport: asyncio.Transport, flow: FlowControl) -> None:
        """Take the connection's transport and the flow control that uvicorn keeps for it."""
        self._transport = transport
        self._flow = flow
        self.closed = asyncio.Event()

    async def write(self, data: bytes) -> bool:
        """Send bytes, waiting while the client does not read; False once it is gone."""
        if self.closed.is_set() or self._transport.is_closing():
            return False
        self._transport.write(data)
        if self._flow.write_paused:
            await self._flow.drain()
        return not self.closed.is_set()

    async def answer(self, answer: Answer) -> None:
        """Write an answer as it stands, whatever its headers claim, and close."""
        await self.write(answer.with_header("connection", "close").head() + answer.body)
        await self.close()

    async def pause(self, seconds: float | None) -> bool:
        """Wait that long (None: for good); False as soon as the client is gone."""
        try:
            await asyncio.wait_for(self.closed.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        """Send what is buffered, then end the connection in good order."""
        self._transport.close()
        await self.closed.wait()

    async def reset(self) -> None:
        """End the connection with a RST; what was not sent yet is lost."""
        own = self._transport.get_extra_info("socket")
        if own is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
        self._transport.abort()
        await self.closed.wait()

    def cut(self) -> None:
        """Drop the connection at once, when the server stops."""
        self._transport.abort()


class Connection(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with the wire put where the application finds it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Set up the wire of a new connection."""
        super().connection_made(transport)
        self.wire = Wire(transport, self.flow)
        self.app_state = {**self.app_state, "wire": self.wire}

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits on the wire, after uvicorn knows."""
        super().connection_lost(exc)
        self.wire.closed.set()


def connections(config: Config, state: ServerState) -> Callable[[], Connection]:
    """What `loop.create_server` calls for each client; `state` keeps the open ones."""
    return lambda: Connection(config, state, {})
