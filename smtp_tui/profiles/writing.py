"""Changing the text of ``profiles.toml`` by hand's measure: what is not meant stays to the byte.

Comments, order and unknown keys survive (tomlkit); the result is read back before it is written.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import tomlkit
from tomlkit.items import AbstractTable, InlineTable, Item, Key, Table, Whitespace

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.lines import find, with_new_header
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.reading import SCHEMA
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)

if TYPE_CHECKING:
    from collections.abc import MutableMapping

Raw: TypeAlias = "str | int | bool | dict[str, str | list[str]] | None"
_ALWAYS: Final = ("host", "tenant", "team")


def raw_of(profile: Profile) -> dict[str, Raw]:
    """The keys of a profile as the file holds them; None for one that is left out."""
    return {
        "host": profile.host,
        "port": profile.port,
        "tenant": profile.tenant,
        "team": profile.team,
        "namespace": profile.namespace,
        "identity_url": profile.identity_url,
        "access": profile.access.value,
        "label": profile.label,
        "colour": profile.colour.value,
        "trust": _raw_trust(profile.trust),
        "token": _raw_token(profile.token),
        "recipient": profile.recipient,
        "allow_http": profile.allow_http,
    }


def _raw_trust(trust: Trust) -> Raw:
    match trust:
        case SystemTrust():
            return "system"
        case Unverified():
            return "off"
        case CaFile(path):
            return {"ca_file": str(path)}
        case Pinned(sha256, identity):
            pins: dict[str, str | list[str]] = {"pin": sha256, "identity_pin": identity}
            return {key: value for key, value in pins.items() if value}


def _raw_token(source: TokenSource) -> Raw:
    match source:
        case PromptToken():
            return "prompt"
        case EnvironmentToken(variable):
            return {"env": variable}
        case LoginToken(user):
            return {"login": user}
        case CommandToken(argv):
            return {"command": list(argv)}


def with_added(text: str, profile: Profile) -> str:
    """The text with one more profile at its end; what is as by default is not written."""
    defaults = raw_of(Profile(name=profile.name, host=""))
    written = {
        key: _item(value)
        for key, value in raw_of(profile).items()
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


def with_replaced(text: str, before: Profile, after: Profile) -> str:
    """The text with one profile changed: only the keys that differ are touched."""
    if after.name != before.name:
        text = _renamed(text, before.name, after.name)
    document = tomlkit.parse(text)
    table = _tables(document)[after.name]
    old = raw_of(before)
    for key, value in raw_of(after).items():
        if value == old[key]:
            continue
        if value is None:
            table.pop(key, None)
        else:
            _set(table, key, _item(value))
    return tomlkit.dumps(document)


def with_removed(text: str, name: str) -> str:
    """The text without one profile, and without a default that named it.

    Comments after its last key stay where a blank line parts them from it: they tell of what
    follows.
    """
    document = tomlkit.parse(text)
    if document.get("default") == name:
        del document["default"]
    tables = _tables(document)
    table = tables[name]
    at = find(tomlkit.dumps(document), ("profiles", name))
    if not isinstance(table, Table) or table.is_super_table() or not at.header:
        del tables[name]
        return tomlkit.dumps(document)
    kept = _after_the_last_key(table)
    for key in list(table):
        del table[key]
    table.value.body[:] = kept
    lines = tomlkit.dumps(document).split("\n")
    del lines[find("\n".join(lines), ("profiles", name)).line - 1]
    return "\n".join(lines)


def _after_the_last_key(table: Table) -> list[tuple[Key | None, Item]]:
    """The blank lines and comments at the end of a table that belong to what follows it."""
    body = table.value.body
    if body and isinstance(body[-1][1], Table):
        return _after_the_last_key(body[-1][1])
    tail: list[tuple[Key | None, Item]] = []
    for pair in reversed(body):
        if pair[0] is not None:
            break
        tail.insert(0, pair)
    blank = [isinstance(item, Whitespace) for _, item in tail]
    return tail[blank.index(True) + 1 :] if any(blank) else tail


def with_default(text: str, name: str) -> str:
    """The text with another default profile."""
    document = tomlkit.parse(text)
    document["default"] = name
    return tomlkit.dumps(document)


def _renamed(text: str, before: str, after: str) -> str:
    """The text with another name in the headers of one profile, and in a default that names it."""
    renamed = with_new_header(text, ("profiles", before), ("profiles", after))
    document = tomlkit.parse(renamed)
    tables = _tables(document)
    if before in tables:  # it has no header of its own, so it moves to the end
        tables[after] = tables.pop(before)
    if document.get("default") == before:
        document["default"] = after
    return tomlkit.dumps(document)


def _tables(document: tomlkit.TOMLDocument) -> MutableMapping[str, Any]:
    tables: MutableMapping[str, Any] = document["profiles"]
    return tables


def _item(value: str | int | bool | dict[str, str | list[str]]) -> object:
    if not isinstance(value, dict):
        return value
    inline = tomlkit.inline_table()
    inline.update(value)
    return inline


def _set(table: MutableMapping[str, Any], key: str, value: object) -> None:
    """Set a key; a new one stands before the comments at the end, which tell of what follows."""
    if key in table or not isinstance(table, AbstractTable) or isinstance(table, InlineTable):
        table[key] = value
        return
    body = table.value.body
    tail = []
    while body and body[-1][0] is None:
        tail.append(body.pop())
    table[key] = value
    body.extend(reversed(tail))
