"""The questions before leaving: what becomes of what is typed, and whether to wait for a write."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Final

from textual import on
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button

from smtp_tui.api.clock import Clock
from smtp_tui.api.writes import Write
from smtp_tui.text import clean, record_name
from smtp_tui.ui.base import GuardedDialog
from smtp_tui.ui.dialogs.question import QuestionDialog
from smtp_tui.ui.widgets.plain_text import PlainText

_LOOK: Final = 0.25
"""Seconds between two looks whether the writes have ended."""
QUIT_STAY: Final = "stay"
QUIT_KEEP: Final = "keep"
QUIT_DISCARD: Final = "discard"


def quit_question(clock: Clock, *, keeps: bool) -> QuestionDialog[str]:
    """Asks what becomes of what is typed; ``keeps`` is whether all of it can be a draft."""
    draft = ((QUIT_KEEP, "Quit, and keep it as a draft (without the password)"),) if keeps else ()
    choices = ((QUIT_STAY, "Stay"), *draft, (QUIT_DISCARD, "Discard and quit"))
    body = Content("Something was changed and not saved.")
    return QuestionDialog("Quit without saving?", body, choices, clock, escape=QUIT_STAY)


class Leaving(Enum):
    """How the waiting ended."""

    STAY = "stay"
    NOW = "now"
    ENDED = "ended"


class LeavingDialog(GuardedDialog[Leaving]):
    """Answers by itself once nothing is under way any more; starts on staying."""

    BOX_TITLE = "A write is under way"

    def __init__(self, clock: Clock, writes: tuple[Write, ...], waits: Callable[[], bool]) -> None:
        super().__init__(clock)
        self._writes = writes
        self._waits = waits
        self._asked_at = clock.monotonic()

    def compose_box(self) -> Iterable[Widget]:
        """What is waited for, since when, what leaving now means, and the two answers."""
        yield PlainText(Content("\n").join(map(_line, self._writes)))
        yield PlainText("", id="leaving-wait")
        yield PlainText(
            "Leaving now does not stop it: whether it was done is then not known, and the journal"
            " (smtp-tui audit) says so."
        )
        with Horizontal(classes="row"):
            yield Button("Stay", id="stay", compact=True)
            yield Button("Leave now", id="now", compact=True)
        yield PlainText(f"tab moves · Enter chooses · {self.cancel_key} stays", classes="hint")

    def on_mount(self) -> None:
        """Start on staying, and look whether it ended."""
        self.query_one("#stay", Button).focus()
        self.set_interval(_LOOK, self._look)
        self._look()

    def _look(self) -> None:
        if not self._waits() and self.is_active:
            self.dismiss(Leaving.ENDED)
            return
        seconds = self._clock.monotonic() - self._asked_at
        words = f"The program leaves when the server has answered … {seconds:.0f}s"
        self.query_one("#leaving-wait", PlainText).update(words)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Stay, or leave at once."""
        event.stop()
        if self.settled:
            self.dismiss(Leaving.NOW if event.button.id == "now" else Leaving.STAY)

    def action_cancel(self) -> None:
        """Stay; the write goes on."""
        self.dismiss(Leaving.STAY)


def _line(write: Write) -> Content:
    record = write.record
    name = f" {record_name(record.name, record.id)}" if record is not None else ""
    what = f"{write.request.operation.value}{name}"
    return Content.assemble(
        Content.styled(clean(write.target.name, 40), "bold"), f" · {clean(what, 100)}"
    )


__all__ = [
    "QUIT_DISCARD",
    "QUIT_KEEP",
    "QUIT_STAY",
    "Leaving",
    "LeavingDialog",
    "quit_question",
]
