"""What a form is opened on, and what it comes to."""

from __future__ import annotations

from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct
from textual.content import Content

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Record
from smtp_tui.editing.draft import Draft
from smtp_tui.text import clean
from smtp_tui.ui.dialogs.question import QuestionDialog
from smtp_tui.workflows.outcomes import Saved


class FormSubject(Struct, frozen=True):
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


class Recreate(Struct, frozen=True):
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

ANEW: Final = "anew"


def leave_question(changed: tuple[str, ...], clock: Clock) -> QuestionDialog[str]:
    """Asks what is to become of a form with unsaved changes; the answer is a :class:`Leave`."""
    body = Content(f"Changed and not saved: {clean(', '.join(changed))}")
    return QuestionDialog("Leave?", body, WAYS_OUT, clock, escape=Leave.STAY.value)


def anew_question(why: str, name: str, clock: Clock) -> QuestionDialog[str]:
    """Asks whether a record that is gone shall be made anew; the answer is :data:`ANEW` or not.

    ``name`` is how messages name the record.
    """
    body = Content(
        f"{clean(why, 300)}\n\nSomeone deleted {name} meanwhile. "
        "It can be created anew from what stands here; its password has to be typed."
    )
    choices = (("stay", "Back to the form"), (ANEW, "Create it anew"))
    return QuestionDialog("The record is gone", body, choices, clock, escape="stay")
