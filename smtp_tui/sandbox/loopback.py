"""Error answers of LoopBack 3 in production mode, the framework that the service is built on.

`tests/contract` compares statuses and bodies with those of a real LoopBack 3 application.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from msgspec import Struct

MODEL = "SmtpConnection"


class LoopBackError(Exception):
    """An error answer: its status, and `body` with the object under the key `error`."""

    def __init__(self, status: int, message: str, **members: object) -> None:
        """Take the status, the message and any further members, in the order they are shown.

        From status 500 on only the status is shown: the reason is in the server's log.
        """
        super().__init__(message)
        self.status = status
        name = members.pop("name", "Error")
        error = {"statusCode": status, "name": name, "message": message, **members}
        if status >= 500:
            error = {"statusCode": status, "message": _phrase(status)}
        self.body: dict[str, object] = {"error": error}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # an SMTP reply code that a method passed on
        return "Unknown Error"


def unauthorized() -> LoopBackError:
    """No token, or an unknown one."""
    return LoopBackError(401, "Authorization Required", code="AUTHORIZATION_REQUIRED")


def invalid_token() -> LoopBackError:
    """An expired token, used for the first time since it expired."""
    return LoopBackError(401, "Invalid Access Token", code="INVALID_TOKEN")


def forbidden() -> LoopBackError:
    """A valid token whose account may not do this."""
    return LoopBackError(403, "Access Denied", code="ACCESS_DENIED")


def not_for_this_machine(header: str) -> LoopBackError:
    """A request that a web page may have made a browser send; LoopBack has no such error."""
    return LoopBackError(403, f"The sandbox answers only to names of this machine, not to {header}")


def unknown_id(record_id: str) -> LoopBackError:
    """No record with this id that the account can see."""
    return LoopBackError(404, f'Unknown "{MODEL}" id "{record_id}".', code="MODEL_NOT_FOUND")


def no_method_of_model(method: str, target: str) -> LoopBackError:
    """The model has no such method; `target` is relative to the model, query included."""
    return LoopBackError(404, f'Shared class "{MODEL}" has no method handling {method} {target}')


def no_method(method: str, target: str) -> LoopBackError:
    """There is no such model; `target` is relative to the REST root, query included."""
    return LoopBackError(404, f"There is no method to handle {method} {target}")


def missing(argument: str) -> LoopBackError:
    """A required argument of the query or the body is missing."""
    return LoopBackError(400, f"{argument} is a required argument")


def bad_argument(message: str) -> LoopBackError:
    """An argument is present but of the wrong type."""
    return LoopBackError(400, message)


def bad_json(message: str) -> LoopBackError:
    """A body that is declared as JSON and is not."""
    return LoopBackError(400, message, name="SyntaxError")


def too_large() -> LoopBackError:
    """A body over the limit."""
    return LoopBackError(413, "request entity too large", name="PayloadTooLargeError")


def server_fault() -> LoopBackError:
    """An uncaught error."""
    return LoopBackError(500, "")


class Problem(Struct, frozen=True):
    """What is wrong with a property: LoopBack's code for it, the message, and the value sent.

    `value` is `MISSING` when nothing was sent.
    """

    property: str
    code: str
    message: str
    value: object


MISSING = object()
"""A property that was not sent; the framework calls it `undefined`."""


def invalid(problems: Sequence[Problem]) -> LoopBackError:
    """A validation error; a property may have several problems."""
    texts = [
        f"`{problem.property}` {problem.message} (value: {_shown(problem.value)})"
        for problem in problems
    ]
    return LoopBackError(
        422,
        f"The `{MODEL}` instance is not valid. Details: {'; '.join(texts)}.",
        name="ValidationError",
        details={
            "context": MODEL,
            "codes": _by_property((problem.property, problem.code) for problem in problems),
            "messages": _by_property((problem.property, problem.message) for problem in problems),
        },
    )


def _by_property(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """The texts of each property, in order."""
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
"""Characters of a value that a message shows."""


def cut(text: str) -> str:
    """A value's text as messages show it: of a long one the start, and its last brackets."""
    if len(text) <= LONGEST:
        return text
    brackets = text[len(text.rstrip(" \t})]")) :]
    tail = brackets[-3:] if brackets else text[-3:]
    return f"{text[: LONGEST - len(tail) - 4]}...{tail}"


INSPECTED_LINE = 80
"""Characters up to which `util.inspect` writes an object on one line."""


def inspected(value: object, depth: int = 1) -> str:
    """A JSON value as Node's `util.inspect` writes it, which LoopBack quotes in its messages.

    Objects and lists deeper than `depth` are shown only as their kind.
    """
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        items = [inspected(item, depth - 1) for item in value] if depth >= 0 else []
        return _joined("[]", items) if depth >= 0 else "[Array]"
    if isinstance(value, dict):
        members = [f"{_name(name)}: {inspected(value[name], depth - 1)}" for name in value]
        return _joined("{}", members) if depth >= 0 else "[Object]"
    return json.dumps(value)


def _joined(braces: str, items: list[str]) -> str:
    """On one line if it fits, else one item per line."""
    if not items:
        return braces
    length = sum(map(len, items)) + 2 * len(items) + len(braces[0]) + 10
    if length <= INSPECTED_LINE and not any("\n" in item for item in items):
        return f"{braces[0]} {', '.join(items)} {braces[1]}"
    lines = ",\n".join(items).replace("\n", "\n  ")
    return f"{braces[0]}\n  {lines}\n{braces[1]}"


def _name(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else _quoted(name)


def _quoted(text: str) -> str:
    mark = next((mark for mark in "'\"`" if mark not in text), "'")
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    if mark in text:
        escaped = escaped.replace(mark, f"\\{mark}")
    return f"{mark}{escaped}{mark}"
