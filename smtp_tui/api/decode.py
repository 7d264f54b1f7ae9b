"""From the bytes of an answer to values: strict about JSON, patient about everything inside it.

A record that cannot be read is counted, never dropped and never takes the others down; a secret
that the server echoes is replaced by its state here, before anything else can see it.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Final, NoReturn

from smtp_tui.api.models import (
    JsonValue,
    Parameter,
    Record,
    RecordList,
    Unreadable,
    is_secret_name,
    secret_state,
)
from smtp_tui.api.pages import BOM, is_page, page_words

DEEPEST_VALUE: Final = 50
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


class Repeating(dict[str, JsonValue]):
    """An object of JSON that names a member twice; the last one stands, as everywhere."""


class Undecodable(ValueError):
    """A body that is no JSON, or of the wrong shape; the message says which in plain words."""


def sentence(error: Undecodable) -> str:
    """The message as the beginning of a sentence."""
    text = str(error)
    return text[:1].upper() + text[1:]


def decode_json(body: bytes) -> JsonValue:
    """Decode strict UTF-8 JSON without NaN. Raises :class:`Undecodable`.

    A number beyond every float stays as its text.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Undecodable(f"the answer is not UTF-8 text (byte {error.start})") from None
    if is_page(text):
        raise Undecodable(f"the answer is {page_words(text)}, not JSON")
    if not text.strip():
        raise Undecodable("the answer is empty")
    if text.startswith(BOM):
        raise Undecodable("the answer begins with a byte order mark, which JSON does not have")
    try:
        value: JsonValue = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_number,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Undecodable(f"the answer is not JSON ({where})") from None
    except RecursionError:
        raise Undecodable("the answer is nested too deeply") from None
    except Undecodable:
        raise
    except ValueError:
        raise Undecodable("the answer holds a number of thousands of digits") from None
    return value


def _number(digits: str) -> JsonValue:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    return members if len(members) == len(pairs) else Repeating(members)


def _refuse_constant(name: str) -> NoReturn:
    raise Undecodable(f"the answer holds {name}, which is not JSON")


def decode_list(body: bytes) -> RecordList:
    """Decode the answer of the list operation. Raises :class:`Undecodable` if it is no list."""
    value = decode_json(body)
    if not isinstance(value, list):
        raise Undecodable(f"the answer is {_kind(value)}, not a list of records")
    records: list[Record] = []
    unreadable: list[Unreadable] = []
    places: dict[str, int] = {}
    for position, entry in enumerate(value, start=1):
        try:
            record = record_of(entry)
        except Undecodable as error:
            unreadable.append(Unreadable(position, str(error)))
            continue
        if record.id in places:
            why = f"a record with the id of entry {places[record.id]}"
            unreadable.append(Unreadable(position, why))
            continue
        places[record.id] = position
        records.append(record)
    return RecordList(tuple(records), tuple(unreadable))


def decode_record(body: bytes) -> Record:
    """Decode one record. Raises :class:`Undecodable`."""
    return record_of(decode_json(body))


def record_of(value: JsonValue) -> Record:
    """Build a record from decoded JSON, odd values kept. Raises :class:`Undecodable`.

    An object that names a member twice is refused: which of two ids is meant cannot be known, and
    a write would hit one of them.
    """
    if not isinstance(value, dict):
        raise Undecodable(f"{_kind(value)} stands where a record should")
    if isinstance(value, Repeating):
        raise Undecodable("a record that names one of its members twice")
    identifier = value.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise Undecodable("a record without an id")
    if identifier in (".", "..") or not identifier.isprintable():
        raise Undecodable("a record whose id cannot be addressed")
    oddities: list[str] = []
    name = value.get("name")
    if not isinstance(name, str):
        oddities.append("its name is not text")
        name = "" if name is None else json.dumps(_shallow(name), ensure_ascii=False)
    return Record(
        id=identifier,
        name=name,
        parameters=_parameters(value.get("connection_parameters"), oddities),
        created_at=_moment(value.get("created_at"), oddities),
        tenant_id=_optional_text(value.get("tenantId")),
        namespace_id=_optional_text(value.get("namespaceId")),
        oddities=tuple(oddities),
    )


def _parameters(value: JsonValue, oddities: list[str]) -> tuple[Parameter, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        oddities.append("its parameters are not a list")
        return ()
    found: list[Parameter] = []
    for entry in value:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(name, str) or not name:
            oddities.append("a parameter without a name was left out")
            continue
        if any(parameter.name == name for parameter in found):
            oddities.append(f"the parameter {name} stands there twice; the last one counts")
        raw = _shallow(entry.get("value"))
        if isinstance(entry, Repeating):
            oddities.append(f"the parameter {name} has two values; the last one counts")
        secret = is_secret_parameter(entry) or _holds_secret(raw)
        found.append(
            Parameter(
                name=name,
                value=secret_state(raw) if secret else raw,
                label=_optional_text(entry.get("label")),
                description=_optional_text(entry.get("description")),
            )
        )
    return tuple(found)


def is_secret_parameter(entry: dict[str, JsonValue]) -> bool:
    """Whether a ``{name, value}`` pair holds a secret, by its name or by what the server says."""
    name = entry.get("name")
    named = isinstance(name, str) and is_secret_name(name)
    return named or entry.get("secured") in (True, "true")


def _holds_secret(value: JsonValue) -> bool:
    """Whether a secret stands somewhere inside a value, so that none of it can be shown."""
    match value:
        case list():
            return any(_holds_secret(one) for one in value)
        case dict():
            return any(is_secret_name(key) or _holds_secret(one) for key, one in value.items())
    return False


def _shallow(value: JsonValue, levels: int = DEEPEST_VALUE) -> JsonValue:
    """The value, which is refused where showing it would run out of stack.

    Raises :class:`Undecodable`.
    """
    match value:
        case list() | dict() if levels == 0:
            raise Undecodable("a record that is nested too deeply")
        case list():
            for one in value:
                _shallow(one, levels - 1)
        case dict():
            for one in value.values():
                _shallow(one, levels - 1)
    return value


def _moment(value: JsonValue, oddities: list[str]) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # A clock turned to another time zone must not fall off either end of the calendar.
    if moment is None or not _EARLIEST <= moment <= _LATEST:
        oddities.append("its creation time cannot be read")
        return None
    return moment


def _optional_text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _kind(value: JsonValue) -> str:
    match value:
        case None:
            return "null"
        case bool() | int() | float():
            return "a number or truth value"
        case str():
            return "a text"
        case list():
            return "a list"
        case dict():
            return "a single object"
