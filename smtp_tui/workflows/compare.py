"""Two lists of records side by side, by name; and the plan that makes one like the other.

A password cannot be compared: no server shows one. So it is neither a difference nor copied.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from enum import Enum

from msgspec import Struct

from smtp_tui.api.models import Record, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.patch import Change, in_form_order, patch_for
from smtp_tui.editing.values import ABSENT, Known, holds, looks_same, value_in, value_words
from smtp_tui.workflows.plan import PlanEntry


class Match(Enum):
    """How the two sides of a name compare; the value is the word for it."""

    DIFFERENT = "different"
    ONLY_LEFT = "only left"
    ONLY_RIGHT = "only right"
    SAME = "same"


class Difference(Struct, frozen=True):
    """One parameter that is not the same on both sides."""

    name: str
    left: Known
    right: Known

    @property
    def words(self) -> str:
        """Both values, such as ``port 25 | 587``."""
        return f"{self.name} {value_words(self.left)} | {value_words(self.right)}"


class Pair(Struct, frozen=True):
    """The records of one name; None on the side that has none."""

    left: Record | None
    right: Record | None
    differences: tuple[Difference, ...] = ()

    @property
    def name(self) -> str:
        """The name that both have."""
        record = self.left or self.right
        return record.name if record is not None else ""

    @property
    def match(self) -> Match:
        """How they compare."""
        if self.right is None:
            return Match.ONLY_LEFT
        if self.left is None:
            return Match.ONLY_RIGHT
        return Match.DIFFERENT if self.differences else Match.SAME

    @property
    def turned(self) -> Pair:
        """The same seen from the other side."""
        turned = (Difference(each.name, each.right, each.left) for each in self.differences)
        return Pair(self.right, self.left, tuple(turned))


def compare_lists(left: Iterable[Record], right: Iterable[Record]) -> tuple[Pair, ...]:
    """Pair records by their names, in the order of the names.

    Of several records of one name, the first on one side is held against the first on the other.
    """
    waiting: defaultdict[str, deque[Record]] = defaultdict(deque)
    for record in right:
        waiting[record.name].append(record)
    pairs = []
    for record in left:
        other = waiting[record.name].popleft() if waiting[record.name] else None
        differences = () if other is None else tuple(_differences(record, other))
        pairs.append(Pair(record, other, differences))
    pairs += [Pair(None, record) for records in waiting.values() for record in records]
    return tuple(sorted(pairs, key=lambda pair: (pair.name.casefold(), pair.name)))


def _differences(left: Record, right: Record) -> Iterable[Difference]:
    names = dict.fromkeys(parameter.name for parameter in (*left.parameters, *right.parameters))
    for name in names:
        mine, theirs = value_in(left, name), value_in(right, name)
        if isinstance(mine, SecretState) or isinstance(theirs, SecretState):
            continue
        nothing = all(value in (ABSENT, None, "") for value in (mine, theirs))
        if not (nothing or looks_same(mine, theirs)):
            yield Difference(name, mine, theirs)


def entry_towards(pair: Pair, profile: str) -> PlanEntry | None:
    """The entry that makes the right side, which is ``profile``, like the left one.

    None where there is nothing to do. A record that only the right has is deleted; one that only
    the left has is created, without its secrets. A parameter that the left lacks is made blank:
    the server cannot remove one.
    """
    left, right = pair.left, pair.right
    if left is None:
        return None if right is None else PlanEntry(profile, Operation.DELETE, right)
    if right is None:
        patch = patch_for(draft_of(left).as_new().without_secrets(), None, left)
        return PlanEntry(profile, Operation.CREATE, name=left.name, patch=patch)
    changes = []
    for each in pair.differences:
        wanted = "" if each.left is ABSENT or isinstance(each.left, SecretState) else each.left
        if not holds(each.right, wanted):
            changes.append(Change(each.name, each.right, wanted))
    patch = in_form_order(changes)
    return PlanEntry(profile, Operation.PATCH, right, patch=patch) if patch else None
