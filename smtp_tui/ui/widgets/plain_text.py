"""Text made safe to draw: one visible character for each that cannot be seen, and no markup.

A widget draws its text as it is: an escape sequence in a record would reach the terminal, and a
line break in an input ends the program. The value itself stays unchanged.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rich.highlighter import Highlighter
from rich.text import Text
from textual.content import Content
from textual.visual import VisualType
from textual.widgets import Static

from smtp_tui.text import HIDDEN_CATEGORIES

_CONTROL_PICTURES: Final = {**{code: 0x2400 + code for code in range(32)}, 0x7F: 0x2421}
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def visible(text: str) -> str:
    """Replace each character that cannot be seen by one that can; the length stays the same."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, text.translate(_CONTROL_PICTURES)))


def harmless(content: str | Content) -> Content:
    """Return ``content`` as a widget may draw it: no markup, nothing invisible but line breaks."""
    content = Content(content) if isinstance(content, str) else content
    if content.plain.isascii() and content.plain.replace("\n", "").isprintable():
        return content
    shown = "\n".join(map(visible, content.plain.split("\n")))
    return content if shown == content.plain else Content(shown, spans=list(content.spans))


def _visible(character: str) -> str:
    hidden = unicodedata.category(character) in HIDDEN_CATEGORIES
    return _REPLACEMENT if hidden else character


class VisibleText(Highlighter):
    """The highlighter of an input: it changes what is drawn, character by character."""

    def highlight(self, text: Text) -> None:
        """Replace in place; called by the input before it draws."""
        shown = visible(text.plain)
        if shown != text.plain:
            text.plain = shown


class PlainText(Static):
    """The widget for all text. Brackets are not markup, and nothing drives the terminal."""

    def __init__(
        self, content: str | Content = "", *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(harmless(content), markup=False, id=id, classes=classes)

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """Show another text. The same text again sends nothing to the terminal."""
        assert isinstance(content, str | Content)
        before, now = self.content, harmless(content)
        if not (isinstance(before, Content) and now.is_same(before)):
            super().update(now, layout=layout)
