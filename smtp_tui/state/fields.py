"""Reading our own JSON back with its types checked: a file may have been edited by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, TypeAlias

from smtp_tui.api.models import is_secret_name

_LARGEST: Final = 2**63 - 1
Pairs: TypeAlias = tuple[tuple[str, str], ...]


class FieldError(ValueError):
    """A field of a remembered file that does not hold what it should; the message names it."""


def refuse_secrets(pairs: Pairs) -> None:
    """Raise ``ValueError`` where a parameter that holds a secret is about to be remembered."""
    for name, _ in pairs:
        if is_secret_name(name):
            raise ValueError(f"the value of {name} is a secret and is not kept in files")


def without_secrets(pairs: Iterable[tuple[str, str]]) -> Pairs:
    """The parameters that may be remembered: all but those whose name says that they are secret."""
    return tuple((name, text) for name, text in pairs if not is_secret_name(name))


def utc(moment: datetime) -> datetime:
    """The same moment in UTC.

    Raises ``ValueError`` for a time that does not say its zone, or lies before the year 1 or after
    the year 9999 in UTC.
    """
    if moment.tzinfo is None:
        raise ValueError("a time is kept with its zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time is within the years 1 and 9999") from None


def stamp(moment: datetime) -> str:
    """A moment as it stands in our files: ISO 8601, UTC, milliseconds."""
    return utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def load_object(text: str) -> Mapping[str, object]:
    """One JSON object. Raises :class:`FieldError` for anything else."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise FieldError("is not JSON") from None
    if not isinstance(value, dict):
        raise FieldError("is no JSON object")
    return value


def text_field(values: Mapping[str, object], name: str) -> str:
    """A text. Raises :class:`FieldError` where it is missing or none."""
    value = values.get(name)
    if not isinstance(value, str):
        raise FieldError(f"has no text for {name}")
    return value


def optional_text(values: Mapping[str, object], name: str) -> str | None:
    """A text, or None where it is null or missing. Raises :class:`FieldError` for others."""
    return None if values.get(name) is None else text_field(values, name)


def number_field(values: Mapping[str, object], name: str) -> int:
    """A whole number of at most 63 bits. Raises :class:`FieldError` where there is none."""
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _LARGEST:
        raise FieldError(f"has no number for {name}")
    return value


def optional_number(values: Mapping[str, object], name: str) -> int | None:
    """A whole number, or None where it is null or missing. Raises :class:`FieldError`."""
    return None if values.get(name) is None else number_field(values, name)


def time_field(values: Mapping[str, object], name: str) -> datetime:
    """A moment in UTC. Raises :class:`FieldError` where it is missing, none or without a zone."""
    try:
        return utc(datetime.fromisoformat(text_field(values, name)))
    except ValueError:
        raise FieldError(f"has no time for {name}") from None


def list_field(values: Mapping[str, object], name: str) -> list[object]:
    """A list. Raises :class:`FieldError` where it is missing or none."""
    value = values.get(name)
    if not isinstance(value, list):
        raise FieldError(f"has no list for {name}")
    return value


def pairs_field(values: Mapping[str, object], name: str) -> Pairs:
    """Parameters by name. Raises :class:`FieldError` where they are none."""
    pairs: list[tuple[str, str]] = []
    for item in list_field(values, name):
        match item:
            case [str(key), str(text)]:
                pairs.append((key, text))
            case _:
                raise FieldError(f"has a {name} that is no pair of texts")
    return tuple(pairs)
