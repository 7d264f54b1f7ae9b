"""The screens and dialogs of the program: how each is opened from the connections, and left."""

import re
from dataclasses import dataclass

from tests.e2e.program import listed, says
from tests.e2e.terminal import Terminal


@dataclass(frozen=True)
class Screen:
    """One of them: the keys that open it, what stands on it, and the keys back."""

    name: str
    opening: tuple[str, ...]
    ready: "re.Pattern[str]"
    back: tuple[str, ...] = ("esc",)

    def open(self, terminal: Terminal) -> str:
        """Open it from the connections; returns what stands there once it is at rest."""
        terminal.press(*self.opening)
        terminal.wait_for(self.ready)
        terminal.wait_quiet(0.5)
        return standing(terminal)

    def leave(self, terminal: Terminal) -> None:
        """Go back to the connections."""
        terminal.press(*self.back)
        terminal.wait_for(CONNECTIONS)
        terminal.wait_quiet(0.2)


CONNECTIONS = listed("PRIMARY", "SECONDARY")
SCREENS = (
    Screen("connections", (), CONNECTIONS, ()),
    Screen("a filter", ("/", "s"), says("SECONDARY", "filter")),
    Screen("a record", ("enter",), says("Created", "Edit")),
    Screen("a form", ("e",), says("Edit PRIMARY", "ctrl+s")),
    Screen("a password field", ("e", "tab", "tab", "tab"), says("Edit PRIMARY", "ctrl+n")),
    Screen("a new record", ("n",), says("New connection", "Name")),
    Screen("the presets", ("n", "ctrl+g"), says("Gmail"), ("esc", "esc")),
    Screen("a question", ("d",), says("Delete PRIMARY?")),
    Screen("a test dialog", ("t",), says("Test email", "enter Send")),
    Screen("a copy", ("y",), says("Show the text")),
    Screen("help", ("?",), says("search the keys")),
    Screen("activity", ("a",), says("Activity")),
    Screen("journal", ("A",), says("Journal")),
    Screen("the commands", (":",), says("Search for commands")),
    Screen("profiles", ("p",), says("this session only")),
    Screen("a check", ("p", "x"), says("heck again"), ("esc", "esc")),
    Screen("a new profile", ("p", "n"), says("Host", "ctrl+s"), ("esc", "esc")),
)
"""The screens of the program; each stands still while nobody touches it."""


def standing(terminal: Terminal) -> str:
    """What stands on the terminal, without what counts the time, and the frame that gives way."""
    return re.sub(r"\d+(?:\.\d+)? ?m?s\b|─+", "s", terminal.screen_text())
