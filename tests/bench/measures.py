"""One round of each measure: a figure of ours, and one of the base where the budget is a ratio."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from tests.bench import budgets
from tests.bench.budgets import Budget
from tests.bench.programs import (
    PATIENCE,
    answered,
    base,
    bytes_of,
    cpu_seconds,
    milliseconds,
    ours,
    peak_megabytes,
    top_row,
    until,
)
from tests.bench.rows import name
from tests.bench.server import Server
from tests.e2e.terminal import Terminal

KEYS = 60
"""How often a key is pressed for a figure of one key."""
REST = 0.03
"""Seconds between such keys; the base and ours paint at most sixty times a second."""
FEW, MANY, MOST = 100, 10_000, 100_000
OURS_PAINTED, BASE_PAINTED = "NAME", "base"
"""What is on the screen once the first frame is: that rows are read, the title."""


@dataclass(frozen=True)
class Figure:
    """One measured number; ``of_base`` is whose it is."""

    budget: Budget
    value: float
    of_base: bool = False


def start_of_base() -> Iterator[Figure]:
    """The base from the start to the prompt, with its keys in between."""
    since = time.perf_counter()
    with base(FEW) as terminal:
        until(terminal, BASE_PAINTED)
        yield Figure(budgets.FIRST_PAINT, milliseconds(since), of_base=True)
        until(terminal, top_row(0))
        shown = milliseconds(since)
        yield Figure(budgets.ROWS_HTTP, shown, of_base=True)
        yield Figure(budgets.ROWS_TLS, shown, of_base=True)
        yield Figure(budgets.MEMORY, peak_megabytes(terminal), of_base=True)
        terminal.wait_quiet()
        yield Figure(budgets.CURSOR_TIME, _cursor_time(terminal), of_base=True)
        yield Figure(budgets.QUIT, _quit(terminal), of_base=True)


def start_of_ours(few: Server) -> Iterator[Figure]:
    """Ours from the start to the prompt, with its keys in between."""
    since = time.perf_counter()
    with ours(few) as terminal:
        until(terminal, OURS_PAINTED)
        yield Figure(budgets.FIRST_PAINT, milliseconds(since))
        until(terminal, top_row(0))
        yield Figure(budgets.ROWS_HTTP, milliseconds(since))
        yield Figure(budgets.MEMORY, peak_megabytes(terminal))
        terminal.wait_quiet()
        yield Figure(budgets.CURSOR_TIME, _cursor_time(terminal))
        yield Figure(budgets.QUIT, _quit(terminal))


def start_over_tls(few: Server) -> Iterator[Figure]:
    """The rows over TLS, with a pinned certificate."""
    since = time.perf_counter()
    with ours(few) as terminal:
        until(terminal, top_row(0))
        yield Figure(budgets.ROWS_TLS, milliseconds(since))


def many_of_base() -> Iterator[Figure]:
    """The base with ten thousand rows."""
    since = time.perf_counter()
    with base(MANY) as terminal:
        until(terminal, top_row(0))
        yield Figure(budgets.MANY_ROWS, milliseconds(since), of_base=True)
        terminal.wait_quiet(2, timeout=60)
        yield Figure(budgets.MANY_CURSOR_TIME, _cursor_time(terminal), of_base=True)
        yield from _filter(terminal, budgets.MANY_FILTER, of_base=True)


def many_of_ours(many: Server) -> Iterator[Figure]:
    """Ours with ten thousand rows."""
    since = time.perf_counter()
    with ours(many) as terminal:
        until(terminal, top_row(0))
        yield Figure(budgets.MANY_ROWS, milliseconds(since))
        terminal.wait_quiet()
        yield Figure(budgets.MANY_CURSOR_TIME, _cursor_time(terminal))
        yield Figure(budgets.MANY_CURSOR_BYTES, _cursor_bytes(terminal))
        yield from _filter(terminal, budgets.MANY_FILTER)


def most_of_ours(most: Server) -> Iterator[Figure]:
    """Ours with a hundred thousand rows."""
    with ours(most) as terminal:
        until(terminal, top_row(0))
        terminal.wait_quiet()
        yield Figure(budgets.MOST_CURSOR_BYTES, _cursor_bytes(terminal))
        yield from _filter(terminal, budgets.MOST_FILTER)


def table_bytes(few: Server) -> Iterator[Figure]:
    """What moving in the table costs the line."""
    with ours(few) as terminal:
        until(terminal, top_row(0))
        yield Figure(budgets.CURSOR_BYTES, _cursor_bytes(terminal))
        pages = [bytes_of(terminal, lambda: terminal.press("pagedown")) for _ in range(3)]
        yield Figure(budgets.PAGE_BYTES, max(pages))


def form_bytes(few: Server) -> Iterator[Figure]:
    """What the edit form costs the line: opened, opened again, gone through, typed into."""
    with ours(few) as terminal:
        until(terminal, top_row(0))
        yield Figure(budgets.FORM_BYTES, bytes_of(terminal, lambda: terminal.press("e")))
        terminal.press("escape")
        terminal.wait_gone("Edit RELAY")
        yield Figure(budgets.FORM_AGAIN_BYTES, bytes_of(terminal, lambda: terminal.press("e")))
        tabs = [bytes_of(terminal, lambda: terminal.press("tab")) for _ in range(4)]
        yield Figure(budgets.TAB_BYTES, max(tabs))
        letters = [bytes_of(terminal, partial(terminal.type, one)) for one in "username"]
        yield Figure(budgets.LETTER_BYTES, max(letters[1:]))


def idle(few: Server, seconds: float) -> Iterator[Figure]:
    """What each screen costs while nobody touches it, the worst of them; all at the same time."""
    with ThreadPoolExecutor(len(SCREENS)) as pool:
        costs = list(pool.map(lambda keys: _idle_on(few, keys, seconds), SCREENS))
    yield Figure(budgets.IDLE_BYTES, max(sent for sent, _ in costs))
    yield Figure(budgets.IDLE_CPU, max(cpu for _, cpu in costs))


SCREENS: tuple[tuple[str, ...], ...] = (
    (),
    ("enter",),
    ("e",),
    ("n",),
    ("t",),
    ("d",),
    ("p",),
    ("a",),
    ("y",),
    ("?",),
    (":",),
    ("/",),
)
"""The keys that lead to each screen from the connections."""


def _idle_on(few: Server, keys: tuple[str, ...], seconds: float) -> tuple[float, float]:
    """Bytes in 10 seconds, and the share of a processor in percent."""
    with ours(few) as terminal:
        until(terminal, top_row(0))
        terminal.wait_quiet()
        terminal.press(*keys)
        terminal.wait_quiet(1)
        mark, used, since = terminal.mark(), cpu_seconds(terminal), time.perf_counter()
        terminal.pass_time(seconds)
        passed = time.perf_counter() - since
        sent = (terminal.mark() - mark) * 10 / max(10, passed)
        return sent, (cpu_seconds(terminal) - used) / passed * 100


def hanging(server: Server) -> Iterator[Figure]:
    """From each of these keys to what it brings, while the answer to a list does not come."""
    with ours(server) as terminal:
        until(terminal, top_row(0))
        terminal.press("r")
        until(terminal, "Reading the connections")
        times = []
        for key, shows in HANGING_KEYS:
            since = time.perf_counter()
            terminal.press(key)
            until(terminal, shows)
            times.append(milliseconds(since))
            terminal.press("escape")
            terminal.wait_gone(shows)
        yield Figure(budgets.HANGING, max(times))


HANGING_KEYS = (
    ("e", "Edit RELAY"),
    ("t", "Send to"),
    ("d", "Delete RELAY"),
    ("p", "this session only"),
    ("y", "curl"),
    ("?", "search the keys"),
    (":", "Search for commands"),
)


def story(few: Server) -> Iterator[Figure]:
    """Open, filter, open a record, edit, review, apply, test, quit: every byte of it."""
    with ours(few) as terminal:
        until(terminal, top_row(0))
        terminal.press("/")
        terminal.type("000042")
        until(terminal, "1 of 100")
        terminal.press("enter", "enter")
        until(terminal, "relay42.example.com")
        terminal.press("e")
        until(terminal, "Edit RELAY-000042")
        terminal.press("tab")
        terminal.type("588")
        until(terminal, '"value": 588')
        terminal.press("ctrl+s")
        until(terminal, "Change RELAY-000042?")
        terminal.press("enter")
        until(terminal, "Saved RELAY-000042")
        terminal.press("t")
        until(terminal, "Test email")
        terminal.type("ops@example.com")
        terminal.press("enter")
        until(terminal, "UNREACHABLE")
        terminal.press("escape")
        terminal.wait_gone("Test email")
        terminal.press("q", "q")
        terminal.exit_code()
        yield Figure(budgets.STORY_BYTES, terminal.mark())


def _cursor_time(terminal: Terminal) -> float:
    """The processor's time for a key, each after a rest, so that each is painted."""
    used = cpu_seconds(terminal)
    for _ in range(KEYS):
        terminal.pass_time(REST)
        answered(terminal, lambda: terminal.press("down"))
    terminal.wait_quiet()
    return (cpu_seconds(terminal) - used) * 1000 / KEYS


def _cursor_bytes(terminal: Terminal) -> float:
    return max(bytes_of(terminal, lambda: terminal.press("down")) for _ in range(3))


def _quit(terminal: Terminal) -> float:
    since = time.perf_counter()
    terminal.press("q")
    terminal.exit_code()
    return milliseconds(since)


def _filter(terminal: Terminal, budget: Budget, *, of_base: bool = False) -> Iterator[Figure]:
    """Type a name into the filter; the first keys leave all rows, the last leave one.

    Counts the processor's time: a DataTable goes on measuring rows when it has painted them.
    """
    terminal.press("/")
    terminal.wait_quiet(2, timeout=PATIENCE)
    used, typed = cpu_seconds(terminal), name(7314)
    for letter in typed:
        terminal.type(letter)
        terminal.wait_quiet(1, timeout=PATIENCE)
    until(terminal, top_row(7314))
    yield Figure(budget, (cpu_seconds(terminal) - used) * 1000 / len(typed), of_base=of_base)
