"""From the text of ``profiles.toml`` to profiles: every mistake is named with its line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Final, NoReturn, TypeVar

from msgspec import Struct

from smtp_tui.api.target import Access, CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.lines import TomlMistake, find, parse_toml
from smtp_tui.profiles.model import Colour, Profile, check_stored
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)

SCHEMA: Final = 1
TOP_KEYS: Final = ("schema", "default", "profiles")
PROFILE_KEYS: Final = (
    "host",
    "port",
    "tenant",
    "team",
    "namespace",
    "identity_url",
    "access",
    "label",
    "colour",
    "trust",
    "token",
    "recipient",
    "allow_http",
)
_SCHEMAS: Final = range(1, 1_000_000)
_NEAR: Final = 0.8
_Choice = TypeVar("_Choice", bound=Enum)


class ProfilesFileError(Exception):
    """A profiles file that is not understood; it is left as it is, for its owner to mend.

    ``line`` and ``column`` count from 1.
    """

    def __init__(self, path: Path, line: int, column: int, words: str) -> None:
        super().__init__(f"{path}, line {line}, column {column}: {words}")
        self.path = path
        self.line = line
        self.column = column
        self.words = words


class Profiles(Struct, frozen=True):
    """What the file holds, in its order. ``read_only_why`` says why it must not be changed."""

    profiles: tuple[Profile, ...] = ()
    default: str | None = None
    read_only_why: str | None = None

    def named(self, name: str) -> Profile | None:
        """The profile of that name."""
        return next((one for one in self.profiles if one.name == name), None)


def nearest(name: str, names: Iterable[str]) -> str:
    """The end of a message: the known name that was probably meant, or nothing."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def raw_profiles(text: str, path: Path) -> dict[str, object]:
    """The values of a text as TOML has them. Raises :class:`ProfilesFileError`."""
    try:
        return parse_toml(text)
    except TomlMistake as mistake:
        place = mistake.place
        raise ProfilesFileError(path, place.line, place.column, mistake.words) from None


def parse_profiles(text: str, path: Path) -> Profiles:
    """Read a whole file. Raises :class:`ProfilesFileError` at the first mistake."""
    return _Reader(text, path).profiles(raw_profiles(text, path))


class _Reader:
    """One pass over one text; it exists to know text and path when a mistake is to be named."""

    def __init__(self, text: str, path: Path) -> None:
        self._text = text
        self._path = path
        self._judge_keys = True

    def profiles(self, raw: Mapping[str, object]) -> Profiles:
        newer = self._newer(raw)
        self._judge_keys = newer is None
        self._known_keys((), raw, TOP_KEYS)
        tables = raw.get("profiles", {})
        if not isinstance(tables, dict):
            self._fail(("profiles",), "profiles must be tables, such as [profiles.production]")
        found = tuple(self._profile(name, table) for name, table in tables.items())
        default = raw.get("default")
        if default is not None and not isinstance(default, str):
            self._fail(("default",), "default must be the name of a profile in quotes")
        if default is not None and default not in tables:
            near = nearest(default, tables)
            self._fail(("default",), f"there is no profile of the default's name{near}")
        return Profiles(found, default, newer)

    def _newer(self, raw: Mapping[str, object]) -> str | None:
        schema = raw.get("schema", SCHEMA)
        if not isinstance(schema, int) or isinstance(schema, bool) or schema not in _SCHEMAS:
            self._fail(("schema",), f"schema must be a number; this program writes {SCHEMA}")
        if schema == SCHEMA:
            return None
        return (
            f"{self._path} was written by a newer smtp-tui (schema {schema}, this one knows "
            f"{SCHEMA}): it is read and not changed"
        )

    def _profile(self, name: str, table: object) -> Profile:
        at = ("profiles", name)
        if not isinstance(table, dict):
            self._fail(at, f"a profile must be a table: [profiles.{name}]")
        self._known_keys(at, table, PROFILE_KEYS)
        if "host" not in table:
            self._fail(at, "the profile has no host")
        port = table.get("port")
        if port is not None and (not isinstance(port, int) or isinstance(port, bool)):
            self._fail((*at, "port"), "port must be a number without quotes, from 1 to 65535")
        profile = Profile(
            name=name,
            host=self._string(at, table, "host"),
            tenant=self._string(at, table, "tenant"),
            team=self._string(at, table, "team", "all"),
            namespace=self._string(at, table, "namespace"),
            port=port,
            identity_url=self._string(at, table, "identity_url") or None,
            access=self._choice(at, table, "access", Access.NORMAL),
            label=self._string(at, table, "label"),
            colour=self._choice(at, table, "colour", Colour.NONE),
            trust=self._trust((*at, "trust"), table.get("trust", "system")),
            token=self._token((*at, "token"), table.get("token", "prompt")),
            recipient=self._string(at, table, "recipient"),
            allow_http=self._flag(at, table, "allow_http"),
        )
        for field, words in check_stored(profile):
            self._fail(at if field == "name" else (*at, field), f"{field}: {words}")
        return profile

    def _trust(self, at: tuple[str, ...], value: object) -> Trust:
        match value:
            case "system":
                return SystemTrust()
            case "off":
                return Unverified()
            case {"ca_file": str(file), **rest} if file and not rest:
                return CaFile(self._beside(file))
            case {"pin": str(pin), **rest} if not rest:
                return self._pinned(at, pin, "")
            case {"identity_pin": str(identity), **rest} if not rest:
                return self._pinned(at, "", identity)
            case {"pin": str(pin), "identity_pin": str(identity), **rest} if not rest:
                return self._pinned(at, pin, identity)
        near = _near_in(value, ("system", "off"), ("ca_file", "pin", "identity_pin"))
        forms = '"system", { ca_file = "…" }, { pin = "…" } or "off"'
        self._fail(at, f"trust must be {forms}{near}")

    def _pinned(self, at: tuple[str, ...], pin: str, identity: str) -> Pinned:
        try:
            return Pinned(pin, identity)
        except ValueError as error:
            self._fail((*at, "pin"), f"trust: {error}")

    def _beside(self, file: str) -> Path:
        """A path as the file means it: from its own directory, ``~`` being the user's home."""
        named = Path(os.path.expanduser(file))  # leaves ~ where there is no home
        return Path(os.path.abspath(self._path.parent / named))

    def _token(self, at: tuple[str, ...], value: object) -> TokenSource:
        match value:
            case "prompt":
                return PromptToken()
            case {"env": str(variable), **rest} if not rest:
                return EnvironmentToken(variable)
            case {"login": str(user), **rest} if not rest:
                return LoginToken(user)
            case {"command": list(argv), **rest} if not rest and _texts(argv):
                return CommandToken(tuple(argv))
        near = _near_in(value, ("prompt",), ("env", "command", "login"))
        forms = '"prompt", { env = "…" }, { command = ["…"] } or { login = "…" }'
        self._fail(at, f"token must be {forms}{near}")

    def _string(
        self, at: tuple[str, ...], table: Mapping[str, object], key: str, default: str = ""
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            self._fail((*at, key), f"{key} must be a text in quotes")
        return value

    def _flag(self, at: tuple[str, ...], table: Mapping[str, object], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            self._fail((*at, key), f"{key} must be true or false, without quotes")
        return value

    def _choice(
        self, at: tuple[str, ...], table: Mapping[str, object], key: str, default: _Choice
    ) -> _Choice:
        value = table.get(key, default.value)
        names = [one.value for one in type(default)]
        if value not in names:
            choices = ", ".join(f'"{name}"' for name in names)
            near = nearest(value, names) if isinstance(value, str) else ""
            self._fail((*at, key), f"{key} must be one of {choices}{near}")
        return type(default)(value)

    def _known_keys(
        self, at: tuple[str, ...], table: Mapping[str, object], known: tuple[str, ...]
    ) -> None:
        """Refuse a misspelt key: an ``acces`` passed over would leave a profile unprotected."""
        for key in table.keys() - set(known) if self._judge_keys else ():
            close = difflib.get_close_matches(key.lower(), known, n=1, cutoff=_NEAR)
            if close and close[0] not in table:
                self._fail((*at, key), f'"{key}" is no key here; did you mean "{close[0]}"?')

    def _fail(self, at: tuple[str, ...], words: str) -> NoReturn:
        place = find(self._text, at)
        raise ProfilesFileError(self._path, place.line, place.column, words)


def _texts(values: list[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _near_in(value: object, words: tuple[str, ...], keys: tuple[str, ...]) -> str:
    if isinstance(value, str):
        return nearest(value, words)
    if isinstance(value, dict):
        return next((near for key in value if (near := nearest(str(key), keys))), "")
    return ""
