"""A terminal that measures: when each piece of output came, and what it changed on the screen."""

from __future__ import annotations

import os
import re
import select
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.e2e.terminal import Terminal

PATIENCE = 120.0
"""Seconds until a wait fails, with 100,000 rows too."""
QUIET = 0.7
"""Seconds without a byte after which an answer to a key is whole; a form checks after 0.4."""

TICK = 11.0
"""Seconds in which an age on the screen changes, if it does at all soon."""

MARK_START = r'printf "\0"; exec "$@"'
"""Writes a byte that no terminal shows, which marks the start, and becomes the program."""


class Piece(NamedTuple):
    """Output that was read at once: when, and what the program had used of the processor then."""

    at: float
    cpu: float
    data: bytes


class Answer(NamedTuple):
    """What a key brought. Times are in milliseconds.

    ``settled`` is the time from the key to the last byte that changed the screen; ``writes`` are
    the program's calls of ``write``, of which a terminal may see several as one.
    """

    settled: float
    cpu: float
    writes: float
    sent: float


class Line(Terminal):
    """A terminal that draws only when it is looked at, so that drawing delays no reading.

    ``pieces`` are all that came so far; the first one marks the start.
    """

    def __init__(self, argv: Sequence[str | Path], **options: Any) -> None:
        super().__init__(["/bin/sh", "-c", MARK_START, "sh", *argv], **options)

    def __enter__(self) -> Line:
        """Start the program."""
        self.pieces: list[Piece] = []
        self._drawn = 0
        self._sent_at = time.perf_counter()
        super().__enter__()
        return self

    def send(self, data: bytes) -> None:
        """Send bytes, and note when."""
        self._sent_at = time.perf_counter()
        super().send(data)

    def lines(self) -> list[str]:
        """Return the lines of the screen as it is now."""
        while self._drawn < len(self.pieces):
            self._draw()
        return super().lines()

    def until(self, wanted: str | Callable[[str], Any]) -> Piece:
        """Wait for a text on the screen; returns the piece of output that completed it."""
        holds = (lambda screen: wanted in screen) if isinstance(wanted, str) else wanted
        deadline = time.monotonic() + PATIENCE
        while not (holds("\n".join(super().lines())) and self._drawn):
            if self._drawn < len(self.pieces):
                self._draw()
                continue
            ended = self.ended
            with self._changed:
                came = self._drawn < len(self.pieces) or self._changed.wait(0.2)
            over = (ended and not came) or time.monotonic() > deadline
            assert not over, f"not seen: {wanted!r}\n{self.screen_text()}"
        return self.pieces[self._drawn - 1]

    def answer(self, key: str, quiet: float = QUIET) -> Answer:
        """Press a key, and wait until nothing was written for that many seconds."""
        self.lines()
        writes, cpu = self.writes(), self.cpu_seconds()
        self.press(key)
        since, patience = self._sent_at, PATIENCE
        changed, sent = None, 0
        while changed is None:
            self._wait_for_piece(key, patience)
            self.wait_quiet(quiet, timeout=PATIENCE)
            patience = 10 * quiet  # what came was perhaps late, and of the key before
            while self._drawn < len(self.pieces):
                seen, piece = self._look(), self._draw()
                sent += len(piece.data)
                changed = piece.at if self._look() != seen else changed
        cpu, writes = self.cpu_seconds() - cpu, self.writes() - writes
        return Answer((changed - since) * 1000, cpu * 1000, writes, sent)

    def wait_tick(self) -> None:
        """Wait for the age of the rows to change by itself, or not to: then it is in no answer.

        It changes once in ten seconds at most.
        """
        self.lines()
        with self._changed:
            self._changed.wait_for(lambda: self._drawn < len(self.pieces), TICK)
        self.wait_quiet(QUIET)

    def cpu_seconds(self) -> float:
        """The processor time that the program has used so far, to the nanosecond."""
        return time.clock_gettime((~self.pid << 3) | 2)  # clock_getcpuclockid(3)

    def writes(self) -> int:
        """How often the program has called ``write`` so far, on whatever file."""
        return self._proc("io", "syscw")

    def peak_mebibytes(self) -> float:
        """The most memory that the program has held so far."""
        return self._proc("status", "VmHWM") / 1024

    def wakeups(self) -> int:
        """How often a thread of the program has waited and was woken again so far."""
        tasks = os.listdir(f"/proc/{self.pid}/task")
        return sum(self._proc(f"task/{task}/status", "voluntary_ctxt_switches") for task in tasks)

    def since_start(self, piece: Piece) -> float:
        """Milliseconds from the start to a piece of output."""
        return (piece.at - self.pieces[0].at) * 1000

    def cpu_since_start(self, piece: Piece) -> float:
        """Milliseconds of the processor from the start to a piece of output."""
        return (piece.cpu - self.pieces[0].cpu) * 1000

    def since_key(self, piece: Piece) -> float:
        """Milliseconds from the last key to a piece of output."""
        return (piece.at - self._sent_at) * 1000

    def milliseconds(self) -> float:
        """Milliseconds from the last key until now."""
        return (time.perf_counter() - self._sent_at) * 1000

    def _proc(self, file: str, field: str) -> int:
        text = Path(f"/proc/{self.pid}/{file}").read_text(encoding="utf-8", errors="replace")
        found = re.search(rf"^{field}:\s*(\d+)", text, re.MULTILINE)
        assert found is not None, f"no {field} in /proc/PID/{file}"
        return int(found[1])

    def _wait_for_piece(self, key: str, seconds: float) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: self._drawn < len(self.pieces), seconds)
        assert came, f"{key} changed nothing\n{self.screen_text()}"

    def _look(self) -> tuple[object, ...]:
        """All that can be seen: characters, their looks, and the cursor while it is shown."""
        screen = self._emulator.screen
        columns, cursor = range(screen.columns), screen.cursor
        cells = [screen.buffer[line][at] for line in range(screen.lines) for at in columns]
        return cells, None if cursor.hidden else (cursor.x, cursor.y)

    def _draw(self) -> Piece:
        """Draw the next piece, and answer what it asks."""
        piece = self.pieces[self._drawn]
        self._drawn += 1
        if replies := self._emulator.feed(piece.data):
            super().send(replies)
        return piece

    def _read(self) -> None:
        """Take over output as it comes, until the terminal is closed, and draw none of it."""
        while True:
            if self._wake_read in select.select([self._master, self._wake_read], [], [])[0]:
                return
            data, cpu = b"", 0.0
            with suppress(OSError):  # how Linux tells that no one has the other side open any more
                data = os.read(self._master, 65_536)
                cpu = self.cpu_seconds()
            piece = Piece(time.perf_counter(), cpu, data)
            with self._changed:
                self._raw += data
                self._ended = not data
                self.pieces += [piece] if data else []
                self._changed.notify_all()
            if not data:
                return
