"""Undoing the last change of a session."""

from __future__ import annotations

from msgspec.structs import replace

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.patch import Patch, inverse
from smtp_tui.text import record_name
from smtp_tui.workflows.operator import Operator, Sent
from smtp_tui.workflows.outcomes import (
    Deleted,
    Irreversible,
    NotStored,
    Recreate,
    Refused,
    Saved,
    Unchanged,
    UndoOutcome,
)
from smtp_tui.workflows.save_record import save_record
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in


async def undo(session: Session, operator: Operator) -> UndoOutcome | None:
    """Reverse the last change, through the same review; None where there is nothing to undo.

    A create is not undone. A change that could not be undone can be tried again.
    """
    change = session.memory.last_change
    match change:
        case Saved(before=Record() as before):
            outcome = await _undo_patch(session, operator, change.patch, before)
            if isinstance(outcome, NotStored):
                session.memory.last_change = change
            return outcome
        case Deleted():
            return Recreate(change.record)
    return None


async def _undo_patch(
    session: Session, operator: Operator, patch: Patch, before: Record
) -> UndoOutcome:
    try:
        now = await read_signed_in(
            session,
            operator,
            lambda: session.connections.get(before.id),
            f"Reading what {record_name(before.name, before.id)} holds now",
            Sent.NOTHING,
        )
    except ApiError as error:
        return Refused(error)
    back = inverse(patch, before, now)
    if not back.patch:
        return Irreversible(now, back.lost) if back.lost else Unchanged()
    outcome = await save_record(session, operator, draft_of(now), now, back.patch, back.lost)
    if isinstance(outcome, Saved):
        return replace(outcome, notes=(*back.lost, *outcome.notes))
    return outcome
