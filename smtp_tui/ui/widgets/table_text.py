"""The lines of a table as plain text: what a row and the heading say, before any colour."""

from collections.abc import Sequence
from enum import Enum

from msgspec import Struct
from rich.cells import cell_len
from textual.content import Content

from smtp_tui.ui.widgets.columns import GAP, Column, Placed, fit, measure, place

GUTTER = 3
"""Cells before the first column: the cursor's sign, the mark, a space."""
SAMPLE = 200
"""Rows measured for column widths, however many there are."""


class RowStyle(Enum):
    """How a row is drawn beside its words; never the only sign of what it means."""

    NORMAL = "normal"
    DIM = "dim"


class Row(Struct, frozen=True):
    """One line: an id that the cursor and the marks follow, and one cleaned text per column."""

    id: str
    cells: tuple[str, ...]
    style: RowStyle = RowStyle.NORMAL


def notice_line(words: str, width: int, y: int) -> str:
    """The line ``y`` of words that stand where rows would, with a margin on each side."""
    lines = Content(words).wrap(max(1, width - 2 * GUTTER))
    return " " * GUTTER + lines[y - 1].plain if 1 <= y <= len(lines) else ""


class TableText:
    """Puts the texts of rows and heading into columns, whose widths it has shared."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.placed: tuple[Placed, ...] = ()
        self._wanted = tuple(0 for _ in self.columns)

    def measure(self, rows: Sequence[Row]) -> None:
        """Learn what widths the content wants, from a sample of rows spread evenly."""
        sample = rows[:: max(1, len(rows) // SAMPLE)]
        self._wanted = measure((row.cells for row in sample), self._wanted)

    def share(self, width: int) -> bool:
        """Share `width` cells among the columns; say whether that changed any."""
        placed, self.placed = self.placed, place(self.columns, self._wanted, width)
        return placed != self.placed

    def row(self, cells: Sequence[str], *, cursor: bool, marked: bool) -> str:
        """Return one row as a line; cursor and mark are signs, so that no colour is needed."""
        gutter = ("▌" if cursor else " ") + ("*" if marked else " ")
        texts = [
            fit(cells[placed.index], placed.width, right=placed.column.right)
            for placed in self.placed
        ]
        return gutter.ljust(GUTTER) + (" " * GAP).join(texts)

    def heading(self, sort_column: str | None, reverse: bool) -> str:
        """Return the heading; the sign of the order is kept when its column's name is cut."""
        texts = []
        for placed in self.placed:
            column = placed.column
            sign = "▼" if reverse else "▲"
            tail = f" {sign}" if column.key == sort_column else ""
            room = min(cell_len(column.heading), placed.width - len(tail))
            name = fit(column.heading, room)
            texts.append(fit(name + tail, placed.width, right=column.right, ellipsis=""))
        return " " * GUTTER + (" " * GAP).join(texts)
