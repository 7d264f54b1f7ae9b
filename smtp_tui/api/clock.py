"""Time, handed in, so that what is shown can be the same twice."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """The machine's time. A picture of the program is taken with another one."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds from some start, for durations."""
        return time.monotonic()
