"""A record as the commands print it: as JSON, as a row, as lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from smtp_tui.api.models import ParameterValue, Record, SecretState
from smtp_tui.cli.output import Rows, show_many
from smtp_tui.state.names import callable_by
from smtp_tui.text import cell_width, clean, padded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

_NAME: Final = 60
"""Characters of the name of a parameter that are printed."""


class ShownRecord(Struct, frozen=True):
    """A record. Instead of a secret it has an object: secret is set, not set or unknown."""

    profile: str
    id: str
    name: str
    created_at: str | None
    parameters: dict[str, Any]
    oddities: tuple[str, ...]


def shown_record(profile: str, record: Record) -> ShownRecord:
    """A record as JSON; a parameter that it has twice as the last one, which counts."""
    return ShownRecord(
        profile,
        record.id,
        record.name,
        record.created_at.isoformat() if record.created_at else None,
        {parameter.name: _shown(parameter.value) for parameter in record.parameters},
        record.oddities,
    )


def _shown(value: ParameterValue) -> object:
    return {"secret": value.value} if isinstance(value, SecretState) else value


def _row(record: Record) -> tuple[str, ...]:
    """A record as cells of a table."""
    return (record.name, *map(record.text, ("hostname", "port", "username")), record.id)


def show_records(
    options: argparse.Namespace, found: Sequence[tuple[str, Record]], *, several: bool = False
) -> None:
    """Print records of one profile, or of ``several``, as the options say."""

    def rows() -> Rows:
        """A table; the profile stands in it where there are several."""
        first = 0 if several else 1
        heading = ("PROFILE", "NAME", "HOSTNAME", "PORT", "USERNAME", "ID")
        return heading[first:], [(profile, *_row(record))[first:] for profile, record in found]

    shown = (shown_record(profile, record) for profile, record in found)
    pairs = ((record.id, record.name) for _, record in found)
    show_many(options, shown, rows, lambda: callable_by(pairs))


def record_text(record: Record) -> str:
    """One record whole, a line for each parameter."""
    created = record.created_at.isoformat() if record.created_at else "unknown"
    pairs = [("name", record.name), ("id", record.id), ("created", created)]
    pairs += [(parameter.name, parameter.text) for parameter in record.parameters]
    cells = [(clean(name, _NAME), clean(text)) for name, text in pairs]
    width = max(cell_width(name) for name, _ in cells)
    return "\n".join(f"{padded(name, width)}  {text}".rstrip() for name, text in cells)
