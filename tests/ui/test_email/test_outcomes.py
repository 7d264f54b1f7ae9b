"""Each outcome of a test email, against a real conversation with a mail server that causes it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.ui.test_email import TestDialog
from tests.failing_sandbox import (
    Operation,
    Phase,
    Sandbox,
    Scenario,
    Tls,
    drop,
    refuse,
    silence,
)
from tests.ui.helpers import opened
from tests.ui.mail_steps import (
    add,
    is_judged,
    last_test,
    parameter_with_the_cursor,
    send,
    send_from_form,
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
        " UNREACHABLE   at DNS · ",
        "getaddrinfo ENOTFOUND mail.example.invalid",
        "hostname",
        hostname="mail.example.invalid",
    ),
    "connect": Failure(
        Scenario(),
        " UNREACHABLE   at connect · ",
        "connect ECONNREFUSED 127.0.0.1:1",
        "port",
        hostname="127.0.0.1",
        port=1,
    ),
    "greeting": Failure(
        silence(Phase.GREETING), " UNREACHABLE   at connect · ", "Greeting never received", "port"
    ),
    "TLS": Failure(
        Scenario(tls=Tls.NONE), " UNREACHABLE   at TLS · ", "wrong version number", "port"
    ),
    "STARTTLS first": Failure(
        refuse(Phase.MAIL, "530 5.7.0 Must issue a STARTTLS command first"),
        " REJECTED   at TLS · ",
        "530 5.7.0 Must issue a STARTTLS command first",
        "port",
    ),
    "login": Failure(
        refuse(Phase.AUTH, "535 5.7.8 Error: authentication failed"),
        " REJECTED   at login · ",
        "Invalid login: 535 5.7.8 Error: authentication failed",
        "password",
    ),
    "sender": Failure(
        refuse(Phase.MAIL, "553 5.7.1 <cam@x.example>: not owned by user relay"),
        " REJECTED   at sender · ",
        "553 5.7.1 <cam@x.example>: not owned by user relay",
        "username",
    ),
    "recipient": Failure(
        refuse(Phase.RCPT, "550 5.1.1 [/nope] User unknown"),
        " REJECTED   at recipient · ",
        "550 5.1.1 [/nope]",
        None,
    ),
    "message": Failure(
        refuse(Phase.MESSAGE, "554 5.7.1 This looks like spam"),
        " REJECTED   at message · ",
        "Message failed: 554 5.7.1 This looks like spam",
        "hostname",
    ),
    "time-out": Failure(silence(Phase.MESSAGE), " UNKNOWN   ", "Timeout", "hostname"),
    "cut line": Failure(
        drop(Phase.MESSAGE), " UNKNOWN   ", "Connection closed unexpectedly", "port"
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
        if failure.verdict == " UNKNOWN   ":
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
        await is_judged(ui, " ACCEPTED   by localhost:", "queue id ", "250 2.0.0 Ok: queued as ")
        assert ui.shows("Delivery is not confirmed.")
        await ui.press("escape")
        await ui.until(lambda: last_test(ui) == "✓ now", "the table to say ACCEPTED")
    (mail,) = sandbox.mailbox
    assert mail.rcpt_to == ("you@sandbox.example",)
    (request,) = [
        request for request in sandbox.requests if request.operation == Operation.TEST_SAVED
    ]
    assert request.json() == {"id": record_id, "to": "you@sandbox.example"}


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_servers_words_can_be_read_whole_however_long(
    sandbox: Sandbox, size: tuple[int, int]
) -> None:
    lines = [f"550-5.7.1 line {number} of the reasons" for number in range(1, 40)]
    add(sandbox)
    sandbox.mail.play(refuse(Phase.RCPT, "\n".join([*lines, "550 5.7.1 and that is all"])))
    async with opened(sandbox, size=size) as ui:
        await send(ui)
        await ui.sees(" REJECTED ", "e Edit ")
        seen: set[str] = set()
        for _ in range(60):
            seen.update(line.strip(" │") for line in ui.lines())
            assert ui.shows("e Edit ")
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


@pytest.mark.parametrize("step", [Phase.AUTH, Phase.MESSAGE])
async def test_a_password_that_the_server_repeats_reaches_no_screen_and_no_file(
    sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory, step: Phase
) -> None:
    directory = tmp_path_factory.mktemp("kept")
    add(sandbox, password="old-password")
    # To come to the last step it has to be the mail server's own password.
    secret, code = ("s3cret-word", 535) if step is Phase.AUTH else ("relay-password", 250)
    sandbox.mail.play(refuse(step, f"{code} 2.0.0 you sent {secret}"))
    async with opened(sandbox, directory=directory) as ui:
        await ui.sees("MAIL")
        await ui.press("e")
        await ui.sees("Edit MAIL")
        await ui.press("tab", "tab", "tab")
        await ui.type(secret)
        await send_from_form(ui)
        await is_judged(ui, "you sent")
        assert not ui.shows(secret)
    kept = next(directory.rglob("tests.jsonl")).read_text()
    assert "you sent" in kept
    assert secret not in kept


async def test_a_recipient_that_cannot_be_kept_is_said_and_the_mail_goes_all_the_same(
    demo: Sandbox, tmp_path: Path
) -> None:
    store = ProfileStore(tmp_path / "config")

    def newer(profile: Profile) -> Profile:
        kept = replace(profile, name="one")
        store.add(kept)
        store.path.write_text(store.path.read_text().replace("schema = 1", "schema = 99"))
        return kept

    async with opened(demo, profile=newer, directory=tmp_path) as ui:
        await ui.sees("PRIMARY")
        await ui.press("t")
        await ui.sees("Send to   you@sandbox.example")
        await ui.press("enter")
        await ui.sees("UNREACHABLE", "schema")
        assert len(ui.requests(Operation.TEST_SAVED)) == 1
