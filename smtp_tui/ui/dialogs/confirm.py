"""A question before something typed or kept is thrown away: starts on Cancel."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from smtp_tui.api.clock import Clock
from smtp_tui.ui.base import GuardedDialog
from smtp_tui.ui.widgets.plain_text import PlainText, harmless


class ConfirmDialog(GuardedDialog[bool]):
    """Names what will be lost; only moving to the button and Enter does it."""

    def __init__(self, title: str, body: Content, verb: str, clock: Clock) -> None:
        super().__init__(clock)
        self._title = title
        self._body = body
        self._verb = verb

    @property
    def title_text(self) -> str:
        """What is asked."""
        return self._title

    def compose_box(self) -> Iterable[Widget]:
        """What it is about, and the two answers."""
        yield PlainText(self._body)
        with Horizontal(classes="row"):
            yield Button("Cancel", id="cancel", compact=True)
            yield Button(harmless(self._verb), id="do", compact=True)
        yield PlainText(f"tab moves · Enter chooses · {self.cancel_key} cancels", classes="hint")

    def on_mount(self) -> None:
        """Start on Cancel."""
        self.query_one("#cancel", Button).focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Tell the one who asked."""
        event.stop()
        if self.settled:
            self.dismiss(event.button.id == "do")

    def action_cancel(self) -> None:
        """Back, with nothing done."""
        self.dismiss(False)
