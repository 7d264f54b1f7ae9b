"""A record as the commands print it: as JSON, as a row, as lines."""

from __future__ import annotations

from smtp_tui.api.models import Parameter, Record, SecretState
from smtp_tui.cli.say import CELL
from smtp_tui.text import cell_width, clean, padded


def plain_record(record: Record) -> dict[str, object]:
    """A record as JSON; a secret has ``secret`` (set, not set or unknown) in place of a value."""
    return {
        "id": record.id,
        "name": record.name,
        "created_at": record.created_at.isoformat() if record.created_at else None,
        "connection_parameters": [_plain_parameter(parameter) for parameter in record.parameters],
        "oddities": list(record.oddities),
    }


def _plain_parameter(parameter: Parameter) -> dict[str, object]:
    if isinstance(parameter.value, SecretState):
        return {"name": parameter.name, "secret": parameter.value.value}
    return {"name": parameter.name, "value": parameter.value}


def row(record: Record) -> tuple[str, ...]:
    """A record as cells of a table."""
    return (record.name, *map(record.text, ("hostname", "port", "username")), record.id)


def record_text(record: Record) -> str:
    """One record whole, a line for each parameter."""
    created = record.created_at.isoformat() if record.created_at else "unknown"
    pairs = [("name", record.name), ("id", record.id), ("created", created)]
    pairs += [(parameter.name, parameter.text) for parameter in record.parameters]
    cells = [(clean(name, CELL), clean(text)) for name, text in pairs]
    width = max(cell_width(name) for name, _ in cells)
    return "\n".join(f"{padded(name, width)}  {text}".rstrip() for name, text in cells)
