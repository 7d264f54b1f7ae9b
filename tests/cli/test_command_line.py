"""The command that a request is written as sends the same request."""

from __future__ import annotations

import json
import shlex
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from smtp_tui.api import requests as made
from smtp_tui.api.activity import Exchange
from smtp_tui.api.models import Assignment, SecretState
from smtp_tui.api.requests import Request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Scope
from smtp_tui.workflows.command_line import command_line, script
from tests.cli.console import Console
from tests.failing_sandbox import Sandbox

PASSWORD = "pass'word \"$X"
HOST, PORT = Assignment("hostname", "mx.example"), Assignment("port", 2525)


def sent(console: Console, sandbox: Sandbox, line: str) -> tuple[str, str, Any]:
    """Run a command as a shell would; method, path and body of the last request."""
    piped, _, command = line.rpartition(" | ")
    assert piped in ("", 'printf %s "$SMTP_PASSWORD"')
    program, *arguments = shlex.split(command)
    assert program == "smtp-tui"
    stdin = PASSWORD.encode() if piped else b""
    writes = [] if arguments[0] in ("list", "get", "test") else ["--yes"]
    console.run(*arguments, *writes, stdin=stdin)
    wanted = [each for each in sandbox.requests if each.operation is not None]
    last = next(each for each in reversed(wanted) if each.method != "GET" or not writes)
    return last.method, last.path, json.loads(last.body or b"null")


def requests(sandbox: Sandbox, record_id: str) -> dict[str, Request]:
    """One request of each kind."""
    scope = Scope(sandbox.tenant_id, "all", "default")
    secret, cleared = SecretStr(PASSWORD), SecretStr("")
    extra = Assignment("x-team", "ops and 'more'")
    to = "you@there.example"
    return {
        "create": made.create_request(
            scope, "NEW one", (HOST, PORT, Assignment("password", secret))
        ),
        "create, no password": made.create_request(scope, "PLAIN", (HOST, PORT, extra)),
        "patch": made.patch_request(scope, record_id, (PORT,)),
        "patch, password": made.patch_request(scope, record_id, (Assignment("password", secret),)),
        "patch, cleared": made.patch_request(scope, record_id, (Assignment("password", cleared),)),
        "patch, blank": made.patch_request(scope, record_id, (Assignment("username", ""),)),
        "delete": made.delete_request(scope, record_id),
        "test": made.test_saved_request(scope, record_id, to, ()),
        "test, unsaved": made.test_saved_request(scope, record_id, to, (PORT,)),
        "test values": made.test_values_request(scope, to, (HOST, PORT)),
    }


KINDS = (
    *("create", "create, no password", "patch", "patch, password", "patch, cleared"),
    *("patch, blank", "delete", "test", "test, unsaved", "test values"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_of_a_request_sends_the_same(
    console: Console, sandbox: Sandbox, kind: str
) -> None:
    values = {"hostname": "old.example", "port": 25, "username": "me", "password": "stored"}
    record_id = sandbox.add_record("OLD", values)
    request = requests(sandbox, record_id)[kind]
    method, path, body = sent(console, sandbox, command_line("environment", request))
    assert (method, path) == (request.method, request.path)
    assert body == json.loads(json.dumps(request.body, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return {"name": value.name, "value": value.value}


@pytest.mark.parametrize("name", ["patch, password", "create"])
def test_a_kept_request_gives_the_same_command_without_its_secret(
    sandbox: Sandbox, name: str
) -> None:
    request = requests(sandbox, "5e7a1c0d3b2f4a6890100001")[name]
    kept = request.without_secrets()
    assert SecretState.SET in [each.value for each in kept.assignments]
    assert command_line("p", kept) == command_line("p", request)
    assert PASSWORD not in command_line("p", request)


@pytest.mark.parametrize(
    "assignment",
    [
        Assignment("port", "25"),
        Assignment("secure", True),
        Assignment("headers", {"a": 1}),
        Assignment("hostname", " mx.example"),
        Assignment("-x", "a"),
        Assignment("a=b", "c"),
        Assignment("api_password", SecretStr("x")),
    ],
)
def test_what_no_command_can_say_is_no_command(sandbox: Sandbox, assignment: Assignment) -> None:
    scope = Scope(sandbox.tenant_id, "all", "default")
    assert (
        command_line("p", made.patch_request(scope, "5e7a1c0d3b2f4a6890100001", (assignment,)))
        == ""
    )
    assert command_line("p", made.create_request(scope, "-NEW", (HOST,))) == ""


def test_reads_are_commands_too(sandbox: Sandbox) -> None:
    scope = Scope(sandbox.tenant_id, "all", "default")
    assert command_line("p", made.list_request(scope)) == "smtp-tui list --profile p"
    one = made.get_request(scope, "5e7a1c0d3b2f4a6890100001")
    assert command_line("p", one) == "smtp-tui get --profile p 5e7a1c0d3b2f4a6890100001"


@given(
    name=st.from_regex(r"[A-Za-z_][A-Za-z0-9_. -]{0,20}", fullmatch=True),
    value=st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives_the_shell(name: str, value: str) -> None:
    scope = Scope("t", "all", "default")
    try:
        request = made.patch_request(scope, "5e7a1c0d3b2f4a6890100001", (Assignment(name, value),))
    except ValueError:
        return
    line = command_line("p", request)
    if line:
        assert f"{name}={value}" in shlex.split(line)
        assert "\n" not in line


SCOPE = Scope("t", "all", "default")
ID = "5e7a1c0d3b2f4a6890100001"
HOSTILE = "x'\n touch pwned; $(touch pwned) `touch pwned`"


def exchange(request: Request, status: int | None = 200) -> Exchange:
    """A request of a session, and what was answered."""
    at = datetime(2026, 1, 1, 9, 0, 7, tzinfo=UTC)
    return Exchange(at, "p", "http://host", request.without_secrets(), status, 5)


def patched(name: str, value: Any, status: int | None = 200) -> Exchange:
    """A change of one parameter."""
    return exchange(made.patch_request(SCOPE, ID, (Assignment(name, value),)), status)


def test_a_script_holds_what_was_changed_and_counts_what_is_left_out() -> None:
    secret = SecretStr("x")
    text = script(
        [
            exchange(made.list_request(SCOPE)),
            patched("port", 25),
            patched("port", 26, 422),
            patched("port", 27, None),
            patched("password", secret),
            patched("api_password", secret),
            patched("tls", True, 503),
            exchange(made.test_saved_request(SCOPE, ID, "you@there.example")),
            *[exchange(made.test_saved_request(SCOPE, ID, "you@there.example"), 422)] * 2,
        ],
        forgotten=2,
    )
    head, *entries = text.rstrip().split("\n\n")
    assert head == (
        "# What this session changed and mailed, oldest first.\n"
        "# A command that changes a record asks for a yes, unless --yes is added.\n"
        "# One that reads SMTP_PASSWORD cannot ask, and needs --yes.\n"
        "# Left out: 1 read, 1 refused write, 2 failed test emails.\n"
        "# Only as a comment: 3 writes.\n"
        "# No longer known: 2 older requests. The journal has all writes."
    )
    assert [entry.partition("\n")[2] for entry in entries] == [
        f"smtp-tui set --profile p {ID} port=25",
        f"# smtp-tui set --profile p {ID} port=27",
        f'printf %s "$SMTP_PASSWORD" | smtp-tui set --profile p {ID} --password-stdin',
        "# No command does this: api_password is a secret other than the password",
        "# No command does this: the value of tls is not text",
        f"smtp-tui test --profile p {ID} --to you@there.example",
    ]
    assert entries[1].startswith("# 09:00:07 http://host no answer, so look first")
    assert script([exchange(made.list_request(SCOPE)), patched("port", 26, 400)]) == ""


@pytest.mark.parametrize("shell", [["sh"], ["bash", "--norc", "+O", "interactive_comments", "-i"]])
def test_a_pasted_script_neither_ends_the_shell_nor_runs_what_a_server_said(
    tmp_path: Path, shell: list[str]
) -> None:
    exchanges = [
        *(patched("x", HOSTILE, status) for status in (200, None)),
        *(patched(HOSTILE, each) for each in (True, "text", SecretStr("x"))),
        exchange(made.create_request(SCOPE, f"={HOSTILE}", (HOST,))),
        replace(patched("port", 25), record_name=HOSTILE),
    ]
    pasted = script(exchanges) + "echo alive $-\n"
    done = subprocess.run(
        shell, input=pasted, cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True,
        text=True, check=False, timeout=20,
    )  # fmt: skip
    assert done.stdout.startswith("alive")
    assert not set("eu") & set(done.stdout.split()[1])
    assert list(tmp_path.iterdir()) == []
