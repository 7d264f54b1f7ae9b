"""The figures of all rounds as a table, as JSON, and in the README."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from tests.bench.budgets import BUDGETS, Budget, Unit
from tests.bench.measures import Figure

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


@dataclass(frozen=True)
class Row:
    """One budget and the medians that were measured for it; None where nothing was."""

    budget: Budget
    ours: float | None
    base: float | None

    @property
    def ratio(self) -> float | None:
        """Ours against the base."""
        return self.ours / self.base if self.ours is not None and self.base else None

    @property
    def met(self) -> bool:
        """Whether the budget was kept."""
        if self.budget.ratio is not None:
            return self.ratio is not None and self.ratio <= self.budget.ratio
        return self.ours is not None and self.ours <= (self.budget.most or 0)

    @property
    def measured_words(self) -> str:
        """What was measured, as it is compared with the limit."""
        if self.ours is None:
            return "not measured"
        if self.budget.ratio is None:
            return _number(self.ours, self.budget.unit)
        return "no base" if self.ratio is None else f"{self.ratio:.2f}x"


def rows(figures: Iterable[Figure]) -> list[Row]:
    """The medians of all figures, a row for each budget."""
    found = list(figures)

    def middle(budget: Budget, of_base: bool) -> float | None:
        values = [one.value for one in found if (one.budget, one.of_base) == (budget, of_base)]
        return median(values) if values else None

    return [Row(budget, middle(budget, False), middle(budget, True)) for budget in BUDGETS]


def table(measured: Iterable[Row]) -> str:
    """A table for people, in Markdown."""
    lines = ["| What | Budget | Measured | smtp-tui | Base |", "|---|---|---|---|---|"]
    for row in measured:
        mark = "" if row.met else " **missed**"
        unit = row.budget.unit
        ours = "" if row.ours is None else f"{_number(row.ours, unit)}"
        base = "" if row.base is None else f"{_number(row.base, unit)}"
        lines.append(
            f"| {row.budget.what} | {row.budget.words} | {row.measured_words}{mark} "
            f"| {ours} | {base} |"
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
                "ours": row.ours,
                "base": row.base,
                "ratio": row.ratio,
                "met": row.met,
            }
            for row in measured
        ],
    }
    return json.dumps(value, indent=2)


def write_into(readme: Path, measured: Iterable[Row], rounds: int) -> None:
    """Put the table between the two marks of the README. Raises ``ValueError`` without them."""
    text = readme.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} has no {BEGIN} and {END}")
    told = (
        f"Medians of {rounds} rounds, Python {platform.python_version()}, "
        f"Textual {version('textual')}:"
    )
    inner = f"{BEGIN}\n{told}\n\n{table(measured)}\n{END}"
    readme.write_text(before + inner + after, encoding="utf-8")


def _number(value: float, unit: Unit) -> str:
    digits = {Unit.BYTES: 0, Unit.PERCENT: 2}.get(unit, 1)
    return f"{value:,.{digits}f} {unit.value}"
