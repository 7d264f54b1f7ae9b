"""SIGTERM, SIGHUP and SIGQUIT, which end the program, after it has cleaned up if needed.

An exception raised by a handler is lost if Python happens to be in a callback of the interpreter
or of asyncio: it is printed, and the program goes on. So an event loop is told instead, and an
exception is raised only in a wait, where the signal then finds the program.
"""

from __future__ import annotations

import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


def _heard() -> list[signal.Signals]:
    """Those that are not ignored, as SIGHUP is under ``nohup``."""
    ending = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
    return [number for number in ending if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def exit_on_signal() -> Iterator[None]:
    """Raise ``SystemExit`` in the block: for a wait for a person, a reader or another thread.

    Main thread only.
    """
    before = {number: signal.signal(number, _exit) for number in _heard()}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _exit(number: int, _: FrameType | None) -> None:
    raise SystemExit(128 + number)


def run_until_told(work: Coroutine[None, None, T]) -> T:
    """Do ``work`` in an event loop; SIGTERM, SIGHUP and SIGQUIT cancel all of its tasks.

    ``SystemExit`` is raised once the tasks have ended, whatever else came of them. A second signal
    does not wait for what the first one began.
    """
    import asyncio  # noqa: PLC0415 - not for --help and the screen

    told: list[int] = []

    async def attended() -> T:
        """Do the work with the signals answered."""
        loop = asyncio.get_running_loop()

        def give_up(number: int) -> None:
            """Remember the signal, and cancel every task of this event loop."""
            told.append(number)
            for task in asyncio.all_tasks(loop):
                task.cancel()

        for number in _heard():
            loop.add_signal_handler(number, give_up, number)
        return await work

    try:
        return asyncio.run(attended())
    finally:
        if told:
            raise SystemExit(128 + told[0])
