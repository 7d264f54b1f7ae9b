"""Three-way comparison just before a write: the record as opened, what was typed, the server now.

The server keeps no version of a record, so reading it again is the only way to see that someone
else changed it. A password is never shown, so it cannot be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct

from smtp_tui.api.models import Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.patch import Change, Patch, in_form_order
from smtp_tui.editing.values import (
    ABSENT,
    Known,
    Sendable,
    holds,
    looks_same,
    value_in,
    value_words,
)


class Side(Enum):
    """Whose value is kept where both changed the same parameter."""

    MINE = "yours"
    THEIRS = "server now"


class Conflict(Struct, frozen=True):
    """One parameter that both sides changed, each to something else."""

    name: str
    opened: Known
    mine: Sendable
    theirs: Known

    @property
    def columns(self) -> tuple[str, str, str]:
        """Opened, yours and server now, in words; a secret is never shown."""
        return value_words(self.opened), value_words(self.mine), value_words(self.theirs)


class TheirChange(Struct, frozen=True):
    """One parameter that someone else changed since the record was opened; the draft did not."""

    name: str
    before: Known
    after: Known

    def words(self) -> str:
        """The change as a line, such as ``port 25 → 465``."""
        if self.after is ABSENT:
            return f"{self.name} was removed"
        if self.before is ABSENT:
            return f"{self.name} was added: {value_words(self.after)}"
        return f"{self.name} {value_words(self.before)} → {value_words(self.after)}"


class Comparison(Struct, frozen=True):
    """How a patch meets the record as it is now.

    ``patch`` is what can be sent as it is, told against the values of now; ``theirs`` stays as
    others made it; ``conflicts`` need a choice; ``already`` names what others changed to the same.
    """

    patch: Patch
    theirs: tuple[TheirChange, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    already: tuple[str, ...] = ()
    name_changed: bool = False

    @property
    def clean(self) -> bool:
        """Whether nobody else changed the record meanwhile."""
        return not (self.theirs or self.conflicts or self.already or self.name_changed)


def compare(opened: Record, mine: Patch, now: Record) -> Comparison:
    """Compare the record as opened, the patch made from it and the record as it is now.

    Values that read the same are the same: a port that came as 25 and comes as ``"25"`` was not
    changed by anyone. Raises ``ValueError`` for two records of different ids.
    """
    if opened.id != now.id:
        raise ValueError("two different records cannot be compared")
    kept: list[Change] = []
    conflicts: list[Conflict] = []
    already: list[str] = []
    for change in mine.changes:
        before, theirs = _seen_in_both(opened, now, change.name)
        if _unchanged(before, theirs):
            kept.append(Change(change.name, theirs, change.after))
        elif _satisfied(change.after, theirs):
            already.append(change.name)
        else:
            conflicts.append(Conflict(change.name, before, change.after, theirs))
    return Comparison(
        patch=Patch(tuple(kept)),
        theirs=_their_changes(opened, now, mine.names),
        conflicts=tuple(conflicts),
        already=tuple(already),
        name_changed=opened.name != now.name,
    )


def _seen_in_both(opened: Record, now: Record, name: str) -> tuple[Known, Known]:
    """The values of both. What was a secret is one still, even where it is now given openly."""
    before = value_in(opened, name)
    return before, value_in(now, name, secret=isinstance(before, SecretState))


def _unchanged(before: Known, now: Known) -> bool:
    """Whether no change can be seen; a secret that is not mentioned is unknown."""
    unseen = (ABSENT, SecretState.UNKNOWN)
    return looks_same(before, now) or (before in unseen and now in unseen)


def _satisfied(after: Sendable, now: Known) -> bool:
    """Whether the server already holds what the change asks for."""
    if isinstance(after, SecretStr):
        return not after and now is SecretState.NOT_SET
    return holds(now, after)


def _their_changes(opened: Record, now: Record, mine: tuple[str, ...]) -> tuple[TheirChange, ...]:
    names = dict.fromkeys(parameter.name for parameter in (*opened.parameters, *now.parameters))
    seen = ((name, _seen_in_both(opened, now, name)) for name in names if name not in mine)
    return tuple(
        TheirChange(name, before, after)
        for name, (before, after) in seen
        if not _unchanged(before, after)
    )


def resolve(comparison: Comparison, choices: Mapping[str, Side]) -> Patch:
    """The patch to send once every conflict is chosen; what stays as theirs is not sent.

    Raises ``ValueError`` where a conflict is not chosen, or something is that is no conflict.
    """
    names = {conflict.name for conflict in comparison.conflicts}
    if names != set(choices):
        odd = ", ".join(sorted(names ^ set(choices)))
        raise ValueError(f"each conflict needs one choice, no more and no less: {odd}")
    chosen = (
        Change(conflict.name, conflict.theirs, conflict.mine)
        for conflict in comparison.conflicts
        if choices[conflict.name] is Side.MINE
    )
    return in_form_order((*comparison.patch.changes, *chosen))
