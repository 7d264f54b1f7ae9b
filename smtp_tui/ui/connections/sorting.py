"""The order of the connections: chosen by keys, and for each profile the same at the next start."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from msgspec.structs import replace
from textual import work
from textual.reactive import var

from smtp_tui.state.files import FileProblem
from smtp_tui.state.settings import Sort
from smtp_tui.ui.connections.record_actions import RecordScreen
from smtp_tui.ui.connections.rows import SORT_KEYS, Order
from smtp_tui.ui.services import Services
from smtp_tui.workflows.session import Session

Result = TypeVar("Result")


class SortingScreen(RecordScreen[Result]):
    """A screen whose ``order`` is kept on the disk. Files are read and written in a thread."""

    order: var[Order] = var(Order())

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__(session, services)
        self._order_read = False
        self._order_chosen = False
        self._keeping_order = asyncio.Lock()

    async def read_order(self) -> None:
        """Begin with the order of last time, unless a key has chosen another by then.

        To be awaited before there are rows, which it orders.
        """
        if self._order_read:
            return
        settings, name = self.services.settings, self.session.profile.name
        try:
            kept = (await asyncio.to_thread(settings.load)).sort_of(name)
        except FileProblem as error:
            self.services.held.tell_once(f"The order of last time is not known: {error}")
        else:
            known = kept is not None and (kept.column is None or kept.column in SORT_KEYS)
            if kept is not None and known and not self._order_chosen:
                order = Order(kept.column, kept.descending)
                self.set_reactive(SortingScreen.order, order)  # the rows to come show it
        self._order_read = True

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._sort(self.order.next_column())

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._sort(replace(self.order, reverse=not self.order.reverse))

    def _sort(self, order: Order) -> None:
        self._order_chosen = True  # what is kept comes too late
        self.order = order
        self._keep_order()

    @work(group="order", description="keep the order")
    async def _keep_order(self) -> None:
        """Write the order as it is by then; one write after the other, so that the last is last."""
        settings, name = self.services.settings, self.session.profile.name
        async with self._keeping_order:
            sort = Sort(self.order.column, self.order.reverse)
            try:
                await asyncio.to_thread(settings.set_sort, name, sort)
            except FileProblem as error:
                self.services.held.tell_once(f"The order is not kept: {error}")
