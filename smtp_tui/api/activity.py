"""The exchanges with servers in this run; secrets are removed before anything is kept."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct

from smtp_tui import log
from smtp_tui.api.requests import Request, Write

KEPT_EXCHANGES: Final = 500


class Exchange(Struct, frozen=True):
    """One request and how it ended; ``milliseconds`` is the whole time. No field holds a secret.

    ``status`` is None if no answer came; ``failure`` then says why. ``record_name`` is the name of
    the record that a write is about, blank where it is not known.
    """

    at: datetime
    profile: str
    origin: str
    request: Request
    status: int | None
    milliseconds: int
    answer: str = ""
    failure: str = ""
    request_id: str | None = None
    sent_bytes: int = 0
    received_bytes: int = 0
    tls: str = ""
    record_name: str = ""

    @property
    def words(self) -> str:
        """The exchange in a line."""
        came = f"{self.status or 'no answer'} in {self.milliseconds:,} ms"
        return f"{self.request.method} {self.origin}{self.request.address}: {came}"

    @property
    def more(self) -> str:
        """The details, which follow the line."""
        facts = [f"profile {self.profile}", f"{self.sent_bytes:,} bytes sent"]
        facts += [f"{self.received_bytes:,} received", self.tls or "no TLS"]
        facts += [f"request id {self.request_id}"] if self.request_id else []
        facts += [self.failure] if self.failure else []
        return f"; {'; '.join(facts)}"


class Activity:
    """The last exchanges of all profiles of this run, newest last, for the Activity screen.

    ``writes`` are those under way, kept by the clients. ``keeps_answers`` is False where nobody
    can look at answers: to keep them takes time. ``forgotten`` counts exchanges before the last.
    """

    def __init__(self, *, keeps_answers: bool = True) -> None:
        self.keeps_answers = keeps_answers
        self.writes: list[Write] = []
        self.forgotten = 0
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)
        self._listeners: list[Callable[[], object]] = []

    def record(self, exchange: Exchange) -> None:
        """Keep one exchange. Listeners are called later, from the event loop: one that raised here,
        in the middle of a request, would end a write without its outcome.
        """
        self.forgotten += len(self._exchanges) == KEPT_EXCHANGES
        self._exchanges.append(exchange)
        log.request(exchange.words, exchange.more)
        for listener in self._listeners:
            asyncio.get_running_loop().call_soon(listener)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """A snapshot, oldest first."""
        return tuple(self._exchanges)

    def listen(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call ``listener`` after each exchange; returns the function that stops this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
