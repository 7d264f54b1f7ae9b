"""Keys typed ahead over a slow line, handed on one at a time, so that each goes where it was meant.

Textual hands every key to the focused widget at once. The bindings of a key run later, when it has
bubbled up, or earlier, if they have priority. In a burst such as ``/second`` the letters would
reach the table, whose keys open forms and ask to delete; in ``587`` and ctrl+s the review would
come before the digits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from textual.app import App
from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.timer import Timer

PATIENCE: Final = 5.0
"""Seconds after which the next key is handed on, whatever became of the one before."""
LOOK: Final = 0.01
"""Seconds between looks at whether another screen has come up."""
ROUNDS: Final = 3
"""The key's own way up; the messages of what it did; and the messages of their handlers."""


class TypedAhead:
    """Takes the events of an app, and hands a key on only when the one before has done its work.

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
        self._under_way: Timer | None = None

    @property
    def busy(self) -> bool:
        """Whether a key that was pressed has not done all its work yet."""
        return self._under_way is not None or bool(self._waiting)

    async def take(self, event: Event) -> None:
        """Hand the event on; hold back keys and pastes while one is under way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await self._hand_on(event)
        elif self._under_way is not None:
            self._waiting.append(event)
        else:
            await self._begin(event)

    async def _begin(self, event: Event) -> None:
        app = self._app
        under_way = self._under_way = app.set_timer(PATIENCE, self._next)
        target = app.focused or app.screen
        way = [node for node in target.ancestors_with_self if node is not app]
        await self._hand_on(event)
        self._follow(way * ROUNDS, under_way)

    def _follow(self, way: list[DOMNode], under_way: Timer) -> None:
        """Queue up behind the key in the focused widget, its parents and the app, then again."""
        for position, node in enumerate(way):
            if node.call_later(self._follow, way[position + 1 :], under_way):
                return
        self._app.call_later(self._settle, under_way)

    def _settle(self, under_way: Timer) -> None:
        """Let a screen that the key opened come up, be drawn and take the focus."""
        app = self._app
        if self._under_way is under_way and self._opening():
            app.set_timer(LOOK, partial(self._settle, under_way))
        elif app.screen.call_after_refresh(app.call_later, self._done, under_way):
            app.set_timer(LOOK, partial(self._watch, app.screen, under_way))
        else:
            app.call_later(self._done, under_way)

    def _watch(self, drawn: Screen[object], under_way: Timer) -> None:
        """Begin anew if another screen came up meanwhile: one that is behind is not drawn."""
        if self._under_way is under_way:
            again = partial(self._watch, drawn, under_way)
            in_front = self._app.screen is drawn
            self._app.set_timer(LOOK, again) if in_front else self._settle(under_way)

    async def _done(self, under_way: Timer) -> None:
        if self._under_way is under_way:
            await self._next()

    async def _next(self) -> None:
        if self._under_way is not None:
            self._under_way.stop()
            self._under_way = None
        if self._waiting:
            await self._begin(self._waiting.popleft())
