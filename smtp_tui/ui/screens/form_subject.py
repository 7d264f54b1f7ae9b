"""What a form is opened on, and what it comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from smtp_tui.api.models import Record
from smtp_tui.editing.draft import Draft
from smtp_tui.ui.screens.saving import Saved


@dataclass(frozen=True, slots=True)
class FormSubject:
    """What a form is about. ``base`` is what its fields are compared with.

    ``opened`` is the record that is edited, None for a new one; ``like`` the record a new one was
    made from; ``typed`` what is in the fields at the start where that is not ``base``; ``tested``
    is whether a test mail led here, so that the next one needs no question.
    """

    base: Draft
    opened: Record | None = None
    like: Record | None = None
    typed: Draft | None = None
    focus_on: str | None = None
    title: str = "New connection"
    notes: tuple[str, ...] = ()
    tested: bool = False


@dataclass(frozen=True, slots=True)
class Recreate:
    """The record was gone: a new one shall be made from what was typed."""

    draft: Draft
    like: Record


class Leave(Enum):
    """The ways out of a form that holds something unsaved."""

    STAY = "stay"
    REVIEW = "review"
    KEEP = "keep"
    DISCARD = "discard"


FormResult: TypeAlias = Saved | Recreate | None

WAYS_OUT: Final = (
    (Leave.STAY.value, "Keep editing"),
    (Leave.REVIEW.value, "Review and save"),
    (Leave.KEEP.value, "Leave, and keep it as a draft (without the password)"),
    (Leave.DISCARD.value, "Discard it"),
)
