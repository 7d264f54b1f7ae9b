"""However the program ends: the terminal is as before, what was typed is kept, the code is told."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.state.drafts import DraftStore
from tests.e2e.program import (
    Seed,
    changed,
    cursor_on,
    narrow,
    places,
    program,
    says,
    write_profiles,
)
from tests.e2e.terminal import TIMEOUT, Terminal, installed_program
from tests.e2e.test_drafts_survive import typing_in_a_form
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.profiles.test_credentials import gone

HURRIED = """
import sys
from smtp_tui.ui import app
from smtp_tui.ui.terminal import shutdown
app.WRITE_SECONDS, shutdown.LEAVE_SECONDS = 0.3, 1.0
"""
"""Takes less time than a person is given."""
WITHOUT_HANG_UP = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_IGN)
if child := os.fork():
    open("child", "w").write(str(child))
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""The program as the child of one that ignores SIGHUP, so that the system sends it none."""


def processor_time(pid: int) -> int:
    """How long a process has worked, in the system's ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def soon(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold; another process tells us of no event."""
    deadline = time.monotonic() + TIMEOUT
    while not holds() and time.monotonic() < deadline:
        Event().wait(0.02)
    return holds()


def is_kept(directory: Path) -> bool:
    """Whether the next start would offer what was typed; a password is never kept."""
    drafts = DraftStore(directory / "state").all()
    return [dict(draft.texts)["port"] for draft in drafts] == ["587"] and "hunter2" not in str(
        drafts
    )


@dataclass(frozen=True)
class Break:
    """A method of the program that fails once ``keys`` are pressed; without keys, once it ends."""

    module: str
    owner: str
    method: str
    keys: tuple[str, ...]

    @property
    def code(self) -> str:
        """Python code that has it fail once the file exists; its error holds what none may read."""
        return f"""
import pathlib, sys
from smtp_tui.{self.module} import {self.owner}
whole = {self.owner}.{self.method}
def broken(*given, **named):
    if pathlib.Path("broken").exists():
        raise RuntimeError("Hidden-4711")
    return whole(*given, **named)
{self.owner}.{self.method} = broken
"""


CRASHES = {
    "the handler of a key": Break(
        "ui.record_form.screen", "FormScreen", "action_revert", ("ctrl+r",)
    ),
    "the handler of a message": Break("ui.record_form.screen", "FormScreen", "_show", ("x",)),
    "a worker": Break("ui.test_email", "TestDialog", "__init__", ("ctrl+t",)),
    "a drawing": Break("ui.widgets.bars", "KeyBar", "render", ("shift+tab",)),
    "the making of a screen": Break("ui.review", "ReviewDialog", "compose_box", ("ctrl+s",)),
    "the keeping of the draft": Break("state.drafts", "DraftStore", "save", ("shift+tab", "1")),
    "the last moments": Break("workflows.session", "Session", "aclose", ()),
}


@pytest.mark.parametrize("what", CRASHES)
def test_a_crash_is_one_line_in_a_restored_terminal_and_keeps_what_was_typed(
    what: str, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    crash = CRASHES[what]
    with changed(crash.code, sandbox, tmp_path) as terminal:
        typing_in_a_form(terminal)
        terminal.wait_for(lambda _: is_kept(tmp_path))
        (tmp_path / "broken").touch()
        if crash.keys:
            terminal.press(*crash.keys)
        else:
            terminal.signal(signal.SIGTERM)
        assert terminal.exit_code() == ExitCode.CRASHED
        assert terminal.modes_restored() == []
        assert b"Traceback" not in terminal.raw
        assert b"4711" not in terminal.raw
        said = "".join(terminal.lines())
    assert said.startswith("smtp-tui: internal error (RuntimeError")
    assert said.count("smtp-tui") == 1
    assert is_kept(tmp_path)


def line_cut(terminal: Terminal) -> None:
    terminal.hang_up()


def at_a_standstill(terminal: Terminal) -> None:
    """A line that takes no more output, so that the program stands still, told to end then."""
    terminal.stall()
    standing = -1
    while standing != (standing := processor_time(terminal.pid)):
        terminal.send(b"\t" * 20)
        Event().wait(0.5)
    terminal.signal(signal.SIGTERM)


LOST = {
    "the line is cut": ("", line_cut, ExitCode.HUNG_UP),
    "the line is cut and no signal comes": (WITHOUT_HANG_UP, line_cut, ExitCode.HUNG_UP),
    "the line stands still": (HURRIED, at_a_standstill, ExitCode.TERMINATED),
}


@pytest.mark.parametrize("what", LOST)
def test_without_its_terminal_it_keeps_what_was_typed_and_leaves(
    what: str, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    code, lose, expected = LOST[what]
    with changed(code or "import sys", sandbox, tmp_path) as terminal:
        typing_in_a_form(terminal)
        lose(terminal)
        assert terminal.exit_code() == expected
    assert is_kept(tmp_path)
    child = tmp_path / "child"
    assert not child.exists() or soon(lambda: gone(child))


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGHUP, ExitCode.HUNG_UP),
        (signal.SIGTERM, ExitCode.TERMINATED),
        (signal.SIGINT, ExitCode.INTERRUPTED),
    ],
)
def test_told_to_end_during_a_write_it_leaves_soon_and_says_that_the_outcome_is_unknown(
    number: signal.Signals, code: ExitCode, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with changed(HURRIED, sandbox, tmp_path) as terminal:
        typing_in_a_form(terminal)
        sandbox.faults.add(Fault(FaultKind.HANG, Operation.MODIFY))
        terminal.press("ctrl+s")
        terminal.wait_for("Change SECONDARY?")
        terminal.press("enter")
        sandbox.wait_for_requests(4)  # list, get, get before the write, the write
        terminal.signal(number)
        assert terminal.exit_code() == code
        assert terminal.modes_restored() == []
        said = "".join(terminal.lines())
    assert "left before the server answered: change the connection; outcome unknown:" in said
    assert is_kept(tmp_path)


def test_ctrl_c_on_the_keyboard_is_an_ordinary_quit(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(says("Connections 2", "SECONDARY"))
        terminal.press("ctrl+c")
        assert terminal.exit_code() == ExitCode.OK
        assert terminal.modes_restored() == []


def test_ctrl_c_pressed_until_the_prompt_is_back_is_an_ordinary_quit(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(says("Connections 2", "SECONDARY"))
        while not terminal.ended:
            terminal.press("ctrl+c")
            terminal.pass_time(0.01)
        assert terminal.exit_code() == ExitCode.OK
        assert b"Traceback" not in terminal.raw


def test_ctrl_backslash_on_the_keyboard_ends_nothing(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(says("Connections 2", "SECONDARY"))
        terminal.press("ctrl+\\", "down")
        terminal.wait_for(cursor_on("SECONDARY"))


def test_a_signal_to_go_on_changes_nothing_where_nothing_was_stopped(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(says("Connections 2", "SECONDARY"))
        terminal.signal(signal.SIGCONT)
        narrow(terminal, "second")
        terminal.press("esc", "q")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []


def test_a_storm_of_sizes_down_to_one_cell_leaves_the_form_whole(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        typing_in_a_form(terminal)
        for size in [(1, 1), (3, 3), (1, 200), (50, 1), (24, 80), (1, 1)] * 2:
            terminal.resize(*size)
            terminal.send(b"\x1b[Z\t")
        terminal.resize(24, 80)
        terminal.wait_for(says("Edit SECONDARY", "587", "was 25", "•••••••", "ctrl+s Review"))
        terminal.press("esc")
        terminal.wait_for("keep a draft")
        terminal.signal(signal.SIGTERM)
        assert terminal.exit_code() == ExitCode.TERMINATED
        assert terminal.modes_restored() == []


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "2>/dev/null", "<&- >&- 2>&-"])
def test_without_a_whole_terminal_it_does_not_begin(closed: str, tmp_path: Path) -> None:
    command = f"{installed_program()} {closed}; echo ended $?"
    with Terminal(["/bin/sh", "-c", command], cwd=tmp_path, env=places(tmp_path)) as terminal:
        terminal.wait_for(f"ended {int(ExitCode.USAGE)}")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []
        assert b"Traceback" not in terminal.raw


WAITING = """schema = 1
[profiles.vault]
host = "{host}"
tenant = "t"
namespace = "default"
token = {{ command = ["/bin/sh", "-c", "sleep 600 & echo $! > c; mv c child; wait"] }}
"""


@pytest.mark.parametrize("arguments", [(), ("list",)], ids=["screen", "command"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_a_token_command_started_ends_with_the_program(
    arguments: tuple[str, ...], number: signal.Signals, sandbox: Sandbox, tmp_path: Path
) -> None:
    write_profiles(tmp_path, WAITING.format(host=sandbox.base_url))
    child = tmp_path / "child"
    argv = [str(installed_program()), "--profile", "vault", *arguments]
    with Terminal(argv, cwd=tmp_path, env=places(tmp_path)) as terminal:
        terminal.wait_for(lambda _: child.exists())
        assert not gone(child)
        terminal.signal(number)
        assert terminal.exit_code() == 128 + number
        assert terminal.modes_restored() == []
        terminal_text = terminal.screen_text()
    assert "Traceback" not in terminal_text
    assert soon(lambda: gone(child))
