"""A run survives `kill -9`: the next program offers its rest, and nothing done is sent again."""

import os
import re
import signal
from pathlib import Path

import pytest

from tests.e2e.program import program
from tests.e2e.terminal import Terminal
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox

RECORDS = 30


def confirm(terminal: Terminal) -> None:
    """Type the number that the plan asks for."""
    terminal.wait_for("to confirm")
    asked = re.search(r"Type (\d+) to confirm", terminal.screen_text())
    assert asked
    terminal.wait_quiet(0.6)
    terminal.type(asked[1])
    terminal.press("enter")


def moved(sandbox: Sandbox) -> set[str]:
    """The ids of the records that have the new port."""
    return {record.id for record in sandbox.records() if record.values["port"] == 587}


def asked_to_change(sandbox: Sandbox) -> list[str]:
    """The ids in the requests that change a record, oldest first."""
    requests = [each for each in sandbox.requests if each.operation == Operation.MODIFY]
    return [str(request.json()["id"]) for request in requests]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("ended", [3, 17])
def test_a_run_that_was_killed_goes_on_where_it_was_and_the_store_equals_the_plan(
    sandbox: Sandbox, tmp_path: Path, ended: int
) -> None:
    for number in range(RECORDS):
        sandbox.add_record(f"RELAY-{number:02}", {"hostname": "mx.example", "port": 25})
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.1, count=None))
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(f"Connections {RECORDS}")
        terminal.press("*")
        terminal.wait_for(f"Edit {RECORDS}")
        terminal.press("e")
        terminal.wait_for("What you leave alone")
        terminal.press("tab", "end", "ctrl+u")
        terminal.type("587")
        terminal.wait_for("port 25 → 587")
        terminal.press("ctrl+s")
        confirm(terminal)
        terminal.wait_for(lambda _: len(moved(sandbox)) >= ended)
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.exit_code()
    sandbox.faults.clear()
    done, before = moved(sandbox), len(asked_to_change(sandbox))
    assert ended <= len(done) < RECORDS
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(f"A run of {RECORDS} changes ended early")
        terminal.press("R")
        terminal.wait_for("Go on with the rest")
        terminal.wait_quiet(0.6)
        terminal.press("enter")
        confirm(terminal)
        terminal.wait_for(f"{RECORDS} done")
        terminal.press("esc", "q")
        assert terminal.exit_code() == 0
    assert len(moved(sandbox)) == RECORDS
    assert done & {*asked_to_change(sandbox)[before:]} == set()
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for(f"Connections {RECORDS}")
        terminal.wait_quiet(1.5)
        assert "ended early" not in terminal.screen_text()
