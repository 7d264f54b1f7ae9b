"""The time, as an object that is passed in, so that tests and pictures can set it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's clock; tests and pictures use one of their own."""

    def now(self) -> datetime:
        """The current time, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed point, for durations."""
        return time.monotonic()
