"""The secrets of a plan, which nothing stores: each is typed once, for all records that get it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.secret import SecretStr, is_mask
from smtp_tui.text import cell_width
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field, Paste
from smtp_tui.ui.widgets.plain_text import PlainText

LABEL_CELLS: Final = 46
"""The most cells of the words for a secret."""


class SecretsDialog(Dialog[Mapping[int, SecretStr] | None]):
    """Asks once for each secret of a plan; a blank one is left out. ``words`` say why it asks."""

    TITLE = "Secrets of the plan"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("dialog.cancel"), *FIELD_KEYS]

    def __init__(self, secrets: Mapping[int, str], words: str) -> None:
        super().__init__()
        self._words = words
        self._fields = {
            number: Field(f"secret {number}", "", label=words, takes=Paste.PASSWORD)
            for number, words in secrets.items()
        }
        longest = max(cell_width(words) for words in secrets.values())
        for field in self._fields.values():
            field.label_cells = min(longest, LABEL_CELLS)

    def compose_box(self) -> Iterable[Widget]:
        """A field for each."""
        yield PlainText(self._words)
        yield from self._fields.values()
        yield PlainText("", classes="said")

    def keys(self) -> Iterable[tuple[str, str]]:
        """On, or back."""
        return (("enter", "Next"), (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Start on the first."""
        self.set_focus(next(iter(self._fields.values())).input)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Go to the next field; from the last one go on."""
        event.stop()
        *_, last = self._fields.values()
        if not last.has_focus_within:
            self.focus_next()
        elif any(is_mask(field.text) for field in self._fields.values() if field.text):
            self.say("This is the mask, not the secret.")
        else:
            self.dismiss(
                {
                    number: SecretStr(field.text)
                    for number, field in self._fields.items()
                    if field.text
                }
            )
