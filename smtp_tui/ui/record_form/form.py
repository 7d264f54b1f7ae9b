"""The fields of one record: what is typed in them is a draft, and remarks stand below them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.models import Record, SecretState
from smtp_tui.editing.draft import Draft, Replace
from smtp_tui.mail.parameters import FORM_ORDER
from smtp_tui.mail.remarks import Severity, has_error
from smtp_tui.text import clean
from smtp_tui.ui.widgets.fields import Field, SecretField
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.validation import NAME, remarks, server_remarks

NAME_SHOWN: Final = 200
"""Characters of a name that are shown where it cannot be edited."""


class RecordForm(VerticalScroll, can_focus=False):
    """One field per parameter in form order; the name only where it can still be chosen.

    ``base`` is what the fields are compared with, ``typed`` what they start with where that is
    something else, as after a draft was taken up again.
    """

    DEFAULT_CSS = """
    RecordForm { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    """

    def __init__(self, base: Draft, opened: Record | None, typed: Draft | None) -> None:
        super().__init__()
        self._base = base
        self._opened = opened
        self._typed = typed
        self._refused: tuple[tuple[str, str], ...] = ()
        self._insists = False

    @property
    def new(self) -> bool:
        """Whether the record is still to be created."""
        return self._base.record_id is None

    def compose(self) -> Iterable[Widget]:
        """The name, then each parameter."""
        if self.new:
            yield Field(NAME, self._base.name, label="Name")
        else:
            why = Content.styled("   the server cannot rename it", "dim")
            name = f"  {'Name':<12}{clean(self._base.name, NAME_SHOWN)}"
            yield PlainText(Content.assemble(name, why))
        for name in self._base.names:
            yield self._field(name)

    def _field(self, name: str) -> Field:
        if name not in dict(self._base.secrets):
            return Field(name, self._base.text(name))
        if self._opened is None:
            return SecretField(name, None)
        parameter = self._opened.parameter(name)
        known = parameter.value if parameter is not None else SecretState.UNKNOWN
        return SecretField(name, known if isinstance(known, SecretState) else SecretState.SET)

    def on_mount(self) -> None:
        """Fill in what was typed before."""
        if self._typed is None:
            return
        for name, field in self.fields.items():
            if name == NAME and self.new:
                field.text = self._typed.name
            elif isinstance(field, SecretField):
                edit = self._typed.secret(name)
                field.text = edit.secret.get_secret_value() if isinstance(edit, Replace) else ""
            else:
                field.text = self._typed.text(name)

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by parameter, in form order."""
        return {field.parameter: field for field in self.query(Field)}

    @property
    def focused_field(self) -> Field | None:
        """The field with the cursor."""
        return next((field for field in self.query(Field) if field.has_focus_within), None)

    @property
    def draft(self) -> Draft:
        """What the form holds now."""
        draft = self._base
        for name, field in self.fields.items():
            if name == NAME and self.new:
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
        fields = self.fields
        first = NAME if self.new else FORM_ORDER[0]
        field = fields[name if name is not None and name in fields else first]
        self.screen.set_focus(field.input)

    def adopt(self, record: Record, base: Draft) -> None:
        """Take the record as it is now for the opened one; only while nothing was changed."""
        self._opened, self._base = record, base
        for name, field in self.fields.items():
            if not isinstance(field, SecretField):
                field.opened = base.text(name)
                field.text = field.opened

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
                found = remarks(draft, name, self._opened) if check else field.remarks
            if self.new and not field.text and not (self._refused or self._insists):
                found = tuple(each for each in found if each.severity is not Severity.ERROR)
            if not (field.changed or field.has_focus_within):
                found = tuple(each for each in found if each.severity is not Severity.HINT)
            field.show(field.changed and not self.new, found)

    def first_problem(self, *, but: str | None = None) -> str | None:
        """The first field, other than ``but``, that cannot be sent; its errors are shown."""
        draft = self.draft
        self._insists = True  # from now on a blank field says what it lacks
        for name, field in self.fields.items():
            if name == but:
                continue
            found = remarks(draft, name, self._opened)
            if has_error(found):
                field.show(field.changed and not self.new, found)
                return name
        return None
