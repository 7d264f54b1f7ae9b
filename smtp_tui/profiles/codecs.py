"""How the values of a profile are written in profiles.toml, in the form and on the command line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

from msgspec import Struct

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
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
_TRUST_TOML: Final = '"system", { ca_file = "…" }, { pin = "…" } or "off"'
_TOKEN_TOML: Final = '"prompt", { env = "…" }, { command = ["…"] } or { login = "…" }'
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


def text_problem(text: str) -> str | None:
    """What is wrong with a text of one line, in words."""
    if not text.isprintable():
        return "there is a control character in it"
    if text != text.strip():
        return "it begins or ends with a space"
    return None if len(text) <= MAX_TEXT else f"it is longer than {MAX_TEXT} characters"


def text_codec(check: Callable[[str], str | None] = text_problem) -> Codec[str]:
    """The codec of a text of one line."""

    def from_toml(raw: object) -> str:
        if not isinstance(raw, str):
            raise ValueError("must be a text in quotes")
        return raw

    return Codec(str, from_toml, str, str, check)


def enum_codec(members: type[Choice]) -> Codec[Choice]:
    """The codec of an enumeration whose members are written as their values."""
    by_name: dict[object, Choice] = {member.value: member for member in members}
    names = [str(name) for name in by_name]

    def from_toml(raw: object) -> Choice:
        if isinstance(raw, str) and raw in by_name:
            return by_name[raw]
        raise ValueError(f"must be one of {', '.join(names)}{nearest(str(raw), names)}")

    def text(member: Choice) -> str:
        return str(member.value)

    return Codec(text, from_toml, text, lambda text: from_toml(text.lower()))


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


def _trust_to_toml(trust: Trust) -> Toml:
    match trust:
        case SystemTrust():
            return "system"
        case Unverified():
            return "off"
        case CaFile(path):
            return {"ca_file": str(path)}
        case Pinned(sha256, identity):
            pins = {"pin": sha256, "identity_pin": identity}
            return {key: pin for key, pin in pins.items() if pin}


def _trust_from_toml(raw: object, forms: str = _TRUST_TOML) -> Trust:
    match raw:
        case "system":
            return SystemTrust()
        case "off":
            return Unverified()
        case {"ca_file": str(file), **rest} if file and not rest:
            return CaFile(Path(file))
        case {"pin": str(pin), **rest} if not rest.keys() - {"identity_pin"}:
            return Pinned(pin, text_codec().from_toml(rest.get("identity_pin", "")))
        case {"identity_pin": str(identity), **rest} if not rest:
            return Pinned("", identity)
    near = _nearest_form(raw, ("system", "off"), ("ca_file", "pin", "identity_pin"))
    raise ValueError(f"must be {forms}{near}")


def _trust_to_text(trust: Trust) -> str:
    raw = _trust_to_toml(trust)
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
    return _trust_from_toml(raw, TRUST_FORMS)


def _token_to_toml(source: TokenSource) -> Toml:
    match source:
        case PromptToken():
            return "prompt"
        case EnvironmentToken(variable):
            return {"env": variable}
        case LoginToken(user):
            return {"login": user}
        case CommandToken(argv):
            return {"command": list(argv)}


def _token_from_toml(raw: object) -> TokenSource:
    match raw:
        case "prompt":
            return PromptToken()
        case {"env": str(variable), **rest} if not rest:
            return EnvironmentToken(variable)
        case {"login": str(user), **rest} if not rest:
            return LoginToken(user)
        case {"command": list(argv), **rest} if not rest:
            if all(isinstance(argument, str) for argument in argv):
                return CommandToken(tuple(argv))
    near = _nearest_form(raw, ("prompt",), ("env", "command", "login"))
    raise ValueError(f"must be {_TOKEN_TOML}{near}")


def _token_to_text(source: TokenSource) -> str:
    match source:
        case EnvironmentToken(variable):
            return f"${variable}"
        case CommandToken(argv):
            return f"command {shlex.join(argv)}"
        case LoginToken(user):
            return f"login {user}"
        case PromptToken():
            return ""


def _token_from_text(text: str) -> TokenSource:
    """Read a source; a command is split as a shell would, and no shell is started."""
    word, _, rest = text.strip().partition(" ")
    if word in ("", "prompt") and not rest:
        return PromptToken()
    if word.startswith("$"):
        return EnvironmentToken(text.strip()[1:].strip("{}"))
    if word == "login" and rest.strip():
        return LoginToken(rest.strip())
    if word != "command" or not rest.strip():
        raise ValueError(TOKEN_FORMS)
    try:
        return CommandToken(tuple(shlex.split(rest)))
    except ValueError:
        raise ValueError("a quote in the command is not closed") from None


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


def _nearest_form(raw: object, words: tuple[str, ...], keys: tuple[str, ...]) -> str:
    """The end of a message: the form that was probably meant, or nothing."""
    if isinstance(raw, str):
        return nearest(raw, words)
    if isinstance(raw, dict):
        return next((near for key in raw if (near := nearest(str(key), keys))), "")
    return ""


TEXT: Final = text_codec()
PORT: Final = Codec[int | None](
    lambda port: port, _port_from_toml, lambda port: str(port or ""), _port_from_text, _port_problem
)
FLAG: Final = Codec[bool](bool, _flag_from_toml, lambda on: "yes" if on else "no", _flag_from_text)
TRUST: Final = Codec(_trust_to_toml, _trust_from_toml, _trust_to_text, _trust_from_text)
TOKEN: Final = Codec(
    _token_to_toml, _token_from_toml, _token_to_text, _token_from_text, _token_problem
)
