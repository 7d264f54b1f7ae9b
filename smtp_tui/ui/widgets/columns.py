"""The layout of a table: which columns are shown, how wide, and a row as one line of text.

Widths are counted in terminal cells: a wide character takes two. Nothing here is a widget.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from smtp_tui.text import cell_width, fit

GUTTER = 3
"""Cells before the first column: the sign of the cursor, the mark, a space."""
GAP = 2
"""Cells between two columns."""


class Column(Struct, frozen=True):
    """One column. ``width`` is in cells; a ``flexible`` column gets at least that if it needs it.

    When the terminal is too narrow, the column with the highest ``priority`` is dropped first.
    """

    key: str
    heading: str
    width: int
    flexible: bool = False
    right: bool = False
    priority: int = 0


class Placed(Struct, frozen=True):
    """A column that is shown: its index among all columns, and its width in cells."""

    index: int
    column: Column
    width: int


class Layout:
    """Shares a width among columns and writes rows and heading as lines of text."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.placed: tuple[Placed, ...] = ()
        self._wanted = [0] * len(self.columns)

    def measure(self, rows: Iterable[Sequence[str]]) -> None:
        """Learn from the cells of some rows how wide the content is.

        A preferred width never shrinks: columns that move while a filter is typed are hard to read.
        """
        for cells in rows:
            for index, text in enumerate(cells[: len(self._wanted)]):
                self._wanted[index] = max(self._wanted[index], cell_width(text))

    def share(self, width: int) -> bool:
        """Share ``width`` cells among the columns. Return whether a column changed."""
        before, self.placed = self.placed, place(self.columns, self._wanted, width)
        return before != self.placed

    def row(self, cells: Sequence[str], *, cursor: bool, marked: bool) -> str:
        """Return a row as a line; cursor and mark are signs, so that no colour is needed."""
        gutter = ("▌" if cursor else " ") + ("*" if marked else " ")
        texts = [
            fit(cells[placed.index], placed.width, right=placed.column.right)
            for placed in self.placed
        ]
        return gutter.ljust(GUTTER) + (" " * GAP).join(texts)

    def heading(self, sort_column: str | None, *, reverse: bool) -> str:
        """Return the heading; the sort sign stays when the column's name is cut."""
        texts = []
        for placed in self.placed:
            column = placed.column
            sign = "▼" if reverse else "▲"
            tail = f" {sign}" if column.key == sort_column else ""
            room = min(cell_width(column.heading), placed.width - len(tail))
            name = fit(column.heading, room)
            texts.append(fit(name + tail, placed.width, right=column.right, ellipsis=""))
        return " " * GUTTER + (" " * GAP).join(texts)


def place(columns: Sequence[Column], wanted: Sequence[int], width: int) -> tuple[Placed, ...]:
    """Share ``width`` cells among the columns that fit; at least one is always placed.

    ``wanted`` is the width of the content of each column. A flexible column whose content is
    narrower than its ``width`` gives the difference to the others. Spare cells go one by one to the
    narrowest flexible column whose content does not fit yet, then to the narrowest.
    """
    chosen = list(range(len(columns)))
    while len(chosen) > 1 and _total(columns[index].width for index in chosen) > width:
        chosen.remove(max(chosen, key=lambda index: (columns[index].priority, index)))
    widths = {index: _minimum(columns[index], wanted[index]) for index in chosen}
    spare = width - _total(widths.values())
    if spare < 0:
        widths = dict.fromkeys(chosen, max(1, width))
    flexible = [index for index in chosen if columns[index].flexible]
    for _ in range(max(0, spare) if flexible else 0):
        cut = [index for index in flexible if widths[index] < wanted[index]] or flexible
        widths[min(cut, key=widths.__getitem__)] += 1
    return tuple(Placed(index, columns[index], widths[index]) for index in chosen)


def _minimum(column: Column, wanted: int) -> int:
    if not column.flexible:
        return column.width
    return min(column.width, max(wanted, cell_width(column.heading)))


def _total(widths: Iterable[int]) -> int:
    """Return the cells that columns of these widths take, with the gaps between them."""
    listed = tuple(widths)
    return sum(listed) + GAP * (len(listed) - 1)
