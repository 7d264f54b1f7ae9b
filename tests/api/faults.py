"""Every fault of the sandbox, and what each kind of operation makes of it: one table.

`FAULTS` is read by the tests of the client and by those of the screens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.errors import (
    AccessDenied,
    ApiError,
    BadAnswer,
    Invalid,
    LoginRefused,
    NoAnswer,
    NotFound,
    ServerFault,
    StatusError,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.api.transport import Limits
from tests.api.desk import QUICK
from tests.failing_sandbox import Fault, FaultKind

READS = ("list", "get", "tenant")
WRITES = ("create", "patch", "delete")
MAILS = ("test_values", "test_saved")
KINDS = (READS, WRITES, MAILS, ("token",))
"""The calls, by what a failure means for them."""

SILENT = replace(QUICK, read=0.15)
SLOW = replace(QUICK, total=0.3)
SMALL = replace(QUICK, body=100_000)
DATE = "Wed, 21 Oct 2099 07:28:00 GMT"
LOGIN = "https://login.example.com/x"


class End(Struct, frozen=True):
    """How an operation ends: an error with these words, or none; and how often it was sent."""

    error: type[ApiError] | None = None
    why: str = ""
    requests: int = 1
    advice: str = ""


DONE = End()


class Case(Struct, frozen=True):
    """A fault, and how each operation ends that meets it."""

    fault: Fault
    ends: Mapping[str, End]
    limits: Limits = QUICK


def case(
    fault: Fault,
    read: End,
    write: End | None = None,
    *,
    mail: End | None = None,
    token: End | None = None,
    limits: Limits = QUICK,
    **but: End,
) -> Case:
    """What is not said is as for a read; a write and a login are sent once whatever comes."""
    once = replace(read, requests=1)
    write = write or once
    ends = (
        dict.fromkeys(READS, read)
        | dict.fromkeys(WRITES, write)
        | dict.fromkeys(MAILS, mail or write)
        | {"token": token or once}
    )
    return Case(fault, ends | but, limits)


def refused(
    kind: FaultKind,
    error: type[ApiError],
    why: str,
    *,
    mail: End | None = None,
    advice: str = "",
    retry_after: str | None = None,
    **but: End,
) -> Case:
    """A status that says no to everything alike; a login has words of its own for some."""
    login = End(LoginRefused, why) if error in {TokenRefused, AccessDenied, Invalid} else None
    fault = Fault(kind, retry_after=retry_after)
    made = case(fault, End(error, why, advice=advice), mail=mail, token=login)
    return replace(made, ends={**made.ends, **but})


def unreadable(kind: FaultKind, why: str) -> Case:
    """A body that nobody can read: of no use to a read, and not needed after a write."""
    return case(Fault(kind), End(BadAnswer, why), DONE)


BROKE = End(NoAnswer, "The connection was lost before the answer was complete")
ENDED = End(NoAnswer, "The connection ended before the answer was complete")
STILL = End(NoAnswer, "The server was silent for 0.15 s")
ENDLESS = End(BadAnswer, "The answer is larger than 0.0954 MiB and was not read completely")
OVERLONG = case(Fault(FaultKind.ENDLESS), ENDLESS, DONE, mail=ENDLESS, limits=SMALL)
PACKED = case(
    Fault(FaultKind.GZIP),
    End(BadAnswer, "The answer is compressed (gzip), which was not requested"),
    DONE,
    mail=End(BadAnswer, "The answer is compressed (gzip), which was not requested"),
)
WIDE = End(BadAnswer, "The answer is UTF-16 text, not UTF-8")
GATEWAY = End(ServerFault, "answered 502: an HTML page titled “502 Bad Gateway”")
ROUTER = End(ServerFault, "answered 503: an HTML page titled “Application is not available”")
PAGE = End(BadAnswer, "an HTML page titled “Log in to your account”")
ELSEWHERE = End(BadAnswer, f"The server redirects to {LOGIN} (307); redirects are not followed")
NO_OBJECT = End(BadAnswer, "The answer is not one object that names each of its members once")
NO_ID = End(BadAnswer, "A record without an id")
ERROR = End(BadAnswer, "The answer (200) contains an error: Internal Server Error")

FAULTS: dict[str, Case] = {
    "delay": case(Fault(FaultKind.DELAY, seconds=0.02), DONE),
    "silence": case(Fault(FaultKind.HANG), STILL, limits=SILENT),
    "silence after the work": case(Fault(FaultKind.HANG, after_work=True), STILL, limits=SILENT),
    "reset before the work": case(Fault(FaultKind.RESET), BROKE),
    "reset after the work": case(Fault(FaultKind.RESET, after_work=True), BROKE),
    "reset in the headers": case(Fault(FaultKind.RESET_MID_HEAD), BROKE),
    "reset in the body": case(Fault(FaultKind.RESET_MID_BODY), BROKE),
    "cut body": case(Fault(FaultKind.TRUNCATED), ENDED),
    "short body": unreadable(FaultKind.SHORT, "The answer is not JSON (line 1 column "),
    "empty body": unreadable(FaultKind.EMPTY, "The answer is empty"),
    "dripping body": case(
        Fault(FaultKind.DRIPPING, seconds=0.1),
        End(NoAnswer, "No complete answer within 0.3 s"),
        limits=SLOW,
    ),
    "endless body": replace(OVERLONG, fault=Fault(FaultKind.ENDLESS, after_work=True)),
    "50 MB": replace(OVERLONG, fault=Fault(FaultKind.BIG, megabytes=50, after_work=True)),
    "gzip": PACKED,
    "gzip bomb": replace(PACKED, fault=Fault(FaultKind.GZIP_BOMB, megabytes=8, after_work=True)),
    "wrong content type": case(Fault(FaultKind.WRONG_CONTENT_TYPE), DONE),
    "not JSON": unreadable(FaultKind.NOT_JSON, "The answer is not JSON (line 1 column 2)"),
    "byte order mark": case(Fault(FaultKind.BOM), DONE),
    "UTF-16": case(Fault(FaultKind.UTF16), WIDE, DONE, mail=WIDE),
    "bad UTF-8": unreadable(FaultKind.BAD_UTF8, "is not UTF-8 text (byte "),
    "deep nesting": unreadable(FaultKind.DEEP, "The answer is nested too deeply"),
    "NaN": unreadable(FaultKind.NAN, "The answer contains NaN, which is not JSON"),
    "big integer": unreadable(FaultKind.BIG_INTEGER, "a number with thousands of digits"),
    "duplicate keys": case(
        Fault(FaultKind.DUPLICATE_KEYS),
        NO_OBJECT,
        DONE,
        list=DONE,
        token=DONE,
        get=End(BadAnswer, "A record with two ids"),
    ),
    "null": case(
        Fault(FaultKind.NULL),
        NO_OBJECT,
        DONE,
        list=End(BadAnswer, "The answer is null, not a list of records"),
        get=End(BadAnswer, "Expected a record, found null"),
    ),
    "missing parameters": case(Fault(FaultKind.MISSING_PARAMETERS), DONE),
    "doubled parameters": case(Fault(FaultKind.DOUBLED_PARAMETERS), DONE),
    "missing ids": case(
        Fault(FaultKind.MISSING_ID),
        NO_ID,
        DONE,
        list=DONE,
        tenant=End(BadAnswer, "The answer lacks what is needed: id"),
        token=End(BadAnswer, "The answer lacks what is needed: access_token"),
    ),
    "doubled ids": case(Fault(FaultKind.DOUBLED_ID), DONE),
    "wrong types": case(
        Fault(FaultKind.WRONG_TYPES),
        NO_ID,
        DONE,
        list=DONE,
        tenant=End(BadAnswer, "The answer lacks what is needed: id"),
        token=End(BadAnswer, "The answer lacks what is needed: access_token"),
    ),
    "unknown fields": case(Fault(FaultKind.UNKNOWN_FIELDS), DONE),
    "login page with 200": case(Fault(FaultKind.LOGIN_PAGE), PAGE, mail=DONE),
    "error inside 200": case(Fault(FaultKind.ERROR_INSIDE), ERROR, mail=DONE),
    "redirect": case(Fault(FaultKind.REDIRECT, status=307, location=LOGIN), ELSEWHERE),
    "cookies": case(Fault(FaultKind.COOKIES), DONE),
    "401": refused(FaultKind.UNAUTHORIZED, TokenRefused, "answered 401: Authorization Required"),
    "403": refused(FaultKind.FORBIDDEN, AccessDenied, "answered 403: Access Denied"),
    "404": refused(
        FaultKind.NOT_FOUND, NotFound, 'answered 404: Unknown "SmtpConnection" id', delete=DONE
    ),
    "408": refused(FaultKind.REQUEST_TIMEOUT, StatusError, "answered 408: Request Timeout"),
    "409": refused(FaultKind.CONFLICT, StatusError, "answered 409: Conflict"),
    "413": refused(FaultKind.TOO_LARGE, StatusError, "answered 413: request entity too large"),
    "422": refused(FaultKind.INVALID, Invalid, "answered 422: The `SmtpConnection`", mail=DONE),
    "429": refused(FaultKind.TOO_MANY, TooManyRequests, "answered 429: Too Many Requests"),
    "429 with seconds": refused(
        FaultKind.TOO_MANY,
        TooManyRequests,
        "answered 429",
        advice="The server asks to wait 7 s.",
        retry_after="7",
    ),
    "429 with a date": refused(
        FaultKind.TOO_MANY,
        TooManyRequests,
        "answered 429",
        advice=f"The server asks to wait until {DATE}.",
        retry_after=DATE,
    ),
    "418 without words": case(
        Fault(FaultKind.RAW, status=418),
        End(StatusError, "answered 418 without an explanation"),
    ),
    "500": refused(
        FaultKind.SERVER_ERROR, ServerFault, "answered 500: Internal Server Error", mail=DONE
    ),
    "500 after the work": case(
        Fault(FaultKind.SERVER_ERROR, after_work=True), End(ServerFault, "answered 500"), mail=DONE
    ),
    "502": case(Fault(FaultKind.BAD_GATEWAY, count=None), replace(GATEWAY, requests=2)),
    "502 once": case(Fault(FaultKind.BAD_GATEWAY), End(requests=2), GATEWAY, token=GATEWAY),
    "502 after the work": case(
        Fault(FaultKind.BAD_GATEWAY, after_work=True, count=None), replace(GATEWAY, requests=2)
    ),
    "503": case(Fault(FaultKind.UNAVAILABLE, count=None), replace(ROUTER, requests=2)),
    "503 with a date": case(
        Fault(FaultKind.RAW, count=None, status=503, headers=(("Retry-After", DATE),)),
        End(ServerFault, "answered 503 without an explanation", advice=f"until {DATE}."),
        End(ServerFault, "answered 503 without an explanation"),
    ),
    "504": case(
        Fault(FaultKind.RAW, count=None, status=504),
        End(ServerFault, "answered 504 without an explanation", requests=2),
    ),
}
"""The faults by name. Those that answer nothing or too much need other time-outs and limits."""


def pairs() -> Iterator[tuple[str, str]]:
    """Each fault with the calls to try it on: one of each kind, and those that end otherwise."""
    for name, case in FAULTS.items():
        for kind in KINDS:
            by_end = {case.ends[operation]: operation for operation in reversed(kind)}
            yield from ((name, operation) for operation in by_end.values())
