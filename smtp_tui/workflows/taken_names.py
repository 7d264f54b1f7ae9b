"""Which names are taken, for a run that creates many records: not each reads the whole list."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import RecordList

FRESH: Final = timedelta(seconds=5)
"""How long a list is believed. A name that someone else takes meanwhile is not seen."""


class TakenNames:
    """The names of the records of one place, as they were read last, with those made since.

    The list is read when a name is asked for and what is known is older than ``FRESH``, or
    :meth:`forget` was called since. The time of day counts: it goes on while the machine sleeps.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reading = asyncio.Lock()
        self._listed: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._read_at: datetime | None = None
        self._forgotten = 0

    async def taken(self, name: str, read: Callable[[], Awaitable[RecordList]]) -> str:
        """The id of a record of that name; blank where there is none. ``read`` lists them."""
        async with self._reading:
            now = self._clock.now()
            while self._read_at is None or abs(now - self._read_at) > FRESH:
                forgotten = self._forgotten
                self._listed = {record.name: record.id for record in (await read()).records}
                if forgotten == self._forgotten:
                    self._read_at = now = self._clock.now()
        return self._made.get(name) or self._listed.get(name, "")

    def made(self, name: str, record_id: str | None) -> None:
        """A record was created, which a list that is being read may not have yet."""
        self._made[name] = record_id or "a new one"

    def forget(self) -> None:
        """Something was done whose outcome is not known, or a name may be free again."""
        self._made.clear()
        self._read_at = None
        self._forgotten += 1
