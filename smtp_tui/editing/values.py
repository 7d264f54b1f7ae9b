"""Values of parameters while they are edited: read from text, compared, and put into words."""

from __future__ import annotations

import json
from enum import Enum
from types import NoneType
from typing import Final, TypeAlias

from smtp_tui.api.decode import Undecodable, decode_json
from smtp_tui.api.models import (
    JsonValue,
    ParameterValue,
    Record,
    SecretState,
    is_secret_name,
    value_text,
)
from smtp_tui.api.secret import SecretStr
from smtp_tui.mail.parameters import is_number, trimmed

_DIGITS_LIMIT: Final = 20
_KINDS: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (str, "text"),
    (bool, "true or false"),
    ((int, float), "a number"),
    (list, "a JSON list"),
    (dict, "a JSON object"),
)


class Absent(Enum):
    """A parameter that a record does not have: neither blank nor null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
_WITHOUT_TEXT: Final = (NoneType, SecretState, Absent)

Known: TypeAlias = "ParameterValue | Absent"
"""What is known of a parameter on the server: its value, the state of a secret, or its absence."""

Sendable: TypeAlias = "JsonValue | SecretStr"
"""What can be sent for a parameter; a secret that is blank clears the stored one."""


class DraftProblem(ValueError):
    """The text of a field cannot be sent; ``words`` say why, for the line under the field."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(f"{name}: {words}")
        self.name = name
        self.words = words


def value_in(record: Record, name: str, *, secret: bool = False) -> Known:
    """The value a record has for a name; the last one counts where it holds the name twice.

    Of a secret that the server gave openly it tells only that it is set. ``secret`` says that it
    is one, whatever its name.
    """
    parameter = record.parameter(name)
    if parameter is None:
        return ABSENT
    given_openly = (secret or is_secret_name(name)) and not parameter.secret
    return SecretState.SET if given_openly else parameter.value


def typed_value(name: str, typed: str, original: Known) -> JsonValue:
    """What a typed text stands for: digits of a number, such as a port, are that number.

    Other values keep their type.

    A parameter that was absent, null or text becomes text. Raises :class:`DraftProblem` where the
    stored value is another JSON value and the text is no JSON of the same kind.
    """
    text = trimmed(name, typed)
    check_sendable(name, text)
    if is_number(name) and text.isascii() and text.isdigit() and len(text) <= _DIGITS_LIMIT:
        return int(text)
    if original is None or isinstance(original, str | Absent) or is_number(name):
        return text
    if isinstance(original, SecretState):
        raise DraftProblem(name, "this is a secret on the server; enter it in a secret field")
    kind = _kind(original)
    try:
        value = decode_json(text.encode())
    except Undecodable:
        words = f"the stored value is {kind}, but this is not valid JSON"
        raise DraftProblem(name, words) from None
    if _kind(value) != kind:
        raise DraftProblem(name, f"the stored value is {kind}; enter {kind}")
    return value


def check_sendable(name: str, text: str) -> None:
    """Refuse surrogates, which a broken paste leaves and no request can carry."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise DraftProblem(name, "contains a broken character that cannot be sent; enter it again")


def _kind(value: JsonValue) -> str:
    return next((words for kind, words in _KINDS if isinstance(value, kind)), "null")


def shown(value: Known) -> str:
    """The text a field shows for a value: nothing where it is absent or null."""
    return "" if value is ABSENT or value is None else value_text(value)


def looks_same(left: Known, right: Known) -> bool:
    """Whether two values read the same on a screen: a port kept as ``"25"`` is the port 25.

    Absence and null are the same as themselves only; so is the state of a secret.
    """
    if isinstance(left, _WITHOUT_TEXT) or isinstance(right, _WITHOUT_TEXT):
        return left is right
    return _canonical(left) == _canonical(right)


def _canonical(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def is_same(left: Known, right: Known) -> bool:
    """Whether two values are the same JSON, types included: 1 is neither 1.0 nor true."""
    return looks_same(left, right) and isinstance(left, str) == isinstance(right, str)


def holds(there: Known, value: JsonValue) -> bool:
    """Whether what is ``there`` needs no change to be ``value``: a blank may be absent or null."""
    return looks_same(there, value) or shown(there) == shown(value) == ""


def value_words(value: Known | SecretStr) -> str:
    """A value in a line of review: text in quotes if it is not blank, a secret only as its state
    or as typed."""
    match value:
        case Absent():
            return "absent"
        case SecretState():
            return value.words
        case "":
            return "(blank)"
        case SecretStr():
            return "new value (hidden)" if value else "cleared"
        case _:
            return json.dumps(value, ensure_ascii=False)
