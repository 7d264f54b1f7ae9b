"""JSON in colours, for every place that shows a body or an answer."""

from __future__ import annotations

import re
from typing import Final

from textual.content import Content, Span

from smtp_tui.api.secret import is_mask

_PART: Final = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*")(?P<colon>\s*:)?"""
    r"""|(?P<other>-?\b\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\b|\b(?:true|false|null)\b)""",
    re.DOTALL,
)


def json_content(text: str) -> Content:
    """Return cleaned text with names, strings and other values in their roles.

    A secret, which is masked, is dim. Text that is no JSON, or was cut, stays as it is.
    """
    spans = [Span(*found.span(_group(found)), _role(found)) for found in _PART.finditer(text)]
    return Content(text, spans)


def _group(found: re.Match[str]) -> str:
    return "string" if found["string"] else "other"


def _role(found: re.Match[str]) -> str:
    if found["other"]:
        return "$unknown"
    if found["colon"]:
        return "$accent"
    return "dim" if is_mask(found["string"][1:-1]) else "$good"
