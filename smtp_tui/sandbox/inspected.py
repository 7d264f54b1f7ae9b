"""JSON values as Node's `util.inspect` writes them, which LoopBack quotes in its messages."""

from __future__ import annotations

import json

_LINE = 80


def inspected(value: object, depth: int = 1) -> str:
    """The text of a value; objects and lists deeper than `depth` show only their kind."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        items = [inspected(item, depth - 1) for item in value] if depth >= 0 else []
        return _joined("[]", items) if depth >= 0 else "[Array]"
    if isinstance(value, dict):
        members = [f"{_name(name)}: {inspected(value[name], depth - 1)}" for name in value]
        return _joined("{}", members) if depth >= 0 else "[Object]"
    return json.dumps(value)


def _joined(braces: str, items: list[str]) -> str:
    """On one line where that fits, else an item a line."""
    if not items:
        return braces
    length = sum(map(len, items)) + 2 * len(items) + len(braces[0]) + 10
    if length <= _LINE and not any("\n" in item for item in items):
        return f"{braces[0]} {', '.join(items)} {braces[1]}"
    lines = ",\n".join(items).replace("\n", "\n  ")
    return f"{braces[0]}\n  {lines}\n{braces[1]}"


def _name(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else _quoted(name)


def _quoted(text: str) -> str:
    mark = next((mark for mark in "'\"`" if mark not in text), "'")
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    if mark in text:
        escaped = escaped.replace(mark, f"\\{mark}")
    return f"{mark}{escaped}{mark}"
