"""The HTTP server and the mail server, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from anyio.from_thread import start_blocking_portal
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from smtp_tui.sandbox.application import Application
from smtp_tui.sandbox.mail_server import MailServer

HOST = "127.0.0.1"

QUIET_LOGGERS = ("uvicorn", "mail.log", "mail.debug")
"""Loggers that without a handler would write over the screen of a demo."""

NOWHERE = logging.NullHandler()

CLOSING_SECONDS = 1.0
"""How long the end of a TLS connection may take."""

CLOSING_TURNS = 100
"""Turns of the event loop that dropped connections get to clean up; a handful is enough."""

ACCEPTING_TURNS = 10
"""Turns that a connection accepted just before the end gets to arrive, so that it is dropped."""

Listeners: TypeAlias = tuple[socket.socket, socket.socket, socket.socket]
"""Listening sockets: HTTP, SMTP with STARTTLS, SMTP inside TLS."""

Protocols: TypeAlias = Iterable[tuple[Callable[[], asyncio.Protocol], ssl.SSLContext | None]]
"""What speaks on each listener, and inside which TLS."""


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


@contextmanager
def serving(
    app: Application, mail: MailServer, listeners: Listeners, context: ssl.SSLContext, https: bool
) -> Iterator[None]:
    """Serve in a thread inside the block; at its end all connections are dropped.

    `context` is for both mail ports, and with `https` for the HTTP server too. The thread is a
    daemon: a program that dies without leaving the block still ends.
    """
    for name in QUIET_LOGGERS:
        logging.getLogger(name).addHandler(NOWHERE)
    config, state = Config(app, ws="none", log_config=None), ServerState()
    config.load()
    protocols: Protocols = (
        (lambda: H11Protocol(config, state, {}), context if https else None),
        (lambda: mail.conversation(context), None),
        (lambda: mail.conversation(None), context),
    )
    with start_blocking_portal() as portal:
        servers = portal.call(_serve, listeners, protocols)
        try:
            yield
        finally:
            portal.call(_accept_no_more, listeners, servers)
            portal.call(_drop_connections, state, mail)


async def _serve(listeners: Listeners, protocols: Protocols) -> list[asyncio.Server]:
    loop = asyncio.get_running_loop()
    # What asyncio would print over the screen of a demo: mostly clients that left in the middle.
    loop.set_exception_handler(lambda *_: None)
    return [
        await loop.create_server(
            protocol,
            sock=listener,
            ssl=context,
            ssl_shutdown_timeout=CLOSING_SECONDS if context else None,
        )
        for listener, (protocol, context) in zip(listeners, protocols, strict=True)
    ]


async def _accept_no_more(listeners: Listeners, servers: Iterable[asyncio.Server]) -> None:
    # A server that is closed while it accepts a connection leaves the socket of that open
    # (python/cpython#109564): first accept no more, then let those under way arrive.
    for listener in listeners:
        asyncio.get_running_loop().remove_reader(listener.fileno())
    for _ in range(ACCEPTING_TURNS):
        await asyncio.sleep(0)
    for server in servers:
        server.close()


async def _drop_connections(state: ServerState, mail: MailServer) -> None:
    for _ in range(CLOSING_TURNS):
        protocols = (*state.connections, *mail.conversations)
        transports = [protocol.transport for protocol in protocols]
        still_open = [line for line in transports if isinstance(line, asyncio.Transport)]
        if not still_open:
            break
        for transport in still_open:
            transport.abort()
        await asyncio.sleep(0)
