"""Edits the text of profiles.toml. Everything else in it, comments included, is kept byte for byte.

A table is added, renamed and removed by its header, which keeps its place and the comments around
it. tomlkit does the rest. What comes out is accepted only if its values are those that are wanted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping
from itertools import groupby, takewhile
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Table

from smtp_tui.profiles.model import FIELDS, Profile
from smtp_tui.profiles.toml import header_of

_ALWAYS: Final = ("host", "tenant", "team", "environment")
"""What a new profile is always written with."""


def rewritten(text: str, old: Profile | None, new: Profile | None, default: str | None) -> str:
    """The text with one profile added, changed or removed, and with this default.

    ``old`` is the profile before, None for a new one; ``new`` is None for one that is removed.
    Raises ``ValueError`` for a layout that cannot be changed without harm.
    """
    wanted = _values(text)
    _edit(wanted, old, new, default)
    try:
        text = _by_headers(text, old, new)
        if _values(text) != wanted:
            document = tomlkit.parse(text)
            _edit(document, old, new, default)
            text = tomlkit.dumps(document)
    except TOMLKitError as error:
        raise ValueError(str(error)) from None
    if _values(text) != wanted:
        raise ValueError("something else was changed too")
    return text


def _values(text: str) -> dict[str, Any]:
    return {"profiles": {}} | tomllib.loads(text)


def _edit(
    values: MutableMapping[str, Any], old: Profile | None, new: Profile | None, default: str | None
) -> None:
    """Make the change in the values of a file, as far as it is not made yet."""
    if default is None:
        values.pop("default", None)
    elif values.get("default") != default:
        values["default"] = default
    tables: MutableMapping[str, Any] = values.get("profiles", {})
    if new is not None:
        if new.name not in tables:
            tables[new.name] = tables.pop(old.name) if old is not None else _inline({})
        table = tables[new.name]
        replaced = table.pop("colour", None) is not None
        for key, value in _differing(old, new, named=replaced).items():
            _set(table, key, value)
    elif old is not None:
        tables.pop(old.name, None)


def _differing(old: Profile | None, new: Profile, *, named: bool = False) -> dict[str, object]:
    """The values to write, None for a key to remove; a new profile's defaults are not written.

    The environment is written where it is ``named`` no other way, and where it would be guessed
    wrongly.
    """
    before = old if old is not None else Profile(name=new.name, host="")
    named = named or new.environment is not new.guessed_environment
    found: dict[str, object] = {}
    for field in FIELDS[1:]:
        value = field.codec.toml(getattr(new, field.name))
        always = old is None and field.name in _ALWAYS
        always = always or (named and field.name == "environment")
        if always or value != field.codec.toml(getattr(before, field.name)):
            found[field.name] = _inline(value) if isinstance(value, dict) else value
    return found


def _inline(values: Mapping[str, object]) -> InlineTable:
    table = tomlkit.inline_table()
    table.update(values)
    return table


def _set(table: MutableMapping[str, Any], key: str, value: object) -> None:
    """Set a key; a new one goes before the comments at the end, which belong to what follows."""
    if value is None:
        table.pop(key, None)
        return
    if table.get(key) == value:
        return
    body = table.value.body if isinstance(table, Table) and key not in table else []
    tail = []
    while body and body[-1][0] is None:
        tail.append(body.pop())
    table[key] = value
    body.extend(reversed(tail))


def _by_headers(text: str, old: Profile | None, new: Profile | None) -> str:
    """The text with a table added, renamed or removed, as far as it has a header of its own."""
    if old is not None:
        table = ("profiles", old.name)
        return _without(text, table) if new is None else _renamed(text, table, new.name)
    if new is None:
        return text
    added = tomlkit.dumps({"profiles": {new.name: _differing(None, new)}})
    appended = f"{text.rstrip()}\n\n{added}"
    try:
        tomllib.loads(appended)
    except tomllib.TOMLDecodeError:  # all profiles stand in one line
        return text
    return appended


def _renamed(text: str, table: tuple[str, str], name: str) -> str:
    """The text with another name in the headers of one table and of the tables in it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        header, path = header_of(line)
        if header is not None and path[:2] == table:
            keys = tomlkit.key((table[0], name, *path[2:])).as_string()
            lines[number] = line[: header.start(1)] + keys + line[header.end(1) :]
    return "\n".join(lines)


def _without(text: str, table: tuple[str, str]) -> str:
    """The text without one table and the tables in it.

    Comments after its last key and a blank line stay, because they belong to what follows.
    """
    inside = False
    marked: list[tuple[bool, str]] = []
    for line in text.removesuffix("\n").split("\n"):
        header, path = header_of(line)
        inside = path[:2] == table if header is not None else inside
        marked.append((inside, line))
    kept: list[str] = []
    for removed, group in groupby(marked, key=lambda each: each[0]):
        lines = [line for _, line in group]
        kept += _comments_after(lines) if removed else lines
    return "\n".join(kept) + text[len(text.removesuffix("\n")) :]


def _comments_after(lines: list[str]) -> list[str]:
    """The comments at the end of a table that belong to what follows it."""
    tail = [*takewhile(lambda line: line.strip()[:1] in ("", "#"), reversed(lines))][::-1]
    blank = [not line.strip() for line in tail]
    return tail[blank.index(True) + 1 :] if any(blank) else tail
