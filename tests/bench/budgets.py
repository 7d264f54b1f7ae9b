"""What may be spent: ratios to the base measured in the same run, or counts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a figure counts."""

    MILLISECONDS = "ms"
    BYTES = "bytes"
    MEGABYTES = "MB"
    PERCENT = "% CPU"


@dataclass(frozen=True)
class Budget:
    """One row of the table. ``ratio`` limits ours against the base, ``most`` ours alone."""

    what: str
    unit: Unit
    ratio: float | None = None
    most: float | None = None

    @property
    def words(self) -> str:
        """The limit as it is written."""
        if self.ratio is not None:
            return f"≤ {self.ratio:g}x"
        return f"≤ {self.most:,g} {self.unit.value}"


FIRST_PAINT = Budget("first paint", Unit.MILLISECONDS, ratio=1.0)
ROWS_HTTP = Budget("100 rows over http on the screen", Unit.MILLISECONDS, ratio=1.35)
ROWS_TLS = Budget("100 rows over pinned TLS on the screen", Unit.MILLISECONDS, ratio=1.4)
MEMORY = Budget("peak memory with 100 rows", Unit.MEGABYTES, ratio=1.35)
QUIT = Budget("quit to prompt", Unit.MILLISECONDS, ratio=1.0)
CURSOR_TIME = Budget("cursor down, 100 rows, processor time", Unit.MILLISECONDS, ratio=0.6)
CURSOR_BYTES = Budget("cursor down, 100 rows", Unit.BYTES, most=350)
PAGE_BYTES = Budget("page down, 100 rows", Unit.BYTES, most=4500)
MANY_ROWS = Budget("10,000 rows on the screen", Unit.MILLISECONDS, ratio=1.0)
MANY_CURSOR_TIME = Budget("cursor down, 10,000 rows, processor time", Unit.MILLISECONDS, ratio=0.6)
MANY_CURSOR_BYTES = Budget("cursor down, 10,000 rows", Unit.BYTES, most=350)
MANY_FILTER = Budget("filter key, 10,000 rows, processor time", Unit.MILLISECONDS, ratio=0.05)
MOST_CURSOR_BYTES = Budget("cursor down, 100,000 rows", Unit.BYTES, most=350)
MOST_FILTER = Budget("filter key, 100,000 rows, processor time", Unit.MILLISECONDS, most=50)
FORM_BYTES = Budget("open the edit form", Unit.BYTES, most=25_000)
FORM_AGAIN_BYTES = Budget("open the edit form again", Unit.BYTES, most=12_000)
TAB_BYTES = Budget("Tab in the form", Unit.BYTES, most=6_000)
LETTER_BYTES = Budget("a typed letter, live patch included", Unit.BYTES, most=300)
IDLE_BYTES = Budget("idle, in 10 s, the worst screen", Unit.BYTES, most=200)
IDLE_CPU = Budget("idle, the worst screen", Unit.PERCENT, most=0.3)
HANGING = Budget("the slowest key while a list hangs", Unit.MILLISECONDS, most=300)
STORY_BYTES = Budget("a whole story", Unit.BYTES, most=120_000)

BUDGETS = (
    FIRST_PAINT,
    ROWS_HTTP,
    ROWS_TLS,
    MEMORY,
    QUIT,
    CURSOR_TIME,
    CURSOR_BYTES,
    PAGE_BYTES,
    MANY_ROWS,
    MANY_CURSOR_TIME,
    MANY_CURSOR_BYTES,
    MANY_FILTER,
    MOST_CURSOR_BYTES,
    MOST_FILTER,
    FORM_BYTES,
    FORM_AGAIN_BYTES,
    TAB_BYTES,
    LETTER_BYTES,
    IDLE_BYTES,
    IDLE_CPU,
    HANGING,
    STORY_BYTES,
)
