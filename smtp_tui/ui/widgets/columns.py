"""How a table shares its width among columns, and how a text is cut to a cell; no widget here.

Widths are counted in terminal cells throughout: a wide character takes two.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

GAP = 2
"""Cells between two columns."""


class Column(Struct, frozen=True):
    """What the table has to know about one column before it has seen a row.

    `width` is the number of cells; of a `flexible` column the least number that it gets while its
    content wants as many.
    When the terminal is too narrow for all, the highest `priority` is dropped first.
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


def fit(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """Return `text` padded or cut to exactly `width` cells, so that columns stay in line.

    A wide character is taken whole or left out. What was cut ends in `ellipsis`, unless there
    is no room for it.
    """
    length = cell_len(text)
    if length <= width:
        padding = " " * (width - length)
        return padding + text if right else text + padding
    room = width - cell_len(ellipsis)
    if room < 1:
        return set_cell_size(text, max(0, width))
    return set_cell_size(text, room) + ellipsis


def measure(cells: Iterable[Sequence[str]], known: Sequence[int]) -> tuple[int, ...]:
    """Return the widths wanted by `cells`, a sample of rows, and never less than the `known` ones.

    Wishes only grow: columns that move about while a filter is typed are hard to read.
    """
    wanted = list(known)
    for row in cells:
        for index, text in enumerate(row[: len(wanted)]):
            wanted[index] = max(wanted[index], cell_len(text))
    return tuple(wanted)


def place(columns: Sequence[Column], wanted: Sequence[int], width: int) -> tuple[Placed, ...]:
    """Share `width` cells among the columns that fit; at least one column is always placed.

    A flexible column whose content is narrower than its least width gives the difference to the
    others. Flexible columns first get what their content wants, one cell at a time and the
    narrowest first; what is left after that is spread among them.
    """
    chosen = list(range(len(columns)))
    while len(chosen) > 1 and _total(columns[index].width for index in chosen) > width:
        chosen.remove(max(chosen, key=lambda index: (columns[index].priority, index)))
    widths = {index: _least(columns[index], wanted[index]) for index in chosen}
    spare = width - _total(widths.values())
    if spare < 0:
        widths = dict.fromkeys(chosen, max(1, width))
    flexible = [index for index in chosen if columns[index].flexible]
    for _ in range(max(0, spare) if flexible else 0):
        hungry = [index for index in flexible if widths[index] < wanted[index]] or flexible
        widths[min(hungry, key=widths.__getitem__)] += 1
    return tuple(Placed(index, columns[index], widths[index]) for index in chosen)


def _least(column: Column, wanted: int) -> int:
    """Return the cells that a column takes at its least, given what its content wants."""
    if not column.flexible:
        return column.width
    return min(column.width, max(wanted, cell_len(column.heading)))


def _total(widths: Iterable[int]) -> int:
    """Return the cells that columns of these widths take, with the gaps between them."""
    each = tuple(widths)
    return sum(each) + GAP * (len(each) - 1)
