"""Where the token of a profile comes from, and the form that a token must have.

What goes wrong is told without anything of the token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias

from msgspec import Struct, field

from smtp_tui.api.secret import SecretStr, is_token
from smtp_tui.text import counted

TOKEN_VARIABLES: Final = ("CAM_BEARER_TOKEN", "TSA_BEARER_TOKEN", "MCM_BEARER_TOKEN")
"""The vendor's own."""
_BEARER: Final = re.compile(r"bearer\s+", re.IGNORECASE)


class EnvironmentToken(Struct, frozen=True, forbid_unknown_fields=True):
    """The token stands in an environment variable."""

    variable: str = field(name="env")


class CommandToken(Struct, frozen=True, forbid_unknown_fields=True):
    """A program prints the token; it is started as it stands here, without a shell."""

    argv: tuple[str, ...] = field(name="command")


class LoginToken(Struct, frozen=True, forbid_unknown_fields=True):
    """The token is issued for a user, whose password is typed and kept in memory only."""

    user: str = field(name="login")


class PromptToken(Struct, frozen=True):
    """The token is typed when it is needed and kept in memory only."""


TokenSource: TypeAlias = EnvironmentToken | CommandToken | LoginToken | PromptToken


def source_words(source: TokenSource) -> str:
    """Where a token comes from in a word or two, without anything of it; not cleaned."""
    match source:
        case EnvironmentToken(variable):
            return f"${variable}"
        case CommandToken(argv):
            return f"command {argv[0]}"
        case LoginToken(user):
            return f"login {user}"
        case PromptToken():
            return "prompt"


class CredentialError(Exception):
    """A token that could not be had; the words never hold any of it."""


class IssuedToken(Struct, frozen=True):
    """A token and, where its source says so, when it ends."""

    token: SecretStr
    expires_at: datetime | None = None


def clean_token(text: str) -> SecretStr:
    """A token without the space and the ``Bearer`` that were copied with it.

    Raises :class:`CredentialError` for what no header may carry.
    """
    text = text.strip()
    plain = text[found.end() :] if (found := _BEARER.match(text)) else text
    if not plain or plain.lower() == "bearer":
        raise CredentialError("the token is empty")
    if not is_token(plain):
        words = "a token has letters, digits and - . _ ~ + / only; this one has something else"
        raise CredentialError(f"{words} ({counted(len(plain), 'character')})")
    return SecretStr(plain)


def read_environment_token(source: EnvironmentToken, environ: Mapping[str, str]) -> SecretStr:
    """The token in an environment variable. Raises :class:`CredentialError` naming the variable."""
    text = environ.get(source.variable)
    if not text or not text.strip():
        raise CredentialError(f"the environment variable {source.variable} is not set")
    try:
        return clean_token(text)
    except CredentialError as error:
        raise CredentialError(f"{source.variable}: {error}") from None
