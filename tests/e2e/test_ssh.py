"""Over ssh, through a real sshd: the main job, a line that is cut, and one that is slow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import (
    Seed,
    edit,
    field,
    narrow,
    save_port,
    says,
    send_test,
    type_port,
    writes,
)
from tests.e2e.sshd import Sshd, sshd
from tests.failing_sandbox import Sandbox

REPORTS = re.compile(rb"\x1b\[\?(?:100[0-6]|101[56]|2048|9)h|\x1b\[[>=][0-9;]*u|\x1b\[>4;[12]m")
"""Modes in which a terminal sends what no shell understands: of mouse, focus, size, keyboard."""
ROUND_TRIP = 0.3
QUESTIONS = re.compile(rb"\x1b\[[?>=]?[0-9;]*(?:\$p|c|n|x)|\x1b\](?:4|10|11|52);[^\x07\x1b]*\?")
"""What a program asks a terminal, and then may wait for."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    """An sshd of this test's own."""
    with sshd(tmp_path) as running:
        yield running


def test_the_main_job_is_done_over_ssh_and_the_mouse_is_left_to_the_terminal(
    server: Sshd, sandbox: Sandbox, seeded: Seed
) -> None:
    with server.login(server.line(), sandbox, {}) as terminal:
        terminal.wait_for(says("PRIMARY", "SECONDARY"))
        type_port(terminal)
        save_port(terminal)
        terminal.press("esc")
        terminal.wait_for("PRIMARY")
        send_test(terminal)
        terminal.press("esc")
        terminal.wait_gone("Test email")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []
        assert REPORTS.findall(terminal.raw) == []
    assert sandbox.record(seeded.secondary).values["port"] == 587
    assert len(sandbox.mailbox) == 1


def test_what_was_typed_when_the_line_is_cut_is_offered_at_the_next_login(
    server: Sshd, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    line = server.line()
    with server.login(line, sandbox, {}) as terminal:
        terminal.wait_for("SECONDARY")
        type_port(terminal)
        line.cut()
        terminal.exit_code()
    with server.login(server.line(), sandbox, {}) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "second")
        terminal.press("e")
        terminal.wait_for(says("There is a draft", "port 25 → 587"))
    assert writes(sandbox) == []


def test_a_key_torn_apart_on_a_slow_line_is_no_escape(
    server: Sshd, sandbox: Sandbox, seeded: Seed
) -> None:
    with server.login(server.line(), sandbox, {}) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "second")
        edit(terminal, "SECONDARY")
        terminal.press("end")
        for rest in (b"[D", b"[D"):
            terminal.send(b"\x1b")
            terminal.pass_time(0.3)
            terminal.send(rest)
        terminal.type("x")
        terminal.wait_for(lambda screen: field(screen, "Hostname") == "relay.example.invalxid")
        terminal.press("esc")  # and one that stands alone is one
        terminal.wait_for("Leave?")


def test_on_a_slow_line_keys_typed_ahead_land_and_nothing_waits_for_the_terminal(
    server: Sshd, sandbox: Sandbox, seeded: Seed
) -> None:
    with server.login(server.line(ROUND_TRIP / 2), sandbox, {}) as terminal:
        terminal.wait_for(says("PRIMARY", "SECONDARY"))
        started = terminal.mark()
        # / second, Enter, e, tab, ctrl+e, ctrl+u, 587, ctrl+s
        terminal.send(b"/second\re\t\x05\x15587\x13")
        terminal.wait_for(says("- port 25", "+ port 587"))
        terminal.wait_for("Apply")
        terminal.press("enter")
        terminal.wait_for("Saved SECONDARY")
        assert QUESTIONS.findall(terminal.bytes_since(started)) == []
    (request,) = writes(sandbox)
    assert request.json() == {
        "id": seeded.secondary,
        "connection_parameters": [{"name": "port", "value": 587}],
    }
