"""`--read-only`: for one run no key stores anything, whatever the profile allows."""

from pathlib import Path

from tests.e2e.program import Seed, listed, places, says
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Operation, Sandbox

WRITES = ("e", "n", "c", "d", "u", "T")


def test_in_a_read_only_run_every_key_that_stores_is_dim_and_says_why_and_nothing_is_sent(
    sandbox: Sandbox, seeded: Seed, tmp_path: Path
) -> None:
    env = places(tmp_path) | sandbox.environment()
    with Terminal([installed_program(), "--read-only"], cwd=tmp_path, env=env, rows=40) as terminal:
        terminal.wait_for(listed("READ-ONLY", "PRIMARY"))
        for screen in ("NAME", "Created"):
            terminal.wait_for(screen)
            terminal.press(*WRITES, "?")
            terminal.wait_for("search the keys")
            terminal.type("after a question")
            terminal.wait_for(says("Delete:", "Not now: This run is read-only"))
            terminal.press("esc", "esc")  # the search, and the help
            terminal.wait_gone("Not now")
            terminal.press("enter")
        terminal.press("esc")
        terminal.wait_for(listed("READ-ONLY", "PRIMARY"))
        terminal.press("r")
        sandbox.wait_for_requests(3)
        terminal.press("q")
        assert terminal.exit_code() == 0
    assert {request.operation for request in sandbox.requests} == {Operation.LIST, Operation.GET}


def test_the_demo_in_a_read_only_run_stores_nothing_and_says_why(tmp_path: Path) -> None:
    command: list[str | Path] = [installed_program(), "--read-only", "demo"]
    with Terminal(command, cwd=tmp_path, env=places(tmp_path)) as terminal:
        terminal.wait_for(listed("READ-ONLY", "ALL-GOOD"))
        terminal.press("e")
        terminal.wait_for(says("Edit: This run is read-only"))
        terminal.press("q")
        assert terminal.exit_code() == 0
