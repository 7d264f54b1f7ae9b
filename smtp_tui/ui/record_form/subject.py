"""What a form is opened on."""

from __future__ import annotations

from msgspec import Struct

from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.editing.draft import Draft, clone_draft, draft_of, new_draft
from smtp_tui.editing.patch import lost_by_delete
from smtp_tui.text import record_name
from smtp_tui.workflows.outcomes import Recreate


class FormSubject(Struct, frozen=True):
    """What a form is about. ``base`` is what its fields are compared with.

    ``opened`` is the record that is edited, None for a new one; ``like`` the record a new one is
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


def created() -> FormSubject:
    """An empty form."""
    return FormSubject(new_draft())


def tested() -> FormSubject:
    """An empty form, to test values that are saved nowhere."""
    notes = ("A test of what is typed here saves nothing; only a review would save it.",)
    title = "Test values that are saved nowhere"
    return FormSubject(new_draft(), focus_on="hostname", title=title, notes=notes)


def edited(record: Record, focus_on: str | None) -> FormSubject:
    """The form of a record; ``focus_on`` is the parameter that a failed test points to."""
    return FormSubject(draft_of(record), record, focus_on=focus_on, tested=focus_on is not None)


def cloned(record: Record) -> FormSubject:
    """The form of a new record like another one, without its password."""
    notes = (f"Like {record_name(record.name, record.id)}, without its password.",)
    return FormSubject(clone_draft(record), like=record, notes=notes)


def recreated(recreate: Recreate) -> FormSubject:
    """The form that creates a deleted record anew; its secrets have to be typed."""
    record, typed = recreate.record, recreate.typed
    draft = (typed or draft_of(record)).as_new()
    return FormSubject(
        draft.without_secrets(),
        like=record,
        typed=draft if typed is not None else None,
        focus_on=PASSWORD if typed is not None else None,
        title=f"Create {record_name(draft.name, record.id)} anew",
        notes=(f"What does not come back: {', '.join(lost_by_delete(record))}.",),
    )
