"""What a check says about a typed value, and the questions about text that every check asks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import Enum
from typing import Final

from msgspec import Struct


class Severity(Enum):
    """How much a finding matters: an error blocks, a warning asks to look again, a hint informs."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Finding(Struct, frozen=True):
    """One remark about a value; `text` is a short plain sentence and never repeats the value."""

    severity: Severity
    text: str


Findings = tuple[Finding, ...]
"""What every check returns; empty when there is nothing to say."""

SPACE_AROUND: Final = "There is a space at the start or the end."


def error(text: str) -> Finding:
    """Make a finding that blocks."""
    return Finding(Severity.ERROR, text)


def warning(text: str) -> Finding:
    """Make a finding that asks to look again."""
    return Finding(Severity.WARNING, text)


def hint(text: str) -> Finding:
    """Make a finding that only informs."""
    return Finding(Severity.HINT, text)


def has_error(findings: Iterable[Finding]) -> bool:
    """Say whether any finding blocks, so that a form can refuse to go on."""
    return any(finding.severity is Severity.ERROR for finding in findings)


def unsendable(text: str) -> str | None:
    """Say why a text cannot be sent: a control character, a line separator, or half a character."""
    for char in text:
        category = unicodedata.category(char)
        if category == "Cs":
            return "It contains bytes that are no text. Type it again."
        if category in ("Cc", "Zl", "Zp"):
            return "It contains a control character or a line break. Remove it."
    return None


def has_invisible(text: str) -> bool:
    """Say whether a text holds characters that show as nothing, as often comes with a paste."""
    return any(unicodedata.category(char) == "Cf" for char in text)


def has_space_around(text: str) -> bool:
    """Say whether a text starts or ends with white space of any kind."""
    return text != text.strip()
