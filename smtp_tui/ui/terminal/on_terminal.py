"""The app's side of its terminal: what stands on it, and what it has to say."""

from __future__ import annotations

from textual import on
from textual.driver import Driver

from smtp_tui.ui.messages import MessagesApp
from smtp_tui.ui.terminal.driver import TerminalDriver, Told
from smtp_tui.ui.terminal.painted import Painted
from smtp_tui.workflows.operator import About, Kind


class OnTerminal(MessagesApp):
    """An app that knows what it has painted, ``painted``, which its driver asks and keeps.

    ``enhanced_keyboard`` says, before it runs, whether the terminal is to report keys exactly.
    """

    def __init__(self) -> None:
        # The terminal's own colours from the start: without them NO_COLOR paints black on black.
        super().__init__(driver_class=TerminalDriver, ansi_color=True)
        self.painted = Painted()
        self.enhanced_keyboard = False

    def on_told(self, event: Told) -> None:
        """What the terminal has to say."""
        kind = Kind.WARNING if event.bad else Kind.PLAIN
        self.tell(event.words, about=About.TERMINAL, kind=kind)

    @on(Driver.SignalResume)
    def redraw_after_suspend(self) -> None:
        """The shell wrote over the screen, or the terminal gave back an empty one."""
        self.action_redraw()

    def action_redraw(self) -> None:
        """Send the whole screen, whatever another program wrote over it."""
        self.painted.forget()
        self.refresh()
