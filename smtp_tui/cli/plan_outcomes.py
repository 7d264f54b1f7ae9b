"""What comes of a plan: told while it runs, and as an exit code."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Final

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import VERDICT_CODES, code_of
from smtp_tui.cli.output import show_line, show_many
from smtp_tui.cli.say import inform, say
from smtp_tui.cli.shapes import outcome_of
from smtp_tui.workflows.progress import Progress, Reason, Result
from smtp_tui.workflows.run import Run

_REASONS: Final = {
    Reason.CONFLICT: ExitCode.CONFLICT,
    Reason.GONE: ExitCode.NOT_FOUND,
    Reason.NO_TOKEN: ExitCode.TOKEN,
    Reason.REFUSED: ExitCode.REFUSED,
}
_SECONDS_BETWEEN_LINES: Final = 2.0


class Outcomes:
    """What a run says on stderr: each record that is not done, and how far it is.

    With ``--jsonl`` it also prints each outcome, as it comes.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._printed: set[int] = set()
        self._clock = Clock()
        self._told_at = self._clock.monotonic()

    def tell(self, run: Run, number: int) -> None:
        """Tell what came of an entry."""
        entry, result = run.plan.entries[number], run.results[number]
        if result.progress not in (Progress.LEFT, Progress.UNDER_WAY):
            self._print(run, number)
        if result.progress in (Progress.FAILED, Progress.UNKNOWN) or (
            result.progress is Progress.DONE and result.words
        ):
            verdict = f"{result.verdict.value}: " if result.verdict else ""
            word = f"{result.progress.value}: {verdict}{result.words}"
            say(f"  {entry.profile} · {entry.named}: {word}")
        if self._clock.monotonic() - self._told_at > _SECONDS_BETWEEN_LINES:
            self._told_at = self._clock.monotonic()
            counts = run.counts
            failed = f" · {counts.failed} failed" if counts.failed else ""
            inform(f"  {counts.ended:,} of {len(run.plan.entries):,}{failed} …")

    def show(self, run: Run) -> None:
        """Print what came of all entries; with ``--jsonl`` of those of which nothing was told."""
        if not self._options.jsonl:
            show_many(self._options, map(outcome_of, run.plan.entries, run.results))
            return
        for number in range(len(run.plan.entries)):
            self._print(run, number)

    def _print(self, run: Run, number: int) -> None:
        if number not in self._printed:
            self._printed.add(number)
            outcome = outcome_of(run.plan.entries[number], run.results[number])
            show_line(self._options, outcome)


def counts_text(run: Run) -> str:
    """How many records are how far, in words."""
    found = Counter(result.progress.value for result in run.results)
    return ", ".join(f"{found[each.value]} {each.value}" for each in Progress if found[each.value])


def result_code(result: Result) -> ExitCode:
    """The exit code of what came of one record."""
    match result.progress:
        case Progress.DONE | Progress.ALREADY:
            return ExitCode.OK
        case Progress.UNKNOWN:
            return ExitCode.UNKNOWN_OUTCOME
    if result.verdict is not None:
        return VERDICT_CODES[result.verdict]
    if isinstance(result.because, ApiError):
        return code_of(result.because)
    return _REASONS[result.because] if result.because is not None else ExitCode.FAILED
