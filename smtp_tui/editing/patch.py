"""From a draft to what is sent, which is only what differs from the opened record; and back."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from smtp_tui.api.models import Assignment, Record, SecretState
from smtp_tui.api.secret import SecretStr, is_mask
from smtp_tui.editing.draft import Clear, Draft, Keep, Replace, SecretEdit, draft_of
from smtp_tui.editing.values import (
    ABSENT,
    Absent,
    DraftProblem,
    Known,
    Sendable,
    check_sendable,
    holds,
    is_same,
    shown,
    typed_value,
    value_in,
    value_words,
)
from smtp_tui.mail.parameters import place_in_form


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
    def secret(self) -> bool:
        """Whether a secret changes: one that is replaced, or cleared."""
        return isinstance(self.after, SecretStr)

    @property
    def clears(self) -> bool:
        """Whether a secret is removed."""
        return self.secret and not self.after

    def words(self) -> str:
        """The change as a line of review, such as ``port 25 → 587``; a secret never shows."""
        if self.secret:
            replaced = "set" if self.before is SecretState.NOT_SET else "replaced"
            return f"{self.name} will be {'cleared' if self.clears else replaced}"
        if self.before is ABSENT:
            return f"{self.name} will be added: {value_words(self.after)}"
        return f"{self.name} {value_words(self.before)} → {value_words(self.after)}"

    def diff(self, *, new: bool = False) -> tuple[str, ...]:
        """The change as lines of a diff: ``-`` what is removed, ``+`` what is added.

        Of a secret only its length shows. ``new`` is whether the record is new.
        """
        return (*(() if new else self._removed()), *self._added())

    def _removed(self) -> tuple[str, ...]:
        if self.before is SecretState.NOT_SET or (self.before is ABSENT and not self.secret):
            return ()
        before = SecretState.UNKNOWN if self.before is ABSENT else self.before
        words = value_words(before)
        return (f"- {self.name} {f'({words})' if isinstance(before, SecretState) else words}",)

    def _added(self) -> tuple[str, ...]:
        if not isinstance(self.after, SecretStr):
            return (f"+ {self.name} {value_words(self.after)}",)
        count = len(self.after.get_secret_value())
        length = f"{count} character{'' if count == 1 else 's'}"
        return (f"+ {self.name} ({length}, hidden)",) if count else ()

    def creation_words(self) -> str:
        """The value as a line of review of a new record, which has none before."""
        return f"{self.name} {'is set' if self.secret else value_words(self.after)}"


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
    def can_undo(self) -> bool:
        """Whether any of it can be undone: the change of a secret cannot."""
        return not all(change.secret for change in self.changes)

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters that change."""
        return tuple(change.name for change in self.changes)

    @property
    def secrets(self) -> dict[str, Sendable]:
        """What secrets are set to, by parameter."""
        return {change.name: change.after for change in self.changes if change.secret}

    def change(self, name: str) -> Change | None:
        """The change of one parameter, or None where it stays as it is."""
        return next((change for change in self.changes if change.name == name), None)

    def assignments(self) -> tuple[Assignment, ...]:
        """What is sent."""
        return tuple(Assignment(change.name, change.after) for change in self.changes)


def in_form_order(changes: Iterable[Change]) -> Patch:
    """A patch whose changes stand in the order of the form, others after them as they came."""
    return Patch(tuple(sorted(changes, key=lambda change: place_in_form(change.name))))


def patch_for(draft: Draft, opened: Record | None, like: Record | None = None) -> Patch:
    """All that a draft changes in the record it was opened from, in form order.

    Of a new record, where ``opened`` is None, all that it gets: texts that are not blank and
    secrets just typed. ``like`` is the record that was cloned or deleted: what it held as a number
    or as true stays one. The name is not part of it: the server has no way to change one.

    Raises :class:`DraftProblem` for the first field that cannot be sent, and ``ValueError`` for a
    draft of another record.
    """
    if opened is not None and draft.record_id != opened.id:
        raise ValueError("the draft belongs to another record")
    changes = (_change(draft, name, opened, opened or like) for name in draft.names)
    return in_form_order(change for change in changes if change is not None)


def _change(draft: Draft, name: str, opened: Record | None, like: Record | None) -> Change | None:
    """What a draft changes in one parameter, None if nothing. Raises :class:`DraftProblem`.

    A text that reads as the stored value leaves it alone, whatever its JSON type; so does a blank
    for a parameter that was absent or null.
    """
    before = ABSENT if opened is None else value_in(opened, name)
    if name in dict(draft.secrets):
        secret = _secret_sent(name, draft.secret(name))
        nothing = secret is None or (opened is None and not secret)
        return None if nothing else Change(name, before, secret)
    typed = draft.text(name)
    if typed == shown(before) or (not typed.strip() and isinstance(before, Absent | SecretState)):
        return None
    after = typed_value(name, typed, ABSENT if like is None else value_in(like, name))
    return None if holds(before, after) else Change(name, before, after)


def _secret_sent(name: str, edit: SecretEdit) -> SecretStr | None:
    match edit:
        case Keep():
            return None
        case Clear():
            return SecretStr("")
        case Replace(secret):
            text = secret.get_secret_value()
            if not text:
                raise DraftProblem(
                    name, "nothing was entered; to remove the stored value, clear it"
                )
            if is_mask(text):
                raise DraftProblem(name, "this is the mask, not the secret")
            check_sendable(name, text)
            return secret


# Back again


class Undo(Struct, frozen=True):
    """``patch`` brings back what can be brought back; ``lost`` says in words what cannot."""

    patch: Patch
    lost: tuple[str, ...] = ()


def inverse(patch: Patch, before: Record, after: Record) -> Undo:
    """The patch that turns ``after`` into ``before`` where ``patch`` changed it.

    Values come back in the JSON type they had. A secret never does, as it was never known; nor is
    one cleared to undo its being set. The server cannot remove a parameter: what was added is
    blanked.
    """
    changes: list[Change] = []
    lost: dict[str, str] = {}
    for change in patch.changes:
        former, present = value_in(before, change.name), value_in(after, change.name)
        if former is ABSENT and not change.secret:
            lost[change.name] = "it did not exist before and can only be set to blank"
            former = ""
        if not change.secret and not isinstance(former, SecretState | Absent):
            if not is_same(present, former):
                changes.append(Change(change.name, present, former))
        elif former is not SecretState.NOT_SET:
            lost[change.name] = "the former value is unknown and must be entered again"
        elif not change.clears:
            lost[change.name] = "it was not set before and stays until it is cleared"
    return Undo(in_form_order(changes), tuple(f"{name}: {why}" for name, why in lost.items()))


def lost_by_delete(record: Record) -> tuple[str, ...]:
    """What recreating the record cannot restore: its id, its secrets, its creation time."""
    secrets = (
        name
        for name, _ in draft_of(record).secrets
        if value_in(record, name) is not SecretState.NOT_SET
    )
    created = () if record.created_at is None else ("creation time",)
    return ("id", *secrets, *created)
