"""How the table was sorted last, and which profiles were used last."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.state.encoding import plain, read_object
from smtp_tui.state.files import FileProblem, locked, read_text, write_atomic
from smtp_tui.typed import typed

PROFILES_KEPT: Final = 200


class Sort(Struct, frozen=True):
    """How the table of one profile is sorted; ``column`` None is the server's order."""

    profile: str
    column: str | None = None
    descending: bool = False


class Settings(Struct, frozen=True):
    """``recent`` are profile names, last used first."""

    sorts: tuple[Sort, ...]
    recent: tuple[str, ...]

    def sort_of(self, profile: str) -> Sort | None:
        """How the table of that profile was sorted last."""
        return next((sort for sort in self.sorts if sort.profile == profile), None)


class SettingsStore:
    """The settings of all processes in the small file ``path``; a change reads it again first.

    Every method raises :class:`FileProblem`; a file that cannot be read is not replaced.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "settings.json"

    def load(self) -> Settings:
        """The current settings; a missing file gives the defaults."""
        text = read_text(self.path)
        if text is None:
            return Settings((), ())
        try:
            return typed(read_object(text), Settings)
        except ValueError:
            raise FileProblem(self.path, "is not valid; delete it to start again") from None

    def set_sort(self, sort: Sort) -> None:
        """Remember how the table of a profile is sorted."""

        def change(settings: Settings) -> Settings:
            others = (other for other in settings.sorts if other.profile != sort.profile)
            return replace(settings, sorts=(sort, *others)[:PROFILES_KEPT])

        self._update(change)

    def used(self, profile: str) -> None:
        """Remember that a profile is the one used last."""

        def change(settings: Settings) -> Settings:
            others = (name for name in settings.recent if name != profile)
            return replace(settings, recent=(profile, *others)[:PROFILES_KEPT])

        self._update(change)

    def _update(self, change: Callable[[Settings], Settings]) -> None:
        with locked(self.path):
            before = self.load()
            after = change(before)
            if after != before:
                write_atomic(self.path, json.dumps(plain(after), indent=1) + "\n")
