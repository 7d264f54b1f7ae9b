"""The terminal: what is sent to it, what comes from it, and what is switched on in it.

Everything that is drawn leaves through one method and everything that is typed comes in through
another, so what a terminal needs is done here, once, and no screen knows of it.
"""

from __future__ import annotations

import asyncio
import locale
import os
import re
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from threading import Thread
from types import FrameType
from typing import Any, Final

from rich.cells import cell_len
from textual import events
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from smtp_tui.ui.terminal import clipboard
from smtp_tui.ui.terminal.frame_diff import FrameDiff
from smtp_tui.ui.terminal.input import (
    Pasted,
    Pointer,
    Press,
    TerminalInput,
    Token,
    Unusable,
    escape_seconds,
)

STAND_INS: Final = {
    **dict.fromkeys("─━═┄╌", "-"),
    **dict.fromkeys("│┃║", "|"),
    **dict.fromkeys("╭╮╰╯┌┐└┘├┤┬┴┼╋", "+"),
    **dict.fromkeys("▁▂▃▄▅▆▇█▔▕▏▎▍▊▉▐", " "),
    **dict.fromkeys("→▶▌", ">"),
    **dict.fromkeys("←◀", "<"),
    **dict.fromkeys("↑▲", "^"),
    **dict.fromkeys("↓▼", "v"),
    **dict.fromkeys("“”", '"'),
    **dict.fromkeys("•●", "*"),
    **dict.fromkeys("·–—", "-"),
    **{"…": "~", "✓": "+", "✗": "x", "‘": "'", "’": "'"},
}
"""Signs that every terminal has for those that the program draws with; all are one cell wide."""
ON_THE_CONSOLE: Final = {
    **dict(zip("╭╮╰╯", "┌┐└┘", strict=True)),
    **{sign: STAND_INS[sign] for sign in "✓✗…"},
}
"""The same for the Linux console, whose fonts have 256 or 512 characters."""
_NOT_SWITCHED_ON: Final = frozenset({"\x1b[?1004h", "\x1b[?1004l", "\x1b[?2048$p"})
"""Modes that Textual asks for and nothing here needs: reports of the focus and of the size."""
_KEYBOARD_ON: Final = re.compile(r"\x1b\[>\d+u")
_KEYBOARD_OFF: Final = "\x1b[<u"
_KEYBOARD_MODE: Final = "\x1b[>5u"
"""Kitty's keyboard protocol: keys that would be ambiguous, with the letter of the base layout.

Letters stay letters, so that a shell which finds it switched on can still be typed in.
"""
_READ_BYTES: Final = 65_536
_FOREGROUND_SECONDS: Final = 0.05
"""How often a program in the background looks whether the terminal is its own again."""


class StandIns(dict[int, str]):
    """For ``str.translate``: each character, or an equally wide sign if the terminal lacks it."""

    def __init__(self, signs: Mapping[str, str], shows: Callable[[str], bool]) -> None:
        super().__init__()
        self._signs = signs
        self._shows = shows

    def __missing__(self, code: int) -> str:
        """Find out once for each character."""
        sign = chr(code)
        if not self._shows(sign):
            sign = self._signs.get(sign) or "?" * cell_len(sign)
        self[code] = sign
        return sign


def stand_ins(encodings: frozenset[str], term: str) -> StandIns | None:
    """The stand-ins for a terminal whose text has to pass all of these encodings.

    None for a terminal that lacks no character.
    """
    if not all(name.lower().replace("-", "").startswith("utf8") for name in encodings):
        return StandIns(STAND_INS, lambda sign: all(_encodes(name, sign) for name in encodings))
    if term.partition("-")[0] == "linux":
        return StandIns(ON_THE_CONSOLE, lambda sign: sign not in ON_THE_CONSOLE)
    return None


def _encodes(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an ssh connection."""
    return "SSH_CONNECTION" in environ or "SSH_TTY" in environ


def switched_on(setting: bool | None, environ: Mapping[str, str]) -> bool:
    """Whether to switch on the mouse or the keyboard protocol: as set, else not over ssh.

    When an ssh connection drops, nobody is left to switch them off again. Also, each movement of
    the mouse would cost bytes, and its use takes the terminal's own way to select and copy.
    """
    return setting if setting is not None else not over_ssh(environ)


def _wait_for_foreground(terminal: int) -> None:
    """Wait until the shell gives us this terminal. A terminal that is gone belongs to nobody.

    A program that stops itself here, or is stopped by the kernel (SIGTTOU), misses an ``fg`` of
    the same moment: the shell took it for running and does not continue it.
    """
    while not _in_foreground(terminal):
        time.sleep(_FOREGROUND_SECONDS)


def _in_foreground(terminal: int) -> bool:
    """Whether the shell gave us this terminal, or it is gone."""
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return True


class Told(Message):
    """What the terminal has to tell the person."""

    def __init__(self, words: str, *, bad: bool = False) -> None:
        super().__init__()
        self.words = words
        self.bad = bad


class TerminalDriver(LinuxDriver):
    """Textual's driver, with its own reading of the input, and an output that repeats nothing.

    ``frames`` knows what is on the screen; it is told to forget when something else wrote there.
    ``enhanced_keyboard`` says whether the terminal is to report keys exactly.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        frames: FrameDiff,
        enhanced_keyboard: bool,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        stream = sys.__stderr__
        self._encoding = locale.getencoding()
        drawn_in = stream.encoding if stream is not None else self._encoding
        self._stand_ins = stand_ins(
            frozenset((self._encoding, drawn_in)), os.environ.get("TERM", "")
        )
        self._frames = frames
        self._enhanced_keyboard = enhanced_keyboard
        self._mouse_at = (0, 0)
        self._suspended = False
        self._stop_reading: tuple[int, int] | None = None

    def start_application_mode(self) -> None:
        """Take the screen, and hear of each new size, at which a terminal cuts what it shows.

        One after the other: handlers of a signal interrupt each other, and the size that an
        interrupted one had read would be told after the newest.
        """
        self._close_pipe()
        self._stop_reading = os.pipe()
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
        if self._stop_reading is not None:
            os.write(self._stop_reading[1], b".")
        super().disable_input()

    def close(self) -> None:
        """Close what the terminal was read with."""
        super().close()
        self._close_pipe()

    def _close_pipe(self) -> None:
        for end in self._stop_reading or ():
            os.close(end)
        self._stop_reading = None

    def suspend_application_mode(self) -> None:
        """Give the terminal back to the shell, as ctrl+z asks."""
        self._suspended = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        """Take the terminal once it is ours again, which it is not in the background.

        After SIGSTOP there is nothing to take, only a screen that others may have written on.
        """
        if self._suspended:
            _wait_for_foreground(self.fileno)  # another SIGCONT may come, and take it
        suspended, self._suspended = self._suspended, False
        if suspended:
            super().resume_application_mode()
        else:
            self.send_message(self.SignalResume())

    def write(self, data: str) -> None:
        """Send what the terminal can show and does not show yet.

        A copy goes the way that leads to its clipboard. A mode that is not wanted is not sent.
        """
        if data in _NOT_SWITCHED_ON:
            return
        if data == _KEYBOARD_OFF or _KEYBOARD_ON.fullmatch(data):
            if not self._enhanced_keyboard:
                return
            data = data if data == _KEYBOARD_OFF else _KEYBOARD_MODE
        if data.startswith(clipboard.OSC_52):
            data = self._copied(data)
        elif self._stand_ins is not None and not data.isascii():
            data = data.translate(self._stand_ins)
        data = self._frames.changes(data, shutil.get_terminal_size())
        if data:
            super().write(data)

    def _copied(self, sequence: str) -> str:
        """What is to be sent of a copy; tells which way it goes."""
        way = clipboard.way(os.environ)
        sent = clipboard.wrapped(sequence, way)
        if not sent:
            self.send_message(Told(clipboard.TOO_LONG, bad=True))
        elif way is clipboard.Way.TMUX:
            Thread(target=self._load, args=(sequence,), name="tmux-buffer", daemon=True).start()
        else:
            self.send_message(Told(way.value))
        return sent

    def _load(self, sequence: str) -> None:
        loaded = clipboard.in_tmux_buffer(sequence, os.environ)
        self.send_message(Told(clipboard.IN_TMUX if loaded else clipboard.Way.TMUX.value))

    def run_input_thread(self) -> None:
        """Read keys until told to stop. A terminal that is gone sends nothing more."""
        if self._stop_reading is None:
            return
        patience = escape_seconds(os.environ, over_ssh=over_ssh(os.environ))
        source = TerminalInput(self._encoding, patience)
        stop, terminal = self._stop_reading[0], self.fileno
        watched = [stop, terminal]
        while True:
            ready, _, _ = select.select(watched, [], [], source.patience)
            if stop in ready:
                return
            if not ready:
                self._take(source.give_up())
                continue
            try:
                data = os.read(terminal, _READ_BYTES)
            except OSError:  # how Linux tells that a terminal is gone
                data = b""
            if data:
                self._take(source.feed(data))
            else:
                watched = [stop]

    def _take(self, tokens: list[Token]) -> None:
        """Tell the app what was typed; each kind of input that could not be used is told once."""
        for token in tokens:
            if isinstance(token, Press):
                self.process_message(events.Key(token.key, token.character))
            elif isinstance(token, Pasted):
                self.process_message(events.Paste(token.text))
            elif isinstance(token, Pointer):
                self._point(token)
            elif not isinstance(token, Unusable):
                self.process_message(TerminalSupportsSynchronizedOutput())
        for problem in {token for token in tokens if isinstance(token, Unusable)}:
            self.process_message(Told(problem.value, bad=True))

    def _point(self, report: Pointer) -> None:
        """Tell the app what the mouse did, if that was inside the window."""
        columns, lines = shutil.get_terminal_size()
        if report.x < columns and report.y < lines:
            event = mouse_event(report, self._mouse_at)
            if event is not None:
                self._mouse_at = report.x, report.y
                self.process_message(event)


_WHEELS: Final = (
    events.MouseScrollUp,
    events.MouseScrollDown,
    events.MouseScrollLeft,
    events.MouseScrollRight,
)
_SHIFT, _META, _CTRL, _MOVES, _WHEEL, _MORE = 4, 8, 16, 32, 64, 128


def mouse_event(report: Pointer, before: tuple[int, int]) -> events.MouseEvent | None:
    """A mouse report as Textual's event; ``before`` is the cell where the mouse was."""
    code, x, y = report.code, report.x, report.y
    if code & _MORE:
        return None
    button = (code + 1) & 3
    kind: type[events.MouseEvent] = events.MouseUp if report.released else events.MouseDown
    if code & _WHEEL:
        kind, button = _WHEELS[code & 3], 0
    elif code & _MOVES or not button:
        kind = events.MouseMove
    return kind(
        None,
        x,
        y,
        x - before[0],
        y - before[1],
        button,
        shift=bool(code & _SHIFT),
        meta=bool(code & _META),
        ctrl=bool(code & _CTRL),
        screen_x=x,
        screen_y=y,
    )
