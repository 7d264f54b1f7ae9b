"""The course of every write: review, read, send once, and find out what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TypeAlias

from msgspec import Struct

from smtp_tui.api.errors import ApiError, Call, TokenNeeded, TokenRefused, UnderWay
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation, Request
from smtp_tui.api.smtp_connections import Written
from smtp_tui.api.writes import Unattended
from smtp_tui.workflows.look_up import Found, advice, look_up, verify
from smtp_tui.workflows.operator import Operator, Sent
from smtp_tui.workflows.outcomes import Conflicted, Declined, NotStored, Unchanged, Unknown
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import replace_token

_DOING: Final = {
    Operation.CREATE: "Creating",
    Operation.PATCH: "Saving",
    Operation.DELETE: "Deleting",
}
_NEW_TOKEN: Final = "The token is new. Nothing was changed yet: review once more."


class Done(Struct, frozen=True):
    """The write was done. ``created`` is the new record where the server told it; ``gone`` says
    that there was nothing to delete; ``unanswered`` that only a look afterwards found it done."""

    notes: tuple[str, ...] = ()
    created: Record | None = None
    gone: bool = False
    unanswered: Unknown | None = None


JobOutcome: TypeAlias = Done | Unchanged | Declined | Conflicted | NotStored | Unknown


class Job(Protocol):
    """A write that is wanted. ``record`` is what the operator saw of it, None for a new one."""

    @property
    def record(self) -> Record | None:
        """The record as it is shown in the next review."""

    def plan(self, *notes: str) -> Plan | None:
        """What to review, with these notes besides; None where there is nothing to send."""

    async def check(self, plan: Plan) -> Conflicted | bool:
        """Look at the server after the review; False where there is another plan to review."""


async def carry_out(
    session: Session, operator: Operator, job: Job, *, rehearse: bool = False
) -> JobOutcome:
    """Review, look, and send what the last review showed; ``rehearse`` ends before the sending.

    After the first 401 it gets another token and the plan is reviewed again. Raises ``ApiError``
    where the server refused, or nothing was sent.
    """
    renewed = False
    plan = job.plan()
    while True:
        if plan is None:
            return Unchanged()
        if not await operator.review(session, plan):
            return Declined()
        checked = await job.check(plan)
        if isinstance(checked, Conflicted):
            return checked
        if not checked:
            plan = job.plan()
            continue
        if rehearse:
            return Declined()
        try:
            return await _send(session, operator, plan, job.record)
        except (TokenRefused, TokenNeeded) as error:
            if renewed or not await replace_token(session, operator, error.why):
                raise
            renewed, plan = True, job.plan(_NEW_TOKEN)


@contextmanager
def claimed(session: Session, request: Request) -> Iterator[None]:
    """Reserve a record, from the first review of a write until its outcome is known.

    Raises ``UnderWay`` where another write to that record has not ended.
    """
    session.connections.check_free(request)
    claims, record_id = session.memory.claims, request.record_id
    if record_id is None:
        yield
        return
    if record_id in claims:
        raise UnderWay(Call(request.operation, session.target.origin.text), claims[record_id])
    claims[record_id] = request.operation
    try:
        yield
    finally:
        del claims[record_id]


async def _send(
    session: Session, operator: Operator, plan: Plan, record: Record | None
) -> Done | NotStored | Unknown:
    """Send it, then read the record: to verify a yes, or to look up a lost answer."""
    try:
        with operator.waiting(f"{_DOING[plan.request.operation]} {plan.named}", sent=Sent.WRITE):
            written = await session.connections.write(plan.request, record)
    except ApiError as error:
        if not error.outcome_unknown:
            raise
        return await _look_up(session, operator, plan, error)
    if written.write is None or written.gone:
        return Done(gone=written.gone)
    found = await _verify(session, operator, plan, written)
    if found.contradicts:
        session.memory.last_change = None  # nothing to undo, and nothing beyond it
        return NotStored(f"{found.words}.")
    notes = [found.words] if found.words else []
    if written.unreadable:
        notes.insert(0, f"The server said yes; its answer could not be read: {written.unreadable}")
    return Done(tuple(notes), written.record or found.record)


async def _look_up(
    session: Session, operator: Operator, plan: Plan, error: ApiError
) -> Done | Unknown:
    """A change or delete that is found done is done; a new record may be someone else's."""
    with operator.waiting(f"No answer came; reading {plan.named} again", sent=Sent.LOST):
        found = await look_up(session.connections, error)
    operation = plan.request.operation
    error.advice = advice(operation, found) or error.advice
    unknown = Unknown(error, found)
    if found.done and operation is not Operation.CREATE:
        return Done(unanswered=unknown)
    return unknown


async def _verify(session: Session, operator: Operator, plan: Plan, written: Written) -> Found:
    """Read the record again; stopping that leaves the server's yes as it is."""
    assert written.write is not None
    reading = asyncio.create_task(verify(session.connections, written.write, written.record))
    try:
        with operator.waiting(f"Done; reading {plan.named} again", stop=reading.cancel):
            await asyncio.wait({reading})
    except asyncio.CancelledError:
        if session.report is not None:
            session.report(session, Unattended(written.write, None))
        raise
    finally:
        reading.cancel()
    return Found(None, problem="you stopped waiting") if reading.cancelled() else reading.result()
