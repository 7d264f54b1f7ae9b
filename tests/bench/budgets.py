"""What may be spent: ratios to a base that was measured in the same run, counts, or both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a figure counts."""

    MILLISECONDS = "ms"
    BYTES = "bytes"
    MEBIBYTES = "MiB"
    PERCENT = "% CPU"
    WRITES = "writes"
    WAKEUPS = "/s"
    LINES = "lines"


class Group(Enum):
    """Rows that are measured together; the values are headings of the table."""

    START = "Start, 100 rows"
    QUIT = "End, 100 rows, which the base has read with httpx too"
    CURSOR = "A key in the table, 100 rows"
    SCREENS = "Screens that were open before"
    BYTES = "Bytes of a key"
    MANY = "10,000 rows"
    MOST = "100,000 rows"
    REST = "At rest"
    COMMANDS = "Commands"
    ALL = "12 profiles of 1,000 rows, and one that is silent; base: one list of 12,000"
    HOSTS = "Many hosts, 100 rows each"
    TURNS = "The event loop: the longest turn in 1,000 patches of 3,500 rows; base: the same rows"
    PATCHES = "1,000 patches, four at a time, each between two reads"


@dataclass(frozen=True)
class Budget:
    """One row of the table. ``ratio`` limits ours against the base, ``most`` ours alone.

    A row without a limit is shown for comparison.
    """

    group: Group
    what: str
    unit: Unit
    ratio: float | None = None
    most: float | None = None

    @property
    def words(self) -> str:
        """The limits as they are written."""
        limits = [] if self.ratio is None else [f"≤ {self.ratio:g}x"]
        limits += [] if self.most is None else [f"≤ {self.most:,g} {self.unit.value}"]
        return ", ".join(limits)


TURNS = (
    "from the first frame to the rows",
    "keys in the table",
    "filter",
    "marks",
    "form of 1,000 records",
    "a value for all of them",
    "review of the plan",
    "run of the plan",
)
"""Parts of a work on many records, each with the longest turn of the event loop in it."""

_G, _MS, _BYTES, _WRITES = Group, Unit.MILLISECONDS, Unit.BYTES, Unit.WRITES

BUDGETS = (
    Budget(_G.START, "first paint", _MS, ratio=1.0),
    Budget(_G.START, "first paint: processor", _MS),
    Budget(_G.START, "rows over http", _MS, ratio=1.3),
    Budget(_G.START, "rows over http: processor", _MS),
    Budget(_G.START, "rows over http, which the base reads with httpx", _MS),
    Budget(_G.START, "rows over pinned TLS", _MS, ratio=1.4),
    Budget(_G.START, "rows over pinned TLS: processor", _MS),
    Budget(_G.START, "peak memory", Unit.MEBIBYTES, ratio=1.35),
    Budget(_G.QUIT, "quit to prompt", _MS, ratio=0.2, most=50),
    Budget(_G.QUIT, "quit half a second after the rows", _MS),
    Budget(_G.CURSOR, "the seconds before, to load other screens: processor", _MS),
    Budget(_G.CURSOR, "cursor: settled", _MS, ratio=1.2),
    Budget(_G.CURSOR, "cursor: processor", _MS, ratio=0.95),
    Budget(_G.CURSOR, "cursor: writes", _WRITES, most=1),
    Budget(_G.CURSOR, "cursor: bytes", _BYTES, most=350),
    Budget(_G.CURSOR, "cursor, scrolling: settled", _MS),
    Budget(_G.CURSOR, "cursor, scrolling: processor", _MS, ratio=0.6),
    Budget(_G.CURSOR, "cursor, scrolling: writes", _WRITES),
    Budget(_G.CURSOR, "cursor, scrolling: bytes", _BYTES),
    Budget(_G.SCREENS, "edit again: settled", _MS, most=40),
    Budget(_G.SCREENS, "edit again: writes", _WRITES, most=2),
    Budget(_G.SCREENS, "edit again: bytes", _BYTES, most=12_000),
    Budget(_G.SCREENS, "test again: settled", _MS, most=40),
    Budget(_G.SCREENS, "test again: writes", _WRITES, most=2),
    Budget(_G.SCREENS, "delete again: settled", _MS, most=40),
    Budget(_G.SCREENS, "delete again: writes", _WRITES, most=2),
    Budget(_G.SCREENS, "help again: settled", _MS, most=40),
    Budget(_G.SCREENS, "help again: writes", _WRITES, most=2),
    Budget(_G.SCREENS, "help again: bytes", _BYTES, most=5_300),
    Budget(_G.SCREENS, "detail again: bytes", _BYTES, most=2_300),
    Budget(_G.SCREENS, "Escape from a dialog, the worst: bytes", _BYTES, most=2_000),
    Budget(_G.BYTES, "page down", _BYTES, most=4_500),
    Budget(_G.BYTES, "/", _BYTES, most=300),
    Budget(_G.BYTES, "/ moves rows", Unit.LINES, most=0),
    Budget(_G.BYTES, "edit, the first time", _BYTES, most=25_000),
    Budget(_G.BYTES, "Tab in the form", _BYTES, most=6_000),
    Budget(_G.BYTES, "a letter in the form, live patch included", _BYTES, most=300),
    Budget(_G.BYTES, "review", _BYTES, most=5_100),
    Budget(_G.BYTES, "a whole story", _BYTES, most=120_000),
    Budget(_G.MANY, "10,000 rows on the screen", _MS, ratio=1.0),
    Budget(_G.MANY, "10,000 rows, cursor: bytes", _BYTES, most=350),
    Budget(_G.MANY, "10,000 rows, cursor, scrolling: processor", _MS, ratio=0.6),
    Budget(_G.MANY, "10,000 rows, filter letter: settled", _MS, most=15),
    Budget(_G.MANY, "10,000 rows, filter letter: processor", _MS, ratio=0.05),
    Budget(_G.MANY, "10,000 rows, filter letter: writes", _WRITES, most=1),
    Budget(_G.MOST, "100,000 rows: peak memory", Unit.MEBIBYTES, most=180),
    Budget(_G.MOST, "100,000 rows, cursor: bytes", _BYTES, most=350),
    Budget(_G.MOST, "100,000 rows, leaving the detail with q: settled", _MS, most=20),
    Budget(_G.MOST, "100,000 rows, filter letter: processor", _MS, most=50),
    Budget(_G.REST, "the slowest key while a list hangs", _MS, most=300),
    Budget(_G.REST, "idle in 10 s, the worst screen", _BYTES, most=200),
    Budget(_G.REST, "idle wake-ups, the worst screen", Unit.WAKEUPS, most=2),
    Budget(_G.REST, "idle processor, the worst screen", Unit.PERCENT, most=0.05),
    Budget(_G.COMMANDS, "list: processor; base: a bare httpx script", _MS, ratio=1.15),
    Budget(_G.COMMANDS, "list: processor; base: curl", _MS),
    Budget(_G.COMMANDS, "--version; base: python -c pass", _MS, ratio=2),
    Budget(_G.COMMANDS, "--help; base: python -c pass", _MS, ratio=2),
    Budget(_G.ALL, "all profiles: rows on the screen", _MS, ratio=1.3),
    Budget(_G.ALL, "all profiles: peak memory", Unit.MEBIBYTES, ratio=1.5),
    Budget(
        *(_G.HOSTS, "12 quick hosts, a silent and a slow one: behind the slow one", _MS), most=50
    ),
    Budget(
        *(_G.HOSTS, "12 hosts that take 500 ms; base: a script, one host after the other", _MS),
        ratio=0.2,
    ),
    *(
        Budget(_G.TURNS, f"{what}{of}", _MS, most=most)
        for what in TURNS
        for of, most in ((": longest turn", None), (": longest turn, processor", 10))
    ),
    Budget(_G.PATCHES, "set --match; base: a bare httpx script", _MS, ratio=1.3),
    Budget(_G.PATCHES, "set --match: processor; base: a bare httpx script", _MS),
    Budget(_G.PATCHES, "set --match; base: one that connects for each request, too", _MS),
    Budget(
        _G.PATCHES, "set --match: processor; base: one that connects for each request, too", _MS
    ),
    Budget(_G.PATCHES, "set --match; base: a loop of curl", _MS),
    Budget(_G.PATCHES, "set --match: processor; base: a loop of curl", _MS),
)
