"""Error answers of LoopBack 3 in production mode, the framework that the service is built on.

`tests/contract` compares statuses and bodies with those of a real LoopBack 3 application.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from http.client import responses

from msgspec import Struct

MODEL = "SmtpConnection"


class ErrorAnswer(Exception):
    """An answer that is no 200: its status, and the content of its body."""

    def __init__(self, status: int, content: object) -> None:
        super().__init__(status)
        self.status = status
        self.content = content


class LoopBackError(ErrorAnswer):
    """An error as LoopBack writes it: an object under the key `error`."""

    def __init__(self, status: int, message: str, **members: object) -> None:
        """Take the status, the message and any further members, in the order they are shown.

        From status 500 on only the status is shown: the reason is in the server's log.
        """
        error = {"statusCode": status, "name": "Error", "message": message, **members}
        if status >= 500:
            # A status that HTTP does not know is an SMTP reply code that a method passed on.
            error = {"statusCode": status, "message": responses.get(status, "Unknown Error")}
        super().__init__(status, {"error": error})


def forbidden() -> LoopBackError:
    """A valid token whose account may not do this."""
    return LoopBackError(403, "Access Denied", code="ACCESS_DENIED")


def unknown_id(record_id: str) -> LoopBackError:
    """No record with this id that the account can see."""
    return LoopBackError(404, f'Unknown "{MODEL}" id "{record_id}".', code="MODEL_NOT_FOUND")


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
    codes: dict[str, list[str]] = {}
    messages: dict[str, list[str]] = {}
    for problem in problems:
        codes.setdefault(problem.property, []).append(problem.code)
        messages.setdefault(problem.property, []).append(problem.message)
    texts = [
        f"`{problem.property}` {problem.message} (value: {_shown(problem.value)})"
        for problem in problems
    ]
    return LoopBackError(
        422,
        f"The `{MODEL}` instance is not valid. Details: {'; '.join(texts)}.",
        name="ValidationError",
        details={"context": MODEL, "codes": codes, "messages": messages},
    )


LONGEST = 32
"""Characters of a value that a message shows."""


def _shown(value: object) -> str:
    if value is MISSING:
        return "undefined"
    if isinstance(value, str):
        return json.dumps(_cut(value), ensure_ascii=False)
    return _cut(_inspected(value))


def _cut(text: str) -> str:
    """A value's text as messages show it: of a long one the start, and its last brackets."""
    if len(text) <= LONGEST:
        return text
    brackets = text[len(text.rstrip(" \t})]")) :]
    tail = (brackets or text)[-3:]
    return f"{text[: LONGEST - len(tail) - 4]}...{tail}"


INSPECTED_LINE = 80
"""Characters up to which `util.inspect` writes an object on one line."""


def _inspected(value: object, depth: int = 1) -> str:
    """A JSON value as Node's `util.inspect` writes it, which LoopBack quotes in its messages.

    Objects and lists deeper than `depth` are shown only as their kind.
    """
    match value:
        case str():
            return _quoted(value)
        case list() | dict() if depth < 0:
            return "[Array]" if isinstance(value, list) else "[Object]"
        case list():
            return _joined("[]", [_inspected(item, depth - 1) for item in value])
        case dict():
            members = [f"{_name(name)}: {_inspected(value[name], depth - 1)}" for name in value]
            return _joined("{}", members)
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
