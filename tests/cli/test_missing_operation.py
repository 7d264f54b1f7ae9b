"""A server without one of the calls: no command takes its 404 for a record that is gone."""

from __future__ import annotations

import json

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.cli.console import Console
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

GOOD = {"hostname": "127.0.0.1", "port": 25}
TO = ("--to", "a@example.com")
COMMANDS = {
    "list": (Operation.LIST, ("list",)),
    "create": (Operation.CREATE, ("create", "NEW", "hostname=a.example", "port=25", "--yes")),
    "set": (Operation.MODIFY, ("set", "A", "port=587", "--yes")),
    "delete": (Operation.DELETE, ("delete", "A", "--yes")),
    "test": (Operation.TEST_SAVED, ("test", "A", *TO)),
    "test --values": (Operation.TEST, ("test", "--values", "hostname=127.0.0.1", "port=25", *TO)),
}


def _error(**members: object) -> bytes:
    return json.dumps({"error": {"statusCode": 404, "name": "Error", **members}}).encode()


NO_METHOD = _error(message='Shared class "SmtpConnection" has no method handling POST /x')
NO_PATH = _error(message="There is no method to handle POST /x")
PAGE = b"<html><head><title>404 Not Found</title></head></html>"


@pytest.mark.parametrize("body", [NO_METHOD, NO_PATH, PAGE, b""])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_missing_operation_is_told_as_such_and_ends_with_1(
    console: Console, sandbox: Sandbox, name: str, body: bytes
) -> None:
    operation, arguments = COMMANDS[name]
    record_id = sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(FaultKind.RAW, operation, status=404, body=body))
    result = console.run(*arguments)
    assert (result.code, result.out) == (ExitCode.FAILED, "")
    assert "The server does not support this operation" in result.err
    assert "Check the profile's host and the server's version" in result.err
    assert "gone" not in result.err
    assert "may have been sent" not in result.err
    assert [record.id for record in sandbox.records()] == [record_id]
    assert sum(request.operation == operation for request in sandbox.requests) == 1


@pytest.mark.parametrize("name", ["list", "create"])
def test_a_404_to_a_call_about_no_record_ends_with_1(
    console: Console, sandbox: Sandbox, name: str
) -> None:
    operation, arguments = COMMANDS[name]
    body = _error(message="No instance", code="MODEL_NOT_FOUND")
    sandbox.faults.add(Fault(FaultKind.RAW, operation, status=404, body=body))
    assert console.run(*arguments).code == ExitCode.FAILED


@pytest.mark.parametrize("code", ["MODEL_NOT_FOUND", "NOT_FOUND"])
@pytest.mark.parametrize("name", ["set", "delete", "test"])
def test_a_404_that_says_that_the_record_is_gone_ends_with_3(
    console: Console, sandbox: Sandbox, name: str, code: str
) -> None:
    operation, arguments = COMMANDS[name]
    sandbox.add_record("A", GOOD)
    body = _error(message="No instance with id 7 found for SmtpConnection", code=code)
    sandbox.faults.add(Fault(FaultKind.RAW, operation, status=404, body=body))
    result = console.run(*arguments)
    assert (result.code, result.out) == (ExitCode.NOT_FOUND, "")
    assert ("A was already deleted." in result.err) is (name == "delete")
