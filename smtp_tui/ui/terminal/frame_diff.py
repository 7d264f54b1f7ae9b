"""What is on the terminal's screen, so that only the differences are sent.

Textual paints a screen several times while it opens: at its first layout, for each height that is
known later, and once more for the focus. Over a slow line each of them would be felt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from rich.cells import cell_len

Cell: TypeAlias = tuple[str, str]
"""A character and the codes of its look (the parameters of SGR)."""
_MOVE: Final = re.compile(r"\x1b\[(\d+);(\d+)H")
_OWN_SCREEN: Final = "\x1b[?1049"
_RUN: Final = re.compile(r"\x1b\[([0-9;]*)m([^\x00-\x1f\x7f]*)\x1b\[0?m|([^\x00-\x1f\x7f]+)")


class FrameDiff:
    """The cells of the screen as they were last sent, by line. Unknown cells are sent."""

    def __init__(self) -> None:
        self._lines: dict[int, dict[int, Cell]] = {}
        self._known_size = (0, 0)
        self._cursor = ""

    def forget(self) -> None:
        """Send the next frame whole, as the screen may have changed. Safe in a signal handler."""
        self._known_size = (0, 0)

    def changes(self, data: str, size: tuple[int, int]) -> str:
        """Return what of ``data`` is not on the screen yet, which has ``size`` columns and lines.

        A frame is a series of moves, each followed by runs of one look, and at last the cursor's
        place. Other data is returned as it is. After the program takes or leaves the screen,
        nothing is known of it.
        """
        before, *parts = _MOVE.split(data)
        if before or not parts:
            if data.startswith(_OWN_SCREEN):
                self.forget()
            return data
        if size != self._known_size:
            self._known_size = size
            self._lines.clear()
            self._cursor = ""
        sent: list[str] = []
        places = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
        for y, x, text in places:
            if text:
                sent.append(self._changed(int(y), int(x), text.rstrip("\n")))
        painted = "".join(sent)
        cursor = f"\x1b[{parts[-3]};{parts[-2]}H"
        if not parts[-1] and (painted or cursor != self._cursor):
            painted += cursor
        self._cursor = cursor
        return painted

    def _changed(self, y: int, x: int, text: str) -> str:
        """Return the runs of a line that differ, each after a move if it needs one."""
        runs = list(_runs(text))
        end = x + sum(len(cells) for _, cells in runs)
        if "".join(run for run, _ in runs) != text or not _narrow(text):
            self._lines.pop(y, None)  # only the terminal knows how wide that is
            return f"\x1b[{y};{x}H{text}"
        if y > self._known_size[1] or end > self._known_size[0] + 1:
            self.forget()  # a frame from before a resize, squeezed in at the edge
            return f"\x1b[{y};{x}H{text}"
        line, sent, at = self._lines.setdefault(y, {}), "", 0
        for run, cells in runs:
            there = dict(enumerate(cells, x))
            if any(line.get(place) != cell for place, cell in there.items()):
                sent += run if at == x else f"\x1b[{y};{x}H{run}"
                line.update(there)
                at = x + len(cells)
            x += len(cells)
        return sent


def _narrow(text: str) -> bool:
    """Whether each character takes one cell; the codes between them are ASCII and do not count."""
    return all(cell_len(character) == 1 for character in set(text) if not character.isascii())


def _runs(text: str) -> Iterator[tuple[str, list[Cell]]]:
    """Each run as it was sent, and its cells."""
    for found in _RUN.finditer(text):
        look, styled, plain = found.groups(default="")
        yield found[0], [(character, look) for character in styled or plain]
