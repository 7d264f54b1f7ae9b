"""The file config.toml: how the screens behave for this user, whatever the profile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from smtp_tui.profiles.model import Confirm
from smtp_tui.profiles.toml import TomlFile, TomlProblem, parse_toml, read_toml
from smtp_tui.state.files import locked, write_atomic

FILE_NAME: Final = "config.toml"
SHORTEST_REFRESH: Final = timedelta(seconds=10)
_SWITCHES: Final = ("mouse", "enhanced_keyboard")
_KEYS: Final = (*_SWITCHES, "confirm", "theme", "refresh", "keys")
_HEADING: Final = re.compile(r"(?:#.*\n)+\r?\n")
"""Comments at the top that end with a blank line: they belong to the whole file."""
TIME: Final = "([0-9]{1,4})([smh])"
"""A time as it is written: a number and its unit."""
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours"}


class ChosenKeys(Struct, frozen=True):
    """The keys for one action, as they are in a file, and the path of their key there."""

    action: str
    keys: tuple[str, ...]
    file: TomlFile
    at: tuple[str, ...]

    def refused(self, words: str) -> TomlProblem:
        """The mistake in this line, to be raised."""
        return self.file.problem(self.at, words)


class ChosenTheme(Struct, frozen=True):
    """The name of a theme, and the file that holds it."""

    name: str
    file: TomlFile

    def refused(self, words: str) -> TomlProblem:
        """The mistake in this line, to be raised."""
        return self.file.problem(("theme",), words)


class Preferences(Struct, frozen=True):
    """What the user decided. A switch that is None depends on where the program runs.

    ``theme`` and ``keys`` are not checked yet: only the screens know which there are. ``refresh``
    is the age at which a list is read again; None for never. ``confirm`` adds questions.
    """

    mouse: bool | None = None
    enhanced_keyboard: bool | None = None
    theme: ChosenTheme | None = None
    refresh: timedelta | None = None
    confirm: Confirm = Confirm.PROTECTED
    keys: tuple[ChosenKeys, ...] = ()


def load_preferences(directory: Path) -> Preferences:
    """The preferences of this directory; the defaults if there is no file.

    Raises :class:`~smtp_tui.state.files.FileProblem`, at the first mistake :class:`TomlProblem`.
    """
    return _preferences_of(read_toml(directory / FILE_NAME))


def keep_theme(directory: Path, name: str) -> None:
    """Write the theme to ``config.toml``. Everything else in it, comments included, is kept.

    Raises :class:`~smtp_tui.state.files.FileProblem`; the file is then left unchanged.
    """
    path = directory / FILE_NAME
    with locked(path):
        file = read_toml(path)
        _preferences_of(file)
        text = _with_theme(file, name)
        if text != file.text:
            write_atomic(path, file.mark + text)


def _with_theme(file: TomlFile, name: str) -> str:
    """The text with this theme, at its place or at the top, below a heading of comments."""
    import tomlkit  # noqa: PLC0415 - for writers
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    added = tomlkit.dumps({"theme": name})
    heading = _HEADING.match(file.text)
    at = heading.end() if heading is not None else 0
    text = f"{file.text[:at]}{added}{file.text[at:]}"
    with suppress(TOMLKitError, TomlProblem):
        if "theme" in file.values:
            document = tomlkit.parse(file.text)
            document["theme"] = name
            text = tomlkit.dumps(document)
        if parse_toml(text, file.path).values == file.values | {"theme": name}:
            return text
    words = "its layout cannot be changed safely"
    raise TomlProblem(file.path, f"{words}; write this line yourself: {added.strip()}")


def _preferences_of(file: TomlFile) -> Preferences:
    file.check_keys(_KEYS, file.values)
    switches: dict[str, Any] = {key: file.values[key] for key in _SWITCHES if key in file.values}
    for name, switch in switches.items():
        if not isinstance(switch, bool):
            raise file.problem((name,), f"{name} must be true or false, without quotes")
    keys = file.values.get("keys", {})
    if not isinstance(keys, dict):
        raise file.problem(("keys",), "keys must be a table: [keys]")
    chosen = tuple(_chosen(file, ("keys",), keys))
    return Preferences(
        theme=_theme(file),
        refresh=_refresh(file),
        confirm=_confirm(file),
        keys=chosen,
        **switches,
    )


def _confirm(file: TomlFile) -> Confirm:
    text = file.values.get("confirm", Confirm.PROTECTED.value)
    if not isinstance(text, str) or text not in [*Confirm]:
        raise file.problem(("confirm",), 'confirm must be "protected", "deletes" or "all"')
    return Confirm(text)


def _theme(file: TomlFile) -> ChosenTheme | None:
    name = file.values.get("theme")
    if name is None:
        return None
    if not isinstance(name, str) or not name:
        raise file.problem(("theme",), 'theme must be a name in quotes, such as "dark"')
    return ChosenTheme(name, file)


def _refresh(file: TomlFile) -> timedelta | None:
    text = file.values.get("refresh")
    if text is None:
        return None
    found = re.fullmatch(TIME, text) if isinstance(text, str) else None
    if found is None:
        raise file.problem(("refresh",), 'refresh must be a time in quotes: "60s", "5m" or "1h"')
    every = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if every < SHORTEST_REFRESH:
        shortest = f"{SHORTEST_REFRESH.total_seconds():g}s"
        raise file.problem(("refresh",), f'refresh must be at least "{shortest}"')
    return every


def _chosen(file: TomlFile, at: tuple[str, ...], table: dict[str, object]) -> Iterator[ChosenKeys]:
    """The keys of each action in the table; ``record.edit`` may be in quotes or not."""
    for name, value in table.items():
        here = (*at, name)
        keys = [value] if isinstance(value, str) else value
        if isinstance(keys, dict):
            yield from _chosen(file, here, keys)
        elif isinstance(keys, list) and keys and all(isinstance(key, str) for key in keys):
            yield ChosenKeys(".".join(here[1:]), tuple(keys), file, here)
        else:
            raise file.problem(here, 'a key is a text in quotes, such as "E", or a list of them')
