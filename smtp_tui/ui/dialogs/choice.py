"""A question with several answers, one a line; esc changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from smtp_tui.api.clock import Clock
from smtp_tui.ui.base import GuardedDialog
from smtp_tui.ui.widgets.plain_text import PlainText, harmless


class ChoiceDialog(GuardedDialog[str]):
    """``choices`` are (answer, label); the cursor starts on the first, esc means ``escape``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "app.focus_next", show=False),
        Binding("up,k", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    ChoiceDialog #choices-title { margin-bottom: 1; }
    """

    def __init__(
        self,
        title: str,
        body: Content,
        choices: tuple[tuple[str, str], ...],
        clock: Clock,
        *,
        escape: str,
    ) -> None:
        super().__init__(clock)
        self._title = title
        self._body = body
        self._choices = choices
        self._escape = escape

    @property
    def title_text(self) -> str:
        """What is asked."""
        return self._title

    def compose_box(self) -> Iterable[Widget]:
        """What it is about, and the answers."""
        yield PlainText(self._body, id="choices-title")
        for answer, label in self._choices:
            yield Button(harmless(label), id=answer, compact=True)
        yield PlainText(f"↑ ↓ move · Enter chooses · {self.cancel_key} goes back", classes="hint")

    def on_mount(self) -> None:
        """Start on the first."""
        self.query(Button).first().focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Tell the one who asked."""
        event.stop()
        if self.settled:
            self.dismiss(event.button.id or self._escape)

    def action_cancel(self) -> None:
        """Back, with nothing done."""
        self.dismiss(self._escape)
