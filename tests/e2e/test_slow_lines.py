"""Over a line of 9,600 baud with a round trip of 300 ms, keys need not wait for the screen."""

from pathlib import Path

import pytest

from tests.e2e.program import Seed, edit, places, program, says, writes
from tests.e2e.slow_line import PATIENCE, SlowTerminal
from tests.e2e.terminal import installed_program
from tests.failing_sandbox import Sandbox


def at_the_end(
    sandbox: Sandbox, directory: Path, *, compressed: bool = False, deaf: bool = False
) -> SlowTerminal:
    """The program at the other end of the line, not started yet."""
    env = places(directory) | sandbox.environment()
    argv = [installed_program()]
    return SlowTerminal(argv, cwd=directory, env=env, compressed=compressed, deaf=deaf)


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
def test_a_whole_edit_typed_in_one_burst_over_a_slow_line_goes_where_it_was_meant(
    compressed: bool, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with at_the_end(sandbox, tmp_path, compressed=compressed) as terminal:
        terminal.wait_for("PRIMARY", PATIENCE)
        # / second, Enter, e, tab, ctrl+e, ctrl+u, 587, ctrl+s
        terminal.send(b"/second\re\t\x05\x15587\x13")
        terminal.wait_for(says("- port 25", "+ port 587"), PATIENCE)
        terminal.press("enter")
        sandbox.wait_for_requests(4)  # list, get, get before the write, the write
        terminal.wait_gone("Apply", PATIENCE)
    (request,) = writes(sandbox)
    assert request.json() == {
        "id": seeded.secondary,
        "connection_parameters": [{"name": "port", "value": 587}],
    }


def test_keys_typed_before_anything_came_over_the_line_are_not_lost(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with at_the_end(sandbox, tmp_path) as terminal:
        terminal.wait_for(lambda _: terminal.in_alternate_screen, PATIENCE)
        terminal.send(b"/second\re")
        terminal.wait_for(says("Edit SECONDARY"), PATIENCE)


def test_nothing_waits_for_an_answer_of_the_terminal(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with at_the_end(sandbox, tmp_path, deaf=True) as terminal:
        terminal.wait_for("SECONDARY", PATIENCE)
        terminal.send(b"/second\re")
        terminal.wait_for(says("Edit SECONDARY", "Hostname", "relay.example.invalid"), PATIENCE)
        terminal.send(b"\x1b")
        terminal.wait_for(says("Connections 1 of 2"), PATIENCE)


def test_no_frame_is_sent_empty_and_no_shape_of_a_pointer_that_is_not_there(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.send(b"\x1b[?2026;2$y")  # the terminal draws a frame at once
        terminal.wait_for("SECONDARY")
        edit(terminal, "PRIMARY")
        terminal.press("esc")
        terminal.wait_for("SECONDARY")
    begins, ends = b"\x1b[?2026h", b"\x1b[?2026l"
    assert begins in terminal.raw
    assert terminal.raw.count(begins) == terminal.raw.count(ends)
    assert begins + ends not in terminal.raw
    assert b"\x1b]22;" not in terminal.raw
