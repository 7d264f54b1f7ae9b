"""A terminal at the end of a slow line; `python -m tests.e2e.slow_line` prints what keys cost.

The line has a round trip of 300 ms and 9,600 baud in each direction, with compression as `ssh -C`
does it or without. What ssh wraps around each packet is not counted.
"""

from __future__ import annotations

import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from tests.e2e.program import PRIMARY, SECONDARY, places
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Sandbox, SandboxOptions

ROUND_TRIP = 0.3
BYTES_PER_SECOND = 9_600 / 10
"""A byte takes ten bits: one to start, eight, and one to stop."""
PIECE = 48
"""Bytes that arrive together."""
PATIENCE = 60.0
"""Seconds until a wait fails on such a line."""
QUIET = 1.5
"""Seconds without a byte after which an answer is whole: more than a round trip."""


class Way:
    """One direction of the line: what is put in is handed on when it would have arrived.

    ``sent`` counts the bytes on the line.
    """

    def __init__(self, hand_on: Callable[[bytes], None], *, compressed: bool) -> None:
        self.sent = 0
        self._hand_on = hand_on
        self._packer = zlib.compressobj(6) if compressed else None
        self._under_way: SimpleQueue[tuple[float, bytes] | None] = SimpleQueue()
        self._free_at = 0.0
        self._carrier = threading.Thread(target=self._carry, name="slow-line", daemon=True)
        self._carrier.start()

    def put(self, data: bytes) -> None:
        """Send bytes; no bytes end the way for good."""
        size = len(data)
        if self._packer is not None and data:
            size = len(self._packer.compress(data) + self._packer.flush(zlib.Z_SYNC_FLUSH))
        self.sent += size
        self._free_at = max(time.monotonic(), self._free_at)
        for start in range(0, max(1, len(data)), PIECE):
            piece = data[start : start + PIECE]
            self._free_at += size * len(piece) / max(1, len(data)) / BYTES_PER_SECOND
            self._under_way.put((self._free_at + ROUND_TRIP / 2, piece))

    def close(self) -> None:
        """Hand nothing on any more."""
        self._hand_on = lambda _: None
        self._under_way.put(None)

    def _carry(self) -> None:
        while (under_way := self._under_way.get()) is not None:
            arrives, piece = under_way
            time.sleep(max(0, arrives - time.monotonic()))  # the delay itself, nothing awaited
            self._hand_on(piece)


class SlowTerminal(Terminal):
    """A program at the other end of the line; ``came_at`` is when the last bytes of it came.

    Where the program is ``deaf``, it hears no answer to what it asks the terminal.
    """

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str],
        compressed: bool = False,
        deaf: bool = False,
    ) -> None:
        super().__init__(argv, cwd=cwd, env={**env, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})
        self.came_at = 0.0
        self._compressed = compressed
        self._deaf = deaf

    def __enter__(self) -> Self:
        """Open the line, and start the program at its end."""
        self._up = Way(super().send, compressed=self._compressed)
        self._down = Way(self._arrived, compressed=self._compressed)
        return super().__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the line, and end the program."""
        self._up.close()
        self._down.close()
        super().__exit__(kind, error, trace)

    @property
    def sent(self) -> int:
        """The bytes that came down the line so far."""
        return self._down.sent

    def send(self, data: bytes) -> None:
        """Send bytes up the line; they are at its end later."""
        self._up.put(data)

    def _arrive(self, data: bytes) -> None:
        self._down.put(data)

    def _arrived(self, data: bytes) -> None:
        self.came_at = time.monotonic()
        super()._arrive(data)

    def _answer(self, answers: bytes) -> None:
        if not self._deaf:
            super()._answer(answers)


@dataclass(frozen=True)
class Cost:
    """What an action took: bytes down the line, and seconds to the first and the last of them."""

    action: str
    sent: int
    first: float
    last: float


ACTIONS = (
    ("cursor", ("down",)),
    ("page", ("pagedown",)),
    ("/", ("/",)),
    ("a word", tuple("relay-017")),
    ("to its row", ("enter",)),
    ("help", ("?",)),
    ("Escape from help", ("escape",)),
    ("edit", ("e",)),
    ("another port", ("tab", "end", "backspace", "7")),
    ("review", ("ctrl+s",)),
    ("Escape from review", ("escape",)),
)
"""What is done one after the other: its name and its keys, which are sent in one burst."""


def costs(terminal: SlowTerminal) -> Iterator[Cost]:
    """What it costs to start, and then each action."""
    since = time.monotonic()
    terminal.wait_for("PRIMARY", PATIENCE)
    yield _cost("first paint and rows", terminal, since, 0)
    for action, keys in ACTIONS:
        since, sent = time.monotonic(), terminal.sent
        terminal.press(*keys)
        yield _cost(action, terminal, since, sent)


def _cost(action: str, terminal: SlowTerminal, since: float, sent: int) -> Cost:
    """Wait until nothing comes any more."""
    terminal.wait_for(lambda _: terminal.came_at > since, PATIENCE)
    first = terminal.came_at
    terminal.wait_quiet(QUIET, PATIENCE)
    return Cost(action, terminal.sent - sent, first - since, terminal.came_at - since)


def measured(*, compressed: bool) -> list[Cost]:
    """The costs on a sandbox with some forty records."""
    with (
        tempfile.TemporaryDirectory(prefix="smtp-tui-slow-") as directory,
        Sandbox(SandboxOptions(demo_records=False)) as sandbox,
    ):
        sandbox.add_record("PRIMARY", PRIMARY)
        for number in range(40):
            sandbox.add_record(f"RELAY-{number:03}", SECONDARY)
        env = places(Path(directory)) | sandbox.environment()
        argv = [installed_program()]
        with SlowTerminal(argv, cwd=Path(directory), env=env, compressed=compressed) as terminal:
            return list(costs(terminal))


def table() -> str:
    """The costs of both kinds of lines, as a table."""
    lines = [
        "| Action | Bytes | First, last byte after | Compressed | First, last byte after |",
        "|---|---|---|---|---|",
    ]
    for plain, packed in zip(measured(compressed=False), measured(compressed=True), strict=True):
        cells = [plain.action]
        for cost in (plain, packed):
            cells += [f"{cost.sent:,}", f"{cost.first:.1f} s, {cost.last:.1f} s"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
