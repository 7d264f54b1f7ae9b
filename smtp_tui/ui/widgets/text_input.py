"""A line to type into, as every screen has it."""

from __future__ import annotations

from textual.widgets import Input

from smtp_tui.ui.widgets.visible import VisibleText, visible


class TextInput(Input):
    """Shows what cannot be seen by stand-ins; its cursor stands still, so that idling is silent."""

    def __init__(self, value: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            value,
            placeholder=visible(placeholder),
            id=id,
            compact=True,
            highlighter=VisibleText(),
        )
        self.cursor_blink = False
