"""What is wrong with a typed value, or worth knowing about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from enum import Enum
from typing import Final

from msgspec import Struct

MAX_NAME: Final = 255


class Severity(Enum):
    """An error stops the form, a warning asks to look again, a hint only informs."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class Remark(Struct, frozen=True):
    """One sentence about a typed value. It never repeats the value, which may be secret."""

    severity: Severity
    text: str


Remarks = tuple[Remark, ...]
"""What every validator returns; empty when the value is fine."""


def error(text: str) -> Remark:
    """Make a remark that stops the form."""
    return Remark(Severity.ERROR, text)


def warning(text: str) -> Remark:
    """Make a remark that asks to look again."""
    return Remark(Severity.WARNING, text)


def hint(text: str) -> Remark:
    """Make a remark that only informs."""
    return Remark(Severity.HINT, text)


def has_error(remarks: Iterable[Remark]) -> bool:
    """Whether any of the remarks is an error."""
    return any(remark.severity is Severity.ERROR for remark in remarks)


def unsendable(text: str) -> str | None:
    """Why a text cannot be sent: a control character, a line break, or half a character."""
    for char in text:
        category = unicodedata.category(char)
        if category == "Cs":
            return "It contains bytes that are not text. Type it again."
        if category in ("Cc", "Zl", "Zp"):
            return "It contains a control character or a line break. Remove it."
    return None


def validate_text(text: str, *, space_note: str = "") -> Remarks:
    """Validate a value of unknown meaning. Only what can never work is an error.

    `space_note` is added to the warning about a space at either end.
    """
    reason = unsendable(text)
    if reason is not None:
        return (error(reason),)
    remarks: Remarks = ()
    if text != text.strip():
        remarks += (warning(f"There is a space at the start or the end.{space_note}"),)
    if has_invisible(text):
        remarks += (warning("It contains an invisible character, perhaps from a paste."),)
    return remarks


def has_invisible(text: str) -> bool:
    """Whether a text contains characters that are not shown, as pasted text often does."""
    return any(unicodedata.category(char) == "Cf" for char in text)


def validate_record_name(text: str) -> Remarks:
    """Validate the name of a new record."""
    if not text.strip():
        return (error("Type a name. It cannot be changed later."),)
    if len(text) > MAX_NAME:
        return (error(f"A name has at most {MAX_NAME} characters."),)
    return validate_text(text)
