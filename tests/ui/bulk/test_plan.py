"""The review of a plan: folds, records dropped, the exact request, what is saved."""

from __future__ import annotations

import json
import stat

import pytest

from smtp_tui.workflows.plan_file import read_plan
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.bulk.steps import changed_ids, edit_all, edit_ports, ports, read_and_enter, relays
from tests.ui.forms import retype
from tests.ui.helpers import Ui, opened
from tests.ui.widgets.test_hostile import NAMES, clean_screen


async def two_folds(ui: Ui, sandbox: Sandbox) -> list[str]:
    """The plan of three records on port 25, two on 465 and one on 587, moved to 587; the ids."""
    ids = [
        sandbox.add_record(f"RELAY-{number}", {"hostname": f"mx{number}.example", "port": port})
        for number, port in enumerate([25, 25, 25, 465, 465, 587])
    ]
    await ui.press("r")
    await ui.sees("Connections 6")
    await ui.press("asterisk")
    await edit_ports(ui, "587")
    return ids


async def test_equal_changes_are_folded_and_what_is_so_already_is_skipped(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        ids = await two_folds(ui, sandbox)
        await ui.sees(
            "Change 5 records?",
            "change port 25 → 587 in 3 records",
            "change port 465 → 587 in 2 records",
            "leave 1 record as it is, already so",
            "Apply to 5 records",
        )
        await ui.press("enter")
        await ui.sees("Change 5 records", "5 done, 1 already so")
        assert sorted(changed_ids(ui)) == sorted(ids[:5])


async def test_a_record_that_is_dropped_is_not_sent_and_can_be_taken_back(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        ids = await two_folds(ui, sandbox)
        await ui.press("down", "down", "enter", "down", "x")
        await ui.sees("RELAY-0 · dropped", "in 2 records · 1 dropped", "Apply to 4 records")
        await ui.press("down", "space")
        await ui.sees("RELAY-1 · dropped", "Apply to 3 records")
        await ui.press("space")
        await ui.sees("Apply to 4 records")
        await ui.press("G", "up", "x")
        await ui.sees("change port 465 → 587 in 2 records · dropped", "Apply to 2 records")
        await ui.sees("Change 2 records?")
        await ui.press("tab", "enter")
        await ui.sees("Change 2 records", "2 done, 1 already so")
        assert sorted(changed_ids(ui)) == sorted(ids[1:3])


async def test_what_was_dropped_stays_dropped_on_the_way_through_the_form(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        ids = await two_folds(ui, sandbox)
        await ui.press("down", "down", "enter", "down", "x")
        await ui.sees("RELAY-0 · dropped", "Apply to 4 records")
        await ui.press("escape")
        await ui.sees("Edit 6 records", "change port 25 → 587 in 2 records", "1 record is dropped")
        await retype(ui, "465")
        await ui.sees("change port 587 → 465", "1 record is dropped")
        await retype(ui, "587")
        await ui.press("ctrl+s")
        await ui.sees("Change 4 records?", "in 2 records · 1 dropped", "Apply to 4 records")
        await read_and_enter(ui)
        await ui.sees("4 done")
        assert sorted(changed_ids(ui)) == sorted(ids[1:5])


async def test_the_request_shown_is_the_one_that_is_sent(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        ids = await two_folds(ui, sandbox)
        await ui.press("down", "down", "enter", "down", "down")
        await ui.sees("- port 25", "+ port 587", "Not touched: hostname", f'"id": "{ids[1]}"')
        await ui.press("slash")
        await ui.type("relay-4")
        await ui.press("enter", "down", "down")
        await ui.sees("- port 465", f'"id": "{ids[4]}"')


async def test_a_search_opens_the_folds_in_which_it_finds_records_and_drops_nothing(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        await two_folds(ui, sandbox)
        await ui.press("down", "slash")
        await ui.type("mx4")
        await ui.sees("RELAY-4")
        assert not ui.shows("port 25 → 587")
        assert ui.shows("Apply to 5 records")
        await ui.press("escape")
        await ui.sees("port 25 → 587", "WHAT WILL BE SENT")


async def test_a_plan_is_saved_for_its_owner_alone_and_without_secrets(sandbox: Sandbox) -> None:
    relays(sandbox, 3)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 3")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 3 records")
        await ui.press("tab", "tab", "tab", *"secret-word", "ctrl+s")
        await ui.sees("WHAT WILL BE SENT")
        await ui.press("w")
        await ui.sees("✓ Saved, without secrets:")
        (file,) = (ui.services.run_store.directory.parent / "saved").iterdir()
        assert file.name in ui.text().replace("\n", "")
        text = file.read_text(encoding="utf-8")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "secret-word" not in text
        assert read_plan(text).secrets == {1: "password of 3 records"}


async def test_enter_typed_ahead_of_a_plan_applies_nothing(sandbox: Sandbox) -> None:
    relays(sandbox, 3)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 3")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 3 records")
        await ui.press("tab", "end", "ctrl+u", *"587", "ctrl+s", "enter", "enter")
        await ui.sees("WHAT WILL BE SENT", "Apply to 3 records")
        assert ports(sandbox) == [25] * 3
        await read_and_enter(ui)
        await ui.sees("3 done")


async def test_a_delete_starts_on_cancel_and_writes_a_backup_first(sandbox: Sandbox) -> None:
    relays(sandbox, 4)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 4")
        await ui.press("space", "space", "d")
        await ui.sees("Delete 2 records?", "delete 2 records", "A backup is written first.")
        await read_and_enter(ui)
        await ui.sees("Connections 4", "2 marked")
        assert ui.requests(Operation.DELETE) == []
        await ui.press("d")
        await ui.sees("Delete 2 records?")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("2 done")
        (backup,) = (ui.services.run_store.directory.parent / "backups").iterdir()
        text = backup.read_text(encoding="utf-8")
        assert "RELAY-00" in text
        assert "RELAY-01" in text
        assert sorted(record.name for record in sandbox.records()) == ["RELAY-02", "RELAY-03"]
        assert ui.shows("backup:")


async def test_with_marks_y_copies_all_of_them_also_those_that_the_filter_hides(
    sandbox: Sandbox,
) -> None:
    ids = relays(sandbox, 4)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 4")
        await ui.press("asterisk", "slash")
        await ui.type("relay-00")
        await ui.press("enter", "y")
        await ui.sees("Copy 4 records", "curl", "JSON", "ids")
        await ui.press("tab", "tab")
        await ui.sees('"connection_parameters"')
        await ui.press("tab")
        for record_id in ids:
            assert ui.shows(record_id)


async def test_the_marked_ones_are_tested_one_mail_each_to_one_recipient(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("slash")
        await ui.type("ary")
        await ui.press("enter", "asterisk", "t")
        await ui.sees("Test 2 records", "you@sandbox.example")
        await ui.press("end", "ctrl+u", *"not an address", "enter")
        await ui.sees("✗")
        await ui.press("ctrl+u", *"to@sandbox.example", "enter")
        await ui.sees("test 2 records with a mail to to@sandbox.example", "Send 2 mails")
        await read_and_enter(ui)
        await ui.sees("ACCEPTED", "1 done, 1 failed")
        await ui.press("G")
        assert ui.text().count("The mail server") == 2, "its words do not stand below the table"
        await ui.asked(Operation.TEST_SAVED, 2)
        await ui.press("r")
        await ui.asked(Operation.TEST_SAVED, 3)
        await ui.sees("1 done, 1 failed", "ended")
        *_, again = ui.requests(Operation.TEST_SAVED)
        assert len(ui.requests(Operation.TEST_SAVED)) == 3
        refused = again.json()["id"]
        assert demo.record(refused).name in ui.line("REJECTED"), "what was accepted was sent again"
        await ui.press("escape", "escape")
        await ui.sees("Connections 6", "1 marked")


@pytest.mark.parametrize(
    "lost",
    [
        Fault(FaultKind.RESET, Operation.TEST_SAVED, count=2, after_work=True),
        Fault(FaultKind.RAW, Operation.TEST_SAVED, count=2, status=200, body=b"{}"),
    ],
    ids=["no answer", "no verdict"],
)
async def test_a_test_email_whose_outcome_is_unknown_is_not_sent_again(
    demo: Sandbox, lost: Fault
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("slash")
        await ui.type("ary")
        await ui.press("enter", "asterisk", "t")
        await ui.sees("Test 2 records", "you@sandbox.example")
        demo.faults.add(lost)
        await ui.press("enter")
        await ui.sees("Send 2 mails")
        await read_and_enter(ui)
        await ui.sees("2 unknown", "ended")
        await ui.press("r")
        await ui.sees("nothing can be retried")
        assert len(ui.requests(Operation.TEST_SAVED)) == 2


async def test_the_outcomes_are_saved_as_json(sandbox: Sandbox) -> None:
    relays(sandbox, 2)
    async with opened(sandbox) as ui:
        await edit_all(ui, 2)
        await ui.press("enter")
        await ui.sees("2 done")
        await ui.press("w")
        await ui.sees("✓ Saved:")
        (file,) = (ui.services.run_store.directory.parent / "saved").iterdir()
        told = json.loads(file.read_text(encoding="utf-8"))
        assert [each["outcome"] for each in told["outcomes"]] == ["done", "done"]


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
@pytest.mark.parametrize("kind", NAMES)
async def test_a_hostile_record_is_shown_harmless_in_form_plan_and_run(
    sandbox: Sandbox, kind: str, size: tuple[int, int]
) -> None:
    text = NAMES[kind]
    for port in (text, 25):
        sandbox.add_record(text, {"hostname": text, "port": port, "x-[/nope]": port or "x"})
    async with opened(sandbox, size=size) as ui:
        await ui.sees("Connections 2")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 2 records")
        clean_screen(ui)
        await ui.press("tab", "end", "ctrl+u", *"587", "ctrl+s")
        await ui.sees("WHAT WILL BE SENT")
        ui.clock.forward(1)
        await ui.press("down", "down", "enter", "down")
        clean_screen(ui)
        await ui.press("tab", "enter")
        await ui.sees("2 done")
        clean_screen(ui)
        assert [record.values["port"] for record in sandbox.records()] == [587] * 2
        assert [record.values["hostname"] for record in sandbox.records()] == [text] * 2


async def test_the_keys_shown_are_those_that_work_where_the_focus_is(sandbox: Sandbox) -> None:
    relays(sandbox, 12)
    async with opened(sandbox) as ui:
        await ui.sees("RELAY-00")
        await ui.press("asterisk")
        await edit_ports(ui, "587")
        await ui.sees("Type 12 to confirm", "enter Apply")
        assert not ui.shows("x Drop")
        await ui.press("tab")
        await ui.sees("x Drop", "w Save")
