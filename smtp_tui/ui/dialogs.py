"""Dialogs that any screen may open: a question, what can be copied, and the keys of the screen.

A terminal may refuse silently to copy. So the text can be shown plainly too: outside the screen,
without borders, where the terminal's own selection takes it unchanged.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import termios
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from textwrap import fill
from typing import Any, ClassVar, Final, Generic, TypeVar

from textual import on, work
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.events import DescendantBlur, DescendantFocus, Key, Resize
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.clock import Clock
from smtp_tui.help.pages import TOPICS, page, parts, plain, wrapped
from smtp_tui.text import cell_width, clean, clean_block, padded
from smtp_tui.ui.actions import APP_ACTIONS, IN_A_LIST, Action, Place, Situation, bindings
from smtp_tui.ui.base import Dialog, GuardedDialog, opens_screen
from smtp_tui.ui.keymap import bound, with_keys
from smtp_tui.ui.messages import Copied, WaitLine, copy, tell
from smtp_tui.ui.theme import filled
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.json_text import json_content
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.workflows.operator import About, Kind

Answer = TypeVar("Answer")

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
_SPOKEN_FORMS: Final = {"curl": "curl line"}
"""The forms of what can be copied, where a sentence calls one by another name."""
_FOR_A_SHELL: Final = frozenset({"curl", "command", "script"})
_IN_THE_DEMO: Final = "An example: only the demo has its profile and token."
_INDENT, _WIDE_INDENT = 14, 24
"""Cells before the text of an action: the keys stand there, all of them where there is room."""


class QuestionDialog(GuardedDialog[Answer], Generic[Answer]):
    """``answers`` are pairs of an answer and its label; esc gives ``escape``.

    Those in ``danger`` destroy something. ``waits_for`` is what is waited for meanwhile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "app.focus_next", show=False),
        Binding("up,k", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    QuestionDialog #question { margin-bottom: 1; }
    """

    def __init__(
        self,
        title: str,
        body: Content,
        answers: tuple[tuple[Answer, str], ...],
        clock: Clock,
        *,
        escape: Answer,
        danger: tuple[Answer, ...] = (),
        waits_for: str = "",
    ) -> None:
        super().__init__(clock)
        self.title = title
        self._waits_for = waits_for
        self._wait_line = WaitLine(clock, lambda: self.cancel_key)
        self._waiting = ExitStack()
        self._question = PlainText(body, id="question")
        self._answers = answers
        self._escape = escape
        self._buttons = [
            Button(harmless(label), classes="-danger" if answer in danger else None, compact=True)
            for answer, label in answers
        ]
        width = max(cell_width(label) for _, label in answers) + 4
        for button in self._buttons:
            button.styles.width = width

    def compose_box(self) -> Iterable[Widget]:
        """What it is about, and the answers."""
        yield self._question
        yield self._wait_line
        yield from self._buttons

    def on_mount(self) -> None:
        """Begin to count the seconds."""
        if self._waits_for:
            wait = self._wait_line.wait(self._waits_for, None, self.action_cancel)
            self._waiting.enter_context(wait)

    def ask(self, body: Content) -> None:
        """Put the question in other words, because what it is about has changed."""
        self._question.update(body)

    def on_unmount(self) -> None:
        """Count no more."""
        self._waiting.close()

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the border says."""
        return (("↑ ↓", "Move"), ("enter", "Choose"), (self.cancel_key, "Back"))

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Give the answer of the button, unless the key was typed before the dialog was drawn."""
        event.stop()
        if self.settled:
            self.dismiss(self._answers[self._buttons.index(event.button)][0])

    def action_cancel(self) -> None:
        """Go back, with nothing done."""
        self.dismiss(self._escape)


class CopyDialog(Dialog[None]):
    """Tab shows the next form; Enter sends it to the terminal's clipboard; v shows it.

    ``forms`` are the texts by the label of their form, ``of`` is what they are of. ``action`` is
    the id of the action that opened the dialog: its key copies too, so that pressed twice it copies
    the first form at once.
    """

    WIDTH = 100
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("tab,right,down,j", "step(1)", "Next form"),
        Binding("shift+tab,left,up,k", "step(-1)", "Previous form"),
        Binding("enter", "send", "Copy"),
        Binding("v", "plain", "Show the text"),
    ]

    def __init__(self, forms: Mapping[str, str], *, of: str, action: str) -> None:
        super().__init__()
        self._forms = tuple(forms.items())
        self._of, self._action = of, action
        self.title = f"Copy {of}"
        self._at = 0
        self._labels, self._text = PlainText(), PlainText(classes="row -auto")
        self._example = PlainText(_IN_THE_DEMO, classes="hint apart")

    def compose_box(self) -> Iterable[Widget]:
        """The forms where there is a choice, the text of the chosen one, and a remark on it."""
        if len(self._forms) > 1:
            yield self._labels
        yield from (self._text, self._example)
        self._show()

    def keys(self) -> Iterable[tuple[str, str]]:
        """Choose a form, copy it, show it."""
        if len(self._forms) > 1:
            yield "tab", "Choose"
        yield from (("enter", "Copy"), ("v", "Show the text"), (self.cancel_key, "Back"))

    @property
    def _opened_by(self) -> Action:
        return bound(self.app.screen_stack[-2], self._action)

    def on_key(self, event: Key) -> None:
        """Let the key that opened the dialog copy."""
        if event.key in self._opened_by.keys.split(","):
            event.stop()
            self.action_send()

    def _show(self) -> None:
        labels = [
            Content.styled(f" {label} ", filled("selection") if position == self._at else "")
            for position, (label, _) in enumerate(self._forms)
        ]
        self._labels.update(Content(" ").join(labels))
        label, text = self._forms[self._at]
        shown = clean_block(text.rstrip("\n"))
        self._text.update(json_content(shown) if label == "JSON" else shown)
        in_demo = bool(self.app.check_action("mailbox", ()))
        self._example.display = in_demo and label in _FOR_A_SHELL

    def action_step(self, by: int) -> None:
        """Go to another form."""
        self._at = (self._at + by) % len(self._forms)
        self._show()

    def action_send(self) -> None:
        """Send the text to the terminal; what is known of its way is told."""
        label, text = self._forms[self._at]
        what = f"the {_SPOKEN_FORMS.get(label, label)} of {self._of}"
        forward, back = self._at, len(self._forms) - self._at
        steps = ["tab"] * forward if forward <= back else ["shift+tab"] * back
        keys = ", then ".join([self._opened_by.first_key, *steps, "v"])
        otherwise = f"Press {keys}, to show the text."
        copy(self, text, Copied(clean(what, 120), otherwise))
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


async def _shown_until_enter(text: str) -> None:
    """Show the text and wait for a line at the terminal, without blocking the event loop."""
    loop, pressed = asyncio.get_running_loop(), asyncio.Event()
    descriptor = sys.stdin.fileno()
    before = signal.getsignal(signal.SIGINT)
    loop.add_reader(descriptor, pressed.set)
    loop.add_signal_handler(signal.SIGINT, pressed.set)
    try:
        print(f"\n{text}\n\nPress Enter to return to smtp-tui.", flush=True)
        await pressed.wait()
        if os.isatty(descriptor):
            termios.tcflush(descriptor, termios.TCIFLUSH)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
        loop.remove_reader(descriptor)


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
