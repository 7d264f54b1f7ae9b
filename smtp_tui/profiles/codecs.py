"""How the values of a profile are written in profiles.toml, in the form and on the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar

from msgspec import Meta, Struct, ValidationError, convert, to_builtins

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles import sources
from smtp_tui.text import nearest

Value = TypeVar("Value")
Member = TypeVar("Member", bound=Enum)
MAX_TEXT: Final = 254
TRUST_FORMS: Final = (
    "system, ca /path/to/file.pem, pin FINGERPRINT (login FINGERPRINT: of the login server), or off"
)
TOKEN_FORMS: Final = "$VARIABLE, login USER, command PROGRAM …, or blank to be asked"
_PORTS: Final = "from 1 to 65535"
_TRUST_WORDS: Final = {"ca": "ca_file", "pin": "pin", "login": "identity_pin"}
_INCOMPLETE: Final = {
    "ca": "needs the path of a CA file",
    "pin": "needs a SHA-256 fingerprint",
    "login": "needs a user name",
    "command": "needs a program to start",
}
_COLON: Final = re.compile(r"(?:^|,)(ca|pin|login):")


class Choice(Struct, frozen=True):
    """One of the values, or kinds of value, that a field can have.

    ``word`` is shown in a form. ``text`` is what it stands for as a person types it, ``{}`` being
    what has to be typed; ``hint`` is shown while that is empty.
    """

    word: str
    text: str
    hint: str = ""

    @property
    def needs_value(self) -> bool:
        """Whether something has to be typed."""
        return "{}" in self.text


def chosen(choices: Sequence[Choice], text: str) -> tuple[int, str]:
    """Which of the choices a text is, and what was typed for it; the first where it is none."""
    for index, choice in enumerate(choices):
        before = choice.text.partition("{}")[0]
        if text == choice.text or (choice.needs_value and text.startswith(before)):
            return index, text.removeprefix(before) if choice.needs_value else ""
    return 0, ""


class Codec(Struct, Generic[Value], frozen=True):
    """How the values of one type are written in profiles.toml, and as a person types them.

    The file holds one of ``words``, a value of the type ``plain``, or a table: ``tables`` are the
    structs by their keys. ``form`` names what it holds, for messages. ``shown`` and ``typed``
    convert to and from what a person types, where that differs. ``check`` returns what is wrong
    with a value, in words. What cannot be read raises ``ValueError`` with words for a person. A
    form offers ``choices``, if there are any.
    """

    form: str
    plain: Any = None
    words: dict[str, Value] = {}
    tables: dict[str, type[Value]] = {}
    shown: Callable[[Value], str] | None = None
    typed: Callable[[str], Value] | None = None
    check: Callable[[Value], str | None] = lambda _: None
    choices: tuple[Choice, ...] = ()

    def toml(self, value: Value) -> Any:
        """The value as the file holds it; None for a key that is left out."""
        found = (word for word, meant in self.words.items() if meant == value)
        return next(found, None) or to_builtins(value, enc_hook=str)

    def from_toml(self, raw: object, form: str = "") -> Value:
        """What stands in the file; ``form`` names what else may stand there, for messages."""
        if isinstance(raw, str) and raw in self.words:
            return self.words[raw]
        keys = list(raw) if isinstance(raw, dict) else []
        tables = (self.tables[key] for key in keys if key in self.tables)
        kind = next(tables, None) if keys else self.plain
        try:
            if kind is not None:
                return convert(raw, kind, dec_hook=_path_of)
        except ValidationError as error:
            if isinstance(error.__cause__, ValueError):  # of the struct itself
                raise error.__cause__ from None
        known = self.tables if keys else self.words
        near = next(filter(None, (nearest(str(key), known) for key in keys or [raw])), "")
        raise ValueError(f"must be {form or self.form}{near}")

    def text(self, value: Value) -> str:
        """The value as a person types it."""
        return self.shown(value) if self.shown is not None else str(self.toml(value))

    def from_text(self, text: str) -> Value:
        """What a person typed."""
        return self.typed(text) if self.typed is not None else self.from_toml(text.lower())


def _path_of(kind: Callable[[Any], Path], raw: object) -> Path:
    return kind(raw or None)  # refuses what is no text, or blank


def text_problem(text: str) -> str | None:
    """What is wrong with a text of one line, in words."""
    if not text.isprintable():
        return "contains a control character"
    if text != text.strip():
        return "begins or ends with a space"
    return None if len(text) <= MAX_TEXT else f"is longer than {MAX_TEXT} characters"


def enum_codec(members: type[Member]) -> Codec[Member]:
    """The codec of an enumeration whose members are written as their values."""
    words = {str(member.value): member for member in members}
    choices = tuple(Choice(word, word) for word in words)
    return Codec(f"one of {', '.join(words)}", words=words, choices=choices)


def _typed_port(text: str) -> int | None:
    if text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535:
        return int(text)
    raise ValueError(f"must be a number {_PORTS}")


def _typed_flag(text: str) -> bool:
    if text.lower() in ("yes", "y", "no", "n"):
        return text.lower().startswith("y")
    raise ValueError("must be yes or no")


def _shown_trust(trust: Trust) -> str:
    raw = TRUST.toml(trust)
    if not isinstance(raw, dict):
        return str(raw)
    words = " ".join(f"{word} {raw[key]}" for word, key in _TRUST_WORDS.items() if key in raw)
    return f"pin {words}" if words.startswith("login ") else words


def _typed_trust(text: str) -> Trust:
    """Read ``ca FILE``, ``pin X login Y`` and ``pin login Y``, where only the login server is
    pinned; for the shell also ``ca:FILE``, ``pin:X,login:Y`` and ``login:Y``."""
    text = _COLON.sub(r" \1 ", text).strip()
    text = re.sub(r"pin\s+(?=login\s)", "", text)
    if text in _INCOMPLETE:
        raise ValueError(_INCOMPLETE[text])
    words = text.split()
    raw: object = text.lower()
    if text.startswith("ca "):
        raw = {"ca_file": text.removeprefix("ca ").strip()}
    elif len(words) % 2 == 0:
        pairs = zip(words[::2], words[1::2], strict=True)
        raw = {_TRUST_WORDS.get(word, word): pin for word, pin in pairs}
    return TRUST.from_toml(raw, TRUST_FORMS)


def _shown_token(source: sources.TokenSource) -> str:
    match source:
        case sources.CommandToken(argv):
            return f"command {shlex.join(argv)}"
        case sources.PromptToken():
            return ""
    return sources.source_words(source)


def _typed_token(text: str) -> sources.TokenSource:
    """Read a source; a command is split as a shell would, and no shell is started."""
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if word.startswith("$"):
        return sources.EnvironmentToken(text.strip()[1:].strip("{}"))
    if word == "login" and rest:
        return sources.LoginToken(rest)
    if word == "command" and rest:
        try:
            return sources.CommandToken(tuple(shlex.split(rest)))
        except ValueError:
            raise ValueError("a quote in the command is not closed") from None
    if word in _INCOMPLETE:
        raise ValueError(_INCOMPLETE[word])
    if rest or word not in ("", "prompt"):
        raise ValueError(TOKEN_FORMS)
    return sources.PromptToken()


def _token_problem(source: sources.TokenSource) -> str | None:
    match source:
        case sources.EnvironmentToken(variable):
            good = variable.isascii() and variable.isidentifier()
            return None if good else "that is not the name of an environment variable"
        case sources.CommandToken(argv):
            good = bool(argv) and bool(argv[0]) and not any("\0" in part for part in argv)
            return None if good else "the command needs a program to start"
        case sources.LoginToken(user):
            return text_problem(user) if user else "a login needs a user name"
        case sources.PromptToken():
            return None


TEXT: Final = Codec("a text in quotes", str, typed=str, check=text_problem)
PORT: Final = Codec[int | None](
    f"a number without quotes, {_PORTS}",
    Annotated[int, Meta(ge=1, le=65535)],
    shown=lambda port: str(port or ""),
    typed=_typed_port,
)
FLAG: Final = Codec(
    "true or false, without quotes",
    bool,
    shown=lambda on: "yes" if on else "no",
    typed=_typed_flag,
    choices=(Choice("yes", "yes"), Choice("no", "no")),
)
TRUST: Final = Codec[Trust](
    '"system", { ca_file = "…" }, { pin = "…" } or "off"',
    words={"system": SystemTrust(), "off": Unverified()},
    tables={"ca_file": CaFile, "pin": Pinned, "identity_pin": Pinned},
    shown=_shown_trust,
    typed=_typed_trust,
    choices=(
        Choice("system", "system"),
        Choice("CA file", "ca {}", "/path/to/file.pem"),
        Choice(
            "pin", "pin {}", "SHA-256; and login SHA-256, where that of the login server differs"
        ),
        Choice("off", "off"),
    ),
)
TOKEN: Final = Codec[sources.TokenSource](
    '"prompt", { env = "…" }, { command = ["…"] } or { login = "…" }',
    words={"prompt": sources.PromptToken()},
    tables={
        "env": sources.EnvironmentToken,
        "command": sources.CommandToken,
        "login": sources.LoginToken,
    },
    shown=_shown_token,
    typed=_typed_token,
    check=_token_problem,
    choices=(
        Choice("prompt", ""),
        Choice("login", "login {}", "the user; the password is asked for"),
        Choice("variable", "${}", "an environment variable, such as CAM_BEARER_TOKEN"),
        Choice("command", "command {}", "a program that prints the token, such as pass show cam"),
    ),
)
