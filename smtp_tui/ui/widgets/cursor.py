"""Where the cursor goes when other rows take the place of those it was on; no widget here."""

from collections.abc import Sequence

from smtp_tui.ui.widgets.table_text import Row


def index_of(rows: Sequence[Row], row_id: str, guess: int) -> int | None:
    """Return the first place of an id, after a look where it was before; None if it is gone."""
    if guess < len(rows) and rows[guess].id == row_id:
        return guess
    return next((index for index, row in enumerate(rows) if row.id == row_id), None)


def follow(old: Sequence[Row], new: Sequence[Row], cursor: int, last_id: str | None) -> int:
    """Return where the cursor goes when `new` rows take the place of the `old`.

    To the row of its id; if that is gone, to the nearest old row that stays, the one below first;
    and after the table was empty, to the id it was on before.
    """
    row_id = old[cursor].id if old else last_id
    if row_id is None or not new:
        return 0
    found = index_of(new, row_id, cursor)
    if found is None and old:
        found = _nearest(old, new, cursor)
    return found if found is not None else min(cursor, len(new) - 1)


def _nearest(old: Sequence[Row], new: Sequence[Row], cursor: int) -> int | None:
    """Return the place of the old row nearest to the cursor that is among the new, if any.

    Looks for a few neighbours first: an index of 100,000 ids for one answer costs more than the
    rest of the key press.
    """
    for reach in (32, len(old)):
        around = range(max(0, cursor - reach), min(len(old), cursor + reach + 1))
        far = {old[index].id: (abs(index - cursor), index < cursor) for index in around}
        found = [(far[row.id], index) for index, row in enumerate(new) if row.id in far]
        if found:
            return min(found)[1]
    return None
