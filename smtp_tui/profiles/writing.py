"""Edits the text of profiles.toml. Everything else in it, comments included, is kept byte for byte.

tomlkit keeps comments, order and unknown keys; the store reads the result back before writing it.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

import tomlkit
from tomlkit.items import AbstractTable, InlineTable

from smtp_tui.profiles.codecs import Toml
from smtp_tui.profiles.model import FIELDS, Profile
from smtp_tui.profiles.reading import PROFILE_KEYS, SCHEMA, Profiles
from smtp_tui.profiles.toml import with_new_header, without_table

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_ALWAYS: Final = ("host", "tenant", "team")


def toml_of(profile: Profile) -> dict[str, Toml]:
    """The keys of a profile as the file holds them; None for a key that is left out."""
    return {
        field.name: field.codec.toml(getattr(profile, field.name))
        for field in FIELDS
        if field.name in PROFILE_KEYS
    }


def rewritten(text: str, before: Profiles, after: Profiles) -> str:
    """The text with another default, and with one profile added, changed or removed."""
    for old, new in before.paired(after):
        if old is None and new is not None:
            text = _with_added(text, new)
        elif old is not None and new is None:
            text = _with_removed(text, old.name)
        elif old is not None and new is not None and old != new:
            text = _with_changed(text, old, new)
    return text if before.default == after.default else _with_default(text, after.default)


def _with_default(text: str, name: str | None) -> str:
    document = tomlkit.parse(text)
    if name is None:
        del document["default"]
    else:
        document["default"] = name
    return tomlkit.dumps(document)


def _with_added(text: str, profile: Profile) -> str:
    """The text with one more profile at its end; defaults are not written."""
    defaults = toml_of(Profile(name=profile.name, host=""))
    written = {
        key: _item(value)
        for key, value in toml_of(profile).items()
        if value is not None and (key in _ALWAYS or value != defaults[key])
    }
    rendered = tomlkit.document()
    rendered["profiles"] = tomlkit.table(is_super_table=True).add(profile.name, written)
    before = text.rstrip() or f"schema = {SCHEMA}"
    appended = f"{before}\n\n{tomlkit.dumps(rendered).strip()}\n"
    try:
        tomllib.loads(appended)
    except tomllib.TOMLDecodeError:  # all profiles stand in one line
        document = tomlkit.parse(text)
        inline = tomlkit.inline_table()
        inline.update(written)
        _tables(document)[profile.name] = inline
        return tomlkit.dumps(document)
    return appended


def _with_changed(text: str, before: Profile, after: Profile) -> str:
    """The text with one profile changed: only the keys that differ are touched."""
    if after.name != before.name:
        text = _renamed(text, before.name, after.name)
    document = tomlkit.parse(text)
    table = _tables(document)[after.name]
    old = toml_of(before)
    for key, value in toml_of(after).items():
        if value == old[key]:
            continue
        if value is None:
            table.pop(key, None)
        else:
            _set(table, key, _item(value))
    return tomlkit.dumps(document)


def _with_removed(text: str, name: str) -> str:
    """The text without one profile, whether it has headers of its own or not."""
    shorter = without_table(text, ("profiles", name))
    if shorter != text:
        return shorter
    document = tomlkit.parse(text)
    del _tables(document)[name]
    return tomlkit.dumps(document)


def _renamed(text: str, before: str, after: str) -> str:
    """The text with another name in the headers of one profile."""
    renamed = with_new_header(text, ("profiles", before), ("profiles", after))
    document = tomlkit.parse(renamed)
    tables = _tables(document)
    if before in tables:  # without a header of its own it moves to the end
        tables[after] = tables.pop(before)
    return tomlkit.dumps(document)


def _tables(document: tomlkit.TOMLDocument) -> MutableMapping[str, Any]:
    tables: MutableMapping[str, Any] = document["profiles"]
    return tables


def _item(value: Toml) -> object:
    if not isinstance(value, dict):
        return value
    inline = tomlkit.inline_table()
    inline.update(value)
    return inline


def _set(table: MutableMapping[str, Any], key: str, value: object) -> None:
    """Set a key; a new one goes before the comments at the end, which belong to what follows."""
    if key in table or not isinstance(table, AbstractTable) or isinstance(table, InlineTable):
        table[key] = value
        return
    body = table.value.body
    tail = []
    while body and body[-1][0] is None:
        tail.append(body.pop())
    table[key] = value
    body.extend(reversed(tail))
