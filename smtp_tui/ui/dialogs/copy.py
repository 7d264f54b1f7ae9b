"""Copying to the terminal's clipboard: choose a form, see the exact text, send it.

A terminal may refuse silently. So the text can be shown plainly too: outside the screen, without
borders, where the terminal's own selection takes it unchanged.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.widget import Widget

from smtp_tui.text import clean_block
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, opens_screen
from smtp_tui.ui.messages import tell
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import About, Kind


class CopyDialog(Dialog[None]):
    """Tab shows the next form; Enter or y sends it to the terminal's clipboard; v shows it.

    ``forms`` are the texts by the label of their form.
    """

    TITLE = "Copy"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("tab,right,down,j", "step(1)", "Next form"),
        Binding("shift+tab,left,up,k", "step(-1)", "Form before"),
        Binding("enter,y", "send", "Copy"),
        Binding("v", "plain", "Show plainly"),
    ]

    def __init__(self, forms: Mapping[str, str]) -> None:
        super().__init__()
        self._forms = tuple(forms.items())
        self._at = 0
        self._labels, self._text = PlainText(), PlainText(classes="row -auto")

    def compose_box(self) -> Iterable[Widget]:
        """The forms, and the text of the chosen one."""
        yield from (self._labels, self._text)
        tab = "tab chooses · " if len(self._forms) > 1 else ""
        yield PlainText(
            f"{tab}Enter copies · v shows it plainly · {self.cancel_key} back", classes="hint"
        )

    def on_mount(self) -> None:
        """Show the first form."""
        self._show()

    def _show(self) -> None:
        labels = "  ".join(
            f"[{label}]" if position == self._at else f" {label} "
            for position, (label, _) in enumerate(self._forms)
        )
        self._labels.update(labels)
        self._text.update(clean_block(self._forms[self._at][1]))

    def action_step(self, by: int) -> None:
        """Go to another form."""
        self._at = (self._at + by) % len(self._forms)
        self._show()

    def action_send(self) -> None:
        """Send the text to the terminal, whose driver tells how it was sent."""
        self.app.copy_to_clipboard(self._forms[self._at][1])
        self.dismiss(None)

    @opens_screen
    async def action_plain(self) -> None:
        """Show the text outside the screen until Enter, ctrl+c or the end of the input."""
        try:
            with self.app.suspend():
                await _shown_until_enter(clean_block(self._forms[self._at][1]))
        except SuspendNotSupported:
            words = "This terminal cannot show it outside the screen."
            tell(self, words, about=About.TERMINAL, kind=Kind.WARNING)


GO_ON: Final = "Enter goes back to smtp-tui."


async def _shown_until_enter(text: str) -> None:
    """Show the text and wait for a line at the terminal, without blocking the event loop."""
    loop, pressed = asyncio.get_running_loop(), asyncio.Event()
    descriptor = sys.stdin.fileno()
    before = signal.getsignal(signal.SIGINT)
    loop.add_reader(descriptor, pressed.set)
    loop.add_signal_handler(signal.SIGINT, pressed.set)
    try:
        print(f"\n{text}\n\n{GO_ON}", flush=True)
        await pressed.wait()
        if os.isatty(descriptor):
            termios.tcflush(descriptor, termios.TCIFLUSH)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
        loop.remove_reader(descriptor)
