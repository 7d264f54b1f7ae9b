"""What a person waits for: shown in one place with its seconds and the key that stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from textual.screen import Screen
from textual.worker import get_current_worker

from smtp_tui.text import clean
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import Sent

if TYPE_CHECKING:
    from textual.timer import Timer

    from smtp_tui.api.clock import Clock


class Wait(Struct, frozen=True):
    """Something that is waited for, since a second of the clock.

    ``sent`` is what was sent by then, if it may have been a write. ``stop`` ends the waiting, not
    what was sent.
    """

    what: str
    since: float
    sent: Sent | None
    stop: Callable[[], object]


def wait_words(what: str, seconds: float, key: str) -> str:
    """The wording of everything that is waited for."""
    return f"{clean(what, 120)} … {seconds:.0f}s · {key} stops waiting"


class WaitLine(PlainText):
    """Shows the newest thing that is waited for; takes no room while there is none."""

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

    @contextmanager
    def wait(self, what: str, sent: Sent | None, stop: Callable[[], object]) -> Iterator[None]:
        """Show inside the block that something is waited for."""
        wait = Wait(what, self._clock.monotonic(), sent, stop)
        self._waits.append(wait)
        self._show()
        try:
            yield
        finally:
            self._waits.remove(wait)
            self._show()

    def _show(self) -> None:
        """Show the newest wait with its seconds, which go on as long as there is one."""
        if not self.is_attached:
            return
        wait = self.newest
        if wait is not None:
            seconds = self._clock.monotonic() - wait.since
            self.update(wait_words(wait.what, seconds, self._key()), layout=False)
            self._timer = self._timer or self.set_interval(1.0, self._show)
        elif self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.set_class(wait is not None, "-shown")


@contextmanager
def waiting(
    screen: Screen[Any],
    what: str,
    *,
    sent: Sent | None = None,
    stop: Callable[[], object] | None = None,
) -> Iterator[None]:
    """Show on the screen, or on the one below a dialog, that something is waited for.

    ``sent`` is what is said when the waiting is stopped. ``stop`` ends the waiting; without it, the
    current worker is cancelled.
    """
    screens: list[Screen[Any]] = [screen, *reversed(screen.app.screen_stack)]
    line = next((line for shown in screens for line in shown.query(WaitLine)), None)
    if line is None:
        yield
    else:
        with line.wait(what, sent, stop or get_current_worker().cancel):
            yield
