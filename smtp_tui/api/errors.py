"""What can go wrong with a request, in words that a person can act on.

::

    ApiError
    ├── NotSent                    the request never left: the server did nothing
    │   ├── HostUnreachable        no such name, refused, no route, connect time-out
    │   ├── CertificateRefused     TLS was judged before any byte of the token
    │   ├── TokenNeeded            no token to send, or one that cannot be a token
    │   ├── TenantNeeded           the profile names no tenant, and the request is about one
    │   ├── AccessRefused          the profile does not allow it
    │   ├── UnderWay               another write to the same record has not ended
    │   └── NotJournalled          a protected profile, and its journal cannot be written
    ├── NoAnswer                   sent, but no whole answer: after a write the outcome is unknown
    ├── BadAnswer                  answered with something that cannot be used
    └── StatusError                answered with a status that is no success
        ├── TokenRefused           401
        ├── LoginRefused           400, 401 or 403 when asking for a token
        ├── AccessDenied           403
        ├── NotFound               404: there is no such record
        ├── OperationMissing       404: the server lacks the operation; nothing is said of a record
        ├── Invalid                400 and 422, with words by parameter
        ├── TooManyRequests        429
        └── ServerFault            5xx: after a write the outcome is unknown

An error holds which call failed (:class:`Call`) and what the server said; it never holds a
response or a secret. To add one: its class here, with its advice, and its row in ``_BY_STATUS`` or
the place that raises it.
"""

from __future__ import annotations

import math
import ssl
from collections.abc import Callable
from datetime import UTC
from typing import ClassVar, Final, Self, TypeAlias

from msgspec import Struct

from smtp_tui.api.decode import Undecodable, cut, decode_json, sentence, without_tags
from smtp_tui.api.models import JsonValue
from smtp_tui.api.redaction import without_quoted
from smtp_tui.api.requests import TESTS, Answer, Operation, Write
from smtp_tui.api.tls import PinMismatch, tls_reason

WORDS_LIMIT: Final = 300
_SEARCHED: Final = 65536
"""How much of a text is searched for tags."""
_A_DAY: Final = 24 * 60 * 60
_ABOUT_ONE_RECORD: Final = frozenset(
    {Operation.GET, Operation.PATCH, Operation.DELETE, Operation.TEST_SAVED}
)


class AdviceLine(Struct, frozen=True):
    """One sentence of advice, without its full stop.

    It names no key, because a key does different things on different screens. ``actions`` are the
    ids of actions that do what it says, the best one first: a screen adds the key of the first one
    that works there. No such action may send or change anything by itself. ``command`` does it in
    a shell; it is written without the program's name.
    """

    text: str
    actions: tuple[str, ...] = ()
    command: str = ""

    @property
    def sentence(self) -> str:
        """The advice without a key."""
        return f"{self.text}."


Advice: TypeAlias = tuple[AdviceLine, ...]

_RETRY: Final = ("table.refresh", "form.review")
"""On a list or a record: read again. In a form: review once more."""
_PROFILES: Final = ("app.profiles",)
_ACTIVITY: Final = ("app.activity",)
_ANOTHER_SERVER: Final = (
    AdviceLine(
        "Check the host and port of the profile: this may be another server, or a part of it is"
        " down",
        _PROFILES,
        "profiles check",
    ),
)


class Call(Struct, frozen=True):
    """The call that failed: its operation, the host as shown, and the request id if it is known."""

    operation: Operation
    host: str
    request_id: str | None = None


class ApiError(Exception):
    """The root: ``why`` says what happened, ``advice`` what to do next.

    ``usual_advice`` is that of its class. ``write`` is the journalled write that failed, if it was
    one.
    """

    usual_advice: ClassVar[Advice] = (AdviceLine("Try again", _RETRY),)

    def __init__(self, call: Call, why: str, *, advice: Advice | None = None) -> None:
        super().__init__(f"could not {call.operation.value} at {call.host}: {why}")
        self.call = call
        self.why = why
        self.write: Write | None = None
        self.advice = advice if advice is not None else self._advice()

    def _advice(self) -> Advice:
        if not self.outcome_unknown:
            return self.usual_advice
        if self.call.operation in TESTS:
            return (AdviceLine("Look in the mailbox of the recipient before you test again"),)
        return (AdviceLine("Look at what the server holds now before you repeat it"),)

    def advised(self, worded: Callable[[AdviceLine], str] = lambda line: line.sentence) -> str:
        """The advice in one line; ``worded`` gives the text of a line, blank to leave it out."""
        return " ".join(filter(None, map(worded, self.advice)))

    @property
    def what(self) -> str:
        """The headline: which operation did not succeed, and where."""
        operation, host = self.call.operation, self.call.host
        if not self.outcome_unknown:
            return f"Could not {operation.value} at {host}"
        if operation in TESTS:
            return f"The test email may have been sent; {host} did not say"
        return f"Unknown whether it was done: {operation.value} at {host}"

    @property
    def outcome_unknown(self) -> bool:
        """Whether the server may have done a write all the same."""
        return False

    def lines(
        self, worded: Callable[[AdviceLine], str] = lambda line: line.sentence
    ) -> tuple[str, ...]:
        """What, why, what next and the request id: at most four lines for a person."""
        shown = [self.what, self.why, self.advised(worded)]
        if self.call.request_id:
            shown.append(f"Request id: {self.call.request_id}")
        return tuple(line for line in shown if line)

    def alone(self) -> Self:
        """The error without the frames and causes that hold headers and bodies."""
        self.__context__ = None
        return self.with_traceback(None)


class NotSent(ApiError):
    """The request never left this machine, so nothing was changed."""


class HostUnreachable(NotSent):
    """No connection could be made; ``timed_out`` where the time for it ran out."""

    usual_advice = (
        AdviceLine(
            "Check the network, and the host and port of the profile", _PROFILES, "profiles check"
        ),
        AdviceLine("Then try again", _RETRY),
    )

    def __init__(self, call: Call, why: str, *, timed_out: bool = False) -> None:
        super().__init__(call, why)
        self.timed_out = timed_out


class CertificateRefused(NotSent):
    """The server's certificate was not trusted; no byte of the token was sent.

    ``untrusted`` where there is a certificate to look at; ``pinned`` and ``seen`` are the SHA-256
    of the expected one and of the one that was shown, where they differ.
    """

    usual_advice = (
        AdviceLine(
            "Look at the certificate, and trust it or a CA file",
            _RETRY,
            "profiles set NAME --trust …",
        ),
    )
    _changed = (
        AdviceLine(
            "Ask the administrator of the host whether it was renewed before you change what the"
            " profile trusts"
        ),
        AdviceLine("Look at both certificates", _RETRY),
    )
    _unusable = (
        AdviceLine(
            "Check the host, the port and the CA file of the profile", _PROFILES, "profiles check"
        ),
    )

    def __init__(
        self, call: Call, why: str, *, untrusted: bool = False, pinned: str = "", seen: str = ""
    ) -> None:
        advice = (self._changed if pinned else None) if untrusted else self._unusable
        super().__init__(call, why, advice=advice)
        self.untrusted = untrusted
        self.pinned = pinned
        self.seen = seen


def certificate_refused(error: ssl.SSLError, call: Call) -> CertificateRefused:
    """A handshake that failed, as our own error."""
    return CertificateRefused(
        call,
        tls_reason(error),
        untrusted=isinstance(error, ssl.SSLCertVerificationError),
        pinned=error.pinned if isinstance(error, PinMismatch) else "",
        seen=error.seen if isinstance(error, PinMismatch) else "",
    )


class TokenNeeded(NotSent):
    """There is no token to send."""

    usual_advice = (
        AdviceLine("Try again to type a token", _RETRY),
        AdviceLine(
            "Or set the variable that the profile names, or choose another source of tokens",
            _PROFILES,
            "profiles set NAME --token-command …",
        ),
    )


class TenantNeeded(NotSent):
    """The profile names no tenant. Only a login and the question for the tenant go without one."""

    usual_advice = (
        AdviceLine(
            "Check the profile to find its tenant, and write that into it",
            _PROFILES,
            "profiles check NAME",
        ),
    )

    def __init__(self, call: Call, profile: str, *, advice: Advice | None = None) -> None:
        super().__init__(call, f"The profile {profile} names no tenant", advice=advice)


class AccessRefused(NotSent):
    """The profile is read-only."""

    usual_advice = (
        AdviceLine(
            "Change the access of the profile to allow it",
            _PROFILES,
            "profiles set NAME --access normal",
        ),
    )


class UnderWay(NotSent):
    """Another write to the same record has not ended; nothing more is sent to it until then."""

    usual_advice = (AdviceLine("Wait for its outcome, which will be told"),)

    def __init__(self, call: Call, other: Operation) -> None:
        super().__init__(call, f"An earlier write is still under way: {other.value}")


class NotJournalled(NotSent):
    """The profile is protected, so nothing is sent that the journal does not hold first."""

    usual_advice = (AdviceLine("Mend that place (smtp-tui doctor looks at it), then do it again"),)

    def __init__(self, call: Call, profile: str, problem: str) -> None:
        why = f"The profile {profile} is protected, and the journal of writes cannot be written"
        super().__init__(call, f"{why}: {problem}")


class NoAnswer(ApiError):
    """The request was sent and the line went silent or broke before the whole answer was read."""

    @property
    def outcome_unknown(self) -> bool:
        """True after a write."""
        return self.call.operation.writes


class BadAnswer(ApiError):
    """The answer could not be used: not JSON, the wrong shape, too large, an unknown encoding."""

    usual_advice = (
        AdviceLine("Check that the host is the CAM server and not a login page"),
        AdviceLine("The answer is in Activity", _ACTIVITY),
    )

    @property
    def outcome_unknown(self) -> bool:
        """True after a write: the server behind whatever answered so may have done it."""
        return self.call.operation.writes


class ErrorBody(Struct, frozen=True):
    """What the body of an error says.

    ``words`` are LoopBack's message, an HTML title, or the text, on one line of at most
    :data:`WORDS_LIMIT` characters; blank where there is nothing to read. ``code`` is LoopBack's
    code, such as ``MODEL_NOT_FOUND``. ``fields`` are the words by field of a LoopBack 422
    (``error.details.messages``).
    """

    words: str = ""
    code: str = ""
    fields: tuple[tuple[str, str], ...] = ()


class StatusError(ApiError):
    """The server answered with a status that is no success; ``status`` is that number.

    ``words`` are the server's, ``fields`` its words by parameter name. ``retry_after`` are the
    seconds it asks to wait: infinite for a date or a day and more, None where it asks nothing.
    """

    usual_advice: ClassVar[Advice] = (
        AdviceLine("The request and the answer are in Activity", _ACTIVITY),
    )
    said_so: ClassVar = ""
    """What comes before the server's own words."""

    def __init__(
        self,
        call: Call,
        status: int,
        words: str,
        *,
        fields: tuple[tuple[str, str], ...] = (),
        retry_after: str | None = None,
    ) -> None:
        self.status = status
        self.words = words
        self.fields = fields
        self.retry_after = _seconds(retry_after)
        self._asked_to_wait = _wait(retry_after)
        said = f": {words}" if words else ", without a word of explanation"
        super().__init__(call, f"{self.said_so}The server answered {status}{said}")


class TokenRefused(StatusError):
    """401: the token is missing, wrong or expired."""

    usual_advice = (
        AdviceLine("Get a new token; nothing was repeated"),
        AdviceLine("Try again to type it", _RETRY),
    )

    def tell_origin(self, origin: str) -> None:
        """Say where the token came from, such as ``was typed``."""
        self.why = f"{self.why.removesuffix('.')}. The token {origin}"


class LoginRefused(StatusError):
    """400, 401 or 403 to a login: the user name or the password is not accepted."""

    usual_advice = (
        AdviceLine(
            "Type the password again, or check the user name of the profile",
            _PROFILES,
            "profiles set NAME --token-login USER",
        ),
    )


class AccessDenied(StatusError):
    """403: the account may not do this."""

    usual_advice = (
        AdviceLine("Check the team of the profile", _PROFILES, "profiles set NAME --team TEAM"),
        AdviceLine("Or ask for a role that may do this"),
    )


class NotFound(StatusError):
    """404: there is no such record. No other error means that a record is gone."""

    usual_advice = (
        AdviceLine("Someone may have deleted it"),
        AdviceLine("Read the list again", ("table.refresh",)),
    )

    def _advice(self) -> Advice:
        about_one = self.call.operation in _ABOUT_ONE_RECORD
        return self.usual_advice if about_one else _ANOTHER_SERVER


class OperationMissing(StatusError):
    """404: the server lacks this operation. It says nothing about the record."""

    said_so = "The server lacks this operation. "
    usual_advice = (
        AdviceLine("Nothing was done"),
        AdviceLine(
            "Check the host of the profile and the version of the server",
            _PROFILES,
            "profiles check",
        ),
    )


class Invalid(StatusError):
    """400 or 422: the server refused the values."""

    usual_advice = (
        AdviceLine("Correct the value and save again; what was typed is kept", ("form.review",)),
    )

    def _advice(self) -> Advice:
        wrong_value = self.call.operation in {Operation.CREATE, Operation.PATCH}
        return self.usual_advice if wrong_value else StatusError.usual_advice


class TooManyRequests(StatusError):
    """429: the server asks to wait."""

    usual_advice = (AdviceLine("Wait a moment, then try again", _RETRY),)

    def _advice(self) -> Advice:
        return self._asked_to_wait or self.usual_advice


class ServerFault(StatusError):
    """5xx: the server or the proxy before it failed."""

    usual_advice = (
        AdviceLine("Wait a moment, then try again", _RETRY),
        AdviceLine("If it stays so, tell those who run the server"),
    )

    def _advice(self) -> Advice:
        return (
            super()._advice() if self.outcome_unknown else self._asked_to_wait or self.usual_advice
        )

    @property
    def outcome_unknown(self) -> bool:
        """True after a write: the proxy may have failed after the work was done."""
        return self.call.operation.writes


_BY_STATUS: Final[dict[int, type[StatusError]]] = {
    400: Invalid,
    401: TokenRefused,
    403: AccessDenied,
    422: Invalid,
    429: TooManyRequests,
}
_GONE: Final = frozenset({"MODEL_NOT_FOUND", "NOT_FOUND"})
"""LoopBack's codes for a record that is gone. A 404 with any other code comes from a server that
does not know the call, or from a proxy."""
_NOT_MODIFIED: Final = 304
"""The only status of the 300s that is no redirect."""


def raise_for_status(answer: Answer, call: Call) -> None:
    """Raise the error of a status that is no success; a 2xx passes, unless it holds an error.

    The error in the answer to a test email is its verdict, and passes. A body that was not read is
    an error except for a change: its status says that it was done.
    """
    status, tests = answer.status, call.operation in TESTS
    if 200 <= status < 300:
        said = None if tests else error_inside(answer.body)
        if said is not None:
            raise BadAnswer(call, f"The answer ({status}) holds an error: {said or 'no words'}")
        if tests or not call.operation.writes:
            raise_if_unreadable(answer, call)
        return
    if status < 200:
        raise NoAnswer(call, f"The server wants to speak another protocol ({status})")
    if 300 <= status < 400 and status != _NOT_MODIFIED:
        to = f" to {cut(answer.location, 120)}" if answer.location else ""
        raise BadAnswer(call, f"The server redirects{to} ({status}), which is not followed")
    told = read_error(answer.body)
    raise _error_of(status, told.code, call.operation)(
        call,
        status,
        answer.unreadable or told.words,
        fields=told.fields,
        retry_after=answer.retry_after,
    )


def _error_of(status: int, code: str, operation: Operation) -> type[StatusError]:
    if status == 404:
        gone = operation is Operation.GET or code in _GONE
        return NotFound if gone else OperationMissing
    return ServerFault if status >= 500 else _BY_STATUS.get(status, StatusError)


def raise_if_unreadable(answer: Answer, call: Call) -> None:
    """Raise the error of an answer whose body is needed and was not read."""
    if answer.unreadable:
        raise BadAnswer(call, sentence(answer.unreadable))


def _wait(retry_after: str | None) -> Advice:
    """How long the server asks to wait, as advice; empty where it does not."""
    seconds = _seconds(retry_after)
    until = f"{seconds:.0f} seconds" if seconds is not None and math.isfinite(seconds) else ""
    if not until and (date := _date(retry_after or "")):
        until = f"until {date}"
    return (AdviceLine(f"The server asks to wait {until}"),) if until else ()


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds; infinite for a date, a day or more; None if it is neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) < 6 and int(text) < _A_DAY else math.inf
    return math.inf if _date(text) else None


def _date(text: str) -> str:
    """An HTTP date in its standard form; blank if the text is not one."""
    from email.utils import format_datetime, parsedate_to_datetime  # noqa: PLC0415 - slow, rare

    try:
        return format_datetime(parsedate_to_datetime(text).astimezone(UTC), usegmt=True)
    except (ValueError, OverflowError):
        return ""


def read_error(body: bytes) -> ErrorBody:
    """Read the body of an error, whatever it holds."""
    try:
        value = decode_json(body)
    except Undecodable:
        return ErrorBody(_flat(body.decode("utf-8", errors="replace")))
    error = _member(value, "error")
    code = _member(error, "code")
    messages = _member(_member(error, "details"), "messages")
    return ErrorBody(
        _flat(_message(value)), code if isinstance(code, str) else "", _refused_fields(messages)
    )


def error_inside(body: bytes) -> str | None:
    """The words of an answer that is nothing but an error, whatever its status; None for others."""
    if not body[:_SEARCHED].lstrip().startswith(b"{"):
        return None
    try:
        value = decode_json(body)
    except Undecodable:
        return None
    told = isinstance(value, dict) and value.get("error") and "id" not in value
    return _flat(_message(value)) if told else None


def _member(value: JsonValue, name: str) -> JsonValue:
    """A member of an object; None where it has none, or where the value is no object."""
    return value.get(name) if isinstance(value, dict) else None


def _flat(words: str) -> str:
    flat = " ".join(without_quoted(without_tags(words[:_SEARCHED])).split())
    length = len(flat) if len(words) <= _SEARCHED else len(words.strip())
    return flat if length <= WORDS_LIMIT else f"{flat[:WORDS_LIMIT]}… ({length} characters)"


def _message(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    inner = value.get("error")
    for members in (inner if isinstance(inner, dict) else {}, value):
        for key in ("message", "error_description", "errorMessage", "reason", "code", "error"):
            found = members.get(key)
            if isinstance(found, str) and found.strip():
                return found
    return ""


def _refused_fields(messages: JsonValue) -> tuple[tuple[str, str], ...]:
    """The words of each field, joined; the same words twice are told once."""
    if not isinstance(messages, dict):
        return ()
    fields: list[tuple[str, str]] = []
    for name, said in messages.items():
        several = said if isinstance(said, list) else [said]
        texts = [text for text in several if isinstance(text, str)]
        fields.append((name, _flat("; ".join(dict.fromkeys(texts)))))
    return tuple(fields)
