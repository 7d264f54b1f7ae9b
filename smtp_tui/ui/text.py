"""The one place where text from outside becomes text for a terminal or a file of words.

Control characters, escape sequences, bidirectional and zero-width characters are replaced by
visible stand-ins, so that no name or server message can drive the terminal or hide in it. What is
sent to the server never passes through here.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Final

LIMIT: Final = 2_000
HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode's categories of characters that are not seen, or drive what shows them."""
_PLAIN: Final = re.compile(r"[\x20-\x7e]*\Z")
_MARK: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_MARKS: Final = re.compile(rf"(?:\A|(?<=[{_MARK}]))[{_MARK}]+")
"""Combining marks at the start of a text, where they would sit on what stands before it, and those
that follow another one: a pile of them covers the lines above and below."""
_SHORT_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def clean(text: str, limit: int = LIMIT) -> str:
    """One line that is safe to show; longer than ``limit`` it is cut and its length told."""
    tail = ""
    if len(text) > limit:
        text, tail = text[:limit], f"… ({len(text):,} characters)"
    if _PLAIN.match(text):
        return text + tail
    return "".join(map(_visible, _MARKS.sub(_named, text))) + tail


def sentence(words: str) -> str:
    """Words of a library or a server as the beginning of a sentence."""
    return clean(words[:1].upper() + words[1:], 300)


def clean_block(text: str, limit: int = 20_000) -> str:
    """Like :func:`clean`, for text of several lines: line ends stay, tabs become spaces."""
    tail = ""
    if len(text) > limit:
        text, tail = text[:limit], f"\n… cut; {len(text):,} characters in all"
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(clean(line, limit) for line in lines) + tail


def cut_to_cells(text: str, cells: int) -> str:
    """The text in at most so many terminal cells; one ``…`` stands for what is left out."""
    if text.isascii() and len(text) <= cells:
        return text
    from rich.cells import cell_len  # noqa: PLC0415 - commands that show ASCII do without it

    if len(text) <= 2 * cells and cell_len(text) <= cells:
        return text
    kept, used = 0, 1
    for character in text:
        used += cell_len(character)
        if used > cells:
            break
        kept += 1
    return text[:kept].rstrip(" …") + "…"


NAME_CELLS: Final = 60
"""The cells that a record's name may take in a title or a message."""
_NAME_READ: Final = 1_000


def record_name(name: str, record_id: str | None = None, cells: int = NAME_CELLS) -> str:
    """A record as titles and messages name it, cleaned; one without a name is told by its id."""
    if not name.strip():
        found = f" (id {shortened(clean(record_id), 40)})" if record_id else ""
        return f"the record without a name{found}"
    shown = clean(name[:_NAME_READ])
    return cut_to_cells(shown if len(name) <= _NAME_READ else f"{shown}…", cells)


def _named(marks: re.Match[str]) -> str:
    return "".join(f"\\u{ord(mark):04x}" for mark in marks[0])


def _visible(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if unicodedata.category(character) not in HIDDEN_CATEGORIES:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def shortened(text: str, width: int) -> str:
    """A long identifier cut in its middle, so that both ends can be compared."""
    if len(text) <= width:
        return text
    if width < 3:
        return text[:width]
    head = (width - 1 + 1) // 2
    return f"{text[:head]}…{text[len(text) - (width - 1 - head) :]}"


def age(seconds: float) -> str:
    """A span as people say it, in one unit: ``12s``, ``5m``, ``3h``, ``2d``."""
    whole = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def time_left(seconds: float) -> str:
    """What is left of a token: ``11h59m``, ``4m``, ``30s``, or ``over``."""
    whole = int(seconds)
    if whole <= 0:
        return "over"
    hours, rest = divmod(whole, 3_600)
    minutes = rest // 60
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m" if minutes else f"{whole}s"


def moment(at: datetime | None) -> str:
    """A moment in UTC to the minute, or words where there is none."""
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "not told"
