"""Leaving while a write is under way, as a shell sees it."""

from __future__ import annotations

from pathlib import Path

from smtp_tui.api.writes import WriteOutcome
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.state.journal import Journal
from tests.e2e.program import narrow, program, says, seed
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox


def test_leaving_now_ends_with_the_code_of_an_unknown_outcome_and_the_journal_says_so(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    seed(sandbox)
    sandbox.faults.add(Fault(FaultKind.HANG, Operation.DELETE))
    with program(sandbox, tmp_path) as terminal:
        terminal.wait_for("SECONDARY")
        narrow(terminal, "SECONDARY")
        terminal.press("d")
        terminal.wait_for(says("Delete SECONDARY?"))
        terminal.pass_time(0.5)
        terminal.press("tab", "enter")
        sandbox.wait_for_requests(3)
        terminal.press("ctrl+c")
        terminal.wait_for(says("A write is under way", "delete the connection SECONDARY"))
        terminal.pass_time(0.5)
        terminal.press("tab", "enter")
        assert terminal.exit_code() == ExitCode.UNKNOWN_OUTCOME
        assert "outcome unknown: check the record" in "".join(terminal.lines())
    entries = Journal(tmp_path / "state").read().entries
    assert [entry.outcome for entry in entries] == [None, WriteOutcome.UNKNOWN]
