"""Error answers as LoopBack 3 gives them in production mode, which the service is built on.

`tests/contract` compares statuses and bodies with those of a real LoopBack 3 application.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from msgspec import Struct

from smtp_tui.sandbox.inspected import inspected

MODEL = "SmtpConnection"


class LoopBackError(Exception):
    """An answer that is an error: its status and the object under the key `error`."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        """Take the status, the message and any further members, in the order they are shown.

        From status 500 on only the status is told: what happened stands in the server's log.
        """
        super().__init__(message)
        self.status = status
        name = more.pop("name", "Error")
        error: dict[str, object] = {"statusCode": status, "name": name, "message": message, **more}
        if status >= 500:
            error = {"statusCode": status, "message": _phrase(status)}
        self.body: dict[str, object] = {"error": error}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # an SMTP status that a method handed on
        return "Unknown Error"


def unauthorized() -> LoopBackError:
    """No token, or an unknown one."""
    return LoopBackError(401, "Authorization Required", code="AUTHORIZATION_REQUIRED")


def invalid_token() -> LoopBackError:
    """An expired token, used for the first time since it expired."""
    return LoopBackError(401, "Invalid Access Token", code="INVALID_TOKEN")


def forbidden() -> LoopBackError:
    """A good token whose account may not do this."""
    return LoopBackError(403, "Access Denied", code="ACCESS_DENIED")


def not_for_this_machine(header: str) -> LoopBackError:
    """A request that a foreign web page may have made a browser send; LoopBack has none such."""
    return LoopBackError(403, f"The sandbox answers only to names of this machine, not to {header}")


def unknown_id(record_id: str) -> LoopBackError:
    """No record of this id that the account can see."""
    return LoopBackError(404, f'Unknown "{MODEL}" id "{record_id}".', code="MODEL_NOT_FOUND")


def no_method_of_model(method: str, target: str) -> LoopBackError:
    """The model is known and has no such method; `target` is relative to it, query included."""
    return LoopBackError(404, f'Shared class "{MODEL}" has no method handling {method} {target}')


def no_method(method: str, target: str) -> LoopBackError:
    """No model is known there; `target` is relative to the REST root, query included."""
    return LoopBackError(404, f"There is no method to handle {method} {target}")


def missing(argument: str) -> LoopBackError:
    """A query or body argument that has to be there."""
    return LoopBackError(400, f"{argument} is a required argument")


def bad_argument(message: str) -> LoopBackError:
    """An argument that is there but of the wrong kind."""
    return LoopBackError(400, message)


def bad_json(message: str) -> LoopBackError:
    """A body that says it is JSON and is not."""
    return LoopBackError(400, message, name="SyntaxError")


def too_large() -> LoopBackError:
    """A body over the limit."""
    return LoopBackError(413, "request entity too large", name="PayloadTooLargeError")


def conflict() -> LoopBackError:
    """Another change got there first."""
    return LoopBackError(409, "Conflict", code="CONFLICT")


def timed_out() -> LoopBackError:
    """The server gave up waiting for the request."""
    return LoopBackError(408, "Request Timeout")


def too_many() -> LoopBackError:
    """The client asks too often."""
    return LoopBackError(429, "Too Many Requests")


def server_fault() -> LoopBackError:
    """An uncaught error."""
    return LoopBackError(500, "")


class Problem(Struct, frozen=True):
    """What is wrong with a property: LoopBack's code for it, the message, and the value sent.

    The value is `MISSING` where nothing was sent.
    """

    property: str
    code: str
    message: str
    value: object


MISSING = object()
"""A property that was not sent, `undefined` in the framework's words."""


def invalid(problems: Sequence[Problem]) -> LoopBackError:
    """A validation error; a property may stand there more than once."""
    said = [
        f"`{problem.property}` {problem.message} (value: {_shown(problem.value)})"
        for problem in problems
    ]
    return LoopBackError(
        422,
        f"The `{MODEL}` instance is not valid. Details: {'; '.join(said)}.",
        name="ValidationError",
        details={
            "context": MODEL,
            "codes": _by_property((problem.property, problem.code) for problem in problems),
            "messages": _by_property((problem.property, problem.message) for problem in problems),
        },
    )


def _by_property(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The texts of each property, in their order."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(text)
    return found


def _shown(value: object) -> str:
    if value is MISSING:
        return "undefined"
    if isinstance(value, str):
        return json.dumps(cut(value), ensure_ascii=False)
    return cut(inspected(value))


LONGEST = 32
"""Characters of a value in a message."""


def cut(text: str) -> str:
    """A value's text as messages have it: the start of a long one, and its last brackets."""
    if len(text) <= LONGEST:
        return text
    brackets = text[len(text.rstrip(" \t})]")) :]
    tail = brackets[-3:] if brackets else text[-3:]
    return f"{text[: LONGEST - len(tail) - 4]}...{tail}"
