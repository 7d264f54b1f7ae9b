"""What is on the terminal's screen, so that only the differences are sent.

Textual paints a screen several times while it opens: at its first layout, for each height that is
known later, and once more for the focus. Over a slow line each of them would be felt.

What is sent uses only what every terminal has, a VT100 too: moves, looks that add to the one
before or start anew, and the erasing of the rest of a line, in no colour, since not every terminal
erases in one.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Final, NamedTuple, TypeAlias

from rich.cells import cell_len

_MOVE: Final = re.compile(r"\x1b\[(\d+);(\d+)H")
_OWN_SCREEN: Final = "\x1b[?1049"
_RUN: Final = re.compile(r"\x1b\[([0-9;]*)m([^\x00-\x1f\x7f]*)\x1b\[0?m|([^\x00-\x1f\x7f]+)")
_ERASE_LINE: Final = "\x1b[K"
_SEEN_ON_BLANKS: Final = frozenset({"4", "5", "6", "7", "9", "21", "53"})
"""Underlined, blinking, reverse, struck out, twice underlined, overlined."""
_WORTH_ERASING: Final = 8
"""Blanks in a row; to erase fewer and move on takes more bytes than they do."""
_WORTH_WRITING: Final = 4
"""Cells between others; to move over more of them takes fewer bytes than they do."""


class Look(NamedTuple):
    """How a character looks, as parameters of SGR. A colour is empty where it is the terminal's."""

    attributes: tuple[str, ...] = ()
    foreground: str = ""
    background: str = ""

    @classmethod
    def of(cls, parameters: str) -> Look:
        """Read the parameters of one sequence, which follows a reset."""
        attributes, colours = [], {"3": "", "4": ""}
        numbers = iter(parameters.split(";"))
        for number in numbers:
            kind = {"9": "3", "10": "4"}.get(number[:-1], number[:-1])
            if number in ("38", "48"):
                space = next(numbers, "")
                values = islice(numbers, 3 if space == "2" else 1)
                colours[kind] = ";".join((number, space, *values))
            elif kind in colours:
                colours[kind] = "" if number in ("39", "49") else number
            elif number.strip("0"):
                attributes.append(number)
        return cls(tuple(attributes), colours["3"], colours["4"])

    @property
    def of_blanks(self) -> Look:
        """The plainest look of a blank that cannot be told from a blank of this look."""
        seen = not _SEEN_ON_BLANKS.isdisjoint(self.attributes)
        return self if seen else Look(background=self.background)

    def after(self, before: Look) -> str:
        """The sequence that leads here from another look: what comes on top of it, or all anew."""
        if self == before:
            return ""
        codes = [code for code in self.attributes if code not in before.attributes]
        colours = [(self.foreground, before.foreground), (self.background, before.background)]
        gone = len(codes) + len(before.attributes) > len(self.attributes)
        if gone or any(was and not now for now, was in colours):
            codes, colours = ["", *self.attributes], [(now, "") for now, _ in colours]
        return f"\x1b[{';'.join(codes + [now for now, was in colours if now != was])}m"


class _Cell:
    """A character of one cell with its look; there is one object for each pair.

    ``blank`` is the cell that a blank of this look cannot be told from.
    """

    __slots__ = ("blank", "character", "look")

    def __init__(self, character: str, look: Look, blank: _Cell | None = None) -> None:
        self.character = character
        self.look = look
        self.blank = blank or self


_Cells: TypeAlias = list[_Cell | None]
"""Cells of a line; None where a cell is not known."""


class _Alphabet(dict[str, _Cell | None]):
    """The cells of one look by their characters; None for one that is not one cell wide."""

    def __init__(self, look: Look, blank: _Cell) -> None:
        super().__init__({" ": blank})
        self._look = look
        self._blank = blank

    def __missing__(self, character: str) -> _Cell | None:
        narrow = cell_len(character) == 1
        cell = self[character] = _Cell(character, self._look, self._blank) if narrow else None
        return cell


class _Alphabets(dict[str, _Alphabet]):
    """The alphabets of all looks, by the parameters that they came with."""

    def __init__(self) -> None:
        super().__init__()
        self.plain = _Cell(" ", Look())
        self._blanks = {self.plain.look: self.plain}
        self._known: dict[Look, _Alphabet] = {}

    def __missing__(self, parameters: str) -> _Alphabet:
        look = Look.of(parameters)
        if look not in self._known:
            of_blanks = look.of_blanks
            blank = self._blanks.setdefault(of_blanks, _Cell(" ", of_blanks))
            self._known[look] = _Alphabet(look, blank)
        alphabet = self[parameters] = self._known[look]
        return alphabet


class _Line:
    """A line as it is shown and as it is to be shown.

    ``pieces`` are what was painted since it was drawn; they are sent as they are once one of them
    is not ``measured``, as only the terminal knows how wide it is.
    """

    def __init__(self, columns: int) -> None:
        self.shown: _Cells = [None] * columns
        self.wanted: _Cells = [None] * columns
        self.pieces: list[str] = []
        self.measured = True

    def drawn(self) -> None:
        """Note that it is shown as wanted."""
        if not self.measured:
            self.wanted = [None] * len(self.wanted)
        self.shown = self.wanted.copy()
        self.pieces.clear()
        self.measured = True

    def erasable(self, plain: _Cell) -> int | None:
        """Where the longest run of blanks begins that is not shown yet, if it is worth erasing."""
        start = run = best = longest = 0
        for end, (cell, was) in enumerate(zip(self.wanted, self.shown, strict=True), 1):
            if cell is not plain:
                start, run = end, 0
                continue
            run += was is not plain
            if run > longest:
                best, longest = start, run
        worth = longest >= _WORTH_ERASING and None not in self.wanted[best:]
        return best if worth else None


class _Pen(NamedTuple):
    """How far the drawing has come: what is sent, the cell whose look is on, and the place."""

    cell: _Cell
    row: int = -1
    column: int = 0
    sent: str = ""

    def drawing(self, row: int, line: _Line, plain: _Cell) -> _Pen:
        """Draw what differs in a line, the shorter way: cell by cell, or with blanks erased."""
        if not line.measured:
            sent = self.sent + plain.look.after(self.cell.look) + "".join(line.pieces)
            return _Pen(plain, sent=sent)
        written = self.writing(row, line.wanted, line.shown)
        start = line.erasable(plain)
        if start is None:
            return written
        kept = line.wanted[:start]
        erased = self.writing(row, kept, line.shown).erasing(row, start, plain)
        blanks = [plain] * (len(line.wanted) - start)
        erased = erased.writing(row, line.wanted, [*kept, *blanks])
        return min(written, erased, key=lambda pen: len(pen.sent.encode()))

    def writing(self, row: int, wanted: _Cells, shown: _Cells) -> _Pen:
        """Write the cells that differ."""
        sent, on = [self.sent], self.cell
        at = self.column if row == self.row else -1
        for x, (cell, was) in enumerate(zip(wanted, shown, strict=False)):
            if cell is was or cell is None:
                continue
            if x != at:
                between = wanted[at:x] if at >= 0 else []
                sent.append(_rewritten(between, on) or _move(row, at, x))
            if cell is not on.blank and cell.look is not on.look:
                sent.append(cell.look.after(on.look))
                on = cell
            sent.append(cell.character)
            at = x + 1
        return self if len(sent) == 1 else _Pen(on, row, at, "".join(sent))

    def erasing(self, row: int, column: int, plain: _Cell) -> _Pen:
        """Erase the rest of a line."""
        at = self.column if row == self.row else -1
        move = "" if at == column else _move(row, at, column)
        look = plain.look.after(self.cell.look)
        return _Pen(plain, row, column, f"{self.sent}{move}{look}{_ERASE_LINE}")


def _rewritten(cells: _Cells, on: _Cell) -> str:
    """Cells that are shown already, if it takes fewer bytes to write them than to pass them."""
    fit = [cell.character for cell in cells if cell and (cell is on.blank or cell.look is on.look)]
    text = "".join(fit)
    return text if len(cells) == len(text.encode()) <= _WORTH_WRITING else ""


def _move(row: int, at: int, column: int) -> str:
    """A move to a column, ``at`` being the one where the cursor is if it is in that row."""
    if 0 <= at < column:
        return f"\x1b[{column - at}C"
    return f"\x1b[{row + 1};{column + 1}H" if column else f"\x1b[{row + 1}H"


class FrameDiff:
    """The lines of the screen, as they are shown and as they are to be shown.

    Frames are taken one by one; what they change is sent when it is asked for, so that frames
    that follow each other closely can be sent as one. A line that is not known is sent.
    """

    def __init__(self) -> None:
        self._alphabets = _Alphabets()
        self._lines: dict[int, _Line] = {}
        self._painted: set[int] = set()
        self._size = (0, 0)
        self._known = False
        self._cursor = self._cursor_shown = ""

    def forget(self) -> None:
        """Send the next frame whole, as the screen may have changed. Safe in a signal handler."""
        self._known = False

    def take(self, data: str, size: tuple[int, int]) -> bool:
        """Take over a frame for a screen of ``size`` columns and lines; False if it is none.

        A frame is a series of moves, each followed by runs of one look, and at last the cursor's
        place. After the program takes or leaves the screen, nothing is known of it.
        """
        before, *parts = _MOVE.split(data)
        if before or not parts:
            if data.startswith(_OWN_SCREEN):
                self.forget()
            return False
        if not self._known or size != self._size:
            self._learn(size)
        for y, x, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            if text:
                self._paint(int(y), int(x), text.rstrip("\n"))
        self._cursor = "" if parts[-1] else f"\x1b[{parts[-3]};{parts[-2]}H"
        return True

    def changes(self) -> str:
        """Return what leads from the screen as it is to the frames that were taken."""
        plain = self._alphabets.plain
        pen = _Pen(plain)
        for y in sorted(self._painted):
            pen = pen.drawing(y - 1, self._lines[y], plain)
            self._lines[y].drawn()
        self._painted.clear()
        sent = pen.sent + plain.look.after(pen.cell.look)
        if self._cursor and (sent or self._cursor != self._cursor_shown):
            sent += self._cursor
            self._cursor_shown = self._cursor
        return sent

    def _learn(self, size: tuple[int, int]) -> None:
        """Begin anew, but for what was painted on a screen of this size and not sent yet."""
        unsent = {y: self._lines[y] for y in self._painted if size == self._size}
        for line in unsent.values():
            line.shown = [None] * size[0]
        self._lines, self._painted = unsent, set(unsent)
        self._known, self._size, self._cursor_shown = True, size, ""

    def _paint(self, y: int, x: int, text: str) -> None:
        columns, lines = self._size
        cells = self._cells(text)
        end = x - 1 + len(cells or ())
        if not (1 <= y <= lines and x >= 1 and end <= columns):
            self.forget()  # a frame from before a resize
            return
        line = self._lines.setdefault(y, _Line(columns))
        line.pieces.append(f"\x1b[{y};{x}H{text}")
        self._painted.add(y)
        if cells is None:
            line.measured = False
        else:
            line.wanted[x - 1 : end] = cells

    def _cells(self, text: str) -> _Cells | None:
        """The cells of a series of runs; None if it is none, or not all are narrow."""
        cells: _Cells = []
        end = 0
        for found in _RUN.finditer(text):
            if found.start() != end:
                return None
            parameters, styled, unstyled = found.groups(default="")
            cells += map(self._alphabets[parameters].__getitem__, styled or unstyled)
            end = found.end()
        return None if end != len(text) or None in cells else cells
