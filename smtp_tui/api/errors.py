"""What can go wrong with a request, in words a person can act on.

::

    ApiError
    ├── NotSent                    the request never left: nothing happened on the server
    │   ├── HostUnreachable        no such name, refused, no route, connect time-out
    │   ├── CertificateRefused     TLS was judged before any byte of the token
    │   ├── TokenNeeded            no token to send, or one that cannot be a token
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

An error holds where it happened (:class:`Place`) and what the server said; it never holds a
request, a response or a secret.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final, Self, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from smtp_tui.api.writes import Write


class Operation(Enum):
    """The calls the program makes, each with the words that complete "could not …"."""

    LIST = "list the connections"
    GET = "read the connection"
    CREATE = "create the connection"
    PATCH = "change the connection"
    DELETE = "delete the connection"
    TEST_VALUES = "send a test email with these values"
    TEST_SAVED = "send a test email with the saved record"
    TOKEN = "log in"
    TENANT = "find the tenant"
    REACH = "reach the server"

    @property
    def writes(self) -> bool:
        """Whether the call may change something or send mail; such a call is never repeated."""
        return self not in _READS


_READS: Final = frozenset(
    {Operation.LIST, Operation.GET, Operation.TENANT, Operation.TOKEN, Operation.REACH}
)


TESTS: Final = frozenset({Operation.TEST_VALUES, Operation.TEST_SAVED})
"""The calls that send mail and change nothing."""

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


class Place(Struct, frozen=True):
    """Where an error happened: the operation, the host as shown, and the request id if told."""

    operation: Operation
    host: str
    request_id: str | None = None


class ApiError(Exception):
    """The root: ``why`` says what happened, ``advice`` what to do next.

    ``usual_advice`` is that of its class. ``write`` is the journalled write that failed, if it was
    one.
    """

    usual_advice: ClassVar[Advice] = (AdviceLine("Try again", _RETRY),)

    def __init__(self, place: Place, why: str, *, advice: Advice | None = None) -> None:
        super().__init__(f"could not {place.operation.value} at {place.host}: {why}")
        self.place = place
        self.why = why
        self.write: Write | None = None
        self.advice = advice if advice is not None else self._advice()

    def _advice(self) -> Advice:
        if not self.outcome_unknown:
            return self.usual_advice
        if self.place.operation in TESTS:
            return (AdviceLine("Look in the mailbox of the recipient before you test again"),)
        return (AdviceLine("Look at what the server holds now before you repeat it"),)

    def advised(self, worded: Callable[[AdviceLine], str] = lambda line: line.sentence) -> str:
        """The advice in one line; ``worded`` gives the text of a line, blank to leave it out."""
        return " ".join(filter(None, map(worded, self.advice)))

    @property
    def what(self) -> str:
        """The headline: which operation did not succeed, and where."""
        if self.outcome_unknown and self.place.operation in TESTS:
            return f"The test email may have been sent, {self.place.host} did not say so"
        if self.outcome_unknown:
            return f"Unknown whether it was done: {self.place.operation.value} at {self.place.host}"
        return f"Could not {self.place.operation.value} at {self.place.host}"

    @property
    def outcome_unknown(self) -> bool:
        """Whether the server may have done a write all the same."""
        return False

    def lines(
        self, worded: Callable[[AdviceLine], str] = lambda line: line.sentence
    ) -> tuple[str, ...]:
        """What, why, what next and the request id: at most four lines for a person."""
        shown = [self.what, self.why, self.advised(worded)]
        if self.place.request_id:
            shown.append(f"Request id: {self.place.request_id}")
        return tuple(line for line in shown if line)

    def alone(self) -> Self:
        """The error without the frames and causes that hold headers and bodies."""
        self.__context__ = None
        return self.with_traceback(None)


class NotSent(ApiError):
    """The request never left this machine, so nothing was changed."""


class HostUnreachable(NotSent):
    """No connection could be made; ``timed_out`` where the time for it ran out."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine(
            "Check the network, and the host and port of the profile",
            _PROFILES,
            "profiles check",
        ),
        AdviceLine("Then try again", _RETRY),
    )

    def __init__(self, place: Place, why: str, *, timed_out: bool = False) -> None:
        super().__init__(place, why)
        self.timed_out = timed_out


class CertificateRefused(NotSent):
    """The server's certificate was not trusted; no byte of the token was sent.

    ``untrusted`` where there is a certificate to look at; ``pinned`` and ``seen`` are the SHA-256
    of the expected one and of the one that was shown, where they differ.
    """

    usual_advice: ClassVar[Advice] = (
        AdviceLine(
            "Look at the certificate, and trust it or a CA file",
            _RETRY,
            "profiles set NAME --trust …",
        ),
    )
    _changed: ClassVar[Advice] = (
        AdviceLine(
            "Ask the administrator of the host whether it was renewed before you change what the"
            " profile trusts"
        ),
        AdviceLine("Look at both certificates", _RETRY),
    )
    _unusable: ClassVar[Advice] = (
        AdviceLine(
            "Check the host, the port and the CA file of the profile",
            _PROFILES,
            "profiles check",
        ),
    )

    def __init__(
        self, place: Place, why: str, *, untrusted: bool = False, pinned: str = "", seen: str = ""
    ) -> None:
        advice = (self._changed if pinned else None) if untrusted else self._unusable
        super().__init__(place, why, advice=advice)
        self.untrusted = untrusted
        self.pinned = pinned
        self.seen = seen


class TokenNeeded(NotSent):
    """There is no token to send."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Try again to type a token", _RETRY),
        AdviceLine(
            "Or set the variable that the profile names, or choose another source of tokens",
            _PROFILES,
            "profiles set NAME --token-command …",
        ),
    )


class AccessRefused(NotSent):
    """The profile is read-only."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine(
            "Change the access of the profile to allow it",
            _PROFILES,
            "profiles set NAME --access normal",
        ),
    )


class UnderWay(NotSent):
    """Another write to the same record has not ended; nothing more is sent to it until then."""

    usual_advice: ClassVar[Advice] = (AdviceLine("Wait for its outcome, which will be told"),)

    def __init__(self, place: Place, other: Operation) -> None:
        super().__init__(place, f"An earlier write is still under way: {other.value}")


class NotJournalled(NotSent):
    """The profile is protected, so nothing is sent that the journal does not hold first."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Mend that place (smtp-tui doctor looks at it), then do it again"),
    )

    def __init__(self, place: Place, profile: str, problem: str) -> None:
        why = f"The profile {profile} is protected, and the journal of writes cannot be written"
        super().__init__(place, f"{why}: {problem}")


class NoAnswer(ApiError):
    """The request was sent and the line went silent or broke before the whole answer was read."""

    @property
    def outcome_unknown(self) -> bool:
        """True after a write."""
        return self.place.operation.writes


class BadAnswer(ApiError):
    """The answer could not be used: not JSON, the wrong shape, too large, an unknown encoding."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Check that the host is the CAM server and not a login page"),
        AdviceLine("The answer is in Activity", _ACTIVITY),
    )

    @property
    def outcome_unknown(self) -> bool:
        """True after a write: whoever answered so, the server behind may have done it."""
        return self.place.operation.writes


class StatusError(ApiError):
    """The server answered with a status that is no success; ``status`` is that number."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("The request and the answer are in Activity", _ACTIVITY),
    )

    def __init__(
        self, place: Place, status: int, words: str, *, advice: Advice | None = None
    ) -> None:
        said = f": {words}" if words else ", without a word of explanation"
        super().__init__(place, f"The server answered {status}{said}", advice=advice)
        self.status = status
        self.words = words


class TokenRefused(StatusError):
    """401: the token is missing, wrong or over its time."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Get a new token; nothing was repeated"),
        AdviceLine("Try again to type it", _RETRY),
    )

    def tell_origin(self, origin: str) -> None:
        """Say where the token came from, such as ``was typed``."""
        self.why = f"{self.why.removesuffix('.')}. The token {origin}"


class LoginRefused(StatusError):
    """400, 401 or 403 to a login: the user name or the password is not accepted."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine(
            "Type the password again, or check the user name of the profile",
            _PROFILES,
            "profiles set NAME --token-login USER",
        ),
    )


class AccessDenied(StatusError):
    """403: the account may not do this."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Check the team of the profile", _PROFILES, "profiles set NAME --team TEAM"),
        AdviceLine("Or ask for a role that may do this"),
    )


class NotFound(StatusError):
    """404: there is no such record. No other error means that a record is gone."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Someone may have deleted it"),
        AdviceLine("Read the list again", ("table.refresh",)),
    )

    def __init__(self, place: Place, status: int, words: str) -> None:
        elsewhere = None if place.operation in _ABOUT_ONE_RECORD else _ANOTHER_SERVER
        super().__init__(place, status, words, advice=elsewhere)


class OperationMissing(StatusError):
    """404: the server lacks this operation. It says nothing about the record."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Nothing was done"),
        AdviceLine(
            "Check the host of the profile and the version of the server",
            _PROFILES,
            "profiles check",
        ),
    )

    def __init__(self, place: Place, status: int, words: str) -> None:
        super().__init__(place, status, words)
        self.why = f"The server lacks this operation. {self.why}"


class Invalid(StatusError):
    """400 or 422: the server refused the values. ``fields`` are its words by parameter name."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Correct the value and save again; what was typed is kept", ("form.review",)),
    )

    def __init__(
        self, place: Place, status: int, words: str, *, fields: tuple[tuple[str, str], ...] = ()
    ) -> None:
        wrong_value = place.operation in {Operation.CREATE, Operation.PATCH}
        advice = None if wrong_value else StatusError.usual_advice
        super().__init__(place, status, words, advice=advice)
        self.fields = fields


class TooManyRequests(StatusError):
    """429: the server asks to wait."""

    usual_advice: ClassVar[Advice] = (AdviceLine("Wait a moment, then try again", _RETRY),)


class ServerFault(StatusError):
    """5xx: the server or the proxy before it failed; ``retry_after`` in seconds, inf for a date."""

    usual_advice: ClassVar[Advice] = (
        AdviceLine("Wait a moment, then try again", _RETRY),
        AdviceLine("If it stays so, tell those who run the server"),
    )

    def __init__(
        self,
        place: Place,
        status: int,
        words: str,
        *,
        retry_after: float | None = None,
        advice: Advice | None = None,
    ) -> None:
        super().__init__(place, status, words, advice=advice)
        self.retry_after = retry_after

    @property
    def outcome_unknown(self) -> bool:
        """True after a write: the proxy may have failed after the work was done."""
        return self.place.operation.writes
