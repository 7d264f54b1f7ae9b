"""A table with a filter field above it that opens when it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.text import clean
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.columns import Column
from smtp_tui.ui.widgets.inputs import Paste, TextInput
from smtp_tui.ui.widgets.table import RecordsTable, Row


class FilteredTable(Vertical):
    """The screen handles ``Input.Changed`` by filling the table again.

    The cursor keys move in the table while the filter is typed; Enter goes to the rows.
    ``back`` is the action of the screen that first closes the filter.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    DEFAULT_CSS = """
    FilteredTable > Input { height: 1; border: none; padding: 0 1; display: none; }
    FilteredTable > Input.-open { display: block; }
    """

    def __init__(self, columns: Sequence[Column], *, back: str = "app.back") -> None:
        super().__init__()
        self.table = RecordsTable(columns, id="table")
        self._field = TextInput(placeholder="filter", takes=Paste.WORDS)
        self._back = back

    def compose(self) -> Iterable[Widget]:
        """Filter and table."""
        yield self._field
        yield self.table

    @property
    def filter_text(self) -> str:
        """What is typed into the filter."""
        return self._field.value

    @property
    def nothing_found(self) -> str:
        """The notice where no row holds the words of the filter."""
        key = bound(self.screen, self._back).last_key
        return f"Nothing holds “{clean(self.filter_text, 100)}”.\n\n{key} clears the filter."

    def matching(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Return the rows whose cells hold every word of the filter."""
        words = self.filter_text.casefold().split()
        return tuple(
            row for row in rows if all(word in " ".join(row.cells).casefold() for word in words)
        )

    def open_filter(self) -> None:
        """Show the filter and type there."""
        self._field.add_class("-open")
        self._field.focus()

    def close_filter(self) -> bool:
        """Clear and hide the filter. Return whether it was open."""
        opened = self._field.has_class("-open")
        if opened:
            self._field.value = ""
            self._field.remove_class("-open")
            self.table.focus()
        return opened

    @on(Input.Submitted)
    def to_rows(self) -> None:
        """Go to the rows; the filter stays."""
        self.table.focus()

    def action_move(self, rows: int) -> None:
        """Move the cursor of the table while the filter has the focus."""
        self.table.cursor_row += rows


def counted(shown: int, total: int, noun: str) -> str:
    """Return how many rows there are, or how many of them are shown."""
    if shown != total:
        return f"{shown} of {total}"
    return f"1 {noun}" if total == 1 else f"{total} {noun}s"
