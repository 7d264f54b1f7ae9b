"""Text that must never be shown: the token and the SMTP passwords.

The interface is that of pydantic's ``SecretStr``, which is not imported before the first rows.
"""

from __future__ import annotations

import re
from typing import Final

MASK: Final = "**********"
MASK_CHARACTERS: Final = frozenset("*•●∗＊")
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*\Z")


class SecretStr:
    """A secret whose ``str``, ``repr`` and ``format`` show a mask, so that no log can hold it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """The text itself, only for sending it."""
        return self._value

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretStr):
            return NotImplemented
        return self._value == other._value

    def __hash__(self) -> int:
        return hash((SecretStr, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return f"SecretStr('{MASK if self._value else ''}')"

    def __str__(self) -> str:
        return MASK if self._value else ""


def is_token(text: str) -> bool:
    """Whether a header may carry a text as a bearer token (RFC 6750, b64token).

    Libraries quote anything else in their error messages.
    """
    return _TOKEN.match(text) is not None


def is_mask(text: str) -> bool:
    """Whether a text is only what servers and screens show instead of a secret; never sent."""
    stripped = text.strip()
    return bool(stripped) and set(stripped) <= MASK_CHARACTERS
