"""The terminal as it is: what its locale cannot show, what it sends, and what stands before it.

All that is drawn leaves through one method, and all that is typed comes in through another, so
what a poor terminal needs is done here, once, and no screen knows of it.
"""

from __future__ import annotations

import asyncio
import locale
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from threading import Thread
from types import FrameType
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste
from textual.message import Message

from smtp_tui.ui.clipboard import IN_TMUX, OSC_52, TOO_LONG, Way, in_tmux_buffer, way, wrapped

if TYPE_CHECKING:
    from smtp_tui.ui.on_terminal import OnTerminal

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
"""What the program draws with, by signs that every terminal has; all are one cell wide."""
ON_THE_CONSOLE: Final = {
    **dict(zip("╭╮╰╯", "┌┐└┘", strict=True)),
    **{sign: STAND_INS[sign] for sign in "✓✗…"},
}
"""The same for the Linux console, whose fonts hold 256 or 512 characters."""
_PASTE_MARKS: Final = ("\x1b[200~", "\x1b[201~")


class StandIns(dict[int, str]):
    """For ``str.translate``: each character, or a sign as wide where the terminal lacks it."""

    def __init__(self, signs: Mapping[str, str], shows: Callable[[str], bool]) -> None:
        super().__init__()
        self._signs = signs
        self._shows = shows

    def __missing__(self, code: int) -> str:
        """Find out once for each character."""
        character = chr(code)
        if self._shows(character):
            found = character
        else:
            found = self._signs.get(character) or "?" * cell_len(character)
        self[code] = found
        return found


def stand_ins(encodings: frozenset[str], term: str) -> StandIns | None:
    """The characters that a terminal lacks, whose text has to pass all of these encodings.

    None for a terminal that lacks none.
    """
    if any(not one.lower().replace("-", "").startswith("utf8") for one in encodings):
        return StandIns(
            STAND_INS, lambda character: all(_encodes(one, character) for one in encodings)
        )
    if term.partition("-")[0] == "linux":
        return StandIns(ON_THE_CONSOLE, lambda character: character not in ON_THE_CONSOLE)
    return None


def _encodes(encoding: str, character: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def mouse_wanted(setting: bool | None, environ: Mapping[str, str]) -> bool:
    """Whether to take the mouse: as it is set, else at home, and not over ssh.

    Over ssh each movement would cost bytes, and taking the mouse takes the terminal's own way to
    select and copy.
    """
    if setting is not None:
        return setting
    return not ("SSH_CONNECTION" in environ or "SSH_TTY" in environ)


class Told(Message):
    """Something that the terminal has to tell the person, in words."""

    def __init__(self, words: str, *, bad: bool = False) -> None:
        super().__init__()
        self.words = words
        self.bad = bad


class TerminalDriver(LinuxDriver):
    """Textual's driver with stand-ins, wrapped copies, bytes of any kind; nothing painted twice."""

    def __init__(
        self,
        app: OnTerminal,
        *,
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
        self._way = way(os.environ)
        self._given_back = False
        self._painted = app.painted

    def start_application_mode(self) -> None:
        """Take the screen, and hear of each new size, at which a terminal cuts what it shows.

        One after the other: handlers of a signal interrupt each other, and the size that an
        interrupted one had read would be told after the newest.
        """
        super().start_application_mode()  # type: ignore[no-untyped-call]
        resized = signal.getsignal(signal.SIGWINCH)
        if callable(resized):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGWINCH, self._resized, resized)

    def _resized(self, tell: Callable[[int, FrameType | None], object]) -> None:
        self._painted.forget()
        tell(signal.SIGWINCH, None)

    def suspend_application_mode(self) -> None:
        """Give the terminal back to the shell, as ctrl+z asks."""
        self._given_back = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        """Take it back; a lost line sends the signal for that too, with nothing to take back.

        Begun a second time, a second thread would read the terminal, and no one would stop it.
        """
        if self._given_back:
            self._given_back = False
            super().resume_application_mode()

    def write(self, data: str) -> None:
        """Send what the terminal can show and does not show yet.

        A copy goes the way that leads to its clipboard.
        """
        if data.startswith(OSC_52):
            data = self._copied(data)
        elif self._stand_ins is not None and not data.isascii():
            data = data.translate(self._stand_ins)
        data = self._painted.news(data, shutil.get_terminal_size())
        if data:
            super().write(data)

    def _copied(self, sequence: str) -> str:
        """What is to be sent of a copy; says which way it goes."""
        sent = wrapped(sequence, self._way)
        if not sent:
            self.send_message(Told(TOO_LONG, bad=True))
        elif self._way is Way.TMUX:
            Thread(target=self._load, args=(sequence,), name="tmux-buffer", daemon=True).start()
        else:
            self.send_message(Told(self._way.value))
        return sent

    def _load(self, sequence: str) -> None:
        self.send_message(
            Told(IN_TMUX if in_tmux_buffer(sequence, os.environ) else self._way.value)
        )

    def process_message(self, message: Message) -> None:
        """Take a line feed for Enter: until the terminal is taken, it makes one of the other."""
        if isinstance(message, Key) and message.key == "ctrl+j":
            message = Key("enter", "\r")
        super().process_message(message)

    def run_input_thread(self) -> None:
        """Read keys; bytes that are no UTF-8 are taken in the locale's encoding, or told of."""
        while not self.exit_event.is_set():
            try:
                super().run_input_thread()
            except UnicodeDecodeError as error:
                self._take(error.object)

    def _take(self, data: bytes) -> None:
        text = data.decode(self._encoding, errors="replace")
        for mark in _PASTE_MARKS:
            text = text.replace(mark, "")
        if text.isprintable() and "\ufffd" not in text:
            self.process_message(Paste(text))
        else:
            words = "The terminal sent bytes that are no UTF-8; what came with them is not typed."
            self.process_message(Told(words, bad=True))
