"""The base of the ratios: a bare Textual app, its rows made in the process.

Run as `python -m tests.bench.base ROWS`. `/` opens a filter, which leaves the rows that hold the
text; `q` quits.
"""

from __future__ import annotations

import sys
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import DataTable, Footer, Header, Input

from tests.bench.rows import COLUMNS, cells


class Base(App[None]):
    """Header, DataTable, Footer: what the tutorial builds."""

    CSS = "Input { display: none; } Input.open { display: block; }"
    TITLE = "base"
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit"), ("slash", "filter", "Filter")]

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = [cells(number) for number in range(rows)]

    def compose(self) -> ComposeResult:
        """Header, filter, table, footer."""
        yield Header()
        yield Input(placeholder="filter")
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table."""
        table = self.query_one(DataTable)
        table.add_columns(*COLUMNS)
        table.add_rows(self._rows)
        table.focus()

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one(Input)
        field.cursor_blink = False  # or it is never quiet, and no answer is ever whole
        field.add_class("open")
        field.focus()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show only the rows that hold the text."""
        table = self.query_one(DataTable)
        table.clear()
        table.add_rows([row for row in self._rows if any(event.value in cell for cell in row)])


if __name__ == "__main__":
    Base(int(sys.argv[1])).run()
