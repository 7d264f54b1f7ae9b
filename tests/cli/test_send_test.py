"""`test`: the verdict, the server's own words and an exit code that tells the verdicts apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.api.target import parse_origin
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.history import TestHistory
from tests.cli.console import Console, Result
from tests.failing_sandbox import Fault, FaultKind, Operation, Phase, Sandbox, drop, refuse

TO = ("--to", "someone@example.com")


@pytest.fixture
def record_id(sandbox: Sandbox) -> str:
    own = {"hostname": "127.0.0.1", "port": sandbox.smtp_port}
    return sandbox.add_record("GOOD", {**own, "username": "relay", "password": "relay-password"})


def verdict(result: Result) -> str:
    """The first word of what stands on stdout."""
    return result.out.split()[0] if result.out else ""


def test_an_accepted_mail_is_in_the_mailbox(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("test", "GOOD", *TO)
    assert (result.code, verdict(result)) == (0, "ACCEPTED")
    assert "250 2.0.0 Ok: queued" in result.out
    assert "Delivery is not confirmed" in result.out
    [mail] = sandbox.mailbox
    assert (mail.rcpt_to, mail.username) == (("someone@example.com",), "relay")


def test_a_refusal_is_told_with_the_servers_words_and_the_parameter(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.mail.play(refuse(Phase.RCPT, "550 5.1.1 no such user here"))
    result = console.run("test", "GOOD", *TO)
    assert (result.code, verdict(result)) == (10, "REJECTED")
    assert "550 5.1.1 no such user here" in result.out
    assert "Check: to" in result.out


def test_a_mail_server_that_is_not_reached_has_its_own_code(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("test", "GOOD", *TO, "port=1", "--json")
    (told,) = result.json("outcomes")
    assert (result.code, told["verdict"]) == (11, "UNREACHABLE")
    assert told["mail"]["parameter"] == "port"


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.BAD_GATEWAY, FaultKind.TRUNCATED])
def test_a_lost_answer_is_unknown_and_the_mail_is_not_sent_again(
    console: Console, sandbox: Sandbox, record_id: str, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, Operation.TEST_SAVED, after_work=True))
    result = console.run("test", "GOOD", *TO)
    assert (result.code, verdict(result)) == (6, "UNKNOWN")
    assert "may have been sent" in result.out
    assert ("in front of CAM answered 502" in result.out) is (kind is FaultKind.BAD_GATEWAY)
    assert len(sandbox.mailbox) == 1


def test_a_refused_request_is_no_verdict(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.TEST_SAVED))
    result = console.run("test", "GOOD", *TO)
    assert (result.code, result.out) == (7, "")


def test_changes_are_laid_over_the_stored_values_and_not_saved(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    before = sandbox.record(record_id)
    arguments = ("test", "GOOD", *TO, "username=reports@sandbox.example", "--password-stdin")
    result = console.run(*arguments, stdin=b"wrong-password")
    assert (result.code, verdict(result)) == (10, "REJECTED")
    sent = sandbox.requests[-1].json()
    assert sent["conn_params"] == [
        {"name": "username", "value": "reports@sandbox.example"},
        {"name": "password", "value": "wrong-password"},
    ]
    assert sandbox.record(record_id) == before
    assert "wrong-password" not in result.out + result.err


def test_values_stored_nowhere_are_tested_without_a_record(
    console: Console, sandbox: Sandbox
) -> None:
    values = ("hostname=127.0.0.1", f"port={sandbox.smtp_port}")
    result = console.run("test", "--values", *values, *TO)
    assert (result.code, verdict(result)) == (0, "ACCEPTED")
    assert [request.operation for request in sandbox.requests] == [Operation.TEST]


@pytest.mark.parametrize(
    "arguments",
    [
        ("GOOD", "--to", "two@example.com, more@example.com"),
        ("GOOD", "--to", "a@example.com\nBcc: b@example.com"),
        ("GOOD",),
        TO,
        ("port=25", *TO),
        ("--values", "port=25", *TO),
        ("--values", "GOOD", *TO),
        ("GOOD", "password=x", *TO),
    ],
)
def test_what_cannot_be_tested_sends_nothing(
    console: Console, sandbox: Sandbox, record_id: str, arguments: tuple[str, ...]
) -> None:
    result = console.run("test", *arguments)
    assert (result.code, result.out, sandbox.mailbox) == (2, "", ())
    assert all(request.method == "GET" for request in sandbox.requests)


def test_a_read_only_run_tests_a_saved_record(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    before = sandbox.records()
    result = console.run("--read-only", "test", "GOOD", *TO)
    assert (result.code, verdict(result)) == (0, "ACCEPTED")
    assert (len(sandbox.mailbox), sandbox.records()) == (1, before)


@pytest.mark.parametrize(
    "values",
    [
        ("GOOD", "port=25"),
        ("GOOD", "--password-stdin"),
        ("--values", "hostname=127.0.0.1"),
    ],
)
def test_a_read_only_run_tests_no_value_that_is_not_saved(
    console: Console, sandbox: Sandbox, record_id: str, values: tuple[str, ...]
) -> None:
    result = console.run("--read-only", "test", *values, *TO, stdin=b"secret")
    assert result.code == 4
    assert "--read-only" in result.err
    assert (sandbox.mailbox, sandbox.requests) == ((), ())


@pytest.mark.parametrize("values", [("GOOD",), ("GOOD", "port=25"), ("--values", "port=25")])
def test_a_profile_that_forbids_test_emails_sends_none_and_says_how_to_allow_them(
    console: Console, sandbox: Sandbox, record_id: str, values: tuple[str, ...]
) -> None:
    console.setenv(A_TOKEN=sandbox.admin_token)
    add = ("profiles", "add", "one", "--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    assert console.run(*add, "--token-env", "A_TOKEN", "--no-test-emails").code == 0
    result = console.run("test", *values, *TO, "--profile", "one")
    assert result.code == 4
    assert "one allows no test emails" in result.err
    assert "smtp-tui profiles set NAME --test-emails" in result.err
    assert (sandbox.mailbox, sandbox.requests) == ((), ())
    assert console.run("profiles", "set", "one", "--test-emails").code == 0
    assert console.run("test", "GOOD", *TO, "--profile", "one").code == 0


def test_each_run_is_remembered_without_a_secret(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    console.run("test", "GOOD", *TO, "--password-stdin", stdin=b"planted-secret")
    sandbox.mail.play(drop(Phase.GREETING))
    console.run("test", record_id, *TO, "username=other")
    history = TestHistory(tmp_path / "state")
    history.load()
    key = RecordKey(parse_origin(sandbox.base_url).url, sandbox.tenant_id, record_id)
    newest, oldest = (test.run for test in history.tests(key))
    assert (oldest.verdict, oldest.phase, oldest.profile) == ("REJECTED", "login", "environment")
    assert dict(newest.values) == {
        "hostname": "127.0.0.1",
        "port": str(sandbox.smtp_port),
        "username": "other",
    }
    assert "planted-secret" not in history.path.read_text()


def test_a_history_that_cannot_be_written_is_said_and_no_more(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    (tmp_path / "state").write_text("a file stands where the directory should")
    result = console.run("test", "GOOD", *TO)
    assert (result.code, verdict(result)) == (0, "ACCEPTED")
    assert "not saved in the history" in result.err


def test_without_to_the_mail_goes_to_the_recipient_of_the_profile(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", {"hostname": "127.0.0.1", "port": sandbox.smtp_port})
    profile = ("profiles", "add", "p", "--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    console.run(*profile, "--token-env", "CAM_BEARER_TOKEN")
    refused = console.run("--profile", "p", "test", "A")
    assert refused.code == 2
    assert "give --to, for the profile p names no recipient" in refused.err
    console.run("profiles", "set", "p", "--recipient", "ops@there.example")
    assert console.run("--profile", "p", "test", "A", "--json").json("outcomes")[0]["mail"][
        "to"
    ] == ("ops@there.example")
