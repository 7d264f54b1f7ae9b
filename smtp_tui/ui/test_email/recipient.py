"""Where a test mail goes: one address, checked while it is typed."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.ui.widgets.inputs import PasteRefused, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText


class RecipientField(Vertical):
    """Label, input, and under it what is to be said of the address."""

    DEFAULT_CSS = """
    RecipientField { height: auto; }
    RecipientField Horizontal { height: 1; }
    RecipientField .label { width: 13; }
    RecipientField Input { width: 1fr; height: 1; }
    RecipientField Input:focus { text-style: underline; }
    RecipientField .note { display: none; padding-left: 13; }
    RecipientField .note.-shown { display: block; }
    """

    def __init__(self, address: str) -> None:
        super().__init__()
        self._first = address

    def compose(self) -> Iterable[Widget]:
        """The line and the note."""
        with Horizontal():
            yield PlainText("Send to:", classes="label")
            yield TextInput(self._first, placeholder="recipient address")
        yield PlainText("", classes="note")

    @property
    def input(self) -> Input:
        """The input, for focus."""
        return self.query_one(Input)

    def address(self) -> str | None:
        """The address as it is sent, or None where there is none, which is then said."""
        address, remarks = parse_recipient(self.input.value.strip())
        if address is None:
            self.input.focus()
            self.note("\n".join(remark.text for remark in remarks))
        return address

    def note(self, text: str) -> None:
        """Say something under the address; an empty text takes it back."""
        note = self.query_one(".note", PlainText)
        note.update(text)
        note.set_class(bool(text), "-shown")
        if text:
            note.scroll_visible(animate=False)

    @on(PasteRefused)
    def say_refused(self, event: PasteRefused) -> None:
        """Say why a pasted text was not taken."""
        event.stop()
        self.note(event.words)

    @on(Input.Changed)
    def check(self, event: Input.Changed) -> None:
        """Say what is unusual about the address; that it is not finished is no remark."""
        event.stop()
        address, remarks = parse_recipient(event.value.strip())
        self.note("" if address is None else "\n".join(remark.text for remark in remarks))
