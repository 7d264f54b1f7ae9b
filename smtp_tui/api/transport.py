"""Sends one request through httpx, on a connection of its own, and reads the whole answer.

No connection is used twice. Bytes that a server sends late or in excess can never be taken for the
answer to another request, and no write meets a connection that the server is about to close.

No redirect is followed, no cookie kept, no proxy taken from the environment and no compressed body
read: each of these would send a secret, or take an unbounded number of bytes, unseen. A proxy that
the profile names sees the host and the port, and then TLS.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import Any, Final

import httpx
from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api import errors
from smtp_tui.api.decode import cut, other_encoding
from smtp_tui.api.errors import ApiError, Call
from smtp_tui.api.reach import NO_CONNECTION, NO_SUCH_NAME, REASONS, speaks_tls
from smtp_tui.api.requests import Answer, Request
from smtp_tui.api.target import Origin

_CONNECTED: Final = "connection.connect_tcp.complete"
_SHAKING_HANDS: Final = frozenset({"connection.start_tls.started", "proxy.start_tls.started"})
_SENDING: Final = "http11.send_request_headers.started"
"""Steps of a request, by the names that httpcore gives them in the extension ``trace``."""


class Limits(Struct, frozen=True):
    """How long and how much: seconds, and bytes of a body. ``total`` bounds a whole request."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 120.0
    body: int = 64 * 1024 * 1024
    longest_retry_after: float = 10.0
    retry_pause: float = 0.5


LIMITS: Final = Limits()


class Transport(Struct, frozen=True):
    """Sends requests to one origin; ``context`` verifies its certificate."""

    origin: Origin
    context: ssl.SSLContext
    limits: Limits

    def _connection(self) -> httpx.AsyncHTTPTransport:
        """What sends one request. It is no client: that would cost more than all of ours does, to
        keep cookies, follow redirects and merge what it was made with, none of which is wanted."""
        via = self.origin.proxy
        proxy = httpx.Proxy(f"http://{via.text}") if via is not None else None
        return httpx.AsyncHTTPTransport(verify=self.context, trust_env=False, proxy=proxy)

    def _request(
        self, request: Request, headers: dict[str, str], trace: Callable[..., Awaitable[None]]
    ) -> httpx.Request:
        """The request as the library sends it."""
        timeout = httpx.Timeout(self.limits.read, connect=None).as_dict()
        return httpx.Request(
            request.method,
            self.origin.url + request.address,
            headers={**headers, "Connection": "keep-alive"},
            content=request.content(),
            extensions={"timeout": timeout, "trace": trace},
        )

    async def send(
        self, request: Request, call: Call, headers: dict[str, str], ready: Callable[[], None]
    ) -> Answer:
        """Send and read, as :meth:`_sent`; says so where plain http met a port of TLS.

        Servers that want TLS refuse plain http each in its own way, with a status or without.
        """
        try:
            answer = await self._sent(request, call, headers, ready)
        except errors.NoAnswer as error:
            if error.why not in {_ENDED, _BROKE} or not await self._met_tls():
                raise
            if call.operation.writes:  # a port may speak both, and have ended after the work
                raise errors.NoAnswer(call, f"{error.why}. {_MEANT_FOR_TLS}") from None
            raise errors.HostUnreachable(call, _MEANT_FOR_TLS) from None
        page = answer.status == 400 and not answer.body.startswith(b"{")
        if page and b"https" in answer.body.lower() and await self._met_tls():
            raise errors.HostUnreachable(call, _MEANT_FOR_TLS, status=answer.status)
        return answer

    async def _met_tls(self) -> bool:
        """Whether plain http was spoken to a port that speaks TLS."""
        return self.origin.scheme == "http" and await speaks_tls(self.origin, self.limits.connect)

    async def _sent(
        self, request: Request, call: Call, headers: dict[str, str], ready: Callable[[], None]
    ) -> Answer:
        """Send and read. All addresses of the host and TLS share the time for a connection.

        ``ready`` is called once the connection is made; what it raises keeps the request from
        being sent. Raises ``HostUnreachable``, ``CertificateRefused`` and ``NoAnswer``.
        """
        connecting = asyncio.timeout(self.limits.connect)
        shaking_hands = sending = False

        async def trace(step: str, details: Mapping[str, Any]) -> None:
            """Follow the steps; the time for a connection ends when sending begins."""
            nonlocal shaking_hands, sending
            if step == _CONNECTED:
                # A handshake or request that is cancelled would leave its connection open.
                opened.push_async_callback(details["return_value"].aclose)
            elif step in _SHAKING_HANDS:
                shaking_hands = True
            elif step == _SENDING and details["request"].method != b"CONNECT":
                ready()
                sending = True
                connecting.reschedule(None)

        try:
            async with (
                AsyncExitStack() as opened,
                asyncio.timeout(self.limits.total),
                connecting,
                self._connection() as connection,
                aclosing(
                    await connection.handle_async_request(self._request(request, headers, trace))
                ) as response,
            ):
                return await self._whole(response)
        except TimeoutError:
            if connecting.expired():
                raise self._not_connected(call, shaking_hands) from None
            seconds = f"{self.limits.total:g} s"
            raise errors.NoAnswer(call, f"No complete answer within {seconds}") from None
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError) as error:
            told = _in_words(error, call, self.limits.read)
            if self.origin.proxy is None or sending or isinstance(told, errors.CertificateRefused):
                raise told from None
            raise errors.HostUnreachable(call, told.why, proxy=self.origin.proxy_text) from None

    def _not_connected(self, call: Call, shaking_hands: bool) -> errors.HostUnreachable:
        seconds = f"{self.limits.connect:g} s"
        why = f"No connection within {seconds}"
        if shaking_hands:
            took = "The server accepted the connection"
            why = f"{took}, but the TLS handshake did not finish within {seconds}"
            return errors.HostUnreachable(call, why, timed_out=True)
        return errors.HostUnreachable(call, why, timed_out=True, proxy=self.origin.proxy_text)

    async def _whole(self, response: httpx.Response) -> Answer:
        """The whole answer, or why its body is not read."""
        answer = Answer(
            response.status_code,
            b"",
            cut(response.headers.get("X-Request-Id", ""), 128) or None,
            response.headers.get("Retry-After"),
            response.headers.get("Location"),
            tls=_tls_words(response),
        )
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            words = f"the answer is compressed ({cut(encoding, 40)}), which was not requested"
            return replace(answer, unreadable=words)
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > self.limits.body:
                size = f"{self.limits.body / (1024 * 1024):.3g} MiB"
                words = f"the answer is larger than {size} and was not read completely"
                return replace(answer, unreadable=words)
        if body.startswith(BOM_UTF8):
            del body[: len(BOM_UTF8)]
        whole = bytes(body)
        unreadable = other_encoding(whole)
        return replace(answer, body=b"" if unreadable else whole, unreadable=unreadable)


def _tls_words(response: httpx.Response) -> str:
    """The protocol and the cipher of the connection; blank without TLS."""
    tls = response.extensions["network_stream"].get_extra_info("ssl_object")
    return "" if tls is None else " ".join((tls.version() or "TLS", *(tls.cipher() or ())[:1]))


def _in_words(error: Exception, call: Call, read: float) -> ApiError:
    """The library's error as ours; its own texts may be empty or hold a header.

    ``read`` is the time-out of a silence, in seconds.
    """
    match error:
        case httpx.ConnectError():
            return _no_connection(error, call)
        case httpx.ProxyError():
            return errors.HostUnreachable(call, f"It refused to connect ({cut(str(error), 60)})")
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | httpx.LocalProtocolError():
            return errors.HostUnreachable(call, "The address cannot be used")
        case httpx.TimeoutException():
            return errors.NoAnswer(call, f"The server was silent for {read:g} s")
        case httpx.RemoteProtocolError():
            return errors.NoAnswer(call, _ENDED)
    return errors.NoAnswer(call, _BROKE)


_ENDED: Final = "The connection ended before the answer was complete, or it is not HTTP"
_BROKE: Final = "The connection was lost before the answer was complete"
_MEANT_FOR_TLS: Final = "The server speaks TLS on this port: write https:// before the host"


def _no_connection(error: httpx.ConnectError, call: Call) -> ApiError:
    """No connection, or no TLS on it: the one time when TLS is to blame.

    A TLS connection that breaks later looks the same to the library, but then something was sent.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            return errors.CertificateRefused(call, cause)
        if isinstance(cause, socket.gaierror):
            again = cause.errno == socket.EAI_AGAIN
            return errors.HostUnreachable(call, _NO_NAME_SERVER if again else NO_SUCH_NAME)
        if isinstance(cause, OSError) and cause.errno in REASONS:
            return errors.HostUnreachable(call, REASONS[cause.errno])
    return errors.HostUnreachable(call, NO_CONNECTION)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it; for a host with several addresses, each address's error."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        if isinstance(seen, BaseExceptionGroup):
            yield from seen.exceptions
        seen = seen.__cause__ or seen.__context__


_NO_NAME_SERVER: Final = "The host name could not be resolved: no DNS server answered"
