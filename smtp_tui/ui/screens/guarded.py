"""Dialogs that destroy take no Enter that was typed before they could be read."""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from textual.binding import Binding, BindingType
from textual.events import Key

from smtp_tui.api.clock import Clock
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.screens.base import Dialog

Result = TypeVar("Result")

TYPED_AHEAD: Final = 0.4
"""Seconds in which an Enter was typed before the question could be read."""


class GuardedDialog(Dialog[Result]):
    """A dialog with buttons; arrows move between them. ``guarded`` False takes any Enter."""

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

    def on_mount(self) -> None:
        """Count from the moment of showing."""
        self._shown_at = self._clock.monotonic()

    @property
    def settled(self) -> bool:
        """Whether the dialog has stood long enough to have been read."""
        return not self._guarded or self._clock.monotonic() - self._shown_at >= TYPED_AHEAD

    def on_key(self, event: Key) -> None:
        """Drop an Enter or space that was typed ahead."""
        if event.key in ("enter", "space") and not self.settled:
            event.stop()
            event.prevent_default()
