"""SIGTERM, SIGHUP and SIGQUIT, which end the program, after it has cleaned up if needed.

An exception raised by a handler is lost if Python happens to be in a callback of the interpreter
or of asyncio: it is printed, and the program goes on. So an event loop is told instead, and an
exception is raised only in a wait, where the signal then finds the program.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


def heard() -> list[signal.Signals]:
    """Those that are not ignored, as SIGHUP is under ``nohup``."""
    ending = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
    return [number for number in ending if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def exit_on_signal() -> Iterator[None]:
    """Raise ``SystemExit`` in the block: for a wait for a person, a reader or another thread.

    Main thread only.
    """
    before = {number: signal.signal(number, _exit) for number in heard()}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _exit(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)
