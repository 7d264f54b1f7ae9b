"""The round of mending and testing, and what LAST TEST makes of it."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from smtp_tui.ui.connections.screen import ConnectionsScreen
from tests.failing_sandbox import (
    Fault,
    FaultKind,
    Operation,
    Phase,
    Sandbox,
    refuse,
)
from tests.ui.forms import save
from tests.ui.helpers import Ui, opened
from tests.ui.mail_steps import (
    LOGIN,
    add,
    is_judged,
    last_test,
    parameter_with_the_cursor,
    send,
    send_from_form,
)


async def test_the_recipient_is_remembered_for_the_profile_after_a_restart(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add(sandbox)
    directory = tmp_path_factory.mktemp("kept")
    async with opened(sandbox, directory=directory) as ui:
        await ui.sees("MAIL")
        await ui.press("t", "end", "ctrl+u")
        await ui.type("ops@example.com")
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED ")
    async with opened(
        sandbox, directory=directory, profile=lambda profile: replace(profile, recipient="")
    ) as ui:
        await ui.until(lambda: last_test(ui).startswith("✓"), "the test of before")
        await ui.press("t")
        await ui.sees("ops@example.com")


async def test_values_saved_nowhere_are_tested_without_saving(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        await ui.press("T")
        await ui.sees("Test without saving", "This test saves nothing")
        assert parameter_with_the_cursor(ui) == "hostname"
        await ui.type("localhost\t")
        await ui.type(str(sandbox.smtp_port))
        await ui.press("ctrl+t")
        await ui.sees("Values: not saved", "password none")
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED   by localhost:")
    (request,) = [request for request in sandbox.requests if request.operation == Operation.TEST]
    assert request.json() == {
        "to": "you@sandbox.example",
        "conn_params": [
            {"name": "hostname", "value": "localhost"},
            {"name": "port", "value": sandbox.smtp_port},
        ],
    }
    assert sandbox.records() == ()


async def test_a_form_for_a_test_says_what_a_test_needs_and_sends(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        await ui.press("T")
        await ui.sees("Needed to test: Hostname, Port", "The test will send", "POST …/testEmail")
        assert ui.lines()[-1].split()[:2] == ["ctrl+t", "Test"]
        assert not ui.shows("ctrl+s")
        await ui.type(f"localhost\t{sandbox.smtp_port}")
        await ui.sees("Ready. 2 parameters, nothing else is sent.", '"localhost"', '"to": "you@')
        await ui.press("tab", "tab", "enter")
        await ui.sees("Test email · new values", "enter Send")
        await ui.press("escape")
        await ui.loses("Test email · new values")
        assert not ui.shows("Enter a name")


async def test_values_that_were_tested_can_be_saved_as_a_new_record(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        await ui.press("T")
        await ui.sees("Test without saving")
        await ui.type(f"localhost\t{sandbox.smtp_port}")
        await send_from_form(ui)
        await is_judged(ui, " ACCEPTED ", "ctrl+s Review and save")
        await ui.press("ctrl+s")
        await ui.sees("Enter a name. It cannot be changed later.")
        assert parameter_with_the_cursor(ui) == "name"


async def test_the_round_of_mend_and_test_takes_e_ctrl_t_and_ctrl_s(sandbox: Sandbox) -> None:
    record_id = add(sandbox, password="old-password")
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED   at login · ")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type("wrong-again")
        await ui.press("ctrl+t")
        await is_judged(ui, " REJECTED   at login · ", "● password typed")
        await ui.press("e")
        assert parameter_with_the_cursor(ui) == "password"
        await ui.press("end", "ctrl+u")
        await ui.type("relay-password")
        await ui.press("ctrl+t")
        await is_judged(ui, " ACCEPTED ", "Values: as saved, except ●")
        assert "old-password" in str(sandbox.record(record_id))
        await ui.press("ctrl+s")
        await ui.sees("Change MAIL?", "- password (stored)", "+ password (14 characters, hidden)")
        await ui.press("enter")
        await ui.sees("Saved MAIL")
    tests = [request for request in sandbox.requests if request.operation == Operation.TEST_SAVED]
    assert [sorted(test.json()) for test in tests] == [
        ["id", "to"],
        ["conn_params", "id", "to"],
        ["conn_params", "id", "to"],
    ]
    assert [json.dumps(test.json().get("conn_params")) for test in tests[1:]] == [
        '[{"name": "password", "value": "wrong-again"}]',
        '[{"name": "password", "value": "relay-password"}]',
    ]


async def test_the_next_test_of_a_round_says_that_it_goes_to_the_same_recipient_again(
    sandbox: Sandbox,
) -> None:
    add(sandbox, password="old-password")
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED ")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type("relay-password")
        sandbox.faults.add(Fault(FaultKind.DELAY, Operation.TEST_SAVED, seconds=1.5))
        await ui.press("ctrl+t")
        await ui.sees("Sending again to you@sandbox.example")
        await is_judged(ui, " ACCEPTED ")


async def test_after_an_accepted_test_e_opens_the_form_of_the_record_and_is_offered(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " ACCEPTED ", "e Edit record")
        await ui.press("e")
        await ui.sees("Edit MAIL")


async def accepted_with_typed_password(ui: Ui) -> None:
    """Type the right password into the form of the record, and test it there."""
    await ui.sees("MAIL")
    await ui.press("e")
    await ui.sees("Edit MAIL")
    await ui.press("tab", "tab", "tab")
    await ui.type("relay-password")
    await send_from_form(ui)
    await is_judged(ui, " ACCEPTED ")


async def test_a_verdict_holds_once_the_password_that_was_tested_is_saved_and_after_a_restart(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    add(sandbox, password="old-password")
    directory = tmp_path_factory.mktemp("kept")
    async with opened(sandbox, size=(100, 40), directory=directory) as ui:
        await accepted_with_typed_password(ui)
        ui.clock.forward(60)
        await ui.press("ctrl+s")
        await ui.sees("Change MAIL?")
        await ui.press("enter")
        await ui.sees("Saved MAIL")
        await ui.until(lambda: last_test(ui) == "✓ 1m", "LAST TEST: the verdict")
    async with opened(sandbox, size=(100, 40), directory=directory) as ui:
        await ui.until(lambda: last_test(ui) == "✓ now", "LAST TEST: the verdict, later")
        await ui.press("enter")
        await ui.until(lambda: used(ui).endswith("password typed"), "a password that is saved")
        assert not ui.shows("not saved")
    assert not [path for path in directory.rglob("*.json*") if "relay-pass" in path.read_text()]


async def test_a_verdict_is_outdated_once_another_password_was_saved_after_it(
    sandbox: Sandbox,
) -> None:
    add(sandbox, password="old-password")
    async with opened(sandbox) as ui:
        await accepted_with_typed_password(ui)
        await ui.press("escape")
        await ui.loses("Test email · MAIL")
        await ui.press("end", "ctrl+u")
        await ui.type("another-password")
        ui.clock.forward(60)
        await ui.press("ctrl+s")
        await ui.sees("Change MAIL?")
        await ui.press("enter")
        await ui.sees("Saved MAIL")
        await ui.until(lambda: last_test(ui) == "✓ 1m, outdated", "LAST TEST: outdated")
        await ui.press("t")
        await ui.sees("enter Send")
        await ui.press("enter")
        await is_judged(ui, " REJECTED ")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "✗✓ now", "LAST TEST: the new verdict")
        await ui.sees("changed since test")


async def test_a_verdict_holds_again_once_an_undo_has_restored_the_tested_values(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " ACCEPTED ")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "✓ now", "LAST TEST: the verdict")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type(f"localhost.\t{sandbox.smtp_port}")
        await save(ui, "MAIL")
        await ui.until(lambda: last_test(ui) == "✓ now, outdated", "LAST TEST: outdated")
        await ui.press("u")
        await ui.sees('+ hostname "localhost"')
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("Restored MAIL")
        await ui.until(lambda: last_test(ui) == "✓ now", "LAST TEST: the verdict again")


async def test_a_verdict_on_typed_values_holds_once_they_are_saved(sandbox: Sandbox) -> None:
    add(sandbox, hostname="localhost.")
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type("localhost")
        await send_from_form(ui)
        await is_judged(ui, " ACCEPTED ")
        await ui.press("escape")
        await ui.loses("Test email · MAIL")
        await save(ui, "MAIL")
        await ui.until(lambda: last_test(ui) == "✓ now", "LAST TEST: the verdict")


async def test_a_test_with_changes_that_are_never_saved_is_no_verdict_on_the_record(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("end")
        await ui.type(".invalid")
        await ui.press("ctrl+t")
        await ui.sees("● hostname localhost.invalid   saved: localhost")
        await ui.press("enter")
        await is_judged(ui, " UNREACHABLE   at DNS · ")
        await ui.press("escape", "escape")
        await ui.sees("Leave?")
        await ui.press("down", "down", "down")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.until(lambda: last_test(ui) == "▲ now, unsaved", "LAST TEST: unsaved")


async def test_last_test_grows_older_while_nothing_is_pressed(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " ACCEPTED ")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "✓ now", "a fresh test")
        ui.clock.forward(3 * 60)
        screen = ui.app.screen
        assert isinstance(screen, ConnectionsScreen)
        screen.tick()
        await ui.until(lambda: last_test(ui) == "✓ 3m", "an older test")


async def test_the_detail_tells_when_who_what_was_used_and_the_words(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.AUTH, "535 5.7.8 no"))
    async with opened(sandbox, size=(100, 40)) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED ")
        await ui.press("escape", "enter")
        await ui.sees(
            "Last tests",
            "REJECTED · login · now · 0 ms",
            "2020-06-01 12:00 UTC to you@sandbox.example as demo",
            f"used hostname localhost, port {sandbox.smtp_port}, username relay, stored password",
            "Invalid login: 535 5.7.8 no",
        )


@pytest.mark.parametrize(
    ("parameters", "password"),
    [
        ({}, "stored password"),
        ({"password": None}, "stored password, if there is one"),
        ({"username": ""}, "no login"),
    ],
)
async def test_the_detail_claims_no_stored_password_where_none_is_known_to_be_used(
    sandbox: Sandbox, parameters: dict[str, str | None], password: str
) -> None:
    given: dict[str, object] = {"hostname": "localhost", "port": sandbox.smtp_port}
    given |= {**LOGIN, **parameters}
    sandbox.add_record("MAIL", {name: text for name, text in given.items() if text is not None})
    async with opened(sandbox, size=(120, 40)) as ui:
        await send(ui)
        await ui.sees("r Again")
        await ui.press("escape", "enter")
        await ui.until(lambda: used(ui).endswith(f", {password}"), password)


def used(ui: Ui) -> str:
    """The line of the detail that says what a test used; empty while it is not there."""
    lines = [line.strip("│ ") for line in ui.lines()]
    return next((line for line in lines if line.startswith("used ")), "")
