"""A test email that is on its way, and what a person answers to its outcome."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from smtp_tui.text import record_name
from smtp_tui.workflows.test_email import TestSubject


def subject_name(subject: TestSubject) -> str:
    """What is tested, as titles and messages name it."""
    if subject.record_id is None and not subject.name.strip():
        return "new values"
    return record_name(subject.name, subject.record_id)


class Sending(Struct):
    """A test mail on its way, which outlives the dialog that sent it.

    ``since`` counts on the monotonic clock, in seconds; ``watcher`` is the dialog that shows it.
    """

    subject: TestSubject
    to: str
    at: datetime
    since: float
    watcher: object = None


class EditParameter(Struct, frozen=True):
    """The answer of the dialog where the person wants to mend a parameter."""

    name: str


class ReviewValues(Struct, frozen=True):
    """The answer of the dialog where the person wants to save what was tested."""


TestResult: TypeAlias = EditParameter | ReviewValues | bool | None
