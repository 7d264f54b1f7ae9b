"""The order of the list of connections, remembered for each profile."""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.state.files import FileProblem
from smtp_tui.state.settings import Sort
from smtp_tui.ui.services import Services

SORT_KEYS: Final = ("name", "hostname", "port", "username", "last_test")


class Order(Struct, frozen=True):
    """How the table is sorted; ``column`` None is the order of the server, oldest first."""

    column: str | None = "name"
    reverse: bool = False

    def next_column(self) -> Order:
        """Return the order by the next column; after the last one that of the server."""
        columns = (*SORT_KEYS, None)
        return Order(columns[(columns.index(self.column) + 1) % len(columns)])

    def reversed(self) -> Order:
        """Return the reverse order."""
        return replace(self, reverse=not self.reverse)

    @property
    def words(self) -> str:
        """The order in words, for the status line."""
        named = {None: "in the server's order", "last_test": "sorted by last test"}
        text = named.get(self.column, f"sorted by {self.column}")
        return f"{text}, reversed" if self.reverse else text


class RememberedOrder:
    """The order of one profile. Settings are read and written in a thread."""

    def __init__(self, services: Services, profile: str) -> None:
        self.now = Order()
        self._services = services
        self._profile = profile
        self._settled = False
        self._writing = asyncio.Lock()

    async def read(self) -> None:
        """Take over the order of last time, unless one was chosen by then.

        To be awaited before there are rows.
        """
        if self._settled:
            return
        try:
            settings = await asyncio.to_thread(self._services.settings.load)
        except FileProblem as error:
            self._services.reports.warn_once(f"The last order is not known: {error}")
        else:
            sort = settings.sort_of(self._profile)
            if sort is not None and sort.column in (*SORT_KEYS, None) and not self._settled:
                self.now = Order(sort.column, sort.descending)
        self._settled = True

    def choose(self, order: Order) -> None:
        """Use another order from now on."""
        self.now, self._settled = order, True

    async def write(self) -> None:
        """Write the order to the settings; of several writes the last one has the last order."""
        async with self._writing:
            sort = Sort(self._profile, self.now.column, self.now.reverse)
            try:
                await asyncio.to_thread(self._services.settings.set_sort, sort)
            except FileProblem as error:
                self._services.reports.warn_once(f"The order is not remembered: {error}")
