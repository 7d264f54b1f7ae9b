"""The main job, done with the installed program by keys, and judged by what the server got.

The terminal has 80 columns and 24 lines; the server is a sandbox over a loopback socket.
"""

import re
import subprocess
from pathlib import Path

import pytest

from tests.e2e.program import (
    Seed,
    edit,
    field,
    narrow,
    other_tenant,
    places,
    program,
    retype,
    save_port,
    says,
    send_test,
    type_port,
    write_profiles,
    writes,
)
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Operation, Sandbox


def _patch(terminal: Terminal, sandbox: Sandbox, seeded: Seed) -> None:
    type_port(terminal)
    save_port(terminal)
    changed = {"name": "port", "value": 587}
    assert [request.json() for request in writes(sandbox)] == [
        {"id": seeded.secondary, "connection_parameters": [changed]}
    ]
    assert sandbox.record(seeded.secondary).values["port"] == 587


def _test(terminal: Terminal, sandbox: Sandbox) -> None:
    terminal.press("esc")
    terminal.wait_for("PRIMARY")
    send_test(terminal)
    (mail,) = sandbox.mailbox
    assert mail.rcpt_to == ("reader@example.com",)
    assert mail.username == "relay"
    terminal.press("esc")
    terminal.wait_gone("Test email")


def _switch(terminal: Terminal, sandbox: Sandbox) -> None:
    terminal.press("p")
    terminal.wait_for("europe")
    terminal.press("down", "enter")
    terminal.wait_for("EU-RELAY")
    terminal.wait_gone("PRIMARY")
    terminal.wait_gone("SECONDARY")
    assert sandbox.requests[-1].query["tenantId"] == sandbox.other_tenant_id


def test_list_narrow_patch_test_switch_quit(sandbox: Sandbox, seeded: Seed, tmp_path: Path) -> None:
    write_profiles(tmp_path, other_tenant(sandbox))
    with program(sandbox, tmp_path) as terminal:
        screen = terminal.wait_for(says("Connections 2", "PRIMARY", "SECONDARY"))
        assert "EU-RELAY" not in screen
        _patch(terminal, sandbox, seeded)
        _test(terminal, sandbox)
        _switch(terminal, sandbox)
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []
        assert not terminal.in_alternate_screen
    tests = [request for request in writes(sandbox) if request.operation == Operation.TEST_SAVED]
    assert [request.json() for request in tests] == [
        {"id": seeded.primary, "to": "reader@example.com"}
    ]
    assert not [request for request in sandbox.requests if b"password" in request.body]


def test_an_edit_without_a_change_sends_nothing(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        edit(terminal, "PRIMARY")
        retype(terminal, "Hostname", "elsewhere.example")
        retype(terminal, "Hostname", "localhost")
        terminal.press("ctrl+s")
        terminal.wait_for(says("No changes, so there is nothing to send"))
        terminal.press("esc")
        terminal.wait_for("SECONDARY")  # back at the table, without a question
        terminal.press("q")
        assert terminal.exit_code() == 0
    assert writes(sandbox) == []


def test_a_typed_password_is_sent_and_shown_nowhere(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        edit(terminal, "PRIMARY")
        terminal.press("shift+tab")  # from the first field round to the last, the password
        terminal.type("Hidden-4711")
        terminal.wait_for("•" * 11)
        terminal.wait_quiet(0.2)
        terminal.press("ctrl+t")
        terminal.wait_for(says("Test email", "Send to"))
        terminal.type("reader@example.com")
        terminal.wait_for("reader@example.com")
        terminal.press("enter")
        terminal.wait_for(says("REJECTED", "535"))
        terminal.press("esc")
        terminal.wait_gone("Test email")
        terminal.press("ctrl+s")
        terminal.wait_for("+ password (")
        terminal.press("enter")
        terminal.wait_for("SECONDARY")
        sandbox.wait_for_requests(6)  # list, test, get, modify, get, and the list again
        terminal.press("a")
        terminal.wait_for(says("GET", "GET", "POST", "GET", "POST", "GET"))
        terminal.press("down", "down")
        terminal.wait_for('"password"')
        terminal.press("q")
        terminal.wait_for("SECONDARY")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert b"Hidden-4711" not in terminal.raw
    test, change = writes(sandbox)
    typed = [{"name": "password", "value": "Hidden-4711"}]
    assert test.json() == {
        "id": seeded.primary,
        "to": "reader@example.com",
        "conn_params": typed,
    }
    assert change.json() == {"id": seeded.primary, "connection_parameters": typed}
    kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert kept, "the test is remembered in a file"
    assert not [path for path in kept if b"Hidden-4711" in path.read_bytes()]


def test_esc_in_the_review_returns_to_the_form_with_all_that_was_typed(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        narrow(terminal, "second")
        edit(terminal, "SECONDARY")
        retype(terminal, "Hostname", "mail.example.com")
        terminal.press("tab")
        retype(terminal, "Port", "2525")
        terminal.press("tab", "tab")
        terminal.type("typed-once")
        terminal.wait_for("•" * 10)
        terminal.wait_quiet(0.2)
        terminal.press("ctrl+s")
        terminal.wait_for("Apply")
        terminal.press("esc")
        terminal.wait_gone("Apply")
        terminal.wait_for(lambda screen: field(screen, "Hostname") == "mail.example.com")
        terminal.wait_for(lambda screen: field(screen, "Port") == "2525")
        terminal.wait_for(re.compile("Password +" + "•" * 10 + "( |$)", re.MULTILINE))
        assert writes(sandbox) == []

        terminal.press("ctrl+s")
        terminal.wait_for("Apply")
        terminal.press("enter")
        terminal.wait_for(re.compile(r"SECONDARY +mail\.example\.com +2525"))
    assert sandbox.record(seeded.secondary).values == {
        "hostname": "mail.example.com",
        "port": 2525,
        "username": "relay",
        "password": "typed-once",
    }


@pytest.mark.parametrize("arguments", [(), ("demo",)])
def test_without_a_terminal_it_says_so_in_one_line(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = subprocess.run(
        [installed_program(), *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=places(tmp_path),
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"smtp-tui: .*\bterminal\b.*\n", done.stderr)
