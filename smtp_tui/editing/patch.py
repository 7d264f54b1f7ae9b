"""From a draft to what is sent: the parameters that differ from the opened record, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from smtp_tui.api.models import Assignment, Record, SecretState
from smtp_tui.api.secret import SecretStr, is_mask
from smtp_tui.editing.draft import Clear, Draft, Keep, Replace, SecretEdit
from smtp_tui.editing.values import (
    ABSENT,
    Absent,
    DraftProblem,
    Known,
    Sendable,
    check_sendable,
    looks_same,
    shown,
    typed_value,
    value_in,
    value_words,
)
from smtp_tui.mail.parameters import FORM_ORDER


class ChangeKind(Enum):
    """What a change does, so that a review can mark it with more than a colour."""

    SET = "set"
    ADD = "add"
    REPLACE_SECRET = "replace secret"
    CLEAR_SECRET = "clear secret"


class Change(Struct, frozen=True):
    """One parameter that gets another value; ``before`` is what the server was last seen to hold.

    Raises ``ValueError`` where ``after`` cannot be sent: a mask, or a secret as plain text.
    """

    name: str
    before: Known
    after: Sendable

    def __post_init__(self) -> None:
        Assignment(self.name, self.after)

    @property
    def kind(self) -> ChangeKind:
        """What this change does."""
        if isinstance(self.after, SecretStr):
            return ChangeKind.REPLACE_SECRET if self.after else ChangeKind.CLEAR_SECRET
        return ChangeKind.ADD if self.before is ABSENT else ChangeKind.SET

    @property
    def assignment(self) -> Assignment:
        """The pair to be sent."""
        return Assignment(self.name, self.after)

    def words(self) -> str:
        """The change as a line of review, such as ``port 25 → 587``; a secret never shows."""
        match self.kind:
            case ChangeKind.REPLACE_SECRET if self.before is SecretState.NOT_SET:
                return f"{self.name} will be set"
            case ChangeKind.REPLACE_SECRET:
                return f"{self.name} will be replaced"
            case ChangeKind.CLEAR_SECRET:
                return f"{self.name} will be cleared"
            case ChangeKind.ADD:
                return f"{self.name} will be added: {value_words(self.after)}"
            case ChangeKind.SET:
                return f"{self.name} {value_words(self.before)} → {value_words(self.after)}"

    def creation_words(self) -> str:
        """The value as a line of review of a new record, which has none before."""
        if isinstance(self.after, SecretStr):
            return f"{self.name} is set" if self.after else f"{self.name} is blank"
        return f"{self.name} {value_words(self.after)}"


class Patch(Struct, frozen=True):
    """The changes of one record, each parameter once; an empty patch is false and is not sent.

    Raises ``ValueError`` where a parameter stands in it twice.
    """

    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.names)) != len(self.changes):
            raise ValueError("a parameter stands in the patch twice")

    def __bool__(self) -> bool:
        return bool(self.changes)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that change."""
        return tuple(change.name for change in self.changes)

    def change(self, name: str) -> Change | None:
        """The change of one parameter, or None where it stays as it is."""
        return next((change for change in self.changes if change.name == name), None)

    def assignments(self) -> tuple[Assignment, ...]:
        """What is sent."""
        return tuple(change.assignment for change in self.changes)


def in_form_order(changes: Iterable[Change]) -> Patch:
    """A patch whose changes stand in the order of the form, others after them as they came."""
    rank = {name: position for position, name in enumerate(FORM_ORDER)}
    return Patch(tuple(sorted(changes, key=lambda change: rank.get(change.name, len(rank)))))


def change_of(opened: Record, draft: Draft, name: str) -> Change | None:
    """What a draft changes in one parameter of the record it was opened from, None if nothing.

    A text that reads as the stored value leaves it alone, whatever its JSON type; so does a blank
    for a parameter that was absent or null. Raises :class:`DraftProblem`.
    """
    before = value_in(opened, name)
    if name in dict(draft.secrets):
        secret = _secret_sent(name, draft.secret(name))
        return None if secret is None else Change(name, _hidden(before), secret)
    typed = draft.text(name)
    if typed == shown(before):
        return None
    if not typed.strip() and isinstance(before, Absent | SecretState):
        return None
    after = typed_value(name, typed, before)
    if looks_same(after, before) or (after == "" and shown(before) == ""):
        return None
    return Change(name, before, after)


def _hidden(before: Known) -> Known:
    """What may be told of a secret: a value the server gave openly counts as set, no more."""
    return before if isinstance(before, SecretState) or before is ABSENT else SecretState.SET


def _secret_sent(name: str, edit: SecretEdit) -> SecretStr | None:
    match edit:
        case Keep():
            return None
        case Clear():
            return SecretStr("")
        case Replace(secret):
            text = secret.get_secret_value()
            if not text:
                raise DraftProblem(name, "nothing is typed; to remove the stored one, clear it")
            if is_mask(text):
                raise DraftProblem(name, "these are the marks shown for a secret, not a secret")
            check_sendable(name, text)
            return secret


def patch_of(opened: Record, draft: Draft) -> Patch:
    """All that a draft changes in the record it was opened from, in form order.

    The name is not part of it: the server has no way to change one. Where the record holds a
    parameter twice, the last one is compared and the server is told the name once. Raises
    :class:`DraftProblem` for the first field that cannot be sent, and ``ValueError`` for a draft
    of another record.
    """
    if draft.record_id != opened.id:
        raise ValueError("the draft belongs to another record")
    changes = (change_of(opened, draft, name) for name in draft.names)
    return in_form_order(change for change in changes if change is not None)


def creation_patch(draft: Draft, like: Record | None = None) -> Patch:
    """All that a new record gets, for its review: texts that are not blank, secrets just typed.

    ``like`` is the record that was cloned or deleted: what it held as a number or as true stays
    one. Raises :class:`DraftProblem`.
    """
    source = Record(id="", name="") if like is None else like
    changes: list[Change] = []
    for name, edit in draft.secrets:
        secret = _secret_sent(name, edit)
        if secret:
            changes.append(Change(name, ABSENT, secret))
    for name, typed in draft.texts:
        if typed.strip():
            changes.append(Change(name, ABSENT, typed_value(name, typed, value_in(source, name))))
    return in_form_order(changes)


def patch_for(draft: Draft, opened: Record | None, like: Record | None = None) -> Patch:
    """:func:`patch_of` a record that is edited, :func:`creation_patch` where there is none."""
    return creation_patch(draft, like) if opened is None else patch_of(opened, draft)
