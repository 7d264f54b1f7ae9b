"""What a person waits for: shown at one place with its seconds and the key that stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from textual.screen import Screen
from textual.worker import get_current_worker

from smtp_tui.text import clean
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import Sent

if TYPE_CHECKING:
    from textual.timer import Timer

    from smtp_tui.api.clock import Clock

ScreenResult = TypeVar("ScreenResult")


class Wait(Struct, frozen=True):
    """One thing that is waited for, since a second of the clock.

    ``sent`` is what had left by then, where it may have been a write; ``stop`` ends the waiting,
    not what was sent.
    """

    what: str
    since: float
    sent: Sent | None
    stop: Callable[[], object]


def wait_words(what: str, seconds: float, key: str) -> str:
    """The one wording for all that is waited for."""
    return f"{clean(what, 120)} … {seconds:.0f}s · {key} stops waiting"


class WaitLine(PlainText):
    """Shows the newest of the things that are waited for; takes no room while there is none."""

    DEFAULT_CSS = """
    WaitLine { height: 1; padding: 0 1; display: none; }
    WaitLine.-shown { display: block; }
    """

    def __init__(self, clock: Clock, key: Callable[[], str]) -> None:
        super().__init__()
        self._clock = clock
        self._key = key
        self._waits: list[Wait] = []
        self._timer: Timer | None = None

    @property
    def newest(self) -> Wait | None:
        """What is shown, and what the key stops."""
        return self._waits[-1] if self._waits else None

    def begin(self, what: str, sent: Sent | None, stop: Callable[[], object]) -> Wait:
        """Show that something is waited for from now on."""
        wait = Wait(what, self._clock.monotonic(), sent, stop)
        self._waits.append(wait)
        if self._timer is None and self.is_attached:
            self._timer = self.set_interval(1.0, self.show)
        self.show()
        return wait

    def end(self, wait: Wait) -> None:
        """It came, or is not waited for any more."""
        self._waits = [one for one in self._waits if one is not wait]
        if not self._waits and self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.show()

    def show(self) -> None:
        """Say it anew, with its seconds."""
        if not self.is_attached:
            return
        wait = self.newest
        if wait is not None:
            seconds = self._clock.monotonic() - wait.since
            self.update(wait_words(wait.what, seconds, self._key()), layout=False)
        self.set_class(wait is not None, "-shown")


@contextmanager
def waiting(
    screen: Screen[ScreenResult],
    what: str,
    *,
    sent: Sent | None = None,
    stop: Callable[[], object] | None = None,
) -> Iterator[None]:
    """Show on the screen, or on the one below a dialog, that something is waited for.

    ``sent`` is said when the waiting is stopped; ``stop`` ends it, and is the cancelling of the
    current worker where it is not given.
    """
    line = _line_of(screen)
    if line is None:
        yield
        return
    wait = line.begin(what, sent, stop or get_current_worker().cancel)
    try:
        yield
    finally:
        line.end(wait)


def _line_of(screen: Screen[ScreenResult]) -> WaitLine | None:
    screens: list[Screen[Any]] = [screen, *reversed(screen.app.screen_stack)]
    lines = (line for one in screens for line in one.query(WaitLine))
    return next(lines, None)


__all__ = ["Wait", "WaitLine", "wait_words", "waiting"]
