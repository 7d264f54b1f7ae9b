"""What stands in an input field, made safe to show while the value itself stays as it is.

An input draws its value as it is: an escape sequence in a record would reach the terminal, and a
line end in it ends the program. Given as an input's highlighter, this replaces each such character
in what is drawn, one for one, so that the cursor stays where it belongs.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rich.highlighter import Highlighter
from rich.text import Text
from textual.content import Content

from smtp_tui.ui.text import HIDDEN_CATEGORIES

_PICTURES: Final = 0x2400
_DELETE: Final = 0x7F
_DELETE_PICTURE: Final = "\u2421"
_STAND_IN: Final = "\N{REPLACEMENT CHARACTER}"


class VisibleText(Highlighter):
    """Control pictures for control characters, a replacement character for what cannot be seen."""

    def highlight(self, text: Text) -> None:
        """Replace in place; called by the input before it draws."""
        shown = visible(text.plain)
        if shown != text.plain:
            text.plain = shown


def visible(text: str) -> str:
    """The text with one visible character for each one of it."""
    return text if text.isascii() and text.isprintable() else "".join(map(_stand_in, text))


def harmless(content: str | Content) -> Content:
    """What a widget may draw: no markup, and one visible character for each but the line ends."""
    content = Content(content) if isinstance(content, str) else content
    if content.plain.isascii() and content.plain.replace("\n", "").isprintable():
        return content
    shown = "\n".join(map(visible, content.plain.split("\n")))
    return content if shown == content.plain else Content(shown, spans=list(content.spans))


def _stand_in(character: str) -> str:
    code = ord(character)
    if code < ord(" "):
        return chr(_PICTURES + code)
    if code == _DELETE:
        return _DELETE_PICTURE
    hidden = unicodedata.category(character) in HIDDEN_CATEGORIES
    return _STAND_IN if hidden else character
