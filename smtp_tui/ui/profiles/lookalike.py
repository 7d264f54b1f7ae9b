"""Names that read the same, though they are not: doubled ones, and those of look-alike letters."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Final

_LETTERS: Final = str.maketrans(
    "авеѕзіјкӏмнорԛстцѵԝхуһԁɡαβγεζηικμνορτυχ", "abesзijklmhopqctцvwxyhdgaβyeznikuvoptux"
)
"""Cyrillic, Greek and Latin letters to those of ASCII that they are taken for (lower case)."""
_DROPPED: Final = frozenset({"Mn", "Me", "Cf", "Cc", "Zs", "Zl", "Zp"})


def reading(name: str) -> str:
    """What a name reads as: without case, marks, spaces and what is not seen."""
    if name.isascii() and name.isprintable():
        return name.replace(" ", "").casefold().replace("0", "o").replace("1", "l")
    seen = [
        one
        for one in unicodedata.normalize("NFKD", name)
        if unicodedata.category(one) not in _DROPPED
    ]
    text = "".join(seen).casefold().translate(_LETTERS)
    return text.replace("0", "o").replace("1", "l")


def read_alike(names: Iterable[str]) -> frozenset[str]:
    """Those of the names that read as another of them does, or are another of them."""
    listed = list(names)
    counts = Counter(map(reading, listed))
    return frozenset(name for name in listed if counts[reading(name)] > 1)
