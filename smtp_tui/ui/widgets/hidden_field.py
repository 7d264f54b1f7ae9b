"""A field of a form for what is typed unseen and kept nowhere."""

from __future__ import annotations

from textual.widgets import Input

from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.pasting import Paste
from smtp_tui.ui.widgets.secret_input import SecretInput
from smtp_tui.ui.widgets.visible import visible


class HiddenField(Field):
    """A field for a password or token."""

    def __init__(self, name: str, *, label: str, hint: str, takes: Paste = Paste.PASSWORD) -> None:
        super().__init__(name, "", label=label, hint=hint)
        self._takes = takes

    def make_input(self) -> Input:
        """Typed unseen, and not to be copied out."""
        return SecretInput(placeholder=visible(self._hint), takes=self._takes)
