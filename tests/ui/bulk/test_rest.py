"""What is left of a run that ended early: told at the start, gone on with or discarded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from smtp_tui.api.models import Parameter, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.editing.patch import Change
from smtp_tui.editing.values import ABSENT
from smtp_tui.state.journal import EntryKind, JournalEntry
from smtp_tui.state.written import writes_of
from smtp_tui.ui.services import Services
from smtp_tui.workflows.plan import Place, Plan, PlanEntry, change_entries
from smtp_tui.workflows.plan_file import plan_json, read_plan
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.bulk.steps import (
    changed_ids,
    confirm,
    edit_all,
    edit_ports,
    end_program,
    go_on,
    left_behind,
    read_and_enter,
    relays,
)
from tests.ui.forms import edit, retype, save
from tests.ui.helpers import HeldClock, opened


def with_passwords(sandbox: Sandbox, count: int) -> tuple[Record, ...]:
    """Store relays with a password, as the list showed them."""
    values = {"hostname": "mx.example", "port": 25, "username": "u", "password": "old"}
    ids = [sandbox.add_record(f"RELAY-{number}", values) for number in range(count)]
    plain = (Parameter("hostname", "mx.example"), Parameter("port", 25), Parameter("username", "u"))
    secret = Parameter("password", SecretState.SET)
    return tuple(
        Record(record_id, f"RELAY-{number}", (*plain, secret))
        for number, record_id in enumerate(ids)
    )


def plan_of(services: Services, entries: tuple[PlanEntry, ...]) -> str:
    """The plan of these entries of the profile in use, as a file keeps it."""
    place = Place.of(services.session(services.extra_profiles[0]), len(entries))
    return plan_json(Plan("Change", entries, (place,)), HeldClock().now())


def left(records: tuple[Record, ...], *wanted: Change) -> Callable[[Services], Services]:
    """Services with a run of a program that was killed before it sent anything."""

    def kept(services: Services) -> Services:
        left_behind(services.run_store, plan_of(services, change_entries("demo", records, wanted)))
        return services

    return kept


SECRET = Change("password", ABSENT, SecretStr("never-stored"))


async def test_secrets_are_asked_again_once_and_sent_to_all(sandbox: Sandbox) -> None:
    records = with_passwords(sandbox, 3)
    async with opened(sandbox, services=left(records, SECRET)) as ui:
        await ui.sees("A run of 3 changes ended early: 3 left")
        await go_on(ui)
        await ui.sees("No file holds a secret", "password of 3 records")
        await ui.press(*"typed-anew", "enter")
        await ui.sees("change 3 records: password will be replaced")
        await read_and_enter(ui)
        await ui.sees("3 done")
        assert not ui.shows("ended early")
        assert [record.values["password"] for record in sandbox.records()] == ["typed-anew"] * 3


async def test_after_the_rest_of_a_run_u_takes_the_run_back_and_no_older_change(
    sandbox: Sandbox,
) -> None:
    records = with_passwords(sandbox, 3)
    async with opened(sandbox, services=left(records, Change("port", ABSENT, 587))) as ui:
        await ui.sees("ended early")
        await edit(ui, "RELAY-0")
        await ui.press("tab", "tab")
        await retype(ui, "other")
        await save(ui, "RELAY-0")
        await go_on(ui)
        await read_and_enter(ui)
        await ui.sees("3 done")
        await ui.press("escape", "u")
        await ui.sees("Restore 3 records?", "change port 587 → 25 in 3 records")


async def test_a_secret_that_is_not_typed_is_left_out_and_never_emptied(sandbox: Sandbox) -> None:
    records = with_passwords(sandbox, 3)
    port = Change("port", ABSENT, 587)
    async with opened(sandbox, services=left(records, SECRET, port)) as ui:
        await ui.sees("ended early")
        await go_on(ui)
        await ui.sees("No file holds a secret")
        await ui.press("enter")
        await ui.sees("change port 25 → 587 in 3 records")
        await read_and_enter(ui)
        await ui.sees("3 done")
        held = sandbox.records()
        assert [record.values["password"] for record in held] == ["old"] * 3
        assert [record.values["port"] for record in held] == [587] * 3


async def test_a_record_whose_only_change_was_left_out_is_not_called_done(
    sandbox: Sandbox,
) -> None:
    records = with_passwords(sandbox, 2)

    def kept(services: Services) -> Services:
        """One record gets a password and nothing else, the other a port."""
        entries = (
            *change_entries("demo", records[:1], [SECRET]),
            *change_entries("demo", records[1:], [Change("port", ABSENT, 587)]),
        )
        left_behind(services.run_store, plan_of(services, entries))
        return services

    async with opened(sandbox, services=kept) as ui:
        await ui.sees("ended early")
        await go_on(ui)
        await ui.sees("No file holds a secret")
        await ui.press("enter")
        await ui.sees("change port 25 → 587 in 1 record")
        await read_and_enter(ui)
        await ui.sees("1 done, 1 failed", "Not sent: its secret was not typed.")
        assert changed_ids(ui) == [records[1].id]


async def test_the_rest_is_discarded_where_that_is_chosen_and_nothing_is_sent(
    sandbox: Sandbox,
) -> None:
    records = with_passwords(sandbox, 3)
    async with opened(sandbox, services=left(records, SECRET)) as ui:
        await ui.sees("ended early")
        await ui.press("R")
        await ui.sees("Discard the rest")
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ui.sees("The rest of the run is discarded.")
        assert ui.services.run_store.all() == ()
        assert ui.requests(Operation.MODIFY) == []


async def test_a_run_of_another_host_is_offered_with_a_warning(sandbox: Sandbox) -> None:
    records = with_passwords(sandbox, 3)

    def elsewhere(services: Services) -> Services:
        """The state directory is shared, and the run was begun on another machine."""
        left(records, SECRET)(services)
        (file,) = services.run_store.directory.iterdir()
        run_id, _, process = file.name.split("@")
        file.rename(file.with_name(f"{run_id}@other-host@{process}"))
        return services

    async with opened(sandbox, services=elsewhere) as ui:
        await ui.sees("ended early")
        await ui.press("R")
        await ui.sees("It was begun on the host other-host: go on only if it has ended there.")


@pytest.mark.parametrize("keys", [("enter",), ("down", "enter")])
async def test_a_run_that_another_program_takes_meanwhile_is_left_to_it(
    sandbox: Sandbox, keys: tuple[str, ...]
) -> None:
    records = with_passwords(sandbox, 3)
    async with opened(sandbox, services=left(records, Change("port", ABSENT, 587))) as ui:
        await ui.sees("ended early")
        await ui.press("R")
        await ui.sees("Go on with the rest")
        (file,) = ui.services.run_store.directory.iterdir()
        others = file.rename(file.with_name(file.name.replace("@", "@other-", 1)))
        ui.clock.forward(1)
        await ui.press(*keys)
        if len(keys) == 1:
            await ui.sees("change port 25 → 587 in 3 records")
            await read_and_enter(ui)
        await ui.sees("Another program took the rest of this run")
        assert others.exists()
        assert ui.requests(Operation.MODIFY) == []


def journalled(run_id: str, record: Record, outcome: WriteOutcome | None = None) -> JournalEntry:
    """What the journal has of the write of a record, before it or, with an outcome, after it."""
    return JournalEntry(
        kind=EntryKind.INTENT if outcome is None else EntryKind.OUTCOME,
        write_id=record.id,
        at=HeldClock().now(),
        user="u",
        ssh_client=None,
        profile="demo",
        host="h",
        tenant="t",
        team="all",
        namespace="default",
        operation="patch",
        record_id=record.id,
        record_name=record.name,
        outcome=outcome,
        run=run_id,
    )


def killed(
    records: tuple[Record, ...], *told: tuple[Record, WriteOutcome | None]
) -> Callable[[Services], Services]:
    """Services with a run that moves a port, killed when the journal held so much of it."""

    def kept(services: Services) -> Services:
        entries = change_entries("demo", records, [Change("port", ABSENT, 587)])
        run_id = left_behind(services.run_store, plan_of(services, entries))
        for record, outcome in told:
            services.journal.append(journalled(run_id, record))
            if outcome is not None:
                services.journal.append(journalled(run_id, record, outcome))
        return services

    return kept


async def test_what_may_have_been_sent_is_read_again_before_it_is_sent(sandbox: Sandbox) -> None:
    records = with_passwords(sandbox, 2)
    sandbox.change_record(records[0].id, {"port": 587})
    async with opened(sandbox, services=killed(records, (records[0], None))) as ui:
        await ui.sees("A run of 2 changes ended early: 2 left")
        await go_on(ui)
        await ui.sees("change port 25 → 587 in 2 records")
        await read_and_enter(ui)
        await ui.sees("1 done, 1 already so")
        assert changed_ids(ui) == [records[1].id]
        await ui.press("escape", "A")
        await ui.sees("change · run")


@pytest.mark.parametrize(("port", "left_over"), [("587", False), ("465", True)])
async def test_the_rest_that_a_later_run_did_is_not_offered_again(
    sandbox: Sandbox, tmp_path: Path, port: str, *, left_over: bool
) -> None:
    relays(sandbox, 12)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.3, count=4))
    async with opened(sandbox, directory=tmp_path) as ui:
        await edit_all(ui, 12)
        await confirm(ui, 12)
        await ui.asked(Operation.MODIFY, 4)
        await ui.press("escape")
        await ui.sees("4 done, 8 left", "stopped, the rest is kept")
        await ui.press("escape")
        await ui.sees("8 marked")
        await edit_ports(ui, port)
        await confirm(ui, 8)
        await ui.sees("8 done")
        end_program(ui.services.run_store)
    async with opened(sandbox, directory=tmp_path) as ui:
        if left_over:
            await ui.sees("A run of 12 changes ended early: 4 done, 8 left")
        else:
            await ui.sees("A run of 12 changes ended early: 4 done, 8 already so;")
            await ui.until(lambda: ui.services.run_store.all() == (), "nothing is kept")


async def test_what_was_dropped_of_a_rest_is_not_offered_when_it_is_killed_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    records = with_passwords(sandbox, 3)
    rest = left(records, Change("port", ABSENT, 587))
    async with opened(sandbox, services=rest, directory=tmp_path) as ui:
        await ui.sees("ended early")
        await go_on(ui)
        await ui.sees("change port 25 → 587 in 3 records")
        ui.clock.forward(1)
        await ui.press("down", "down", "down", "x")
        await ui.sees("1 dropped", "Apply to 2 records")
        sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.5, count=None))
        await ui.press("tab", "enter")
        await ui.asked(Operation.MODIFY)
        assert ui.shows("2 left")
        (kept,) = ui.services.run_store.all()
        assert len(read_plan(kept.plan).plan({}).entries) == 2
        await ui.sees("2 done")


async def test_the_journal_knows_the_end_of_what_a_resumed_run_looked_up_or_sent_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    records = with_passwords(sandbox, 3)
    sandbox.change_record(records[0].id, {"port": 587})
    told = ((records[0], None), (records[1], WriteOutcome.UNKNOWN))
    async with opened(sandbox, services=killed(records, *told), directory=tmp_path) as ui:
        await ui.sees("3 left")
        await go_on(ui)
        await ui.sees("change port 25 → 587 in 3 records")
        await read_and_enter(ui)
        await ui.sees("2 done, 1 already so")
        journal = ui.services.journal
        await ui.until(lambda: ui.services.run_store.all() == (), "the end")
        writes = writes_of(journal.read().entries)
        assert {write.begun.record_name: write.outcome_words for write in reversed(writes)} == {
            "RELAY-0": "found done",
            "RELAY-1": "done",
            "RELAY-2": "done",
        }
        assert [write.outcome for write in writes].count(WriteOutcome.SENT_AGAIN) == 1
        assert not any(write.outcome is WriteOutcome.UNKNOWN for write in writes)


async def test_a_run_of_which_nothing_is_left_is_told_once_and_forgotten(sandbox: Sandbox) -> None:
    records = with_passwords(sandbox, 2)
    told = ((record, WriteOutcome.DONE) for record in records)
    async with opened(sandbox, services=killed(records, *told)) as ui:
        await ui.sees("A run of 2 changes ended early: 2 done; profile")
        assert ui.services.run_store.all() == ()
        await ui.press("R")
        await ui.sees("No run yet")
