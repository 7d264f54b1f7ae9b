"""The file profiles.toml: read as it is, changed one profile at a time, under a lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from smtp_tui.api.target import Target, Trust
from smtp_tui.profiles.model import Problem, Profile, absolute, check_stored
from smtp_tui.profiles.reading import PROFILE_KEYS, TOP_KEYS, Profiles, parse_profiles
from smtp_tui.profiles.toml import Position, TomlProblem, parse_toml, without_mark
from smtp_tui.state.files import locked, read_bytes, write_atomic
from smtp_tui.state.places import APPLICATION, place_of
from smtp_tui.text import nearest

CONFIG_VARIABLE: Final = "SMTP_TUI_CONFIG_DIR"
FILE_NAME: Final = "profiles.toml"


class ProfileRefused(Exception):
    """A change that cannot be made: a name that is taken or unknown, a field that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.words = "; ".join(f"{field}: {words}" for field, words in problems)
        super().__init__(self.words)


def config_directory(environ: Mapping[str, str]) -> Path:
    """The directory of ``profiles.toml``; it need not exist yet.

    Raises :class:`~smtp_tui.state.files.FileProblem` where there is no home directory.
    """

    def find() -> Path:
        from platformdirs import user_config_path  # noqa: PLC0415 - not where the variable is set

        return user_config_path(APPLICATION, appauthor=False)

    return place_of(environ, CONFIG_VARIABLE, find)


class ProfileChanged(ProfileRefused):
    """The profile in the file is no longer the one that the person was asked about."""


class ProfileStore:
    """The profiles of one configuration directory, in the file ``path``, which need not exist.

    Every method raises :class:`~smtp_tui.state.files.FileProblem` where the file cannot be read or
    written, and its :class:`TomlProblem` where it is not understood: it is then left unchanged, for
    its owner to correct. Methods that change it also raise :class:`ProfileRefused`, and return what
    the file holds afterwards.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE_NAME

    def load(self) -> Profiles:
        """What the file holds now; a missing file holds nothing."""
        return parse_profiles(without_mark(self._text()), self.path)

    def add(self, profile: Profile) -> Profiles:
        """Add a profile at the end of the file; the first one becomes the default."""
        new = _checked(profile)

        def change(now: Profiles) -> Profiles:
            _check_free(new.name, now)
            default = now.default if now.profiles else new.name
            return Profiles((*now.profiles, new), default)

        return self._update(change)

    def replace(self, name: str, profile: Profile) -> Profiles:
        """Change the profile of that name, its name too; a default stays the default."""
        return self._change(name, lambda _: profile)

    def set_recipient(self, name: str, recipient: str) -> Profiles:
        """Remember the recipient of a profile's test emails; nothing else is changed."""
        return self._change(name, lambda before: replace(before, recipient=recipient))

    def keep_trust(self, name: str, asked: Target, trust: Trust) -> Profiles:
        """Store the trust that a person confirmed when asked about the servers of ``asked``.

        Raises :class:`ProfileChanged` where the profile names other servers, or another trust, now.
        """

        def change(before: Profile) -> Profile:
            target = before.target()
            same = (
                target.origin == asked.origin,
                target.identity_origin == asked.identity_origin,
                before.trust == asked.trust,
            )
            if not all(same):
                words = "host, login server or trust were changed in the file meanwhile"
                raise ProfileChanged((("trust", words),))
            return replace(before, trust=trust)

        return self._change(name, change)

    def remove(self, name: str) -> Profiles:
        """Remove a profile; if it was the default, there is none afterwards."""

        def change(now: Profiles) -> Profiles:
            gone = _known(name, now)
            left = tuple(profile for profile in now.profiles if profile != gone)
            return Profiles(left, None if now.default == name else now.default)

        return self._update(change)

    def set_default(self, name: str) -> Profiles:
        """Start with this profile from now on."""
        return self._update(lambda now: replace(now, default=_known(name, now).name))

    def _change(self, name: str, edited: Callable[[Profile], Profile]) -> Profiles:
        """Change one profile, wherever it is by now."""

        def change(now: Profiles) -> Profiles:
            before = _known(name, now)
            after = _checked(edited(before))
            if after.name != name:
                _check_free(after.name, now)
            profiles = tuple(after if profile == before else profile for profile in now.profiles)
            return Profiles(profiles, after.name if now.default == name else now.default)

        return self._update(change)

    def _text(self) -> str:
        content = read_bytes(self.path)
        try:
            return "" if content is None else content.decode()
        except UnicodeDecodeError as error:
            before = error.object[: error.start]
            column = error.start - (before.rfind(b"\n") + 1) + 1
            position = Position(before.count(b"\n") + 1, column)
            raise TomlProblem(self.path, position, "is not UTF-8") from None

    def _update(self, change: Callable[[Profiles], Profiles]) -> Profiles:
        """One read-modify-write; ``change`` returns what the file shall hold."""
        from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - reading needs no tomlkit

        from smtp_tui.profiles.writing import rewritten  # noqa: PLC0415 - nor this

        with locked(self.path):
            content = self._text()
            text = without_mark(content)
            now = parse_profiles(text, self.path)
            if now.read_only_why is not None:
                raise ProfileRefused((("schema", now.read_only_why),))
            wanted = change(now)
            try:
                changed = rewritten(text, now, wanted)
                after = parse_profiles(changed, self.path)
            except (TOMLKitError, TomlProblem, ValueError):
                raise self._by_hand() from None
            if not (_same_profiles(after, wanted) and self._same_beside(text, changed, now, after)):
                raise self._by_hand()
            if changed != text:
                mark = content[: len(content) - len(text)]
                write_atomic(self.path, mark + changed)
        return after

    def _same_beside(self, text: str, changed: str, now: Profiles, after: Profiles) -> bool:
        """Whether all that is not ours is the same: unknown keys, at the top and in profiles."""
        old, new = (_foreign(parse_toml(each, self.path).values) for each in (text, changed))
        kept = ((before, profile) for before, profile in now.paired(after) if before and profile)
        return old.pop("") == new.pop("") and all(
            old.get(before.name) == new.get(profile.name) for before, profile in kept
        )

    def _by_hand(self) -> TomlProblem:
        words = "its layout cannot be changed without harm to its other parts; edit it by hand"
        return TomlProblem(self.path, Position(1), words)


def _same_profiles(first: Profiles, second: Profiles) -> bool:
    """Whether both hold the same; a profile without a header of its own may change its position."""
    named = [{profile.name: profile for profile in each.profiles} for each in (first, second)]
    return named[0] == named[1] and first.default == second.default


def _foreign(raw: dict[str, object]) -> dict[str, object]:
    """The unknown keys of each profile by its name, and under a blank name those at the top."""
    tables = raw.get("profiles", {})
    assert isinstance(tables, dict)  # the text has been read as profiles before
    found: dict[str, object] = {
        name: {key: table[key] for key in table.keys() - set(PROFILE_KEYS)}
        for name, table in tables.items()
    }
    return {"": {key: raw[key] for key in raw.keys() - set(TOP_KEYS)}, **found}


def _checked(profile: Profile) -> Profile:
    """The profile as it will be read back: the path of a CA file is absolute.

    Raises :class:`ProfileRefused` for what may not be in the file.
    """
    problems = check_stored(profile)
    if problems:
        raise ProfileRefused(problems)
    return absolute(profile, Path())


def _check_free(name: str, now: Profiles) -> None:
    if now.named(name) is not None:
        raise ProfileRefused((("name", f'there is a profile "{name}" already'),))


def _known(name: str, now: Profiles) -> Profile:
    found = now.named(name)
    if found is None:
        near = nearest(name, [profile.name for profile in now.profiles])
        raise ProfileRefused((("name", f'there is no profile "{name}"{near}'),))
    return found
