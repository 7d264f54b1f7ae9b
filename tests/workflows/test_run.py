"""Carrying a plan out: every outcome is right, nothing is sent twice, nothing stops the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api import requests as api_requests
from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Record
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access
from smtp_tui.editing.patch import Change, Patch
from smtp_tui.editing.values import ABSENT
from smtp_tui.sandbox.accounts import MAIL_NAMESPACE
from smtp_tui.state.history import TestHistory
from smtp_tui.state.journal import Journal
from smtp_tui.state.written import writes_of
from smtp_tui.workflows.plan import (
    Place,
    Plan,
    PlanEntry,
    change_entries,
    delete_entries,
    mail_entries,
)
from smtp_tui.workflows.progress import Progress, results_of
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Memory, Session
from smtp_tui.workflows.taken_names import FRESH
from smtp_tui.workflows.test_email import TestMails
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import HeldClock
from tests.waiting import until
from tests.workflows.scripted import ScriptedOperator

TO_587 = (Change("port", ABSENT, 587),)
RUN = "run-1"
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)
"""When a plan was made, before all writes."""


async def listed(sandbox: Sandbox, session: Session, count: int) -> tuple[Record, ...]:
    """So many records, as the list shows them."""
    for number in range(count):
        sandbox.add_record(f"RELAY-{number}", {"hostname": "mx.example", "port": 25})
    return (await session.connections.list()).records


def run_of(
    session: Session,
    plan: Plan,
    tmp_path: Path,
    operator: ScriptedOperator | None = None,
    changed: Callable[[int], object] = lambda number: None,
) -> Run:
    """A run of a plan in the one session there is."""
    mails = TestMails(TestHistory(tmp_path / "state"))
    asked = operator or ScriptedOperator()
    return Run(RUN, plan, lambda profile: session, asked, mails, Clock(), changed)


def changing(session: Session, records: tuple[Record, ...]) -> Plan:
    """The plan that moves them to port 587."""
    entries = change_entries(session.profile.name, records, TO_587)
    return Plan("Change", entries, (Place.of(session, len(records)),))


def ports(sandbox: Sandbox) -> list[object]:
    """The ports that the server holds."""
    return [record.values["port"] for record in sandbox.records()]


def progress(run: Run) -> list[Progress]:
    """How far each entry is."""
    return [result.progress for result in run.results]


async def test_each_record_is_changed_once_and_the_journal_ties_them_together(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 9)
    run = run_of(session, changing(session, records), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.DONE] * 9
    assert ports(sandbox) == [587] * 9
    assert sum(request.operation == Operation.MODIFY for request in sandbox.requests) == 9
    written = writes_of(Journal(tmp_path / "state").read().entries)
    assert [write.begun.run for write in written] == [RUN] * 9


async def test_no_more_than_four_writes_are_under_way_at_one_host(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 12)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.05, count=None))
    most = 0

    def look(_: int) -> None:
        nonlocal most
        most = max(most, run.counts.under_way)

    run = run_of(session, changing(session, records), tmp_path, changed=look)
    await run.carry_out()
    assert most == 4


async def test_a_failure_stops_no_other_entry(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 6)
    sandbox.faults.add(Fault(FaultKind.INVALID, Operation.MODIFY, count=2))
    run = run_of(session, changing(session, records), tmp_path)
    await run.carry_out()
    assert run.counts.failed == 2
    assert run.counts.done == 4
    await run.carry_out(run.can_retry)
    assert progress(run) == [Progress.DONE] * 6


async def test_what_someone_changed_since_the_plan_is_left_alone(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 3)
    sandbox.change_record(records[0].id, {"port": 2525})
    sandbox.change_record(records[1].id, {"port": 587})
    run = run_of(session, changing(session, records), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.FAILED, Progress.ALREADY, Progress.DONE]
    assert "someone changed port" in run.results[0].words
    assert ports(sandbox) == [2525, 587, 587]


async def test_of_two_changes_only_the_one_that_is_still_needed_is_sent(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    (record,) = await listed(sandbox, session, 1)
    wanted = [*TO_587, Change("hostname", ABSENT, "new.example")]
    plan = Plan("Change", change_entries(session.profile.name, [record], wanted))
    sandbox.change_record(record.id, {"port": 587})
    run = run_of(session, plan, tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.DONE]
    (sent,) = (each for each in sandbox.requests if each.operation == Operation.MODIFY)
    assert b"new.example" in sent.body
    assert b"587" not in sent.body


async def test_a_lost_answer_is_looked_up_and_the_write_is_not_repeated(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 5)
    sandbox.faults.add(Fault(FaultKind.RESET_MID_HEAD, Operation.MODIFY, count=2))
    run = run_of(session, changing(session, records), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.DONE] * 5
    assert sum(request.operation == Operation.MODIFY for request in sandbox.requests) == 5


async def test_a_host_that_asks_to_wait_is_waited_for_before_anything_is_sent(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 3)
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, Operation.GET, count=2, retry_after="1"))
    run = run_of(session, changing(session, records), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.DONE] * 3
    assert sum(request.operation == Operation.MODIFY for request in sandbox.requests) == 3


@pytest.mark.slow
async def test_a_host_that_asks_to_wait_is_left_alone_that_long(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 2)
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, Operation.GET, count=None, retry_after="60"))
    run = run_of(session, changing(session, records[:1]), tmp_path)
    task = asyncio.create_task(run.carry_out())
    await asyncio.to_thread(sandbox.wait_for_requests, 2)  # the list, and the first read
    done, _ = await asyncio.wait({task}, timeout=2.5)
    assert not done
    assert sum(request.operation == Operation.GET for request in sandbox.requests) == 1
    run.stop()
    await task
    assert progress(run) == [Progress.LEFT]


async def test_a_write_that_was_refused_with_429_fails_and_is_not_sent_again(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 1)
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, Operation.MODIFY, retry_after="1"))
    run = run_of(session, changing(session, records), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.FAILED]
    assert run.can_retry == (0,)
    assert sum(request.operation == Operation.MODIFY for request in sandbox.requests) == 1


@pytest.mark.parametrize("given", [True, False])
async def test_an_ended_token_is_asked_for_once(
    sandbox: Sandbox, session: Session, tmp_path: Path, *, given: bool
) -> None:
    records = await listed(sandbox, session, 8)
    good = session.tokens.token()
    assert good is not None
    session.tokens.accept(SecretStr("ended"))
    operator = ScriptedOperator(token=good.get_secret_value() if given else "")
    run = run_of(session, changing(session, records), tmp_path, operator)
    await run.carry_out()
    assert len(operator.asked) == 1
    assert progress(run) == [Progress.DONE if given else Progress.FAILED] * 8


async def test_stopping_begins_nothing_more_and_the_rest_is_left(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 10)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.2, count=None))

    stops = [True]

    def stop(_: int) -> None:
        if run.counts.under_way == 4 and stops:
            stops.clear()
            run.stop()

    run = run_of(session, changing(session, records), tmp_path, changed=stop)
    await run.carry_out()
    assert run.counts.left == 6
    assert ports(sandbox).count(587) == run.counts.done == 4
    await run.carry_out()
    assert run.counts.done == 10


async def test_deleting_what_is_gone_is_no_failure(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 3)
    await session.connections.get(records[0].id)
    sandbox.delete_record(records[0].id)
    run = run_of(session, Plan("Delete", delete_entries("p", records)), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.ALREADY, Progress.DONE, Progress.DONE]
    assert sandbox.records() == ()


async def test_in_a_protected_profile_the_plan_confirms_each_name(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 3)
    protected = replace(session, target=replace(session.target, access=Access.PROTECTED))
    run = run_of(protected, changing(protected, records), tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.DONE] * 3


async def test_a_profile_that_leads_elsewhere_by_now_is_left_alone(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 2)
    plan = changing(session, records)
    scope = replace(session.target.scope, tenant="another")
    other = replace(session, target=replace(session.target, scope=scope))
    before = len(sandbox.requests)
    run = run_of(other, plan, tmp_path)
    await run.carry_out()
    assert progress(run) == [Progress.FAILED] * 2
    assert "another host, tenant or team" in run.results[0].words
    assert len(sandbox.requests) == before


async def test_test_mails_end_with_their_verdicts(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    host, port = "127.0.0.1", sandbox.smtp_port
    sandbox.add_record("GOOD", {"hostname": host, "port": port})
    sandbox.add_record("DOWN", {"hostname": host, "port": 9})
    records = (await session.connections.list()).records
    plan = Plan("Test", mail_entries(session.profile.name, records, "to@example.com"))
    run = run_of(session, plan, tmp_path)
    await run.carry_out()
    verdicts = [result.verdict and result.verdict.value for result in run.results]
    assert verdicts == ["ACCEPTED", "UNREACHABLE"]


async def test_a_killed_run_goes_on_with_what_the_journal_does_not_know_the_end_of(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 6)
    plan = changing(session, records)
    sandbox.faults.add(Fault(FaultKind.INVALID, Operation.MODIFY, count=1))
    first = run_of(session, plan, tmp_path)
    await first.carry_out(range(3))
    told = results_of(plan, RUN, EARLIER, writes_of(Journal(tmp_path / "state").read().entries))
    assert sorted(result.progress.value for result in told) == sorted(
        ["failed", "done", "done", "left", "left", "left"]
    )
    mails = TestMails(TestHistory(tmp_path / "state"))
    again = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, Clock(), results=told)
    await again.carry_out()
    assert again.counts.done == 5
    assert sum(request.operation == Operation.MODIFY for request in sandbox.requests) == 6


async def test_what_a_killed_run_may_have_created_is_not_called_another_record(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    patch = Patch((Change("hostname", ABSENT, "mx.example"),))
    entry = PlanEntry(session.profile.name, api_requests.Operation.CREATE, name="NEW", patch=patch)
    plan, state = Plan("Create", (entry,)), tmp_path / "state"
    await run_of(session, plan, tmp_path).carry_out()
    journal = Journal(state)
    intent, _ = journal.path.read_text().splitlines(keepends=True)
    journal.path.write_text(intent)  # it was killed before its outcome was journalled
    told = results_of(plan, RUN, EARLIER, writes_of(journal.read().entries))
    mails = TestMails(TestHistory(state))
    again = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, Clock(), results=told)
    await again.carry_out()
    assert progress(again) == [Progress.UNKNOWN]
    assert "which this run may have created" in again.results[0].words
    assert len(sandbox.records()) == 1


class SleepingClock(HeldClock):
    """A clock whose machine sleeps: the time of day goes on, what counts seconds does not."""

    slept = timedelta()

    def now(self) -> datetime:
        return super().now() + self.slept


def creating(session: Session, *names: str) -> Plan:
    """The plan that creates records of these names."""
    patch = Patch((Change("hostname", ABSENT, "mx.example"),))
    create, profile = api_requests.Operation.CREATE, session.profile.name
    return Plan("Create", tuple(PlanEntry(profile, create, name=n, patch=patch) for n in names))


def lists(sandbox: Sandbox) -> int:
    """How often the whole list was read."""
    return sum(request.operation == Operation.LIST for request in sandbox.requests)


async def test_many_creates_read_the_list_once_and_make_no_second_record_of_a_name(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    sandbox.add_record("OLD", {"hostname": "mx.example"})
    new = [f"NEW-{number}" for number in range(20)]
    plan, mails = creating(session, *new, "OLD", new[0]), TestMails(TestHistory(tmp_path / "state"))
    run = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, HeldClock())
    await run.carry_out()
    assert progress(run) == [*[Progress.DONE] * 20, Progress.FAILED, Progress.FAILED]
    assert sorted(record.name for record in sandbox.records()) == sorted([*new, "OLD"])
    assert lists(sandbox) == 1


async def test_after_a_create_whose_answer_was_lost_the_list_is_read_again(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    plan, mails = creating(session, "FIRST", "A", "A"), TestMails(TestHistory(tmp_path / "state"))
    run = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, HeldClock())
    await run.carry_out([0])
    lost = Fault(FaultKind.RESET_MID_HEAD, Operation.CREATE, count=1)
    sandbox.faults.add(lost)
    await run.carry_out([1])
    await run.carry_out([2])
    assert progress(run) == [Progress.DONE, Progress.UNKNOWN, Progress.FAILED]
    assert sorted(record.name for record in sandbox.records()) == ["A", "FIRST"]


async def test_a_name_that_others_take_during_a_run_is_seen_once_the_list_is_old(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    clock, mails = HeldClock(), TestMails(TestHistory(tmp_path / "state"))
    plan = creating(session, "A", "B", "C")
    run = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, clock)
    await run.carry_out([0])
    sandbox.add_record("C", {"hostname": "mx.example"})
    await run.carry_out([1])
    assert lists(sandbox) == 1
    clock.forward(FRESH.total_seconds() + 1)
    await run.carry_out([2])
    assert progress(run) == [Progress.DONE, Progress.DONE, Progress.FAILED]
    assert lists(sandbox) == 2


async def test_a_list_from_before_the_machine_slept_is_old(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    clock, mails = SleepingClock(), TestMails(TestHistory(tmp_path / "state"))
    run = Run(RUN, creating(session, "A", "B"), lambda _: session, ScriptedOperator(), mails, clock)
    await run.carry_out([0])
    sandbox.add_record("B", {"hostname": "mx.example"})
    clock.slept = timedelta(hours=8)
    await run.carry_out([1])
    assert progress(run) == [Progress.DONE, Progress.FAILED]


async def test_what_was_created_in_one_team_is_seen_in_another_of_the_tenant(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    scope = replace(session.target.scope, team=MAIL_NAMESPACE.team)
    beside = Session(
        replace(session.profile, name="beside"),
        replace(session.target, name="beside", scope=scope),
        *(session.tokens, Memory(""), session.make_client, session.keep_trust),
    )
    plan, mails = creating(session, "B", "A", "A"), TestMails(TestHistory(tmp_path / "state"))
    first, there, again = plan.entries
    plan = replace(plan, entries=(first, replace(there, profile="beside"), again))
    sessions = {session.profile.name: session, "beside": beside}
    run = Run(RUN, plan, sessions.__getitem__, ScriptedOperator(), mails, HeldClock())
    for number in range(3):
        await run.carry_out([number])
    await beside.aclose()
    assert progress(run) == [Progress.DONE, Progress.DONE, Progress.FAILED]
    assert [record.name for record in sandbox.records()].count("A") == 1


async def test_a_create_that_was_left_is_not_sent_again_on_the_word_of_an_old_list(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    plan, mails = creating(session, "FIRST", "A"), TestMails(TestHistory(tmp_path / "state"))
    run = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, HeldClock())
    await run.carry_out([0])
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.CREATE, seconds=0.3))
    before = len(sandbox.requests)
    left = asyncio.create_task(run.carry_out([1]))
    await asyncio.to_thread(sandbox.wait_for_requests, before + 1)
    left.cancel()
    await asyncio.wait({left})
    await until(lambda: not session.under_way)
    await run.carry_out([1])
    assert progress(run) == [Progress.DONE, Progress.UNKNOWN]
    assert "which this run may have created" in run.results[1].words
    assert [record.name for record in sandbox.records()].count("A") == 1


async def test_a_name_that_the_run_itself_made_free_can_be_taken_anew(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    (record,) = await listed(sandbox, session, 1)
    deleted = delete_entries(session.profile.name, [record])
    plan = creating(session, "A", record.name)
    plan = replace(plan, entries=(*plan.entries, *deleted))
    mails = TestMails(TestHistory(tmp_path / "state"))
    run = Run(RUN, plan, lambda _: session, ScriptedOperator(), mails, HeldClock())
    await run.carry_out([0])
    await run.carry_out([2])
    await run.carry_out([1])
    assert progress(run) == [Progress.DONE] * 3
    assert sorted(each.name for each in sandbox.records()) == ["A", record.name]


async def test_of_a_retried_entry_the_journal_tells_the_last_attempt(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 1)
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, Operation.TEST_SAVED))
    plan = Plan("Test", mail_entries(session.profile.name, records, "to@sandbox.example"))
    run = run_of(session, plan, tmp_path)
    await run.carry_out()
    await run.carry_out(run.can_retry)
    told = results_of(plan, RUN, EARLIER, writes_of(Journal(tmp_path / "state").read().entries))
    assert [each.verdict for each in told] == [run.results[0].verdict] != [None]
    assert not told[0].can_retry


async def test_a_run_may_be_left_and_its_writes_are_finished(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    records = await listed(sandbox, session, 3)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.3, count=None))
    run = run_of(session, changing(session, records), tmp_path)
    task = asyncio.create_task(run.carry_out())
    await asyncio.to_thread(sandbox.wait_for_requests, 5)  # the list, three reads, a write
    task.cancel()
    await asyncio.wait({task})
    await session.aclose()
    written = writes_of(Journal(tmp_path / "state").read().entries)
    assert written
    assert all(write.outcomes for write in written)
