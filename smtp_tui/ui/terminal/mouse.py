"""Mouse reports as Textual's events."""

from __future__ import annotations

from typing import Final

from textual.events import (
    MouseDown,
    MouseEvent,
    MouseMove,
    MouseScrollDown,
    MouseScrollLeft,
    MouseScrollRight,
    MouseScrollUp,
    MouseUp,
)

from smtp_tui.ui.terminal.input import Pointer

_WHEELS: Final = (MouseScrollUp, MouseScrollDown, MouseScrollLeft, MouseScrollRight)
_SHIFT, _META, _CTRL, _MOVES, _WHEEL, _MORE = 4, 8, 16, 32, 64, 128


class Mouse:
    """Knows where the mouse was, as Textual's events tell how far it moved."""

    def __init__(self) -> None:
        self._x = 0
        self._y = 0

    def event(self, report: Pointer, size: tuple[int, int]) -> MouseEvent | None:
        """What a report says, in a window of this many columns and lines; None for nothing."""
        code, x, y = report.code, report.x, report.y
        if x >= size[0] or y >= size[1] or code & _MORE:
            return None
        button = (code + 1) & 3
        kind: type[MouseEvent]
        if code & _WHEEL:
            kind, button = _WHEELS[code & 3], 0
        elif code & _MOVES or not button:
            kind = MouseMove
        else:
            kind = MouseUp if report.released else MouseDown
        moved_x, moved_y = x - self._x, y - self._y
        self._x, self._y = x, y
        return kind(
            None,
            x,
            y,
            moved_x,
            moved_y,
            button,
            bool(code & _SHIFT),
            bool(code & _META),
            bool(code & _CTRL),
            screen_x=x,
            screen_y=y,
        )
