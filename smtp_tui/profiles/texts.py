"""Trust and token source as one line of text each, for a form, and back.

``system``, ``ca /path/file.pem``, ``pin FINGERPRINT``, ``login FINGERPRINT`` or both, ``off``; and
nothing for a token that is asked for, ``$VARIABLE``, ``login USER``, ``command pass show cam``.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, Unverified
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)

TRUST_FORMS: Final = (
    "system, ca /path/to/file.pem, pin FINGERPRINT (login FINGERPRINT: of the login server), or off"
)
TOKEN_FORMS: Final = "$VARIABLE, login USER, command PROGRAM …, or blank to be asked"
_IDENTITY: Final = "login"


class TextRefused(ValueError):
    """A line that stands for nothing; the message says what would."""


def trust_text(trust: Trust) -> str:
    """The trust of a profile as a person types it."""
    match trust:
        case SystemTrust():
            return "system"
        case Unverified():
            return "off"
        case CaFile(path):
            return f"ca {path}"
        case Pinned(sha256, identity):
            pins = [f"pin {sha256}"] if sha256 else []
            return " ".join([*pins, *([f"{_IDENTITY} {identity}"] if identity else [])])


def parse_trust(text: str) -> Trust:
    """The trust that a line stands for; blank is the system's. Raises :class:`TextRefused`."""
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    match word.lower():
        case "" | "system" if not rest:
            return SystemTrust()
        case "off" if not rest:
            return Unverified()
        case "ca" if rest:
            return CaFile(Path(rest))
        case "pin" | "login" if rest:
            return _pinned(text.split())
    raise TextRefused(TRUST_FORMS)


def _pinned(words: list[str]) -> Pinned:
    """``pin X``, ``login Y`` or both: the API's certificate, and that of the login server."""
    pairs = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) % 2 or not pairs.keys() <= {"pin", _IDENTITY}:
        raise TextRefused(TRUST_FORMS)
    try:
        return Pinned(pairs.get("pin", ""), pairs.get(_IDENTITY, ""))
    except ValueError as error:
        raise TextRefused(str(error)) from None


def token_text(source: TokenSource) -> str:
    """The token source of a profile as a person types it."""
    match source:
        case EnvironmentToken(variable):
            return f"${variable}"
        case CommandToken(argv):
            return f"command {shlex.join(argv)}"
        case LoginToken(user):
            return f"login {user}"
        case PromptToken():
            return ""


def parse_token(text: str) -> TokenSource:
    """The token source that a line stands for. Raises :class:`TextRefused`.

    A command is split as a shell would, and no shell is started.
    """
    text = text.strip()
    if not text or text == "prompt":
        return PromptToken()
    if text.startswith("$"):
        return EnvironmentToken(text[1:].strip("{}"))
    word, _, rest = text.partition(" ")
    if word == "login" and rest.strip():
        return LoginToken(rest.strip())
    if word == "command" and rest.strip():
        try:
            return CommandToken(tuple(shlex.split(rest)))
        except ValueError:
            raise TextRefused("a quote in the command is not closed") from None
    raise TextRefused(TOKEN_FORMS)
