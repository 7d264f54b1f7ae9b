"""Keys typed ahead over a slow line, handed on one at a time, so that each goes where it was meant.

Textual hands every key to the focused widget at once. The bindings of a key run later, when it has
bubbled up, or earlier, if they have priority. In a burst such as ``/second`` the letters would
reach the table, whose keys open forms and ask to delete; in ``587`` and ctrl+s the review would
come before the digits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from textual.app import App
from textual.dom import DOMNode
from textual.events import Callback, Event, Key, Paste
from textual.screen import Screen
from textual.timer import Timer

PATIENCE: Final = 5.0
"""Seconds after which the next key is handed on, whatever became of the one before."""
LOOK: Final = 0.01
"""Seconds between looks at whether another screen has come up."""
TURNS: Final = 50
"""Turns of the event loop for which the queues are looked at, before waiting in one of them."""
QUIET_TURNS: Final = 3
"""Turns in a row with nothing queued after which a key has done its work.

In them a worker begins that the key started, and may open a screen; and a widget beside the way,
such as the list of the palette, tells its parents what was chosen.
"""


class _UnderWay:
    """A key that was handed on, and all that it passes on its way up."""

    def __init__(self, app: App[Any]) -> None:
        self.way: list[DOMNode] = [*(app.focused or app.screen).ancestors_with_self]
        self.turns = 0
        self.quiet = 0


class TypedAhead:
    """Takes the events of an app, and hands a key on only when the one before has done its work.

    A key has done its work when nothing is queued any more on its way up, neither the key itself
    nor messages about what it did, and the screen is drawn. Most keys are alone, so looking at the
    queues has to cost little: a timer runs only while another key waits.

    ``hand_on`` is what the app does with an event. ``opening`` says whether the screen in front is
    about to open another one over itself.
    """

    def __init__(
        self,
        app: App[Any],
        hand_on: Callable[[Event], Awaitable[None]],
        opening: Callable[[], bool],
    ) -> None:
        self._app = app
        self._hand_on = hand_on
        self._opening = opening
        self._waiting: deque[Event] = deque()
        self._under_way: _UnderWay | None = None
        self._patience: Timer | None = None

    @property
    def busy(self) -> bool:
        """Whether a key that was pressed has not done all its work yet."""
        return self._under_way is not None or bool(self._waiting)

    async def take(self, event: Event) -> None:
        """Hand the event on; hold back keys and pastes while one is under way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await self._hand_on(event)
        elif self._under_way is None and not self._opening():
            await self._begin(event)
        else:
            self._waiting.append(event)
            if self._under_way is None:  # what is in front began to open another screen by itself
                self._under_way = _UnderWay(self._app)
                self._draw()
            self._be_patient()

    async def _begin(self, event: Event) -> None:
        under_way = self._under_way = _UnderWay(self._app)
        await self._hand_on(event)
        self._follow(under_way.way[0])

    def _follow(self, node: DOMNode) -> None:
        """Queue up behind the key, or behind a message, in the widget that has it."""
        if not node.post_message(Callback(self._passed)):
            self._passed()

    def _passed(self) -> None:
        """Look at the queues in the next turn of the loop: what is sent now comes first."""
        asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        """Wait until all queues are empty; behind the widget that takes long."""
        under_way = self._under_way
        if under_way is None:
            return
        queued = next((node for node in under_way.way if node.message_queue_size), None)
        under_way.quiet = under_way.quiet + 1 if queued is None else 0
        under_way.turns += 1
        if under_way.quiet > QUIET_TURNS:
            self._draw()
        elif queued is None or under_way.turns < TURNS:
            self._passed()
        else:
            self._follow(queued)

    def _draw(self) -> None:
        """Let what the key did be drawn, for Textual scrolls once in a frame; or what it opens."""
        under_way, app = self._under_way, self._app
        if under_way is None or not app.screen_stack:
            return
        screen = app.screen
        if self._opening():
            app.set_timer(LOOK, self._draw)
        elif not screen.call_after_refresh(self._drawn, screen, under_way):
            self._drawn(screen, under_way)
        else:
            self._watch_later(screen, under_way)

    def _watch_later(self, screen: Screen[object], under_way: _UnderWay) -> None:
        asyncio.get_running_loop().call_later(LOOK, self._watch, screen, under_way)

    def _watch(self, screen: Screen[object], under_way: _UnderWay) -> None:
        """Begin anew if another screen came up meanwhile: one that is behind is not drawn."""
        if self._under_way is under_way and self._app.screen_stack:
            if self._app.screen is screen:
                self._watch_later(screen, under_way)
            else:
                self._draw()

    def _drawn(self, screen: Screen[object], under_way: _UnderWay) -> None:
        """Hand on the next key, behind what the app has to do; mostly there is none."""
        if self._under_way is not under_way:
            return
        if self._opening() or (self._app.screen_stack and self._app.screen is not screen):
            self._draw()
        elif self._waiting:
            self._app.post_message(Callback(partial(self._next, under_way)))
        else:
            self._under_way = None

    async def _next(self, done: _UnderWay) -> None:
        """Hand on the next key, once: two screens may both have been drawn."""
        if self._under_way is not done:
            return
        if self._patience is not None:
            self._patience.stop()
        self._under_way = self._patience = None
        if self._waiting:
            event = self._waiting.popleft()
            await self._begin(event)
            self._be_patient()

    def _be_patient(self) -> None:
        """Hand on the next key in the end, if one waits, whatever becomes of this one."""
        if self._waiting and self._patience is None and self._under_way is not None:
            self._patience = self._app.set_timer(PATIENCE, partial(self._next, self._under_way))
