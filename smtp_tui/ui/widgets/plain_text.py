"""Text made safe to draw: one visible character for each that cannot be seen, and no markup.

A widget draws its text as it is: an escape sequence in a record would reach the terminal, and a
line break in an input ends the program. The value itself stays unchanged.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from rich.highlighter import Highlighter
from rich.text import Text
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, VisualType
from textual.widgets import Static

from smtp_tui.text import HIDDEN_CATEGORIES, cell_width

_CONTROL_PICTURES: Final = {**{code: 0x2400 + code for code in range(32)}, 0x7F: 0x2421}
_LABEL: Final = re.compile(r" *(?:[^\w\s\"'(] )?(?:[\w-]+ {2,})?")
_WORD: Final = re.compile(r"\S+")
_PART: Final = re.compile(r"[^/&@.=-]*[/&@.=-]|[^/&@.=-]+")
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


class _Hanging(Content):
    """Lines whose rest, where they are too long, stands under their text.

    That begins after the blanks of a line, after a sign, and after a label with two blanks behind
    it. A line is broken between words, and one word that is too long between its parts.
    """

    def get_height(self, rules: RulesMap, width: int) -> int:
        """The lines that it takes at this width."""
        return self._broken(width).get_height(rules, width)

    def render_strips(
        self, width: int, height: int | None, style: Style, options: RenderOptions
    ) -> list[Strip]:
        """Draw it at this width."""
        return self._broken(width).render_strips(width, height, style, options)

    def _broken(self, width: int) -> Content:
        whole = Content(self.plain, spans=list(self.spans))
        if all(cell_width(line) <= width for line in self.plain.split("\n")):
            return whole
        lines = whole.split(allow_blank=True)
        return Content("\n").join(part for line in lines for part in _hung(line, width))


def hanging(content: Content) -> Content:
    """Return the content with its long lines broken so."""
    shown = harmless(content)
    return _Hanging(shown.plain, spans=list(shown.spans))


def _hung(line: Content, width: int) -> Iterable[Content]:
    """Yield the lines of a line that is perhaps too long."""
    text = line.plain
    label = _LABEL.match(text)
    hang = label.end() if label is not None else 0
    if cell_width(text) <= width or hang > width // 2:
        return [line]
    cuts = [0]
    for word in _WORD.finditer(text):
        whole = cell_width(word[0]) <= width - hang
        for part in (word,) if whole else _PART.finditer(text, *word.span()):
            room = width if len(cuts) == 1 else width - hang
            if part.start() > hang and cell_width(text[cuts[-1] : part.end()]) > room:
                cuts.append(part.start())
    first, *more = line.divide(cuts[1:])
    return [first.rstrip(), *(Content.assemble(" " * hang, part.rstrip()) for part in more)]


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
