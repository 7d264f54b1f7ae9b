"""What was asked and answered in this session, with the secrets removed before it is kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct

from smtp_tui.api.requests import Request

KEPT_EXCHANGES: Final = 500


class Exchange(Struct, frozen=True):
    """One request and how it ended. ``milliseconds`` is the whole time; no field holds a secret:
    ``request`` has masks in their place.

    ``status`` is None where no answer came; ``failure`` then says why.
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


class Activity:
    """The last exchanges of all profiles of this run, newest last, for the Activity screen."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)
        self._listeners: list[Callable[[], None]] = []

    def record(self, exchange: Exchange) -> None:
        """Keep one exchange and tell who listens."""
        self._exchanges.append(exchange)
        for listener in tuple(self._listeners):
            listener()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """A snapshot, oldest first."""
        return tuple(self._exchanges)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after each exchange; the answer is the function that ends it."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end
