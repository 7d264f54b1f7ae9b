"""Dialogs that take no Enter that was typed before they could be read."""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Key

from smtp_tui.api.clock import Clock
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog

Result = TypeVar("Result")

TYPED_AHEAD: Final = 0.4
"""Seconds in which an Enter was typed before the question could be read."""


class GuardedDialog(Dialog[Result]):
    """A dialog with buttons; arrows move between them.

    ``guarded`` False takes any Enter: for a dialog that destroys nothing and was opened by the key
    just pressed, so that the person expects it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, clock: Clock, *, guarded: bool = True) -> None:
        super().__init__()
        self._clock = clock
        self._guarded = guarded
        self._shown_at = clock.monotonic()
        self._drawn = False

    def on_mount(self) -> None:
        """Count from the moment of showing, and note when it was drawn."""
        self._shown_at = self._clock.monotonic()
        self.call_after_refresh(self._note_drawn)

    def _note_drawn(self) -> None:
        self._drawn = True

    @property
    def settled(self) -> bool:
        """Whether the dialog was drawn and has stood long enough to have been read."""
        if not self._guarded:
            return True
        return self._drawn and self._clock.monotonic() - self._shown_at >= TYPED_AHEAD

    def on_key(self, event: Key) -> None:
        """Drop an Enter or space that was typed ahead."""
        if event.key in ("enter", "space") and not self.settled:
            event.stop()
            event.prevent_default()
