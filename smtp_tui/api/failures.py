"""From what came back, or did not, to the error that says so in words."""

from __future__ import annotations

import errno
import math
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
from typing import Final, NoReturn

import httpx
from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.decode import sentence
from smtp_tui.api.errors import (
    TESTS,
    AccessDenied,
    Advice,
    AdviceLine,
    ApiError,
    BadAnswer,
    HostUnreachable,
    Invalid,
    NoAnswer,
    NotFound,
    Operation,
    OperationMissing,
    Place,
    ServerFault,
    StatusError,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.api.pages import cut
from smtp_tui.api.redaction import text_without_echo, without_echo
from smtp_tui.api.trust import certificate_refused
from smtp_tui.api.words import error_inside, read_error


class Received(Struct, frozen=True):
    """A whole answer with any status, before it is judged.

    ``unreadable`` says why its body is not read; the body is then blank.
    """

    status: int
    body: bytes
    request_id: str | None
    retry_after: str | None = None
    location: str | None = None
    unreadable: str = ""


def cleaned(received: Received, operation: Operation, secrets: tuple[str, ...]) -> Received:
    """The answer without an echo of what was sent, wherever its words are shown to a person.

    The body of a success is left as it is: it is decoded, and that drops the secrets.
    """
    shown = not 200 <= received.status < 300 or operation in TESTS
    return replace(
        received,
        body=without_echo(received.body, secrets) if shown else received.body,
        request_id=received.request_id and text_without_echo(received.request_id, secrets),
        retry_after=received.retry_after and text_without_echo(received.retry_after, secrets),
        location=received.location and text_without_echo(received.location, secrets),
    )


_GONE: Final = frozenset({"MODEL_NOT_FOUND", "NOT_FOUND"})
"""LoopBack's codes for a record that is gone. A 404 with any other code comes from a server that
does not know the call, or from a proxy."""


_NOT_MODIFIED: Final = 304
"""The only status of the 300s that is no redirect."""


def raise_for_status(received: Received, place: Place) -> None:
    """Raise the error of a status that is no success; a 2xx passes, unless it holds an error.

    Of a test email such an error is its verdict, and passes. A body that is not read is an error
    except to a change: its status says that it was done.
    """
    status = received.status
    place = Place(place.operation, place.host, received.request_id)
    if 200 <= status < 300:
        said = None if place.operation in TESTS else error_inside(received.body)
        if said is not None:
            raise BadAnswer(place, f"The answer ({status}) holds an error: {said or 'no words'}")
        if place.operation in TESTS or not place.operation.writes:
            raise_if_unreadable(received, place)
        return
    if 300 <= status < 400 and status != _NOT_MODIFIED:
        to = f" to {cut(received.location, 120)}" if received.location else ""
        raise BadAnswer(place, f"The server redirects{to} ({status}), which is not followed")
    told = read_error(received.body)
    words = received.unreadable or told.words
    match status:
        case 401:
            raise TokenRefused(place, status, words)
        case 403:
            raise AccessDenied(place, status, words)
        case 404:
            gone = place.operation is Operation.GET or told.code in _GONE
            raise (NotFound if gone else OperationMissing)(place, status, words)
        case 400 | 422:
            raise Invalid(place, status, words, fields=told.fields)
        case 429:
            raise TooManyRequests(place, status, words, advice=_wait(received.retry_after))
        case _ if status >= 500:
            after = received.retry_after
            advice = None if place.operation.writes else _wait(after)
            raise ServerFault(place, status, words, retry_after=_seconds(after), advice=advice)
    raise StatusError(place, status, words)


def raise_if_unreadable(received: Received, place: Place) -> None:
    """Raise the error of an answer whose body is needed and was not read."""
    if received.unreadable:
        place = Place(place.operation, place.host, received.request_id)
        raise BadAnswer(place, sentence(received.unreadable))


def _wait(retry_after: str | None) -> Advice | None:
    """How long the server asks to wait, as advice."""
    seconds = _seconds(retry_after)
    if seconds is None:
        return None
    if math.isfinite(seconds):
        return (AdviceLine(f"The server asks to wait {seconds:.0f} seconds"),)
    until = _date(retry_after or "")
    return (AdviceLine(f"The server asks to wait until {until}"),) if until else None


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After as seconds; None where it is none.

    Infinite where that is longer than anybody waits: of a day or more, and of a date.
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 6 and int(text) < _A_DAY else math.inf
    return math.inf if _date(text) else None


_A_DAY: Final = 24 * 60 * 60


def _date(text: str) -> str:
    """An HTTP date, written anew; blank where it is none."""
    try:
        return format_datetime(parsedate_to_datetime(text).astimezone(UTC), usegmt=True)
    except (ValueError, OverflowError):
        return ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it; of a host with several addresses, each address's error."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        if isinstance(seen, BaseExceptionGroup):
            yield from seen.exceptions
        seen = seen.__cause__ or seen.__context__


def no_connection_in_time(place: Place, seconds: float, shaking_hands: bool) -> HostUnreachable:
    """The time for a connection ran out, perhaps while ``shaking_hands`` for TLS."""
    why = f"No connection within {seconds:g} seconds"
    if shaking_hands:
        why = (
            f"The server took the connection, but TLS was not agreed on within {seconds:g} seconds"
        )
    return HostUnreachable(place, why, timed_out=True)


def raise_in_words(error: Exception, place: Place, read: float) -> NoReturn:
    """Turn what the library raised into ours; its own texts may be empty or hold a header.

    ``read`` is the time-out of a silence, in seconds.
    """
    match error:
        case httpx.ConnectError():
            raise _no_connection(error, place) from None
        case httpx.UnsupportedProtocol() | httpx.InvalidURL() | httpx.LocalProtocolError():
            raise HostUnreachable(place, "The address cannot be used") from None
        case httpx.TimeoutException():
            why = f"The server was silent for {read:g} seconds"
            raise NoAnswer(place, why) from None
        case httpx.RemoteProtocolError():
            raise NoAnswer(place, _ENDED) from None
    raise NoAnswer(place, _BROKE) from None


_ENDED: Final = "The connection ended before the whole answer came, or it was no HTTP"
_BROKE: Final = "The connection broke before the whole answer came"
MEANT_FOR_TLS: Final = (
    "The server speaks TLS on this port and was asked in plain http: write https:// before the host"
)


def may_come_from_tls(error: ApiError) -> bool:
    """Whether a server that wants TLS may have refused plain http so: each has its own way."""
    if isinstance(error, StatusError):
        return error.status == 400 and "https" in error.words.lower()
    return isinstance(error, NoAnswer) and error.why in (_ENDED, _BROKE)


def _no_connection(error: httpx.ConnectError, place: Place) -> ApiError:
    """No connection, or none that TLS was agreed on: the one time when TLS is to blame.

    A broken TLS connection later on looks the same to the library, but then something was sent.
    """
    causes = tuple(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLWantReadError):
            return certificate_refused(cause, place)
    return HostUnreachable(place, _connect_reason(causes))


_REASONS: Final = {
    errno.ECONNREFUSED: "The connection was refused: nothing listens on that port",
    errno.EHOSTUNREACH: "There is no way to that host from here",
    errno.ENETUNREACH: "There is no way to that host from here",
    errno.ECONNRESET: "The connection was broken off before anything was sent",
}


def _connect_reason(causes: tuple[BaseException, ...]) -> str:
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            if cause.errno == socket.EAI_AGAIN:
                return "The host name could not be looked up: no name server answered"
            return "There is no such host name"
        if isinstance(cause, OSError) and cause.errno in _REASONS:
            return _REASONS[cause.errno]
    return "No connection could be made"
