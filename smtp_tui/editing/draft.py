"""A draft: the texts of a form as typed, and for each secret whether it is kept or changed.

A draft never holds a stored secret, because the server shows none: a secret is kept, replaced by
what was typed just now, or cleared on purpose.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import Parameter, Record, SecretState, is_secret_name
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.values import shown, value_in
from smtp_tui.mail.parameters import FORM_ORDER, place_in_form


class Keep(Struct, frozen=True):
    """Leave the stored secret alone: it is not part of any request."""


class Replace(Struct, frozen=True):
    """Store what was typed; neither blank nor a mask, which becoming a patch refuses."""

    secret: SecretStr


class Clear(Struct, frozen=True):
    """Remove the stored secret: an act of its own, never the meaning of an empty field."""


SecretEdit: TypeAlias = Keep | Replace | Clear
KEEP: Final = Keep()


class Draft(Struct, frozen=True):
    """A form's content. ``record_id`` is None for a record that is still to be created.

    ``texts`` and ``secrets`` hold each name once, in form order; a name is in one of them.
    """

    record_id: str | None
    name: str
    texts: tuple[tuple[str, str], ...]
    secrets: tuple[tuple[str, SecretEdit], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every parameter of the form, in form order."""
        own = (name for name, _ in (*self.texts, *self.secrets))
        return tuple(sorted(own, key=place_in_form))

    def text(self, name: str) -> str:
        """What is typed for a plain parameter; blank where the form has none of that name."""
        return dict(self.texts).get(name, "")

    def secret(self, name: str) -> SecretEdit:
        """What happens to a secret; one that the form does not have is kept."""
        return dict(self.secrets).get(name, KEEP)

    def is_secret(self, name: str) -> bool:
        """Whether a parameter is a secret: in this form, or by its name."""
        return name in dict(self.secrets) or is_secret_name(name)

    def with_text(self, name: str, text: str) -> Draft:
        """The draft with another text; a new name is appended.

        Raises ``ValueError`` for the name of a secret: its text would be shown and sent openly.
        """
        if self.is_secret(name):
            raise ValueError(f"{name} is a secret and cannot be typed as text")
        return replace(self, texts=tuple({**dict(self.texts), name: text}.items()))

    def with_secret(self, name: str, edit: SecretEdit) -> Draft:
        """The draft with another intent for a secret; a new name is appended."""
        return replace(self, secrets=tuple({**dict(self.secrets), name: edit}.items()))

    def without_secrets(self) -> Draft:
        """The draft as it may be written to a disk: nothing typed into a secret field is in it."""
        return replace(self, secrets=tuple((name, KEEP) for name, _ in self.secrets))

    def as_new(self) -> Draft:
        """The same content for a record to be created, as when the record it was for is gone."""
        return replace(self, record_id=None)


def draft_of(record: Record) -> Draft:
    """The form of a record as it was opened: all texts as shown, all secrets kept.

    The known parameters are there even where the record lacks them. A parameter that the record
    holds twice becomes one field with the last value, which is the one that counts.
    """
    names = dict.fromkeys((*FORM_ORDER, *(parameter.name for parameter in record.parameters)))
    values = {name: value_in(record, name) for name in names}
    secrets = [
        name
        for name, value in values.items()
        if is_secret_name(name) or isinstance(value, SecretState)
    ]
    return Draft(
        record_id=record.id,
        name=record.name,
        texts=tuple((name, shown(values[name])) for name in names if name not in secrets),
        secrets=tuple((name, KEEP) for name in secrets),
    )


def new_draft(name: str = "", hostname: str = "", port: str = "") -> Draft:
    """An empty form, or one that a provider's preset fills in; username and password are blank."""
    preset = (Parameter("hostname", hostname), Parameter("port", port))
    return draft_of(Record("", name, preset)).as_new()


def clone_draft(record: Record) -> Draft:
    """A new record like another one, without its secrets, under a name of its own."""
    return replace(draft_of(record).as_new(), name=f"{record.name} copy".strip())


def resumed(
    base: Draft, typed: tuple[tuple[str, str], ...], opened: tuple[tuple[str, str], ...]
) -> Draft:
    """``base`` with the texts that had been changed when a draft was kept.

    ``typed`` and ``opened`` are the kept pairs; what was not changed then follows ``base`` now, and
    what is a secret by now must be entered again.
    """
    before = dict(opened)
    draft = base
    for name, text in typed:
        if before.get(name, "") != text and not base.is_secret(name):
            draft = draft.with_text(name, text)
    return draft
