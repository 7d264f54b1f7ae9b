"""SIGTERM, SIGHUP and SIGQUIT, which end the program, after it has cleaned up where needed.

An exception raised by a handler is lost where Python happens to be in a callback of the interpreter
or of asyncio: it is printed, and the program goes on. So an event loop is told instead, and only a
wait is broken off, which is where the signal then meets us.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Final, TypeAlias

_LEAVING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)

Handler: TypeAlias = Callable[[int, FrameType | None], None]


@contextmanager
def answered_by(handler: Handler) -> Iterator[None]:
    """Call a handler for them inside the block; what is ignored stays ignored. Main thread only."""
    heard = [number for number in _LEAVING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def breaking_off() -> AbstractContextManager[None]:
    """Raise ``SystemExit`` within, for a wait for a person or a reader, or for another thread."""
    return answered_by(_leave)


def _leave(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


__all__ = ["answered_by", "breaking_off"]
