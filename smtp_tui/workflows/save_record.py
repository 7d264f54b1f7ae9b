"""Saving a record: what changes of one that exists, or a new one."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.errors import ApiError, NotFound
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.merge import Comparison, compare, resolve
from smtp_tui.editing.patch import Patch
from smtp_tui.text import record_name
from smtp_tui.workflows.operator import About, Notice, Operator, Sent
from smtp_tui.workflows.outcomes import (
    Conflicted,
    Gone,
    Refused,
    Saved,
    SaveOutcome,
    Unchanged,
)
from smtp_tui.workflows.plan import Plan, save_plan, save_request
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in
from smtp_tui.workflows.write import Done, carry_out, claimed

_CHOSEN: Final = "Values changed on the server meanwhile; this is what you chose."
_TAKEN: Final = "A record of this name exists already; this makes a second one."


async def save_record(
    session: Session,
    operator: Operator,
    draft: Draft,
    opened: Record | None,
    patch: Patch,
    notes: tuple[str, ...] = (),
    *,
    rehearse: bool = False,
    look_first: bool = False,
) -> SaveOutcome:
    """Save the patch of a draft: to the ``opened`` record, or as a new one where that is None.

    ``notes`` stand in each review. ``rehearse`` does everything but send. ``look_first`` has the
    first review say whether a new name is taken, for an operator that then refuses.
    """
    job = _Save(session, operator, draft, opened, patch, notes)
    try:
        request = save_request(session.target.scope, draft, patch)
        if request is None:
            return Unchanged()
        with claimed(session, request):
            if look_first and opened is None:
                await job.name_is_free()
            outcome = await carry_out(session, operator, job, rehearse=rehearse)
    except NotFound as error:
        return Refused(error) if opened is None else Gone(error)
    except (ApiError, IdRefused) as error:
        return Refused(error)
    if not isinstance(outcome, Done):
        return outcome
    saved = job.saved(outcome)
    session.memory.last_change = saved
    return saved


class _Save(Struct):
    """What is to be saved, and the record as the operator last saw it.

    ``asides`` are notes of every review, ``news`` those of the next one. ``taken`` is the id of a
    record that was seen to have the new name.
    """

    session: Session
    operator: Operator
    draft: Draft
    record: Record | None
    patch: Patch
    asides: tuple[str, ...]
    news: tuple[str, ...] = ()
    taken: str = ""

    def plan(self, *notes: str) -> Plan | None:
        """The changes that are left, or the new record."""
        notes = (*self.asides, *self.news, *notes)
        scope = self.session.target.scope
        return save_plan(scope, self.draft, self.patch, notes, self.taken)

    async def check(self, plan: Plan) -> Conflicted | bool:
        """Compare with the record as it is now; of a new one, whether its name is free."""
        if self.record is None:
            return bool(self.taken) or await self.name_is_free()
        record_id = self.record.id
        now = await read_signed_in(
            self.session,
            self.operator,
            lambda: self.session.connections.get(record_id),
            f"Reading {plan.named} before it is changed",
            Sent.NOTHING,
        )
        comparison = compare(self.record, self.patch, now)
        if comparison.conflicts:
            choices = await self.operator.resolve(self.session, comparison)
            if choices is None:
                return Conflicted(comparison)
            self.patch, self.record = resolve(comparison, choices), now
            self.news = (_CHOSEN,)
            return False
        self._tell(comparison, now)
        if comparison.already:
            already = ", ".join(comparison.already)
            self.patch = comparison.patch
            self.news = (f"Someone else changed to the same already: {already}.",)
        return not comparison.already

    async def name_is_free(self) -> bool:
        """Whether no record has the new name; if one does, the next review says so.

        The server makes a second record of a name without a word.
        """
        name = self.draft.name.strip()
        found = await read_signed_in(
            self.session,
            self.operator,
            self.session.connections.list,
            f"Reading whether {record_name(name)} exists already",
            Sent.NOTHING,
        )
        same = [record.id for record in found.records if record.name == name]
        self.taken = same[0] if same else ""
        self.news = (_TAKEN,) if same else ()
        return not same

    def _tell(self, comparison: Comparison, now: Record) -> None:
        """Say what others changed that is kept."""
        if comparison.name_changed:
            words = f"The record is called {record_name(now.name, now.id)} now."
            self.operator.tell(Notice(words, About.RECORD_NAME))
        if comparison.theirs:
            words = "; ".join(change.words() for change in comparison.theirs)
            words = f"Changed by someone else meanwhile, and kept: {words}"
            self.operator.tell(Notice(words, About.THEIR_CHANGE))

    def saved(self, done: Done) -> Saved:
        """The outcome of a save that was done."""
        before, created = self.record, done.created
        record_id = before.id if before is not None else created.id if created else None
        name = before.name if before is not None else self.draft.name.strip()
        return Saved(record_id, name, before, self.patch, done.notes, done.unanswered)
