"""HTML where JSON was expected: a proxy's error, a router's, a login. Told by its title alone."""

from __future__ import annotations

import re
from typing import Final

BOM: Final = "\ufeff"
_READ: Final = 65536
_TITLE: Final = re.compile(
    r"<(title|h1)(?:\s[^<>]{0,200})?>(.{0,500}?)</\1", re.IGNORECASE | re.DOTALL
)
_TAG: Final = re.compile(
    r"</?[a-z][a-z0-9]*(?:\s[^<>]{0,1000})?/?>|<!--.{0,1000}?-->", re.IGNORECASE | re.DOTALL
)
_START: Final = re.compile(r"\s*<(!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)


def cut(text: str, limit: int) -> str:
    """A text of at most so many characters, with a mark where more followed."""
    return text if len(text) <= limit else f"{text[:limit]}…"


def is_page(text: str) -> bool:
    """Whether a body is an HTML page, which never comes from the API itself."""
    return _START.match(text.removeprefix(BOM)) is not None


def page_words(text: str) -> str:
    """A page in words, its title included where it has one."""
    title = _title(text)
    return f"an HTML page titled “{cut(title, 120)}”" if title else "an HTML page"


def without_tags(text: str) -> str:
    """Plain text as it is, a page in words, and text with tags in it without them.

    Only what looks like a tag goes: an address in angle brackets stays.
    """
    if "<" not in text:
        return text
    return page_words(text) if is_page(text) or _title(text) else _TAG.sub(" ", text)


def _title(text: str) -> str:
    from html import unescape  # noqa: PLC0415 - for pages only, which are rare

    found = _TITLE.search(text[:_READ])
    return " ".join(unescape(_TAG.sub(" ", found.group(2))).split()) if found else ""
