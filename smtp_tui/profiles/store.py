"""The file ``profiles.toml``: read as it is, changed one profile at a time, under a lock."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from smtp_tui.api.target import CaFile, Target, Trust
from smtp_tui.profiles.lines import without_mark
from smtp_tui.profiles.model import Problem, Profile, check_stored
from smtp_tui.profiles.reading import (
    PROFILE_KEYS,
    TOP_KEYS,
    Profiles,
    ProfilesFileError,
    nearest,
    parse_profiles,
    raw_profiles,
)
from smtp_tui.state.files import locked, read_bytes, write_atomic
from smtp_tui.state.places import APPLICATION, place_of

CONFIG_VARIABLE: Final = "SMTP_TUI_CONFIG_DIR"
FILE_NAME: Final = "profiles.toml"

__all__ = [
    "ProfileChanged",
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

    def find() -> Path:
        from platformdirs import user_config_path  # noqa: PLC0415 - not where the variable is set

        return user_config_path(APPLICATION, appauthor=False)

    return place_of(environ, CONFIG_VARIABLE, find)


class ProfileChanged(ProfileRefused):
    """The profile in the file is not any more what the person was asked about."""


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
        return parse_profiles(without_mark(self._text()), self._path)

    def add(self, profile: Profile) -> Profiles:
        """Add a profile at the end of the file; the first one becomes the default."""
        new = _settled(profile)

        def change(text: str, now: Profiles) -> tuple[str, Profiles]:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            _check_free(new.name, now)
            wanted = Profiles((*now.profiles, new), now.default if now.profiles else new.name)
            added = writing.with_added(text, new)
            return added if now.profiles else writing.with_default(added, new.name), wanted

        return self._update(change)

    def replace(self, name: str, profile: Profile) -> Profiles:
        """Change the profile of that name, its name too; a default stays the default."""
        new = _settled(profile)

        def change(text: str, now: Profiles) -> tuple[str, Profiles]:
            before = _known(name, now)
            if new.name != name:
                _check_free(new.name, now)
            return _replaced(text, now, before, new)

        return self._update(change)

    def remove(self, name: str) -> Profiles:
        """Take a profile out; where it was the default there is none afterwards."""

        def change(text: str, now: Profiles) -> tuple[str, Profiles]:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            gone = _known(name, now)
            left = tuple(one for one in now.profiles if one != gone)
            default = None if now.default == name else now.default
            return writing.with_removed(text, name), Profiles(left, default)

        return self._update(change)

    def set_default(self, name: str) -> Profiles:
        """Start with this profile from now on."""

        def change(text: str, now: Profiles) -> tuple[str, Profiles]:
            from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

            _known(name, now)
            return writing.with_default(text, name), replace(now, default=name)

        return self._update(change)

    def set_recipient(self, name: str, recipient: str) -> Profiles:
        """Remember to whom test mails of a profile go; nothing else of it is touched."""

        def change(text: str, now: Profiles) -> tuple[str, Profiles]:
            before = _known(name, now)
            return _replaced(text, now, before, _settled(replace(before, recipient=recipient)))

        return self._update(change)

    def keep_trust(self, name: str, asked: Target, trust: Trust) -> Profiles:
        """Keep what a person confirmed when asked about the servers and the trust of ``asked``.

        Raises :class:`ProfileChanged` where the profile names others by now.
        """

        def change(text: str, now: Profiles) -> tuple[str, Profiles]:
            before = _known(name, now)
            target = before.target()
            same = (
                target.origin == asked.origin,
                target.identity_origin == asked.identity_origin,
                before.trust == asked.trust,
            )
            if not all(same):
                words = "host, login server or trust were changed in the file meanwhile"
                raise ProfileChanged((("trust", words),))
            return _replaced(text, now, before, _settled(replace(before, trust=trust)))

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

    def _update(self, change: Callable[[str, Profiles], tuple[str, Profiles]]) -> Profiles:
        """One read-modify-write; ``change`` gives the new text and what it must be read as."""
        from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - reading needs no tomlkit

        with locked(self._path):
            content = self._text()
            text = without_mark(content)
            now = parse_profiles(text, self._path)
            if now.read_only_why is not None:
                raise ProfileRefused((("schema", now.read_only_why),))
            try:
                changed, wanted = change(text, now)
                after = parse_profiles(changed, self._path)
            except (TOMLKitError, ProfilesFileError, ValueError):
                raise self._by_hand() from None
            raw = [raw_profiles(one, self._path) for one in (text, changed)]
            if not (_same_profiles(after, wanted) and _same_beside(raw[0], raw[1])):
                raise self._by_hand()
            if changed != text:
                mark = content[: len(content) - len(text)]
                write_atomic(self._path, mark + changed)
        return after

    def _by_hand(self) -> ProfilesFileError:
        words = "its layout cannot be changed without harm to its other parts; edit it by hand"
        return ProfilesFileError(self._path, 1, 1, words)


def _replaced(text: str, now: Profiles, before: Profile, after: Profile) -> tuple[str, Profiles]:
    from smtp_tui.profiles import writing  # noqa: PLC0415 - reading needs no tomlkit

    wanted = tuple(after if one == before else one for one in now.profiles)
    default = after.name if now.default == before.name else now.default
    return writing.with_replaced(text, before, after), Profiles(wanted, default)


def _same_profiles(one: Profiles, other: Profiles) -> bool:
    """Whether both hold the same; a profile without a header of its own may change its place."""
    named = [{profile.name: profile for profile in some.profiles} for some in (one, other)]
    return named[0] == named[1] and one.default == other.default


def _same_beside(before: dict[str, object], after: dict[str, object]) -> bool:
    """Whether all that is not ours is the same: unknown keys, at the top and in each profile."""
    old, new = _foreign(before), _foreign(after)
    gone = [name for name in old if name not in new]
    came = [name for name in new if name not in old]
    if gone and came:  # renamed
        old[came[0]] = old.pop(gone[0])
    elif gone:
        del old[gone[0]]
    elif came:
        del new[came[0]]
    return old == new


def _foreign(raw: dict[str, object]) -> dict[str, object]:
    """The unknown keys of each profile by its name, and under a blank name those at the top."""
    tables = raw.get("profiles", {})
    assert isinstance(tables, dict)  # the text has been read as profiles before
    found: dict[str, object] = {
        name: {key: table[key] for key in table.keys() - set(PROFILE_KEYS)}
        for name, table in tables.items()
    }
    return {"": {key: raw[key] for key in raw.keys() - set(TOP_KEYS)}, **found}


def _settled(profile: Profile) -> Profile:
    """The profile as it will be read back: a CA file is named from the top, as typed from here.

    Raises :class:`ProfileRefused` for what may not stand in the file.
    """
    problems = check_stored(profile)
    if problems:
        raise ProfileRefused(problems)
    trust = profile.trust
    if isinstance(trust, CaFile):
        trust = CaFile(Path(os.path.abspath(trust.path.expanduser())))
    return replace(profile, trust=trust, identity_url=profile.identity_url or None)


def _check_free(name: str, now: Profiles) -> None:
    if now.named(name) is not None:
        raise ProfileRefused((("name", f'there is a profile "{name}" already'),))


def _known(name: str, now: Profiles) -> Profile:
    found = now.named(name)
    if found is None:
        near = nearest(name, [one.name for one in now.profiles])
        raise ProfileRefused((("name", f'there is no profile "{name}"{near}'),))
    return found
