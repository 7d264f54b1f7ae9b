"""How drafts, settings, test history and journal become JSON and are read back.

msgspec checks the types of what is read: a file may have been edited by hand.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from smtp_tui.api.models import is_secret_name
from smtp_tui.typed import typed

VERSION: Final = 1
"""The version of the format, which each JSON object states as ``v``."""
Integer: TypeAlias = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""An integer of 64 bits, as other programs can read it."""
Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Parameters by name, each with its text."""


def without_secrets(pairs: Pairs) -> Pairs:
    """The parameters that may be stored: all but those whose name says that they are secret."""
    return tuple((name, text) for name, text in pairs if not is_secret_name(name))


def utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises ``ValueError`` for a time without a zone, or before year 1 or after year 9999 in UTC.
    """
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time is between the years 1 and 9999") from None


def plain(*parts: Struct) -> dict[str, Any]:
    """The fields of one or more structs as one JSON object."""
    values: dict[str, Any] = {"v": VERSION}
    for part in parts:
        values |= msgspec.to_builtins(part)
    return values


def sha256(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal digits."""
    import hashlib  # noqa: PLC0415 - the first frame does not need it

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_object(text: str) -> dict[str, Any]:
    """The members of a JSON object. Raises ``ValueError`` for any other text."""
    try:
        return typed(json.loads(text), dict[str, Any])
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


class NewerVersion(ValueError):
    """An object that a newer program wrote."""


def read_line(line: str) -> dict[str, Any]:
    """An object of a file that only grows. Raises ``ValueError`` for another version's."""
    values = read_object(line)
    version = values.get("v")
    if type(version) is not int or version < VERSION:
        raise ValueError("its version is not valid")
    if version > VERSION:
        raise NewerVersion("it is from a newer version")
    return values


class RecordKey(Struct, frozen=True):
    """One record of one server, whatever the profile that leads to it is called.

    ``origin_url`` is scheme, host and port; ``record_id`` None stands for a record to be created.
    """

    origin_url: str = msgspec.field(name="origin")
    tenant: str
    record_id: str | None = msgspec.field(name="record")
