"""The keys of the screen it was opened on, searchable, with reasons where one is not possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.ui.actions import APP_ACTIONS, BY_ID, Action, Place, Situation, unavailable
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.widgets.inputs import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText

MOVING = (
    ("j k ↑ ↓", "Move the cursor"),
    ("g G", "First and last row"),
    ("PgUp PgDn", "A page up or down"),
    ("space", "Mark the row and go on"),
)
ALWAYS = (
    "app.command_palette",
    *(one for one in APP_ACTIONS if one != "app.mailbox"),
    "app.back",
)


class HelpScreen(Dialog[None]):
    """Typing narrows; esc leaves."""

    BOX_TITLE = "Help"
    BODY = "#help-keys"
    DEFAULT_CSS = """
    HelpScreen > #box { height: 100%; }
    HelpScreen #help-filter { height: 1; }
    HelpScreen #help-keys { height: 1fr; }
    HelpScreen #help-text { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back"),
    ]

    def __init__(
        self, action_ids: tuple[str, ...], situation: Situation, chosen: Mapping[str, Action]
    ) -> None:
        super().__init__()
        ids = dict.fromkeys((*action_ids, *ALWAYS))
        self._actions = tuple(chosen.get(one, BY_ID[one]) for one in ids)
        self._situation = situation

    def compose_box(self) -> Iterable[Widget]:
        """Search field, keys, and what is good to know."""
        yield TextInput(placeholder="search the keys", id="help-filter", takes=Paste.WORDS)
        with VerticalScroll(id="help-keys", can_focus=False):
            yield PlainText("", id="help-text")
        yield PlainText(f"↑ ↓ scroll · {self.cancel_key} back", classes="hint")

    def on_mount(self) -> None:
        """Ready to search."""
        self.query_one("#help-filter", Input).focus()

    def on_resize(self) -> None:
        """Wrap to the width there is."""
        self._show(self.query_one("#help-filter", Input).value)

    @on(Input.Changed, "#help-filter")
    def search(self, event: Input.Changed) -> None:
        """Show only what holds the words."""
        self._show(event.value)

    def _show(self, text: str) -> None:
        words = text.casefold().split()
        lines: list[Content] = []
        for place in Place:
            found = [one for one in self._actions if one.place is place and _holds(one, words)]
            if found:
                lines += [Content.styled(place.value, "bold"), *map(self._line, found), Content("")]
        moving = [one for one in MOVING if all(word in one[1].casefold() for word in words)]
        if moving:
            lines.append(Content.styled("In a list", "bold"))
            lines += [Content(f"  {keys:<11} {text}") for keys, text in moving]
            lines.append(Content(""))
        if not words:
            lines.append(Content.styled("Good to know", "bold"))
            lines.append(Content(NOTES))
        self.query_one("#help-text", PlainText).update(
            Content("\n").join(lines) if lines else "No key is about that."
        )

    def _line(self, action: Action) -> Content:
        reason = unavailable(action.id, self._situation)
        width = max(40, self.query_one("#help-keys").size.width - 2)
        text = _wrapped(f"{action.label}: {action.help}", f"  {action.key_display:<11} ", width)
        if reason:
            text += "\n" + _wrapped(f"Not now: {reason}", " " * 14, width)
        return Content.styled(text, "dim") if reason else Content(text)


NOTES = """\
  Every write is reviewed first, and only what changed is sent.
  The record is read again just before a write. The vendor has no version
  field, so a change in the very same moment cannot be seen.
  A test mail that is ACCEPTED was taken by a mail server; nobody here can
  know whether it was delivered."""


def _wrapped(words: str, start: str, width: int) -> str:
    return fill(
        words, width, initial_indent=start, subsequent_indent=" " * 14, break_long_words=False
    )


def _holds(action: Action, words: list[str]) -> bool:
    text = f"{action.label} {action.help} {action.key_display}".casefold()
    return all(word in text for word in words)
