"""A question with a few answers, one per line; the cursor starts on the first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from smtp_tui.api.clock import Clock
from smtp_tui.ui.base import GuardedDialog
from smtp_tui.ui.widgets.plain_text import PlainText, harmless

Answer = TypeVar("Answer")


class QuestionDialog(GuardedDialog[Answer], Generic[Answer]):
    """``answers`` are pairs of an answer and its label; esc gives ``escape``."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "app.focus_next", show=False),
        Binding("up,k", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    QuestionDialog #question { margin-bottom: 1; }
    """

    def __init__(
        self,
        title: str,
        body: Content,
        answers: tuple[tuple[Answer, str], ...],
        clock: Clock,
        *,
        escape: Answer,
    ) -> None:
        super().__init__(clock)
        self.title = title
        self._body = body
        self._answers = answers
        self._escape = escape
        self._buttons = [Button(harmless(label), compact=True) for _, label in answers]

    def compose_box(self) -> Iterable[Widget]:
        """What it is about, and the answers."""
        yield PlainText(self._body, id="question")
        yield from self._buttons
        yield PlainText(f"↑ ↓ move · Enter chooses · {self.cancel_key} goes back", classes="hint")

    def on_mount(self) -> None:
        """Start on the first answer."""
        self._buttons[0].focus()

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Give the answer of the button, unless the key was typed before the dialog was drawn."""
        event.stop()
        if self.settled:
            self.dismiss(self._answers[self._buttons.index(event.button)][0])

    def action_cancel(self) -> None:
        """Go back, with nothing done."""
        self.dismiss(self._escape)


def confirm(title: str, body: Content, verb: str, clock: Clock) -> QuestionDialog[bool]:
    """Return the question before something is thrown away; it starts on Cancel."""
    return QuestionDialog(title, body, ((False, "Cancel"), (True, verb)), clock, escape=False)


def leave_unsaved(clock: Clock) -> QuestionDialog[bool]:
    """Return the question before a form without drafts is left."""
    body = Content("What was typed here is not saved.")
    answers = ((False, "Keep editing"), (True, "Discard it"))
    return QuestionDialog("Leave without saving?", body, answers, clock, escape=False)
