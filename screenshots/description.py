"""The README as an index of packages shows it, made as the package is built.

Nothing beside the README is there, and no address of this repository is known: a picture becomes
the text on it, where there is room, or what it shows; a link to a file becomes its words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from html import unescape
from pathlib import Path
from typing import Any, Final

from hatchling.metadata.plugin.interface import MetadataHookInterface

CELL: Final = 12.2
"""Units of a picture that one character is wide."""
TEXT: Final = re.compile(r'<text class="t-r\d+" x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)</text>')
PICTURE: Final = re.compile(r"^!\[[^\]]+\]\((screenshots/[^)]+)\)$", re.MULTILINE)
SMALL_PICTURE: Final = re.compile(r"!\[([^\]]+)\]\([^)]+\)")
LINK: Final = re.compile(r"\[([^\]]+)\]\((?!#|https?:)[^)]+\)")


class Description(MetadataHookInterface):
    """What hatchling calls for the metadata that `pyproject.toml` calls dynamic."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the description."""
        text = description(Path(self.root))
        metadata["readme"] = {"content-type": "text/markdown", "text": text}


def description(root: Path) -> str:
    """The README below a directory, without pictures and links to files."""
    text = (root / "README.md").read_text(encoding="utf-8")
    text = PICTURE.sub(lambda found: f"```text\n{screen(root / found[1])}\n```", text)
    return LINK.sub(r"\1", SMALL_PICTURE.sub(r"*\1*", text))


def screen(picture: Path) -> str:
    """The text on a picture, each piece in its place."""
    lines: defaultdict[float, str] = defaultdict(str)
    for x, y, piece in TEXT.findall(picture.read_text(encoding="utf-8")):
        before = lines[float(y)].ljust(round(float(x) / CELL))
        lines[float(y)] = before + unescape(piece).replace("\xa0", " ")
    return "\n".join(lines[y].rstrip() for y in sorted(lines))
