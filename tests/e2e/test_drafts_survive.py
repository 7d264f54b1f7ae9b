"""What was typed survives the end of the program, and is offered by the next one."""

import os
import signal
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.e2e.program import Seed, changed, edit, narrow, program, retype, type_port
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Operation, Sandbox


def typing_in_a_form(terminal: Terminal) -> None:
    """Open SECONDARY, change its port, and type a password."""
    terminal.wait_for("SECONDARY")
    type_port(terminal)
    terminal.press("tab", "tab")
    terminal.type("hunter2")
    terminal.wait_for("•••••••")


def everything_in(directory: Path) -> bytes:
    """The bytes of all files below a directory."""
    return b"\n".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def taken_up(sandbox: Sandbox, directory: Path) -> None:
    """A new program offers the draft, and saves from it what was typed before, once."""
    with program(sandbox, directory) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "second")
        terminal.press("e")
        terminal.wait_for("There is a draft")
        terminal.wait_for("port 25 → 587")
        terminal.wait_quiet(0.6)
        terminal.press("enter")
        terminal.wait_for("was 25")
        terminal.press("ctrl+s")
        terminal.wait_for("Change SECONDARY?")
        terminal.press("enter")
        terminal.wait_for("Saved SECONDARY")
        terminal.press("esc")
        terminal.press("q")
        assert terminal.exit_code() == 0
    patches = [request for request in sandbox.requests if request.operation == Operation.MODIFY]
    assert [patch.json()["connection_parameters"] for patch in patches] == [
        [{"name": "port", "value": 587}]
    ]


NEVER_AT_REST = """
import sys
from smtp_tui.ui.widgets import fields
fields.PAUSE = 3600.0
"""
"""A program in which no text is kept because typing rests; only the end itself can keep it."""
SIGNALS = {
    signal.SIGHUP: ExitCode.HUNG_UP,
    signal.SIGTERM: ExitCode.TERMINATED,
    signal.SIGINT: ExitCode.INTERRUPTED,
    signal.SIGQUIT: ExitCode.QUIT,
}


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_form_survives_a_signal_right_after_the_key_and_the_terminal_is_restored(
    number: signal.Signals, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with changed(NEVER_AT_REST, sandbox, tmp_path) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "second")
        edit(terminal, "SECONDARY")
        terminal.press("tab", "tab", "tab")
        terminal.type("hunter2")
        terminal.wait_for("•••••••")
        terminal.press("shift+tab", "shift+tab")
        retype(terminal, "Port", "58")
        assert b'"58"' not in everything_in(tmp_path / "state")
        terminal.type("7")
        terminal.signal(number)
        assert terminal.exit_code() == SIGNALS[number]
        assert terminal.modes_restored() == []
        assert b"Traceback" not in terminal.raw
    assert b"hunter2" not in everything_in(tmp_path)
    assert sandbox.record(seeded.secondary).values["port"] == 25
    taken_up(sandbox, tmp_path)


def test_a_form_survives_being_killed(sandbox: Sandbox, seeded: Seed, tmp_path: Path) -> None:
    with program(sandbox, tmp_path) as terminal:
        typing_in_a_form(terminal)
        terminal.wait_for(lambda _: b'"587"' in everything_in(tmp_path))
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.exit_code()
    assert b"hunter2" not in everything_in(tmp_path)
    taken_up(sandbox, tmp_path)
