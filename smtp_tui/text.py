"""Text from outside made safe for a terminal or a text file, and the width of text in cells.

Control characters, escape sequences, bidirectional and zero-width characters become visible
stand-ins, so that no name and no message of a server can drive the terminal or hide in it. What is
sent to the server never passes through here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

LIMIT: Final = 2_000
HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of characters that are invisible or control the terminal."""
_PLAIN: Final = re.compile(r"[\x20-\x7e]*\Z")
_MARK: Final = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
MARKS: Final = rf"(?:\A|(?<=[{_MARK}]))[{_MARK}]+"
"""Combining marks at the start of a text, which would change what stands before it, and all but
the first of several in a row, which would cover the lines above and below."""


def clean(text: str, limit: int = LIMIT) -> str:
    """Return one line that is safe to show; beyond ``limit`` it is cut and its length is told."""
    tail = ""
    if len(text) > limit:
        text, tail = text[:limit], f"… ({len(text):,} characters)"
    if _PLAIN.match(text):
        return text + tail
    return "".join(map(_visible, re.sub(MARKS, lambda marks: _escape(marks[0]), text))) + tail


def clean_block(text: str, limit: int = 20_000) -> str:
    """Return several lines that are safe to show; line breaks stay, tabs become spaces."""
    tail = ""
    if len(text) > limit:
        text, tail = text[:limit], f"\n… cut; {len(text):,} characters in all"
    lines = text.replace("\r\n", "\n").replace("\t", "    ").split("\n")
    return "\n".join(clean(line, limit) for line in lines) + tail


def after_colon(words: str) -> str:
    """Return a sentence as it follows a colon: without its capital letter and its full stop."""
    abbreviation = words[1:2].isupper()
    return f"{words[:1] if abbreviation else words[:1].lower()}{words[1:]}".removesuffix(".")


def sentence(words: str) -> str:
    """Return the words of a library or a server, cleaned, with a capital letter at the start."""
    return clean(words[:1].upper() + words[1:], 300)


def _visible(character: str) -> str:
    if unicodedata.category(character) not in HIDDEN_CATEGORIES:
        return character
    return _escape(character)


def _escape(text: str) -> str:
    return text.encode("unicode_escape").decode()


# Widths. Rich is imported only for text that is not ASCII: most commands do without it.


def cell_width(text: str) -> int:
    """Return how many terminal cells a text takes; a wide character takes two."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    return cell_len(text)


def _start(text: str, cells: int) -> str:
    """Return the start of a text in exactly ``cells`` cells; wide characters stay whole."""
    if text.isascii():
        return text[:cells].ljust(cells)
    from rich.cells import set_cell_size  # noqa: PLC0415 - see above

    return set_cell_size(text, max(0, cells))


def padded(text: str, cells: int) -> str:
    """Return the text with blanks after it, up to a width of ``cells``."""
    return text + " " * (cells - cell_width(text))


def fit(text: str, cells: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """Return the text padded or cut to exactly ``cells`` cells, for a column.

    Wide characters stay whole. A cut ends in ``ellipsis``, unless there is no room for it.
    """
    spare = cells - cell_width(text)
    if spare >= 0:
        return " " * spare + text if right else text + " " * spare
    room = cells - cell_width(ellipsis)
    return _start(text, room) + ellipsis if room > 0 else _start(text, cells)


def cut_to_cells(text: str, cells: int) -> str:
    """Return the text in at most ``cells`` cells; one ``…`` stands for what is left out."""
    if cell_width(text) <= cells:
        return text
    return _start(text, cells - 1).rstrip(" …") + "…"


def shortened(text: str, cells: int) -> str:
    """Return a long identifier cut in its middle, so that both ends can be compared."""
    if cell_width(text) <= cells:
        return text
    if cells < 3:
        return _start(text, cells)
    head = cells // 2
    return f"{_start(text, head)}…{_start(text[::-1], cells - 1 - head)[::-1]}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number and its noun: ``1 entry``, ``1,200 entries``; ``plural`` where it is not
    the noun with an s."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


# Names of records


NAME_CELLS: Final = 60
"""The cells that a record's name may take in a title or a message."""
_NAME_READ: Final = 1_000
_LOOKALIKES: Final = str.maketrans(
    "авеѕзіјкӏмнорԛстцѵԝхуһԁɡαβγεζηικμνορτυχ01",
    "abesзijklmhopqctцvwxyhdgaβyeznikuvoptuxol",
)
"""Cyrillic and Greek letters, and digits, to the ASCII letters that they are taken for."""
_UNREAD: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Zs", "Zl", "Zp"})


def record_name(name: str, record_id: str | None = None, cells: int = NAME_CELLS) -> str:
    """Return a record's name for titles and messages, cleaned; its id where it has no name."""
    if not name.strip():
        found = f" (id {shortened(clean(record_id), 40)})" if record_id else ""
        return f"the record without a name{found}"
    shown = clean(name[:_NAME_READ])
    return cut_to_cells(shown if len(name) <= _NAME_READ else f"{shown}…", cells)


def _skeleton(name: str) -> str:
    """Return what a name reads as: without case, accents, spaces and invisible characters."""
    if name.isascii() and name.isprintable():
        return name.replace(" ", "").casefold().replace("0", "o").replace("1", "l")
    seen = (
        character
        for character in unicodedata.normalize("NFKD", name)
        if unicodedata.category(character) not in _UNREAD
    )
    return "".join(seen).casefold().translate(_LOOKALIKES)


def lookalikes(names: Iterable[str]) -> frozenset[str]:
    """Return the names that occur twice or read like another one."""
    listed = list(names)
    counts = Counter(map(_skeleton, listed))
    return frozenset(name for name in listed if counts[_skeleton(name)] > 1)


# Times


def age(seconds: float) -> str:
    """Return a span in its largest unit: ``12s``, ``5m``, ``3h``, ``2d``."""
    whole = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def time_left(seconds: float) -> str:
    """Return how long a token stays valid: ``11h59m``, ``4m``, ``30s``, or ``over``."""
    whole = int(seconds)
    if whole <= 0:
        return "over"
    hours, minutes = divmod(whole // 60, 60)
    if hours:
        return f"{hours}h{minutes:02}m"
    return f"{minutes}m" if minutes else f"{whole}s"


def duration(seconds: float) -> str:
    """Return how long something took: ``300 ms``, or ``12 s`` from ten seconds on."""
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.0f} s"


def moment(at: datetime | None) -> str:
    """Return a time in UTC to the minute, or words where there is none."""
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "unknown"


_NEAREST_TOLD: Final = 5


def nearest(name: str, names: Iterable[str], cutoff: float = 0.6) -> str:
    """The end of a message: the known names that are nearest, whatever their case; or nothing."""
    import difflib  # noqa: PLC0415 - for mistakes only

    compared, best = difflib.SequenceMatcher(b=name.casefold()), cutoff
    found: list[str] = []
    for each in dict.fromkeys(names):
        compared.set_seq1(each.casefold())
        if compared.real_quick_ratio() < best or compared.quick_ratio() < best:
            continue
        ratio = compared.ratio()
        found = [] if ratio > best else found
        found += [each] if ratio >= best else []
        best = max(best, ratio)
    if not found:
        return ""
    *others, last = (f'"{each}"' for each in found[:_NEAREST_TOLD])
    return f"; did you mean {', '.join(others)}{' or ' if others else ''}{last}?"
