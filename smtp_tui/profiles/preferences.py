"""The file ``config.toml``: how the screen behaves for this user, whatever the profile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.profiles.lines import Place, TomlMistake, find, parse_toml, without_mark
from smtp_tui.profiles.reading import nearest
from smtp_tui.state.files import read_text

FILE_NAME: Final = "config.toml"
_SWITCHES: Final = ("mouse", "enhanced_keyboard")
_KEYS: Final = frozenset({*_SWITCHES, "keys"})


class PreferencesError(Exception):
    """A file that is not understood, with the line and column (from 1) of the first mistake."""

    def __init__(self, path: Path, place: Place, words: str) -> None:
        super().__init__(f"{path}, line {place.line}, column {place.column}: {words}")


class ChosenKeys(Struct, frozen=True):
    """The keys for one action, as they stand in the file, and where."""

    action: str
    keys: tuple[str, ...]
    path: Path
    place: Place

    def refused(self, words: str) -> PreferencesError:
        """The mistake in this line, to be raised."""
        return PreferencesError(self.path, self.place, words)


class Preferences(Struct, frozen=True):
    """What the user decided. None leaves a switch to where the program runs.

    ``keys`` are as written: only the screens know which actions there are.
    """

    mouse: bool | None = None
    enhanced_keyboard: bool | None = None
    keys: tuple[ChosenKeys, ...] = ()


def load_preferences(directory: Path) -> Preferences:
    """What the file of this directory says; a missing one says nothing.

    Raises :class:`PreferencesError`, and :class:`smtp_tui.state.files.FileProblem` where it
    cannot be read.
    """
    path = directory / FILE_NAME
    text = without_mark(read_text(path) or "")
    try:
        raw = parse_toml(text)
    except TomlMistake as mistake:
        raise PreferencesError(path, mistake.place, mistake.words) from None
    for key in raw.keys() - _KEYS:
        words = f'"{key}" is no key here{nearest(key, _KEYS)}'
        raise PreferencesError(path, find(text, (key,)), words)
    switches: dict[str, bool | None] = {}
    for name in _SWITCHES:
        switch = raw.get(name)
        if switch is not None and not isinstance(switch, bool):
            words = f"{name} must be true or false, without quotes"
            raise PreferencesError(path, find(text, (name,)), words)
        switches[name] = switch
    keys = raw.get("keys", {})
    if not isinstance(keys, dict):
        raise PreferencesError(path, find(text, ("keys",)), "keys must be a table: [keys]")
    return Preferences(
        mouse=switches["mouse"],
        enhanced_keyboard=switches["enhanced_keyboard"],
        keys=tuple(_chosen(path, text, ("keys",), keys)),
    )


def _chosen(
    path: Path, text: str, at: tuple[str, ...], table: dict[str, object]
) -> Iterator[ChosenKeys]:
    """The lines of the table; ``record.edit`` may stand in quotes or not."""
    for name, value in table.items():
        here = (*at, name)
        keys = [value] if isinstance(value, str) else value
        if isinstance(keys, dict):
            yield from _chosen(path, text, here, keys)
        elif isinstance(keys, list) and keys and all(isinstance(key, str) for key in keys):
            yield ChosenKeys(".".join(here[1:]), tuple(keys), path, find(text, here))
        else:
            words = 'a key is a text in quotes, such as "E", or a list of them'
            raise PreferencesError(path, find(text, here), words)
