"""The pages of help, as they are read in a terminal.

They are Markdown, which the README links to. Here what only a browser needs is left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import fill, indent
from typing import Final

TOPICS: Final = {
    "configuration": "profiles, preferences, variables, network",
    "scripts": "commands, formats, fields, exit codes",
    "probes": "limits, JSON, Nagios and Prometheus",
    "files": "where files are, who may change them, the journal",
    "terminals": "size, copying, pasting, mouse, keyboard",
    "server": "what is known of the server, and the sandbox that stands in for it",
}
"""The topics, each with what it is about."""
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_CODE: Final = re.compile(r"^```.*\n((?:.*\n)*?)```$", re.MULTILINE)
_LINK: Final = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_MARKS: Final = re.compile(r"\*\*|`")
_ITEM: Final = re.compile(r"\n(?=- |\d\. )")


def page(topic: str) -> str:
    """The page on one of the :data:`TOPICS`, as Markdown. Blocks."""
    return (Path(__file__).parent / f"{topic}.md").read_text(encoding="utf-8")


def plain(text: str) -> str:
    """Markdown as it is read in a terminal: without comments and marks, code indented."""
    text = _CODE.sub(lambda code: indent(code[1], "    ").rstrip(), _COMMENT.sub("", text))
    return re.sub(r"\n{3,}", "\n\n", _MARKS.sub("", _LINK.sub(r"\1", text))).strip()


def parts(text: str) -> list[str]:
    """The paragraphs of a plain page, each item of a list by itself."""
    return [part for each in text.split("\n\n") for part in _ITEM.split(each)]


def wrapped(paragraph: str, width: int) -> str:
    """A paragraph of a plain page, wrapped anew; code stays as it is."""
    if paragraph.startswith("    "):
        return paragraph
    items = _ITEM.split(paragraph)
    hanging = " " * (items[0].index(" ") + 1) if re.match(r"- |\d\. ", items[0]) else ""
    filled = (
        fill(" ".join(item.split()), width, subsequent_indent=hanging, break_on_hyphens=False)
        for item in items
    )
    return "\n".join(filled)
