"""`test`: what it says of answers in every shape, and before and after a mail is tried."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.cli.console import Console, Result
from tests.failing_sandbox import TEST_SHAPES, Fault, FaultKind, Operation, Phase, Sandbox, refuse

TO = ("--to", "someone@example.com")
LOGIN = {"username": "relay", "password": "relay-password"}
BAD_LOGIN = "535 5.7.8 Error: authentication failed"
HIDING = {"hidden": "500", "bad_gateway": "502"}
CODES = {
    "REJECTED": ExitCode.MAIL_REJECTED,
    "UNREACHABLE": ExitCode.MAIL_UNREACHABLE,
    "UNKNOWN": ExitCode.UNKNOWN_OUTCOME,
}


@pytest.fixture
def record_id(sandbox: Sandbox) -> str:
    own = {"hostname": "127.0.0.1", "port": sandbox.smtp_port}
    return sandbox.add_record("GOOD", {**own, **LOGIN})


def audited(console: Console) -> dict[str, object]:
    """The newest write in the journal."""
    line: dict[str, object] = json.loads(console.run("audit", "--jsonl").out.splitlines()[0])
    return line


def verdict(result: Result) -> str:
    return result.out.split()[0] if result.out else ""


@pytest.mark.parametrize("shape", TEST_SHAPES)
def test_a_refused_login_is_told_whatever_the_shape_of_the_answer(
    console: Console, sandbox: Sandbox, record_id: str, shape: str
) -> None:
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    sandbox.services.test_shape = shape
    result = console.run("test", "GOOD", *TO)
    wanted = "UNKNOWN" if shape in HIDING or shape == "queued" else "REJECTED"
    assert (verdict(result), result.code) == (wanted, CODES[wanted])
    if wanted == "REJECTED":
        assert "Check: password" in result.out
        assert (BAD_LOGIN in result.out) is (shape != "smtp_status")


@pytest.mark.parametrize(("shape", "status"), HIDING.items())
def test_a_hidden_reason_is_said_with_the_request_id_in_text_and_in_json(
    console: Console, sandbox: Sandbox, record_id: str, shape: str, status: str
) -> None:
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    sandbox.services.test_shape = shape
    text = console.run("test", "GOOD", *TO)
    assert f"CAM answered {status}, which hides why a mail was rejected" in text.out
    assert f"Request id: {audited(console)['request_id']}" in text.out
    (outcome,) = console.run("test", "GOOD", *TO, "--json").json("outcomes")
    told = outcome["mail"]
    assert told["request_id"] == audited(console)["request_id"]
    assert "hides why a mail was rejected" in told["meaning"]


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (400, "to is a required argument"),
        (400, "Value is not an array."),
        (409, "Conflict"),
        (413, "request entity too large"),
    ],
)
@pytest.mark.parametrize("saved", [True, False], ids=["test", "test --values"])
def test_a_refusal_of_the_call_ends_with_1_and_says_that_no_mail_was_tried(
    console: Console, sandbox: Sandbox, record_id: str, status: int, message: str, saved: bool
) -> None:
    operation = Operation.TEST_SAVED if saved else Operation.TEST
    body = json.dumps({"error": {"statusCode": status, "message": message}}).encode()
    sandbox.faults.add(Fault(FaultKind.RAW, operation, status=status, body=body))
    what = ("GOOD",) if saved else ("--values", "hostname=127.0.0.1", "port=1")
    result = console.run("test", *what, *TO)
    assert (result.code, result.out) == (ExitCode.FAILED, "")
    assert "No mail was sent." in result.err
    assert message in result.err
    assert audited(console)["outcome"] == "refused"


def test_a_401_of_the_mailer_asks_for_no_token_and_a_401_of_cam_does(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.mail.play(refuse(Phase.AUTH, BAD_LOGIN))
    sandbox.services.test_shape = "unauthorized"
    result = console.run("test", "GOOD", *TO)
    assert (result.code, verdict(result)) == (ExitCode.MAIL_REJECTED, "REJECTED")
    assert "token" not in result.out + result.err
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.TEST_SAVED))
    result = console.run("test", "GOOD", *TO)
    assert (result.code, result.out) == (ExitCode.TOKEN, "")
    assert "No mail was sent." in result.err


def test_a_404_of_the_mailer_is_an_unknown_mail_host(console: Console, sandbox: Sandbox) -> None:
    sandbox.services.test_shape = "not_found"
    values = ("hostname=mail.example.invalid", "port=25")
    result = console.run("test", "--values", *values, *TO)
    assert (result.code, verdict(result)) == (ExitCode.MAIL_UNREACHABLE, "UNREACHABLE")
    assert "Check: hostname" in result.out


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<html><head><title>Oops</title></head><body>x</body></html>", "titled \u201cOops\u201d"),
        (b"<p>550 5.1.1 <b>no</b> such user</p>", "550 5.1.1"),
        (bytes(range(128, 256)) * 4, "bytes that are not text"),
        (b"\x01\x02\x03\x04" * 40, "bytes that are not text"),
        ("no".encode("utf-16"), "UTF-16 text"),
        (json.dumps({"error": "<br>550 5.1.1 no\x1b[2J user"}).encode(), "550 5.1.1 no"),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_no_html_and_no_raw_bytes_are_printed(
    console: Console, sandbox: Sandbox, record_id: str, status: int, body: bytes, words: str
) -> None:
    fault = Fault(FaultKind.RAW, Operation.TEST_SAVED, count=2, status=status, body=body)
    sandbox.faults.add(fault)
    text = console.run("test", "GOOD", *TO)
    assert words in text.out
    told = console.run("test", "GOOD", *TO, "--json").json("outcomes")[0]["mail"]["server_text"]
    for said in (text.out, told):
        assert not any(tag in said for tag in ("<html", "<p>", "<b>", "<br>", "\ufffd"))
    assert not any(char < " " and char != "\n" for char in text.out)


@pytest.mark.parametrize("shape", ["loopback", "success_false"])
def test_a_yes_without_a_login_says_that_none_was_used(
    console: Console, sandbox: Sandbox, record_id: str, shape: str
) -> None:
    sandbox.services.test_shape = shape
    values = ("hostname=127.0.0.1", f"port={sandbox.smtp_port}")
    assert "No login was used" not in console.run("test", "GOOD", *TO).out
    blank = console.run("test", "GOOD", "username=", *TO)
    none = console.run("test", "--values", *values, *TO)
    half = console.run("test", "--values", *values, "--password-stdin", *TO, stdin=b"secret-word")
    for result in (blank, none, half):
        assert verdict(result) == "ACCEPTED"
        assert "No login was used: there is no username." in result.out


WARNING = "The stored password will be sent to localhost instead of the saved host 127.0.0.1."


@pytest.mark.parametrize(
    ("arguments", "stdin", "warned"),
    [
        (("hostname=localhost",), b"", True),
        (("hostname=localhost", "port=1"), b"", True),
        (("hostname=localhost", "--password-stdin"), b"typed-here", False),
        (("hostname=localhost", "username="), b"", False),
        (("port=1",), b"", False),
        (("hostname=127.0.0.1.",), b"", False),
        ((), b"", False),
    ],
)
def test_a_stored_password_that_would_go_to_another_host_is_warned_of_first(
    console: Console,
    sandbox: Sandbox,
    record_id: str,
    arguments: tuple[str, ...],
    stdin: bytes,
    warned: bool,
) -> None:
    result = console.run("test", "GOOD", *TO, *arguments, stdin=stdin)
    assert (f"warning: {WARNING}" in result.err) is warned
    assert "relay-password" not in result.out + result.err


@pytest.mark.parametrize(
    ("arguments", "outcome", "words"),
    [
        ((), "ACCEPTED", "The mail server accepted the mail."),
        (("username=other",), "REJECTED", "login: The mail server rejected"),
        (("port=1",), "UNREACHABLE", "connect: The host answers"),
    ],
)
def test_the_journal_keeps_the_verdict(
    console: Console,
    sandbox: Sandbox,
    record_id: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    outcome: str,
    words: str,
) -> None:
    console.run("test", "GOOD", *TO, *arguments)
    kept = audited(console)
    assert (kept["operation"], kept["outcome"]) == ("test_saved", f"mail {outcome.lower()}")
    assert words in str(kept["words"])
    assert outcome in console.run("audit").out
    sandbox.services.test_shape = "hidden"
    console.run("test", "GOOD", *TO, "port=1")
    assert audited(console)["outcome"] == "not known"


UNUSED = "warning: password: there is no username, so the password is not used"
MISSING = "warning: password: there is a username but no password, so no login can be made"


@pytest.mark.parametrize(
    ("arguments", "stdin", "warned"),
    [
        (("create", "NEW", "hostname=h.example", "port=25", "username=me", "--yes"), b"", MISSING),
        (
            ("create", "NEW", "hostname=h.example", "port=25", "--password-stdin", "--yes"),
            b"word",
            UNUSED,
        ),
        (("create", "NEW", "hostname=h.example", "port=25", "--yes"), b"", ""),
        (("set", "OPEN", "--password-stdin", "--yes"), b"word", UNUSED),
        (("set", "OPEN", "username=me", "--password-stdin", "--yes"), b"word", ""),
        (("set", "GOOD", "--password-stdin", "--yes"), b"word", ""),
        (("test", "--values", "hostname=127.0.0.1", "port=1", "username=me", *TO), b"", MISSING),
        (("test", "OPEN", "port=1", "--password-stdin", *TO), b"word", UNUSED),
        (("test", "GOOD", "port=1", *TO), b"", ""),
    ],
    ids=lambda one: " ".join(one[:2]) if isinstance(one, tuple) else None,
)
def test_half_a_login_is_flagged(
    console: Console,
    sandbox: Sandbox,
    record_id: str,
    arguments: tuple[str, ...],
    stdin: bytes,
    warned: str,
) -> None:
    sandbox.add_record("OPEN", {"hostname": "127.0.0.1", "port": 25, "username": ""})
    result = console.run(*arguments, stdin=stdin)
    said = [line for line in result.err.splitlines() if line in (UNUSED, MISSING)]
    assert said == ([warned] if warned else [])
