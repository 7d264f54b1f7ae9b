"""The file ``config.toml``: how the screen behaves for this user, whatever the profile."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from smtp_tui.profiles.lines import Place, error_place, find
from smtp_tui.profiles.reading import nearest
from smtp_tui.state.files import read_text

FILE_NAME: Final = "config.toml"


class PreferencesError(Exception):
    """A file that is not understood, with the line and column (from 1) of the first mistake."""

    def __init__(self, path: Path, place: Place, words: str) -> None:
        super().__init__(f"{path}, line {place.line}, column {place.column}: {words}")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the user decided. ``mouse`` None leaves it to where the program runs."""

    mouse: bool | None = None


def load_preferences(directory: Path) -> Preferences:
    """What the file of this directory says; a missing one says nothing.

    Raises :class:`PreferencesError`, and :class:`smtp_tui.state.files.FileProblem` where it
    cannot be read.
    """
    path = directory / FILE_NAME
    text = read_text(path) or ""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place, words = error_place(text, str(error))
        raise PreferencesError(path, place, f"is no TOML: {words}") from None
    for key in raw:
        if key != "mouse":
            near = nearest(key, ("mouse",))
            raise PreferencesError(path, find(text, (key,)), f'"{key}" is no key here{near}')
    mouse = raw.get("mouse")
    if mouse is not None and not isinstance(mouse, bool):
        words = "mouse must be true or false, without quotes"
        raise PreferencesError(path, find(text, ("mouse",)), words)
    return Preferences(mouse)
