"""The sandbox's mail server plays what a mail server can cause, as the rows of `replies.toml` say.

Over real sockets: the sandbox mails through its own mail server, and its answer is judged as the
screens judge it. Replies of one kind differ in words alone, so one of each kind is played and all
are judged. The rows left out are named with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from smtp_tui.api.models import JsonValue, TestAnswer
from smtp_tui.mail.judge import judge
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from smtp_tui.mail.replies import Row, table
from tests.failing_sandbox import (
    CertificateKind,
    Sandbox,
    SandboxOptions,
    Scenario,
    Tls,
    drop,
    refuse,
    reset,
    silence,
    trusted_by_mailer,
)
from tests.failing_sandbox import Phase as Step
from tests.sandbox.caller import Caller

TO = "someone@example.com"
LOGIN = {"username": "relay", "password": "relay-password"}
SPOKEN_IN = {
    Phase.CONNECT: Step.GREETING,
    Phase.TLS: Step.MAIL,
    Phase.LOGIN: Step.AUTH,
    Phase.SENDER: Step.MAIL,
    Phase.RECIPIENT: Step.RCPT,
    Phase.MESSAGE: Step.MESSAGE,
    Phase.UNKNOWN: Step.MAIL,
}
"""Where a mail server says what belongs to a phase: that it wants TLS, at the first command."""

_MAIL = ("Mail command failed", "EENVELOPE", "MAIL FROM")
PASSED_ON = {
    Phase.CONNECT: ("Invalid greeting. response=", "EPROTOCOL", "CONN"),
    Phase.TLS: _MAIL,
    Phase.LOGIN: ("Invalid login", "EAUTH", "AUTH PLAIN"),
    Phase.SENDER: _MAIL,
    Phase.RECIPIENT: ("Can't send mail - all recipients were rejected", "EENVELOPE", "RCPT TO"),
    Phase.MESSAGE: ("Message failed", "EMESSAGE", "DATA"),
    Phase.UNKNOWN: _MAIL,
}
"""How nodemailer passes on a reply about a phase: its words, its code and the command."""

SILENT_ROWS = (
    (Scenario(tls=Tls.NONE), "wrong version number"),
    (Scenario(tls=Tls.CUT), "could not convert socket to tls"),
    (Scenario(tls=Tls.REFUSED), "unsupported protocol"),
    (Scenario(certificate=CertificateKind.WRONG_NAME), "err_tls_cert_altname_invalid"),
    (Scenario(certificate=CertificateKind.EXPIRED), "cert_has_expired"),
    (Scenario(), r"self[- ]signed"),
    (Scenario(certificate=CertificateKind.UNKNOWN_ISSUER), "unable_to_verify_leaf_signature"),
    (silence(Step.GREETING), "greeting never received"),
    (refuse(Step.GREETING, "* OK IMAP4rev1 ready"), "invalid greeting"),
    (reset(Step.EHLO), "econnreset"),
    (drop(Step.GREETING), "unexpected socket close"),
    (drop(Step.MESSAGE), "connection closed"),
    (silence(Step.MESSAGE), "etimedout"),
)
"""What a mail server causes without a reply code, and the first pattern of the row it must hit."""

NO_MAIL_SERVER_CAUSES = {
    "eai_again": "the DNS of the CAM host",
    "enotfound": "the DNS of the CAM host",
    r"\bedns\b": "the DNS of the CAM host",
    "starttls is required but": "a mailer that insists on STARTTLS",
    "econnrefused": "that there is no mail server",
    "ehostunreach": "the network",
    "eaddrnotavail": "the CAM host",
    "err_socket_bad_port": "a port that is none",
    "connect etimedout": "a firewall",
    r"\beproxy\b": "a proxy",
    r"couldn'?t connect to host": "that there is no mail server, in a Java mailer",
    "missing credentials": "the record",
    r"no authentication mechanis?ms supported": "a mailer that asks what logins are offered",
    "invalid login": "a mailer that keeps the server's reply for itself",
    "no recipients defined": "the recipient that was typed",
    "invalid sender": "the sender that CAM chose",
    r"\beenvelope\b": "a mailer that does not say what was refused",
    r"\bemessage\b": "a mailer that does not say why",
    r"\besocket\b": "a mailer that does not say what happened",
}
"""The other rows of the mailer's own words, by their first pattern, and who does cause them."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(mail_timeout=0.5)) as running:
        yield running


@pytest.fixture(scope="module")
def careful() -> Iterator[Sandbox]:
    """A sandbox whose mailer verifies certificates."""
    with Sandbox(SandboxOptions(mail_timeout=0.5)) as running:
        running.verify_mail_servers(trusted_by_mailer())
        yield running


def played(sandbox: Sandbox, scenario: Scenario) -> TestOutcome:
    sandbox.mail.play(scenario)
    reply = Caller(sandbox).send_test(TO, hostname="localhost", port=sandbox.smtp_port, **LOGIN)
    outcome = judge(TestAnswer(reply.status, reply.json()), TO)
    assert outcome is not None
    return outcome


def whole(reply: str) -> str:
    """The reply as SMTP wants it: the last line of an example may continue in reality."""
    before, line_end, last = reply.rpartition("\n")
    return before + line_end + re.sub(r"^(\d{3})-", r"\1 ", last)


ROWS = [row for row in table().server + table().code if re.match(r"[45]\d\d[ -]", row.example)]
"""Every row of refusals in a reply. An enhanced status code alone is in no SMTP reply."""

ONE_OF_EACH_KIND = {(row.phase, row.fixed_phase, "\n" in row.example): row for row in ROWS}


def check_decided(row: Row, outcome: TestOutcome) -> None:
    assert (outcome.verdict, outcome.meaning) == (row.verdict, row.meaning), outcome.server_text
    assert whole(row.example) in outcome.server_text
    if row.fixed_phase:
        assert (outcome.phase, outcome.parameter) == (row.phase, row.parameter)


def test_a_reply_is_decided_by_its_row_when_a_mailer_passes_it_on() -> None:
    for row in ROWS:
        reply = whole(row.example)
        words, code, command = PASSED_ON[row.phase]
        error: dict[str, JsonValue] = {
            "message": f"{words}: {reply}",
            "code": code,
            "response": reply,
            "responseCode": int(reply[:3]),
            "command": command,
        }
        outcome = judge(TestAnswer(500, {"error": error}), TO)
        assert outcome is not None
        check_decided(row, outcome)


@pytest.mark.parametrize(
    "row", ONE_OF_EACH_KIND.values(), ids=[row.example[:60] for row in ONE_OF_EACH_KIND.values()]
)
def test_a_refusal_of_each_kind_is_played_and_read_back_word_for_word(
    sandbox: Sandbox, row: Row
) -> None:
    check_decided(row, played(sandbox, refuse(SPOKEN_IN[row.phase], whole(row.example))))


@pytest.mark.parametrize(("scenario", "first"), SILENT_ROWS, ids=[row[1] for row in SILENT_ROWS])
def test_what_a_mail_server_does_without_a_reply_is_played_and_read(
    sandbox: Sandbox, careful: Sandbox, scenario: Scenario, first: str
) -> None:
    (row,) = [row for row in table().mailer if row.patterns[0] == first]
    about_certificates = scenario == Scenario() or scenario.certificate != "self-signed"
    outcome = played(careful if about_certificates else sandbox, scenario)
    assert (outcome.verdict, outcome.phase, outcome.meaning) == (
        row.verdict,
        row.phase,
        row.meaning,
    ), outcome.server_text


def test_every_row_of_the_mailers_words_is_played_or_has_another_cause() -> None:
    firsts = {row.patterns[0] for row in table().mailer}
    assert firsts == {first for _, first in SILENT_ROWS} | set(NO_MAIL_SERVER_CAUSES)


def test_a_mail_that_is_taken_is_accepted(sandbox: Sandbox) -> None:
    outcome = played(sandbox, Scenario())
    assert (outcome.verdict, outcome.phase) == (Verdict.ACCEPTED, Phase.MESSAGE)
    assert outcome.queue_id


def test_a_mail_server_without_starttls_or_login_takes_mail_too(sandbox: Sandbox) -> None:
    sandbox.mail.play(Scenario(offer_starttls=False, offer_login=False))
    reply = Caller(sandbox).send_test(TO, hostname="localhost", port=sandbox.smtp_port)
    outcome = judge(TestAnswer(reply.status, reply.json()), TO)
    assert outcome is not None
    assert outcome.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("how", "step"),
    [(how, step) for how in (drop, reset) for step in Step if (how, step) != (drop, Step.GREETING)],
)
def test_a_line_cut_after_the_greeting_is_unknown(
    sandbox: Sandbox, step: Step, how: Callable[[Step], Scenario]
) -> None:
    outcome = played(sandbox, how(step))
    assert outcome.verdict is Verdict.UNKNOWN
    assert "may have been sent" in outcome.meaning
