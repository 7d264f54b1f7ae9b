"""The keys of the screen below, searchable, and why one is not possible now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import fill
from typing import ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.text import padded
from smtp_tui.ui.actions import APP_ACTIONS, BY_ID, Action, Place, Situation, unavailable
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText

_IN_A_LIST: Final = (
    ("j k ↑ ↓", "Move the cursor"),
    ("g G", "First and last row"),
    ("PgUp PgDn", "A page up or down"),
    ("space", "Mark the row and go on"),
)
_EVERYWHERE: Final = (
    "app.command_palette",
    *(action_id for action_id in APP_ACTIONS if action_id != "app.mailbox"),
    "app.back",
)
_NOTES: Final = """\
  Every write is reviewed first, and only what changed is sent.
  The record is read again just before a write. The vendor has no version
  field, so a change in the very same moment cannot be seen.
  A test mail that is ACCEPTED was taken by a mail server; nobody here can
  know whether it was delivered."""
_INDENT: Final = 14
"""Cells before the text of an action: the keys stand there."""


class HelpScreen(Dialog[None]):
    """``chosen`` are the actions that have other keys than by default."""

    TITLE = "Help"
    BODY = "#help-keys"
    DEFAULT_CSS = """
    HelpScreen > #box { height: 100%; }
    HelpScreen #help-filter { height: 1; }
    HelpScreen #help-keys { height: 1fr; }
    HelpScreen #help-text { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Back")]

    def __init__(
        self, action_ids: tuple[str, ...], situation: Situation, chosen: Mapping[str, Action]
    ) -> None:
        super().__init__()
        ids = dict.fromkeys((*action_ids, *_EVERYWHERE))
        self._actions = tuple(chosen.get(action_id, BY_ID[action_id]) for action_id in ids)
        self._situation = situation
        self._field = TextInput(placeholder="search the keys", id="help-filter", takes=Paste.WORDS)
        self._text = PlainText(id="help-text")

    def compose_box(self) -> Iterable[Widget]:
        """Search field, keys, hint."""
        yield self._field
        with VerticalScroll(id="help-keys", can_focus=False):
            yield self._text
        yield PlainText(f"↑ ↓ scroll · {self.cancel_key} back", classes="hint")

    def on_mount(self) -> None:
        """Search with the first key."""
        self._field.focus()

    @on(Resize)
    @on(Input.Changed)
    def show_keys(self) -> None:
        """Show what holds the words, wrapped to the width."""
        words = self._field.value.casefold().split()
        sections = [
            (place.value, [self._action(each) for each in self._actions if each.place is place])
            for place in Place
        ]
        sections.append(("In a list", [Content(_line(*each)) for each in _IN_A_LIST]))
        lines: list[Content] = []
        for title, entries in sections:
            found = [each for each in entries if _holds(each.plain, words)]
            if found:
                lines += [Content.styled(title, "bold"), *found, Content("")]
        if not words:
            lines += [Content.styled("Good to know", "bold"), Content(_NOTES)]
        self._text.update(Content("\n").join(lines) if lines else "No key is about that.")

    def _action(self, action: Action) -> Content:
        reason = unavailable(action.id, self._situation)
        width = max(40, self._field.size.width - 2)
        text = _line(action.key_display, f"{action.label}: {action.help}", width)
        if reason is None:
            return Content(text)
        return Content.styled(f"{text}\n{_line('', f'Not now: {reason}', width)}", "dim")


def _line(keys: str, words: str, width: int = 80) -> str:
    start, rest = padded(f"  {keys}", _INDENT - 1) + " ", " " * _INDENT
    return fill(words, width, initial_indent=start, subsequent_indent=rest, break_long_words=False)


def _holds(text: str, words: list[str]) -> bool:
    flat = " ".join(text.casefold().split())
    return all(word in flat for word in words)
