"""The code blocks of the README and of the pages of help, each with its mark.

The mark is a comment on the line before: ``<!-- KIND: NAME -->``. A ``command``, ``recipe``,
``run`` or ``cron`` is run by a test, what is to ``read`` is read by one, what is ``shown`` is
compared with what the program prints. ``not run`` has a reason in place of the name.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from smtp_tui.help.pages import TOPICS, page
from tests.house.tree import ROOT

README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES: Final = {"README": README, **{topic: page(topic) for topic in TOPICS}}
KINDS: Final = ("command", "recipe", "run", "cron", "read", "shown", "not run")
_FENCE: Final = re.compile(
    r"(?:^<!-- (?P<kind>[a-z ]+): (?P<name>[^\n]+) -->\n)?"
    r"^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Block(NamedTuple):
    """A code block; ``kind`` and ``name`` are blank where it has no mark."""

    page: str
    kind: str
    name: str
    language: str
    text: str


BLOCKS: Final = tuple(
    Block(title, *(match[part] or "" for part in ("kind", "name", "language", "text")))
    for title, text in PAGES.items()
    for match in _FENCE.finditer(text)
)


def named(kind: str) -> dict[str, str]:
    """The texts of all blocks of a kind, by name."""
    return {block.name: block.text for block in BLOCKS if block.kind == kind}
