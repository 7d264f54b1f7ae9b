"""Copying: choose the form, see the very text, and have it sent to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from smtp_tui.ui.actions import bindings
from smtp_tui.ui.screens.base import Dialog
from smtp_tui.ui.text import clean_block
from smtp_tui.ui.widgets.bars import PlainText


@dataclass(frozen=True, slots=True)
class Copyable:
    """One form of what can be copied."""

    label: str
    text: str


class CopyDialog(Dialog[None]):
    """Tab shows the next form; Enter or y sends it to the clipboard by the terminal (OSC 52)."""

    BOX_TITLE = "Copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("tab,right,down,j", "step(1)", "Next form"),
        Binding("shift+tab,left,up,k", "step(-1)", "Form before"),
        Binding("enter,y", "send", "Copy"),
    ]

    def __init__(self, forms: tuple[Copyable, ...]) -> None:
        super().__init__()
        self._forms = forms
        self._at = 0

    def compose_box(self) -> Iterable[Widget]:
        """The forms, and the text of the chosen one."""
        yield PlainText("", id="forms")
        yield PlainText("", id="copy-text", classes="row -auto")
        yield PlainText("tab chooses · Enter copies by the terminal · esc back", classes="hint")

    def on_mount(self) -> None:
        """Show the first form."""
        self._show()

    def _show(self) -> None:
        names = "  ".join(
            f"[{form.label}]" if position == self._at else f" {form.label} "
            for position, form in enumerate(self._forms)
        )
        self.query_one("#forms", PlainText).update(names)
        self.query_one("#copy-text", PlainText).update(clean_block(self._forms[self._at].text))

    def action_step(self, by: int) -> None:
        """Another form."""
        self._at = (self._at + by) % len(self._forms)
        self._show()

    def action_send(self) -> None:
        """Send the text to the terminal, which may or may not take it."""
        self.app.copy_to_clipboard(self._forms[self._at].text)
        self.notify(f"{self._forms[self._at].label}: sent to the terminal's clipboard (OSC 52).")
        self.dismiss(None)
