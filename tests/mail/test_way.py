"""The way of a mail as steps: only what is known counts as passed."""

from __future__ import annotations

import pytest

from smtp_tui.api.models import JsonValue, TestAnswer
from smtp_tui.mail.judge import judge
from smtp_tui.mail.outcome import Phase, Step, TestOutcome, Verdict, way_of

SIGNS = {Step.PASSED: "+", Step.FAILED: "x", Step.UNDECIDED: "?", Step.NOT_KNOWN: "."}


def way(outcome: TestOutcome) -> str:
    """The way as one sign for each step, from connect to message; DNS stands before them."""
    return "".join(SIGNS[step] for _, step in way_of(outcome))


def said(body: JsonValue, status: int = 500) -> TestOutcome:
    """What is made of an answer of CAM."""
    outcome = judge(TestAnswer(status, body, None), "ops@example.com")
    assert outcome is not None
    return outcome


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("told", [False, True])
def test_tls_and_login_never_count_as_passed_and_nothing_after_the_failed_step_does(
    verdict: Verdict, phase: Phase, told: bool
) -> None:
    outcome = TestOutcome(verdict, "", "", phase=phase, phase_told=told)
    steps = dict(way_of(outcome))
    assert Step.PASSED not in (steps.get(Phase.TLS), steps.get(Phase.LOGIN)) or (
        verdict is Verdict.ACCEPTED and steps.get(phase) is Step.PASSED
    )
    if phase is Phase.UNKNOWN:
        assert not steps
    elif verdict is not Verdict.ACCEPTED:
        known = [step for step in steps.values() if step is not Step.NOT_KNOWN]
        assert known[-1] is (Step.UNDECIDED if verdict is Verdict.UNKNOWN else Step.FAILED)
        assert set(known[:-1]) <= {Step.PASSED}


@pytest.mark.parametrize(
    ("phase", "told", "expected"),
    [
        (Phase.DNS, False, "x......"),
        (Phase.CONNECT, False, "x....."),
        (Phase.TLS, False, "+x...."),
        (Phase.LOGIN, False, "+.x..."),
        (Phase.SENDER, False, "+..x.."),
        (Phase.RECIPIENT, False, "+...x."),
        (Phase.RECIPIENT, True, "+..+x."),
        (Phase.MESSAGE, False, "+....x"),
        (Phase.MESSAGE, True, "+..++x"),
        (Phase.UNKNOWN, True, ""),
    ],
)
def test_a_refusal_implies_the_steps_before_one_that_the_mailer_named(
    phase: Phase, told: bool, expected: str
) -> None:
    outcome = TestOutcome(Verdict.REJECTED, "", "", phase=phase, phase_told=told)
    assert way(outcome) == expected


def test_an_accepted_mail_went_from_connect_over_sender_and_recipient() -> None:
    assert way(TestOutcome(Verdict.ACCEPTED, "", "", phase=Phase.MESSAGE)) == "+..+++"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": {"message": "Invalid login: 535 5.7.8 Error"}}, "+.x..."),
        ({"error": {"message": "552 5.3.4 Message size exceeds fixed limit"}}, "+....x"),
        (
            {"error": {"message": "552 5.3.4 Message too big", "command": "DATA"}},
            "+..++x",
        ),
        ({"error": {"message": "Message failed: 554 5.7.1 This looks like spam"}}, "+..++x"),
        ({"error": {"message": "550 5.1.1 User unknown", "command": "RCPT TO"}}, "+..+x."),
        # Refused while the recipient was given, because of the sender: Postfix waits that long.
        (
            {"error": {"message": "553 5.7.1 <a@b.example>: not owned by user relay",
                       "command": "RCPT TO"}},
            "+..x..",
        ),
        ({"error": {"message": "getaddrinfo ENOTFOUND mail.example.invalid"}}, "x......"),
    ],
)  # fmt: skip
def test_the_evidence_of_an_answer_decides_which_steps_are_known(
    body: JsonValue, expected: str
) -> None:
    assert way(said(body)) == expected
