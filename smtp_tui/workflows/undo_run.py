"""The reverse of a run: a plan that brings back the values of before, as far as possible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.patch import Patch, Undo, inverse
from smtp_tui.editing.values import holds, value_in
from smtp_tui.text import record_name
from smtp_tui.workflows.outcomes import Deleted, RunChange, Saved
from smtp_tui.workflows.plan import Place, Plan, PlanEntry, titled
from smtp_tui.workflows.session import Session

_CREATED: Final = "it was created; delete it"
_DELETED: Final = "it was deleted; apply the backup"
_GONE: Final = "there is no such record any more"
_CHANGED: Final = "it was changed again since"
_NAMED: Final = 3
"""How many records are named for each reason."""


def reverse_plan(change: RunChange, session: Session, records: tuple[Record, ...]) -> Plan:
    """The plan that reverses what a run changed, held against the records as they are now.

    What stays as it is stands in its notes. A record that was changed again is left alone.
    """
    there = {record.id: record for record in records}
    entries: list[PlanEntry] = []
    lost: dict[str, list[str]] = {}
    for done in sorted(change.done, key=_name):
        back, now = _back(done, there)
        for why in back.lost:
            lost.setdefault(why, []).append(record_name(_name(done)))
        if back.patch and now is not None:
            name = session.profile.name
            entries.append(PlanEntry(name, Operation.PATCH, now, patch=back.patch))
    notes = tuple(f"{_names(names)}: {why}" for why, names in lost.items())
    return Plan(
        titled("Restore", entries), tuple(entries), (Place.of(session, len(records)),), notes
    )


def _name(done: Saved | Deleted) -> str:
    """The name of the record; that of a new one is not in a record."""
    return done.name if isinstance(done, Saved) else done.before.name


def _back(done: Saved | Deleted, there: Mapping[str, Record]) -> tuple[Undo, Record | None]:
    """What brings back a record, and the record as it is now."""
    if isinstance(done, Deleted) or done.before is None:
        return Undo(Patch(), (_DELETED if isinstance(done, Deleted) else _CREATED,)), None
    now = there.get(done.before.id)
    if now is None:
        return Undo(Patch(), (_GONE,)), None
    for change in done.patch.changes:
        after = change.after
        if not isinstance(after, SecretStr) and not holds(value_in(now, change.name), after):
            return Undo(Patch(), (_CHANGED,)), now
    return inverse(done.patch, done.before, now), now


def _names(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    first, more = [*names][:_NAMED], [*names][_NAMED:]
    return ", ".join(first) + (f" and {len(more):,} more" if more else "")
