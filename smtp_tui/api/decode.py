"""From the bytes of an answer to values: strict about JSON, lenient about everything inside it.

A record that cannot be read is counted and shown, and the others are read all the same. A secret
that the server echoes is replaced by its state here, before anything else can see it. An HTML page
where JSON was expected (a proxy's error, a router's, a login) is told by its title.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NoReturn

import msgspec
from msgspec.structs import replace

from smtp_tui.api.models import (
    DOCUMENTED,
    JsonValue,
    Parameter,
    ParameterValue,
    Record,
    RecordList,
    Unreadable,
    is_addressable,
    is_secret_name,
    secret_state,
)

BOM: Final = "\ufeff"
DEEPEST_VALUE: Final = 50
_MOST_POSITIONS: Final = 5
MOST_ENTRIES: Final = 200_000
"""Entries in one list: twice as many as the program is measured with."""
MOST_VALUES: Final = 3_000_000
"""Values in one answer: enough for 150,000 plain records, or 75,000 whose parameters are described.
Each value takes far more memory than the three bytes that it may have in JSON."""
_AT_ONCE: Final = 1000
_NEXT_VALUES: Final = re.compile(
    rb'(?:(?:[^"\[{,]++|"(?:[^"\\]++|\\.)*+")*+[\[{,]){%d}' % _AT_ONCE, re.DOTALL
)
"""That many characters that begin another value and do not stand inside a text."""
_SHARED: Final = 4096
"""How many values of an answer are remembered, to keep those that recur once."""
_SEARCHED: Final = 65536
_TITLE: Final = r"(?is)<(title|h1)(?:\s[^<>]{0,200})?>(.{0,500}?)</\1"
_TAG: Final = r"(?is)</?[a-z][a-z0-9]*(?:\s[^<>]{0,1000})?/?>|<!--.{0,1000}?-->"
_START: Final = r"(?i)\s*<(!doctype|html|head|body|\?xml|!--)"
"""For pages, which are rare: compiled at the first one."""
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


class Repeating(dict[str, JsonValue]):
    """A JSON object that names members twice; the last of each counts, as everywhere."""

    repeated: tuple[str, ...] = ()
    """The names that occur more than once."""


class Undecodable(Exception):
    """A body that is not JSON, or has the wrong shape; the message says which."""


def sentence(error: Undecodable | str) -> str:
    """The message as the beginning of a sentence."""
    text = str(error)
    return text[:1].upper() + text[1:]


def other_encoding(body: bytes) -> str:
    """Names an encoding other than UTF-8 that a body plainly has; blank where it has none."""
    name = json.detect_encoding(body).upper()
    return "" if name.startswith("UTF-8") else f"the answer is {name[:6]} text, not UTF-8"


def decode_json(body: bytes) -> JsonValue:
    """Decode strict UTF-8 JSON without NaN. Raises :class:`Undecodable`.

    A number too large for a float stays text. An answer of too many values is refused before any
    of them is built.
    """
    _refuse_too_many_values(body)
    return _decoded(body)


def _decoded(body: bytes | msgspec.Raw) -> JsonValue:
    try:
        text = str(body, "utf-8")
    except UnicodeDecodeError as error:
        raise Undecodable(f"the answer is not UTF-8 text (byte {error.start})") from None
    if is_page(text):
        raise Undecodable(f"the answer is {page_words(text)}, not JSON")
    if not text or text.isspace():
        raise Undecodable("the answer is empty")
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise Undecodable(f"the answer is not JSON ({where})") from None
    except RecursionError:
        raise Undecodable("the answer is nested too deeply") from None
    except ValueError:
        raise Undecodable("the answer contains a number with thousands of digits") from None
    return value


def _refuse_too_many_values(body: bytes) -> None:
    """Raise :class:`Undecodable` for more values than are read; signs inside texts do not count."""
    if sum(map(body.count, (b",", b"[", b"{"))) <= MOST_VALUES:
        return
    at = 0
    for _ in range(MOST_VALUES // _AT_ONCE):
        values = _NEXT_VALUES.match(body, at)
        if values is None:
            return
        at = values.end()
    raise Undecodable(f"the answer contains more than {MOST_VALUES:,} values")


def _number(digits: str) -> JsonValue:
    value = float(digits)
    return value if math.isfinite(value) else digits


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    names = Counter(name for name, _ in pairs)
    repeating = Repeating(members)
    repeating.repeated = tuple(name for name, count in names.items() if count > 1)
    return repeating


def _refuse_constant(name: str) -> NoReturn:
    raise Undecodable(f"the answer contains {name}, which is not JSON")


_DECODER: Final = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_number, object_pairs_hook=_object
)


def _entries(body: bytes) -> Iterator[JsonValue]:
    """The entries of a list, decoded one at a time so that memory stays near that of the records.

    Raises :class:`Undecodable` as :func:`decode_json` does, and for anything but a list.
    """
    _refuse_too_many_values(body)
    try:
        entries = msgspec.json.decode(body, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        value = decode_json(body)  # which says where in the whole answer the mistake is
        raise Undecodable(f"the answer is {_kind(value)}, not a list of records") from None
    if len(entries) > MOST_ENTRIES:
        raise Undecodable(f"the answer contains more than {MOST_ENTRIES:,} entries")
    for entry in entries:
        try:
            yield _decoded(entry)
        except Undecodable:
            decode_json(body)
            raise


class _Shared:
    """Keeps values that are equal once, which saves much of the memory of 100,000 records."""

    def __init__(self) -> None:
        self._text = lru_cache(_SHARED)(str)
        self._parameter = lru_cache(_SHARED, typed=True)(Parameter)

    def text(self, value: JsonValue) -> str | None:
        """The text, if the value is one and not empty."""
        return self._text(value) if isinstance(value, str) and value else None

    def parameter(self, name: str, value: ParameterValue) -> Parameter:
        """A parameter.

        Shared unless its value is a list or a dict, which has no hash, or a float: 0.0 equals -0.0.
        """
        if isinstance(value, float | list | dict):
            return Parameter(self._text(name), value)
        return self._parameter(self._text(name), value)


def decode_list(body: bytes) -> RecordList:
    """Decode the answer of the list operation. Raises :class:`Undecodable` if it is no list."""
    found: list[Record] = []
    places: list[int] = []
    unreadable: list[Unreadable] = []
    shared = _Shared()
    for position, entry in enumerate(_entries(body), start=1):
        try:
            record = record_of(entry, shared)
        except Undecodable as error:
            name = entry.get("name") if isinstance(entry, dict) else None
            name = name if isinstance(name, str) else ""
            unreadable.append(Unreadable(position, str(error), name))
        else:
            found.append(record)
            places.append(position)
    if len({record.id for record in found}) < len(found):
        positions: dict[str, list[int]] = {}
        for record, position in zip(found, places, strict=True):
            positions.setdefault(record.id, []).append(position)
        found = [_flagged(record, positions[record.id]) for record in found]
    return RecordList(tuple(found), tuple(unreadable))


def _flagged(record: Record, positions: list[int]) -> Record:
    """The record; flagged where others share its id: a write to it would reach only one."""
    if len(positions) == 1:
        return record
    shown = [str(position) for position in positions[:_MOST_POSITIONS]]
    if len(positions) > len(shown):
        shown.append(f"{len(positions) - len(shown)} more")
    same = f"entries {', '.join(shown[:-1])} and {shown[-1]} of the list have the same id"
    return replace(record, oddities=(*record.oddities, same))


def decode_record(body: bytes) -> Record:
    """Decode one record. Raises :class:`Undecodable`."""
    return record_of(decode_json(body))


def record_of(value: JsonValue, shared: _Shared | None = None) -> Record:
    """Build a record from decoded JSON, keeping odd values. Raises :class:`Undecodable`.

    A record with two ids is refused: nobody can know which of them a write would reach.
    """
    if not isinstance(value, dict):
        raise Undecodable(f"expected a record, found {_kind(value)}")
    repeated = value.repeated if isinstance(value, Repeating) else ()
    if "id" in repeated:
        raise Undecodable("a record with two ids")
    identifier = value.get("id")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
    if not isinstance(identifier, str) or not identifier:
        raise Undecodable("a record without an id")
    if not (is_addressable(identifier) and identifier.isprintable()):
        raise Undecodable("a record with an unusable id")
    oddities = [f"{name} occurs twice; the last one is used" for name in repeated]
    shared = shared or _Shared()
    name = value.get("name")
    if not isinstance(name, str):
        _holds_secret(name)
        oddities.append("the name is not text")
        name = "" if name is None else json.dumps(name, ensure_ascii=False)
    return Record(
        id=identifier,
        name=name,
        parameters=_parameters(value.get("connection_parameters"), oddities, shared),
        created_at=_moment(value.get("created_at"), oddities),
        tenant_id=shared.text(value.get("tenantId")),
        namespace_id=shared.text(value.get("namespaceId")),
        oddities=tuple(
            oddity if times == 1 else f"{oddity} ({times} times)"
            for oddity, times in Counter(oddities).items()
        ),
    )


def _parameters(value: JsonValue, oddities: list[str], shared: _Shared) -> tuple[Parameter, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        oddities.append("the parameters are not a list")
        return ()
    found: list[Parameter] = []
    for entry in value:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(name, str) or not name:
            oddities.append("a parameter without a name was ignored")
            continue
        raw = entry.get("value")
        if isinstance(entry, Repeating):
            twice = " and ".join(entry.repeated)
            oddities.append(f"the parameter {name} has {twice} twice; the last one is used")
        secret = _holds_secret(raw) or is_secret_parameter(entry)
        found.append(shared.parameter(name, secret_state(raw) if secret else raw))
    for name, times in Counter(parameter.name for parameter in found).items():
        if times > 1:
            how_often = "twice" if times == 2 else f"{times} times"
            oddities.append(f"the parameter {name} occurs {how_often}; the last one is used")
    return tuple(found)


def is_secret_parameter(entry: dict[str, JsonValue]) -> bool:
    """Whether a ``{name, value}`` pair holds a secret, by its name or by what the server says.

    The documented parameters are what they are, whatever the server says of them.
    """
    name = entry.get("name")
    if isinstance(name, str):
        if is_secret_name(name):
            return True
        if name in DOCUMENTED:
            return False
    secured = entry.get("secured")
    return secured is True or (isinstance(secured, str) and secured.strip().lower() == "true")


def _holds_secret(value: JsonValue, levels: int = DEEPEST_VALUE) -> bool:
    """Whether a secret stands somewhere inside a value, so that none of it can be shown.

    Raises :class:`Undecodable` where the value is nested so deeply that showing it would run out
    of stack.
    """
    if not isinstance(value, list | dict):
        return False
    if levels == 0:
        raise Undecodable("a record that is nested too deeply")
    if isinstance(value, dict):
        return any(map(is_secret_name, value)) or _holds_secret([*value.values()], levels)
    return any(_holds_secret(item, levels - 1) for item in value)


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
        oddities.append("the creation time cannot be read")
        return None
    return moment


def _kind(value: JsonValue) -> str:
    if value is None:
        return "null"
    kinds = {str: "a text", list: "a list", dict: "a single object"}
    told = (words for kind, words in kinds.items() if isinstance(value, kind))
    return next(told, "a number or truth value")


def cut(text: str, limit: int) -> str:
    """The text, cut to ``limit`` characters with an ellipsis if it is longer."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def is_page(text: str) -> bool:
    """Whether a body is an HTML page, which never comes from the API itself."""
    return re.match(_START, text.removeprefix(BOM)) is not None


def page_words(text: str) -> str:
    """What to call a page: by its title, if it has one."""
    title = _title(text)
    return f"an HTML page titled “{cut(title, 120)}”" if title else "an HTML page"


def without_tags(text: str) -> str:
    """Text without HTML tags; a whole page is named by its title.

    Only what looks like a tag is removed: an address in angle brackets stays.
    """
    if "<" not in text:
        return text
    return page_words(text) if is_page(text) or _title(text) else re.sub(_TAG, " ", text)


def _title(text: str) -> str:
    from html import unescape  # noqa: PLC0415 - for pages only, which are rare

    found = re.search(_TITLE, text[:_SEARCHED])
    return " ".join(unescape(re.sub(_TAG, " ", found.group(2))).split()) if found else ""
