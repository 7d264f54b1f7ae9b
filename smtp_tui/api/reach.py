"""Reaching a server step by step, without a request: its name, a connection, its certificate.

No secret of a profile is known here.
"""

from __future__ import annotations

import asyncio
import errno
import re
import socket
import ssl
import threading
from contextlib import ExitStack, suppress
from typing import Final

from msgspec.structs import replace

from smtp_tui.api.decode import cut
from smtp_tui.api.errors import ApiError, Call, CertificateRefused, HostUnreachable
from smtp_tui.api.requests import Operation
from smtp_tui.api.target import Origin, Trust, Unverified
from smtp_tui.api.tls import ssl_context

_CLOSING: Final = 1.0
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-5])\d\d\b")
NO_SUCH_NAME: Final = "Host name not found"
NO_CONNECTION: Final = "Could not connect"
REASONS: Final = {
    errno.ECONNREFUSED: "Connection refused: nothing listens on that port",
    errno.EHOSTUNREACH: "No route to that host",
    errno.ENETUNREACH: "No route to that host",
    errno.ECONNRESET: "The connection was closed before anything was sent",
}
"""Why no connection was made, by the system's number."""


def _call(origin: Origin) -> Call:
    """What names this in an error."""
    return Call(Operation.REACH, origin.text)


async def addresses_of(host: str, port: int, seconds: float) -> tuple[str, ...]:
    """The addresses of a host, as every program of this machine finds them.

    Raises ``OSError``, ``UnicodeError`` for what cannot be a name, and ``TimeoutError``. The
    look-up has its own thread: the event loop has few, and silent name servers would block them,
    and the end of the program, for half a minute.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[tuple[str, ...]] = loop.create_future()

    def settle(result: tuple[str, ...] | Exception) -> None:
        """Set the result, unless nobody waits any more; called in the event loop."""
        if found.done():
            return
        if isinstance(result, Exception):
            found.set_exception(result)
        else:
            found.set_result(result)

    def look_up() -> None:
        """Look the name up; runs in the thread."""
        result: tuple[str, ...] | Exception
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            result = tuple(str(info[4][0]) for info in infos)
        except (OSError, UnicodeError) as error:
            result = error
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(settle, result)

    threading.Thread(target=look_up, name="name look-up", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await found


def _first_hop(origin: Origin) -> tuple[str, int]:
    """Host and port that a connection is made to: the proxy's, where there is one."""
    if origin.proxy is not None:
        return origin.proxy.host, origin.proxy.port
    return origin.host, origin.actual_port


async def resolve(origin: Origin, seconds: float) -> tuple[str, ...]:
    """The addresses of the host, or of its proxy. Raises ``HostUnreachable``."""
    why = NO_SUCH_NAME
    try:
        if addresses := await addresses_of(*_first_hop(origin), seconds):
            return addresses
    except TimeoutError:
        why = f"No DNS answer within {seconds:g} s"
    except (OSError, UnicodeError):
        why = NO_SUCH_NAME
    raise _unreachable(origin, why)


async def connect(origin: Origin, addresses: tuple[str, ...], seconds: float) -> str:
    """The first address that accepts a connection. Raises ``HostUnreachable``.

    The addresses share the time, so that a silent one leaves some for the others.
    """
    why = NO_CONNECTION
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    for number, address in enumerate(addresses):
        try:
            async with asyncio.timeout((end - clock()) / (len(addresses) - number)):
                _, writer = await asyncio.open_connection(address, _first_hop(origin)[1])
        except TimeoutError:
            why = f"No connection within {seconds:g} s"
        except OSError as error:
            why = REASONS.get(error.errno or 0, NO_CONNECTION)
        else:
            await _close(writer)
            return address
    raise _unreachable(origin, why)


async def judge(origin: Origin, address: str, trust: Trust, seconds: float) -> bytes:
    """Shake hands as a request would, and send nothing; the accepted certificate in DER form.

    Raises ``HostUnreachable`` and ``CertificateRefused``.
    """
    try:
        context = await asyncio.to_thread(ssl_context, origin, trust)  # reads many authorities
        async with asyncio.timeout(seconds):
            writer = await _opened(origin, address, context)
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            await _close(writer)
    except TimeoutError:
        raise _unreachable(origin, f"No TLS handshake within {seconds:g} s") from None
    except ssl.SSLError as error:
        raise CertificateRefused(_call(origin), error) from None
    except OSError:
        why = "The connection was closed during the TLS handshake"
        raise HostUnreachable(_call(origin), why) from None
    return shown or b""


async def _opened(origin: Origin, address: str, context: ssl.SSLContext) -> asyncio.StreamWriter:
    """A connection with TLS, through the proxy if there is one. Raises ``HostUnreachable``."""
    port = _first_hop(origin)[1]
    if origin.proxy is None:
        _, writer = await asyncio.open_connection(
            address,
            port,
            ssl=context,
            server_hostname=origin.host,
            ssl_shutdown_timeout=_CLOSING,
        )
        return writer
    reader, writer = await asyncio.open_connection(address, port)
    with ExitStack() as on_failure:
        on_failure.callback(writer.transport.abort)
        await _tunnel(origin, reader, writer)
        await writer.start_tls(context, server_hostname=origin.host)
        on_failure.pop_all()
    return writer


async def _tunnel(
    origin: Origin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Ask the proxy for a connection to the origin. Raises ``HostUnreachable``."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    to = f"{host}:{origin.actual_port}"
    writer.write(f"CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n\r\n".encode())
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise _unreachable(origin, "It gave no answer") from None
    status = _STATUS.match(head)
    if status is None or status[1] != b"2":
        said = cut(head.partition(b"\r\n")[0].decode("ascii", "replace"), 60)
        raise _unreachable(origin, f"It refused to connect ({said})")


def _unreachable(origin: Origin, why: str) -> HostUnreachable:
    """That the first hop failed, which is the proxy where there is one."""
    return HostUnreachable(_call(origin), why, proxy=origin.proxy_text)


async def accepted_certificate(origin: Origin, trust: Trust, seconds: float) -> bytes:
    """The certificate of a server that ``trust`` accepts, in DER form; nothing is sent.

    Raises ``HostUnreachable`` and ``CertificateRefused``.
    """
    address = await connect(origin, await resolve(origin, seconds), seconds)
    return await judge(origin, address, trust, seconds)


async def shown_certificate(origin: Origin, seconds: float) -> bytes:
    """The certificate that a server shows, unjudged, in DER form.

    Raises ``HostUnreachable`` and ``CertificateRefused``.
    """
    return await accepted_certificate(origin, Unverified(), seconds)


async def speaks_tls(origin: Origin, seconds: float) -> bool:
    """Whether TLS can be agreed on at a port that was asked in plain http."""
    try:
        await shown_certificate(replace(origin, scheme="https", port=origin.actual_port), seconds)
    except ApiError:
        return False
    return True


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except (OSError, ssl.SSLError, TimeoutError):
        return  # it was looked at; how it ends is of no interest
