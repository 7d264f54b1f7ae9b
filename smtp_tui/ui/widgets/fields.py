"""The fields of a form: label, input, and under it what changed or what is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual import on
from textual.containers import Horizontal, Vertical
from textual.events import DescendantBlur
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.models import SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Clear, Keep, Replace, SecretEdit
from smtp_tui.mail.parameters import label_of, trimmed
from smtp_tui.mail.remarks import Remarks, Severity, has_error
from smtp_tui.text import clean
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.inputs import Paste, PasteRefused, SecretInput, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, visible

PAUSE: Final = 0.4
"""Seconds of rest after which what was typed is checked, so that no key brings a remark."""

_SIGNS: Final = {Severity.ERROR: "✗", Severity.WARNING: "!", Severity.HINT: "·"}


class Field(Vertical):
    """One parameter of the form; tells of edits at once and of rests in typing."""

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
        """Typing paused, or the field was left: time to check."""

        def __init__(self, field: Field) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> Field:
            """The field."""
            return self.field

    def __init__(self, name: str, text: str, *, label: str | None = None, hint: str = "") -> None:
        super().__init__(id=None, classes="field")
        self.parameter = name
        self.opened = text
        self._label = label if label is not None else label_of(name)
        self._hint = hint
        self._timer: Timer | None = None
        self._marked = False
        self._findings: Remarks = ()
        self._paste_refused = ""

    def compose(self) -> Iterable[Widget]:
        """Mark, label, input; then the note."""
        with Horizontal():
            yield PlainText(" ", classes="mark")
            yield PlainText(clean(self._label, 11), classes="label")
            yield self.make_input()
        yield PlainText("", classes="note")

    def make_input(self) -> Input:
        """The input itself."""
        return TextInput(self.opened, placeholder=visible(self._hint))

    @property
    def input(self) -> Input:
        """The input, for focus and value."""
        return self.query_one(Input)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.input.value

    @text.setter
    def text(self, text: str) -> None:
        self.input.value = text

    @property
    def changed(self) -> bool:
        """Whether the text, as it is sent, is another than the opened one."""
        return self.opened not in (self.text, trimmed(self.parameter, self.text))

    def revert(self) -> None:
        """Put the opened text back."""
        self.input.value = self.opened

    def show(self, changed: bool, findings: Remarks) -> None:
        """Mark a change with its old value, and say what is wrong or worth knowing."""
        self._marked, self._findings = changed, findings
        self._draw()

    def _draw(self) -> None:
        self.query_one(".mark", PlainText).update("*" if self._marked else " ")
        lines = [self.was] if self._marked else []
        lines += [f"{_SIGNS[one.severity]} {one.text}" for one in self._findings]
        if self._paste_refused:
            lines.append(f"{_SIGNS[Severity.ERROR]} {self._paste_refused}")
        note = self.query_one(".note", PlainText)
        note.update("\n".join(lines))
        note.set_class(bool(lines), "-shown")
        wrong = bool(self._paste_refused) or has_error(self._findings)
        note.set_class(wrong, "-error")

    @property
    def findings(self) -> Remarks:
        """What was last said of the text."""
        return self._findings

    @property
    def was(self) -> str:
        """The opened value in words."""
        return f"was {clean(self.opened, 200)}" if self.opened else "was blank"

    @on(PasteRefused)
    def say_refused(self, event: PasteRefused) -> None:
        """Say why a pasted text was not taken, until something else is typed."""
        event.stop()
        self._paste_refused = event.words
        self._draw()

    @on(Input.Changed)
    def edited(self, event: Input.Changed) -> None:
        """Tell the form, and wait for a rest."""
        event.stop()
        if self._paste_refused:
            self._paste_refused = ""
            self._draw()
        self.post_message(self.Edited())
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE, self._rested)

    def on_descendant_blur(self, event: DescendantBlur) -> None:
        """A field that is left is checked at once."""
        self._rested()

    def _rested(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.post_message(self.Rested(self))


class SecretField(Field):
    """A password in three states: unchanged, replaced by what is typed, or cleared on purpose."""

    def __init__(self, name: str, state: SecretState | None) -> None:
        super().__init__(name, "")
        self.state = state
        self._clearing = False

    def make_input(self) -> Input:
        """A secret input, never prefilled."""
        return SecretInput(placeholder=visible(self._placeholder()))

    def _placeholder(self) -> str:
        if self._clearing:
            return f"will be cleared · {self._key('form.revert')} keeps it"
        if self.state is None:
            return "none"
        return f"{self.state.value} · type to replace, {self._key('secret.clear')} clears"

    def _key(self, action_id: str) -> str:
        return bound(self.screen, action_id).first_key

    @property
    def edit(self) -> SecretEdit:
        """What is to become of the stored secret."""
        if self.text:
            return Replace(SecretStr(self.text))
        return Clear() if self._clearing else Keep()

    @property
    def changed(self) -> bool:
        """Whether anything is to become of it."""
        return not isinstance(self.edit, Keep)

    @property
    def was(self) -> str:
        """What is known of the stored one, and what is to become of it."""
        stored = self.state.value if self.state is not None else "not set"
        if isinstance(self.edit, Clear):
            return f"was {stored}; will be cleared"
        return f"was {stored}; will be replaced"

    def clear_stored(self) -> None:
        """Have the stored secret cleared when the form is saved."""
        self.input.value = ""
        self._clearing = True
        self._show_state()

    def revert(self) -> None:
        """Leave the stored secret alone again."""
        self._clearing = False
        self.input.value = ""
        self._show_state()

    def reveal(self) -> None:
        """Show what was just typed."""
        found = self.input
        if isinstance(found, SecretInput):
            found.reveal()

    def _show_state(self) -> None:
        self.input.placeholder = visible(self._placeholder())
        self.post_message(self.Edited())


class HiddenField(Field):
    """A password or token that is typed unseen and stored nowhere."""

    def __init__(self, name: str, *, label: str, hint: str, takes: Paste = Paste.PASSWORD) -> None:
        super().__init__(name, "", label=label, hint=hint)
        self._takes = takes

    def make_input(self) -> Input:
        """Return an input that hides what is typed."""
        return SecretInput(placeholder=visible(self._hint), takes=self._takes)
