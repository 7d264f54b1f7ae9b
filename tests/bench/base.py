"""The base of the ratios: a bare Textual app, its rows made in the process.

Its arguments are ROWS [URL]. With a URL it reads that list before it shows rows, and holds the
connection until it ends. `/` opens a filter, which leaves the rows that hold the
text; `q` quits.
"""

from __future__ import annotations

import os
import sys
from contextlib import AsyncExitStack
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

    def __init__(self, rows: int, url: str | None = None) -> None:
        super().__init__()
        self._rows = [cells(number) for number in range(rows)]
        self._url = url
        self._open = AsyncExitStack()

    def compose(self) -> ComposeResult:
        """Header, filter, table, footer."""
        yield Header()
        yield Input(placeholder="filter")
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        """Fill the table, or read first."""
        if self._url is None:
            self._fill()
        else:
            self.run_worker(self._read(self._url))

    async def on_unmount(self) -> None:
        """Close the connection."""
        await self._open.aclose()

    async def _read(self, url: str) -> None:
        import httpx

        client = await self._open.enter_async_context(httpx.AsyncClient())
        headers = {"Authorization": f"Bearer {os.environ['BENCH_TOKEN']}"}
        answer = await client.get(url, headers=headers)
        answer.raise_for_status().json()
        self._fill()

    def _fill(self) -> None:
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


def main() -> None:
    """Run as the arguments say."""
    Base(int(sys.argv[1]), *sys.argv[2:]).run()
