"""The sandbox's servers in a thread with its own event loop, run from any other thread."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import threading
from concurrent.futures import Future
from typing import Any

from msgspec import Struct
from uvicorn.config import Config
from uvicorn.server import ServerState

from smtp_tui.sandbox.gate import Gate
from smtp_tui.sandbox.routes import application
from smtp_tui.sandbox.services import Services
from smtp_tui.sandbox.wire import Connection, connections

log = logging.getLogger("smtp_tui.sandbox")

QUIET_LOGGERS = (log.name, "uvicorn", "mail.log", "mail.debug")
"""Loggers that without any handler would write over the terminal UI of a demo."""

START_SECONDS = 30.0
CLOSING_TURNS = 100
"""Turns of the event loop that dropped connections get to clear up; a handful is enough."""

ACCEPTING_TURNS = 10
"""Turns that a connection taken just before the end gets to arrive, so that it can be dropped."""


def bound(host: str, port: int, or_any: bool = False) -> socket.socket:
    """A listening socket, port 0 meaning any free one.

    It listens at once: of two that are only bound to a port, one fails later, when it is too late
    to take another. With `or_any` a port that is taken is no error, another one is used. Raises
    `OSError`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Of a socket that says TCP, asyncio sends each write at once; otherwise a body waits 40 ms.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen()
    except OSError as error:
        made.close()
        lost_to_another = not port and error.errno == errno.EADDRINUSE
        if lost_to_another or (or_any and port):
            return bound(host, 0)
        raise
    return made


class Listeners(Struct, frozen=True):
    """Bound sockets: HTTP, SMTP with STARTTLS, SMTP inside TLS."""

    http: socket.socket
    smtp: socket.socket
    smtps: socket.socket

    def close(self) -> None:
        """Close all three."""
        for listener in (self.http, self.smtp, self.smtps):
            listener.close()


class Servers:
    """The HTTP server and both mail listeners, in a thread."""

    def __init__(self, services: Services, listeners: Listeners, context: ssl.SSLContext) -> None:
        """`context` is for both mail listeners, and for HTTP when the options say TLS."""
        self._services = services
        self._listeners = listeners
        self._context = context
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._state = ServerState()
        # A daemon: a program that dies without stopping its sandbox still ends.
        self._thread = threading.Thread(target=self._run, name="smtp-tui sandbox", daemon=True)

    def start(self) -> None:
        """Serve, returning when all three listen."""
        for name in QUIET_LOGGERS:
            logger = logging.getLogger(name)
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())
        self._thread.start()
        self._ready.result(START_SECONDS)

    def stop(self) -> None:
        """Drop all connections and stop, returning when the thread has ended."""
        loop, end = self._ready.result(START_SECONDS)
        loop.call_soon_threadsafe(end.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            self._listeners.close()
            if not self._ready.done():
                self._ready.set_exception(RuntimeError("the sandbox did not start"))

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_note)
        end = asyncio.Event()
        servers = [await self._listen_http(), *await self._listen_mail()]
        self._ready.set_result((loop, end))
        await end.wait()
        await self._close(servers)

    async def _close(self, servers: list[asyncio.Server]) -> None:
        loop = asyncio.get_running_loop()
        # A server that is closed while it takes a connection leaves that one's socket open
        # (python/cpython#109564): first take no more, then let those under way arrive.
        for server in servers:
            for listener in server.sockets:
                loop.remove_reader(listener.fileno())
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        for server in servers:
            server.close()
        for _ in range(CLOSING_TURNS):
            if not self._drop_connections():
                break
            await asyncio.sleep(0)

    async def _listen_http(self) -> asyncio.Server:
        services = self._services
        gate = Gate(application(services), services.faults, services.requests)
        config = Config(
            gate,
            http=Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
        )
        config.load()
        loop = asyncio.get_running_loop()
        factory = connections(config, self._state)
        if not services.options.tls:
            return await loop.create_server(factory, sock=self._listeners.http)
        return await loop.create_server(
            factory, sock=self._listeners.http, ssl=self._context, ssl_shutdown_timeout=1.0
        )

    async def _listen_mail(self) -> tuple[asyncio.Server, asyncio.Server]:
        mail = self._services.mail
        return await mail.listen(self._listeners.smtp, self._listeners.smtps, self._context)

    def _drop_connections(self) -> bool:
        """Drop what is open; False when nothing is."""
        open_connections = [
            connection
            for connection in tuple(self._state.connections)
            if isinstance(connection, Connection)
        ]
        for connection in open_connections:
            connection.wire.cut()
        return self._services.mail.cut() or bool(open_connections)


def _note(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio would print: mostly of clients that left in the middle."""
    log.debug("%s", context.get("message"), exc_info=context.get("exception"))
