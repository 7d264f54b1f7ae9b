"""How the program ends when it is told to from outside: by a signal, or by a terminal that is gone.

Textual handles neither. It reads a terminal that is gone at full speed for ever, and it waits for
ever for one that takes no more output; then no signal reaches the event loop. So one thread watches
the terminal, and another ends the program if it does not end by itself.
"""

from __future__ import annotations

import asyncio
import select
import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from os import _exit as end_now
from threading import Event, Thread
from types import FrameType
from typing import Any, Final, Self

from textual.app import App

from smtp_tui.state.files import FileProblem
from smtp_tui.ui.terminal.driver import in_foreground

SIGNALS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""Signals that end the program in order. On the keyboard, ctrl+c and ctrl+\\ are keys."""
WRITE_SECONDS: Final = 3.0
"""How long a write under way is waited for once the program was told to end."""
LEAVE_SECONDS: Final = 10.0
"""After how long the program ends, however stuck it is."""
KEEP_SECONDS: Final = 2.0
"""How long a stuck program tries to keep what was typed."""
LOOK_SECONDS: Final = 0.02
"""Between looks at whether all keys that were pressed have done their work."""
LEAST_LOOKS: Final = 3
MOST_LOOKS: Final = 50


class Shutdown:
    """Ends an app, inside ``with``, on a signal or when its terminal is lost.

    ``terminal`` is a descriptor. ``number`` is the signal that ends the program, SIGHUP for a lost
    terminal, or None.
    """

    def __init__(self, terminal: int) -> None:
        self.number: int | None = None
        self._terminal = terminal
        self._over = Event()
        self._app: App[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        """Take the signals over, and watch the terminal."""
        self._settings = termios.tcgetattr(self._terminal)
        self._before = {number: signal.signal(number, self._signalled) for number in SIGNALS}
        Thread(target=self._watch, name="terminal-watch", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Restore the signals, except SIGINT: a second ctrl+c does not break off an exit."""
        self._over.set()
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_IGN if number == signal.SIGINT else handler)

    def attend(self, app: App[Any], typing: Callable[[], bool], keep: Callable[[], None]) -> None:
        """End this app when told to, or now if that was before. To be called in its loop.

        ``typing`` says whether keys are still on their way to their field. ``keep`` writes what is
        typed to the disk; it blocks and may raise ``FileProblem``.
        """
        self._app, self._typing, self._keep = app, typing, keep
        self._loop = asyncio.get_running_loop()
        if self.number is not None:
            self._end()

    def _end(self, looks: int = 0) -> None:
        """Keep what was typed, and exit, once the keys before the signal have arrived."""
        if self._app is None or self._loop is None or self.number is None:
            return
        if looks < LEAST_LOOKS or (self._typing() and looks < MOST_LOOKS):
            self._loop.call_later(LOOK_SECONDS, self._end, looks + 1)
            return
        self._keep_typed()
        self._app.exit(return_code=128 + self.number)

    def _keep_typed(self) -> None:
        if self._app is not None:
            with suppress(FileProblem):  # a full disk must not keep us from ending
                self._keep()

    def _signalled(self, number: int, _: FrameType | None) -> None:
        leaving = self._app is not None and self._app.return_code is not None
        if number != signal.SIGINT or not leaving:  # of two ctrl+c the first one counts
            self._told(number)

    def _told(self, number: int) -> None:
        if self.number is not None:
            return
        self.number = number
        Thread(target=self._force, args=(number,), name="last-resort", daemon=True).start()
        if self._loop is not None:
            with suppress(RuntimeError):  # it is over already
                self._loop.call_soon_threadsafe(self._end)

    def _watch(self) -> None:
        """Wait for the terminal to go; if SIGHUP tells of it too, the first one counts."""
        poller = select.poll()
        poller.register(self._terminal, 0)  # a hang-up is told unasked
        poller.poll()
        if not self._over.is_set():
            self._told(signal.SIGHUP)

    def _force(self, number: int) -> None:
        """End a program that is stuck, such as one whose terminal takes no more output."""
        if self._over.wait(LEAVE_SECONDS):
            return
        keeping = Thread(target=self._keep_typed, daemon=True)
        keeping.start()
        keeping.join(KEEP_SECONDS)
        if in_foreground(self._terminal):
            with suppress(termios.error):
                termios.tcsetattr(self._terminal, termios.TCSANOW, self._settings)
        end_now(128 + number)
