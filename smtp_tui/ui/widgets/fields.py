"""The fields of a form: a label, an input, and a note on what changed or is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.models import SecretState
from smtp_tui.editing.draft import Clear, Keep, Replace, SecretEdit
from smtp_tui.mail.parameters import label_of, trimmed
from smtp_tui.mail.remarks import Remarks, Severity, has_error
from smtp_tui.text import clean
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.inputs import Paste, PasteRefused, SecretInput, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, visible

PAUSE: Final = 0.4
"""Seconds after the last key before the text is checked, so that not every key brings a remark."""

FIELD_KEYS: Final[list[BindingType]] = [
    Binding("tab", "app.focus_next", show=False, priority=True),
    Binding("shift+tab", "app.focus_previous", show=False, priority=True),
    Binding("down", "app.focus_next", show=False),
    Binding("up", "app.focus_previous", show=False),
]
"""The keys that move between the fields of a form, also where they are typed ahead of a repaint."""

_SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.HINT: "·"}


class Field(Vertical):
    """One parameter of a form; ``opened`` is its text when the form was opened.

    ``Edited`` is sent at every change, ``Rested`` when it is time to check the text.
    """

    DEFAULT_CSS = """
    Field { height: auto; }
    Field > Horizontal { height: 1; }
    Field .mark { width: 2; text-style: bold; }
    Field .label { width: 12; }
    Field Input { width: 1fr; height: 1; border: none; padding: 0; }
    Field Input:focus { text-style: underline; }
    Field .note { height: auto; padding-left: 14; display: none; }
    Field .note.-shown { display: block; }
    Field .note.-error { text-style: bold; color: ansi_red; }
    """

    class Edited(Message):
        """The text changed."""

    class Rested(Message):
        """Typing paused, or the focus left the field."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

    def __init__(
        self,
        name: str,
        text: str,
        *,
        label: str | None = None,
        hint: str = "",
        line: TextInput | None = None,
    ) -> None:
        super().__init__(classes="field")
        self.parameter = name
        self.opened = text
        self.input = line or TextInput(text, placeholder=visible(hint))
        self.remarks: Remarks = ()
        self._label = label if label is not None else label_of(name)
        self._mark, self._note = PlainText(" ", classes="mark"), PlainText(classes="note")
        self._timer: Timer | None = None
        self._marked = False
        self._paste_refused = ""

    def compose(self) -> Iterable[Widget]:
        """Mark, label and input; under them the note."""
        with Horizontal():
            yield from (self._mark, PlainText(clean(self._label, 11), classes="label"), self.input)
        yield self._note

    @property
    def text(self) -> str:
        """What is typed."""
        return self.input.value

    @text.setter
    def text(self, text: str) -> None:
        self.input.value = text

    @property
    def changed(self) -> bool:
        """Whether the text, as it would be sent, differs from the opened one."""
        return self.opened not in (self.text, trimmed(self.parameter, self.text))

    @property
    def was(self) -> str:
        """The opened value in words."""
        return f"was {clean(self.opened, 200)}" if self.opened else "was blank"

    def revert(self) -> None:
        """Restore the opened text."""
        self.input.value = self.opened

    def show(self, changed: bool, remarks: Remarks) -> None:
        """Mark a change with its old value, and show remarks on the text."""
        self._marked, self.remarks = changed, remarks
        self._show()

    def _show(self) -> None:
        self._mark.update("*" if self._marked else " ")
        lines = [self.was] if self._marked else []
        lines += [f"{_SIGNS[remark.severity]} {remark.text}" for remark in self.remarks]
        if self._paste_refused:
            lines.append(f"{_SIGNS[Severity.ERROR]} {self._paste_refused}")
        self._note.update("\n".join(lines))
        self._note.set_class(bool(lines), "-shown")
        self._note.set_class(bool(self._paste_refused) or has_error(self.remarks), "-error")

    @on(PasteRefused)
    def say_refused(self, event: PasteRefused) -> None:
        """Say why a pasted text was refused, until something else is typed."""
        event.stop()
        self._paste_refused = event.words
        self._show()

    @on(Input.Changed)
    def edited(self, event: Input.Changed) -> None:
        """Tell the form, and wait for a pause."""
        event.stop()
        if self._paste_refused:
            self._paste_refused = ""
            self._show()
        self.post_message(self.Edited())
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._rested)

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """Have the text checked at once when the focus leaves."""
        self._rested()

    def _rested(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.post_message(self.Rested(self))


class HiddenField(Field):
    """A password or token that is typed unseen and stored nowhere."""

    def __init__(self, name: str, *, label: str, hint: str, takes: Paste = Paste.PASSWORD) -> None:
        line = SecretInput(placeholder=visible(hint), takes=takes)
        super().__init__(name, "", label=label, line=line)


class SecretField(Field):
    """A stored password: kept, replaced by what is typed, or cleared. It is never prefilled."""

    def __init__(self, name: str, state: SecretState | None) -> None:
        self._secret = SecretInput()
        super().__init__(name, "", line=self._secret)
        self.state = state
        self._clearing = False

    def on_mount(self) -> None:
        """Say what is stored."""
        self.input.placeholder = visible(self._state_words())

    def _state_words(self) -> str:
        if self._clearing:
            return f"will be cleared · {self._key('form.revert')} keeps it"
        if self.state is None:
            return "none"
        return f"{self.state.value} · type to replace, {self._key('secret.clear')} clears"

    def _key(self, action_id: str) -> str:
        return bound(self.screen, action_id).first_key

    @property
    def edit(self) -> SecretEdit:
        """What is to be done with the stored password."""
        if self.text:
            return Replace(self._secret.secret)
        return Clear() if self._clearing else Keep()

    @property
    def changed(self) -> bool:
        """Whether it is replaced or cleared."""
        return not isinstance(self.edit, Keep)

    @property
    def was(self) -> str:
        """What is stored, and what is to be done with it."""
        stored = self.state.value if self.state is not None else "not set"
        return f"was {stored}; will be {'cleared' if self.edit == Clear() else 'replaced'}"

    def clear_stored(self) -> None:
        """Clear the stored password when the form is saved."""
        self._set(clearing=True)

    def revert(self) -> None:
        """Keep the stored password."""
        self._set(clearing=False)

    def _set(self, *, clearing: bool) -> None:
        self._clearing = clearing
        self.input.value = ""
        self.input.placeholder = visible(self._state_words())
        self.post_message(self.Edited())

    def reveal(self) -> None:
        """Show what was typed, or hide it again."""
        self._secret.reveal()
