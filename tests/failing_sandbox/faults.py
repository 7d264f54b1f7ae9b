"""The ways in which the sandbox can be told to fail, and the plan that says when.

A `Fault` is added to `Sandbox.faults`; each matching request uses up one of its `count`. The first
fault of the plan that matches a request is used.
"""

from __future__ import annotations

import fnmatch
import threading
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Operation(StrEnum):
    """What a request is for, as the sandbox names it."""

    CREATE = "create"
    LIST = "list"
    GET = "get"
    DELETE = "delete"
    MODIFY = "modify"
    TEST = "test"
    TEST_SAVED = "test_saved"
    TOKEN = "token"
    TENANT = "tenant"
    OTHER = "other"


class FaultKind(StrEnum):
    """What goes wrong. Kinds that change the real answer always do the work first."""

    # Errors of the back end, as LoopBack words them.
    UNAUTHORIZED = "unauthorized"  # 401
    FORBIDDEN = "forbidden"  # 403
    NOT_FOUND = "not_found"  # 404
    REQUEST_TIMEOUT = "request_timeout"  # 408
    CONFLICT = "conflict"  # 409
    TOO_LARGE = "too_large"  # 413
    INVALID = "invalid"  # 422
    TOO_MANY = "too_many"  # 429, with Retry-After when `retry_after` is set
    SERVER_ERROR = "server_error"  # 500
    # Pages of a proxy in front of it.
    BAD_GATEWAY = "bad_gateway"  # 502, nginx's page
    UNAVAILABLE = "unavailable"  # 503, the router's page
    LOGIN_PAGE = "login_page"  # 200 with a login form
    REDIRECT = "redirect"  # `status` (302) to `location`
    RAW = "raw"  # `status`, `headers` and `body` as they are
    # Time and the connection.
    DELAY = "delay"  # `seconds` before the work, or after it
    HANG = "hang"  # no answer until the client leaves
    RESET = "reset"  # a RST, before or after the work
    RESET_MID_HEAD = "reset_mid_head"  # half the real headers, a RST
    RESET_MID_BODY = "reset_mid_body"  # headers, half the real body, a RST
    TRUNCATED = "truncated"  # headers, half the real body, end
    DRIPPING = "dripping"  # the real body, a byte every `seconds`
    ENDLESS = "endless"  # a list that never ends
    # Bodies.
    BIG = "big"  # a list of `megabytes`
    GZIP_BOMB = "gzip_bomb"  # `megabytes` packed into a thousandth
    GZIP = "gzip"  # the real body, packed and said to be
    SHORT = "short"  # half the real body, with a length that fits
    EMPTY = "empty"  # the real status, no body
    NOT_JSON = "not_json"  # the real status, a body that is no JSON
    COOKIES = "cookies"  # the real answer, with cookies to be sent back
    WRONG_CONTENT_TYPE = "wrong_content_type"  # the real body as text/plain
    BOM = "bom"  # the real body after a byte order mark
    UTF16 = "utf16"  # the real body in UTF-16
    BAD_UTF8 = "bad_utf8"  # a name that is not UTF-8 in the real body
    DEEP = "deep"  # a member nested 100,000 deep in the real body
    NAN = "nan"  # a member that is NaN in the real body
    BIG_INTEGER = "big_integer"  # a member that is a 5,000-digit integer in the real body
    DUPLICATE_KEYS = "duplicate_keys"  # a second `id` in the real body
    NULL = "null"  # null instead of the real body
    ERROR_INSIDE = "error_inside"  # the real status, and an error in the body
    UNKNOWN_FIELDS = "unknown_fields"  # unknown members in the real body
    WRONG_TYPES = "wrong_types"  # members of wrong types in the real body
    MISSING_ID = "missing_id"  # the real body without the id, or the token, that it is about
    DOUBLED_ID = "doubled_id"  # each record of the real list twice
    MISSING_PARAMETERS = "missing_parameters"  # records without connection_parameters
    DOUBLED_PARAMETERS = "doubled_parameters"  # each parameter of a record twice


ANSWERS_INSTEAD = frozenset(
    {
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
        FaultKind.NOT_FOUND,
        FaultKind.REQUEST_TIMEOUT,
        FaultKind.CONFLICT,
        FaultKind.TOO_LARGE,
        FaultKind.INVALID,
        FaultKind.TOO_MANY,
        FaultKind.SERVER_ERROR,
        FaultKind.BAD_GATEWAY,
        FaultKind.UNAVAILABLE,
        FaultKind.LOGIN_PAGE,
        FaultKind.REDIRECT,
        FaultKind.RAW,
        FaultKind.DELAY,
        FaultKind.HANG,
        FaultKind.RESET,
        FaultKind.ENDLESS,
        FaultKind.BIG,
        FaultKind.GZIP_BOMB,
    }
)
"""The kinds that need no real answer; they do the work only with `after_work`."""

WORKS_FIRST = frozenset(FaultKind) - ANSWERS_INSTEAD
"""The kinds that need the real answer, and so always do the work."""


class Fault(Struct, frozen=True):
    """One fault: what, for which requests, how often.

    `operation` is an `Operation`, a glob pattern of paths (it starts with `/`), or None for every
    request but the sandbox's own controls. `count` is how many requests it hits, None for all until
    it is cleared. `after_work` does the real work first and then fails, as a proxy does when its
    back end was slow. The other fields belong to single kinds; `retry_after` is the header's text,
    seconds or an HTTP date.
    """

    kind: FaultKind
    operation: Operation | str | None = None
    count: int | None = 1
    after_work: bool = False
    seconds: float = 1.0
    megabytes: int = 8
    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    retry_after: str | None = None
    location: str = "/elsewhere"

    @property
    def works(self) -> bool:
        """Whether the request does what it asks for before it fails."""
        return self.after_work or self.kind in WORKS_FIRST

    def matches(self, operation: str, path: str) -> bool:
        """Whether this fault is for such a request."""
        if self.operation is None:
            return True
        if self.operation.startswith("/"):
            return fnmatch.fnmatchcase(path, self.operation)
        return self.operation == operation


class FaultPlan:
    """The faults still to come, in order; safe to use from any thread."""

    def __init__(self) -> None:
        """Start with none."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    @property
    def pending(self) -> tuple[Fault, ...]:
        """The faults that are not used up, with the counts they have left."""
        with self._lock:
            return tuple(self._faults)

    def add(self, *faults: Fault) -> None:
        """Append faults to the plan."""
        with self._lock:
            self._faults.extend(faults)

    def drop(self, fault: Fault) -> None:
        """Remove a fault that is still to come."""
        with self._lock:
            self._faults = [pending for pending in self._faults if pending != fault]

    def clear(self) -> None:
        """Work properly from now on."""
        with self._lock:
            self._faults.clear()

    def take(self, operation: str, path: str) -> Fault | None:
        """The fault for this request, using up one of its count."""
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.matches(operation, path):
                    continue
                if fault.count is None:
                    return fault
                if fault.count > 1:
                    self._faults[index] = replace(fault, count=fault.count - 1)
                else:
                    del self._faults[index]
                return fault
        return None


class BackEnd(StrEnum):
    """A server behind the proxy, by the pattern of its paths; each can be down on its own."""

    API = "/cam/api/v1/*"
    COMPOSER = "/cam/composer/api/v1/*"
    TENANT = "/cam/tenant/api/v1/*"
    IDENTITY = "/idprovider/v1/*"

    @property
    def fault(self) -> Fault:
        """What the proxy answers while the back end is down."""
        return Fault(FaultKind.BAD_GATEWAY, operation=str(self), count=None)
