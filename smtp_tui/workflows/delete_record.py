"""Deleting a record."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.errors import ApiError, NotFound
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused, delete_request
from smtp_tui.editing.merge import compare
from smtp_tui.editing.patch import Patch
from smtp_tui.workflows.operator import Operator, Sent
from smtp_tui.workflows.outcomes import Conflicted, Deleted, DeleteOutcome, Gone, Refused
from smtp_tui.workflows.plan import Plan, delete_plan
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in
from smtp_tui.workflows.write import Done, carry_out, claimed

_CHANGED: Final = "Someone changed it since you looked; this is how it is now."


async def delete_record(
    session: Session,
    operator: Operator,
    record: Record,
    notes: tuple[str, ...] = (),
    *,
    rehearse: bool = False,
) -> DeleteOutcome:
    """Delete a record as the last review showed it; ``notes`` stand in each review.

    ``rehearse`` does everything but send.
    """
    job = _Delete(session, operator, record, notes)
    try:
        with claimed(session, delete_request(session.target.scope, record.id)):
            outcome = await carry_out(session, operator, job, rehearse=rehearse)
    except NotFound as error:
        return Gone(error)
    except (ApiError, IdRefused) as error:
        return Refused(error)
    if not isinstance(outcome, Done):
        return outcome
    if outcome.gone:
        return Gone()
    deleted = Deleted(job.record, outcome.notes, outcome.unanswered)
    session.memory.last_change = deleted
    return deleted


class _Delete(Struct):
    """The record as the operator last saw it, and the notes of every and of the next review."""

    session: Session
    operator: Operator
    record: Record
    asides: tuple[str, ...]
    news: tuple[str, ...] = ()

    def plan(self, *notes: str) -> Plan:
        """The delete of the record as it was seen."""
        return delete_plan(
            self.session.target.scope, self.record, (*self.asides, *self.news, *notes)
        )

    async def check(self, plan: Plan) -> Conflicted | bool:
        """Whether it still is what was seen; else the operator may look at it as it is now."""
        now = await read_signed_in(
            self.session,
            self.operator,
            lambda: self.session.connections.get(self.record.id),
            f"Reading {plan.named} before it is deleted",
            Sent.NOTHING,
        )
        comparison = compare(self.record, Patch(), now)
        if comparison.clean:
            return True
        if await self.operator.resolve(self.session, comparison) is None:
            return Conflicted(comparison)
        self.record, self.news = now, (_CHANGED,)
        return False
