"""What is reviewed before a write, and sent as it stands once it is approved."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.models import PASSWORD, Record, SecretState
from smtp_tui.api.requests import Operation, Request, create_request, delete_request, patch_request
from smtp_tui.api.target import Scope
from smtp_tui.editing.patch import Patch, lost_by_delete
from smtp_tui.text import record_name

_WORDS: Final = {
    Operation.CREATE: ("Create", "Creating", "+"),
    Operation.PATCH: ("Change", "Saving", "~"),
    Operation.DELETE: ("Delete", "Deleting", "-"),
}
TAKEN: Final = "A record with this name already exists; this creates a second one."
_UNSEEN: Final = "A password change by someone else cannot be detected."


class PlannedWrite(Struct, frozen=True):
    """One write to one record. ``request`` is the very value that is sent.

    ``changes`` and ``notes`` are lines, not cleaned: what changes, and what a person should know.
    ``record_id`` is None for a record to be created; ``taken`` is then the id of a record that has
    its name already, if one does. ``destroys`` is set where something cannot come back, and
    ``lost`` is what recreating a deleted record does not restore. ``patch`` is what changes, and
    ``untouched`` the parameters that do not.
    """

    request: Request
    name: str
    record_id: str | None
    changes: tuple[str, ...]
    notes: tuple[str, ...] = ()
    taken: str = ""
    destroys: bool = False
    lost: tuple[str, ...] = ()
    patch: Patch = Patch()
    untouched: tuple[str, ...] = ()

    @property
    def warning(self) -> str:
        """What to know before anything else; blank where nothing is unusual."""
        return TAKEN if self.taken else ""

    @property
    def verb(self) -> str:
        """What the write does: Create, Change or Delete."""
        return _WORDS[self.request.operation][0]

    @property
    def doing(self) -> str:
        """What is waited for while it is sent: Creating, Saving or Deleting."""
        return _WORDS[self.request.operation][1]

    @property
    def mark(self) -> str:
        """The sign before each change."""
        return _WORDS[self.request.operation][2]

    @property
    def named(self) -> str:
        """The record as messages name it."""
        return record_name(self.name, self.record_id)


def save_plan(
    scope: Scope,
    record: Record | None,
    new_name: str,
    patch: Patch,
    notes: tuple[str, ...],
    taken: str,
) -> PlannedWrite | None:
    """The plan that saves a patch, or creates a record. None where there is nothing to send.

    Raises :class:`~smtp_tui.api.requests.IdRefused`.
    """
    request = save_request(scope, record.id if record is not None else None, new_name, patch)
    if request is None:
        return None
    if record is None:
        values = tuple(change.creation_words() for change in patch.changes)
        return PlannedWrite(request, new_name, None, values, notes, taken, patch=patch)
    if any(change.secret and not change.clears for change in patch.changes):
        notes = (*notes, _UNSEEN)
    changes = tuple(change.words() for change in patch.changes)
    destroys = any(change.clears for change in patch.changes)
    return PlannedWrite(
        request,
        record.name,
        record.id,
        changes,
        notes,
        destroys=destroys,
        patch=patch,
        untouched=_untouched(record, patch),
    )


def _untouched(record: Record, patch: Patch) -> tuple[str, ...]:
    """The parameters of a record that a patch leaves as they are, each once."""
    names = dict.fromkeys(parameter.name for parameter in record.parameters)
    if record.password is SecretState.SET:
        names[PASSWORD] = None
    return tuple(name for name in names if name not in patch.names)


def save_request(
    scope: Scope, record_id: str | None, new_name: str, patch: Patch
) -> Request | None:
    """The request of :func:`save_plan`, for showing it while the draft is edited."""
    if record_id is None:
        return create_request(scope, new_name, patch.assignments())
    return patch_request(scope, record_id, patch.assignments()) if patch else None


def delete_plan(scope: Scope, record: Record, notes: tuple[str, ...]) -> PlannedWrite:
    """The plan that deletes a record. Raises :class:`~smtp_tui.api.requests.IdRefused`."""
    host = f"{record.text('hostname')[:80]}:{record.text('port')[:20]}"
    changes = (f"{record_name(record.name, record.id)} ({host}) will be deleted",)
    lost = lost_by_delete(record)
    notes = (*notes, "Services that send mail through it will fail.")
    request = delete_request(scope, record.id)
    return PlannedWrite(request, record.name, record.id, changes, notes, destroys=True, lost=lost)
