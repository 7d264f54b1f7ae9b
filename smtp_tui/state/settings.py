"""What the table looked like last time, and which profiles were used last."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.state.fields import FieldError, list_field, load_object, optional_text, text_field
from smtp_tui.state.files import FileProblem, locked, read_text, write_atomic

FILE_NAME: Final = "settings.json"
PROFILES_KEPT: Final = 200


class Sort(Struct, frozen=True):
    """How the table of one profile is sorted; ``column`` None is the server's order."""

    column: str | None
    descending: bool = False


class Settings(Struct, frozen=True):
    """``sorts`` by profile name; ``recent`` are profile names, last used first."""

    sorts: tuple[tuple[str, Sort], ...] = ()
    recent: tuple[str, ...] = ()

    def sort_of(self, profile: str) -> Sort | None:
        """How the table of that profile was sorted last."""
        return dict(self.sorts).get(profile)


class SettingsStore:
    """The settings of all processes in one small file; each change is a read-modify-write."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME

    @property
    def path(self) -> Path:
        """The file, for messages."""
        return self._path

    def load(self) -> Settings:
        """The settings as they are now; a missing file gives the defaults.

        Raises :class:`FileProblem` for a file that cannot be read; it is not replaced.
        """
        text = read_text(self._path)
        if text is None:
            return Settings()
        try:
            return _parse(text)
        except FieldError as error:
            raise FileProblem(self._path, f"{error}; remove it to start afresh") from None

    def set_sort(self, profile: str, sort: Sort) -> Settings:
        """Remember how the table of a profile is sorted. Raises :class:`FileProblem`."""

        def change(settings: Settings) -> Settings:
            others = tuple(one for one in settings.sorts if one[0] != profile)
            return replace(settings, sorts=((profile, sort), *others)[:PROFILES_KEPT])

        return self._update(change)

    def used(self, profile: str) -> Settings:
        """Remember that a profile is the one used last. Raises :class:`FileProblem`."""

        def change(settings: Settings) -> Settings:
            others = tuple(name for name in settings.recent if name != profile)
            return replace(settings, recent=(profile, *others)[:PROFILES_KEPT])

        return self._update(change)

    def _update(self, change: Callable[[Settings], Settings]) -> Settings:
        with locked(self._path):
            before = self.load()
            after = change(before)
            if after != before:
                write_atomic(self._path, _text(after))
        return after


def _text(settings: Settings) -> str:
    sorts = [
        {"profile": name, "column": sort.column, "descending": sort.descending}
        for name, sort in settings.sorts
    ]
    return json.dumps({"v": 1, "sorts": sorts, "recent": settings.recent}, indent=1) + "\n"


def _parse(text: str) -> Settings:
    values = load_object(text)
    sorts: list[tuple[str, Sort]] = []
    for item in list_field(values, "sorts"):
        if not isinstance(item, dict):
            raise FieldError("has a sort that is no object")
        sort = Sort(optional_text(item, "column"), item.get("descending") is True)
        sorts.append((text_field(item, "profile"), sort))
    recent = list_field(values, "recent")
    return Settings(tuple(sorts), tuple(name for name in recent if isinstance(name, str)))
