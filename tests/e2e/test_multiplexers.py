"""In a real tmux and a real screen: keys arrive, copies leave, and an attach draws anew."""

import base64
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.program import Seed, edit, places, retype, save_port, says, writes
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Sandbox

COPY = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]+)(?:\x07|\x1b\\)")
"""An OSC 52 as the terminal around the multiplexer gets it."""


@dataclass(frozen=True)
class Multiplexer:
    """How one is started, left and come back to; ``settings`` are the lines of its own file."""

    name: str
    settings: str
    start: tuple[str, ...]
    attach: tuple[str, ...]
    detach: tuple[str, ...]
    end: tuple[str, ...]


TMUX = ("tmux", "-S", "socket", "-f", "settings")
SCREEN = ("screen", "-c", "settings")
KINDS = (
    Multiplexer(
        "tmux as it comes",
        "set -g status off\n",
        (*TMUX, "new-session"),
        (*TMUX, "attach"),
        ("ctrl+b", "d"),
        (*TMUX, "kill-server"),
    ),
    Multiplexer(
        "tmux with passthrough only",
        "set -s set-clipboard off\nset -g allow-passthrough on\nset -g status off\n",
        (*TMUX, "new-session"),
        (*TMUX, "attach"),
        ("ctrl+b", "d"),
        (*TMUX, "kill-server"),
    ),
    Multiplexer(
        "screen",
        "startup_message off\nterm screen-256color\nautodetach on\n",
        (*SCREEN, "-U", "-S", "story"),
        (*SCREEN, "-U", "-r", "story"),
        ("ctrl+a", "d"),
        (*SCREEN, "-S", "story", "-X", "quit"),
    ),
)


def inside(
    kind: Multiplexer, command: tuple[str, ...], directory: Path, size: tuple[int, int]
) -> Terminal:
    """A terminal in which the multiplexer runs, not started yet."""
    env = {"SCREENDIR": str(directory / "screens"), "SHELL": "/bin/sh"}
    return Terminal(command, cwd=directory, rows=size[1], columns=size[0], env=env)


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Multiplexer]:
    """One of them, with its settings in place; what it leaves running is ended."""
    found: Multiplexer = request.param
    if shutil.which(found.start[0]) is None:
        pytest.skip(f"{found.start[0]} is not installed")
    (tmp_path / "settings").write_text(found.settings, encoding="utf-8")
    (tmp_path / "screens").mkdir(mode=0o700)
    yield found
    with inside(found, found.end, tmp_path, (80, 24)) as ending:
        ending.exit_code()


def test_keys_arrive_a_copy_leaves_and_an_attach_draws_anew(
    kind: Multiplexer, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    variables = places(tmp_path) | dict(sandbox.environment()) | {"LANG": "C.UTF-8"}
    words = [f"{name}={value}" for name, value in variables.items()]
    run = shlex.join(["env", *words, str(installed_program())])
    start = (*kind.start, run) if kind.start[0] == "tmux" else (*kind.start, "sh", "-c", run)
    with inside(kind, start, tmp_path, (80, 24)) as terminal:
        terminal.wait_for("SECONDARY")
        terminal.press("down")
        terminal.wait_for(re.compile("▌  SECONDARY"))
        terminal.press("y", "tab")
        terminal.wait_for("smtp-tui get")
        terminal.press("enter")
        terminal.wait_for("in tmux's buffer" if kind.start[0] == "tmux" else "sent through screen")
        terminal.wait_for(lambda _: COPY.search(terminal.raw))
        copies = {base64.b64decode(found) for found in COPY.findall(terminal.raw)}
        assert copies == {f"smtp-tui get --profile environment {seeded.secondary}".encode()}
        edit(terminal, "SECONDARY")
        terminal.press("tab")
        retype(terminal, "Port", "587")
        terminal.press(*kind.detach)
        assert terminal.exit_code() == 0
    with inside(kind, kind.attach, tmp_path, (100, 30)) as terminal:
        terminal.wait_for(says("Edit SECONDARY", "587"))
        save_port(terminal)
        terminal.press("q")
        assert terminal.exit_code() == 0
    assert len(writes(sandbox)) == 1
