"""`set`: only what changes is sent, once it was shown and confirmed, to the record shown."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.console import Console, Typist
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

GOOD = {"hostname": "mail.example.com", "port": 25, "username": "relay", "password": "old-secret"}


@pytest.fixture
def record_id(sandbox: Sandbox) -> str:
    return sandbox.add_record("PRIMARY", GOOD)


def writes(sandbox: Sandbox) -> list[object]:
    """The bodies of every request that is no read; None where the body was not read."""
    sent = [request for request in sandbox.requests if request.method != "GET"]
    return [request.json() if request.body else None for request in sent]


def test_exactly_the_changed_parameters_are_sent(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("set", "PRIMARY", "port=587", "hostname=mail.example.com", "--yes")
    assert (result.code, result.out) == (0, "")
    assert writes(sandbox) == [
        {"id": record_id, "connection_parameters": [{"name": "port", "value": 587}]}
    ]
    assert sandbox.record(record_id).values == {**GOOD, "port": 587}


def test_the_record_may_stand_after_its_values(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    assert console.run("set", "port=587", "PRIMARY", "--yes").code == 0
    assert sandbox.record(record_id).values["port"] == 587
    tested = console.run("test", "hostname=127.0.0.1", "PRIMARY", "port=1", "--to", "a@b.cd")
    assert tested.code == 11
    other = sandbox.add_record("port=25", GOOD)
    assert console.run("set", "port=25", "port=26", "--yes").code == 0
    assert sandbox.record(other).values["port"] == 26


def test_the_review_shows_change_request_profile_host_and_tenant(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    review = console.run("set", "PRIMARY", "port=587", "--yes").err
    for words in (
        "~ port 25 → 587",
        f"POST {sandbox.base_url}/cam/composer/api/v1/smtpconnections/patchConnectionParam",
        f'"id": "{record_id}"',
        '"value": 587',
        "profile environment",
        f"host {sandbox.base_url}",
        f"tenant {sandbox.tenant_id}",
    ):
        assert words in review


def test_nothing_changed_sends_nothing(console: Console, sandbox: Sandbox, record_id: str) -> None:
    result = console.run("set", "PRIMARY", "port=25", "--yes", "--json")
    (told,) = result.json("outcomes")
    assert (result.code, told["changed"], told["outcome"]) == (0, [], "already so")
    assert "Nothing to change" in result.err
    assert writes(sandbox) == []


def test_where_nobody_can_be_asked_yes_is_needed(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("set", "PRIMARY", "port=587", stdin=b"yes\n")
    assert (result.code, writes(sandbox)) == (4, [])
    assert "--yes" in result.err


@pytest.mark.parametrize(("answer", "code", "port"), [("yes", 0, 587), ("y", 4, 25), ("", 4, 25)])
def test_a_person_is_asked_and_only_yes_counts(
    console: Console, sandbox: Sandbox, record_id: str, answer: str, code: int, port: int
) -> None:
    result = console.run("set", "PRIMARY", "port=587", typist=Typist(answer))
    assert "Apply? Type yes to confirm:" in result.err
    assert (result.code, sandbox.record(record_id).values["port"]) == (code, port)


def test_a_dry_run_prints_the_request_and_sends_nothing(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("set", "PRIMARY", "port=587", "--dry-run", "--json")
    assert result.code == 9
    assert result.json()["method"] == "POST"
    assert result.json()["body"]["connection_parameters"] == [{"name": "port", "value": 587}]
    assert writes(sandbox) == []
    assert console.run("set", "PRIMARY", "port=587", "--dry-run").out.startswith("POST http://")


def test_a_password_comes_from_stdin_and_is_shown_nowhere(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("set", "PRIMARY", "--password-stdin", "--yes", stdin=b"n3w secret\n")
    assert (result.code, sandbox.record(record_id).values["password"]) == (0, "n3w secret")
    assert "~ password will be replaced" in result.err
    assert "n3w secret" not in result.out + result.err


def test_clearing_a_password_is_an_act_of_its_own(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("set", "PRIMARY", "--clear-password", "--yes")
    assert (result.code, sandbox.record(record_id).values["password"]) == (0, "")
    assert "~ password will be cleared" in result.err
    assert "A backup is written first. It cannot bring back: password." in result.err
    assert console.run("set", "PRIMARY", "--clear-password", typist=Typist("yes")).code == 0


def test_the_record_as_it_was_is_kept_before_a_password_is_cleared_from_one(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    result = console.run("set", "PRIMARY", "port=587", "--clear-password", "--yes")
    (backup,) = (tmp_path / "state" / "backups").iterdir()
    assert f"without secrets: {backup}" in result.err
    assert f"To restore: smtp-tui --profile environment apply {backup}" in result.err
    assert console.run("apply", str(backup), "--yes").code == 0
    assert sandbox.record(record_id).values["port"] == 25
    cleared = console.run("set", "PRIMARY", "--clear-password", "--yes")
    assert "without secrets: " in cleared.err
    assert "To restore" not in cleared.err


@pytest.mark.parametrize("text", ["*****", "•••"])
def test_a_mask_is_never_sent_as_a_password(
    console: Console, sandbox: Sandbox, record_id: str, text: str
) -> None:
    result = console.run("set", "PRIMARY", "--password-stdin", "--yes", stdin=text.encode())
    assert (result.code, writes(sandbox)) == (2, [])


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("password=planted", "--password-stdin"),
        ("apiKey=planted", "--password-stdin"),
        ("planted", "name=value"),
        ("=planted", "name=value"),
        ("name=planted", "rename"),
        ("hostname=plan ted", "contain spaces"),
        ("port=99999", "65535"),
        ("username=plan\nted", "control character"),
    ],
)
def test_a_value_that_cannot_be_sent_is_refused_without_repeating_it(
    console: Console, sandbox: Sandbox, record_id: str, argument: str, words: str
) -> None:
    result = console.run("set", "PRIMARY", argument, "--yes")
    assert (result.code, result.out, writes(sandbox)) == (2, "", [])
    assert words in result.err
    assert "planted" not in result.err
    assert len(result.err.splitlines()) == 2  # where it would go, and why it does not


def test_a_parameter_twice_is_refused(console: Console, sandbox: Sandbox, record_id: str) -> None:
    result = console.run("set", "PRIMARY", "port=1", "port=2", "--yes")
    assert (result.code, writes(sandbox)) == (2, [])


def test_the_same_changed_meanwhile_stops_with_a_conflict(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typist = Typist("yes", lambda: sandbox.change_record(record_id, {"port": 465}))
    result = console.run("set", "PRIMARY", "port=587", typist=typist)
    assert (result.code, writes(sandbox)) == (8, [])
    assert "port: opened 25 · yours 587 · server 465" in result.err


def test_something_else_changed_meanwhile_is_kept_and_told(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typist = Typist("yes", lambda: sandbox.change_record(record_id, {"username": "other"}))
    result = console.run("set", "PRIMARY", "port=587", typist=typist)
    assert result.code == 0
    assert 'and kept: username "relay" → "other"' in result.err
    assert sandbox.record(record_id).values == {**GOOD, "username": "other", "port": 587}


def test_what_someone_else_did_already_is_not_sent_again(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typist = Typist("yes", lambda: sandbox.change_record(record_id, {"port": 587}))
    result = console.run("set", "PRIMARY", "port=587", typist=typist)
    assert (result.code, writes(sandbox)) == (0, [])


def test_a_record_deleted_meanwhile_is_not_found(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typist = Typist("yes", lambda: sandbox.delete_record(record_id))
    result = console.run("set", "PRIMARY", "port=587", typist=typist)
    assert (result.code, writes(sandbox)) == (3, [])


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (Fault(FaultKind.RESET, Operation.MODIFY, after_work=True), "the new value of port"),
        (Fault(FaultKind.RESET, Operation.MODIFY), "the old value of port"),
        (Fault(FaultKind.BAD_GATEWAY, Operation.MODIFY, after_work=True), "the new value of port"),
        (Fault(FaultKind.SERVER_ERROR, Operation.MODIFY), "the old value of port"),
    ],
)
def test_an_unknown_outcome_is_called_unknown_and_looked_up_once(
    console: Console, sandbox: Sandbox, record_id: str, fault: Fault, found: str
) -> None:
    sandbox.faults.add(fault)
    result = console.run("set", "PRIMARY", "port=587", "--yes")
    assert result.code == 6
    assert "outcome unknown" in result.err
    assert f"Read again: the server has {found}" in result.err
    assert len(writes(sandbox)) == 1


def test_a_refusal_names_the_field_and_is_not_repeated(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.INVALID, Operation.MODIFY))
    result = console.run("set", "PRIMARY", "port=587", "--yes")
    assert (result.code, len(writes(sandbox))) == (1, 1)
    assert "422" in result.err


def test_a_token_refused_on_the_write_is_not_repeated(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY))
    result = console.run("set", "PRIMARY", "port=587", "--yes")
    assert (result.code, len(writes(sandbox))) == (7, 1)


def test_yes_does_not_send_again_with_the_next_token_of_a_command(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    tokens, program = tmp_path / "tokens", tmp_path / "next_token.py"
    tokens.write_text(f"{sandbox.issue_token()}\n{sandbox.issue_token()}\n")
    program.write_text(
        "import pathlib, sys\n"
        "file = pathlib.Path(sys.argv[1])\n"
        "first, _, rest = file.read_text().partition('\\n')\n"
        "file.write_text(rest)\n"
        "print(first)\n"
    )
    command = f"{sys.executable} {program} {tokens}"
    added = console.run(
        *("profiles", "add", "prod", "--host", sandbox.base_url, "--tenant", sandbox.tenant_id),
        *("--token-command", command),
    )
    assert added.code == 0
    console.setenv(SMTP_TUI_PROFILE="prod")
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY))
    result = console.run("set", "PRIMARY", "port=587", "--yes")
    assert (result.code, len(writes(sandbox))) == (7, 1)
    assert "run the command again" in result.err


def test_read_only_is_refused_before_anything_is_asked(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("--read-only", "set", "PRIMARY", "port=587", "--yes")
    assert (result.code, sandbox.requests) == (4, ())
    assert "read-only" in result.err
    assert console.run("--read-only", "set", "PRIMARY", "port=587", "--dry-run").code == 9


@pytest.fixture
def protected(console: Console, sandbox: Sandbox) -> Callable[[], list[object]]:
    added = console.run(
        *("profiles", "add", "prod", "--host", sandbox.base_url, "--tenant", sandbox.tenant_id),
        *("--token-env", "CAM_BEARER_TOKEN", "--access", "protected"),
    )
    assert added.code == 0
    console.setenv(SMTP_TUI_PROFILE="prod")
    return lambda: writes(sandbox)


def test_a_protected_profile_wants_the_records_name(
    console: Console, protected: Callable[[], list[object]], record_id: str
) -> None:
    refused = console.run("set", "PRIMARY", "port=587", "--yes")
    assert (refused.code, protected()) == (4, [])
    assert "--confirm-name" in refused.err
    wrong = console.run("set", "PRIMARY", "port=587", "--confirm-name", "primary")
    assert (wrong.code, protected()) == (4, [])
    right = console.run("set", "PRIMARY", "port=587", "--confirm-name", "PRIMARY")
    assert (right.code, len(protected())) == (0, 1)


def test_in_a_protected_profile_a_person_types_the_name_and_not_yes(
    console: Console, protected: Callable[[], list[object]], record_id: str
) -> None:
    refused = console.run("set", "PRIMARY", "port=587", "--yes", typist=Typist("yes"))
    assert (refused.code, protected()) == (4, [])
    right = console.run("set", "PRIMARY", "port=587", typist=Typist("PRIMARY"))
    assert (right.code, len(protected())) == (0, 1)


def test_a_dry_run_that_would_change_nothing_ends_with_0(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    assert console.run("set", "PRIMARY", "port=25", "--dry-run").code == 0
    assert console.run("set", "--match", "port=25", "port=25", "--dry-run").code == 0
    assert console.run("set", "--match", "port=25", "port=26", "--dry-run").code == 9
