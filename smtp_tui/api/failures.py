"""From what came back, or did not, to the error that says so in words."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

import httpx

from smtp_tui.api.decode import refused_fields, server_words
from smtp_tui.api.errors import (
    AccessDenied,
    BadAnswer,
    CertificateRefused,
    HostUnreachable,
    Invalid,
    NoAnswer,
    NotFound,
    Place,
    ServerFault,
    StatusError,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.api.trust import PinMismatch, tls_reason


@dataclass(frozen=True, slots=True)
class Received:
    """A whole answer with any status, before it is judged."""

    status: int
    body: bytes
    request_id: str | None
    retry_after: str | None = None
    location: str | None = None


def raise_for_status(received: Received, place: Place) -> None:
    """Raise the error of a status that is no success; a 2xx passes."""
    status = received.status
    place = Place(place.operation, place.host, received.request_id)
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        to = f" to {received.location[:120]}" if received.location else ""
        raise BadAnswer(place, f"The server redirects{to} ({status}), which is not followed")
    words = server_words(received.body)
    match status:
        case 401:
            raise TokenRefused(place, status, words)
        case 403:
            raise AccessDenied(place, status, words)
        case 404:
            raise NotFound(place, status, words)
        case 400 | 422:
            raise Invalid(place, status, words, fields=refused_fields(received.body))
        case 429:
            wait = received.retry_after
            step = f"The server asks to wait: {wait[:40]} (seconds or date)." if wait else None
            raise TooManyRequests(place, status, words, next_step=step)
        case _ if status >= 500:
            raise ServerFault(place, status, words, retry_after=_seconds(received.retry_after))
    raise StatusError(place, status, words)


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After as seconds; its other form, a date, is not waited for."""
    text = (retry_after or "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def raise_in_words(error: Exception, place: Place, connect: float, read: float) -> NoReturn:
    """Turn what the library raised into ours; its own texts may be empty or hold a header.

    ``connect`` and ``read`` are the time-outs that were set, in seconds.
    """
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            raise certificate_refused(cause, place) from None
    match error:
        case httpx.ConnectTimeout():
            why = f"No connection within {connect:.0f} seconds"
            raise HostUnreachable(place, why) from None
        case httpx.ConnectError() | httpx.PoolTimeout():
            raise HostUnreachable(place, _connect_reason(error)) from None
        case httpx.UnsupportedProtocol() | httpx.InvalidURL():
            raise HostUnreachable(place, "The address cannot be used") from None
        case httpx.TimeoutException():
            why = f"The server was silent for {read:.0f} seconds"
            raise NoAnswer(place, why) from None
        case httpx.RemoteProtocolError():
            why = "The connection ended in the middle of the answer, or it was no HTTP"
            raise NoAnswer(place, why) from None
    raise NoAnswer(place, "The connection broke before the whole answer came") from None


def certificate_refused(error: ssl.SSLError, place: Place) -> CertificateRefused:
    """A handshake that did not succeed, with what there is to look at."""
    if isinstance(error, PinMismatch):
        why = tls_reason(error)
        return CertificateRefused(place, why, untrusted=True, pinned=error.pinned, seen=error.seen)
    untrusted = isinstance(error, ssl.SSLCertVerificationError)
    return CertificateRefused(place, tls_reason(error), untrusted=untrusted)


def _connect_reason(error: Exception) -> str:
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return "The connection was refused: nothing listens on that port"
        text = str(cause).lower()
        if "name or service not known" in text or "nodename" in text or "resolution" in text:
            return "There is no such host name"
        if "all connection attempts failed" in text:
            return "The connection was refused: nothing listens on that port"
    return "No connection could be made"
