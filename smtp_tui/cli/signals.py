"""SIGTERM, SIGHUP and SIGQUIT, which end the program, after it has cleaned up if needed.

An exception raised by a handler is lost if Python happens to be in a callback of the interpreter
or of asyncio: it is printed, and the program goes on. So an event loop is told instead, and an
exception is raised only in a wait, where the signal then finds the program.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Final, TypeAlias

_SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

Handler: TypeAlias = Callable[[int, FrameType | None], None]


@contextmanager
def handle_signals(handler: Handler) -> Iterator[None]:
    """Call a handler for them inside the block, except for ignored ones. Main thread only."""
    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def exit_on_signal() -> AbstractContextManager[None]:
    """Raise ``SystemExit`` in the block: for a wait for a person, a reader or another thread."""
    return handle_signals(_exit)


def _exit(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


__all__ = ["exit_on_signal", "handle_signals"]
