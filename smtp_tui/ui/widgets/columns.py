"""How the columns of a table share its width, and how a row is written as a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from smtp_tui.text import cell_width, fit
from smtp_tui.ui.widgets.rows import MATCH, Column, Row

GUTTER: Final = 3
"""Cells before the first column: the sign of the cursor, the mark, the sign of the row."""
GAP: Final = 2
"""Cells between two columns."""
DROPPED: Final = 1_000_000
"""Where a column starts that is not shown: behind every line."""
SORT_SIGN: Final = 2
"""Cells of a heading for the sign of the order."""


class Layout:
    """Shares a width among columns and writes rows and heading as lines of text.

    Widths are counted in terminal cells: a wide character takes two.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._wanted = [0] * len(columns)
        self._widths: tuple[int, ...] = ()

    def measure(self, rows: Iterable[Row]) -> None:
        """Learn from some rows how wide the content is.

        A preferred width never shrinks: columns that move while a filter is typed are hard to read.
        """
        for row in rows:
            self._wanted = [*map(max, self._wanted, map(cell_width, row.cells))]

    @property
    def needed(self) -> int:
        """The cells of a line in which no column would be cut."""
        widths = (
            max(
                cells,
                column.width if not column.flexible else cell_width(column.heading) + SORT_SIGN,
            )
            for column, cells in zip(self._columns, self._wanted, strict=True)
        )
        return GUTTER + sum(cells + GAP for cells in widths) - GAP

    def share(self, width: int, sort_column: str | None) -> bool:
        """Share ``width`` cells among the columns. Return whether a column changed.

        The heading of the column that the rows are sorted by has room for the sign of the order.
        """
        wanted = [
            max(cells, cell_width(column.heading) + SORT_SIGN * (column.key == sort_column))
            for column, cells in zip(self._columns, self._wanted, strict=True)
        ]
        before, self._widths = self._widths, place(self._columns, wanted, width)
        return before != self._widths

    def row(self, row: Row, *, cursor: bool, marked: bool) -> tuple[str, list[int]]:
        """Return a row as a line, and the character where the text of each column starts.

        Cursor and mark are signs, so that no colour is needed. A column that is dropped starts
        behind the line.
        """
        sign = row.sign or " "
        line = ("▌" if cursor else " ") + (f"●{sign}" if marked else f"{sign} ")
        starts, between = [], ""
        for column, width, text in zip(self._columns, self._widths, row.cells, strict=True):
            if not width:
                starts.append(DROPPED)
                continue
            cell = fit(text, width, right=column.right)
            line += between
            starts.append(len(line) + (len(cell) - len(cell.lstrip()) if column.right else 0))
            line += cell
            between = " " * GAP
        return line, starts

    def matches(
        self, row: Row, starts: Sequence[int], words: Sequence[str]
    ) -> Iterator[tuple[int, int, str]]:
        """Yield where the words stand in the cells of a row, as far as they are shown."""
        for column, start in enumerate(starts if words else ()):
            text, width = row.cells[column].lower(), self._widths[column]
            for word in words:
                at = text.find(word)
                while at >= 0 and at < width:
                    yield start + at, min(len(word), width - at), MATCH
                    at = text.find(word, at + 1)

    def at(self, cell: int) -> Column | None:
        """Return the column that a cell of a line belongs to, with the gap after it."""
        end = GUTTER
        for column, width in zip(self._columns, self._widths, strict=True):
            end += width + GAP if width else 0
            if GUTTER <= cell < end:
                return column
        return None

    def cells(self, column: int) -> int:
        """Return the width of a column."""
        return self._widths[column]

    def heading(self, sort_column: str | None, *, reverse: bool) -> str:
        """Return the heading; the sort sign stays when the column's name is cut."""
        texts = []
        for column, width in zip(self._columns, self._widths, strict=True):
            if width:
                sign = (" ▼" if reverse else " ▲") if column.key == sort_column else ""
                name = fit(column.heading, min(cell_width(column.heading), width - len(sign)))
                texts.append(fit(name + sign, width, right=column.right, ellipsis=""))
        return " " * GUTTER + (" " * GAP).join(texts)


def place(columns: Sequence[Column], wanted: Sequence[int], width: int) -> tuple[int, ...]:
    """Share ``width`` cells: return the width of each column, 0 where it is dropped.

    One is always kept. ``wanted`` is the width of the content of each column. A flexible column
    whose content is narrower than its ``width`` gives the difference to the others. Spare cells go
    one by one to the narrowest flexible column whose content does not fit yet, then to the
    narrowest.
    """
    wanted = [
        width if column.grows else cells for column, cells in zip(columns, wanted, strict=True)
    ]
    width += GAP  # as if there were a gap after the last column too
    widths = {index: column.width for index, column in enumerate(columns)}
    for index, column in enumerate(columns):
        if column.flexible:
            content = max(wanted[index], cell_width(column.heading))
            widths[index] = min(column.width, content)
    while len(widths) > 1 and sum(cells + GAP for cells in widths.values()) > width:
        del widths[max(widths, key=lambda index: (columns[index].priority, index))]
    flexible = [index for index in widths if columns[index].flexible]
    spare = width - sum(cells + GAP for cells in widths.values())
    if spare < 0:
        widths = dict.fromkeys(widths, max(1, width - GAP))
    for _ in range(spare if flexible else 0):
        cut = [index for index in flexible if widths[index] < wanted[index]] or flexible
        widths[min(cut, key=widths.__getitem__)] += 1
    return tuple(widths.get(index, 0) for index in range(len(columns)))
