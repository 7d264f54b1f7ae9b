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
from smtp_tui.api.requests import CHANGES, TESTS, Answer, Operation, Write
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
    a shell; it is written without the program's name. ``press`` is what a screen says after
    "Press KEY" in place of the text, if anything.
    """

    text: str
    actions: tuple[str, ...] = ()
    command: str = ""
    press: str = ""

    @property
    def sentence(self) -> str:
        """The advice without a key."""
        return f"{self.text}."


Advice: TypeAlias = tuple[AdviceLine, ...]

_RETRY: Final = ("table.refresh", "form.review")
"""On a list or a record: read again. In a form: review once more."""
_ACTIVITY: Final = ("app.activity",)


def _retry(text: str, command: str = "") -> AdviceLine:
    return AdviceLine(text, _RETRY, command)


_NEW_TOKEN: Final = AdviceLine("Enter a new token", _RETRY, press="to enter a new token")


def _profile(text: str, command: str = "check") -> AdviceLine:
    return AdviceLine(text, ("app.profiles",), f"profiles {command}")


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

    usual_advice: ClassVar[Advice] = (_retry("Try again"),)
    may_be_done: ClassVar = False
    """Whether the server may have done a write that ended so."""

    def __init__(self, call: Call, why: str, *, advice: Advice = ()) -> None:
        super().__init__(f"could not {call.operation.value} at {call.host}: {why}")
        self.call = call
        self.why = why
        self.write: Write | None = None
        look = "Check the record on the server before you repeat it"
        if call.operation in TESTS:
            look = "Check the recipient's mailbox before you test again"
        usual = (AdviceLine(look),) if self.outcome_unknown else self._advice()
        self.advice = advice or usual

    def _advice(self) -> Advice:
        return self.usual_advice

    @property
    def what(self) -> str:
        """The headline: which operation did not succeed, and where."""
        operation, host = self.call.operation, self.call.host
        if not self.outcome_unknown:
            return f"Could not {operation.value} at {host}"
        if operation in TESTS:
            return f"The test email may have been sent; {host} did not confirm it"
        return f"Outcome unknown: {operation.value} at {host}"

    @property
    def outcome_unknown(self) -> bool:
        """Whether the server may have done a write all the same."""
        return self.may_be_done and self.call.operation.writes

    def lines(
        self, worded: Callable[[AdviceLine], str] = lambda line: line.sentence
    ) -> tuple[str, ...]:
        """What, why, what next and the request id: at most four lines for a person.

        ``worded`` gives the text of one advice.
        """
        shown = [self.what, self.why, " ".join(map(worded, self.advice))]
        if self.call.request_id:
            shown.append(f"Request id: {self.call.request_id}")
        return tuple(shown)

    def alone(self) -> Self:
        """The error without the frames and causes that hold headers and bodies."""
        self.__context__ = None
        return self.with_traceback(None)


class NotSent(ApiError):
    """The request never left this machine, so nothing was changed."""


class HostUnreachable(NotSent):
    """Could not connect; ``timed_out`` where the time for it ran out.

    ``status`` is that of an answer which only said that the port wants TLS. ``proxy`` is the one
    that failed, host and port, if there is one.
    """

    usual_advice = (
        _profile("Check the network, and the profile's host and port"),
        _retry("Then try again"),
    )

    def __init__(
        self,
        call: Call,
        why: str,
        *,
        timed_out: bool = False,
        status: int | None = None,
        proxy: str = "",
    ) -> None:
        self.proxy = proxy
        super().__init__(call, f"Proxy {proxy} of the profile: {why}" if proxy else why)
        self.timed_out = timed_out
        self.status = status

    def _advice(self) -> Advice:
        if not self.proxy:
            return self.usual_advice
        words = f'Check the proxy {self.proxy}, which the profile names under "proxy"'
        return (_profile(words), _retry("Then try again"))


class CertificateRefused(NotSent):
    """The server's certificate is not trusted; no byte of the token was sent.

    ``untrusted`` where there is a certificate to look at; ``pinned`` and ``seen`` are the SHA-256
    of the expected one and of the one that was shown, where they differ.
    """

    usual_advice = (
        _retry("Review the certificate, then trust it or a CA file", "profiles set NAME --trust …"),
    )
    _changed = (
        AdviceLine(
            "Ask the administrator of the host whether the certificate was renewed before you trust"
            " the new one"
        ),
        _retry("Compare both certificates"),
    )
    _unusable = (_profile("Check the profile's host, port and CA file"),)

    def __init__(self, call: Call, error: ssl.SSLError) -> None:
        self.untrusted = isinstance(error, ssl.SSLCertVerificationError)
        self.pinned = error.pinned if isinstance(error, PinMismatch) else ""
        self.seen = error.seen if isinstance(error, PinMismatch) else ""
        super().__init__(call, tls_reason(error))

    def _advice(self) -> Advice:
        if not self.untrusted:
            return self._unusable
        return self._changed if self.pinned else self.usual_advice


class TokenNeeded(NotSent):
    """There is no token to send."""

    usual_advice = (
        _NEW_TOKEN,
        _profile(
            "Or set the profile's variable, or choose another token source",
            "set NAME --token-command …",
        ),
    )


class TenantNeeded(NotSent):
    """The profile names no tenant. Only a login and the question for the tenant go without one."""

    usual_advice = (
        _profile("Check the profile to find its tenant, then save it there", "check NAME"),
    )


class AccessRefused(NotSent):
    """The profile is read-only."""

    usual_advice = (
        _profile("To allow it, change the profile's access", "set NAME --access normal"),
    )


class TestsForbidden(AccessRefused):
    """The profile allows no test emails, whatever its access."""

    usual_advice = (_profile("Change the profile to allow them", "set NAME --test-emails"),)


class UnderWay(NotSent):
    """Another write to the same record has not ended; nothing more is sent to it until then."""

    usual_advice = (AdviceLine("Wait until it has finished"),)

    def __init__(self, call: Call, other: Operation) -> None:
        super().__init__(call, f"An earlier write is still under way: {other.value}")


class NotJournalled(NotSent):
    """The profile is protected, so nothing is sent that the journal does not hold first."""

    usual_advice = (AdviceLine("Fix that path, then try again; smtp-tui doctor shows more"),)


class NoAnswer(ApiError):
    """The request was sent and the line went silent or broke before the whole answer was read."""

    may_be_done = True
    """What the lost answer said, nobody knows."""


class BadAnswer(ApiError):
    """The answer could not be used: not JSON, the wrong shape, too large, an unknown encoding."""

    usual_advice = (
        AdviceLine("Check that the host is the CAM server, not a login page"),
        AdviceLine("Activity shows the answer", _ACTIVITY),
    )

    may_be_done = True
    """The server behind whatever answered so may have done it."""


class ErrorBody(Struct, frozen=True):
    """What the body of an error says.

    ``words`` are LoopBack's message, an HTML title, or the text, on one line of at most
    :data:`WORDS_LIMIT` characters; blank where there is nothing to read. ``code`` is LoopBack's
    code, such as ``MODEL_NOT_FOUND``. ``fields`` are the words by field of a LoopBack 422
    (``error.details.messages``). ``alone`` is whether the answer is nothing but an error.
    """

    words: str = ""
    code: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    alone: bool = False


class StatusError(ApiError):
    """The server answered with a status that is no success; ``status`` is that number.

    ``words`` are the server's, ``fields`` its words by parameter name. ``retry_after`` are the
    seconds it asks to wait: infinite for a date or a day and more, None where it asks nothing.
    """

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Activity shows the request and the answer", _ACTIVITY),
    )
    said_so: ClassVar = ""
    """What comes before the server's own words."""

    def __init__(
        self,
        call: Call,
        status: int,
        words: str,
        fields: tuple[tuple[str, str], ...] = (),
        retry_after: str = "",
    ) -> None:
        self.status = status
        self.words = words
        self.fields = fields
        self.retry_after, self._wait = _asked_to_wait(retry_after)
        said = f": {words}" if words else " without an explanation"
        super().__init__(call, f"{self.said_so}The server answered {status}{said}")

    def _advice(self) -> Advice:
        waiting_helps = self.status == 429 or self.status >= 500
        return (waiting_helps and self._wait) or self.usual_advice


class TokenRefused(StatusError):
    """401: the token is missing, wrong or expired."""

    usual_advice = (
        AdviceLine("Get a new token; the request was not repeated"),
        _NEW_TOKEN,
    )


class LoginRefused(StatusError):
    """400, 401, 403 or 422 to a login: the user name or the password is not accepted."""

    usual_advice = (
        _profile(
            "Enter the password again, or check the profile's user name",
            "set NAME --token-login USER",
        ),
    )


class AccessDenied(StatusError):
    """403: the account may not do this."""

    usual_advice = (
        _profile("Check the profile's team", "set NAME --team TEAM"),
        AdviceLine("Or ask for a role with this permission"),
    )


class NotFound(StatusError):
    """404: there is no such record. No other error means that a record is gone."""

    usual_advice = (
        AdviceLine("Someone may have deleted it"),
        AdviceLine("Refresh the list", ("table.refresh",)),
    )

    _another_server = (
        _profile(
            "Check the profile's host and port: this may be another server, or part of it is down"
        ),
    )

    @property
    def about_record(self) -> bool:
        """Whether the call was about one record, so that this one is not there."""
        return self.call.operation in _ABOUT_ONE_RECORD

    def _advice(self) -> Advice:
        return self.usual_advice if self.about_record else self._another_server


class OperationMissing(StatusError):
    """404: the server lacks this operation. It says nothing about the record."""

    said_so = "The server does not support this operation. "
    usual_advice = (
        AdviceLine("Nothing was changed"),
        _profile("Check the profile's host and the server's version"),
    )


class Invalid(StatusError):
    """400 or 422: the server refused the values."""

    usual_advice = (
        AdviceLine("Correct the value and save again; your input is kept", ("form.review",)),
    )

    def _advice(self) -> Advice:
        wrong_value = self.call.operation in {Operation.CREATE, Operation.PATCH}
        return self.usual_advice if wrong_value else StatusError.usual_advice


class TooManyRequests(StatusError):
    """429: the server asks to wait."""

    usual_advice = (_retry("Wait a moment, then try again"),)


class ServerFault(StatusError):
    """5xx: the server or the proxy before it failed."""

    usual_advice = (
        _retry("Wait a moment, then try again"),
        AdviceLine("If it persists, ask the server's administrator"),
    )
    may_be_done = True
    """The proxy may have failed after the work was done."""


_BY_STATUS: Final[dict[int, type[StatusError]]] = {
    400: Invalid,
    401: TokenRefused,
    403: AccessDenied,
    422: Invalid,
    429: TooManyRequests,
}
_LOGIN_REFUSALS: Final = frozenset({400, 401, 403, 422})
_GONE: Final = frozenset({"MODEL_NOT_FOUND", "NOT_FOUND"})
"""LoopBack's codes for a record that is gone. A 404 with any other code comes from a server that
does not know the call, or from a proxy."""
_NOT_MODIFIED: Final = 304
"""The only status of the 300s that is no redirect."""


def raise_for_status(answer: Answer, call: Call) -> Answer:
    """The answer, if its status is 2xx and it holds no error; else its error is raised.

    The error in the answer to a test email is its verdict, and passes. A body that was not read is
    an error except for a change: its status says that it was done. Of a mail even a 400 may tell.
    """
    status, operation = answer.status, call.operation
    good = 200 <= status < 300
    if good and operation not in TESTS and answer.body[:_SEARCHED].lstrip().startswith(b"{"):
        told = read_error(answer.body)
        if told.alone:
            words = told.words or "no message"
            raise BadAnswer(call, f"The answer ({status}) contains an error: {words}")
    needed = operation not in CHANGES if good else operation in TESTS and status in {400, 422}
    if answer.unreadable and needed:
        raise BadAnswer(call, sentence(answer.unreadable))
    if good:
        return answer
    if status < 200:
        raise NoAnswer(call, f"The server asked for another protocol ({status})")
    if 300 <= status < 400 and status != _NOT_MODIFIED:
        to = f" to {cut(answer.location, 120)}" if answer.location else ""
        raise BadAnswer(call, f"The server redirects{to} ({status}); redirects are not followed")
    told = read_error(answer.body)
    kind = ServerFault if status >= 500 else _BY_STATUS.get(status, StatusError)
    if status == 404:
        gone = operation is Operation.GET or told.code in _GONE
        kind = NotFound if gone else OperationMissing
    if operation is Operation.TOKEN and status in _LOGIN_REFUSALS:
        kind = LoginRefused
    words = answer.unreadable or told.words
    raise kind(call, status, words, told.fields, answer.retry_after or "")


def _asked_to_wait(retry_after: str) -> tuple[float | None, Advice]:
    """The seconds that Retry-After says, infinite for a date, a day or more, and the advice."""
    from email.utils import format_datetime, parsedate_to_datetime  # noqa: PLC0415 - slow, rare

    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        if len(text) > 5 or int(text) >= _A_DAY:
            return math.inf, ()
        return float(text), (AdviceLine(f"The server asks to wait {int(text)} s"),)
    try:
        date = format_datetime(parsedate_to_datetime(text).astimezone(UTC), usegmt=True)
    except (ValueError, OverflowError):
        return None, ()
    return math.inf, (AdviceLine(f"The server asks to wait until {date}"),)


def read_error(body: bytes) -> ErrorBody:
    """Read the body of an error, whatever it holds."""
    try:
        value = decode_json(body)
    except Undecodable:
        return ErrorBody(_flat(body.decode("utf-8", errors="replace")))
    whole = _members(value)
    error = _members(whole.get("error"))
    code = error.get("code")
    fields: list[tuple[str, str]] = []
    for name, said in _members(_members(error.get("details")).get("messages")).items():
        several = said if isinstance(said, list) else [said]
        texts = [text for text in several if isinstance(text, str)]
        fields.append((name, _flat("; ".join(dict.fromkeys(texts)))))
    return ErrorBody(
        _flat(_message(value)),
        code if isinstance(code, str) else "",
        tuple(fields),
        alone=bool(whole.get("error")) and "id" not in whole,
    )


def _members(value: JsonValue) -> dict[str, JsonValue]:
    """The members of an object; none where the value is no object."""
    return value if isinstance(value, dict) else {}


def _flat(words: str) -> str:
    flat = " ".join(without_quoted(without_tags(words[:_SEARCHED])).split())
    length = len(flat) if len(words) <= _SEARCHED else len(words.strip())
    return flat if length <= WORDS_LIMIT else f"{flat[:WORDS_LIMIT]}… ({length} characters)"


def _message(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    for members in (_members(_members(value).get("error")), _members(value)):
        for key in ("message", "error_description", "errorMessage", "reason", "code", "error"):
            found = members.get(key)
            if isinstance(found, str) and found.strip():
                return found
    return ""
