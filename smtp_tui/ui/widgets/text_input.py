"""A line to type into, as every screen has it."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from smtp_tui.ui.widgets.pasting import BadPaste, Paste, PasteRefused, one_line
from smtp_tui.ui.widgets.visible import VisibleText, visible


class TextInput(Input):
    """Shows what cannot be seen by stand-ins; its cursor stands still, so that idling is silent."""

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,
        takes: Paste = Paste.TEXT,
    ) -> None:
        super().__init__(
            value,
            placeholder=visible(placeholder),
            id=id,
            compact=True,
            highlighter=VisibleText(),
        )
        self.cursor_blink = False
        self.takes = takes

    def on_paste(self, event: events.Paste) -> None:
        """Take a pasted text as it was meant, or refuse it and keep what stands here."""
        event.stop()
        event.prevent_default()
        try:
            line = one_line(event.text, self.takes)
        except BadPaste as error:
            self.post_message(PasteRefused(str(error)))
        else:
            self.replace(line, *self.selection)
