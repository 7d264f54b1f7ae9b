"""Many records changed at once: marked, edited, reviewed, carried out."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from textual.widgets import Button

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Confirm
from smtp_tui.profiles.sources import PromptToken
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.bulk.steps import (
    changed_ids,
    confirm,
    edit_all,
    edit_ports,
    outcomes,
    ports,
    read_and_enter,
    relays,
)
from tests.ui.forms import retype
from tests.ui.helpers import opened


async def test_forty_marked_by_a_filter_move_their_port_each_once(sandbox: Sandbox) -> None:
    ids = relays(sandbox, 40)
    sandbox.add_record("OTHER", {"hostname": "other.example", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("Connections 41")
        await ui.press("slash")
        await ui.type("relay")
        await ui.press("enter", "asterisk", "escape")
        await ui.sees("40 marked", "Edit 40", "Test 40", "Delete 40")
        await edit_ports(ui, "587")
        await ui.sees("change port 25 → 587 in 40 records", "demo: 40 of 41 records")
        await confirm(ui, 40)
        await ui.sees("40 done")
        assert sorted(changed_ids(ui)) == sorted(ids)
        assert ports(sandbox) == [25, *[587] * 40]
        await ui.press("escape")
        await ui.sees("Connections 41")
        assert not ui.shows("marked")
    assert [*sandbox.mailbox] == []
    assert len(ui.requests(Operation.MODIFY)) == 40


async def test_failures_stop_nothing_stay_marked_and_are_retried_once_each(
    sandbox: Sandbox,
) -> None:
    relays(sandbox, 12)
    async with opened(sandbox) as ui:
        await edit_all(ui, 12)
        sandbox.faults.add(Fault(FaultKind.INVALID, Operation.MODIFY, count=3))
        await confirm(ui, 12)
        await ui.sees("9 done, 3 failed")
        assert sum(port == 587 for port in ports(sandbox)) == 9
        await ui.press("f")
        await ui.until(lambda: len(outcomes(ui)) == 3, "the failures alone")
        assert all("✗ failed" in line for line in outcomes(ui))
        await ui.press("escape")
        await ui.sees("Connections 12", "3 marked", "Edit 3")
        await ui.press("R")
        await ui.sees("9 done, 3 failed", "r Retry")
        await ui.press("r")
        await ui.sees("12 done")
        assert ports(sandbox) == [587] * 12
        assert len(changed_ids(ui)) == 15
        await ui.press("escape")
        await ui.loses("marked")


async def test_esc_stops_after_those_under_way_and_r_goes_on_with_the_rest(
    sandbox: Sandbox,
) -> None:
    ids = relays(sandbox, 12)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.5, count=4))
    async with opened(sandbox) as ui:
        await edit_all(ui, 12)
        await confirm(ui, 12)
        await ui.asked(Operation.MODIFY, 4)
        await ui.sees("4 under way", "12 left", "q Stop")
        ui.clock.forward(1)
        await ui.press("r")
        await ui.sees("! Go on: The run is under way.")
        await ui.press("escape")
        await ui.sees("stops after the 4 under way · esc leaves", "q Back")
        assert not ui.shows("! Go on"), "it is gone with the next key"
        await ui.sees("4 done, 8 left", "stopped, the rest is kept", "r Go on")
        assert not ui.shows("to go"), "nothing is under way"
        assert len(changed_ids(ui)) == 4
        await ui.press("r")
        await ui.sees("12 done")
        assert sorted(changed_ids(ui)) == sorted(ids)


async def test_a_run_goes_on_when_its_screen_is_left_and_another_profile_comes_into_use(
    sandbox: Sandbox,
) -> None:
    ids = relays(sandbox, 12)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.2, count=None))
    async with opened(sandbox) as ui:
        await edit_all(ui, 12)
        await confirm(ui, 12)
        await ui.asked(Operation.MODIFY, 2)
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("j", "enter")
        await ui.sees("EUROPE", "No SMTP connections")
        await ui.sees("Change 12 records: 12 done", "R shows it")
        assert sorted(changed_ids(ui)) == sorted(ids)
        await ui.press("R")
        await ui.sees("12 done", "✓ done")


async def test_a_field_left_alone_stays_as_it_is_and_one_that_differs_says_how(
    sandbox: Sandbox,
) -> None:
    for number, (port, username) in enumerate([(25, "a"), (25, "a"), (465, "a")]):
        values = {"hostname": f"mx{number}.example", "port": port, "username": username}
        sandbox.add_record(f"RELAY-{number}", {**values, "password": "kept"})
    async with opened(sandbox) as ui:
        await ui.sees("Connections 3")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 3 records", "2 values: 25 (2), 465 (1)", "3 values: mx0.example (1)")
        assert "a" in ui.line("Username").split()
        await ui.press("tab", "tab")
        await retype(ui, "b")
        await ui.sees('change username "a" → "b" in 3 records')
        await ui.press("ctrl+s")
        await ui.sees("WHAT WILL BE SENT")
        await read_and_enter(ui)
        await ui.sees("3 done")
        held = sorted(sandbox.records(), key=lambda record: record.name)
        assert [record.values["port"] for record in held] == [25, 25, 465]
        assert [record.values["username"] for record in held] == ["b"] * 3
        assert [record.values["password"] for record in held] == ["kept"] * 3
        sent = [
            request.json()["connection_parameters"] for request in ui.requests(Operation.MODIFY)
        ]
        assert sent == [[{"name": "username", "value": "b"}]] * 3


@pytest.mark.parametrize(
    ("keys", "stored", "says"),
    [
        ([*"new-word"], "new-word", "password will be replaced"),
        (["ctrl+n"], "", "password will be cleared"),
    ],
)
async def test_a_password_is_replaced_or_cleared_in_all_and_never_shown(
    sandbox: Sandbox, keys: list[str], stored: str, says: str
) -> None:
    for number in range(3):
        values = {"hostname": "mx.example", "port": 25, "username": "a", "password": f"p{number}"}
        sandbox.add_record(f"RELAY-{number}", values)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 3")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 3 records")
        await ui.press("tab", "tab", "tab", *keys, "ctrl+s")
        await ui.sees("WHAT WILL BE SENT", f"change 3 records: {says}")
        assert "new-word" not in ui.text()
        ui.clock.forward(1)
        await ui.press(*["tab"] * (not stored), "enter")
        await ui.sees("3 done")
        assert "new-word" not in ui.text()
        assert [record.values["password"] for record in sandbox.records()] == [stored] * 3


async def test_a_value_that_differs_is_blanked_in_all_by_a_key_and_the_review_says_so(
    sandbox: Sandbox,
) -> None:
    for number, username in enumerate(["a", "b", None]):
        values = {"hostname": "mx.example", "port": 25 + number}
        named = {"username": username} if username is not None else {}
        sandbox.add_record(f"RELAY-{number}", {**values, **named})
    async with opened(sandbox) as ui:
        await ui.sees("Connections 3")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 3 records")
        await ui.press("tab", "ctrl+n")
        await ui.sees("will be blank in all", "Enter the port, usually 587 or 25.")
        await ui.press("ctrl+r")
        await ui.loses("will be blank in all")
        await ui.press("tab")
        await ui.sees("ctrl+n Blank in all")
        await ui.press("ctrl+n")
        await ui.sees("will be blank in all", 'change username "a" → (blank) in 1 record')
        await ui.press("ctrl+s")
        await ui.sees(
            'change username "a" → (blank) in 1 record',
            'change username "b" → (blank) in 1 record',
            "leave 1 record as it is, already so",
        )
        await read_and_enter(ui)
        await ui.sees("2 done, 1 already so")
        held = sorted(sandbox.records(), key=lambda record: record.name)
        assert [record.values.get("username") for record in held] == ["", "", None]
        assert [record.values["port"] for record in held] == [25, 26, 27]


async def test_what_is_typed_in_the_form_stays_when_its_plan_is_declined(sandbox: Sandbox) -> None:
    relays(sandbox, 3)
    async with opened(sandbox) as ui:
        await edit_all(ui, 3)
        await ui.press("escape")
        await ui.sees("Edit 3 records")
        assert "587" in ui.line("Port")
        await ui.press("escape")
        await ui.sees("Leave?", "Not applied: port")
        await ui.press("escape")
        assert "587" in ui.line("Port")
        assert ui.requests(Operation.MODIFY) == []


async def test_a_protected_profile_asks_for_the_number_once_and_each_record_is_changed(
    sandbox: Sandbox,
) -> None:
    relays(sandbox, 3)
    async with opened(sandbox, profile=lambda one: replace(one, access=Access.PROTECTED)) as ui:
        await edit_all(ui, 3)
        await ui.sees("Type 3 to confirm: demo is protected.")
        await ui.type("2")
        await ui.press("enter")
        await ui.sees("✗ That is not the number of records that change; type 3.")
        assert ui.requests(Operation.MODIFY) == []
        await ui.press("backspace")
        assert not ui.shows("That is not the number")
        await confirm(ui, 3)
        await ui.sees("3 done")
        assert ports(sandbox) == [587] * 3


@pytest.mark.parametrize("wanted", [Confirm.DELETES, Confirm.ALL])
async def test_confirm_has_the_number_typed_before_a_plan(
    sandbox: Sandbox, wanted: Confirm
) -> None:
    relays(sandbox, 3)
    async with opened(sandbox, services=lambda each: replace(each, confirm=wanted)) as ui:
        await edit_all(ui, 3)
        await ui.sees("Change 3")
        assert ui.app.screen.query_one("#apply", Button).disabled is (wanted is Confirm.ALL)
        if wanted is Confirm.ALL:
            await ui.sees("Type 3 to confirm: config.toml asks for it.")
            await confirm(ui, 3)
            await ui.sees("3 done")


async def test_leaving_during_a_run_asks_and_the_rest_is_kept(sandbox: Sandbox) -> None:
    relays(sandbox, 12)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.3, count=None))
    async with opened(sandbox) as ui:
        await edit_all(ui, 12)
        await confirm(ui, 12)
        await ui.asked(Operation.MODIFY, 2)
        await ui.press("ctrl+c")
        await ui.sees("A run is under way", "The next start offers the rest of it.")
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ui.until(lambda: not ui.app.is_running, "the end")
        assert len(ui.services.run_store.all()) == 1
        done = len(changed_ids(ui))
        assert 2 <= done < 12
        assert sum(port == 587 for port in ports(sandbox)) == done


async def test_the_question_about_a_run_that_is_left_follows_the_run(sandbox: Sandbox) -> None:
    relays(sandbox, 5)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.5, count=None))
    async with opened(sandbox) as ui:
        await edit_all(ui, 5)
        await ui.press("enter")
        await ui.asked(Operation.MODIFY, 2)
        await ui.press("escape", "escape")
        await ui.sees("Connections 5")
        await ui.press("ctrl+c")
        await ui.sees("A run is under way.", "5 left")
        await ui.sees("4 done, 1 left")
        await ui.sees("The run has ended.", "4 done, 1 left", "The next start offers the rest")
        assert not ui.shows("A run is under way.")


async def test_a_token_that_ends_during_a_run_is_asked_for_once_and_the_run_goes_on(
    sandbox: Sandbox,
) -> None:
    ids = relays(sandbox, 12)
    async with opened(sandbox, profile=lambda one: replace(one, token=PromptToken())) as ui:
        await ui.sees("paste the bearer token")
        await ui.paste(sandbox.issue_token())
        await ui.press("enter")
        await edit_all(ui, 12)
        sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.2, count=None))
        await confirm(ui, 12)
        await ui.until(lambda: ports(sandbox).count(587) >= 4, "some of it")
        sandbox.expire_tokens()
        await ui.sees("paste the bearer token", "401")
        await ui.paste(sandbox.issue_token())
        await ui.press("enter")
        await ui.until(lambda: ui.shows("12 done") or ui.shows("paste the"), "an end or a question")
        assert ui.shows("12 done")
        assert ports(sandbox) == [587] * 12
        assert {*changed_ids(ui)} == {*ids}


async def test_one_run_at_a_time(sandbox: Sandbox) -> None:
    relays(sandbox, 12)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.0, count=None))
    async with opened(sandbox) as ui:
        await edit_all(ui, 12)
        await confirm(ui, 12)
        await ui.asked(Operation.MODIFY)
        await ui.press("escape", "escape")
        await ui.sees("Connections 12")
        await ui.press("d")
        await ui.sees("A run is under way; one at a time", "R shows it")
        assert not ui.shows("Delete 12 records?")
        await ui.press("y")
        await ui.sees("Copy 12 records")


async def test_why_a_key_had_to_wait_for_a_run_goes_with_its_end(sandbox: Sandbox) -> None:
    relays(sandbox, 3)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.5, count=None))
    async with opened(sandbox) as ui:
        await edit_all(ui, 3)
        await ui.press("enter")
        await ui.asked(Operation.MODIFY)
        await ui.press("r")
        await ui.sees("! Go on: The run is under way.")
        await ui.sees("3 done", "q Back")
        assert not ui.shows("The run is under way.")


async def test_the_whole_reason_of_a_failure_is_seen_on_the_smallest_screen(
    sandbox: Sandbox,
) -> None:
    relays(sandbox, 1)
    words = f"{'Because of this and that. ' * 10}Last."
    body = json.dumps({"error": {"statusCode": 422, "message": words}}).encode()
    refused = Fault(FaultKind.RAW, Operation.MODIFY, status=422, body=body)
    async with opened(sandbox, size=(60, 20)) as ui:
        await ui.sees("RELAY-00")
        await ui.press("asterisk")
        await edit_ports(ui, "587")
        sandbox.faults.add(refused)
        await ui.press("enter")
        await ui.sees("1 failed", "RELAY-00", "Last.")


async def test_the_counts_of_an_ended_run_stay_when_the_terminal_gets_narrow(
    sandbox: Sandbox,
) -> None:
    relays(sandbox, 2)
    async with opened(sandbox, size=(120, 40)) as ui:
        await ui.sees("RELAY-00")
        await ui.press("asterisk")
        await edit_ports(ui, "587")
        await ui.press("enter")
        await ui.sees("2 done")
        await ui.pilot.resize_terminal(60, 20)
        await ui.until(lambda: ui.app.size.width == 60 and ui.shows("2 done"), "the counts")


async def test_the_outcomes_of_an_ended_run_have_the_room_and_enter_shows_one_whole(
    sandbox: Sandbox,
) -> None:
    relays(sandbox, 2)
    async with opened(sandbox, size=(120, 40)) as ui:
        await edit_all(ui, 2)
        await ui.press("enter")
        await ui.sees("2 done")
        await ui.press("f")
        await ui.sees("Nothing failed.")
        await ui.press("f")
        bar = ui.line("━")
        assert bar.count("━") == 116, "it does not span its panel"
        assert "RECORD    PROFILE " in ui.line("OUTCOME"), "the names take what outcomes need"
        await ui.press("enter")
        await ui.sees("change RELAY-00", "profile demo", "port 25 → 587", "✓ done", "esc Back")
        await ui.press("escape")
