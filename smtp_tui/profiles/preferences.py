"""The file config.toml: how the screens behave for this user, whatever the profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from smtp_tui.profiles.toml import TomlFile, TomlProblem, read_toml
from smtp_tui.text import nearest

FILE_NAME: Final = "config.toml"
_SWITCHES: Final = ("mouse", "enhanced_keyboard")
_KEYS: Final = frozenset({*_SWITCHES, "keys"})


class ChosenKeys(Struct, frozen=True):
    """The keys for one action, as they are in a file, and the path of their key there."""

    action: str
    keys: tuple[str, ...]
    file: TomlFile
    at: tuple[str, ...]

    def refused(self, words: str) -> TomlProblem:
        """The mistake in this line, to be raised."""
        return self.file.problem(self.at, words)


class Preferences(Struct, frozen=True):
    """What the user decided. A switch that is None depends on where the program runs.

    ``keys`` are not checked yet: only the screens know which actions there are.
    """

    mouse: bool | None = None
    enhanced_keyboard: bool | None = None
    keys: tuple[ChosenKeys, ...] = ()


def load_preferences(directory: Path) -> Preferences:
    """The preferences of this directory; the defaults if there is no file.

    Raises :class:`~smtp_tui.state.files.FileProblem`, at the first mistake :class:`TomlProblem`.
    """
    file = read_toml(directory / FILE_NAME)
    for key in file.values.keys() - _KEYS:
        raise file.problem((key,), f'"{key}" is no key here{nearest(key, _KEYS)}')
    switches: dict[str, Any] = {key: file.values[key] for key in _SWITCHES if key in file.values}
    for name, switch in switches.items():
        if not isinstance(switch, bool):
            raise file.problem((name,), f"{name} must be true or false, without quotes")
    keys = file.values.get("keys", {})
    if not isinstance(keys, dict):
        raise file.problem(("keys",), "keys must be a table: [keys]")
    return Preferences(keys=tuple(_chosen(file, ("keys",), keys)), **switches)


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
