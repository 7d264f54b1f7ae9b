"""Inputs of one line, and the fields of a form: a label, an input, and what is wrong with it.

Pasted text is taken whole or refused with a reason, and secrets stay hidden.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import Enum
from typing import Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.secret import SecretStr
from smtp_tui.mail.parameters import label_of, trimmed
from smtp_tui.mail.remarks import Remark, Remarks, Severity, error
from smtp_tui.text import clean, counted, cut_to_cells, padded
from smtp_tui.ui.widgets.plain_text import PlainText, VisibleText, harmless, visible

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
        many = counted(len(lines), "line")
        raise BadPaste(f"Not pasted: the text has {many}, and only one fits here.")
    if any(unicodedata.category(char) in _NOT_IN_A_LINE for char in text):
        raise BadPaste("Not pasted: the text contains a control character.")
    return text


class TextInput(Input):
    """An input that shows what cannot be seen, and whose cursor does not blink.

    A blinking cursor would send bytes to the terminal while nothing happens. Its extent is seen,
    without colours too: it is underlined, and in reverse video while it has the focus. A hint in it
    is dim, so that it does not look typed.
    """

    DEFAULT_CSS = """
    TextInput {
        padding: 0 1 !important; background: $field-background !important; color: $field !important;
        text-style: underline;
        &:disabled { text-style: dim; }
        & > .input--placeholder {
            color: $field !important; text-style: not bold dim italic !important;
        }
    }
    TextInput:focus {
        background: $selection-background !important; color: $selection !important;
        background-tint: $background 0% !important; text-style: $filled;
        & > .input--placeholder { color: $selection !important; }
        & > .input--cursor, & > .input--selection {
            background: $selection !important; color: $selection-background !important;
            text-style: not reverse !important;
        }
        &:nocolor > .input--selection { text-style: not reverse underline !important; }
    }
    """

    virtual_size: Reactive[Size] = Reactive(Size(0, 0))  # what is typed moves nothing: no layout

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
            classes="-valid",  # as any value without a validator, which would be styled anew
            password=password,
            select_on_focus=not password,  # or the next key would replace the whole password
        )
        self.add_class("-textual-compact", update=False)  # as compact=True, without a styling
        self.cursor_blink = False
        self._takes = takes

    def validate_placeholder(self, placeholder: str) -> str:
        """Let an empty one be seen without colours too: only a text fills the whole width."""
        return placeholder or " "

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

    def __init__(self, *, placeholder: str = "", takes: Paste = Paste.PASSWORD) -> None:
        super().__init__(placeholder=visible(placeholder), takes=takes, password=True)

    @property
    def secret(self) -> SecretStr:
        """What was typed."""
        return SecretStr(self.value)

    def on_blur(self, event: events.Blur) -> None:
        """Hide again when the focus leaves."""
        self.password = True

    def action_copy(self) -> None:
        """Do nothing: a secret does not go to a clipboard."""

    def action_cut(self) -> None:
        """Do nothing: a secret does not go to a clipboard."""


PAUSE: Final = 0.4
"""Seconds after the last key before the text is checked, so that not every key brings a remark."""

FIELD_KEYS: Final[list[BindingType]] = [
    Binding("tab", "app.focus_next", show=False, priority=True),
    Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    Binding("down", "app.focus_next", show=False),
    Binding("up", "app.focus_previous", show=False),
]
"""The keys that move between the fields of a form, also where they are typed ahead of a repaint."""

LABEL_CELLS: Final = 11
"""The cells of a label, unless the form says otherwise."""

_MARK_CELLS: Final = 2
"""The cells of the mark of a change, before the label."""

_SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.HINT: "·"}


def _said(remark: Remark, quiet: str) -> Content:
    """A remark after its sign; a hint in the style ``quiet``."""
    looks = {Severity.ERROR: "$bad", Severity.WARNING: "$warn"}
    words = f"{_SIGNS[remark.severity]} {remark.text}"
    return Content.styled(words, looks.get(remark.severity, quiet))


class Field(Vertical):
    """One parameter of a form; ``opened`` is its text as it is stored.

    It draws mark and label itself: widgets for them make a form open slower.

    One that ``takes`` a password or a token hides it. ``Edited`` is sent at every change,
    ``Rested`` when it is time to check the text. ``aside`` is the last line below the input.
    Fields below each other have the same ``label_cells``. The label of a ``wrong`` one is red.
    """

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > TextInput { max-width: 42; }
    Field > .note { height: auto; }
    """

    wrong: reactive[bool] = reactive(False)

    class Edited(Message):
        """The text changed."""

    class Rested(Message):
        """Typing paused, or the focus left the field."""

    def __init__(
        self, name: str, opened: str, *, label: str = "", hint: str = "", takes: Paste = Paste.TEXT
    ) -> None:
        super().__init__(classes="field")
        self.parameter = name
        self.opened = opened
        self._hint = hint
        self.input = TextInput(opened, placeholder=visible(hint), takes=takes)
        if takes in (Paste.PASSWORD, Paste.TOKEN):
            self.input = SecretInput(placeholder=visible(hint), takes=takes)
        self.remarks: Remarks = ()
        self.aside = Content()
        self.label = clean(label or label_of(name), 60)
        self.label_cells = LABEL_CELLS
        self.mark_cells = _MARK_CELLS
        self._note = PlainText(classes="note")
        self._timer: Timer | None = None
        self._marked, self._drawn = False, Content()
        self._paste_refused: Remarks = ()

    def compose(self) -> Iterable[Widget]:
        """What is filled in, beside the label; the note comes once there is one."""
        for widget in self.compose_input():
            widget.styles.margin = self._margin
            yield widget

    def compose_input(self) -> Iterable[Widget]:
        """What stands beside the label, above the note."""
        yield self.input

    @property
    def _margin(self) -> tuple[int, int, int, int]:
        return (0, 0, 0, self.mark_cells + self.label_cells + 1)

    @property
    def label_words(self) -> str:
        """What stands beside the input."""
        return cut_to_cells(self.label, self.label_cells)

    def render(self) -> Content:
        """Return mark and label."""
        label = self.label_words.replace("\n", "\n" + " " * self.mark_cells)
        look = "bold" if self._marked or self.has_focus_within else "dim"
        mark = padded("●" if self._marked else "", self.mark_cells)
        drawn = (mark, "bold $warn"), (label, "bold $bad" if self.wrong else look)
        return harmless(Content.assemble(*drawn))

    def draw_label(self) -> None:
        """Draw mark and label, if they look different now."""
        drawn = self.render()
        if not drawn.is_same(self._drawn):
            self._drawn = drawn
            self.refresh()

    def begin(self) -> None:
        """Put the cursor into it."""
        self.input.focus()

    @property
    def text(self) -> str:
        """What is typed."""
        return self.input.value

    @text.setter
    def text(self, text: str) -> None:
        """Put it in place of what is typed."""
        self.input.value = text

    @property
    def changed(self) -> bool:
        """Whether the text, as it would be sent, differs from the opened one."""
        return self.opened not in (self.text, trimmed(self.parameter, self.text))

    @property
    def was(self) -> Content:
        """The opened value in words."""
        if not self.opened:
            return Content.styled(f"was {clean(self._hint, 200) or 'blank'}", "dim")
        return Content.assemble(("was ", "dim"), (clean(self.opened, 200), "$bad strike"))

    def revert(self) -> None:
        """Restore the opened text."""
        self.text = self.opened

    def show(self, changed: bool, remarks: Remarks) -> None:
        """Mark a change with its old value, and show remarks on the text."""
        self._marked, self.remarks = changed, remarks
        self._show()

    def _show(self) -> None:
        lines = self._lines()
        self._note.update(Content("\n").join(lines))
        self._note.display = bool(lines)
        if lines and self.is_attached and not self._note.is_attached:
            self._note.styles.margin = self._margin
            self.mount(self._note)
        self.draw_label()

    def _lines(self) -> list[Content]:
        """The old value and, beside it where there is room, what the new one means; the rest."""
        quiet = "$accent" if self._marked else "dim"
        said = [_said(remark, quiet) for remark in self.remarks + self._paste_refused]
        lines = [self.was] if self._marked else []
        room = self.size.width - self._margin[3]
        if lines and said and lines[0].cell_length + 2 + said[0].cell_length <= room:
            lines = [Content.assemble(lines[0], "  ", said.pop(0))]
        return [*lines, *said, *([self.aside] if self.aside else [])]

    def on_resize(self) -> None:
        """Lay out the note anew."""
        self._show()

    @on(PasteRefused)
    def say_refused(self, event: PasteRefused) -> None:
        """Say why a pasted text was refused, until something else is typed."""
        event.stop()
        self._paste_refused = (error(event.words),)
        self._show()

    @on(Input.Changed)
    def edited(self, event: Input.Changed) -> None:
        """Tell the form, and wait for a pause."""
        event.stop()
        if self._paste_refused:
            self._paste_refused = ()
            self._show()
        self.post_message(self.Edited())
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._rested)

    def on_descendant_focus(self) -> None:
        """Let the label stand out."""
        self.draw_label()

    def on_descendant_blur(self) -> None:
        """Have the text checked at once when the focus leaves."""
        self.draw_label()
        self._rested()

    def _rested(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.post_message(self.Rested())


class FieldsPane(VerticalScroll, can_focus=False):
    """The fields of a form. A ``-roomy`` one has a blank line between them and no underlines."""

    DEFAULT_CSS = """
    FieldsPane { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    FieldsPane.-roomy TextInput { text-style: none; }
    FieldsPane.-roomy TextInput:nocolor { text-style: underline; }
    FieldsPane.-roomy TextInput:focus { text-style: $filled; }
    """
