"""The figures of all rounds as a table, as JSON, and in the README."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench.budgets import BUDGETS, Budget, Group, Unit
from tests.bench.measures import Figure
from tests.bench.programs import Side

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
DIGITS = {Unit.BYTES: 0, Unit.LINES: 0, Unit.PERCENT: 3, Unit.WRITES: 2}


class Spread(NamedTuple):
    """What was measured in all rounds."""

    middle: float
    least: float
    most: float


@dataclass(frozen=True)
class Row:
    """One budget and what was measured for it; None where nothing was."""

    budget: Budget
    ours: Spread | None
    base: Spread | None

    @property
    def ratio(self) -> float | None:
        """Ours against the base, of the medians."""
        return self.ours.middle / self.base.middle if self.ours and self.base else None

    @property
    def met(self) -> bool:
        """Whether the budget was kept."""
        if self.ours is None:
            return False
        ratio, most = self.budget.ratio, self.budget.most
        kept = most is None or self.ours.middle <= most
        return kept and (ratio is None or (self.ratio is not None and self.ratio <= ratio))

    @property
    def measured_words(self) -> str:
        """What was measured, as it is compared with the limits."""
        if self.ours is None:
            return "not measured"
        against_base = self.budget.most is None or self.budget.ratio is not None
        if against_base and self.ratio is not None:
            return f"{self.ratio:.2f}x"
        return "no base" if self.budget.ratio is not None else _number(self.ours.middle, self)


def rows(figures: Iterable[Figure], budgets: Sequence[Budget] = BUDGETS) -> list[Row]:
    """The medians of all figures and how far they lie apart, a row for each budget."""
    found = list(figures)

    def spread(budget: Budget, side: Side) -> Spread | None:
        wanted = budget.what, side
        values = [figure.value for figure in found if (figure.what, figure.side) == wanted]
        return Spread(median(values), min(values), max(values)) if values else None

    return [Row(budget, spread(budget, Side.OURS), spread(budget, Side.BASE)) for budget in budgets]


def table(measured: Sequence[Row]) -> str:
    """A table for people, in Markdown."""
    lines = ["| What | Budget | Measured | smtp-tui | Base |", "|---|---|---|---|---|"]
    for group in Group:
        of_group = [row for row in measured if row.budget.group is group]
        lines += [f"| **{group.value}** | | | | |"] if of_group else []
        for row in of_group:
            mark = "" if row.met else " **missed**"
            lines.append(
                f"| {row.budget.what} | {row.budget.words} | {row.measured_words}{mark} "
                f"| {_spread(row.ours, row)} | {_spread(row.base, row)} |"
            )
    return "\n".join(lines)


def as_json(measured: Iterable[Row], rounds: int) -> str:
    """The same for programs."""
    value = {
        "rounds": rounds,
        "python": platform.python_version(),
        "textual": version("textual"),
        "rows": [
            {
                "what": row.budget.what,
                "unit": row.budget.unit.value,
                "ratio_allowed": row.budget.ratio,
                "most_allowed": row.budget.most,
                "ours": row.ours and row.ours._asdict(),
                "base": row.base and row.base._asdict(),
                "ratio": row.ratio,
                "met": row.met,
            }
            for row in measured
        ],
    }
    return json.dumps(value, indent=2)


def write_into(readme: Path, measured: Sequence[Row], rounds: int) -> None:
    """Put the table between the two marks of the README. Raises ``ValueError`` without them."""
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} has no {BEGIN} and {END}")
    told = (
        f"Medians of {rounds} rounds, the least and the most in brackets; "
        f"Python {platform.python_version()}, Textual {version('textual')}:"
    )
    inner = f"{BEGIN}\n{told}\n\n{table(measured)}\n{END}"
    readme.write_text(before + inner + after, encoding="utf-8")


def _spread(spread: Spread | None, row: Row) -> str:
    """The median with its unit, and behind it how far the rounds lie apart, where they do."""
    if spread is None:
        return ""
    middle, least, most = (_number(value, row) for value in spread)
    if least == most:
        return middle
    unit = f" {row.budget.unit.value}"
    return f"{middle} ({least.removesuffix(unit)}–{most.removesuffix(unit)})"


def _number(value: float, row: Row) -> str:
    return f"{value:,.{DIGITS.get(row.budget.unit, 1)}f} {row.budget.unit.value}"
