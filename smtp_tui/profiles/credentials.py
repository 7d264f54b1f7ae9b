"""A token in the form that a header may carry; what goes wrong is told without the token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from smtp_tui.api.secret import SecretStr, is_token
from smtp_tui.profiles.sources import EnvironmentToken

_BEARER: Final = re.compile(r"bearer\s+", re.IGNORECASE)


class CredentialError(Exception):
    """A token that could not be had; the words never hold any of it."""


class IssuedToken(Struct, frozen=True):
    """A token and, where its source says so, when it ends (UTC)."""

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
        raise CredentialError(f"{words} ({len(plain)} characters)")
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
