"""What a request came to decides the exit code, whichever command sent it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smtp_tui.api.errors import Call, NoAnswer
from smtp_tui.api.requests import Operation as Called
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import code_of
from tests.cli.console import Console, Typist
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions

GOOD = {"hostname": "127.0.0.1", "port": 25}
CREATE = ("create", "NEW", "hostname=a.example", "port=25", "--yes")
READS = {
    "list": (Operation.LIST, ("list",)),
    "get": (Operation.LIST, ("get", "A")),
    "get by its id": (Operation.GET, ("get", "A")),
    "set": (Operation.GET, ("set", "A", "port=587", "--yes")),
    "delete": (Operation.LIST, ("delete", "A", "--yes")),
    "create": (Operation.LIST, CREATE),
    "test": (Operation.GET, ("test", "A", "--to", "a@example.com")),
}
WRITES = {
    "create": (Operation.CREATE, CREATE),
    "set": (Operation.MODIFY, ("set", "A", "port=587", "--yes")),
    "delete": (Operation.DELETE, ("delete", "A", "--yes")),
}
STATUSES = {
    400: (FaultKind.RAW, ExitCode.FAILED),
    401: (FaultKind.UNAUTHORIZED, ExitCode.TOKEN),
    403: (FaultKind.FORBIDDEN, ExitCode.FAILED),
    409: (FaultKind.CONFLICT, ExitCode.FAILED),
    413: (FaultKind.TOO_LARGE, ExitCode.FAILED),
    422: (FaultKind.INVALID, ExitCode.FAILED),
    429: (FaultKind.TOO_MANY, ExitCode.FAILED),
}


@pytest.mark.parametrize(
    "kind",
    [FaultKind.RESET, FaultKind.RESET_MID_HEAD, FaultKind.RESET_MID_BODY, FaultKind.TRUNCATED],
)
@pytest.mark.parametrize("name", READS)
def test_a_read_without_a_whole_answer_is_5_and_nothing_is_written(
    console: Console, sandbox: Sandbox, name: str, kind: FaultKind
) -> None:
    operation, arguments = READS[name]
    record_id = sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(kind, operation, count=None))
    result = console.run(*arguments)
    assert (result.code, result.out) == (ExitCode.UNREACHABLE, "")
    assert sandbox.record(record_id).values == GOOD
    assert len(sandbox.records()) == 1
    assert sandbox.mailbox == ()


@pytest.mark.parametrize("operation", Called, ids=lambda one: one.name)
def test_silence_is_5_after_a_read_and_6_after_a_write(operation: Called) -> None:
    """A server that hangs ends a read after a minute, too long for a test of the program."""
    error = NoAnswer(Call(operation, "cam.example"), "The server was silent for 60 s")
    expected = ExitCode.UNKNOWN_OUTCOME if operation.writes else ExitCode.UNREACHABLE
    assert code_of(error) is expected


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_the_server_refused_never_ends_with_0(
    console: Console, sandbox: Sandbox, name: str, status: int
) -> None:
    operation, arguments = WRITES[name]
    kind, code = STATUSES[status]
    record_id = sandbox.add_record("A", GOOD)
    sandbox.faults.add(Fault(kind, operation, status=status))
    result = console.run(*arguments, "--json")
    assert result.code == code
    (outcome,) = result.json("outcomes")
    assert (outcome["name"], outcome["outcome"]) == (arguments[1], "failed")
    assert str(status) in result.err
    for done in ("Created", "Changed A", "Deleted"):
        assert done not in result.err
    assert [record.id for record in sandbox.records()] == [record_id]
    assert sandbox.record(record_id).values == GOOD
    assert sum(request.operation == operation for request in sandbox.requests) == 1


def test_a_dry_run_of_a_create_with_a_taken_name_ends_as_the_real_run(
    console: Console, sandbox: Sandbox
) -> None:
    taken = sandbox.add_record("NEW", GOOD)
    for flags in (("--yes",), ("--dry-run",), ("--dry-run", "--yes"), ("--dry-run", "--json")):
        result = console.run(*CREATE[:-1], *flags)
        assert (result.code, result.out) == (ExitCode.REFUSED, "")
        assert f"a record named NEW already exists ({taken})" in result.err
    assert all(request.method == "GET" for request in sandbox.requests)


CHANGES = {
    "create": ("B", ("create", "B", "hostname=a.example", "port=25")),
    "set": ("A", ("set", "A", "port=587")),
    "delete": ("A", ("delete", "A")),
}
CONFIRMATIONS: list[tuple[tuple[str, ...], str | None, dict[str, int]]] = [
    # flags with {} for the record's name, what a person types, exit codes by access
    ((), None, {"normal": 4, "protected": 4, "read-only": 4}),
    (("--yes",), None, {"normal": 0, "protected": 4, "read-only": 4}),
    (("--confirm-name", "{}"), None, {"normal": 0, "protected": 0, "read-only": 4}),
    (("--confirm-name", "{}", "--yes"), None, {"normal": 0, "protected": 0, "read-only": 4}),
    (("--confirm-name", "other"), None, {"normal": 4, "protected": 4, "read-only": 4}),
    (("--confirm-name", "other", "--yes"), None, {"normal": 4, "protected": 4, "read-only": 4}),
    (("--confirm-name", "other"), "{}", {"normal": 4, "protected": 4, "read-only": 4}),
    (("--yes",), "{}", {"normal": 0, "protected": 0, "read-only": 4}),
    (("--yes",), "no", {"normal": 0, "protected": 4, "read-only": 4}),
    ((), "{}", {"protected": 0, "read-only": 4}),
    ((), "no", {"normal": 4, "protected": 4, "read-only": 4}),
    (("--dry-run",), None, {"normal": 9, "protected": 9, "read-only": 9}),
    (("--dry-run", "--yes"), None, {"normal": 9, "protected": 9, "read-only": 9}),
    (("--dry-run", "--confirm-name", "{}"), None, {"normal": 9, "protected": 9, "read-only": 9}),
    (("--dry-run", "--confirm-name", "no"), None, {"normal": 4, "protected": 4, "read-only": 4}),
]


@pytest.mark.parametrize("access", ["normal", "protected", "read-only"])
@pytest.mark.parametrize("command", CHANGES)
def test_create_set_and_delete_are_confirmed_alike(
    console: Console, sandbox: Sandbox, command: str, access: str
) -> None:
    added = console.run(
        *("profiles", "add", "p", "--host", sandbox.base_url, "--tenant", sandbox.tenant_id),
        *("--token-env", "CAM_BEARER_TOKEN", "--access", access),
    )
    assert added.code == 0
    console.setenv(SMTP_TUI_PROFILE="p")
    name, arguments = CHANGES[command]
    for flags, typed, codes in CONFIRMATIONS:
        if access not in codes:
            continue
        for record in sandbox.records():
            sandbox.delete_record(record.id)
        sandbox.add_record("A", GOOD)
        before = sum(request.method != "GET" for request in sandbox.requests)
        typist = None if typed is None else Typist(typed.format(name))
        given = (*arguments, *(flag.format(name) for flag in flags))
        result = console.run(*given, typist=typist)
        assert result.code == codes[access], (given, typed, result.err)
        sent = sum(request.method != "GET" for request in sandbox.requests) - before
        assert sent == (result.code == 0), (given, typed)
        if result.code == ExitCode.WOULD_CHANGE:
            assert sandbox.base_url in result.out


@pytest.mark.parametrize("known", ["nothing", "another certificate"])
def test_after_a_changed_certificate_nobody_is_told_to_trust_it(
    empty_console: Console, known: str
) -> None:
    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        changed = known != "nothing"
        trust = ("--trust", f"pin:{'ab' * 32}") if changed else ()
        empty_console.setenv(TOKEN=sandbox.admin_token)
        added = empty_console.run(
            *("profiles", "add", "a", "--host", sandbox.base_url, "--tenant", "1"),
            *("--token-env", "TOKEN", *trust),
        )
        assert added.code == 0, added.err
        result = empty_console.run("list")
        assert result.code == ExitCode.UNREACHABLE
        assert ("profiles set" in result.err) is not changed
        assert ("Ask the administrator of the host" in result.err) is changed
        assert sandbox.requests == ()


def test_json_of_a_dry_run_is_the_request_alone(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("A", GOOD)
    for _, arguments in CHANGES.values():
        found = json.loads(console.run(*arguments, "--dry-run", "--json").out)
        assert sorted(found) == ["body", "method", "schema", "url"]


@pytest.mark.parametrize(
    ("option", "origin"),
    [
        (("--token-env", "CAM_BEARER_TOKEN"), "came from the variable CAM_BEARER_TOKEN"),
        (("--token-command", "printenv CAM_OLD"), "came from the command printenv"),
    ],
)
@pytest.mark.parametrize("name", ["list", *WRITES])
def test_a_refused_token_is_told_with_where_it_came_from(
    console: Console, sandbox: Sandbox, name: str, option: tuple[str, ...], origin: str
) -> None:
    operation, arguments = {**READS, **WRITES}[name]
    sandbox.add_record("A", GOOD)
    console.setenv(CAM_OLD=sandbox.admin_token, SMTP_TUI_PROFILE="p")
    host = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    assert console.run("profiles", "add", "p", *host, *option).code == 0
    sandbox.faults.add(Fault(FaultKind.UNAUTHORIZED, operation))
    result = console.run(*arguments)
    assert result.code == ExitCode.TOKEN
    assert f"401: Authorization Required. The token {origin}" in result.err
    assert sandbox.admin_token not in result.err


NOTHING_THERE = [
    "list NOBODY",
    "get NOBODY",
    "set NOBODY port=1 --yes",
    "set NOBODY A port=1 --yes",
    "delete NOBODY --yes",
    "delete NOBODY A --yes",
    "test NOBODY --to a@b.cd",
    "test NOBODY A --to a@b.cd --yes",
    "probe NOBODY",
    "export NOBODY",
    *(
        f"{command} --match {match}"
        for match in ("port=1", "nobody=has-it")
        for command in (
            *("list", "list --json", "set port=2 --yes", "delete --yes", "set port=2 --dry-run"),
            *("test --to a@b.cd --yes", "probe"),
        )
    ),
]


@pytest.mark.parametrize("line", NOTHING_THERE)
def test_no_record_that_matches_ends_every_command_the_same(
    console: Console, sandbox: Sandbox, line: str
) -> None:
    sandbox.add_record("A", {"hostname": "mx.example", "port": 25})
    assert console.run(*line.split()).code == ExitCode.NOT_FOUND
    assert all(request.method == "GET" for request in sandbox.requests)


@pytest.mark.parametrize("answer", [None, "", "no"])
@pytest.mark.parametrize(
    "line",
    [
        "set A port=1",
        "set A B port=1",
        "create N hostname=a.example port=1",
        "delete A",
        "delete A B",
        "test A B --to a@b.cd",
        "apply {file}",
        "profiles remove kept",
        "doctor --bundle {bundle}",
    ],
)
def test_a_question_without_a_yes_ends_every_command_the_same(
    console: Console, sandbox: Sandbox, tmp_path: Path, line: str, answer: str | None
) -> None:
    for name in ("A", "B"):
        sandbox.add_record(name, {"hostname": "mx.example", "port": 25})
    console.run("profiles", "add", "kept", "--host", "cam.example.com")
    file, bundle = tmp_path / "records.yaml", tmp_path / "bundle.json"
    file.write_text("schema: 1\nrecords: [{name: C, parameters: {hostname: a.b, port: 25}}]\n")
    arguments = line.format(file=file, bundle=bundle).split()
    result = console.run(*arguments, typist=None if answer is None else Typist(answer))
    assert (result.code, len(sandbox.records())) == (ExitCode.REFUSED, 2), result.err
    assert not bundle.exists()
    assert "kept" in console.run("profiles", "list").out
