"""Pasting into a field: the text is taken as it was meant, or refused in words; never cut."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final

from textual import events
from textual.message import Message
from textual.widgets import Input

from smtp_tui.ui.widgets.visible import visible

_BREAKS: Final = re.compile(r"\r\n|[\r\n]")
_BEARER: Final = re.compile(r"bearer +", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/=]+")
_NOT_IN_A_LINE: Final = frozenset({"Cc", "Zl", "Zp"})


class Paste(Enum):
    """What a field takes."""

    TEXT = "text"
    WORDS = "words to search for"
    PASSWORD = "password"
    TOKEN = "token"


class PasteRefused(Message):
    """A pasted text was refused, and what stood in the field was kept; ``words`` say why."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class BadPaste(ValueError):
    """The text cannot stand in one line; the message says why."""


def one_line(text: str, kind: Paste = Paste.TEXT) -> str:
    """The line that was meant by a pasted text. Raises :class:`BadPaste`.

    Blanks and line ends around it are dropped; around a password only line ends, for a blank may
    belong to it. A token that a terminal wrapped is joined again, and so are words to search for.
    """
    text = text.strip("\r\n") if kind is Paste.PASSWORD else text.strip()
    lines = _BREAKS.split(text)
    if kind is Paste.TOKEN and len(lines) > 1:
        first = _BEARER.sub("", lines[0])
        if all(_TOKEN.fullmatch(line) for line in (first, *lines[1:])):
            return "".join(lines)
    if kind is Paste.WORDS:
        text = " ".join(line.strip() for line in lines)
    elif len(lines) > 1:
        raise BadPaste(f"Not pasted: the text has {len(lines)} lines, and only one fits here.")
    if any(unicodedata.category(char) in _NOT_IN_A_LINE for char in text):
        raise BadPaste("Not pasted: there is a control character in the text.")
    return text


class LineInput(Input):
    """The base of every input field: one line, the same rule for pasting, a steady cursor.

    The cursor does not blink, so that an idle screen sends nothing to the terminal.
    """

    def __init__(
        self,
        value: str = "",
        placeholder: str = "",
        *,
        id: str | None = None,
        takes: Paste = Paste.TEXT,
        password: bool = False,
    ) -> None:
        super().__init__(
            value,
            placeholder=visible(placeholder),
            id=id,
            compact=True,
            password=password,
            select_on_focus=not password,  # or the next key would replace the whole password
        )
        self.cursor_blink = False
        self._takes = takes

    def on_paste(self, event: events.Paste) -> None:
        """Insert the line that was meant, or say why not and leave the field as it is."""
        event.stop()
        event.prevent_default()
        try:
            line = one_line(event.text, self._takes)
        except BadPaste as error:
            self.post_message(PasteRefused(str(error)))
            return
        if line:  # blanks alone must not delete what is selected
            self.replace(line, *self.selection)
