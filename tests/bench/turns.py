"""Runs a program and notes how long its event loop was busy between two waits: its turns.

Run by its path as `turns.py FILE MODULE [ARGUMENT ...]`; runs `main` of the module. Each turn that
took longer than a millisecond is a line of the file: milliseconds that passed, and those of the
processor that the loop's thread itself used. It imports nothing of ours, so that the module is
found where the Python that runs it has it.
"""

from __future__ import annotations

import os
import selectors
import sys
import time
from importlib import import_module

NOTED = 1.0
"""Milliseconds of a turn from which on it is noted."""
NOTES = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class Noting(selectors.DefaultSelector):
    """What an event loop waits with."""

    file = -1

    def __init__(self) -> None:
        super().__init__()
        self._since = time.perf_counter(), time.thread_time()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Note the turn that ends here, and wait."""
        wall, cpu = self._since
        took, used = time.perf_counter() - wall, time.thread_time() - cpu
        if took * 1000 > NOTED:
            os.write(self.file, b"%.3f %.3f\n" % (took * 1000, used * 1000))
        found = super().select(timeout)
        self._since = time.perf_counter(), time.thread_time()
        return found


if __name__ == "__main__":
    Noting.file = os.open(sys.argv[1], NOTES, 0o600)
    selectors.DefaultSelector = Noting  # type: ignore[misc]
    module, sys.argv[1:] = sys.argv[2], sys.argv[3:]
    import_module(module).main()
