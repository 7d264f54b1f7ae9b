"""One-line inputs: pasted text is taken whole or refused with a reason, and secrets stay hidden."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from typing import Final

from textual import events
from textual.message import Message
from textual.widgets import Input

from smtp_tui.api.secret import SecretStr
from smtp_tui.ui.widgets.plain_text import VisibleText, visible

_LINE_BREAK: Final = re.compile(r"\r\n|[\r\n]")
_BEARER: Final = re.compile(r"bearer +", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/=]+")
_NOT_IN_A_LINE: Final = frozenset({"Cc", "Zl", "Zp"})


class Paste(Enum):
    """What an input takes."""

    TEXT = "text"
    WORDS = "words to search for"
    PASSWORD = "password"
    TOKEN = "token"


class PasteRefused(Message):
    """A pasted text was refused and the input is unchanged; ``words`` say why."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words


class BadPaste(ValueError):
    """The text does not fit in one line; the message says why."""


def one_line(text: str, kind: Paste = Paste.TEXT) -> str:
    """Return the line that a pasted text means. Raises :class:`BadPaste`.

    Surrounding blanks and line breaks are dropped; around a password only line breaks, because a
    blank may belong to it. A token that a terminal wrapped is joined, and so are search words.
    """
    text = text.strip("\r\n") if kind is Paste.PASSWORD else text.strip()
    lines = _LINE_BREAK.split(text)
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


class TextInput(Input):
    """An input that shows what cannot be seen, and whose cursor does not blink.

    A blinking cursor would send bytes to the terminal while nothing happens.
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        id: str | None = None,
        takes: Paste = Paste.TEXT,
        password: bool = False,
    ) -> None:
        super().__init__(
            value,
            placeholder=visible(placeholder),
            highlighter=VisibleText(),
            id=id,
            compact=True,
            password=password,
            select_on_focus=not password,  # or the next key would replace the whole password
        )
        self.cursor_blink = False
        self._takes = takes

    def on_paste(self, event: events.Paste) -> None:
        """Insert the pasted line, or say why it was refused and leave the input unchanged."""
        event.stop()
        event.prevent_default()
        try:
            line = one_line(event.text, self._takes)
        except BadPaste as error:
            self.post_message(PasteRefused(str(error)))
            return
        if line:  # blanks alone must not delete the selection
            self.replace(line, *self.selection)


class SecretInput(TextInput):
    """An input for a password or token: shows dots, copies nothing, and logs nothing."""

    class Changed(Input.Changed):
        """The text changed; the repr, which goes to logs, does not contain it."""

        def __repr__(self) -> str:
            return "SecretInput.Changed()"

    class Submitted(Input.Submitted):
        """Enter was pressed; the repr does not contain the text."""

        def __repr__(self) -> str:
            return "SecretInput.Submitted()"

    def __init__(
        self, *, placeholder: str = "", id: str | None = None, takes: Paste = Paste.PASSWORD
    ) -> None:
        super().__init__(placeholder=visible(placeholder), id=id, takes=takes, password=True)

    @property
    def secret(self) -> SecretStr:
        """What was typed."""
        return SecretStr(self.value)

    def reveal(self) -> None:
        """Show what was typed, or hide it again."""
        self.password = not self.password

    def on_blur(self, event: events.Blur) -> None:
        """Hide again when the focus leaves."""
        self.password = True

    def action_copy(self) -> None:
        """Do nothing: a secret does not go to a clipboard."""

    def action_cut(self) -> None:
        """Do nothing: a secret does not go to a clipboard."""
