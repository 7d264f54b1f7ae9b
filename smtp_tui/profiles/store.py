"""The file ``profiles.toml``: read as it is, changed one profile at a time, under a lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from smtp_tui.profiles.model import Problem, Profile, check_stored
from smtp_tui.profiles.reading import (
    Profiles,
    ProfilesFileError,
    nearest,
    parse_profiles,
    raw_profiles,
)
from smtp_tui.state.files import locked, read_bytes, write_atomic
from smtp_tui.state.places import APPLICATION, known_place

CONFIG_VARIABLE: Final = "SMTP_TUI_CONFIG_DIR"
FILE_NAME: Final = "profiles.toml"

__all__ = [
    "ProfileRefused",
    "ProfileStore",
    "Profiles",
    "ProfilesFileError",
    "config_directory",
]


class ProfileRefused(Exception):
    """A change that cannot be made: a name that is taken or unknown, a field that is wrong.

    ``problems`` are (field, words), as :func:`smtp_tui.profiles.model.check_stored` gives them.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.words = "; ".join(f"{field}: {words}" for field, words in problems)
        super().__init__(self.words)


def config_directory(environ: Mapping[str, str]) -> Path:
    """The directory of ``profiles.toml``; it need not exist yet.

    Raises :class:`smtp_tui.state.files.FileProblem` where there is no home to put it in.
    """
    chosen = environ.get(CONFIG_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_config_path  # noqa: PLC0415 - not where the variable is set

    return known_place(user_config_path(APPLICATION, appauthor=False), CONFIG_VARIABLE)


class ProfileStore:
    """The profiles of one configuration directory.

    Every method raises :class:`smtp_tui.state.files.FileProblem` where the file cannot be read or
    written, and :class:`ProfilesFileError` where it is not understood; those that change it raise
    :class:`ProfileRefused`, and give what the file holds afterwards.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME

    @property
    def path(self) -> Path:
        """The file, for messages; it need not exist."""
        return self._path

    def load(self) -> Profiles:
        """What the file holds now; a missing file holds nothing."""
        return parse_profiles(self._text(), self._path)

    def add(self, profile: Profile) -> Profiles:
        """Add a profile at the end of the file; the first one becomes the default."""

        def change(text: str, now: Profiles) -> str:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            _check_free(profile.name, now)
            added = writing.with_added(text, profile)
            return added if now.profiles else writing.with_default(added, profile.name)

        _check(profile)
        return self._update(change)

    def replace(self, name: str, profile: Profile) -> Profiles:
        """Change the profile of that name, its name too; a default stays the default."""

        def change(text: str, now: Profiles) -> str:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            before = _known(name, now)
            if profile.name != name:
                _check_free(profile.name, now)
            return writing.with_replaced(text, before, profile)

        _check(profile)
        return self._update(change)

    def remove(self, name: str) -> Profiles:
        """Take a profile out; where it was the default there is none afterwards."""

        def change(text: str, now: Profiles) -> str:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            _known(name, now)
            return writing.with_removed(text, name)

        return self._update(change)

    def set_default(self, name: str) -> Profiles:
        """Start with this profile from now on."""

        def change(text: str, now: Profiles) -> str:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            _known(name, now)
            return writing.with_default(text, name)

        return self._update(change)

    def set_recipient(self, name: str, recipient: str) -> Profiles:
        """Remember to whom test mails of a profile go; nothing else of it is touched."""

        def change(text: str, now: Profiles) -> str:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            before = _known(name, now)
            after = replace(before, recipient=recipient)
            _check(after)
            return writing.with_replaced(text, before, after)

        return self._update(change)

    def _text(self) -> str:
        content = read_bytes(self._path)
        try:
            return "" if content is None else content.decode()
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            line = before.count(b"\n") + 1
            column = error.start - (before.rfind(b"\n") + 1) + 1
            raise ProfilesFileError(self._path, line, column, "is not UTF-8") from None

    def _update(self, change: Callable[[str, Profiles], str]) -> Profiles:
        """One read-modify-write; what is about to be written is read back first."""
        with locked(self._path):
            text = self._text()
            now = parse_profiles(text, self._path)
            if now.read_only_why is not None:
                raise ProfileRefused((("schema", now.read_only_why),))
            changed = change(text, now)
            after = self._read_back(text, changed)
            if changed != text:
                write_atomic(self._path, changed)
        return after

    def _read_back(self, before: str, after: str) -> Profiles:
        """What a changed text will be read as; refused where more than one profile differs."""
        try:
            profiles = parse_profiles(after, self._path)
        except ProfilesFileError:
            profiles = None
        if profiles is None or not _same_elsewhere(
            raw_profiles(before, self._path), raw_profiles(after, self._path)
        ):
            words = "its layout cannot be changed without harm to its other parts; edit it by hand"
            raise ProfilesFileError(self._path, 1, 1, words)
        return profiles


def _same_elsewhere(before: dict[str, object], after: dict[str, object]) -> bool:
    """Whether at most one profile differs, and nothing beside the profiles and the default."""
    old, new = before.get("profiles", {}), after.get("profiles", {})
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    changed = [name for name, table in old.items() if new.get(name) != table]
    mine = {"profiles", "default", "schema"}
    rest = [{key: text[key] for key in text.keys() - mine} for text in (before, after)]
    return len(changed) <= 1 and rest[0] == rest[1]


def _check(profile: Profile) -> None:
    problems = check_stored(profile)
    if problems:
        raise ProfileRefused(problems)


def _check_free(name: str, now: Profiles) -> None:
    if now.named(name) is not None:
        raise ProfileRefused((("name", f'there is a profile "{name}" already'),))


def _known(name: str, now: Profiles) -> Profile:
    found = now.named(name)
    if found is None:
        near = nearest(name, [one.name for one in now.profiles])
        raise ProfileRefused((("name", f'there is no profile "{name}"{near}'),))
    return found
