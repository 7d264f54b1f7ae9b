"""`python -m tests.bench`: measures all budgets, prints a table, and writes JSON."""

from __future__ import annotations

import argparse
import compileall
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench import measures
from tests.bench.measures import FEW, MANY, MOST, Figure
from tests.bench.programs import ROOT
from tests.bench.report import as_json, rows, table, write_into
from tests.bench.server import running

Measure = Callable[[], Iterator[Figure]]


def main(arguments: list[str]) -> int:
    """Measure as the arguments say; 1 where a budget was missed."""
    options = _parser().parse_args(arguments)
    for room in ("smtp_tui", "tests/bench"):
        compileall.compile_dir(str(ROOT / room), quiet=2)
    figures = tuple(measured(options.rounds, options.idle, options.most, options.program))
    found = rows(figures)
    print(table(found))
    if options.json is not None:
        options.json.write_text(as_json(found, options.rounds) + "\n", encoding="utf-8")
    if options.readme:
        write_into(ROOT / "README.md", found, options.rounds)
    return 0 if all(row.met for row in found) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the starts (7)")
    parser.add_argument("--idle", type=float, default=60, help="seconds of idling a screen (60)")
    parser.add_argument("--most", type=int, default=MOST, help="the most rows (100,000)")
    parser.add_argument("--program", type=_absolute, help="measure this smtp-tui")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--readme", action="store_true", help="put the table into the README")
    return parser


def _absolute(text: str) -> Path:
    """A path as typed from here: the program is run in another directory."""
    return Path(text).absolute()


def measured(
    rounds: int, idle_seconds: float, most_rows: int, program: Path | None
) -> Iterator[Figure]:
    """The figures of all measures, ours and the base's by turns; the first round only warms up."""
    serving = partial(running, program=program)
    with ExitStack() as servers:
        few = servers.enter_context(serving(FEW))
        tls = servers.enter_context(serving(FEW, tls=True))
        for number in range(rounds + 1):
            _tell(f"round {number} of {rounds}")
            found = (
                *measures.start_of_base(),
                *measures.start_of_ours(few),
                *measures.start_over_tls(tls),
            )
            yield from found if number else ()
        for bytes_of in (measures.table_bytes, measures.form_bytes, measures.story):
            _tell(bytes_of.__name__)
            yield from bytes_of(few)
        many = servers.enter_context(serving(MANY))
        for number in range(min(3, rounds)):
            _tell(f"{MANY:,} rows, round {number + 1}")
            yield from measures.many_of_base()
            yield from measures.many_of_ours(many)
    with serving(most_rows) as most:
        _tell(f"{most_rows:,} rows")
        yield from measures.most_of_ours(most)
    with serving(FEW) as few:
        with serving(FEW, hang=True) as hanging:
            _tell("hanging")
            yield from measures.hanging(hanging)
        _tell("idle")
        yield from measures.idle(few, idle_seconds)


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
