"""The file profiles.toml: each mistake is named with its line, one profile changed at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.target import Target, Trust
from smtp_tui.profiles.model import FIELDS, Environment, Problem, Profile, absolute, check_stored
from smtp_tui.profiles.sources import EnvironmentToken, PromptToken
from smtp_tui.profiles.toml import TomlFile, TomlProblem, parse_toml, read_toml
from smtp_tui.state.files import locked, write_atomic
from smtp_tui.text import nearest

SCHEMA: Final = 1
"""A new key needs a higher one: a key that is not known is refused, unless the schema is newer."""
_KEYS: Final = ("schema", "default", "profiles")
_PROFILE_KEYS: Final = tuple(field.name for field in FIELDS[1:])
_BY_COLOUR: Final = {
    "red": Environment.PRODUCTION,
    "yellow": Environment.STAGING,
    "green": Environment.TEST,
}
"""What stood for an environment before there were any."""


class ProfileRefused(Exception):
    """A change that cannot be made: a name that is taken or unknown, a field that is wrong."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        self.words = "; ".join(f"{field}: {words}" for field, words in problems)
        super().__init__(self.words)


class ProfileChanged(ProfileRefused):
    """The profile in the file is no longer the one that the person was asked about."""


class BrokenProfile(Struct, frozen=True):
    """A profile of the file that cannot be used, and the first mistake in it.

    ``readable`` is what can be read of it: its name, and the variable of its token, which the token
    command of another profile must not see either.
    """

    readable: Profile
    problem: TomlProblem

    @property
    def name(self) -> str:
        """The name of the profile."""
        return self.readable.name


class Profiles(Struct, frozen=True):
    """What the file holds, in its order; a mistake in one profile leaves the others usable.

    ``problem`` is a mistake outside of the profiles, such as in the default: the file must not be
    changed then. ``read_only_why`` says why a newer program's must not.
    """

    profiles: tuple[Profile, ...] = ()
    default: str | None = None
    read_only_why: str | None = None
    broken: tuple[BrokenProfile, ...] = ()
    problem: TomlProblem | None = None

    def named(self, name: str) -> Profile | None:
        """The profile of that name."""
        return next((profile for profile in self.profiles if profile.name == name), None)

    def check(self, name: str) -> None:
        """Raise the mistake in the profile of that name, if there is any."""
        for broken in self.broken:
            if broken.name == name:
                raise broken.problem

    def known(self, name: str) -> Profile:
        """The profile of that name.

        Raises :class:`ProfileRefused` if there is none, and the mistake in one that is broken.
        """
        found = self.named(name)
        self.check(name)
        if found is None:
            near = nearest(name, [profile.name for profile in self.profiles])
            raise ProfileRefused((("name", f'there is no profile "{name}"{near}'),))
        return found


Change: TypeAlias = tuple[Profile | None, Profile | None, str | None]
"""A profile before and after, None where there is none, and the default afterwards."""


class ProfileStore:
    """The profiles of one configuration directory, in the file ``path``, which need not exist.

    Every method raises :class:`~smtp_tui.state.files.FileProblem` where the file cannot be read or
    written, and its :class:`TomlProblem` where it is not understood: it is then left unchanged, for
    its owner to correct. Methods that change it also raise :class:`ProfileRefused`, and return what
    the file holds afterwards.
    """

    def __init__(self, directory: Path) -> None:
        self.path = directory / "profiles.toml"

    def load(self) -> Profiles:
        """What the file holds now; a missing file holds nothing."""
        return profiles_of(read_toml(self.path))

    def add(self, profile: Profile) -> Profiles:
        """Add a profile at the end of the file; the first one becomes the default."""
        return self._update(
            lambda now: (
                None,
                profile,
                now.default if now.profiles or now.broken else profile.name,
            )
        )

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
            """The profile with the new trust."""
            now = before.target()
            servers = (asked.origin, asked.identity_origin, asked.trust)
            if (now.origin, now.identity_origin, now.trust) != servers:
                words = "host, login server or trust were changed in the file meanwhile"
                raise ProfileChanged((("trust", words),))
            return replace(before, trust=trust)

        return self._change(name, change)

    def remove(self, name: str) -> Profiles:
        """Remove a profile; if it was the default, there is none afterwards."""
        return self._update(
            lambda now: (now.known(name), None, None if now.default == name else now.default)
        )

    def set_default(self, name: str) -> Profiles:
        """Use this profile when smtp-tui starts."""
        return self._update(lambda now: (None, None, now.known(name).name))

    def _change(self, name: str, edited: Callable[[Profile], Profile]) -> Profiles:
        """Change one profile, wherever it is by now."""

        def change(now: Profiles) -> Change:
            """The profile before and after, and the default."""
            before = now.known(name)
            after = edited(before)
            return before, after, after.name if now.default == name else now.default

        return self._update(change)

    def _update(self, change: Callable[[Profiles], Change]) -> Profiles:
        """One read-modify-write. What comes out is read back before it is written."""
        from smtp_tui.profiles.writing import rewritten  # noqa: PLC0415 - tomlkit, for writers

        with locked(self.path):
            file = read_toml(self.path)
            now = profiles_of(file)
            if now.read_only_why is not None:
                raise ProfileRefused((("schema", now.read_only_why),))
            if now.problem is not None:
                raise now.problem
            old, new, default = change(now)
            if new is not None:
                new = _checked(new, old, now)
            text = file.text if file.text.strip() else f"schema = {SCHEMA}\n"
            try:
                text = rewritten(text, old, new, default)
                after = profiles_of(parse_toml(text, self.path))
                if new not in (None, *after.profiles):
                    raise ValueError("reading it back gave a different result")
            except (ValueError, TomlProblem):
                words = "its layout cannot be changed safely"
                raise TomlProblem(self.path, f"{words}; edit it by hand") from None
            if text != file.text:
                write_atomic(self.path, file.mark + text)
        return after


def _checked(new: Profile, old: Profile | None, now: Profiles) -> Profile:
    """The profile as it will be read back: the path of a CA file is absolute.

    Raises :class:`ProfileRefused` for what may not be in the file.
    """
    problems = check_stored(new)
    broken = any(profile.name == new.name for profile in now.broken)
    if not problems and (broken or now.named(new.name) not in (None, old)):
        problems = (("name", f'a profile named "{new.name}" already exists'),)
    if problems:
        raise ProfileRefused(problems)
    return absolute(new, Path())


def profiles_of(file: TomlFile) -> Profiles:
    """What a file holds. Raises :class:`TomlProblem` where it is not this program's."""
    newer = _newer(file)
    if newer is None:
        file.check_keys(_KEYS, file.values)
    tables = file.values.get("profiles", {})
    if not isinstance(tables, dict):
        raise file.problem(("profiles",), "profiles must be tables, such as [profiles.production]")
    profiles: list[Profile] = []
    broken: list[BrokenProfile] = []
    for name, table in tables.items():
        try:
            profiles.append(_profile(file, name, table, judge_keys=newer is None))
        except TomlProblem as mistake:
            broken.append(BrokenProfile(_readable(name, table), mistake))
    default, problem = None, None
    try:
        default = _default(file, tables)
    except TomlProblem as mistake:
        problem = mistake
    return Profiles(tuple(profiles), default, newer, tuple(broken), problem)


def _readable(name: str, table: object) -> Profile:
    """What can be read of a broken profile. Its token may stand under a misspelt key."""
    values = table if isinstance(table, dict) else {}
    tokens = (value.get("env") for value in values.values() if isinstance(value, dict))
    variables = [variable for variable in tokens if isinstance(variable, str)]
    token = EnvironmentToken(variables[0]) if variables else PromptToken()
    return Profile(name, host="", token=token)


def _newer(file: TomlFile) -> str | None:
    """Why the file must not be changed if a newer program wrote it."""
    schema = file.values.get("schema", SCHEMA)
    if type(schema) is not int or not 0 < schema < 1_000_000:
        raise file.problem(("schema",), f"schema must be a number; this program writes {SCHEMA}")
    if schema == SCHEMA:
        return None
    return (
        f"{file.path} was written by a newer smtp-tui (schema {schema}, this one knows "
        f"{SCHEMA}): it is used, but not changed"
    )


def _default(file: TomlFile, tables: Mapping[str, object]) -> str | None:
    default = file.values.get("default")
    if default is None or (isinstance(default, str) and default in tables):
        return default
    if not isinstance(default, str):
        raise file.problem(("default",), "default must be the name of a profile in quotes")
    near = nearest(default, tables)
    raise file.problem(("default",), f"there is no profile with the default's name{near}")


def _profile(file: TomlFile, name: str, table: object, *, judge_keys: bool) -> Profile:
    at = ("profiles", name)
    if not isinstance(table, dict):
        raise file.problem(at, f"a profile must be a table: [profiles.{name}]")
    if judge_keys:
        file.check_keys(_PROFILE_KEYS, table, at, old=("colour",))
    if "host" not in table:
        raise file.problem(at, "host: the profile has no host")
    values: dict[str, Any] = {"name": name}
    for field in FIELDS[1:]:
        try:
            if field.name in table:
                values[field.name] = field.codec.from_toml(table[field.name])
        except ValueError as error:
            raise file.problem((*at, field.name), f"{field.name}: {error}") from None
    profile = absolute(Profile(**values), file.path.parent)
    if "environment" not in table:
        profile = replace(profile, environment=_environment_of(profile, table.get("colour")))
    for key, words in check_stored(profile):
        raise file.problem(at if key == "name" else (*at, key), f"{key}: {words}")
    return profile


def _environment_of(profile: Profile, colour: object) -> Environment:
    """The environment of a profile that names none: what an older program wrote, or a guess."""
    if colour is None:
        return profile.guessed_environment
    return _BY_COLOUR.get(str(colour), Environment.OTHER)
