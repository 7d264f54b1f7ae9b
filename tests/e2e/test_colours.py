"""The terminal's own colours, and none at all where NO_COLOR asks for none."""

import re
from pathlib import Path

from tests.e2e.program import Seed, edit, program
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Sandbox

COLOURED = re.compile(rb"\x1b\[[0-9;]*?(?:[34]8;|[;\[](?:3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m])")


def looked_at(terminal: Terminal) -> bytes:
    """What table, form and review send to the terminal."""
    terminal.wait_for("PRIMARY")
    edit(terminal, "PRIMARY")
    terminal.press("ctrl+s")
    terminal.wait_for("nothing to send")
    return terminal.raw


def test_with_no_color_nothing_is_coloured(sandbox: Sandbox, seeded: Seed, tmp_path: Path) -> None:
    with program(sandbox, tmp_path, {**sandbox.environment(), "NO_COLOR": "1"}) as terminal:
        assert COLOURED.findall(looked_at(terminal)) == []


def test_text_keeps_the_colours_of_the_terminal(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        assert b"38;2;" not in looked_at(terminal)
        assert b"48;2;" not in terminal.raw
