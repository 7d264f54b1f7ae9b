"""`audit`: what the commands wrote to the server, as a table and as data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.console import Console, Result
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

PASSWORD = "hunter2-hunter2"


@pytest.fixture
def record_id(sandbox: Sandbox) -> str:
    return sandbox.add_record("OLD", {"hostname": "mail.example.com", "port": 25, "password": "s"})


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "state" / "audit.jsonl"


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.out.splitlines()]


def test_every_command_that_writes_is_in_it_and_no_other(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typed = PASSWORD.encode()
    console.run("set", "OLD", "port=587", "--password-stdin", "--yes", stdin=typed)
    console.run("create", "NEW", "hostname=a.example", "port=25", "--yes")
    console.run("test", "OLD", "--to", "ops@example.com")
    console.run("delete", "OLD", "--yes")
    console.run("list")
    console.run("delete", "OLD", "--yes")
    console.run("set", "NEW", "port=26", "--dry-run")
    result = console.run("audit", "--jsonl")
    found = objects(result)
    assert [write["operation"] for write in found] == ["delete", "test_saved", "create", "patch"]
    patch = found[-1]
    assert patch["changes"] == [
        {"name": "port", "before": 25, "after": 587},
        {"name": "password", "before": "set", "after": "replaced"},
    ]
    assert (patch["record_id"], patch["record_name"]) == (record_id, "OLD")
    assert (patch["outcome"], patch["status"]) == ("done", 200)
    assert patch["at"].endswith("Z")
    assert found[2]["record_id"] == next(record.id for record in sandbox.records())
    assert PASSWORD not in result.out


def test_the_table_names_time_profile_operation_record_outcome_and_user(
    console: Console, record_id: str
) -> None:
    console.run("delete", "OLD", "--yes")
    heading, row = console.run("audit").out.splitlines()
    assert heading.split() == [
        *("TIME", "PROFILE", "OPERATION", "RECORD", "OUTCOME", "STATUS", "USER")
    ]
    assert row.split()[2:7] == ["environment", "delete", "OLD", "done", "200"]


def test_a_test_email_stands_there_with_its_verdict(console: Console, sandbox: Sandbox) -> None:
    own = {"hostname": "127.0.0.1", "port": sandbox.smtp_port}
    sandbox.add_record("GOOD", own)
    to = ("--to", "ops@example.com")
    console.run("test", "GOOD", *to)
    console.run("test", "GOOD", *to, "username=relay", "--password-stdin", stdin=b"wrong")
    console.run("test", "--values", "hostname=127.0.0.1", "port=1", *to)
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.TEST_SAVED))
    console.run("test", "GOOD", *to)
    verdicts = ["UNKNOWN", "UNREACHABLE", "REJECTED", "ACCEPTED"]
    assert [write["verdict"] for write in objects(console.run("audit", "--jsonl"))] == verdicts
    rows = [" ".join(row.split()[3:-1]) for row in console.run("audit").out.splitlines()[1:]]
    assert rows == [
        "test GOOD UNKNOWN -",
        "test of unsaved values - UNREACHABLE 400",
        "test of unsaved values GOOD REJECTED 400",
        "test GOOD ACCEPTED 200",
    ]


def test_a_write_that_is_no_test_has_no_verdict_and_a_plain_name(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.MODIFY, after_work=False))
    console.run("set", "OLD", "port=587", "--password-stdin", "--yes", stdin=b"new")
    (write,) = objects(console.run("audit", "--jsonl"))
    assert (write["operation"], write["verdict"]) == ("patch", None)
    assert " change " in console.run("audit").out


def test_a_line_of_before_with_its_numbers_as_text_is_still_read(
    console: Console, record_id: str, journal: Path
) -> None:
    console.run("set", "OLD", "port=587", "--yes")
    line = journal.read_text()
    journal.write_text(line.replace('"before": 25, "after": 587', '"before": "25", "after": "587"'))
    assert journal.read_text() != line
    (write,) = objects(console.run("audit", "--jsonl"))
    assert write["changes"] == [{"name": "port", "before": "25", "after": "587"}]


def test_filters_narrow_it_and_nothing_found_is_said(console: Console, record_id: str) -> None:
    console.run("set", "OLD", "port=587", "--yes")
    new_id = console.run("create", "NEW", "hostname=a.example", "port=25", "--yes").out.strip()
    for arguments, count in (
        (("--record", "OLD"), 1),
        (("--record", record_id), 1),
        (("--record", new_id), 1),
        (("--record", "OL"), 0),
        (("--profile", "environment"), 2),
        (("--profile", "other"), 0),
        (("--since", "1h"), 2),
        (("--since", "2999-01-01"), 0),
        (("--unfinished",), 0),
    ):
        result = console.run("audit", "--jsonl", *arguments)
        assert (result.code, len(objects(result))) == (0, count), arguments
        assert bool(result.err) is (count == 0)
    assert console.run("audit", "--since", "soon").code == 2


def test_a_refused_and_an_unknown_write_are_told_as_that_and_what_a_look_found(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.MODIFY))
    assert console.run("set", "OLD", "port=1", "--yes").code == 1
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.MODIFY, after_work=True))
    assert console.run("set", "OLD", "port=2", "--yes").code == 6
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.MODIFY))
    assert console.run("set", "OLD", "port=3", "--yes").code == 6
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.DELETE, after_work=True))
    assert console.run("delete", "OLD", "--yes").code == 6
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.CREATE))
    assert console.run("create", "NEW", "hostname=a.example", "port=25", "--yes").code == 6
    found = objects(console.run("audit", "--jsonl"))
    assert [write["outcome"] for write in found] == [
        *("found not done", "found done", "found not done", "found done", "refused")
    ]
    assert "403" in found[-1]["words"]


def test_damaged_lines_are_counted_on_stderr_and_hide_no_other(
    console: Console, journal: Path, record_id: str
) -> None:
    console.run("delete", "OLD", "--yes")
    with journal.open("ab") as file:
        file.write(b'{"v": 1, "phase": "in\n\xff\xfe\n[]\n')
    result = console.run("audit", "--jsonl")
    assert result.code == 0
    assert len(objects(result)) == 1
    assert f"3 lines of {journal} could not be read" in result.err


def test_lines_too_long_to_read_are_counted_on_stderr_and_hide_no_other(
    console: Console, journal: Path, record_id: str
) -> None:
    console.run("delete", "OLD", "--yes")
    with journal.open("ab") as file:
        file.write(b"x" * 21 * 1024 * 1024 + b"\n")
    result = console.run("audit", "--jsonl")
    assert result.code == 0
    assert len(objects(result)) == 1
    assert f"1 line of {journal} over 1 MiB skipped" in result.err


def test_hostile_names_cannot_drive_the_terminal(console: Console, sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("A\x1b[2J\nB\u202e", {"hostname": "a", "port": 25})
    console.run("set", record_id, "port=26", "--yes")
    for arguments in (("audit",), ("audit", "--jsonl")):
        out = console.run(*arguments).out
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert len(console.run("audit").out.splitlines()) == 2


def test_a_journal_that_cannot_be_written_is_told_once_and_the_write_is_done(
    console: Console, journal: Path, sandbox: Sandbox, record_id: str
) -> None:
    journal.mkdir(parents=True)
    result = console.run("delete", "OLD", "--yes")
    assert result.code == 0
    assert result.err.count("warning: The journal of writes has a gap") == 1
    assert "is a directory, not a file" in result.err
    assert sandbox.records() == ()
    assert console.run("audit").code == 2


def test_a_protected_profile_without_a_journal_writes_nothing_and_says_what_to_do(
    console: Console, journal: Path, sandbox: Sandbox, record_id: str
) -> None:
    journal.mkdir(parents=True)
    host, tenant = sandbox.base_url, sandbox.tenant_id
    where = ("--host", host, "--tenant", tenant, "--token-env", "CAM_BEARER_TOKEN")
    console.run("profiles", "add", "safe", *where, "--access", "protected")
    result = console.run("delete", "--profile", "safe", "OLD", "--confirm-name", "OLD")
    assert result.code == 4
    assert "protected, and the journal of writes cannot be written" in result.err
    assert "smtp-tui doctor" in result.err
    assert [record.name for record in sandbox.records()] == ["OLD"]


def test_a_program_killed_with_a_write_in_flight_leaves_its_intent(
    console: Console, sandbox: Sandbox, record_id: str, journal: Path
) -> None:
    sandbox.faults.add(Fault(FaultKind.HANG, Operation.MODIFY))
    command = [sys.executable, "-m", "smtp_tui", "set", "OLD", "port=587", "--yes"]
    with subprocess.Popen(command, env=os.environ, stderr=subprocess.DEVNULL) as process:
        sandbox.wait_for_requests(4)
        process.send_signal(signal.SIGKILL)
    assert journal.stat().st_mode & 0o777 == 0o600
    (write,) = objects(console.run("audit", "--jsonl", "--unfinished"))
    assert (write["record_name"], write["outcome"], write["ended_at"]) == ("OLD", "not known", None)
    assert write["changes"] == [{"name": "port", "before": 25, "after": 587}]
    assert "the program ended first" in write["words"]


def test_names_of_the_journal_leave_out_what_was_no_record(console: Console) -> None:
    values = ("--values", "hostname=localhost", "port=1", "--to", "a@b.example")
    assert console.run("test", *values).code in (10, 11)
    assert len(console.run("audit", "--json").json("writes")) == 1
    assert console.run("audit", "-o", "name").out == ""
