"""A plan: everything that will be sent, for one record or a thousand, in one profile or many.

It is made and reviewed once, can be kept as JSON, and is carried out by
:mod:`smtp_tui.workflows.run`. A plan is a value: making one asks no server.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import Record, RecordList, SecretState
from smtp_tui.api.requests import (
    CHANGES,
    TESTS,
    Operation,
    Request,
    delete_request,
    test_saved_request,
)
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access, Scope
from smtp_tui.editing.patch import Change, Patch, in_form_order
from smtp_tui.editing.values import holds, value_in
from smtp_tui.text import counted, record_name
from smtp_tui.workflows.planned_write import save_request
from smtp_tui.workflows.session import Session

LARGE_LIST: Final = 10
"""From how many records on a plan is held against the share of them that it changes."""
LARGE_SHARE: Final = 0.3
"""A plan that changes or deletes more of a large list has to be confirmed by its number."""

_VERBS: Final = {
    Operation.CREATE: "create",
    Operation.PATCH: "change",
    Operation.DELETE: "delete",
    Operation.TEST_SAVED: "test",
}

_MANY: Final = re.compile(r"^(\w+) [\d,]+ records?\b")
"""A verb and the number of records, with which a title begins."""
EntryKey: TypeAlias = tuple[str, Operation, str]


class PlanEntry(Struct, frozen=True):
    """What is to be done to one record of one profile.

    ``record`` is the record as the plan was made from it, None for one that is created with the
    name ``name``. ``patch`` is what a change or a create sends. ``recipient`` is that of a test.
    """

    profile: str
    operation: Operation
    record: Record | None = None
    name: str = ""
    patch: Patch = Patch()
    recipient: str = ""

    @property
    def verb(self) -> str:
        """What is done: create, change, delete or test."""
        return _VERBS[self.operation]

    @property
    def named(self) -> str:
        """The record as messages name it."""
        if self.record is None:
            return record_name(self.name)
        return record_name(self.record.name, self.record.id)

    @property
    def key(self) -> EntryKey:
        """What tells it apart in a plan, and finds it again in one that is made anew."""
        return self.profile, self.operation, self.record_id or self.name

    @property
    def record_id(self) -> str | None:
        """The record's id; None for one that is created."""
        return None if self.record is None else self.record.id

    @property
    def sends(self) -> bool:
        """Whether anything is sent: not where the record is as it should be already."""
        return self.operation is not Operation.PATCH or bool(self.patch)

    @property
    def destroys(self) -> bool:
        """Whether something cannot come back: a deleted record, a cleared secret."""
        clears = any(change.clears for change in self.patch.changes)
        return self.operation is Operation.DELETE or clears

    @property
    def changes(self) -> tuple[str, ...]:
        """What is sent, a line for each parameter; secrets never show."""
        if self.operation is Operation.CREATE:
            return tuple(change.creation_words() for change in self.patch.changes)
        if self.operation is Operation.PATCH:
            return tuple(change.words() for change in self.patch.changes)
        return (f"to {self.recipient}",) if self.operation in TESTS else ()

    def request(self, scope: Scope) -> Request | None:
        """The very request that is sent, None where nothing is.

        Raises :class:`~smtp_tui.api.requests.IdRefused`.
        """
        if self.record is not None and self.operation is Operation.DELETE:
            return delete_request(scope, self.record.id)
        if self.record is not None and self.operation in TESTS:
            return test_saved_request(scope, self.record.id, self.recipient, ())
        return save_request(scope, self.record_id, self.name, self.patch)


class Place(Struct, frozen=True):
    """Where the entries of a profile lead to, and how many records are there.

    A plan that was kept is only carried out where its profile still leads to the same place.
    """

    profile: str
    origin_url: str
    tenant: str
    team: str
    namespace: str
    records: int

    @classmethod
    def of(cls, session: Session, records: int) -> Place:
        """The place of a session whose list has that many records."""
        target = session.target
        scope = target.scope
        url = target.origin.url
        name = target.name
        return cls(name, url, scope.tenant, scope.team, scope.namespace, records)

    @property
    def host(self) -> str:
        """The host as the journal names it."""
        return self.origin_url.removeprefix("https://")

    def is_that_of(self, session: Session) -> bool:
        """Whether a session leads here, however many records there are by now."""
        return Place.of(session, self.records) == self


class Listed(Struct, frozen=True):
    """The records of a profile, as they were read for a plan."""

    place: Place
    found: RecordList


class Fold(Struct, frozen=True):
    """Entries of one profile that do the same, such as ``port 25 → 587``."""

    profile: str
    operation: Operation
    changes: tuple[str, ...]
    entries: tuple[PlanEntry, ...]

    @property
    def words(self) -> str:
        """What is done to how many records, such as ``change port 25 → 587 in 37 records``.

        A new record is named where it is the only one.
        """
        many = counted(len(self.entries), "record")
        if self.operation is Operation.CREATE and len(self.entries) == 1:
            many = self.entries[0].named
        verb, what = _VERBS[self.operation], ", ".join(self.changes)
        match self.operation:
            case Operation.PATCH if not self.changes:
                return (
                    f"leave {many} as they are"
                    if len(self.entries) > 1
                    else "leave 1 record as it is"
                )
            case Operation.PATCH if all("→" in change for change in self.changes):
                return f"{verb} {what} in {many}"
            case Operation.TEST_SAVED:
                return f"{verb} {many} with a mail {what}"
        return f"{verb} {many}" + (f": {what}" if what else "")


def titled(verb: str, entries: Iterable[PlanEntry], rest: str = "") -> str:
    """The title of a plan with these entries: it counts the records for which something is sent."""
    many = counted(sum(entry.sends for entry in entries), "record")
    return f"{verb} {many} {rest}".rstrip()


class Plan(Struct, frozen=True, dict=True):
    """Everything that will be sent. ``title`` says what for, such as ``Delete 12 records``.

    ``notes`` are what its review says besides.
    What is asked of all entries is found out once: there may be ten thousand.
    """

    title: str
    entries: tuple[PlanEntry, ...]
    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()

    @cached_property
    def work(self) -> tuple[PlanEntry, ...]:
        """The entries that send something."""
        return tuple(entry for entry in self.entries if entry.sends)

    @cached_property
    def skipped(self) -> tuple[PlanEntry, ...]:
        """The entries whose records are as they should be already."""
        return tuple(entry for entry in self.entries if not entry.sends)

    @cached_property
    def destroys(self) -> bool:
        """Whether something cannot come back."""
        return any(entry.destroys for entry in self.entries)

    @cached_property
    def writes(self) -> bool:
        """Whether records change: not where mails are sent only."""
        return self.changed > 0

    @cached_property
    def changed(self) -> int:
        """How many records change; that number is typed."""
        return sum(entry.operation in CHANGES for entry in self.work)

    @cached_property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that it leads to, in the order of their first entries."""
        return tuple(dict.fromkeys(entry.profile for entry in self.entries))

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """The entries that do the same, together, profile by profile; the largest fold first."""
        order = {profile: number for number, profile in enumerate(self.profiles)}
        groups: dict[tuple[str, Operation, tuple[str, ...]], list[PlanEntry]] = {}
        for entry in self.entries:
            key = (entry.profile, entry.operation, entry.changes)
            groups.setdefault(key, []).append(entry)
        folds = [Fold(*key, tuple(entries)) for key, entries in groups.items()]
        return tuple(sorted(folds, key=lambda fold: (order[fold.profile], -len(fold.entries))))

    def without(self, dropped: Iterable[PlanEntry]) -> Plan:
        """The plan without some of its entries; its title has the number of what it sends yet."""
        gone = {id(entry) for entry in dropped}
        kept = replace(self, entries=tuple(each for each in self.entries if id(each) not in gone))
        many = counted(len(kept.work), "record")
        return replace(kept, title=_MANY.sub(rf"\1 {many}", self.title))

    def place(self, profile: str) -> Place | None:
        """Where the entries of a profile lead to."""
        return next((place for place in self.places if place.profile == profile), None)

    @cached_property
    def large(self) -> tuple[str, ...]:
        """Why the plan asks for its number: a line for each list of which it changes much."""
        touched = Counter(
            entry.profile
            for entry in self.work
            if entry.operation in (Operation.PATCH, Operation.DELETE)
        )
        return tuple(
            f"{profile}: {touched[profile]} of {counted(place.records, 'record')}"
            for profile in touched
            if (place := self.place(profile)) is not None
            and place.records >= LARGE_LIST
            and touched[profile] > LARGE_SHARE * place.records
        )

    def asks_number(self, accesses: Iterable[Access]) -> bool:
        """Whether its number has to be typed: in a protected profile, or where it is large."""
        protected = Access.PROTECTED in accesses
        return self.writes and (protected or bool(self.large))


def delete_entries(profile: str, records: Iterable[Record]) -> tuple[PlanEntry, ...]:
    """Entries that delete records."""
    return tuple(PlanEntry(profile, Operation.DELETE, record) for record in records)


def mail_entries(profile: str, records: Iterable[Record], to: str) -> tuple[PlanEntry, ...]:
    """Entries that send a test mail with each saved record."""
    test = Operation.TEST_SAVED
    return tuple(PlanEntry(profile, test, record, recipient=to) for record in records)


def change_entries(
    profile: str, records: Iterable[Record], wanted: Iterable[Change]
) -> tuple[PlanEntry, ...]:
    """Entries that give records the same values; what a record holds already is not sent.

    The ``before`` of the wanted changes is not used: each record has its own.
    """
    wanted = tuple(wanted)
    return tuple(
        PlanEntry(profile, Operation.PATCH, record, patch=_lacking(record, wanted))
        for record in records
    )


def _lacking(record: Record, wanted: Iterable[Change]) -> Patch:
    """The changes that a record needs to hold the wanted values."""
    changes = []
    for change in wanted:
        before = value_in(record, change.name, secret=change.secret)
        if not _holds(before, change):
            changes.append(Change(change.name, before, change.after))
    return in_form_order(changes)


def _holds(before: object, change: Change) -> bool:
    """Whether a record holds it; a secret that is set cannot be compared."""
    if isinstance(change.after, SecretStr):
        return change.clears and before is SecretState.NOT_SET
    return holds(before, change.after)  # type: ignore[arg-type]
