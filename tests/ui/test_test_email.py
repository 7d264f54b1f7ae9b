"""Test emails through the screens, each against a real conversation with a mail server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from textual.widgets import Input

from smtp_tui.sandbox import (
    Fault,
    FaultKind,
    Operation,
    Phase,
    Sandbox,
    SandboxOptions,
    Scenario,
    Tls,
    drop,
    refuse,
    silence,
)
from smtp_tui.ui.screens.connections import ConnectionsScreen
from smtp_tui.ui.screens.test_email import TestDialog
from smtp_tui.ui.widgets.fields import Field
from tests.ui.helpers import Ui, opened

LOGIN = {"username": "relay", "password": "relay-password"}


@pytest.fixture
def patient() -> Iterator[Sandbox]:
    """A sandbox that waits long enough for a mail server for keys to be pressed meanwhile."""
    with Sandbox(SandboxOptions(mail_timeout=4.0)) as running:
        yield running


def add(sandbox: Sandbox, **parameters: object) -> str:
    """Store the one record of these tests; without a hostname it is the sandbox's own server."""
    given = {"hostname": "localhost", "port": sandbox.smtp_port, **LOGIN, **parameters}
    return sandbox.add_record("MAIL", given)


async def send(ui: Ui) -> None:
    """Test the record under the cursor, to the recipient that stands there."""
    await ui.sees("MAIL")
    await ui.press("t")
    await ui.sees("Test email · MAIL", "Enter sends")
    await ui.press("enter")


async def is_under_way(ui: Ui) -> None:
    await ui.sees("Sending to", "esc stops waiting; the mail may still be sent")


async def is_judged(ui: Ui, *words: str) -> None:
    """Wait for an outcome with these words."""
    await ui.sees("What came back, word for word:", *words)


def parameter_with_the_cursor(ui: Ui) -> str | None:
    focused = ui.app.focused
    fields = [one for one in focused.ancestors if isinstance(one, Field)] if focused else []
    return fields[0].parameter if fields else None


def last_test(ui: Ui) -> str:
    """What the table says in LAST TEST, empty while it does not show the record."""
    line = next((line for line in ui.lines() if "MAIL  " in line), "")
    return (
        line.partition("│")[0]
        .partition(str(ui.sandbox.smtp_port))[2]
        .removeprefix("  relay")
        .strip()
    )


@dataclass(frozen=True)
class Failure:
    """Something that goes wrong for real, and what the dialog has to say of it."""

    scenario: Scenario
    verdict: str
    words: str
    parameter: str | None
    hostname: str = "localhost"
    port: int | None = None


FAILURES = {
    "DNS": Failure(
        Scenario(),
        " UNREACHABLE  DNS · ",
        "getaddrinfo ENOTFOUND mail.example.invalid",
        "hostname",
        hostname="mail.example.invalid",
    ),
    "connect": Failure(
        Scenario(),
        " UNREACHABLE  connect · ",
        "connect ECONNREFUSED 127.0.0.1:1",
        "port",
        hostname="127.0.0.1",
        port=1,
    ),
    "greeting": Failure(
        silence(Phase.GREETING), " UNREACHABLE  connect · ", "Greeting never received", "port"
    ),
    "TLS": Failure(Scenario(tls=Tls.NONE), " UNREACHABLE  TLS · ", "wrong version number", "port"),
    "STARTTLS first": Failure(
        refuse(Phase.MAIL, "530 5.7.0 Must issue a STARTTLS command first"),
        " REJECTED  TLS · ",
        "530 5.7.0 Must issue a STARTTLS command first",
        "port",
    ),
    "login": Failure(
        refuse(Phase.AUTH, "535 5.7.8 Error: authentication failed"),
        " REJECTED  login · ",
        "Invalid login: 535 5.7.8 Error: authentication failed",
        "password",
    ),
    "sender": Failure(
        refuse(Phase.MAIL, "553 5.7.1 <cam@x.example>: not owned by user relay"),
        " REJECTED  sender · ",
        "553 5.7.1 <cam@x.example>: not owned by user relay",
        "username",
    ),
    "recipient": Failure(
        refuse(Phase.RCPT, "550 5.1.1 [/nope] User unknown"),
        " REJECTED  recipient · ",
        "550 5.1.1 [/nope]",
        None,
    ),
    "message": Failure(
        refuse(Phase.MESSAGE, "554 5.7.1 This looks like spam"),
        " REJECTED  message · ",
        "Message failed: 554 5.7.1 This looks like spam",
        "hostname",
    ),
    "time-out": Failure(silence(Phase.MESSAGE), " UNKNOWN  ", "Timeout", "hostname"),
    "cut line": Failure(
        drop(Phase.MESSAGE), " UNKNOWN  ", "Connection closed unexpectedly", "port"
    ),
}


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_is_told_with_its_phase_and_the_words_and_e_leads_to_the_parameter(
    sandbox: Sandbox, name: str
) -> None:
    failure = FAILURES[name]
    add(sandbox, hostname=failure.hostname, port=failure.port or sandbox.smtp_port)
    sandbox.mail.play(failure.scenario)
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, failure.verdict, failure.words)
        if failure.verdict == " UNKNOWN  ":
            assert ui.shows("The mail may")
        await ui.press("e")
        if failure.parameter is None:
            assert isinstance(ui.app.screen, TestDialog)
            assert isinstance(ui.app.focused, Input)
        else:
            await ui.sees("Edit MAIL")
            assert parameter_with_the_cursor(ui) == failure.parameter
    assert sandbox.mailbox == ()


async def test_an_accepted_mail_tells_server_and_queue_id_and_never_says_delivered(
    sandbox: Sandbox,
) -> None:
    record_id = add(sandbox)
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " ACCEPTED  by localhost:", "queue id ", "250 2.0.0 Ok: queued as ")
        assert ui.shows("Whether it is delivered is not known.")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "ACCEPTED now", "the table to say ACCEPTED")
    (mail,) = sandbox.mailbox
    assert mail.rcpt_to == ("you@sandbox.example",)
    (request,) = [one for one in sandbox.requests if one.operation is Operation.TEST_SAVED]
    assert request.json() == {"id": record_id, "to": "you@sandbox.example"}


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (FaultKind.RESET, "The connection broke"),
        (FaultKind.BAD_GATEWAY, "A server in front of CAM answered 502."),
        (FaultKind.REQUEST_TIMEOUT, "The server answered 408"),
        (FaultKind.LOGIN_PAGE, "A web page came instead of an answer"),
    ],
)
async def test_a_lost_answer_of_the_cam_server_is_unknown_and_not_a_verdict_on_the_record(
    sandbox: Sandbox, kind: FaultKind, words: str
) -> None:
    add(sandbox)
    sandbox.faults.add(Fault(kind, operation=Operation.TEST_SAVED))
    async with opened(sandbox) as ui:
        await send(ui)
        await ui.sees(" UNKNOWN ", words)
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "UNKNOWN now", "the table to say UNKNOWN")


@pytest.mark.parametrize("kind", [FaultKind.FORBIDDEN, FaultKind.NOT_FOUND, FaultKind.TOO_MANY])
async def test_a_request_that_was_refused_is_not_sent_and_not_kept(
    sandbox: Sandbox, kind: FaultKind
) -> None:
    add(sandbox)
    sandbox.faults.add(Fault(kind, operation=Operation.TEST_SAVED))
    async with opened(sandbox) as ui:
        await send(ui)
        await ui.sees(" NOT SENT  no mail was tried")
        await ui.press("escape")
        await ui.loses("Test email")
        assert last_test(ui) == "-"
    assert sandbox.mailbox == ()


async def test_before_sending_the_dialog_says_values_password_recipient_and_where_it_leaves(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("t")
        await ui.sees(
            "Uses the saved record:",
            "hostname   localhost",
            f"port       {sandbox.smtp_port}",
            "username   relay",
            "password   the stored one, unseen",
            "The mail leaves from the CAM host, not from this machine.",
            "you@sandbox.example",
        )
        assert not ui.requests(Operation.TEST_SAVED)


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Type the address"), ("a@b@c.example", "One address only."), ("a b@c", "no spaces")],
)
async def test_an_address_that_is_none_is_not_sent(
    sandbox: Sandbox, typed: str, words: str
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("t", "end", "ctrl+u")
        await ui.type(typed)
        await ui.press("enter")
        await ui.sees(words)
        assert not ui.requests(Operation.TEST_SAVED)


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
        sandbox, directory=directory, profile=lambda one: replace(one, recipient="")
    ) as ui:
        await ui.until(lambda: last_test(ui).startswith("ACCEPTED"), "the test of before")
        await ui.press("t")
        await ui.sees("ops@example.com")


async def test_values_saved_nowhere_are_tested_without_saving(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections.")
        await ui.press("T")
        await ui.sees("Test values that are saved nowhere", "ctrl+t tests what is typed here")
        assert parameter_with_the_cursor(ui) == "hostname"
        await ui.type("localhost\t")
        await ui.type(str(sandbox.smtp_port))
        await ui.press("ctrl+t")
        await ui.sees("Uses values that are saved nowhere:", "password   none")
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED  by localhost:")
    (request,) = [one for one in sandbox.requests if one.operation is Operation.TEST]
    assert request.json() == {
        "to": "you@sandbox.example",
        "conn_params": [
            {"name": "hostname", "value": "localhost"},
            {"name": "port", "value": sandbox.smtp_port},
        ],
    }
    assert sandbox.records() == ()


async def test_the_round_of_mend_and_test_takes_e_ctrl_t_and_ctrl_s(sandbox: Sandbox) -> None:
    record_id = add(sandbox, password="old-password")
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " REJECTED  login · ")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type("wrong-again")
        await ui.press("ctrl+t")
        await is_judged(ui, " REJECTED  login · ", "* password   the one just typed, not saved")
        await ui.press("e")
        assert parameter_with_the_cursor(ui) == "password"
        await ui.press("end", "ctrl+u")
        await ui.type("relay-password")
        await ui.press("ctrl+t")
        await is_judged(ui, " ACCEPTED ", "Used the saved record with these unsaved changes (*):")
        assert "old-password" in str(sandbox.record(record_id))
        await ui.press("ctrl+s")
        await ui.sees("Change MAIL?", "~ password will be replaced")
        await ui.press("enter")
        await ui.sees("Saved MAIL")
    tests = [one for one in sandbox.requests if one.operation is Operation.TEST_SAVED]
    assert [sorted(one.json()) for one in tests] == [
        ["id", "to"],
        ["conn_params", "id", "to"],
        ["conn_params", "id", "to"],
    ]
    assert [json.dumps(one.json().get("conn_params")) for one in tests[1:]] == [
        '[{"name": "password", "value": "wrong-again"}]',
        '[{"name": "password", "value": "relay-password"}]',
    ]


async def test_a_test_with_unsaved_changes_says_other_values_and_after_the_save_before_change(
    sandbox: Sandbox,
) -> None:
    add(sandbox, password="old-password")
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("tab", "tab", "tab")
        await ui.type("relay-password")
        await ui.press("ctrl+t")
        await ui.sees("Enter sends")
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED ")
        ui.clock.forward(60)
        await ui.press("ctrl+s")
        await ui.sees("Change MAIL?")
        await ui.press("enter")
        await ui.sees("Saved MAIL")
        await ui.until(lambda: last_test(ui) == "before change 1m", "LAST TEST: before change")
        await ui.press("t")
        await ui.sees("Enter sends")
        await ui.press("enter")
        await is_judged(ui, " ACCEPTED ")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "ACCEPTED now", "LAST TEST: the new verdict")
        await ui.sees("before change", "*password typed (* not saved)")


async def test_a_test_with_changes_that_are_never_saved_is_no_verdict_on_the_record(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.type(".invalid")
        await ui.press("ctrl+t")
        await ui.sees("* hostname   localhost.invalid   saved: localhost")
        await ui.press("enter")
        await is_judged(ui, " UNREACHABLE  DNS · ")
        await ui.press("escape", "escape")
        await ui.sees("Leave?")
        await ui.press("down", "down", "down")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.until(lambda: last_test(ui) == "other values now", "LAST TEST: other values")


async def test_esc_stops_waiting_and_what_comes_later_is_kept_and_told(patient: Sandbox) -> None:
    add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient) as ui:
        await send(ui)
        await is_under_way(ui)
        await ui.press("escape")
        await ui.sees("Stopped waiting. The mail may still have been sent;")
        await ui.press("escape")
        await ui.loses("Test email")
        await ui.sees("Test of MAIL (demo): UNKNOWN")
        await ui.until(lambda: last_test(ui) == "UNKNOWN now", "the table to say UNKNOWN")


async def test_one_mail_at_a_time_a_second_dialog_joins_the_one_under_way(
    patient: Sandbox,
) -> None:
    add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient) as ui:
        await send(ui)
        await is_under_way(ui)
        await ui.press("escape", "escape")
        await ui.loses("Test email")
        await ui.press("t")
        await ui.sees("An earlier test of this is still under way to you@sandbox.example")
        await ui.press("r")
        await ui.sees("The test before is still under way; one at a time.")
        await is_judged(ui, " UNKNOWN ", "Timeout")
    assert len([one for one in patient.requests if one.operation is Operation.TEST_SAVED]) == 1


async def test_a_program_left_before_the_answer_keeps_the_test_as_unknown(
    patient: Sandbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    directory = tmp_path_factory.mktemp("kept")
    add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient, directory=directory) as ui:
        await send(ui)
        await is_under_way(ui)
        await ui.asked(Operation.TEST_SAVED)
        ui.app.exit()
    async with opened(patient, directory=directory) as ui:
        await ui.until(lambda: last_test(ui).startswith("UNKNOWN"), "the test that was left")


async def test_last_test_grows_older_while_nothing_is_pressed(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, " ACCEPTED ")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "ACCEPTED now", "a fresh test")
        ui.clock.forward(3 * 60)
        screen = ui.app.screen
        assert isinstance(screen, ConnectionsScreen)
        screen.tick()
        await ui.until(lambda: last_test(ui) == "ACCEPTED 3m", "an older test")


async def test_the_seconds_are_counted_while_it_runs(patient: Sandbox) -> None:
    add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient) as ui:
        await send(ui)
        await is_under_way(ui)
        ui.clock.forward(7)
        await is_judged(ui, " UNKNOWN  7000 ms")


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_servers_words_can_be_read_whole_however_long(
    sandbox: Sandbox, size: tuple[int, int]
) -> None:
    lines = [f"550-5.7.1 line {number} of the reasons" for number in range(1, 40)]
    add(sandbox)
    sandbox.mail.play(refuse(Phase.RCPT, "\n".join([*lines, "550 5.7.1 and that is all"])))
    async with opened(sandbox, size=size) as ui:
        await send(ui)
        await ui.sees(" REJECTED ", "e edits the")
        seen: set[str] = set()
        for _ in range(60):
            seen.update(line.strip(" │") for line in ui.lines())
            assert ui.shows("e edits the")
            await ui.press("down")
        text = "\n".join(seen)
        assert all(f"line {number} of the reasons" in text for number in range(2, 40))
        assert "and that is all" in text


async def test_text_of_the_server_drives_no_terminal(sandbox: Sandbox) -> None:
    add(sandbox)
    sandbox.mail.play(refuse(Phase.RCPT, "550 5.1.1 [/nope] \x1b[2J\x07 gone"))
    async with opened(sandbox) as ui:
        await send(ui)
        await is_judged(ui, "550 5.1.1 [/nope]", "\\x1b[2J\\x07 gone")


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


async def test_a_refused_token_asks_once_and_sends_nothing_by_itself(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        sandbox.expire_tokens()
        await ui.press("t")
        await ui.sees("Enter sends")
        await ui.press("enter")
        await ui.sees("paste the bearer token")
        await ui.type(sandbox.issue_token())
        await ui.press("enter")
        await ui.sees("The token is new. Nothing was sent yet: r sends.")
        assert sandbox.mailbox == ()
        await ui.press("r")
        await is_judged(ui, " ACCEPTED ")
    assert len(sandbox.mailbox) == 1
