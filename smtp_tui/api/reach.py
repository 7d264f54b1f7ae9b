"""The way to a server step by step, before any request: its name, a connection, its certificate.

Nothing of a profile's secrets is known here, so that looking costs nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from contextlib import suppress
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.errors import (
    ApiError,
    Call,
    CertificateRefused,
    HostUnreachable,
    certificate_refused,
)
from smtp_tui.api.requests import Operation
from smtp_tui.api.target import Origin, Trust, Unverified
from smtp_tui.api.tls import CaFileUnusable, ssl_context

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_CLOSING: Final = 1.0


class Address(Struct, frozen=True):
    """One place a host name stands for; ``text`` is the address alone."""

    family: int
    text: str
    port: int


def _call(origin: Origin) -> Call:
    """Where a look at a server happens, for its errors."""
    return Call(Operation.REACH, origin.text)


async def resolve(origin: Origin, seconds: float) -> tuple[Address, ...]:
    """The addresses of the host. Raises ``HostUnreachable``.

    Looked up in a thread of its own: the event loop has few, and name servers that are silent
    would hold them, and the end of the program, for half a minute.
    """
    loop = asyncio.get_running_loop()
    found: asyncio.Future[tuple[Address, ...]] = loop.create_future()
    port = origin.port or DEFAULT_PORTS[origin.scheme]

    def settle(addresses: tuple[Address, ...] | None) -> None:
        """Give the addresses to whoever waits for them; called in the event loop."""
        if found.done():
            return
        if addresses:
            found.set_result(addresses)
        else:
            found.set_exception(HostUnreachable(_call(origin), "There is no such host name"))

    def look_up() -> None:
        """Look the name up; runs in the thread."""
        try:
            infos = socket.getaddrinfo(origin.host, port, type=socket.SOCK_STREAM)
            addresses = tuple(Address(one[0], str(one[4][0]), port) for one in infos)
        except (OSError, UnicodeError):
            addresses = ()
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(settle, addresses)

    threading.Thread(target=look_up, name="name look-up", daemon=True).start()
    try:
        async with asyncio.timeout(seconds):
            return await found
    except TimeoutError:
        why = f"The name was not found within {seconds:g} seconds"
        raise HostUnreachable(_call(origin), why) from None


async def connect(origin: Origin, addresses: tuple[Address, ...], seconds: float) -> Address:
    """The first address that takes a connection. Raises ``HostUnreachable``.

    The addresses share the time, so that a silent one does not use up that of the others.
    """
    why = "No connection could be made"
    clock = asyncio.get_running_loop().time
    end = clock() + seconds
    for number, address in enumerate(addresses):
        try:
            async with asyncio.timeout((end - clock()) / (len(addresses) - number)):
                _, writer = await asyncio.open_connection(address.text, address.port)
        except TimeoutError:
            why = f"No connection within {seconds:g} seconds"
        except ConnectionRefusedError:
            why = "The connection was refused: nothing listens on that port"
        except OSError as error:
            why = f"No connection could be made: {error.strerror or 'no reason told'}"
        else:
            await _close(writer)
            return address
    raise HostUnreachable(_call(origin), why)


async def judge(origin: Origin, address: Address, trust: Trust, seconds: float) -> bytes:
    """Shake hands as a request would, and send nothing; the accepted certificate in DER form.

    Raises ``HostUnreachable`` and ``CertificateRefused``.
    """
    try:
        context = await asyncio.to_thread(ssl_context, origin, trust)  # reads many authorities
    except CaFileUnusable as error:
        raise CertificateRefused(_call(origin), str(error)) from None
    return await _handshake(origin, address, context, seconds)


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
    port = origin.port or DEFAULT_PORTS[origin.scheme]
    try:
        await shown_certificate(replace(origin, scheme="https", port=port), seconds)
    except ApiError:
        return False
    return True


async def _handshake(
    origin: Origin, address: Address, context: ssl.SSLContext, seconds: float
) -> bytes:
    call = _call(origin)
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(
                address.text,
                address.port,
                ssl=context,
                server_hostname=origin.host,
                ssl_shutdown_timeout=_CLOSING,
            )
            shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            await _close(writer)
    except TimeoutError:
        raise HostUnreachable(call, f"No TLS within {seconds:g} seconds") from None
    except ssl.SSLError as error:
        raise certificate_refused(error, call) from None
    except OSError:
        raise HostUnreachable(call, "The connection broke while TLS was agreed on") from None
    return shown or b""


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    try:
        await writer.wait_closed()
    except (OSError, ssl.SSLError, TimeoutError):
        return  # it was looked at; how it ends is of no interest
