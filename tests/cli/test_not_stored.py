"""A write that the server accepted and did not store is told as such, and ends with 1."""

from __future__ import annotations

import json

import pytest

from smtp_tui.api.writes import WriteOutcome
from tests.cli.console import Console
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

GOOD = {"hostname": "mail.example.com", "port": 25, "password": "old-secret"}


def says_yes(operation: Operation, body: bytes = b"{}") -> Fault:
    """A yes to a write that is not done."""
    return Fault(FaultKind.RAW, operation, status=200, body=body)


def outcomes(console: Console) -> list[str]:
    """The outcomes of the writes in the journal, newest first."""
    lines = console.run("audit", "--jsonl").out.splitlines()
    return [str(json.loads(line)["outcome"]) for line in lines]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("port=587",), "still has 25 for port"),
        (
            ("port=587", "hostname=a.example"),
            'still has "mail.example.com" for hostname; still has 25 for port',
        ),
        (("username=relay",), "has no username"),
    ],
)
def test_a_set_that_changed_nothing_says_what_the_server_still_has(
    console: Console, sandbox: Sandbox, values: tuple[str, ...], words: str
) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    sandbox.faults.add(says_yes(Operation.MODIFY))
    result = console.run("set", "PRIMARY", *values, "--yes")
    assert result.code == 1
    assert f"The server accepted it, but {words}." in result.err
    assert "Changed PRIMARY" not in result.err
    assert outcomes(console) == [WriteOutcome.NOT_STORED.value]


def test_a_third_value_is_told_as_what_the_server_has(console: Console, sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("PRIMARY", GOOD)
    body = {"id": record_id, "name": "PRIMARY"}
    for port, count in ((25, 2), (465, None)):
        parameters = [{"name": "port", "value": port}]
        answer = json.dumps({**body, "connection_parameters": parameters}).encode()
        sandbox.faults.add(
            Fault(FaultKind.RAW, Operation.GET, count=count, status=200, body=answer)
        )
    result = console.run("set", "PRIMARY", "port=587", "--yes")
    assert result.code == 1
    assert "The server accepted it, but has 465 for port." in result.err


@pytest.mark.parametrize(
    ("value", "stored"), [("587", "587"), ("587", 587), ("587", 587.0)], ids=repr
)
def test_a_value_stored_in_another_type_is_stored(
    console: Console, sandbox: Sandbox, value: str, stored: object
) -> None:
    record_id = sandbox.add_record("PRIMARY", GOOD)
    body = {"id": record_id, "name": "PRIMARY"}
    for port, count in ((25, 2), (stored, None)):
        parameters = [{"name": "port", "value": port}]
        answer = json.dumps({**body, "connection_parameters": parameters}).encode()
        sandbox.faults.add(
            Fault(FaultKind.RAW, Operation.GET, count=count, status=200, body=answer)
        )
    assert console.run("set", "PRIMARY", f"port={value}", "--yes").code == 0


def test_a_password_that_no_server_shows_is_not_doubted(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    sandbox.faults.add(says_yes(Operation.MODIFY))
    result = console.run("set", "PRIMARY", "--password-stdin", "--yes", stdin=b"new-secret\n")
    assert (result.code, outcomes(console)) == (0, [WriteOutcome.DONE.value])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "has no record of that name"),
        (b'{"id": "5e7a1c0d3b2f4a6890109999", "name": "NEW"}', "has no such record"),
    ],
)
def test_a_create_that_made_nothing_is_not_called_created(
    console: Console, sandbox: Sandbox, body: bytes, words: str
) -> None:
    sandbox.faults.add(says_yes(Operation.CREATE, body))
    result = console.run("create", "NEW", "hostname=a.example", "port=25", "--yes")
    assert (result.code, result.out) == (1, "")
    assert f"The server accepted it, but {words}." in result.err
    assert outcomes(console) == [WriteOutcome.NOT_STORED.value]


def test_a_delete_that_removed_nothing_is_not_called_deleted(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    sandbox.faults.add(says_yes(Operation.DELETE, b'{"count": 1}'))
    result = console.run("delete", "PRIMARY", "--confirm-name", "PRIMARY", "--yes")
    assert result.code == 1
    assert "The server accepted it, but still has the record." in result.err
    assert outcomes(console) == [WriteOutcome.NOT_STORED.value]


def test_a_yes_that_cannot_be_read_again_stays_a_yes_and_says_so(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    sandbox.faults.add(
        Fault(FaultKind.DELAY, Operation.GET, count=2, seconds=0.0),
        Fault(FaultKind.FORBIDDEN, Operation.GET),
    )
    result = console.run("set", "PRIMARY", "port=587", "--yes")
    assert result.code == 0
    assert "It could not be read again: The server answered 403" in result.err
    assert outcomes(console) == [WriteOutcome.DONE.value]


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (("set", "PRIMARY", "port=587"), Operation.MODIFY),
        (("create", "NEW", "hostname=a.example", "port=25"), Operation.CREATE),
        (("delete", "PRIMARY", "--confirm-name", "PRIMARY"), Operation.DELETE),
    ],
)
def test_a_yes_whose_answer_cannot_be_read_is_done_and_says_so(
    console: Console,
    sandbox: Sandbox,
    command: tuple[str, ...],
    operation: Operation,
) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    sandbox.faults.add(Fault(FaultKind.NOT_JSON, operation))
    result = console.run(*command, "--yes")
    assert result.code == 0
    assert "The server accepted it, but its answer could not be read: the answer is" in result.err
    assert outcomes(console) == [WriteOutcome.DONE.value]
