"""``--quiet``, ``--verbose`` and ``--debug FILE``: less, or more, of what the program does.

A thread writes, so that neither a slow disk nor a slow terminal holds up a request.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from typing import TYPE_CHECKING, Final

import smtp_tui
from smtp_tui import log
from smtp_tui.api.clock import Clock
from smtp_tui.cli.say import hold_back, warn
from smtp_tui.state.files import FileProblem, holds_other, open_log, problems_of, write_all
from smtp_tui.text import clean

if TYPE_CHECKING:
    import argparse

_WAITING: Final = 10_000
"""Lines that wait to be written at most; more are dropped and counted."""
_SECONDS: Final = 5.0
"""How long the end of the program waits for a disk."""
_LONGEST: Final = 8_000
_OURS: Final = re.compile(r"\d{4}-\d\d-\d\dT\S+ \w")
"""How the lines of the file begin."""


def set_verbosity(options: argparse.Namespace) -> Iterator[Callable[[], None]]:
    """Say less or more from now on, as the options want it; gives what ends that.

    Raises ``FileProblem`` where the file cannot be used.
    """
    if options.quiet:
        yield hold_back()
    if options.verbose or options.debug is not None:
        descriptor = None if options.debug is None else _opened(options.debug)
        writer = _Writer(options.debug, descriptor, verbose=options.verbose)
        yield writer.close
        log.decision(f"smtp-tui {smtp_tui.__version__}, {options.command or 'screen'}")


def _opened(path: Path) -> int:
    """The file, to add lines to. Raises ``FileProblem`` for one that is no log."""
    if holds_other(path, lambda text: bool(_OURS.match(text.lstrip()))):
        raise FileProblem(path, "is no log of --debug; name another file")
    return open_log(path)


class _Writer:
    """Writes lines in a thread: requests to stderr, all to the file."""

    def __init__(self, path: Path | None, descriptor: int | None, *, verbose: bool) -> None:
        self._path = path
        self._descriptor = descriptor
        self._verbose = verbose
        self._clock = Clock()
        self._lines: Queue[tuple[str, str, str] | None] = Queue(_WAITING)
        self._dropped = 0
        self._problem = ""
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()
        self._stop = log.listen(self._take)

    def _take(self, kind: str, words: str, more: str) -> None:
        """Take a line to be written; a queue that is full drops it."""
        at = self._clock.now().isoformat(timespec="milliseconds")
        try:
            self._lines.put_nowait((f"{at} {kind:<8} {words}{more}", kind, words))
        except Full:
            self._dropped += 1

    def close(self) -> None:
        """Write what waits, and say what is missing."""
        self._stop()
        with suppress(Full):
            self._lines.put(None, timeout=_SECONDS)
        self._thread.join(_SECONDS)
        if self._dropped and not self._problem:
            self._problem = f"{self._path}: {self._dropped:,} lines are missing"
        if self._problem and self._descriptor is not None:
            warn(self._problem)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            whole, kind, words = line
            if self._verbose and kind == "request" and sys.stderr is not None:
                with suppress(OSError, ValueError):
                    print(f"{clean(words, _LONGEST)}\n", end="", file=sys.stderr, flush=True)
            if self._descriptor is not None and self._path is not None:
                try:
                    with problems_of(self._path):
                        begun = "\n" if _is_torn(self._descriptor) else ""
                        text = f"{begun}{clean(whole, _LONGEST)}\n"
                        write_all(self._descriptor, text.encode())
                except FileProblem as problem:
                    self._problem = f"{problem}; lines are missing"
        if self._descriptor is not None:
            os.close(self._descriptor)


def _is_torn(descriptor: int) -> bool:
    """Whether the last line of a file has no end: a full disk took it, or a kill."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
