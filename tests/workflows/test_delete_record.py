"""Deleting and undoing without a screen."""

from __future__ import annotations

import pytest

from smtp_tui.api.models import Record
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Replace, draft_of
from smtp_tui.editing.patch import patch_for
from smtp_tui.workflows.outcomes import (
    Conflicted,
    Declined,
    Deleted,
    Gone,
    Irreversible,
    NotStored,
    Recreate,
    Refused,
    Saved,
    Unchanged,
    Unknown,
)
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.write_record import delete_record, save_record, undo
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.workflows.scripted import ScriptedOperator
from tests.workflows.test_save_record import VALUES, change, create, opened, writes


async def test_what_was_reviewed_is_deleted(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    other = sandbox.add_record("OTHER", VALUES)
    outcome = await delete_record(session, operator, record, ("2 records are marked.",))
    (plan,) = operator.plans
    assert plan.changes == ("PRIMARY (mail.example.com:25) will be deleted",)
    assert plan.notes[0] == "2 records are marked."
    assert plan.destroys
    assert outcome == Deleted(record)
    assert session.memory.last_change is outcome
    assert [each.id for each in sandbox.records()] == [other]


async def test_without_approval_or_in_a_rehearsal_nothing_is_deleted(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    assert await delete_record(session, ScriptedOperator(False), record) == Declined()
    assert await delete_record(session, ScriptedOperator(), record, rehearse=True) == Declined()
    assert writes(sandbox) == []


async def test_a_record_changed_meanwhile_stays_unless_it_is_looked_at_again(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)

    def someone() -> None:
        sandbox.change_record(record.id, {"port": 465})

    outcome = await delete_record(session, ScriptedOperator(someone), record)
    assert isinstance(outcome, Conflicted)
    assert [change.words() for change in outcome.comparison.theirs] == ["port 25 → 465"]
    assert writes(sandbox) == []
    operator = ScriptedOperator(choices={})
    assert isinstance(await delete_record(session, operator, record), Deleted)
    assert operator.plans[1].changes == ("PRIMARY (mail.example.com:465) will be deleted",)


@pytest.mark.parametrize("told", [True, False])
async def test_a_record_that_is_gone_is_told_as_gone(
    sandbox: Sandbox, session: Session, told: bool
) -> None:
    record = await opened(sandbox, session)
    operator = ScriptedOperator()
    if told:
        sandbox.delete_record(record.id)
    else:
        body = b'{"count":0}'
        sandbox.faults.add(Fault(FaultKind.RAW, Operation.DELETE, status=200, body=body))
    assert isinstance(await delete_record(session, operator, record), Gone)


@pytest.mark.parametrize("done", [True, False])
async def test_a_lost_answer_is_looked_up_and_nothing_is_repeated(
    sandbox: Sandbox, session: Session, done: bool
) -> None:
    record = await opened(sandbox, session)
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.DELETE, after_work=done))
    outcome = await delete_record(session, ScriptedOperator(), record)
    assert isinstance(outcome, Deleted if done else Unknown)
    assert len(writes(sandbox)) == 1


async def test_a_yes_that_deleted_nothing_is_not_deleted(
    sandbox: Sandbox, session: Session
) -> None:
    record = await opened(sandbox, session)
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.DELETE, status=200, body=b'{"count":1}'))
    outcome = await delete_record(session, ScriptedOperator(), record)
    assert outcome == NotStored("The server accepted it, but still has the record.")
    assert session.memory.last_change is None


async def test_an_id_that_cannot_stand_in_a_path_is_refused(
    sandbox: Sandbox, session: Session
) -> None:
    assert isinstance(
        await delete_record(session, ScriptedOperator(), Record(id="..", name="X")), Refused
    )
    assert sandbox.requests == ()


async def test_undo_sends_the_reverse_through_a_review(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    await change(session, operator, record, port="587")
    sandbox.change_record(record.id, {"username": "other"})
    assert isinstance(await undo(session, operator), Saved)
    assert operator.plans[-1].changes == ("port 587 → 25",)
    assert sandbox.record(record.id).values == {**VALUES, "username": "other"}


async def test_an_undo_that_was_not_stored_can_be_tried_again(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    saved = await change(session, operator, record, port="587")
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.MODIFY, status=200, body=b"{}"))
    assert isinstance(await undo(session, operator), NotStored)
    assert session.memory.last_change is saved


async def test_what_cannot_return_is_told(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    draft = draft_of(record).with_text("tls", "true")
    await save_record(session, operator, record, patch_for(draft, record))
    partly = await undo(session, operator)
    assert isinstance(partly, Saved)
    assert partly.notes == ("tls: it did not exist before and can only be set to blank",)


async def test_what_someone_else_reversed_already_needs_no_undo(
    sandbox: Sandbox, session: Session
) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    await change(session, operator, record, port="587")
    sandbox.change_record(record.id, {"port": 25})
    assert await undo(session, operator) == Unchanged()
    assert len(writes(sandbox)) == 1


async def test_a_replaced_password_cannot_return(sandbox: Sandbox, session: Session) -> None:
    record, operator = await opened(sandbox, session), ScriptedOperator()
    draft = draft_of(record).with_secret("password", Replace(SecretStr("n3w")))
    await save_record(session, operator, record, patch_for(draft, record))
    outcome = await undo(session, operator)
    assert isinstance(outcome, Irreversible)
    assert "must be entered again" in outcome.lost[0]
    assert len(writes(sandbox)) == 1


async def test_a_delete_is_undone_by_creating_the_record_anew_and_a_create_is_not(
    sandbox: Sandbox, session: Session
) -> None:
    assert await undo(session, ScriptedOperator()) is None
    record = await opened(sandbox, session)
    await delete_record(session, ScriptedOperator(), record)
    assert await undo(session, ScriptedOperator()) == Recreate(record)
    await create(session, ScriptedOperator(), "NEW")
    assert session.memory.created
    assert await undo(session, ScriptedOperator()) is None
