"""`python -m tests.bench`: measures all budgets, prints a table, and writes JSON."""

from __future__ import annotations

import argparse
import compileall
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.bench.budgets import BUDGETS, Budget, Group
from tests.bench.measures import MEASURES, ONCE, Figure
from tests.bench.peers import peer_table
from tests.bench.programs import MANY, MOST, ROOT, Bench
from tests.bench.report import as_json, rows, table, write_into


def main(arguments: list[str]) -> int:
    """Measure as the arguments say; 1 where a budget was missed."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.readme and (options.only or options.peers):
        parser.error("--readme needs all rows")
    sys.setswitchinterval(0.0005)  # so that output is noted the moment it comes
    for room in ("smtp_tui", "tests/bench"):
        compileall.compile_dir(str(ROOT / room), quiet=2)
    wanted = [budget for budget in BUDGETS if _is_meant(budget, options.only)]
    with Bench(options.program, idle=options.idle, rows=(MANY, options.most)) as bench:
        if options.peers:
            print(peer_table(bench, _tell))
            return 0
        figures = list(measured(bench, wanted, options.rounds, _tell))
    found = rows(figures, wanted)
    print(table(found))
    if options.json is not None:
        options.json.write_text(as_json(found, options.rounds) + "\n", encoding="utf-8")
    if options.readme:
        write_into(ROOT / "README.md", found, options.rounds)
    return 0 if all(row.met for row in found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    add("--rounds", type=int, default=7, help="rounds of each quick measure (7)")
    add("--only", nargs="+", default=[], metavar="WORDS", help="only rows with one of these words")
    add("--idle", type=float, default=60, help="seconds of idling a screen (60)")
    add("--most", type=int, default=MOST, help="the most rows (100,000)")
    add("--program", type=_absolute, help="measure this smtp-tui")
    add("--peers", action="store_true", help="measure other Textual programs beside it instead")
    add("--json", type=Path, help="write the figures to this file")
    add("--readme", action="store_true", help="put the table into the README")
    return parser


def _absolute(text: str) -> Path:
    """A path as typed from here: the program is run in another directory."""
    return Path(text).absolute()


def _is_meant(budget: Budget, words: Sequence[str]) -> bool:
    return not words or any(word.casefold() in budget.what.casefold() for word in words)


def measured(
    bench: Bench, wanted: Sequence[Budget], rounds: int, tell: Callable[[str], None]
) -> Iterator[Figure]:
    """The figures of these budgets. A first start only warms up.

    A round runs each measure once, so that what disturbs the machine for a while disturbs all.
    """
    groups = [group for group in MEASURES if group in {budget.group for budget in wanted}]
    if Group.START in groups:
        list(MEASURES[Group.START](bench))
    for number in range(1, rounds + 1):
        for group in groups:
            if number == 1 or group not in ONCE:
                tell(f"round {number} of {rounds}: {group.value}")
                yield from MEASURES[group](bench)


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
