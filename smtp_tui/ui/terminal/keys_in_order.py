"""Keys one after the other, so that what is typed ahead over a slow line goes where it was meant.

Textual hands every key to the focused widget at once, and runs the bindings of a key later, when it
has bubbled up, or earlier, where they have priority. In a burst such as ``/second`` the letters
would reach the table, whose keys open forms and ask to delete; in ``587`` and ctrl+s the review
would come before the digits.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from typing import Final

from textual.dom import DOMNode
from textual.events import Event, Key, Paste
from textual.screen import Screen
from textual.timer import Timer

from smtp_tui.ui.base import Dialog, FullScreen
from smtp_tui.ui.terminal.on_terminal import OnTerminal

PATIENCE: Final = 5.0
"""Seconds after which the next key is let through, whatever became of the one before."""
LOOK: Final = 0.01
"""Seconds between looks at whether a dialog has come up."""
ROUNDS: Final = 3
"""The key's own way up; the messages of what it did; and the messages of their handlers."""


class KeysInOrder(OnTerminal):
    """An app that takes the next key only when all that the last one did has been done."""

    def __init__(self) -> None:
        super().__init__()
        self._typed_ahead: deque[Event] = deque()
        self._key_under_way: Timer | None = None

    @property
    def typing(self) -> bool:
        """Whether a key that was pressed has not done all its work yet."""
        return self._key_under_way is not None or bool(self._typed_ahead)

    async def on_event(self, event: Event) -> None:
        """Hold back keys and pastes while one is under way."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._key_under_way is not None:
            self._typed_ahead.append(event)
        else:
            await self._hand_on(event)

    async def _hand_on(self, event: Event) -> None:
        under_way = self._key_under_way = self.set_timer(PATIENCE, self._next_key)
        target = self.focused or self.screen
        way = [node for node in target.ancestors_with_self if node is not self]
        await super().on_event(event)
        self._follow(way * ROUNDS, under_way)

    def _follow(self, way: list[DOMNode], under_way: Timer) -> None:
        """Queue up behind the key in the focused widget, its parents and the app, then again."""
        for position, node in enumerate(way):
            if node.call_later(self._follow, way[position + 1 :], under_way):
                return
        self.call_later(self._settle, under_way)

    def _settle(self, under_way: Timer) -> None:
        """Let a screen that the key opened come up and be drawn, and so take the focus."""
        if self._key_under_way is under_way and self._opening:
            self.set_timer(LOOK, partial(self._settle, under_way))
        elif self.screen.call_after_refresh(self.call_later, self._done, under_way):
            self.set_timer(LOOK, partial(self._watch, self.screen, under_way))
        else:
            self.call_later(self._done, under_way)

    def _watch(self, drawn: Screen[object], under_way: Timer) -> None:
        """Begin anew where another screen came up meanwhile: what is behind is not drawn."""
        if self._key_under_way is under_way:
            again = partial(self._watch, drawn, under_way)
            self.set_timer(LOOK, again) if self.screen is drawn else self._settle(under_way)

    @property
    def _opening(self) -> bool:
        """Whether the screen in front is about to open another one over itself."""
        screen = self.screen
        opening = screen.opening if isinstance(screen, FullScreen | Dialog) else None
        return opening is not None and opening.is_running

    async def _done(self, under_way: Timer) -> None:
        if self._key_under_way is under_way:
            await self._next_key()

    async def _next_key(self) -> None:
        if self._key_under_way is not None:
            self._key_under_way.stop()
            self._key_under_way = None
        if self._typed_ahead:
            await self._hand_on(self._typed_ahead.popleft())
