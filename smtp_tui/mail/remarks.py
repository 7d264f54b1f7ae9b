"""What is wrong with a typed value, or worth knowing about it.

A check yields what is worth knowing, and raises ``ValueError`` with the words of an error.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import partial
from typing import Final, TypeAlias

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


Remarks: TypeAlias = tuple[Remark, ...]
"""What is said of one value; empty when it is fine."""

Check: TypeAlias = Callable[[str], Iterable[Remark]]

error = partial(Remark, Severity.ERROR)
warning = partial(Remark, Severity.WARNING)
hint = partial(Remark, Severity.HINT)


def remarks_of(check: Check, text: str) -> Remarks:
    """All that a check says of a text, or its error alone."""
    try:
        return tuple(check(text))
    except ValueError as refusal:
        return (error(str(refusal)),)


def has_error(remarks: Iterable[Remark]) -> bool:
    """Whether any of the remarks is an error."""
    return any(remark.severity is Severity.ERROR for remark in remarks)


def refuse_unsendable(text: str) -> None:
    """Raise ``ValueError`` for half a character, a control character or a line break."""
    for char in text:
        category = unicodedata.category(char)
        if category == "Cs":
            raise ValueError("Contains bytes that are not text. Enter it again.")
        if category in ("Cc", "Zl", "Zp"):
            raise ValueError("Contains a control character or a line break.")


def check_text(text: str, *, space_note: str = "") -> Iterator[Remark]:
    """Check a value of unknown meaning. Only what can never work is an error.

    `space_note` is added to the warning about a space at either end.
    """
    refuse_unsendable(text)
    if text != text.strip():
        yield warning(f"Starts or ends with a space.{space_note}")
    if has_invisible(text):
        yield warning("Contains an invisible character, perhaps from pasting.")


def has_invisible(text: str) -> bool:
    """Whether a text contains characters that are not shown, as pasted text often does."""
    return any(unicodedata.category(char) == "Cf" for char in text)


def check_record_name(text: str) -> Iterator[Remark]:
    """Check the name of a new record."""
    if not text.strip():
        raise ValueError("Enter a name. It cannot be changed later.")
    if len(text) > MAX_NAME:
        raise ValueError(f"A name can have at most {MAX_NAME} characters.")
    yield from check_text(text)
