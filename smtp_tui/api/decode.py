"""From the bytes of an answer to values: strict about JSON, patient about everything inside it.

A record that cannot be read is counted, never dropped and never takes the others down; a secret
that the server echoes is replaced by its state here, before anything else can see it.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
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

WORDS_LIMIT: Final = 300
_TITLE: Final = re.compile(r"<(title|h1)[^>]*>(.{0,500}?)</\1", re.IGNORECASE | re.DOTALL)
_TAG: Final = re.compile(r"<[^>]*>")
_LOOKS_HTML: Final = re.compile(r"\s*<(!doctype|html|head|body|\?xml)", re.IGNORECASE)


class Undecodable(ValueError):
    """A body that is no JSON, or of the wrong shape; the message says which in plain words."""


def decode_json(body: bytes) -> JsonValue:
    """Decode strict UTF-8 JSON without NaN. Raises :class:`Undecodable`."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Undecodable(f"the answer is not UTF-8 text (byte {error.start})") from None
    if _LOOKS_HTML.match(text):
        raise Undecodable(f"the answer is an HTML page{_titled(text)}, not JSON")
    if not text.strip():
        raise Undecodable("the answer is empty")
    try:
        value: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Undecodable(f"the answer is not JSON ({where})") from None
    except RecursionError:
        raise Undecodable("the answer is nested too deeply") from None
    except ValueError as error:
        raise Undecodable(f"the answer holds a number that cannot be read ({error})") from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise Undecodable(f"the answer holds {name}, which is not JSON")


def decode_list(body: bytes) -> RecordList:
    """Decode the answer of the list operation. Raises :class:`Undecodable` if it is no list."""
    value = decode_json(body)
    if not isinstance(value, list):
        raise Undecodable(f"the answer is {_kind(value)}, not a list of records")
    records: list[Record] = []
    unreadable: list[Unreadable] = []
    for position, entry in enumerate(value, start=1):
        try:
            records.append(record_of(entry))
        except Undecodable as error:
            unreadable.append(Unreadable(position, str(error)))
    return RecordList(tuple(records), tuple(unreadable))


def decode_record(body: bytes) -> Record:
    """Decode one record. Raises :class:`Undecodable`."""
    return record_of(decode_json(body))


def record_of(value: JsonValue) -> Record:
    """Build a record from decoded JSON, odd values kept. Raises :class:`Undecodable`."""
    if not isinstance(value, dict):
        raise Undecodable(f"{_kind(value)} stands where a record should")
    identifier = value.get("id")
    if not isinstance(identifier, str) or not identifier:
        raise Undecodable("a record without an id")
    oddities: list[str] = []
    name = value.get("name")
    if not isinstance(name, str):
        oddities.append("its name is not text")
        name = "" if name is None else json.dumps(name, ensure_ascii=False)
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
        raw = entry.get("value")
        secret = is_secret_name(name) or entry.get("secured") in (True, "true")
        found.append(
            Parameter(
                name=name,
                value=secret_state(raw) if secret else raw,
                label=_optional_text(entry.get("label")),
                description=_optional_text(entry.get("description")),
            )
        )
    return tuple(found)


def _moment(value: JsonValue, oddities: list[str]) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None:
        oddities.append("its creation time cannot be read")
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


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


def server_words(body: bytes) -> str:
    """What an error's body says to a person: LoopBack's message, an HTML title, or its text.

    At most :data:`WORDS_LIMIT` characters on one line; empty where there is nothing to read.
    """
    text = body[:65536].decode("utf-8", errors="replace")
    try:
        value = decode_json(body[:1_000_000])
    except Undecodable:
        words = _page_words(text)
    else:
        words = _message(value)
    flat = " ".join(words.split())
    return flat if len(flat) <= WORDS_LIMIT else f"{flat[:WORDS_LIMIT]}… ({len(flat)} characters)"


def _message(value: JsonValue) -> str:
    if isinstance(value, dict):
        inner = value.get("error", value)
        if isinstance(inner, str):
            return inner
        if isinstance(inner, dict):
            for key in ("message", "error_description", "errorMessage", "reason", "code"):
                found = inner.get(key)
                if isinstance(found, str) and found:
                    return found
    return value if isinstance(value, str) else ""


def _page_words(text: str) -> str:
    if "<" not in text:
        return text
    title = _titled(text)
    return f"an HTML page{title}" if title or _LOOKS_HTML.match(text) else _TAG.sub(" ", text)


def _titled(text: str) -> str:
    found = _TITLE.search(text)
    title = " ".join(unescape(_TAG.sub(" ", found.group(2))).split()) if found else ""
    return f" titled “{title[:120]}”" if title else ""


def refused_fields(body: bytes) -> tuple[tuple[str, str], ...]:
    """The server's words by field from a LoopBack 422 (``error.details.messages``), if any."""
    try:
        value = decode_json(body)
    except Undecodable:
        return ()
    error = value.get("error") if isinstance(value, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    messages = details.get("messages") if isinstance(details, dict) else None
    if not isinstance(messages, dict):
        return ()
    return tuple(
        (name, "; ".join(str(one) for one in said) if isinstance(said, list) else str(said))
        for name, said in messages.items()
    )
