"""Values of parameters while they are edited: read from text, compared, and put into words."""

from __future__ import annotations

import json
import math
from enum import Enum
from typing import Final, NoReturn, TypeAlias

from smtp_tui.api.models import JsonValue, ParameterValue, Record, SecretState, value_text
from smtp_tui.api.secret import SecretStr
from smtp_tui.mail.parameters import trimmed

_PORT: Final = "port"
_DIGITS_LIMIT: Final = 20


class Absent(Enum):
    """A parameter that a record does not have: neither blank nor null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

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


def value_in(record: Record, name: str) -> Known:
    """The value a record has for a name; the last one counts where it holds the name twice."""
    parameter = record.parameter(name)
    return ABSENT if parameter is None else parameter.value


def typed_value(name: str, typed: str, original: Known) -> JsonValue:
    """What a typed text stands for: a port of digits is a number, other values keep their type.

    A parameter that was absent, null or text becomes text. Raises :class:`DraftProblem` where the
    stored value is another JSON value and the text is no JSON of the same kind.
    """
    text = trimmed(name, typed)
    check_sendable(name, text)
    if name == _PORT and text.isascii() and text.isdigit() and len(text) <= _DIGITS_LIMIT:
        return int(text)
    if original is None or isinstance(original, str | Absent) or name == _PORT:
        return text
    if isinstance(original, SecretState):
        raise DraftProblem(name, "the server keeps this as a secret; type it in a secret field")
    value = _json_of(name, text, original)
    if _kind(value) != _kind(original):
        raise DraftProblem(name, f"the stored value is {_kind(original)}; type {_kind(original)}")
    return value


def check_sendable(name: str, text: str) -> None:
    """Refuse surrogates, which a broken paste leaves and no request can carry."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise DraftProblem(name, "this holds a broken character that cannot be sent; type it again")


def _json_of(name: str, text: str, original: JsonValue) -> JsonValue:
    words = f"the stored value is {_kind(original)}; what is typed is no JSON"
    try:
        value: JsonValue = json.loads(
            text, parse_constant=_refuse_constant, parse_float=_finite_float
        )
    except (ValueError, RecursionError):
        raise DraftProblem(name, words) from None
    return value


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a JSON list"
        case dict():
            return "a JSON object"


def shown(value: Known) -> str:
    """The text a field shows for a value: nothing where it is absent or null."""
    return "" if value is ABSENT or value is None else value_text(value)


def looks_same(left: Known, right: Known) -> bool:
    """Whether two values read the same on a screen: a port kept as ``"25"`` is the port 25.

    Absence and null are the same as themselves only; so is the state of a secret.
    """
    if isinstance(left, SecretState | Absent) or isinstance(right, SecretState | Absent):
        return left is right
    if left is None or right is None:
        return left is right
    return _canonical(left) == _canonical(right)


def is_same(left: Known, right: Known) -> bool:
    """Whether two values are the same JSON, types included: 1 is neither 1.0 nor true."""
    return looks_same(left, right) and isinstance(left, str) == isinstance(right, str)


def _canonical(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def value_words(value: Known | SecretStr) -> str:
    """A value in a line of review: text in quotes, a secret only as its state or as typed."""
    match value:
        case Absent():
            return "not there"
        case SecretState():
            return value.value
        case SecretStr():
            return "a new value, typed here" if value else "cleared"
        case _:
            return json.dumps(value, ensure_ascii=False)
