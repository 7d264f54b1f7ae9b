"""What a terminal makes of a program's output: a screen, modes, and answers to questions.

pyte draws the text. Around it stand what pyte has not: the alternate screen, the modes that were
set, and the answers that a real terminal gives when a program asks what it can do.
"""

import copy
import re
from typing import Any

import pyte

_SEQUENCE = re.compile(
    rb"\x1b(?:"
    rb"\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])"  # CSI: private sign, parameters, more, final
    rb"|[\]P^_X](?s:.*?)(?:\x07|\x1b\\)"  # OSC, DCS and their like, to the end mark
    rb"|[ -/]+[0-~]|[0-OQ-WYZ\\`-~])"  # the short ones
)
_BEGUN = re.compile(rb"\x1b(?:\[[<=>?]?[0-9;:]*[ -/]*|[\]P^_X](?s:(?!\x07|\x1b\\).)*|[ -/]*)?\Z")

ALTERNATE = 1049
CURSOR = 25
LINE_WRAP = 7


class Emulator:
    """A screen of `rows` by `columns` that is fed with bytes, in pieces of any size."""

    def __init__(self, rows: int, columns: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.modes: dict[int, bool] = {}
        self.kitty = 0
        self._stream = pyte.ByteStream(self.screen)
        self._rest = b""
        self._answers = bytearray()
        self._primary: tuple[Any, Any] | None = None

    def feed(self, data: bytes) -> bytes:
        """Draw `data` and return what the terminal answers to the questions in it."""
        data = self._rest + data
        begun = _BEGUN.search(data)
        end = begun.start() if begun else len(data)
        data, self._rest = data[:end], data[end:]
        position = 0
        for match in _SEQUENCE.finditer(data):
            self._stream.feed(data[position : match.start()])
            position = match.end()
            if match[4] is None:
                if match[0][1:2] not in b"]P^_X":
                    self._stream.feed(match[0])
            else:
                self._control(match)
        self._stream.feed(data[position:])
        answers, self._answers = bytes(self._answers), bytearray()
        return answers

    def resize(self, rows: int, columns: int) -> None:
        """Give the screen another size, as when a window is dragged."""
        self.screen.resize(rows, columns)

    def _control(self, match: re.Match[bytes]) -> None:
        """Obey one control sequence, or answer it, or pass it on to be drawn."""
        private, parameters, final = match[1], match[2], match[3] + match[4]
        if final in (b"h", b"l") and private == b"?":
            for mode in parameters.split(b";"):
                self._set_mode(int(mode or 0), final == b"h")
            self._stream.feed(match[0])
        elif final == b"$p":
            mode = int(parameters or 0)
            state = (2, 1)[self.modes[mode]] if mode in self.modes else 0
            self._answers += b"\x1b[?%d;%d$y" % (mode, state)
        elif final == b"u" and private in (b"<", b">"):
            self.kitty += 1 if private == b">" else -1
        elif final == b"c":
            self._answers += {b"": b"\x1b[?62;22c", b">": b"\x1b[>1;10;0c"}.get(private, b"")
        elif final == b"n" and parameters == b"5":
            self._answers += b"\x1b[0n"
        elif final == b"n" and parameters == b"6":
            cursor = self.screen.cursor
            self._answers += b"\x1b[%d;%dR" % (cursor.y + 1, cursor.x + 1)
        elif not private and not match[3]:
            self._stream.feed(match[0])

    def _set_mode(self, mode: int, on: bool) -> None:
        """Note a mode, and change the screen for the alternate one."""
        if mode == ALTERNATE and on != self.modes.get(ALTERNATE, False):
            screen = self.screen
            if on:
                self._primary = (copy.deepcopy(screen.buffer), copy.copy(screen.cursor))
                screen.erase_in_display(2)
            elif self._primary is not None:
                screen.buffer, screen.cursor = self._primary
                screen.dirty.update(range(screen.lines))
        self.modes[mode] = on
