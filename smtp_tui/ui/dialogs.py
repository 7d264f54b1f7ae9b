"""Dialogs that any screen may open: a question, and what can be copied.

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
from typing import ClassVar, Final, Generic, TypeVar

from textual import on
from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Button

from smtp_tui.api.clock import Clock
from smtp_tui.text import cell_width, clean, clean_block
from smtp_tui.ui.actions import Action, bindings
from smtp_tui.ui.base import Dialog, GuardedDialog, opens_screen
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import Copied, WaitLine, copy, tell
from smtp_tui.ui.theme import filled
from smtp_tui.ui.widgets.json_text import json_content
from smtp_tui.ui.widgets.plain_text import PlainText, harmless
from smtp_tui.workflows.operator import About, Kind

Answer = TypeVar("Answer")
_SPOKEN_FORMS: Final = {"curl": "curl line"}
"""The forms of what can be copied, where a sentence calls one by another name."""
_FOR_A_SHELL: Final = frozenset({"curl", "command", "script"})
_IN_THE_DEMO: Final = "An example: only the demo has its profile and token."


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
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)


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
