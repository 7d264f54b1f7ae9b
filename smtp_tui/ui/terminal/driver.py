"""The terminal: what is sent to it, what comes from it, and what is switched on in it.

Everything that is drawn leaves through one method and everything that is typed comes in through
another, so what a terminal needs is done here, once, and no screen knows of it.
"""

from __future__ import annotations

import asyncio
import codecs
import locale
import os
import select
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from functools import partial
from threading import Thread
from time import monotonic
from types import FrameType
from typing import Any, Final

from rich.cells import cell_len
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.events import MouseEvent
from textual.message import Message

from smtp_tui.ui.terminal import clipboard
from smtp_tui.ui.terminal.frame_diff import FrameDiff
from smtp_tui.ui.terminal.over_ssh import over_ssh
from smtp_tui.ui.terminal.reader import CopyTold, TerminalReader, escape_seconds

STAND_INS: Final = {
    **dict.fromkeys("─━═┄╌", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╋┏┓┗┛", "+"),
    **dict.fromkeys("▁▂▃▄▅▆▇█▔▕▏▎▍▊▉▐", " "),
    **dict.fromkeys("→▶▌›", ">"),
    **dict.fromkeys("←◀‹", "<"),
    **dict.fromkeys("↑▲", "^"),
    **dict.fromkeys("↓▼", "v"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("•●★", "*"),
    **dict.fromkeys("·–—", "-"),
    **{"…": "~", "✓": "+", "✗": "x", "✎": "d", "‘": "'", "’": "'"},
}
"""Signs that every terminal has for those that the program draws with; all are one cell wide."""
ON_THE_CONSOLE: Final = str.maketrans("╭╮╰╯┏┓┗┛━┃✓✗…✎★‹›●", "┌┐└┘┌┐└┘─│+x~d*<>•")
"""The same for the Linux console, whose fonts have 256 or 512 characters."""
_NOT_SENT: Final = ("\x1b[?1004h", "\x1b[?1004l", "\x1b[?2048$p", "\x1b]22;")
"""What Textual asks for and nothing here needs: reports of the focus and of the size, and shapes
of the mouse pointer."""
_FRAME_BEGINS: Final = "\x1b[?2026h"
_FRAME_ENDS: Final = "\x1b[?2026l"
"""Between them a terminal that knows them draws nothing, so that a frame appears at once."""
_ASKS: Final = "\x1b[?2026$p"
"""Asks for that once: after a stop and fg, a late answer would be typed into the shell."""
_FRAME_SECONDS: Final = 1 / 120
"""Frames of one key that follow within this leave as one. More would make the last one late."""
_KEYBOARD_ON: Final = "\x1b[>"
_KEYBOARD_OFF: Final = "\x1b[<"
_KEYBOARD_MODE: Final = "\x1b[>5u"
"""Kitty's keyboard protocol: keys that would be ambiguous, with the letter of the base layout.

Letters stay letters, so that a shell which finds it switched on can still be typed in.
"""
_READ_BYTES: Final = 65_536
_FOREGROUND_SECONDS: Final = 0.05
"""How often a program in the background looks whether the terminal is its own again."""


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """For :meth:`str.encode`: a sign as wide in place of what an encoding lacks."""
    assert isinstance(error, UnicodeEncodeError)
    lacking = error.object[error.start : error.end]
    return "".join(STAND_INS.get(sign) or "?" * cell_len(sign) for sign in lacking), error.end


codecs.register_error("smtp_tui.stand_in", _stand_in)


def drawable(text: str, encodings: Iterable[str], term: str) -> str:
    """The text as a terminal can show it that is written to in these encodings."""
    for encoding in encodings:
        text = text.encode(encoding, "smtp_tui.stand_in").decode(encoding)
    return text.translate(ON_THE_CONSOLE) if term.partition("-")[0] == "linux" else text


def in_foreground(terminal: int) -> bool:
    """Whether the shell has given us this terminal. One that is gone belongs to nobody."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True


class TerminalDriver(LinuxDriver):
    """Textual's driver, with its own reading of the input, and an output that repeats nothing.

    ``frames`` knows what is on the screen; it is told to forget when something else wrote there.
    ``enhanced_keyboard`` says whether the terminal is to report keys exactly.
    """

    def __init__(
        self, app: App[Any], *, frames: FrameDiff, enhanced_keyboard: bool, **options: Any
    ) -> None:
        super().__init__(app, **options)
        stream = sys.__stderr__
        self._encoding = locale.getencoding()
        self._encodings = (self._encoding, stream.encoding if stream is not None else "utf-8")
        self._frames = frames
        self._due: asyncio.Handle | None = None
        self._next_frame_at = 0.0
        self._typed = False
        self._synchronized = False
        self._enhanced_keyboard = enhanced_keyboard
        self._suspended = False
        self._asked = False

    def start_application_mode(self) -> None:
        """Take the screen, and hear of each new size, at which a terminal cuts what it shows.

        One after the other: handlers of a signal interrupt each other, and the size that an
        interrupted one had read would be told after the newest.
        """
        self._stop, self._stopped = socket.socketpair()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        resized = signal.getsignal(signal.SIGWINCH)
        if callable(resized):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGWINCH, self._resized, resized)

    def _resized(self, tell: Callable[[int, FrameType | None], object]) -> None:
        self._frames.forget()
        tell(signal.SIGWINCH, None)

    def disable_input(self) -> None:
        """Stop reading at once."""
        if not self._suspended:
            self._stop.send(b".")
            super().disable_input()

    def stop_application_mode(self) -> None:
        """Give the terminal back, unless the shell has it already: whoever touches the terminal
        from the background is stopped by the kernel (SIGTTOU)."""
        if not self._suspended:
            super().stop_application_mode()

    def suspend_application_mode(self) -> None:
        """Give the terminal back to the shell, as ctrl+z asks. Nothing is written from now on."""
        super().suspend_application_mode()
        self._cancel_drawing()
        self._suspended = True

    def resume_application_mode(self) -> None:
        """Take the terminal once it is ours again, which it is not in the background.

        Until then the program runs on, and hears signals: it must not wait here. After SIGSTOP
        there is nothing to take, only a screen that others may have written on.
        """
        if self._suspended:
            self._take_terminal()
        else:
            self.send_message(self.SignalResume())

    def _take_terminal(self) -> None:
        """Take the terminal, or look again later; another SIGCONT may have taken it meanwhile.

        A program that stops itself in the background misses an ``fg`` of the same moment: the
        shell took it for running and does not continue it.
        """
        if self._suspended and in_foreground(self.fileno):
            self._suspended = False
            super().resume_application_mode()
        elif self._suspended:
            loop = asyncio.get_running_loop()
            again = partial(loop.call_later, _FOREGROUND_SECONDS, self._take_terminal)
            loop.call_soon_threadsafe(again)

    def write(self, data: str) -> None:
        """Send what the terminal can show and does not show yet.

        A copy goes the way that leads to its clipboard. A mode that is not wanted is not sent.
        """
        keyboard = data.startswith((_KEYBOARD_ON, _KEYBOARD_OFF))
        unwanted = data.startswith(_NOT_SENT) or (keyboard and not self._enhanced_keyboard)
        if unwanted or self._suspended or (data == _ASKS and self._asked):
            return
        self._asked |= data == _ASKS
        if data in (_FRAME_BEGINS, _FRAME_ENDS):
            self._synchronized = True
            return
        if data.startswith(_KEYBOARD_ON):
            data = _KEYBOARD_MODE
        if data.startswith(clipboard.OSC_52):
            data = self._copied(data)
        elif not data.isascii():
            data = drawable(data, self._encodings, os.environ.get("TERM", ""))
        if self._frames.take(data, shutil.get_terminal_size()):
            self._draw_soon()
        else:
            self._draw()
            super().write(data)

    def _draw_soon(self) -> None:
        """Draw what was painted: after a key at once, and then all that follows closely in one.

        Even at once is a turn of the loop later, as Textual paints twice when a layout changed.
        """
        loop = asyncio.get_running_loop()
        wait = self._next_frame_at - monotonic()
        if self._typed or wait <= 0:
            self._typed = False
            self._cancel_drawing()
            self._due = loop.call_soon(self._draw)
        elif self._due is None:
            self._due = loop.call_later(wait, self._draw)

    def _cancel_drawing(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _draw(self) -> None:
        """Send what differs of all that was painted since."""
        if self._due is None:
            return
        self._cancel_drawing()
        changes = self._frames.changes()
        if changes:
            self._next_frame_at = monotonic() + _FRAME_SECONDS
            if self._synchronized:
                changes = f"{_FRAME_BEGINS}{changes}{_FRAME_ENDS}"
            super().write(changes)

    def _copied(self, sequence: str) -> str:
        """What is to be sent of a copy; tells which way it goes."""
        sent, words = clipboard.wrapped(sequence, os.environ)
        if words == clipboard.THROUGH_TMUX:
            Thread(target=self._load, args=(sequence,), name="tmux-buffer", daemon=True).start()
        else:
            self.send_message(CopyTold(words, bad=not sent))
        return sent

    def _load(self, sequence: str) -> None:
        loaded = clipboard.in_tmux_buffer(sequence, os.environ)
        self.send_message(CopyTold(clipboard.IN_TMUX if loaded else clipboard.THROUGH_TMUX))

    def run_input_thread(self) -> None:
        """Read keys until told to stop. A terminal that is gone sends nothing more."""
        patience = escape_seconds(os.environ, over_ssh=over_ssh(os.environ))
        reader = TerminalReader(self._encoding, patience)
        watched = [self._stopped.fileno(), self.fileno]
        while True:
            ready, _, _ = select.select(watched, [], [], reader.patience)
            if watched[0] in ready:
                return
            if not ready:
                self._take(reader.give_up())
                continue
            try:
                data = os.read(self.fileno, _READ_BYTES)
            except OSError:  # how Linux tells that a terminal is gone
                data = b""
            if data:
                self._take(reader.feed(data))
            else:
                watched = watched[:1]

    def _take(self, messages: Iterable[Message]) -> None:
        """Tell the app what was typed, and what the mouse did inside the window."""
        self._typed = True
        columns, lines = shutil.get_terminal_size()
        for message in messages:
            outside = isinstance(message, MouseEvent) and (
                message.x >= columns or message.y >= lines
            )
            if not outside:
                self.process_message(message)
