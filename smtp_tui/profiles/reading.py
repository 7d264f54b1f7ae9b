"""From the text of profiles.toml to profiles: every mistake is named with its line."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from smtp_tui.profiles.model import FIELDS, Profile, absolute, check_stored
from smtp_tui.profiles.toml import TomlFile, parse_toml
from smtp_tui.text import nearest

SCHEMA: Final = 1
TOP_KEYS: Final = ("schema", "default", "profiles")
PROFILE_KEYS: Final = tuple(field.name for field in FIELDS if field.name != "name")
_SCHEMAS: Final = range(1, 1_000_000)
_NEAR: Final = 0.8


class Profiles(Struct, frozen=True):
    """What the file holds, in its order. ``read_only_why`` says why it must not be changed."""

    profiles: tuple[Profile, ...] = ()
    default: str | None = None
    read_only_why: str | None = None

    def named(self, name: str) -> Profile | None:
        """The profile of that name."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def paired(self, after: Profiles) -> list[tuple[Profile | None, Profile | None]]:
        """Each profile before and after a change; None if the change added or removed it."""
        renamed = [profile for profile in after.profiles if self.named(profile.name) is None]
        pairs: list[tuple[Profile | None, Profile | None]] = []
        for profile in self.profiles:
            found = after.named(profile.name)
            if found is None and len(after.profiles) == len(self.profiles):
                found = renamed.pop()
            pairs.append((profile, found))
        return [*pairs, *((None, profile) for profile in renamed)]


def parse_profiles(text: str, path: Path) -> Profiles:
    """Read a whole file. Raises :class:`TomlProblem` at the first mistake."""
    file = parse_toml(text, path)
    newer = _newer(file)
    if newer is None:
        _check_keys(file, (), file.values, TOP_KEYS)
    tables = file.values.get("profiles", {})
    if not isinstance(tables, dict):
        raise file.problem(("profiles",), "profiles must be tables, such as [profiles.production]")
    profiles = tuple(
        _profile(file, name, table, judge_keys=newer is None) for name, table in tables.items()
    )
    return Profiles(profiles, _default(file, tables), newer)


def _newer(file: TomlFile) -> str | None:
    """Why the file must not be changed if a newer program wrote it."""
    schema = file.values.get("schema", SCHEMA)
    if not isinstance(schema, int) or isinstance(schema, bool) or schema not in _SCHEMAS:
        words = f"schema must be a number; this program writes {SCHEMA}"
        raise file.problem(("schema",), words)
    if schema == SCHEMA:
        return None
    return (
        f"{file.path} was written by a newer smtp-tui (schema {schema}, this one knows "
        f"{SCHEMA}): it is read and not changed"
    )


def _default(file: TomlFile, tables: Mapping[str, object]) -> str | None:
    default = file.values.get("default")
    if default is None:
        return None
    if not isinstance(default, str):
        raise file.problem(("default",), "default must be the name of a profile in quotes")
    if default not in tables:
        near = nearest(default, tables)
        raise file.problem(("default",), f"there is no profile with the default's name{near}")
    return default


def _profile(file: TomlFile, name: str, table: object, *, judge_keys: bool) -> Profile:
    at = ("profiles", name)
    if not isinstance(table, dict):
        raise file.problem(at, f"a profile must be a table: [profiles.{name}]")
    if judge_keys:
        _check_keys(file, at, table, PROFILE_KEYS)
    if "host" not in table:
        raise file.problem(at, "the profile has no host")
    values: dict[str, Any] = {"name": name}
    for field in FIELDS:
        try:
            if field.name in PROFILE_KEYS and field.name in table:
                values[field.name] = field.codec.from_toml(table[field.name])
        except ValueError as error:
            raise file.problem((*at, field.name), f"{field.name}: {error}") from None
    profile = absolute(Profile(**values), file.path.parent)
    for key, words in check_stored(profile):
        raise file.problem(at if key == "name" else (*at, key), f"{key}: {words}")
    return profile


def _check_keys(
    file: TomlFile, at: tuple[str, ...], table: Mapping[str, object], known: tuple[str, ...]
) -> None:
    """Refuse a misspelt key: if ``acces`` were ignored, a profile would be unprotected."""
    for key in table.keys() - set(known):
        close = difflib.get_close_matches(key.lower(), known, n=1, cutoff=_NEAR)
        if close and close[0] not in table:
            raise file.problem((*at, key), f'"{key}" is no key here; did you mean "{close[0]}"?')
