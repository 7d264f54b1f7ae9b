"""The fields of one record, what they are opened on, and the presets that fill two of them.

What is typed in them is a draft; remarks stand below them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from smtp_tui.api.models import PASSWORD, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Clear, Draft, Keep, Replace, clone_draft, draft_of, new_draft
from smtp_tui.editing.patch import Patch, lost_by_delete
from smtp_tui.editing.values import DraftProblem
from smtp_tui.mail.parameters import FORM_ORDER, parameter_remarks
from smtp_tui.mail.presets import Preset, presets
from smtp_tui.mail.remarks import Remarks, Severity, has_error
from smtp_tui.text import cell_width, clean, counted, padded, record_name
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.fields import LABEL_CELLS, Field, FieldsPane, Paste
from smtp_tui.ui.widgets.plain_text import PlainText, harmless, visible
from smtp_tui.ui.widgets.rows import Column, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.outcomes import Recreate
from smtp_tui.workflows.planned_write import TAKEN
from smtp_tui.workflows.validation import NAME, remarks, server_remarks

NAME_SHOWN: Final = 200
"""Characters of a name that are shown where it cannot be edited."""
_NO_NAME: Final = "cannot be renamed"
_FIELD_CELLS: Final = 42
_LABEL_CELLS: Final = 16
"""The most cells of a label."""
_NOTE_LINES: Final = 4
"""Lines below fields that fit too where fields stand apart."""

_PRESET_COLUMNS = (
    Column("name", "PROVIDER", 14, flexible=True),
    Column("hostname", "HOSTNAME", 20, flexible=True),
    Column("port", "PORT", 4, right=True),
)


class FormSubject(Struct, frozen=True):
    """What a form is about. ``base`` is what its fields are compared with.

    ``opened`` is the record that is edited, None for a new one; ``like`` the record a new one is
    made from; ``typed`` what is in the fields at the start where that is not ``base``; ``tested``
    is whether a test mail led here, so that the next one needs no question; ``to_test`` is whether
    a test is what the values are for. ``hints`` say what the empty fields of some parameters mean.
    ``gone`` is the id of a deleted record, which a list may still have.
    """

    base: Draft = new_draft()
    opened: Record | None = None
    like: Record | None = None
    typed: Draft | None = None
    focus_on: str | None = None
    title: str = "New connection"
    notes: tuple[str, ...] = ()
    tested: bool = False
    to_test: bool = False
    hints: tuple[tuple[str, str], ...] = ()
    gone: str | None = None


def for_a_test() -> FormSubject:
    """An empty form for a test of values that are saved nowhere."""
    title, notes = "Test without saving", ("This test saves nothing.",)
    return FormSubject(focus_on=FORM_ORDER[0], title=title, notes=notes, to_test=True)


def edited(record: Record, focus_on: str | None) -> FormSubject:
    """The form of a record; ``focus_on`` is the parameter that a failed test points to."""
    title = f"Edit {record_name(record.name, record.id)}"
    tested = focus_on is not None
    return FormSubject(draft_of(record), record, focus_on=focus_on, title=title, tested=tested)


def cloned(record: Record) -> FormSubject:
    """The form of a new record like another one, without its password."""
    notes = (f"Like {record_name(record.name, record.id)}, without its password.",)
    return FormSubject(clone_draft(record), like=record, notes=notes)


def recreated(recreate: Recreate) -> FormSubject:
    """The form that recreates a deleted record; its secrets have to be typed."""
    record, typed = recreate.record, recreate.typed
    draft = (typed or draft_of(record)).as_new()
    return FormSubject(
        draft.without_secrets(),
        like=record,
        typed=draft if typed is not None else None,
        focus_on=PASSWORD if typed is not None else None,
        title=f"Recreate {record_name(draft.name, record.id)}",
        notes=(f"Not restored: {', '.join(lost_by_delete(record))}.",),
        gone=record.id,
    )


class _FixedName(Widget):
    """The name of a record, and why it is no field, which ends where the fields end."""

    DEFAULT_CSS = "_FixedName { height: auto; }"

    def __init__(self, name: str, label_cells: int) -> None:
        super().__init__()
        self._shown, self._label = clean(name, NAME_SHOWN), padded("  Name", label_cells + 3)

    def render(self) -> Content:
        """Return both, in the width of the form."""
        cells = min(_FIELD_CELLS, self.size.width - len(self._label))
        blank = " " * max(2, cells - cell_width(self._shown) - len(_NO_NAME))
        parts = (self._label, "dim"), self._shown, (f"{blank}{_NO_NAME}", "dim")
        return harmless(Content.assemble(*parts))


class RecordForm(FieldsPane):
    """One field per parameter in form order; the name only where it can still be chosen.

    ``base`` is what the fields are compared with, ``opened`` the record that it stands for.
    """

    DEFAULT_CSS = """
    RecordForm.-roomy > * { margin-top: 1; }
    RecordForm > #ready { height: auto; }
    """

    def __init__(self, subject: FormSubject) -> None:
        super().__init__()
        self.base, self.opened = subject.base, subject.opened
        self.new, self._to_test = subject.opened is None, subject.to_test
        self._hints = dict(subject.hints)
        names = (NAME, *self.base.names) if self.new else self.base.names
        self.fields = {name: self._field(name, subject.typed or self.base) for name in names}
        longest = max(cell_width(field.label) for field in self.fields.values())
        self._label_cells = max(LABEL_CELLS, min(longest, _LABEL_CELLS))
        for field in self.fields.values():
            field.label_cells = self._label_cells
        self._ready = PlainText(id="ready")
        self._refused: tuple[tuple[str, str], ...] = ()
        self._insists_on: frozenset[str] = frozenset()

    def _field(self, name: str, typed: Draft) -> Field:
        if self.new and name == NAME:
            field = Field(NAME, self.base.name, label="Name")
            field.text = typed.name
        elif name in dict(self.base.secrets):
            field = SecretField(name, self._stored(name))
            edit = typed.secret(name)
            field.text = edit.secret.get_secret_value() if isinstance(edit, Replace) else ""
        elif name in self._hints:
            field = DifferingField(name, self._hints[name])
        else:
            field = Field(name, self.base.text(name))
            field.text = typed.text(name)
        return field

    def _stored(self, name: str) -> SecretState:
        """Return what is known of a stored secret."""
        if self.opened is None:
            return SecretState.NOT_SET
        parameter = self.opened.parameter(name)
        known = parameter.value if parameter is not None else SecretState.UNKNOWN
        return known if isinstance(known, SecretState) else SecretState.SET

    def compose(self) -> Iterable[Widget]:
        """The name, then each parameter; what saving would do."""
        if not self.new:
            yield _FixedName(self.base.name, self._label_cells)
        yield from self.fields.values()
        yield self._ready

    def on_resize(self) -> None:
        """Leave a line between the fields where all of them fit so, with some notes."""
        lines = 2 * len(self.fields) + (2 if self.new else 4) + _NOTE_LINES
        self.set_class(self.size.height >= lines, "-roomy")

    @property
    def focused_field(self) -> Field | None:
        """The field with the cursor."""
        return next((field for field in self.fields.values() if field.has_focus_within), None)

    @property
    def secrets(self) -> list[SecretField]:
        """The fields of passwords."""
        return [field for field in self.fields.values() if isinstance(field, SecretField)]

    @property
    def blanked(self) -> tuple[str, ...]:
        """The parameters whose values differ, and which will be blank in each record."""
        fields = self.fields.items()
        return tuple(n for n, field in fields if isinstance(field, DifferingField) and field.blank)

    @property
    def draft(self) -> Draft:
        """What the form holds now."""
        draft = self.base
        for name, field in self.fields.items():
            if self.new and name == NAME:
                draft = replace(draft, name=field.text)
            elif isinstance(field, SecretField):
                draft = draft.with_secret(name, field.edit)
            else:
                draft = draft.with_text(name, field.text)
        return draft

    @property
    def changed_names(self) -> tuple[str, ...]:
        """The fields in which leaving would lose something."""
        return tuple(name for name, field in self.fields.items() if field.changed)

    def focus_field(self, name: str | None) -> None:
        """Put the cursor into a field; by default the name of a new record, else the hostname."""
        first = NAME if self.new else FORM_ORDER[0]
        self.screen.set_focus(self.fields.get(name or first, self.fields[first]).input)

    def revert(self) -> None:
        """Put the opened value back in the field with the cursor."""
        field = self.focused_field
        if field is not None:
            field.revert()

    def clear(self) -> None:
        """Clear the stored password, or the values that differ, if the cursor is in its field."""
        field = self.focused_field
        if isinstance(field, SecretField | DifferingField):
            field.revert(clearing=True)

    def reveal(self) -> None:
        """Show what was just typed into the password field, or hide it again."""
        field = self.focused_field
        if isinstance(field, SecretField):
            field.input.password = not field.input.password

    def take_preset(self, preset: Preset | None) -> None:
        """Fill in host and port of a provider, if one was chosen."""
        if preset is not None:
            self.fields["hostname"].text = preset.hostname
            self.fields["port"].text = str(preset.port)

    def go_on(self) -> bool:
        """Go to the next field; False where the cursor is in the last one."""
        *_, last = self.fields.values()
        if self.focused_field is last:
            return False
        self.screen.focus_next()
        return True

    def adopt(self, record: Record) -> None:
        """Take the record as it is now for the opened one; only while nothing was changed.

        Where other parameters are secret now, the fields are of the wrong kind; the save compares.
        """
        base = draft_of(record)
        if base.secrets != self.base.secrets:
            return
        self.opened, self.base = record, base
        for name, field in self.fields.items():
            if not isinstance(field, SecretField):
                field.opened = self.base.text(name)
                field.revert()

    def refuse(self, said: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """Show what the server said against fields, and return what names no field of the form."""
        self._refused = said
        self.show()
        return tuple(field for field in said if field[0] not in self.fields)

    def show(self, *, check: bool = True) -> None:
        """Update marks and remarks; without ``check`` the remarks stay as they are."""
        draft = self.draft
        if not check:
            self._refused = ()
        for name, field in self.fields.items():
            found = server_remarks(self._refused, name)
            if not found:
                found = self._remarks(draft, name) if check else field.remarks
            insists = self._refused or name in self._insists_on
            if self.new and not field.text and not insists:
                found = tuple(each for each in found if each.severity is not Severity.ERROR)
            if not (field.changed or field.has_focus_within):
                found = tuple(each for each in found if each.severity is not Severity.HINT)
            field.aside = self._aside(field)
            field.show(field.changed and not self.new, found)

    def _remarks(self, draft: Draft, name: str) -> Remarks:
        """What is wrong with a field; a username that is left alone counts for its password."""
        if name in self.blanked:
            return parameter_remarks(name, "")
        left_alone = name == PASSWORD and not draft.text("username")
        if left_alone and "username" in self._hints:
            draft = draft.with_text("username", self._hints["username"])
        return remarks(draft, name, self.opened)

    def _aside(self, field: Field) -> Content:
        """What can be done in a field besides typing."""
        if isinstance(field, SecretField | DifferingField):
            return field.choices
        if self.new and field.parameter == FORM_ORDER[0] and not field.text:
            return key_line(self.screen, "form.preset", "Fill from a provider")
        return Content()

    @property
    def refused(self) -> DraftProblem | None:
        """The first field that has an error below it, which a save would not send."""
        for name, field in self.fields.items():
            for remark in field.remarks:
                if remark.severity is Severity.ERROR:
                    return DraftProblem(name, remark.text)
        return None

    def say_ready(self, patch: Patch | DraftProblem, *, checked: bool, taken: bool = False) -> None:
        """Say below the fields what would be sent; while typing nothing new is refused.

        ``taken`` is whether another record has the name.
        """
        wrong = sum(has_error(field.remarks) for field in self.fields.values())
        lacking = [field.label for field in self.fields.values() if self._lacks(field)]
        if wrong:
            fields = counted(wrong, "field")
            self._ready.update(Content.styled(f"✗ {fields} to correct", "$bad"))
        elif lacking:
            purpose = "test" if self._to_test else "save"
            words = f"Needed to {purpose}: {', '.join(lacking)}"
            self._ready.update(Content.styled(words, "dim"))
        elif isinstance(patch, Patch):
            self._ready.update(self._ready_words(patch, taken=taken))
        elif checked:
            self._ready.update(Content.styled("✗ 1 field to correct", "$bad"))

    def _lacks(self, field: Field) -> bool:
        """Whether a field of a new record has to be filled in; a test needs no name."""
        name = field.parameter
        if self._to_test and name == NAME:
            return False
        return self.new and not field.text and has_error(remarks(self.draft, name, None))

    def _ready_words(self, patch: Patch, *, taken: bool) -> Content:
        count = len(patch.changes)
        if not count:
            return Content.styled("Nothing changed.", "dim")
        noun = "parameter" if self.new else "change"
        words = f" {counted(count, noun)}, nothing else is sent."
        if taken:
            return Content.styled(f"▲ {TAKEN}", "bold $warn")
        return Content.assemble(("Ready.", "bold $good"), words)

    def first_problem(self, *, but: str | None = None) -> str | None:
        """The first field, other than ``but``, that cannot be sent; errors are shown."""
        self._insists_on = frozenset(self.fields) - {but}  # a blank one says what it lacks now
        self.show()
        return next((name for name in self.wrong if name != but), None)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The fields that cannot be sent, whether their errors are shown or not."""
        draft = self.draft
        return tuple(name for name in self.fields if has_error(self._remarks(draft, name)))


def key_line(screen: Screen[Any], action_id: str, words: str) -> Content:
    """The key of an action, and what it does here."""
    key = bound(screen, action_id).first_key
    return Content.assemble((key, "bold $accent"), f" {words}")


_REPLACED: Final = {
    SecretState.NOT_SET: "will be set",
    SecretState.SET: "replaces the stored one",
    SecretState.UNKNOWN: "replaces the stored one, if there is one",
}
"""What a typed password does."""
_NOT_TOLD: Final = " (the server does not tell)"


class SecretField(Field):
    """A stored password: kept, replaced by what is typed, or cleared. It is never prefilled.

    ``stored`` is what is known of it.
    """

    def __init__(self, name: str, stored: SecretState) -> None:
        super().__init__(name, "", takes=Paste.PASSWORD)
        self._stored = stored
        self._clearing = False

    def on_mount(self) -> None:
        """Say what is stored."""
        self._show_stored()

    def _show_stored(self) -> None:
        why = _NOT_TOLD if self._stored is SecretState.UNKNOWN else ""
        self.input.placeholder = visible("" if self._clearing else f"{self._stored.words}{why}")

    @property
    def choices(self) -> Content:
        """What can be done besides typing, while the cursor is here and nothing is typed."""
        if self.text or not self.has_focus_within or self._stored is SecretState.NOT_SET:
            return Content()
        if self._clearing:
            return key_line(self.screen, "form.revert", "Keep it")
        clear = key_line(self.screen, "secret.clear", "Clear it")
        return Content.assemble(("Type to replace it · ", "dim"), clear)

    @property
    def edit(self) -> Keep | Replace | Clear:
        """What is to be done with the stored password."""
        if self.text:
            return Replace(SecretStr(self.text))
        return Clear() if self._clearing else Keep()

    @property
    def changed(self) -> bool:
        """Whether it is replaced or cleared."""
        return not isinstance(self.edit, Keep)

    @property
    def was(self) -> Content:
        """What is to be done with what is stored."""
        words = _REPLACED[self._stored] if self.text else "will be cleared"
        return Content.styled(words, "$warn")

    def revert(self, *, clearing: bool = False) -> None:
        """Keep the stored password, or clear it when the form is saved."""
        self._clearing = clearing
        self.text = ""
        self._show_stored()
        self.post_message(self.Edited())


class DifferingField(Field):
    """A value that differs in many records: left alone, typed for all of them, or blank in all.

    ``blank`` is whether it will be blank.
    """

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(name, "", hint=hint)
        self._clearing = False

    @property
    def blank(self) -> bool:
        """Whether it is cleared and nothing was typed since."""
        return self._clearing and not self.text

    @property
    def choices(self) -> Content:
        """What can be done besides typing, while the cursor is here and nothing is typed."""
        if self.text or not self.has_focus_within:
            return Content()
        if self._clearing:
            return key_line(self.screen, "form.revert", "Leave alone")
        clear = key_line(self.screen, "secret.clear", "Blank in all")
        return Content.assemble(("Type one value for all · ", "dim"), clear)

    @property
    def changed(self) -> bool:
        """Whether something was typed, or it will be blank."""
        return self.blank or super().changed

    @property
    def was(self) -> Content:
        """What is to be done with the values."""
        return Content.styled("will be blank in all", "$warn") if self.blank else super().was

    def revert(self, *, clearing: bool = False) -> None:
        """Leave the values alone, or blank all of them."""
        self._clearing = clearing
        self.text = ""
        self.input.placeholder = visible("" if clearing else self._hint)
        self.post_message(self.Edited())
        self.post_message(self.Rested())  # some cannot be blank


class PresetDialog(Dialog[Preset | None]):
    """Enter fills in the provider's host and port, and nothing else."""

    TITLE = "Provider presets"
    BINDINGS = bindings("dialog.cancel")
    DEFAULT_CSS = """
    PresetDialog RecordsTable { height: 13; max-height: 50vh; }
    PresetDialog #provider { height: 4; margin-top: 1; }
    PresetDialog #checked { text-style: dim; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._table, self._note = (
            RecordsTable(_PRESET_COLUMNS, id="presets"),
            PlainText(id="provider"),
        )
        self._presets = {preset.name: preset for preset in presets().preset}
        self._table.rows = tuple(
            Row(preset.name, (preset.name, preset.hostname, str(preset.port)))
            for preset in presets().preset
        )

    def compose_box(self) -> Iterable[Widget]:
        """The providers, the one under the cursor, and the day they were checked."""
        yield from (self._table, self._note)
        yield PlainText(f"Checked on {presets().checked:%Y-%m-%d}", id="checked")

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the border says."""
        return (("↑ ↓", "Move"), ("enter", "Fill in host and port"), (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Show the provider under the cursor."""
        self.watch(self._table, "cursor_id", self.show_provider)

    def show_provider(self, name: str | None) -> None:
        """Show the provider whole, and what it asks of the login."""
        preset = self._presets.get(name or "")
        if preset is not None:
            ports = ", ".join(map(str, preset.ports))
            where = f"  {preset.hostname}  port {ports}\n"
            self._note.update(Content.assemble((preset.name, "bold"), where, preset.note))

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Take this provider."""
        event.stop()
        self.dismiss(self._presets.get(event.row_id or ""))
