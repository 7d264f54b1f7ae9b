"""`list` and `get`: data on stdout, words on stderr, no secret, nothing that drives a terminal."""

from __future__ import annotations

import shlex

from tests.cli.console import Console
from tests.failing_sandbox import OTHER_TENANT_ID, Fault, FaultKind, Operation, Sandbox

GOOD = {"hostname": "mail.example.com", "port": 25, "username": "relay", "password": "s3cret-one"}


def test_a_list_is_a_table_in_the_servers_order(console: Console, sandbox: Sandbox) -> None:
    first = sandbox.add_record("ZEBRA", GOOD)
    second = sandbox.add_record("ANT", {"hostname": "10.0.0.1", "port": "26"})
    result = console.run("list")
    assert (result.code, result.err) == (0, "")
    assert [line.split() for line in result.out.splitlines()] == [
        ["NAME", "HOSTNAME", "PORT", "USERNAME", "ID"],
        ["ZEBRA", "mail.example.com", "25", "relay", first],
        ["ANT", "10.0.0.1", "26", second],
    ]


def test_json_keeps_types_and_tells_of_a_secret_only_its_state(
    console: Console, sandbox: Sandbox
) -> None:
    sandbox.add_record("A", {"hostname": "h", "port": "25", "password": "s3cret-one", "ttl": 1.5})
    [record] = console.run("list", "--json").json("records")
    assert [*record["parameters"].items()] == [
        ("hostname", "h"),
        ("port", "25"),
        ("password", {"secret": "set"}),
        ("ttl", 1.5),
    ]


def test_get_prints_several_records_each_once_and_asks_for_the_list_once(
    console: Console, sandbox: Sandbox
) -> None:
    ids = [sandbox.add_record(name, {"hostname": name.lower()}) for name in ("A", "B")]
    asked = ("get", "B", "A", ids[1])
    first, second = console.run(*asked).out.split("\n\n")
    assert first == console.run("get", "B").out.rstrip("\n")
    assert second == console.run("get", "A").out
    before = len(sandbox.requests)
    found = console.run(*asked, "--json", "id").json("records")
    assert found == [{"id": ids[1]}, {"id": ids[0]}]
    assert [request.operation for request in sandbox.requests[before:]].count(Operation.LIST) == 1
    assert len(console.run("get", "A", "A", "--json").json("records")) == 1
    assert console.run("get", "A", "--json").json()["id"] == ids[0]
    assert len(console.run(*asked, "--jsonl", "id").out.splitlines()) == 2
    missing = console.run("get", "A", "NOBODY")
    assert (missing.code, missing.out) == (3, "")


def test_an_empty_list_says_on_stderr_where_it_looked(console: Console, sandbox: Sandbox) -> None:
    result = console.run("list")
    assert (result.code, result.out) == (0, "")
    assert sandbox.tenant_id in result.err
    assert "team all" in result.err
    assert console.run("list", "--json").json("records") == []


def test_a_name_cannot_drive_the_terminal(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("a\x1b]0;evil\x07\nb\u202e", {"hostname": "h\x9b2J", "port": 25})
    for arguments in (("list",), ("list", "--json"), ("get", "a\x1b]0;evil\x07\nb\u202e")):
        result = console.run(*arguments)
        assert result.code == 0
        assert not set("\x1b\x07\x9b\u202e") & set(result.out + result.err), arguments
    assert "a\\x1b]0;evil" in console.run("list").out
    assert r"no record B\x1b[2J in" in console.run("get", "B\x1b[2J").err


def test_entries_that_cannot_be_read_are_told_and_take_none_down(
    console: Console, sandbox: Sandbox
) -> None:
    body = b'[{"id": "1", "name": "good", "connection_parameters": []}, {"name": "no id"}, 7]'
    for options in ((), ("--json",)):
        sandbox.faults.clear()
        sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body))
        result = console.run("list", *options)
        assert result.code == 1
        assert "good" in result.out
        assert result.err.splitlines() == [
            "smtp-tui: 2 of 3 entries could not be read",
            "  entry 2 “no id”: a record without an id",
            "  entry 3: expected a record, found a number or truth value",
        ]


def test_a_list_in_which_nothing_can_be_read_is_not_called_empty(
    console: Console, sandbox: Sandbox
) -> None:
    body = b"[" + b",".join([b"null"] * 50) + b"]"
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body))
    result = console.run("list")
    assert (result.code, result.out) == (1, "")
    assert "50 of 50 entries could not be read" in result.err
    assert "No records" not in result.err
    assert result.err.splitlines()[-1] == "  … and 30 more"
    assert len(result.err.splitlines()) == 22


def test_a_record_that_may_be_among_the_unreadable_is_not_called_missing(
    console: Console, sandbox: Sandbox
) -> None:
    body = b'[{"name": "PRIMARY"}]'
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body))
    result = console.run("get", "PRIMARY")
    assert result.code == 1
    assert "1 entry in the list could not be read" in result.err


def test_a_record_is_found_by_its_name_and_by_its_id(console: Console, sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("PRIMARY", GOOD)
    by_name = console.run("get", "PRIMARY")
    sandbox.forget_requests()
    by_id = console.run("get", record_id)
    assert by_name.out == by_id.out
    assert dict(line.split(None, 1) for line in by_id.out.splitlines())["password"] == "stored"
    assert [request.operation for request in sandbox.requests] == [Operation.GET]


def test_an_ambiguous_name_is_refused_with_the_ids(console: Console, sandbox: Sandbox) -> None:
    ids = [sandbox.add_record("TWIN", GOOD) for _ in range(2)]
    result = console.run("get", "TWIN")
    assert (result.code, result.out) == (4, "")
    assert all(record_id in result.err for record_id in ids)


def test_a_name_of_another_case_or_tenant_is_not_found(console: Console, sandbox: Sandbox) -> None:
    sandbox.add_record("PRIMARY", GOOD)
    sandbox.add_record("EUROPE", GOOD, tenant=OTHER_TENANT_ID)
    for name in ("primary", "EUROPE", "5e7a1c0d3b2f4a6890100001"):
        result = console.run("get", name)
        assert (result.code, result.out) == (3, "")
        assert len(result.err.splitlines()) == 1


def test_each_kind_of_failure_has_its_exit_code_and_words(
    console: Console, sandbox: Sandbox
) -> None:
    for kind, code, words in (
        (FaultKind.UNAUTHORIZED, 7, "Authorization Required"),
        (FaultKind.FORBIDDEN, 1, "Check the profile's team"),
        (FaultKind.TOO_MANY, 1, "asks to wait 7"),
        (FaultKind.LOGIN_PAGE, 1, "HTML page"),
        (FaultKind.NOT_JSON, 1, "not JSON"),
    ):
        sandbox.faults.add(Fault(kind, Operation.LIST, retry_after="7"))
        result = console.run("list")
        assert (result.code, result.out) == (code, ""), kind
        assert words in result.err, kind
        assert result.err.startswith("smtp-tui: could not list the connections at "), kind
        assert "Press" not in result.err, kind


def test_a_host_that_is_down_has_its_own_code(console: Console, sandbox: Sandbox) -> None:
    sandbox.stop()
    result = console.run("list")
    assert result.code == 5
    assert "nothing listens on that port" in result.err


def test_no_token_is_told_apart(console: Console, sandbox: Sandbox) -> None:
    console.unset("CAM_BEARER_TOKEN")
    result = console.run("list")
    assert (result.code, sandbox.requests) == (7, ())
    assert "no terminal" in result.err


def test_a_profile_without_a_tenant_sends_nothing(console: Console, sandbox: Sandbox) -> None:
    console.unset("CAM_TENANT_ID")
    result = console.run("list")
    assert (result.code, sandbox.requests) == (2, ())
    assert "The profile environment has no tenant" in result.err
    assert "To find it: smtp-tui profiles check environment\n" in result.err


def test_without_any_profile_it_says_what_to_do(empty_console: Console) -> None:
    result = empty_console.run("list")
    assert result.code == 2
    assert "smtp-tui profiles add" in result.err


def test_what_a_token_command_says_is_passed_on_to_stderr(
    console: Console, sandbox: Sandbox
) -> None:
    script = "printf '\\033[1mTouch your key\\033[0m\\nas A1234567890123456789012\\n' >&2; echo $0"
    where = ("--host", sandbox.base_url, "--tenant", sandbox.tenant_id)
    command = f"/bin/sh -c {shlex.quote(script)} {sandbox.admin_token}"
    assert console.run("profiles", "add", "p", *where, "--token-command", command).code == 0
    result = console.run("list", "--profile", "p")
    assert result.code == 0
    assert "command /bin/sh: Touch your key\n" in result.err
    assert "command /bin/sh: as **********\n" in result.err
