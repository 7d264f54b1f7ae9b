"""`delete`: the record that was shown and named is gone, and no other."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli.console import Console, Typist
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

VALUES = {"hostname": "mail.example.com", "port": 25}


@pytest.fixture
def record_id(sandbox: Sandbox) -> str:
    sandbox.add_record("BEFORE", VALUES)
    return sandbox.add_record("OLD", VALUES)


def names(sandbox: Sandbox) -> list[str]:
    """The records that are left."""
    return [record.name for record in sandbox.records()]


def test_yes_deletes_the_named_record_only(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    result = console.run("delete", "OLD", "--yes", "--json")
    assert (result.code, names(sandbox)) == (0, ["BEFORE"])
    (told,) = result.json("outcomes")
    assert (told["id"], told["operation"], told["outcome"]) == (record_id, "delete", "done")
    assert f"DELETE {sandbox.base_url}/cam/api/v1/smtpconnections/{record_id}" in result.err


@pytest.mark.parametrize("confirmed", [("--yes",), ("--confirm-name", "OLD"), ()])
def test_a_deleted_record_is_brought_back_as_stderr_says(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path, confirmed: tuple[str, ...]
) -> None:
    backups = tmp_path / "state" / "backups"
    dry = console.run("delete", "OLD", "--dry-run")
    assert not backups.exists()
    result = console.run("delete", "OLD", *confirmed, typist=Typist("OLD"))
    (backup,) = backups.iterdir()
    assert f"Backup, without secrets: {backup}" in result.err
    for said in (dry.err, result.err):
        assert "A backup is written first. It cannot bring back: id" in said
        assert "undo" not in said
    command = result.err.partition("To restore: smtp-tui ")[2].splitlines()[0]
    assert console.run(*shlex.split(command), "--yes").code == 0
    assert names(sandbox) == ["BEFORE", "OLD"]
    back = console.run("get", "OLD", "--json=parameters").json("parameters")
    assert {name: back[name] for name in VALUES} == VALUES


def test_without_a_backup_nothing_is_deleted(
    console: Console, sandbox: Sandbox, record_id: str, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "backups").touch()
    result = console.run("delete", "OLD", "--yes")
    assert (result.code, names(sandbox)) == (2, ["BEFORE", "OLD"])
    assert str(tmp_path / "state" / "backups") in result.err


@pytest.mark.parametrize(
    ("answer", "code"), [("OLD", 0), ("yes", 4), ("old", 4), ("", 4), ("BEFORE", 4)]
)
def test_a_person_types_the_name(
    console: Console, sandbox: Sandbox, record_id: str, answer: str, code: int
) -> None:
    result = console.run("delete", record_id, typist=Typist(answer))
    assert (result.code, "OLD" in names(sandbox)) == (code, code != 0)


def test_without_yes_a_script_deletes_nothing(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    assert console.run("delete", "OLD", stdin=b"OLD\n").code == 4
    assert console.run("delete", "OLD", "--dry-run").code == 9
    assert console.run("--read-only", "delete", "OLD", "--yes").code == 4
    assert console.run("delete", "OLD", "--confirm-name", "BEFORE").code == 4
    assert names(sandbox) == ["BEFORE", "OLD"]


def test_a_record_that_changed_meanwhile_stays(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typist = Typist("OLD", lambda: sandbox.change_record(record_id, {"port": 587}))
    result = console.run("delete", "OLD", typist=typist)
    assert (result.code, "OLD" in names(sandbox)) == (8, True)
    assert "port 25 → 587" in result.err


def test_a_record_that_is_gone_is_said_to_be(
    console: Console, sandbox: Sandbox, record_id: str
) -> None:
    typist = Typist("OLD", lambda: sandbox.delete_record(record_id))
    assert console.run("delete", "OLD", typist=typist).code == 3
    body = b'{"count":0}'
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.DELETE, status=200, body=body))
    result = console.run("delete", "BEFORE", "--yes")
    assert (result.code, result.err.splitlines()[-1]) == (3, "BEFORE was already deleted.")


@pytest.mark.parametrize(("after_work", "words"), [(True, "was deleted"), (False, "still exists")])
def test_an_unknown_outcome_is_looked_up_and_nothing_is_repeated(
    console: Console, sandbox: Sandbox, record_id: str, after_work: bool, words: str
) -> None:
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.DELETE, after_work=after_work))
    result = console.run("delete", "OLD", "--yes")
    assert result.code == 6
    assert f"Read again: it {words}" in result.err
    assert sum(request.operation == Operation.DELETE for request in sandbox.requests) == 1


@pytest.mark.parametrize("kind", [FaultKind.INVALID, FaultKind.FORBIDDEN, FaultKind.CONFLICT])
def test_a_refusal_is_no_success_and_is_not_sent_again(
    console: Console, sandbox: Sandbox, record_id: str, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, Operation.DELETE))
    result = console.run("delete", record_id, "--yes")
    assert (result.code, result.out) == (1, "")
    assert names(sandbox) == ["BEFORE", "OLD"]
    assert [request.operation for request in sandbox.requests].count(Operation.DELETE) == 1
