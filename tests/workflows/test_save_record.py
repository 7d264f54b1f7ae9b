"""Saving without a screen: what is reviewed, what is sent, and what is found out afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from msgspec.structs import replace

from smtp_tui.api.errors import AccessRefused, StatusError, TokenRefused, UnderWay
from smtp_tui.api.models import Record
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access
from smtp_tui.editing.draft import Replace, draft_of, new_draft
from smtp_tui.editing.merge import Side
from smtp_tui.editing.patch import patch_for
from smtp_tui.workflows.operator import Sent
from smtp_tui.workflows.outcomes import (
    Conflicted,
    Declined,
    Gone,
    NotStored,
    Outcome,
    Refused,
    Saved,
    Unchanged,
    Unknown,
)
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.write_record import save_record
from tests.failing_sandbox import Fault, FaultKind, Operation, RecordedRequest, Sandbox
from tests.workflows.scripted import ScriptedOperator

VALUES = {"hostname": "mail.example.com", "port": 25, "username": "relay"}


def writes(sandbox: Sandbox) -> list[RecordedRequest]:
    """What was sent that is no read."""
    return [request for request in sandbox.requests if request.method != "GET"]


async def opened(sandbox: Sandbox, session: Session) -> Record:
    """A record as it is when its form opens."""
    return await session.connections.get(sandbox.add_record("PRIMARY", VALUES))


async def change(
    session: Session,
    operator: ScriptedOperator,
    record: Record,
    *,
    rehearse: bool = False,
    **texts: str,
) -> Outcome:
    """Save other texts for parameters of a record."""
    draft = draft_of(record)
    for name, text in texts.items():
        draft = draft.with_text(name, text)
    patch = patch_for(draft, record)
    return await save_record(session, operator, record, patch, rehearse=rehearse)


async def create(
    session: Session, operator: ScriptedOperator, name: str, *, look_first: bool = False
) -> Outcome:
    """Create a record."""
    draft = new_draft(name, "mail.example.com", "587")
    patch = patch_for(draft, None)
    return await save_record(session, operator, None, patch, name=name, look_first=look_first)


def changes(sandbox: Sandbox, record: Record, **values: object) -> Callable[[], None]:
    """Someone else changes the record."""
    return lambda: sandbox.change_record(record.id, values)


async def test_what_was_reviewed_is_sent_and_nothing_else(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    outcome = await change(session, operator, record, port="587")
    (plan,), (request,) = operator.plans, writes(sandbox)
    assert plan.changes == ("port 25 → 587",)
    assert request.json() == json.loads(plan.request.masked_body())
    assert isinstance(outcome, Saved)
    assert (outcome.before, outcome.notes) == (record, ())
    assert session.memory.last_change is outcome


async def test_without_approval_nothing_is_read_or_sent(sandbox: Sandbox, session: Session) -> None:
    record = await opened(sandbox, session)
    sandbox.forget_requests()
    outcome = await change(session, ScriptedOperator(False), record, port="587")
    assert (outcome, sandbox.requests) == (Declined(), ())


async def test_what_changes_nothing_is_not_even_reviewed(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    assert await change(session, operator, record, port="25") == Unchanged()
    assert (operator.plans, writes(sandbox)) == ([], [])


async def test_a_rehearsal_does_everything_but_send(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    assert await change(session, operator, record, rehearse=True, port="587") == Declined()
    assert (len(operator.plans), writes(sandbox)) == (1, [])


async def test_a_conflict_that_is_not_resolved_sends_nothing(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator(changes(sandbox, record, port=465))
    outcome = await change(session, operator, record, port="587", hostname="new.example.com")
    assert isinstance(outcome, Conflicted)
    assert [conflict.name for conflict in outcome.comparison.conflicts] == ["port"]
    assert writes(sandbox) == []


async def test_a_resolved_conflict_is_reviewed_again_before_it_is_sent(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator(changes(sandbox, record, port=465), choices={"port": Side.MINE})
    assert isinstance(await change(session, operator, record, port="587"), Saved)
    assert [plan.changes for plan in operator.plans] == [("port 25 → 587",), ("port 465 → 587",)]
    assert sandbox.record(record.id).values["port"] == 587


async def test_another_change_during_the_second_review_is_another_conflict(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    someone = (changes(sandbox, record, port=465), changes(sandbox, record, port=2525))
    operator = ScriptedOperator(*someone, choices={"port": Side.MINE})
    assert isinstance(await change(session, operator, record, port="587"), Saved)
    assert [plan.changes for plan in operator.plans][1:] == [
        ("port 465 → 587",),
        ("port 2525 → 587",),
    ]
    assert len(writes(sandbox)) == 1


async def test_a_conflict_resolved_for_the_server_leaves_nothing_to_send(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator(changes(sandbox, record, port=465), choices={"port": Side.THEIRS})
    assert await change(session, operator, record, port="587") == Unchanged()
    assert writes(sandbox) == []


async def test_what_others_changed_besides_is_kept_and_told(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator(changes(sandbox, record, username="other"))
    assert isinstance(await change(session, operator, record, port="587"), Saved)
    assert operator.notices == [
        'Also changed by someone else, and kept: username "relay" → "other"'
    ]
    assert sandbox.record(record.id).values == {**VALUES, "username": "other", "port": 587}


async def test_what_others_changed_to_the_same_is_reviewed_again_without_it(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator(changes(sandbox, record, port=587))
    outcome = await change(session, operator, record, port="587", hostname="new.example.com")
    assert isinstance(outcome, Saved)
    assert operator.plans[1].changes == ('hostname "mail.example.com" → "new.example.com"',)
    assert operator.plans[1].notes == ("Someone else already made the same change: port.",)


async def test_that_a_changed_password_cannot_be_seen_is_told_only_where_one_is_sent(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator(False, False)
    draft = draft_of(record).with_secret("password", Replace(SecretStr("n3w")))
    await save_record(session, operator, record, patch_for(draft, record))
    await change(session, operator, record, port="587")
    assert [plan.notes for plan in operator.plans] == [
        ("A password change by someone else cannot be detected.",),
        (),
    ]


async def test_a_record_that_is_gone_before_the_write_is_told_as_gone(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator(lambda: sandbox.delete_record(record.id))
    assert isinstance(await change(session, operator, record, port="587"), Gone)
    assert writes(sandbox) == []


async def test_a_401_to_the_write_leads_to_another_review_with_the_new_token(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator(token=sandbox.issue_token())
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY))
    assert isinstance(await change(session, operator, record, port="587"), Saved)
    assert [bool(plan.notes) for plan in operator.plans] == [False, True]
    assert len(writes(sandbox)) == 2


async def test_a_second_401_to_the_write_ends_it(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator(token=sandbox.issue_token())
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY, count=None))
    outcome = await change(session, operator, record, port="587")
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, TokenRefused)
    assert len(writes(sandbox)) == 2


async def test_a_401_without_another_token_ends_it(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY))
    assert isinstance(await change(session, operator, record, port="587"), Refused)
    assert (len(operator.plans), len(writes(sandbox))) == (1, 1)


async def test_a_lost_answer_to_a_change_that_is_found_done_counts_as_saved(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.MODIFY, after_work=True))
    outcome = await change(session, operator, record, port="587")
    assert isinstance(outcome, Saved)
    assert outcome.unanswered is not None
    assert len(writes(sandbox)) == 1


async def test_a_lost_answer_to_a_change_that_is_not_found_is_unknown(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    sandbox.faults.add(Fault(FaultKind.BAD_GATEWAY, Operation.MODIFY))
    outcome = await change(session, operator, record, port="587")
    assert isinstance(outcome, Unknown)
    assert outcome.found.done is False
    assert "still has the old values" in " ".join(outcome.error.lines())
    assert (session.memory.last_change, len(writes(sandbox))) == (None, 1)


async def test_a_yes_that_stored_nothing_is_not_saved_and_cannot_be_undone(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    assert isinstance(await change(session, operator, record, port="465"), Saved)
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.MODIFY, status=200, body=b"{}"))
    now = await session.connections.get(record.id)
    outcome = await change(session, operator, now, port="587")
    assert outcome == NotStored("The server accepted it, but still has 465 for port.")
    assert session.memory.last_change is None


async def test_a_refusal_is_told_and_not_repeated(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    sandbox.faults.add(Fault(FaultKind.INVALID, Operation.MODIFY))
    outcome = await change(session, operator, record, port="587")
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, StatusError)
    assert len(writes(sandbox)) == 1


async def test_a_record_has_one_write_at_a_time(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.GET, seconds=0.3))
    first, second = await asyncio.gather(
        change(session, operator, record, port="587"), change(session, operator, record, port="465")
    )
    assert isinstance(first, Saved)
    assert isinstance(second, Refused)
    assert isinstance(second.error, UnderWay)
    assert len(writes(sandbox)) == 1


async def test_a_taken_name_is_reviewed_again_before_a_second_record_of_it_is_made(
    sandbox: Sandbox, session: Session
) -> None:
    taken = sandbox.add_record("NEW", VALUES)
    operator = ScriptedOperator(True, False)
    assert await create(session, operator, "NEW") == Declined()
    assert [plan.taken for plan in operator.plans] == ["", taken]
    assert writes(sandbox) == []
    assert isinstance(await create(session, ScriptedOperator(), "NEW"), Saved)


async def test_the_first_review_can_say_that_a_name_is_taken(
    sandbox: Sandbox, session: Session
) -> None:
    taken = sandbox.add_record("NEW", VALUES)
    operator = ScriptedOperator(False)
    assert await create(session, operator, "NEW", look_first=True) == Declined()
    assert [plan.taken for plan in operator.plans] == [taken]


@pytest.mark.parametrize("look_first", [True, False])
async def test_a_name_that_is_taken_during_a_review_is_told_before_anything_is_sent(
    sandbox: Sandbox, session: Session, look_first: bool
) -> None:
    operator = ScriptedOperator(lambda: sandbox.add_record("NEW", VALUES), False)
    assert await create(session, operator, "NEW", look_first=look_first) == Declined()
    assert writes(sandbox) == []


async def test_a_name_is_looked_for_again_after_a_401(sandbox: Sandbox, session: Session) -> None:
    someone = (True, lambda: sandbox.add_record("NEW", VALUES), False)
    operator = ScriptedOperator(*someone, token=sandbox.issue_token())
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.CREATE))
    assert await create(session, operator, "NEW") == Declined()
    assert [bool(plan.taken) for plan in operator.plans] == [False, False, True]
    assert len(writes(sandbox)) == 1


async def test_a_lost_answer_to_a_create_names_the_record_that_has_its_name(
    sandbox: Sandbox, session: Session
) -> None:
    class Meanwhile(ScriptedOperator):
        """Someone else makes a record of the name before it is looked up."""

        @contextmanager
        def waiting(
            self, what: str, *, sent: Sent | None = None, stop: object = None
        ) -> Iterator[None]:
            """Add the record once the answer is lost."""
            if sent is Sent.LOST:
                self.waits.append(sandbox.add_record("NEW", VALUES))
            yield

    operator = Meanwhile()
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.CREATE))
    outcome = await create(session, operator, "NEW")
    assert isinstance(outcome, Unknown)
    assert outcome.found.done is None
    assert f"exists (id {operator.waits[0]})" in " ".join(outcome.error.lines())


async def test_a_lost_answer_to_a_create_is_unknown_even_where_the_name_is_there(
    sandbox: Sandbox, session: Session
) -> None:
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.CREATE, after_work=True))
    outcome = await create(session, ScriptedOperator(), "NEW")
    assert isinstance(outcome, Unknown)
    assert outcome.found.record is not None
    assert len(writes(sandbox)) == 1


async def test_an_approval_alone_sends_nothing_to_a_protected_profile(
    sandbox: Sandbox, session: Session
) -> None:
    protected = replace(session, target=replace(session.target, access=Access.PROTECTED))
    record = await opened(sandbox, session)
    outcome = await change(protected, ScriptedOperator(), record, port="587")
    await protected.aclose()
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, AccessRefused)
    assert writes(sandbox) == []
