"""The two programs, each in a terminal of 80 columns and 24 lines, and what is read off them."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.rows import name
from tests.bench.server import Server
from tests.e2e.program import places, write_profiles
from tests.e2e.terminal import Terminal

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
QUIET = 0.7
"""Seconds without a byte after which an answer to a key is whole; a form checks after 0.4."""


@contextmanager
def base(rows: int) -> Iterator[Terminal]:
    """The base with that many rows."""
    argv = [sys.executable, "-m", "tests.bench.base", str(rows)]
    with (
        tempfile.TemporaryDirectory(prefix="smtp-tui-bench-") as directory,
        Terminal(argv, cwd=Path(directory), env={"PYTHONPATH": str(ROOT)}, guarded=False) as shown,
    ):
        yield shown


@contextmanager
def ours(server: Server) -> Iterator[Terminal]:
    """The program on a sandbox."""
    with tempfile.TemporaryDirectory(prefix="smtp-tui-bench-") as text:
        directory = Path(text)
        write_profiles(directory, server.profiles)
        env = {**places(directory), "BENCH_TOKEN": server.token}
        with Terminal([server.program], cwd=directory, env=env, guarded=False) as shown:
            yield shown


def milliseconds(since: float) -> float:
    """The time since then."""
    return (time.perf_counter() - since) * 1000


def until(terminal: Terminal, wanted: str | Callable[[str], bool]) -> None:
    """Wait for a text on the screen, with more patience than a test has."""
    terminal.wait_for(wanted, timeout=PATIENCE)


def peak_megabytes(terminal: Terminal) -> float:
    """The most memory the program has held so far (VmHWM)."""
    status = Path(f"/proc/{terminal.pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


def cpu_seconds(terminal: Terminal) -> float:
    """The processor time the program has used so far."""
    fields = (
        Path(f"/proc/{terminal.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def answered(terminal: Terminal, send: Callable[[], None]) -> float:
    """Milliseconds from a key to the first byte that it brought."""
    mark, since = terminal.mark(), time.perf_counter()
    send()
    terminal.wait_for(lambda _: terminal.mark() > mark, timeout=PATIENCE)
    return milliseconds(since)


def bytes_of(terminal: Terminal, send: Callable[[], None]) -> int:
    """The bytes that a key brought, until all was quiet again."""
    terminal.wait_quiet(QUIET, timeout=PATIENCE)
    mark = terminal.mark()
    send()
    terminal.wait_for(lambda _: terminal.mark() > mark, timeout=PATIENCE)
    terminal.wait_quiet(QUIET, timeout=PATIENCE)
    return terminal.mark() - mark


def top_row(number: int) -> Callable[[str], bool]:
    """Whether a row is on the screen, and no row before it."""
    return lambda screen: (
        name(number) in screen
        and screen.count("RELAY-") > 0
        and (screen.index("RELAY-") == screen.index(name(number)))
    )
