"""The review before a write: what changes, the exact request, and where it goes.

The request shown is the very value that is sent when this dialog says yes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.curl import curl_line
from smtp_tui.api.requests import Request
from smtp_tui.api.target import Access
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.request_view import request_text
from smtp_tui.ui.screens.base import Dialog, where_line
from smtp_tui.ui.session import Session
from smtp_tui.ui.text import clean
from smtp_tui.ui.widgets.bars import PlainText


@dataclass(frozen=True, slots=True)
class Review:
    """What is to be confirmed: a title, the record's name, its changes in words, the request."""

    title: str
    record_name: str
    changes: tuple[str, ...]
    request: Request
    notes: tuple[str, ...] = ()


class ReviewDialog(Dialog[bool]):
    """Starts on Apply; in a protected profile the record's name has to be typed first."""

    DEFAULT_CSS = """
    ReviewDialog #request { height: auto; max-height: 14; margin-top: 1; }
    ReviewDialog .changes { margin-top: 1; }
    """
    ACTIONS = ("dialog.cancel", "dialog.copy")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("right", "app.focus_next", show=False),
        Binding("left", "app.focus_previous", show=False),
    ]

    def __init__(self, session: Session, review: Review) -> None:
        super().__init__()
        self._session = session
        self._review = review
        self._protected = session.target.access is Access.PROTECTED

    @property
    def title_text(self) -> str:
        """What is asked."""
        return self._review.title

    def compose_box(self) -> Iterable[Widget]:
        """Where, the changes, notes, the request, and the two answers."""
        review = self._review
        yield PlainText(where_line(self._session))
        changes = [Content.styled(f"~ {clean(one)}", "bold") for one in review.changes]
        notes = [Content(f"  {clean(one)}") for one in review.notes]
        yield PlainText(Content("\n").join([*changes, *notes]), classes="changes")
        yield PlainText(request_text(self._session.target, review.request), id="request")
        if self._protected:
            name = clean(review.record_name, 60)
            yield PlainText(f"This profile is protected. Type the record's name: {name}")
            yield Input(id="name", compact=True)
        with Horizontal(classes="row"):
            yield Button("Apply", id="apply", compact=True, variant="primary")
            yield Button("Back", id="back", compact=True)
        yield PlainText("Enter applies · esc back to the form · y copies as curl", classes="hint")

    def on_mount(self) -> None:
        """Start on Apply, or on the name where it has to be typed."""
        apply = self.query_one("#apply", Button)
        if self._protected:
            apply.disabled = True
            self.query_one("#name", Input).focus()
        else:
            apply.focus()

    @on(Input.Changed, "#name")
    def compare_name(self, event: Input.Changed) -> None:
        """Allow Apply only for the very name."""
        event.stop()
        self.query_one("#apply", Button).disabled = event.value != self._review.record_name

    @on(Input.Submitted, "#name")
    def apply_typed(self, event: Input.Submitted) -> None:
        """Enter in the name applies when the name is right."""
        event.stop()
        if event.value == self._review.record_name:
            self.dismiss(True)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Tell the one who asked."""
        event.stop()
        self.dismiss(event.button.id == "apply")

    def action_cancel(self) -> None:
        """Back to the form as it was."""
        self.dismiss(False)

    def action_copy(self) -> None:
        """Copy the request as curl."""
        self.app.copy_to_clipboard(curl_line(self._session.target, self._review.request))
        self.notify("Sent to your terminal's clipboard as curl; secrets stand as variables.")
