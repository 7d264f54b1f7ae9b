"""Records as data: the same JSON for every command, and a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from smtp_tui.api.models import Parameter, Record
from smtp_tui.cli.say import clean
from smtp_tui.text import cell_width, padded

CELL: Final = 60
_COLUMNS: Final = ("hostname", "port", "username")


def plain(record: Record) -> dict[str, object]:
    """A record as JSON; a secret has ``secret`` (set, not set or unknown) in place of a value."""
    return {
        "id": record.id,
        "name": record.name,
        "created_at": record.created_at.isoformat() if record.created_at else None,
        "connection_parameters": [_plain_parameter(parameter) for parameter in record.parameters],
        "oddities": list(record.oddities),
    }


def _plain_parameter(parameter: Parameter) -> dict[str, object]:
    if parameter.secret:
        return {"name": parameter.name, "secret": parameter.text}
    return {"name": parameter.name, "value": parameter.value}


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; every cell is cleaned and cut here."""
    cells = [[clean(cell, CELL) for cell in row] for row in (heading, *rows)]
    widths = [max(map(cell_width, column)) for column in zip(*cells, strict=True)]
    lines = ("  ".join(map(padded, row, widths)).rstrip() for row in cells)
    return "\n".join(lines)


def records_table(records: Sequence[Record]) -> str:
    """Name, host, port, user and id of each record, in the server's order."""
    rows = [
        (record.name, *(record.text(name) for name in _COLUMNS), record.id) for record in records
    ]
    return table(("NAME", "HOSTNAME", "PORT", "USERNAME", "ID"), rows)


def record_text(record: Record) -> str:
    """One record whole, a line for each parameter."""
    created = record.created_at.isoformat() if record.created_at else "not told"
    pairs = [("name", record.name), ("id", record.id), ("created", created)]
    pairs += [(parameter.name, parameter.text) for parameter in record.parameters]
    cells = [(clean(name, CELL), clean(text)) for name, text in pairs]
    width = max(cell_width(name) for name, _ in cells)
    return "\n".join(f"{padded(name, width)}  {text}".rstrip() for name, text in cells)
