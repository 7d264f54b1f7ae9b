"""What a table shows: columns, and rows that are known by their ids."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, overload

from msgspec import Struct

QUIET: Final = "quiet"
"""The role of a part of a cell that is dim."""
MATCH: Final = "match"
"""The role of what the filter found."""


class Column(Struct, frozen=True):
    """One column. ``width`` is in cells; a ``flexible`` column gets at least that if it needs it.

    When the terminal is too narrow, the column with the highest ``priority`` is dropped first. One
    that ``grows`` has content that may get longer: it takes what the others do not need.
    """

    key: str
    heading: str
    width: int
    flexible: bool = False
    right: bool = False
    priority: int = 0
    grows: bool = False


class Look(Struct, frozen=True):
    """A part of a cell that has a role: the characters from ``start`` on, ``length`` of them.

    ``role`` is a role of text of the theme, or :data:`QUIET`.
    """

    column: int
    role: str
    start: int = 0
    length: int = 1_000


class Row(Struct, frozen=True):
    """One line: an id that the cursor and the marks follow, and one cleaned text per column.

    ``looks`` are parts of the cells in colour, each of which says by a sign or a word what its
    colour says. ``sign`` stands before the first column, one cell wide.
    """

    id: str
    cells: tuple[str, ...]
    looks: tuple[Look, ...] = ()
    sign: str = ""


class LazyRows(Sequence[Row]):
    """Rows with these ids, each made when it is asked for: few of 100,000 are ever shown."""

    def __init__(self, ids: Sequence[str], make: Callable[[str], Row]) -> None:
        self.ids, self._make = ids, make

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return LazyRows(self.ids[index], self._make)
        return self._make(self.ids[index])


def row_ids(rows: Sequence[Row]) -> Sequence[str]:
    """Return the ids of rows, without making any."""
    return rows.ids if isinstance(rows, LazyRows) else [row.id for row in rows]


def follow(old: Sequence[str], new: Sequence[str], cursor: int, last_id: str | None) -> int:
    """Return the index of the cursor after rows with ``new`` ids took the place of ``old`` ones.

    It stays on its id; if that is gone, it goes to the nearest old row that stayed, the one below
    first; after the table was empty, to the id it was on before (``last_id``). A few neighbours are
    tried first: indexing 100,000 ids costs more than the rest of a key press.
    """
    if old and cursor < len(new) and new[cursor] == old[cursor]:
        return cursor
    for reach in (32, len(old)):
        around = range(max(0, cursor - reach), min(len(old), cursor + reach + 1))
        far = {old[index]: (abs(index - cursor), index < cursor) for index in around}
        if not old and last_id is not None:
            far[last_id] = (0, False)
        found = [(far[row_id], index) for index, row_id in enumerate(new) if row_id in far]
        if found:
            return min(found)[1]
    return max(0, min(cursor, len(new) - 1))
