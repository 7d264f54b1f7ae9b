"""ctrl+z and fg, in bash and in tmux: the terminal is given back, and every screen comes back."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.e2e.program import Seed, places, says
from tests.e2e.screens import CONNECTIONS, SCREENS, standing
from tests.e2e.terminal import Terminal, installed_program
from tests.e2e.test_drafts_survive import typing_in_a_form
from tests.e2e.test_ends import is_kept
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

SHELL = ("env", "PS1=prompt>", "bash", "--norc", "--noprofile", "-i")
TMUX = ("tmux", "-S", "socket", "-f", "settings")
SETTINGS = "set -g status off\nset -s escape-time 10\n"


@pytest.fixture(params=["bash", "tmux"])
def shell(request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path) -> Iterator[Terminal]:
    """A shell at its prompt, with the sandbox's variables."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    env = places(tmp_path) | sandbox.environment()
    (tmp_path / "settings").write_text(SETTINGS, encoding="utf-8")
    command: tuple[str, ...] = SHELL
    if request.param == "tmux":
        command = (*TMUX, "new-session", shlex.join(SHELL))
    with Terminal(command, cwd=tmp_path, env=env) as terminal:
        terminal.wait_for("prompt>")
        yield terminal
    if request.param == "tmux":
        with Terminal((*TMUX, "kill-server"), cwd=tmp_path) as ending:
            ending.exit_code()


def restored(terminal: Terminal, before: str, _: str) -> bool:
    return standing(terminal).startswith(before)


def test_every_screen_comes_back_whole(shell: Terminal, seeded: Seed) -> None:
    shell.type(f"{installed_program()}\r")
    shell.wait_for(CONNECTIONS)
    for screen in SCREENS:
        before = screen.open(shell)
        shell.press("ctrl+z")
        shell.wait_for(says("Stopped", "prompt>"))
        shell.type("fg\r")
        if screen.name == "help":  # wrapped anew, as after each change of size
            before = before.partition("   c  ")[0]
        shell.wait_for(partial(restored, shell, before))
        screen.leave(shell)


def test_the_terminal_is_given_back_and_what_was_typed_is_still_there(
    shell: Terminal, seeded: Seed, tmp_path: Path
) -> None:
    shell.type(f"{installed_program()}\r")
    typing_in_a_form(shell)
    for _ in range(2):
        shell.press("ctrl+z")
        shell.wait_for(says("Stopped", "prompt>"))
        shell.type("clear; stty -a | tr ' ' '\\n' | grep -cx -e icanon -e echo\r")
        shell.wait_for(re.compile(r"^(prompt>)?2$", re.MULTILINE))
        shell.type("clear; fg\r")
        shell.wait_for(says("Edit SECONDARY", "587", "was 25", "•••••••"))
    shell.press("ctrl+z")
    shell.wait_for(says("Stopped", "prompt>"))
    shell.type("kill %1; fg; echo ended $?\r")
    shell.wait_for(f"ended {ExitCode.TERMINATED}")
    assert is_kept(tmp_path)
    assert shell.raw.count(b"\x1b[?2026$p") <= 1, "an answer that comes late goes to the shell"


def test_a_window_that_changed_its_size_meanwhile_is_filled(shell: Terminal, seeded: Seed) -> None:
    shell.type(f"{installed_program()}\r")
    shell.wait_for(CONNECTIONS)
    shell.press("ctrl+z")
    shell.wait_for(says("Stopped", "prompt>"))
    shell.resize(30, 100)
    shell.type("fg\r")
    shell.wait_for(CONNECTIONS)
    shell.wait_for(lambda _: "Commands" in shell.lines()[29] or "Help" in shell.lines()[29])


def test_in_the_background_it_waits_until_it_is_called_back(shell: Terminal, seeded: Seed) -> None:
    shell.type(f"{installed_program()}\r")
    shell.wait_for(CONNECTIONS)
    before = SCREENS[0].open(shell)
    shell.press("ctrl+z")
    shell.wait_for(says("Stopped", "prompt>"))
    shell.type("clear; bg; echo still here\r")
    shell.wait_for(says("\nstill here"))
    shell.type("fg\r")
    shell.wait_for(partial(restored, shell, before))


@pytest.mark.parametrize("name", ["TERM", "HUP"])
def test_in_the_background_a_signal_ends_it_and_keeps_what_was_typed(
    shell: Terminal, seeded: Seed, tmp_path: Path, name: str
) -> None:
    shell.type(f"{installed_program()}\r")
    typing_in_a_form(shell)
    shell.press("ctrl+z")
    shell.wait_for(says("Stopped", "prompt>"))
    shell.type("clear; bg; echo still here\r")
    shell.wait_for(says("\nstill here"))
    shell.type(f"clear; kill -{name} %1; wait %1; echo ended $?\r")
    code = {"TERM": ExitCode.TERMINATED, "HUP": ExitCode.HUNG_UP}[name]
    shell.wait_for(f"ended {code}")
    assert is_kept(tmp_path)
    shell.type("clear; stty -a | tr ' ' '\\n' | grep -cx -e icanon -e echo\r")
    shell.wait_for(re.compile(r"^(prompt>)?2$", re.MULTILINE))


def test_in_the_background_it_goes_on_and_draws_nothing(
    shell: Terminal, seeded: Seed, sandbox: Sandbox
) -> None:
    again = (("Retry-After", "3"),)
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=503, headers=again))
    shell.type(f"{installed_program()}\r")
    shell.wait_for("Reading")
    shell.press("ctrl+z")
    shell.wait_for(says("Stopped", "prompt>"))
    shell.type("clear; bg; echo still here\r")
    shell.wait_for(says("\nstill here"))
    sandbox.wait_for_requests(2)
    shell.wait_quiet()
    assert not CONNECTIONS.search(shell.screen_text())
    shell.type("fg\r")
    shell.wait_for(CONNECTIONS)
