"""The HTTP server and the mail server, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any, TypeAlias

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from smtp_tui.sandbox.mail_server import CLOSING_SECONDS, MailServer

HOST = "127.0.0.1"

log = logging.getLogger("smtp_tui.sandbox")

QUIET_LOGGERS = (log.name, "uvicorn", "mail.log", "mail.debug")
"""Loggers that without a handler would write over the screen of a demo."""

START_SECONDS = 30.0
CLOSING_TURNS = 100
"""Turns of the event loop that dropped connections get to clean up; a handful is enough."""

ACCEPTING_TURNS = 10
"""Turns that a connection accepted just before the end gets to arrive, so that it is dropped."""

Listeners: TypeAlias = tuple[socket.socket, socket.socket, socket.socket]
"""Listening sockets: HTTP, SMTP with STARTTLS, SMTP inside TLS."""


def listen(port: int, or_any: bool = False) -> socket.socket:
    """A socket that listens on loopback; port 0 is any free one.

    With `or_any` another port is taken if the wanted one is in use. The socket listens at once: two
    can be bound to the same port, and the second one would fail later, when it is too late to take
    another port. Raises `OSError`.
    """
    # asyncio sends each write at once only on a socket that says TCP; else a body waits 40 ms.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen()
    except OSError as error:
        made.close()
        lost_to_another = not port and error.errno == errno.EADDRINUSE
        if lost_to_another or (or_any and port):
            return listen(0)
        raise
    return made


class BackgroundServers:
    """The HTTP server and both mail ports, in a thread."""

    def __init__(
        self,
        app: ASGIApp,
        mail: MailServer,
        listeners: Listeners,
        context: ssl.SSLContext,
        *,
        https: bool,
    ) -> None:
        """`context` is for both mail ports, and with `https` for the HTTP server too."""
        self._app, self._mail = app, mail
        self._listeners = listeners
        self._context = context
        self._https = https
        self._state = ServerState()
        self._ready: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        # A daemon: a program that dies without stopping its sandbox still ends.
        self._thread = threading.Thread(target=self._run, name="smtp-tui sandbox", daemon=True)

    def start(self) -> None:
        """Serve; returns when all ports are served."""
        for name in QUIET_LOGGERS:
            logger = logging.getLogger(name)
            if not logger.handlers:
                logger.addHandler(logging.NullHandler())
        self._thread.start()
        self._ready.result(START_SECONDS)

    def stop(self) -> None:
        """Drop all connections and stop; returns when the thread has ended."""
        loop, end = self._ready.result(START_SECONDS)
        loop.call_soon_threadsafe(end.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            if not self._ready.done():
                self._ready.set_exception(RuntimeError("the sandbox did not start"))

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_log_error)
        http, smtp, smtps = self._listeners
        servers = [
            await self._serve_http(http),
            *await self._mail.listen(smtp, smtps, self._context),
        ]
        end = asyncio.Event()
        self._ready.set_result((loop, end))
        await end.wait()
        await self._close(servers)

    async def _serve_http(self, listener: socket.socket) -> asyncio.Server:
        config = Config(
            self._app,
            http=H11Protocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
        )
        config.load()
        tls: dict[str, Any] = {}
        if self._https:
            tls = {"ssl": self._context, "ssl_shutdown_timeout": CLOSING_SECONDS}
        return await asyncio.get_running_loop().create_server(
            lambda: H11Protocol(config, self._state, {}), sock=listener, **tls
        )

    async def _close(self, servers: Iterable[asyncio.Server]) -> None:
        # A server that is closed while it accepts a connection leaves the socket of that open
        # (python/cpython#109564): first accept no more, then let those under way arrive.
        for listener in self._listeners:
            asyncio.get_running_loop().remove_reader(listener.fileno())
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        for server in servers:
            server.close()
        for _ in range(CLOSING_TURNS):
            open_http = [connection.transport for connection in self._state.connections]
            still_open = (*open_http, *self._mail.open)
            if not still_open:
                break
            for transport in still_open:
                transport.abort()
            await asyncio.sleep(0)


def _log_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio would print: mostly clients that left in the middle."""
    log.debug("%s", context.get("message"), exc_info=context.get("exception"))
