"""The order of a table of records: changed by keys or a click, and kept for the next time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from smtp_tui.state.settings import Sort
from smtp_tui.ui.services import Services


class Order:
    """How a table is sorted now. ``columns`` are those it can be sorted by, in their turn."""

    def __init__(self, services: Services, sort: Sort, columns: Sequence[str | None]) -> None:
        self.sort = sort
        self._services = services
        self._columns = columns
        self._chosen = False
        self._writing = asyncio.Lock()

    def next(self) -> None:
        """Sort by the next column."""
        following = self._columns.index(self.sort.column) + 1
        self._choose(self._columns[following % len(self._columns)], descending=False)

    def reverse(self) -> None:
        """Reverse the order."""
        self._choose(self.sort.column, descending=not self.sort.descending)

    def by(self, column: str | None) -> None:
        """Sort by this column; where that is the order, reverse it."""
        if column == self.sort.column:
            self.reverse()
        elif column in self._columns:
            self._choose(column, descending=False)

    def _choose(self, column: str | None, *, descending: bool) -> None:
        self.sort = replace(self.sort, column=column, descending=descending)
        self._chosen = True

    async def read(self) -> None:
        """Take over the order of last time, unless one was chosen by then."""
        if self._chosen:
            return
        attempt, load = self._services.reports.attempt, self._services.settings.load
        settings = await attempt("The saved sort order could not be read", load)
        kept = settings.sort_of(self.sort.profile) if settings is not None else None
        if kept is not None and kept.column in self._columns and not self._chosen:
            self.sort = kept
        self._chosen = True

    async def keep(self) -> None:
        """Write the order to the settings; of several writes the last one has the last order."""
        attempt, settings = self._services.reports.attempt, self._services.settings
        async with self._writing:
            await attempt("The sort order could not be saved", lambda: settings.set_sort(self.sort))
