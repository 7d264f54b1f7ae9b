"""How the values of a profile are written in profiles.toml, in the form and on the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct, ValidationError, convert, to_builtins

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
    source_words,
)
from smtp_tui.text import nearest

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=Enum)
Toml: TypeAlias = "str | int | bool | dict[str, str | list[str]] | None"
"""A value of profiles.toml; None for a key that is left out."""

MAX_TEXT: Final = 254
TRUST_FORMS: Final = (
    "system, ca /path/to/file.pem, pin FINGERPRINT (login FINGERPRINT: of the login server), or off"
)
TOKEN_FORMS: Final = "$VARIABLE, login USER, command PROGRAM …, or blank to be asked"
_PORTS: Final = "from 1 to 65535"
_TRUST_WORDS: Final = {"ca": "ca_file", "pin": "pin", "login": "identity_pin"}
_COLON: Final = re.compile(r"(?:^|,)(ca|pin|login):")


class Codec(Struct, Generic[Value], frozen=True):
    """How the values of one type are written and read.

    ``toml`` and ``from_toml`` convert to and from profiles.toml, ``text`` and ``from_text`` to and
    from what a person types. What cannot be read raises ``ValueError`` with words for a person.
    ``check`` returns what is wrong with a value, in words.
    """

    toml: Callable[[Value], Toml]
    from_toml: Callable[[object], Value]
    text: Callable[[Value], str]
    from_text: Callable[[str], Value]
    check: Callable[[Value], str | None] = lambda _: None


class _Forms(Struct, Generic[Value], frozen=True):
    """Values that are a word in the file, or a table whose keys are the fields of a struct.

    ``tables`` are the structs by their keys, ``words_for_all`` names all forms.
    """

    words_for_all: str
    words: dict[str, Value]
    tables: dict[str, type[Value]]

    def toml(self, value: Value) -> Toml:
        """The word or table of a value."""
        found = (word for word, meant in self.words.items() if meant == value)
        written: Toml = next(found, None) or to_builtins(value, enc_hook=str)
        return written

    def from_toml(self, raw: object, words_for_all: str = "") -> Value:
        """The value of a word or table. Raises ``ValueError``."""
        if isinstance(raw, str) and raw in self.words:
            return self.words[raw]
        keys = list(raw) if isinstance(raw, dict) else []
        table = next((self.tables[key] for key in keys if key in self.tables), None)
        try:
            if table is not None:
                return convert(raw, table, dec_hook=_to_path)
        except ValidationError as error:
            if isinstance(error.__cause__, ValueError):  # of the struct itself
                raise error.__cause__ from None
        known = self.tables if keys else self.words
        found = (nearest(str(key), known) for key in keys or [raw])
        raise ValueError(
            f"must be {words_for_all or self.words_for_all}{next(filter(None, found), '')}"
        )


def _to_path(_: type, raw: object) -> Path:
    if not isinstance(raw, str) or not raw:
        raise TypeError
    return Path(raw)


def text_problem(text: str) -> str | None:
    """What is wrong with a text of one line, in words."""
    if not text.isprintable():
        return "there is a control character in it"
    if text != text.strip():
        return "it begins or ends with a space"
    return None if len(text) <= MAX_TEXT else f"it is longer than {MAX_TEXT} characters"


def _text_from_toml(raw: object) -> str:
    if isinstance(raw, str):
        return raw
    raise ValueError("must be a text in quotes")


def enum_codec(members: type[Choice]) -> Codec[Choice]:
    """The codec of an enumeration whose members are written as their values."""
    words = {str(member.value): member for member in members}
    forms = _Forms(f"one of {', '.join(words)}", words, {})
    return Codec(
        forms.toml,
        forms.from_toml,
        lambda member: str(member.value),
        lambda text: forms.from_toml(text.lower()),
    )


def _port_from_toml(raw: object) -> int | None:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    raise ValueError(f"must be a number without quotes, {_PORTS}")


def _port_from_text(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 5:
        return int(text)
    raise ValueError(f"a port is a number {_PORTS}")


def _port_problem(port: int | None) -> str | None:
    return None if port is None or 1 <= port <= 65535 else f"a port is a number {_PORTS}"


def _flag_from_toml(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    raise ValueError("must be true or false, without quotes")


def _flag_from_text(text: str) -> bool:
    if text.lower() in ("yes", "y", "no", "n"):
        return text.lower().startswith("y")
    raise ValueError("must be yes or no")


_TRUST: Final = _Forms[Trust](
    '"system", { ca_file = "…" }, { pin = "…" } or "off"',
    {"system": SystemTrust(), "off": Unverified()},
    {"ca_file": CaFile, "pin": Pinned, "identity_pin": Pinned},
)


def _trust_to_text(trust: Trust) -> str:
    raw = _TRUST.toml(trust)
    if not isinstance(raw, dict):
        return str(raw)
    return " ".join(f"{word} {raw[key]}" for word, key in _TRUST_WORDS.items() if key in raw)


def _trust_from_text(text: str) -> Trust:
    """Read ``ca FILE`` and ``pin X login Y``; for the shell also ``ca:FILE``, ``pin:X,login:Y``."""
    text = _COLON.sub(r" \1 ", text).strip()
    words = text.split()
    raw: object = text.lower()
    if text.startswith("ca "):
        raw = {"ca_file": text.removeprefix("ca ").strip()}
    elif len(words) % 2 == 0:
        pairs = zip(words[::2], words[1::2], strict=True)
        raw = {_TRUST_WORDS.get(word, word): pin for word, pin in pairs}
    return _TRUST.from_toml(raw, TRUST_FORMS)


_TOKEN: Final = _Forms[TokenSource](
    '"prompt", { env = "…" }, { command = ["…"] } or { login = "…" }',
    {"prompt": PromptToken()},
    {"env": EnvironmentToken, "command": CommandToken, "login": LoginToken},
)


def _token_to_text(source: TokenSource) -> str:
    match source:
        case CommandToken(argv):
            return f"command {shlex.join(argv)}"
        case PromptToken():
            return ""
    return source_words(source)


def _token_from_text(text: str) -> TokenSource:
    """Read a source; a command is split as a shell would, and no shell is started."""
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if word.startswith("$"):
        return EnvironmentToken(text.strip()[1:].strip("{}"))
    if word == "login" and rest:
        return LoginToken(rest)
    if word == "command" and rest:
        try:
            return CommandToken(tuple(shlex.split(rest)))
        except ValueError:
            raise ValueError("a quote in the command is not closed") from None
    if rest or word not in ("", "prompt"):
        raise ValueError(TOKEN_FORMS)
    return PromptToken()


def _token_problem(source: TokenSource) -> str | None:
    match source:
        case EnvironmentToken(variable):
            good = variable.isascii() and variable.isidentifier()
            return None if good else "that is not the name of an environment variable"
        case CommandToken(argv):
            good = bool(argv) and bool(argv[0]) and not any("\0" in part for part in argv)
            return None if good else "the command needs a program to start"
        case LoginToken(user):
            return text_problem(user) if user else "a login needs a user name"
        case PromptToken():
            return None


TEXT: Final = Codec[str](str, _text_from_toml, str, str, text_problem)
PORT: Final = Codec[int | None](
    lambda port: port, _port_from_toml, lambda port: str(port or ""), _port_from_text, _port_problem
)
FLAG: Final = Codec[bool](bool, _flag_from_toml, lambda on: "yes" if on else "no", _flag_from_text)
TRUST: Final = Codec(_TRUST.toml, _TRUST.from_toml, _trust_to_text, _trust_from_text)
TOKEN: Final = Codec(
    _TOKEN.toml, _TOKEN.from_toml, _token_to_text, _token_from_text, _token_problem
)
