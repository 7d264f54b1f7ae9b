"""Before a test email is sent, while it is on its way, and when nobody waits for it any more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smtp_tui.state.encoding import RecordKey
from tests.failing_sandbox import (
    Operation,
    Phase,
    Sandbox,
    SandboxOptions,
    silence,
)
from tests.ui.helpers import opened
from tests.ui.mail_steps import (
    add,
    is_judged,
    is_under_way,
    last_test,
    send,
)


@pytest.fixture
def patient() -> Iterator[Sandbox]:
    """A sandbox that waits long enough for a mail server for keys to be pressed meanwhile."""
    with Sandbox(SandboxOptions(mail_timeout=4.0)) as running:
        yield running


async def test_before_sending_the_dialog_says_values_password_recipient_and_where_it_leaves(
    sandbox: Sandbox,
) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        await ui.press("t")
        await ui.sees(
            "Values: as saved",
            "hostname localhost ",
            f"port     {sandbox.smtp_port}",
            "username relay ",
            "password stored",
            "The CAM host sends the mail, not this machine.",
            "you@sandbox.example",
        )
        assert not ui.requests(Operation.TEST_SAVED)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the recipient"),
        ("a@b@c.example", "one address only"),
        ("a b@c", "invalid characters"),
    ],
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


async def test_esc_stops_waiting_and_what_comes_later_is_kept_and_told(patient: Sandbox) -> None:
    add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient) as ui:
        await send(ui)
        await is_under_way(ui)
        await ui.press("escape")
        await ui.sees("Stopped waiting. The mail may still be sent;")
        await ui.press("escape")
        await ui.loses("Test email")
        await ui.sees("Test of MAIL (demo): UNKNOWN")
        await ui.until(lambda: last_test(ui) == "? now", "the table to say UNKNOWN")


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
        await ui.sees("The last test is still under way; one at a time.")
        await is_judged(ui, " UNKNOWN ", "Timeout")
    assert (
        len([request for request in patient.requests if request.operation == Operation.TEST_SAVED])
        == 1
    )


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
        await ui.until(lambda: last_test(ui).startswith("?"), "the test that was left")


async def test_the_seconds_are_counted_while_it_runs(patient: Sandbox) -> None:
    add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient) as ui:
        await send(ui)
        await is_under_way(ui)
        ui.clock.forward(7)
        await is_judged(ui, " UNKNOWN   7000 ms")


async def test_a_refused_token_asks_once_and_sends_nothing_by_itself(sandbox: Sandbox) -> None:
    add(sandbox)
    async with opened(sandbox) as ui:
        await ui.sees("MAIL")
        sandbox.expire_tokens()
        await ui.press("t")
        await ui.sees("enter Send")
        await ui.press("enter")
        await ui.sees("paste the bearer token")
        await ui.paste(sandbox.issue_token())
        await ui.press("enter")
        await ui.sees("The token was renewed. Nothing was sent yet: r sends.")
        assert sandbox.mailbox == ()
        await ui.press("r")
        await is_judged(ui, " ACCEPTED ")
    assert len(sandbox.mailbox) == 1


async def test_after_a_switch_of_the_profile_the_outcome_is_told_with_the_name_of_the_old_one(
    patient: Sandbox,
) -> None:
    record_id = add(patient)
    patient.mail.play(silence(Phase.MESSAGE))
    async with opened(patient) as ui:
        await send(ui)
        await is_under_way(ui)
        await ui.press("escape", "escape")
        await ui.loses("Test email")
        await ui.press("p")
        await ui.sees("demo-europe")
        await ui.press("down", "enter")
        await ui.sees("EUROPE")
        await ui.sees("Test of MAIL (demo): UNKNOWN")
        key = RecordKey(patient.base_url, patient.tenant_id, record_id)
        kept = ui.services.history.newest(key)
        assert kept is not None
        assert kept.run.profile == "demo"
