"""Saving, deleting and undoing, all on one course: review, read, send once, look afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui import log
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, NotFound, TokenNeeded, TokenRefused, UnderWay
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused, Operation, Request, Write
from smtp_tui.api.writes import Unattended
from smtp_tui.editing.merge import Comparison, compare, resolve
from smtp_tui.editing.patch import Patch, inverse
from smtp_tui.text import record_name
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows.look_up import Found, advice, look_up
from smtp_tui.workflows.operator import About, Notice, Operator, Sent
from smtp_tui.workflows.planned_write import PlannedWrite, delete_plan, save_plan
from smtp_tui.workflows.session import Memory, Session
from smtp_tui.workflows.sign_in import read_signed_in, replace_token
from smtp_tui.workflows.taken_names import TakenNames

_CHOSEN: Final = "Values changed on the server; this is what you chose."
_CHANGED: Final = "Someone changed the record since you opened it; this is its current state."
_NEW_TOKEN: Final = "The token was renewed. Nothing has been changed yet; review again."


async def save_record(
    session: Session,
    operator: Operator,
    opened: Record | None,
    patch: Patch,
    notes: tuple[str, ...] = (),
    *,
    name: str = "",
    rehearse: bool = False,
    look_first: bool = False,
    taken: str = "",
    run: str = "",
    names: TakenNames | None = None,
) -> ends.Outcome:
    """Save a patch to the ``opened`` record, or as a new one of that name where that is None.

    ``notes`` stand in each review. ``rehearse`` does everything but send. ``look_first`` has the
    first review say whether a new name is taken, for an operator that then refuses; ``taken`` is
    the id of a record that is known to have it, which the first review says. ``run`` is the
    id of the run that it belongs to, and ``names`` what that knows of the names that are taken.
    """
    new = name.strip()
    job = _Job(session, operator, opened, patch, notes, new_name=new, run=run, names=names)
    job.taken = taken
    if look_first and opened is None:
        try:
            await job.name_is_free()
        except ApiError as error:
            return ends.Refused(error)
    return await _carry_out(job, rehearse=rehearse)


async def delete_record(
    session: Session,
    operator: Operator,
    record: Record,
    notes: tuple[str, ...] = (),
    *,
    rehearse: bool = False,
    run: str = "",
) -> ends.Outcome:
    """Delete a record as the last review showed it; the rest as of :func:`save_record`."""
    job = _Job(session, operator, record, Patch(), notes, deletes=True, run=run)
    return await _carry_out(job, rehearse=rehearse)


async def undo(session: Session, operator: Operator) -> ends.UndoOutcome | None:
    """Reverse the last change, through the same review; None where there is nothing to undo.

    A create is not undone; for a run there is a plan. A change that could not be undone can be
    tried again.
    """
    change = session.memory.last_change
    if isinstance(change, ends.Deleted):
        return ends.Recreate(change.before)
    if not isinstance(change, ends.Saved) or change.before is None:
        return None
    named = record_name(change.before.name, change.before.id)
    try:
        now = await _read(
            session, operator, change.before.id, f"Reading the current values of {named}"
        )
    except ApiError as error:
        return ends.Refused(error)
    back = inverse(change.patch, change.before, now)
    if not back.patch:
        return ends.Irreversible(back.lost) if back.lost else ends.Unchanged()
    outcome = await save_record(session, operator, now, back.patch, back.lost)
    if isinstance(outcome, ends.NotStored):
        session.memory.last_change = change
    if isinstance(outcome, ends.Saved):
        return replace(outcome, notes=(*back.lost, *outcome.notes))
    return outcome


# What a write shows, and what it compares with the server before it is sent


class _Job(Struct):
    """A write that is wanted: to save a patch, or to delete.

    ``record`` is what the operator last saw of it, None for a new one of ``new_name``. ``asides``
    are notes of every review, ``news`` those of the next one. ``taken`` is the id of a record that
    was seen to have the new name.
    """

    session: Session
    operator: Operator
    record: Record | None
    patch: Patch
    asides: tuple[str, ...]
    news: tuple[str, ...] = ()
    deletes: bool = False
    new_name: str = ""
    taken: str = ""
    run: str = ""
    names: TakenNames | None = None

    def plan(self, *notes: str) -> PlannedWrite | None:
        """What to review, with these notes besides; None where there is nothing to send."""
        notes = (*self.asides, *self.news, *notes)
        scope, record = self.session.target.scope, self.record
        if record is not None and self.deletes:
            return delete_plan(scope, record, notes)
        return save_plan(scope, record, self.new_name, self.patch, notes, self.taken)

    async def check(self, plan: PlannedWrite) -> ends.Conflicted | bool:
        """Look at the server after the review; False where there is another plan to review.

        The record is compared with what was seen. Of a new one, its name has to be free.
        """
        if self.record is None:
            return bool(self.taken) or await self.name_is_free()
        what = f"Reading {plan.named} before it is {'deleted' if self.deletes else 'changed'}"
        now = await _read(self.session, self.operator, self.record.id, what)
        comparison = compare(self.record, self.patch, now)
        clashes = ", ".join(conflict.name for conflict in comparison.conflicts)
        log.decision(f"{plan.named} was read again; conflicts: {clashes or 'none'}")
        if comparison.conflicts or (self.deletes and not comparison.clean):
            choices = await self.operator.resolve(self.session, comparison)
            if choices is None:
                return ends.Conflicted(comparison)
            self.patch, self.record = resolve(comparison, choices), now
            self.news = (_CHANGED if self.deletes else _CHOSEN,)
            return False
        self._tell(comparison, now)
        if comparison.already:
            already = ", ".join(comparison.already)
            self.patch = comparison.patch
            self.news = (f"Someone else already made the same change: {already}.",)
        return not comparison.already

    async def name_is_free(self) -> bool:
        """Whether no record has the new name; if one does, the next review says so.

        The server makes a second record of a name without a word.
        """
        what = f"Checking whether {record_name(self.new_name)} already exists"
        names, records = self.names or TakenNames(Clock()), self.session.list
        read = partial(names.taken, self.new_name, records)
        self.taken = await read_signed_in(self.session, self.operator, read, what, Sent.NOTHING)
        return not self.taken

    def _tell(self, comparison: Comparison, now: Record) -> None:
        """Say what others changed that is kept."""
        if comparison.name_changed:
            words = f"The record is now named {record_name(now.name, now.id)}."
            self.operator.tell(Notice(words, About.RECORD_NAME))
        if comparison.theirs:
            words = "; ".join(change.words() for change in comparison.theirs)
            words = f"Also changed by someone else, and kept: {words}"
            self.operator.tell(Notice(words, About.THEIR_CHANGE))

    def done(self, created: Record | None = None) -> ends.Saved | ends.Deleted:
        """The outcome once it was done. The server may not have told the id of a new record."""
        if self.record is None:
            return ends.Saved(created.id if created else None, self.new_name, None, self.patch)
        if self.deletes:
            return ends.Deleted(self.record)
        return ends.Saved(self.record.id, self.record.name, self.record, self.patch)


async def _read(session: Session, operator: Operator, record_id: str, what: str) -> Record:
    """The record as it is now, before anything is sent."""
    read = partial(session.connections.get, record_id)
    return await read_signed_in(session, operator, read, what, Sent.NOTHING)


# The course of every write


async def _carry_out(job: _Job, *, rehearse: bool) -> ends.Outcome:
    """Keep other writes away from the record until the outcome of this one is known."""
    memory = job.session.memory
    try:
        plan = job.plan()
        if plan is None:
            return ends.Unchanged()
        with _claimed(job.session, plan.request):
            outcome = await _review_and_send(job, plan, rehearse=rehearse)
    except NotFound as error:
        return ends.Refused(error) if job.record is None else ends.Gone(error)
    except (ApiError, IdRefused) as error:
        return ends.Refused(error)
    log.decision(f"outcome: {type(outcome).__name__}")
    if isinstance(outcome, ends.Saved | ends.Deleted):
        if job.run:
            _note_in_run(memory, job.run, outcome)
        else:
            memory.last_change = outcome
    elif job.run:
        pass  # what was done in the run before can be taken back yet
    elif isinstance(outcome, ends.NotStored):
        memory.last_change = None  # nothing to undo, and nothing beyond it
    return outcome


def _note_in_run(memory: Memory, run: str, outcome: ends.Saved | ends.Deleted) -> None:
    """Keep what a run changed, as one change."""
    change = memory.last_change
    if not isinstance(change, ends.RunChange) or change.run != run:
        change = memory.last_change = ends.RunChange(run)
    change.done.append(outcome)


@contextmanager
def _claimed(session: Session, request: Request) -> Iterator[None]:
    """Reserve a record, from the first review of a write until its outcome is known.

    Raises ``UnderWay`` where another write to that record has not ended.
    """
    call = session.client.call(request)
    session.client.writes.check_free(request, session.target, call)
    claims, claim = session.memory.claims, (request.record_id, request.new_name)
    if claim in claims:
        raise UnderWay(call, claims[claim])
    claims[claim] = request.operation
    try:
        yield
    finally:
        del claims[claim]


async def _review_and_send(job: _Job, plan: PlannedWrite | None, *, rehearse: bool) -> ends.Outcome:
    """Send what the last review showed; ``rehearse`` ends before the sending.

    After the first 401 it gets another token and the plan is reviewed again. Raises ``ApiError``
    where the server refused, or nothing was sent.
    """
    renewed = False
    while plan is not None:
        approved = await job.operator.review(job.session, plan)
        log.decision(f"review of {plan.verb} {plan.named}: {'yes' if approved else 'no'}")
        if not approved:
            return ends.Declined()
        checked = await job.check(plan)
        if isinstance(checked, ends.Conflicted):
            return checked
        if not checked:
            plan = job.plan()
            continue
        if rehearse:
            return ends.Declined()
        used = job.session.tokens.token()
        try:
            return await _send(job, plan)
        except (TokenRefused, TokenNeeded) as error:
            if renewed or not await replace_token(job.session, job.operator, used, error.why):
                raise
            renewed, plan = True, job.plan(_NEW_TOKEN)
    return ends.Unchanged()


async def _send(job: _Job, plan: PlannedWrite) -> ends.Outcome:
    """Send it, then read the record: to verify a yes, or to look up a lost answer."""
    try:
        with job.operator.waiting(f"{plan.doing} {plan.named}", sent=Sent.WRITE):
            write, written = await job.session.connections.write(plan.request, job.record, job.run)
    except ApiError as error:
        if not error.outcome_unknown or error.write is None:
            raise
        return await _look_up(job, plan, error, error.write)
    if written.gone:
        return ends.Gone()
    found = await _verify(job, plan, write, written.record)
    if found.contradicts:
        return ends.NotStored(f"{found.words}.")
    notes = [found.words] if found.words else []
    if written.unreadable:
        notes.insert(
            0, f"The server accepted it, but its answer could not be read: {written.unreadable}"
        )
    return replace(job.done(written.record or found.record), notes=tuple(notes))


async def _look_up(job: _Job, plan: PlannedWrite, error: ApiError, write: Write) -> ends.Outcome:
    """A change or delete that is found done is done; a new record may be someone else's."""
    with job.operator.waiting(f"No answer; reading {plan.named} again", sent=Sent.LOST):
        found = await look_up(job.session.connections, write, error)
    operation = plan.request.operation
    error.advice = advice(operation, found) or error.advice
    unknown = ends.Unknown(error, found)
    if found.done and operation is not Operation.CREATE:
        return replace(job.done(), unanswered=unknown)
    return unknown


async def _verify(job: _Job, plan: PlannedWrite, write: Write, created: Record | None) -> Found:
    """Read the record again; stopping that leaves the server's yes as it is."""
    session = job.session
    reading = asyncio.create_task(look_up(session.connections, write, created=created))
    try:
        with job.operator.waiting(f"Done; reading {plan.named} again", stop=reading.cancel):
            await asyncio.wait({reading})
    except asyncio.CancelledError:
        if session.report is not None:
            session.report(session, Unattended(write, None))
        raise
    finally:
        reading.cancel()
    return Found(None, problem="you stopped waiting") if reading.cancelled() else reading.result()
