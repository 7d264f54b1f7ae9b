"""Keys typed ahead over a slow line do what they would have done one by one."""

import base64
from pathlib import Path

import pytest

from tests.e2e.program import Seed, listed, program, says, writes
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox


def test_a_whole_edit_typed_in_one_burst_goes_where_it_was_meant(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        # / second, Enter, e, tab, ctrl+e, ctrl+u, 587, ctrl+s
        terminal.send(b"/second\re\t\x05\x15587\x13")
        terminal.wait_for(says("- port 25", "+ port 587"))
        terminal.press("enter")
        sandbox.wait_for_requests(4)  # list, get, get before the write, the write
        terminal.wait_gone("Apply")
    (request,) = writes(sandbox)
    assert request.json() == {
        "id": seeded.secondary,
        "connection_parameters": [{"name": "port", "value": 587}],
    }


def test_words_of_a_filter_typed_in_one_burst_press_no_keys_of_the_table(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        terminal.send(b"/second")
        screen = terminal.wait_for("1 of 2")
        assert "Delete PRIMARY" not in screen
        terminal.press("esc")
        terminal.wait_for("Connections 2")


def test_an_enter_typed_ahead_of_a_question_that_destroys_is_dropped(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        terminal.send(b"d\t\r")
        terminal.wait_for("Delete PRIMARY")
        terminal.wait_quiet()
        assert "Delete PRIMARY" in terminal.screen_text()
    assert writes(sandbox) == []


@pytest.mark.parametrize("begun", [False, True], ids=["before it begins", "while the list is read"])
def test_a_filter_typed_before_the_rows_are_there_waits_for_them(
    begun: bool, sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=0.5))
    with program(sandbox, tmp_path) as terminal:
        if begun:
            terminal.wait_for("Reading the connections")
        terminal.send(b"/second\r")
        terminal.wait_for("1 of 2")
        terminal.press("e")
        terminal.wait_for("Edit SECONDARY")


def test_y_pressed_twice_in_one_burst_copies_the_curl_line_at_once(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("PRIMARY")
        terminal.send(b"yy")
        terminal.wait_for(says("Copied the curl line of PRIMARY: sent to the terminal's clipboard"))
        terminal.wait_for(lambda _: b"\x1b]52;c;" in terminal.raw)
        copied = terminal.raw.partition(b"\x1b]52;c;")[2].partition(b"\x07")[0]
        line = base64.b64decode(copied).decode()
        assert line.startswith("curl ")
        assert seeded.primary in line


def test_enter_typed_ahead_in_the_palette_runs_no_command_of_an_earlier_search(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(listed("PRIMARY"))
        terminal.send(b":undo\r")  # there is no change to undo; "und" finds Suspend
        terminal.wait_for("No matches found")
        assert terminal.in_alternate_screen


def test_text_typed_in_one_burst_with_a_command_goes_to_what_the_command_opens(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(listed("PRIMARY"))
        terminal.send(b":filter\rsecond")
        terminal.wait_for("/second")
