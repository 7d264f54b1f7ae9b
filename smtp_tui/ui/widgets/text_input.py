"""A line to type into, as every screen has it."""

from __future__ import annotations

from smtp_tui.ui.widgets.pasting import LineInput, Paste
from smtp_tui.ui.widgets.visible import VisibleText


class TextInput(LineInput):
    """Shows what cannot be seen by stand-ins."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,
        takes: Paste = Paste.TEXT,
    ) -> None:
        super().__init__(value, placeholder, id=id, takes=takes)
        self.highlighter = VisibleText()
