"""A question before something is destroyed: starts on Cancel, and takes no Enter typed ahead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.clock import Clock
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.screens.base import Dialog
from smtp_tui.ui.text import clean
from smtp_tui.ui.widgets.bars import PlainText

TYPED_AHEAD: Final = 0.4
"""Seconds in which an Enter was typed before the question could be read."""


class ConfirmDialog(Dialog[bool]):
    """Names what will be destroyed and where; only moving to the button and Enter does it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("right,down", "app.focus_next", show=False),
        Binding("left,up", "app.focus_previous", show=False),
    ]

    def __init__(
        self,
        title: str,
        body: Content,
        verb: str,
        clock: Clock,
        *,
        where: Content | None = None,
        type_name: str | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        self._body = body
        self._verb = verb
        self._where = where
        self._type_name = type_name
        self._clock = clock
        self._shown_at = clock.monotonic()

    @property
    def title_text(self) -> str:
        """What is asked."""
        return self._title

    def compose_box(self) -> Iterable[Widget]:
        """Where, what, and the two answers."""
        if self._where is not None:
            yield PlainText(self._where)
            yield PlainText("")
        yield PlainText(self._body)
        if self._type_name is not None:
            yield PlainText(f"This profile is protected. Type the name: {clean(self._type_name)}")
            yield Input(id="name", compact=True)
        with Horizontal(classes="row"):
            yield Button("Cancel", id="cancel", compact=True)
            yield Button(self._verb, id="do", compact=True, variant="error")
        yield PlainText("tab moves · Enter chooses · esc cancels", classes="hint")

    def on_mount(self) -> None:
        """Start on Cancel."""
        self._shown_at = self._clock.monotonic()
        self.query_one("#cancel", Button).focus()
        if self._type_name is not None:
            self.query_one("#do", Button).disabled = True

    @on(Input.Changed, "#name")
    def compare_name(self, event: Input.Changed) -> None:
        """Allow the deed only for the very name."""
        event.stop()
        self.query_one("#do", Button).disabled = event.value != self._type_name

    def on_key(self, event: Key) -> None:
        """Drop an Enter that was typed before the question stood there."""
        if event.key == "enter" and self._clock.monotonic() - self._shown_at < TYPED_AHEAD:
            event.stop()
            event.prevent_default()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Tell the one who asked."""
        event.stop()
        if self._clock.monotonic() - self._shown_at >= TYPED_AHEAD:
            self.dismiss(event.button.id == "do")

    def action_cancel(self) -> None:
        """Back, with nothing done."""
        self.dismiss(False)
