"""The help: the keys of the screen below, and the pages that come with the program."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from textwrap import fill
from typing import Any, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus, Key, Resize
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.help.pages import TOPICS, page, parts, plain, wrapped
from smtp_tui.text import cell_width, padded
from smtp_tui.ui.actions import APP_ACTIONS, IN_A_LIST, Action, Place, Situation
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.keymap import with_keys
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, harmless

_EVERYWHERE: Final = (
    "app.command_palette",
    *(action_id for action_id in APP_ACTIONS if action_id != "app.mailbox"),
    "app.back",
)
_HEADER: Final = (
    "Environment and name of the profile, host, tenant, team, access, and the time that the token"
    " has left."
)
_NOTES: Final = """\
  Every write is reviewed first, and only changes are sent.
  The record is read again just before a write. The API has no version field,
  so a change by someone else at the same moment cannot be detected.
  ACCEPTED means that a mail server accepted the test email. Whether it was
  delivered is unknown."""
_INDENT, _WIDE_INDENT = 14, 24
"""Cells before the text of an action: the keys stand there, all of them where there is room."""


class _SearchField(TextInput):
    """The search of the help. While nothing is typed, q goes back, and / is not typed."""

    class Left(Message):
        """The help is to be closed."""

    def on_key(self, event: Key) -> None:
        """Take the key before it is typed."""
        if event.key in ("q", "slash") and not self.value:
            event.stop()
            event.prevent_default()
            if event.key == "q":
                self.post_message(self.Left())


class HelpScreen(Dialog[None]):
    """The keys of the screen that it was opened from, and after them the pages of help.

    What is typed is searched for in all of them. Enter ends the typing: then letters are keys.
    """

    TITLE = "Help"
    BODY = "#help-keys"
    WIDTH = 96
    DEFAULT_CSS = """
    HelpScreen > #box { height: 100%; }
    HelpScreen #help-keys { height: 1fr; margin-top: 1; overflow-y: scroll; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Back"),
        Binding("q", "close", "Back"),
        Binding("slash", "search", "Search"),
        Binding("tab", "turn(1)", "Next page"),
        Binding("shift+tab", "turn(-1)", "Previous page"),
    ]

    def __init__(
        self, screen: Screen[Any], action_ids: tuple[str, ...], situation: Situation
    ) -> None:
        super().__init__()
        self._actions = with_keys(screen, dict.fromkeys((*action_ids, *_EVERYWHERE)))
        self._situation = situation
        self._field = _SearchField(
            placeholder="search the keys and the pages of help", takes=Paste.WORDS
        )
        self._text = PlainText()
        self._topics = ("", *TOPICS)
        self._pages = dict.fromkeys(TOPICS, "")

    def compose_box(self) -> Iterable[Widget]:
        """Search field and keys, all in the first frame."""
        self._text.update(self._entries())
        yield self._field
        with VerticalScroll(id="help-keys", can_focus=False):
            yield self._text

    def on_mount(self) -> None:
        """Read the pages, which may be searched for."""
        self._read()

    @work(group="help", description="read the pages of help")
    async def _read(self) -> None:
        self._pages = await asyncio.to_thread(lambda: {each: plain(page(each)) for each in TOPICS})
        if self._field.value or self._topics[0]:
            self.show_entries()

    def keys(self) -> Iterable[tuple[str, str]]:
        """Scroll, search, turn and go back; q is a letter while something is typed."""
        turn = ("tab", f"To {self._topics[1] or 'keys'}")
        if not self._field.value:
            return (("↑ ↓", "Scroll"), ("/", "Search"), turn, (f"q {self.cancel_key}", "Back"))
        if self._field.has_focus:
            return (("↑ ↓", "Scroll"), ("enter", "End typing"), (self.cancel_key, "Clear"))
        return (("↑ ↓", "Scroll"), ("/", "Search"), (self.cancel_key, "Clear"), ("q", "Back"))

    @on(_SearchField.Left)
    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)

    def action_cancel(self) -> None:
        """Clear the search; back where nothing is typed."""
        if self._field.value:
            self._field.value = ""
            self._field.focus()
        else:
            self.dismiss(None)

    def action_search(self) -> None:
        """Go to the search."""
        self._field.focus()

    @on(Input.Submitted)
    def end_typing(self) -> None:
        """Let letters be keys again."""
        self.set_focus(None)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def show_other_keys(self) -> None:
        """Show the keys that work now."""
        self.show_keys()

    @on(Input.Changed)
    def show_from_the_top(self) -> None:
        """Show what holds other words."""
        self.show_entries()
        self.query_one(self.BODY, VerticalScroll).scroll_home(animate=False)

    @on(Resize)
    def show_entries(self) -> None:
        """Show what holds the words, wrapped to the width."""
        self.show_keys()
        self._text.update(self._entries())

    def action_turn(self, pages: int) -> None:
        """Turn to another page; after the last one come the keys."""
        self._topics = (*self._topics[pages:], *self._topics[:pages])
        topic = self._topics[0]
        title = f"Help · {topic}" if topic else "Help"
        self.query_one("#box").border_title = harmless(title)
        self._field.value = ""
        self._field.focus()
        self.show_from_the_top()

    def _entries(self) -> Content:
        words = self._field.value.casefold().split()
        width = max(40, min(self.WIDTH, self.app.size.width) - 8)  # frame, padding, scroll bar
        if self._topics[0] and not words:
            return _paragraphs(self._pages[self._topics[0]], words, width)
        found = self._keys_with(words, width)
        for topic, text in self._pages.items():
            if words and (shown := _paragraphs(text, words, width)):
                found += [Content.styled(f"Help · {topic}", "bold $accent"), shown, Content("")]
        return Content("\n").join(found or [Content("Nothing found in the help")])

    def _keys_with(self, words: list[str], width: int) -> list[Content]:
        """The keys whose entries hold the words, by section."""
        sections: dict[str, list[Content]] = {place.value: [] for place in Place}
        for action in self._actions:
            sections[action.place.value].append(self._action(action, width))
        sections["In a list"] = [_entry(keys, what, width) for keys, what in IN_A_LIST]
        sections["The header"] = [_entry("", _HEADER, width)]
        sections["Good to know"] = [Content(_NOTES)]
        lines: list[Content] = []
        for title, entries in sections.items():
            found = [entry for entry in entries if _holds(entry.plain, words)]
            if found:
                lines += [Content.styled(title, "bold"), *found, Content("")]
        return lines

    def _action(self, action: Action, width: int) -> Content:
        reason = action.unavailable(self._situation)
        entry = _entry(action.key_display, f"{action.label}: {action.help}", width)
        if reason is None:
            return entry
        return Content("\n").join([entry, _entry("", f"Not now: {reason}", width)]).stylize("dim")


def _entry(keys: str, words: str, width: int) -> Content:
    """Return keys and what they do, wrapped to the width; keys that need it have a line alone."""
    indent = _INDENT if width < 80 else _WIDE_INDENT
    start, rest = padded(f"  {keys}", indent - 1) + " ", " " * indent
    first = start if cell_width(start) == indent else rest
    text = fill(words, width, initial_indent=first, subsequent_indent=rest, break_long_words=False)
    if first is rest:
        text = f"{start}\n{text}"
    return Content(text).stylize("bold $accent", 0, len(start))


def _paragraphs(text: str, words: list[str], width: int) -> Content:
    """A page, or what of it holds the words, blank if nothing; its headings are bold."""
    found = [each for each in parts(text) if _holds(each, words)] if words else text.split("\n\n")
    shown = [
        Content.styled(each.lstrip("# "), "bold")
        if each.startswith("#")
        else Content(wrapped(each, width))
        for each in found
    ]
    return Content("\n\n").join(shown)


def _holds(text: str, words: list[str]) -> bool:
    flat = " ".join(text.casefold().split())
    return all(word in flat for word in words)
