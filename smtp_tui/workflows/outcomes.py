"""How a save, a delete or an undo ended: one struct for each end, told apart by ``match``."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, TypeAlias

from msgspec import Struct, field

from smtp_tui.api.errors import ApiError, NotFound
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.merge import Comparison
from smtp_tui.editing.patch import Patch
from smtp_tui.workflows.look_up import Found


class Unknown(Struct, frozen=True):
    """The write was sent and its answer lost; ``found`` is what the server holds now."""

    error: ApiError
    found: Found


class Saved(Struct, frozen=True):
    """The server holds what was sent. ``before`` is None for a record that was created.

    ``record_id`` is None where the server did not tell the id of a new record. ``notes`` are what
    a person should know besides. ``unanswered`` is set where the answer was lost, and a look found
    the change done. ``tested`` are the times of the test emails that were sent with the secrets
    that were saved.
    """

    record_id: str | None
    name: str
    before: Record | None
    patch: Patch
    notes: tuple[str, ...] = ()
    unanswered: Unknown | None = None
    tested: tuple[datetime, ...] = ()

    @property
    def creates(self) -> bool:
        """Whether the record is new."""
        return self.before is None


class Deleted(Struct, frozen=True):
    """The record is deleted; ``before`` is how it was last seen. The rest as of :class:`Saved`."""

    creates: ClassVar[bool] = False
    before: Record
    notes: tuple[str, ...] = ()
    unanswered: Unknown | None = None


class RunChange(Struct, frozen=True):
    """What a run surely changed in one profile, oldest first; ``run`` is its id."""

    creates: ClassVar[bool] = False
    run: str
    done: list[Saved | Deleted] = field(default_factory=list)


class Unchanged(Struct, frozen=True):
    """Nothing was sent: the server holds these values already."""


class Declined(Struct, frozen=True):
    """Nothing was sent: the review was declined, or the run was a rehearsal."""


class Conflicted(Struct, frozen=True):
    """Nothing was sent: someone else changed the record, and the operator did not resolve it."""

    comparison: Comparison


class Gone(Struct, frozen=True):
    """There is no such record any more; ``error`` says so, unless it was found out by a delete."""

    error: NotFound | None = None


class Refused(Struct, frozen=True):
    """Nothing was changed; ``error`` says why. What was sent, if anything, was refused."""

    error: ApiError | IdRefused


class NotStored(Struct, frozen=True):
    """The server said yes and does not hold what was sent; ``words`` say what it holds."""

    words: str


class Recreate(Struct, frozen=True):
    """A deleted record can be created anew, from a form; ``typed`` is what was typed before."""

    record: Record
    typed: Draft | None = None


class Irreversible(Struct, frozen=True):
    """Nothing of the last change can be undone; ``lost`` says why, for each parameter."""

    lost: tuple[str, ...]


Outcome: TypeAlias = (
    Saved | Deleted | Unchanged | Declined | Conflicted | Gone | Refused | NotStored | Unknown
)
UndoOutcome: TypeAlias = Outcome | Recreate | Irreversible
