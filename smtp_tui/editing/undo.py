"""Reversing a save or a delete, and in words what cannot be brought back."""

from __future__ import annotations

from msgspec import Struct

from smtp_tui.api.models import PASSWORD, Record, SecretState, is_secret_name
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.patch import Change, ChangeKind, Patch, in_form_order
from smtp_tui.editing.values import ABSENT, is_same, value_in


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
    lost: list[str] = []
    for change in patch.changes:
        former, present = value_in(before, change.name), value_in(after, change.name)
        if isinstance(change.after, SecretStr) or isinstance(former, SecretState):
            lost.extend(_lost_secret(change, former is SecretState.NOT_SET))
        elif former is ABSENT:
            lost.append(f"{change.name}: it did not exist before, and can only be blanked")
            if not is_same(present, ""):
                changes.append(Change(change.name, present, ""))
        elif not is_same(present, former):
            changes.append(Change(change.name, present, former))
    return Undo(in_form_order(changes), tuple(lost))


def can_undo(patch: Patch) -> bool:
    """Whether any of the changes can be undone: that of a secret cannot."""
    return any(not isinstance(change.after, SecretStr) for change in patch.changes)


def _lost_secret(change: Change, was_not_set: bool) -> tuple[str, ...]:
    if not was_not_set:
        return (f"{change.name}: the former one is not known, so it has to be typed again",)
    if change.kind is ChangeKind.CLEAR_SECRET:
        return ()
    return (f"{change.name}: it was not set before, and stays until it is cleared",)


def lost_by_delete(record: Record) -> tuple[str, ...]:
    """What creating the record anew cannot return: its id, its secrets, its time of creation."""
    secrets = dict.fromkeys(
        parameter.name
        for parameter in record.parameters
        if (parameter.secret or is_secret_name(parameter.name))
        and parameter.value is not SecretState.NOT_SET
    )
    if record.parameter(PASSWORD) is None:
        secrets.setdefault(PASSWORD)
    lost = ["its id", *(f"its {name}" for name in secrets)]
    return tuple(lost if record.created_at is None else [*lost, "its time of creation"])
