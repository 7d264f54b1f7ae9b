"""The connection below HTTP, for what ASGI cannot do: reset, stop half-way, drip and hang.

After an application used it to answer, it has to end with `reset` or `close`, because uvicorn knows
nothing of the bytes that were written past it.
"""

from __future__ import annotations

import asyncio
import socket
import struct

from uvicorn.protocols.http.h11_impl import RequestResponseCycle

from smtp_tui.sandbox.application import Receive, Send
from tests.failing_sandbox.answers import Answer

LINGER_ZERO = struct.pack("ii", 1, 0)
"""SO_LINGER with no time: closing sends a RST."""


def reset(transport: asyncio.Transport) -> None:
    """End a connection with a RST; what was not sent yet is lost."""
    line = transport.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)
    transport.abort()


class Wire:
    """The client connection of a request whose body was read."""

    def __init__(self, receive: Receive, send: Send) -> None:
        """Take what uvicorn called the application with: `send` belongs to the connection."""
        cycle = getattr(send, "__self__", None)
        assert isinstance(cycle, RequestResponseCycle)
        self._cycle = cycle
        self._receive = receive

    async def write(self, data: bytes) -> bool:
        """Send bytes, waiting while the client does not read; False once it is gone."""
        cycle = self._cycle
        if cycle.disconnected or cycle.transport.is_closing():
            return False
        cycle.transport.write(data)
        if cycle.flow.write_paused:
            await cycle.flow.drain()
        return not cycle.disconnected

    async def answer(self, answer: Answer) -> None:
        """Write an answer as it is, whatever its headers claim, and close."""
        await self.write(answer.with_header("connection", "close").head() + answer.body)
        await self.close()

    async def pause(self, seconds: float | None) -> bool:
        """Wait that long (None: until the client is gone); False as soon as it is."""
        try:
            await asyncio.wait_for(self._closed(), seconds)
        except TimeoutError:
            return True
        return False

    async def close(self) -> None:
        """Send what is buffered, then end the connection properly."""
        self._cycle.transport.close()
        await self._closed()

    async def reset(self) -> None:
        """End the connection with a RST; what was not sent yet is lost."""
        reset(self._cycle.transport)
        await self._closed()

    async def _closed(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
