"""Where the token of a profile comes from. None of these holds the token itself."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct


class EnvironmentToken(Struct, frozen=True):
    """The token stands in an environment variable."""

    variable: str


class CommandToken(Struct, frozen=True):
    """A program prints the token; it is started as it stands here, without a shell."""

    argv: tuple[str, ...]


class LoginToken(Struct, frozen=True):
    """The token is issued for a user, whose password is typed and kept in memory only."""

    user: str


class PromptToken(Struct, frozen=True):
    """The token is typed when it is needed and kept in memory only."""


TokenSource: TypeAlias = EnvironmentToken | CommandToken | LoginToken | PromptToken


def source_words(source: TokenSource) -> str:
    """Where a token comes from in a word or two, without anything of it; not cleaned."""
    match source:
        case EnvironmentToken(variable):
            return f"${variable}"
        case CommandToken(argv):
            return f"command {argv[0]}" if argv else "command"
        case LoginToken(user):
            return f"login {user}"
        case PromptToken():
            return "asked for"
