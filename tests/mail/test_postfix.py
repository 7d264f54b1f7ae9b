"""What a real Postfix on loopback says, read by the decoder through the sandbox's mailer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from smtp_tui.api.models import TestAnswer
from smtp_tui.mail.judge import judge
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.postfix import NEEDS_POSTFIX, RECIPIENT, Postfix
from tests.sandbox.caller import Caller

pytestmark = NEEDS_POSTFIX

TO = RECIPIENT


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=10.0)) as running:
        yield running


def outcome_of(sandbox: Sandbox, parameters: dict[str, object], to: str = TO) -> TestOutcome:
    reply = Caller(sandbox).send_test(to, **{"hostname": "127.0.0.1", **parameters})
    outcome = judge(TestAnswer(reply.status, reply.json()), to)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    ("service", "parameters", "words", "phase", "parameter"),
    [
        ("client", {}, "554 5.7.1 <unknown[127.0.0.1]>: Client host", Phase.LOGIN, "username"),
        ("recipient", {}, f"554 5.7.1 <{TO}>: Recipient address", Phase.LOGIN, "username"),
        ("login", {}, f"554 5.7.1 <{TO}>: Recipient address", Phase.LOGIN, "username"),
        (
            "sender form",
            {"from": "cam@local"},
            "504 5.5.2 <cam@local>: Sender address rejected: need fully-qualified address",
            Phase.SENDER,
            "username",
        ),
        (
            "sender domain",
            {},
            "554 5.7.1 <cam@sandbox.example>: Sender address rejected: Access denied",
            Phase.LOGIN,
            "username",
        ),
        (
            "not logged in",
            {},
            "553 5.7.1 <cam@sandbox.example>: Sender address rejected: not logged in",
            Phase.LOGIN,
            "username",
        ),
        (
            "not logged in",
            {"username": "relay", "password": "wrong"},
            "535 5.7.8 Error: authentication failed",
            Phase.LOGIN,
            "password",
        ),
        ("end of data", {}, "450 4.3.2 <END-OF-MESSAGE>", Phase.MESSAGE, None),
    ],
)
def test_what_postfix_refuses_is_read_for_what_it_is(
    sandbox: Sandbox,
    postfix: Postfix,
    service: str,
    parameters: dict[str, object],
    words: str,
    phase: Phase,
    parameter: str | None,
) -> None:
    outcome = outcome_of(sandbox, {"port": postfix.ports[service], **parameters})
    assert words in outcome.server_text
    assert (outcome.verdict, outcome.phase, outcome.parameter) == (
        Verdict.REJECTED,
        phase,
        parameter,
    )


def test_a_relay_that_postfix_denies_is_a_missing_login(sandbox: Sandbox, postfix: Postfix) -> None:
    outcome = outcome_of(sandbox, {"port": postfix.ports["open"]}, "a@elsewhere.example")
    assert "Relay access denied" in outcome.server_text
    assert (outcome.verdict, outcome.parameter) == (Verdict.REJECTED, "username")


@pytest.mark.parametrize("shape", ["loopback", "result_error", "text"])
def test_what_postfix_takes_is_accepted_with_its_queue_id(
    sandbox: Sandbox, postfix: Postfix, shape: str
) -> None:
    sandbox.services.test_shape = shape
    outcome = outcome_of(sandbox, {"port": postfix.ports["open"]})
    assert outcome.verdict is Verdict.ACCEPTED
    assert "queued as" in outcome.server_text
    assert outcome.queue_id
