"""From a document of desired state to a plan: what has to change until the records are as it says.

- A record that is not there is created, with its secrets.
- A parameter that the document names gets its value, unless it reads the same already, as in a
  form. What the document does not name stays.
- A stored secret cannot be compared. It is sent only with ``passwords``, or where its reference
  says ``always``.
- ``prune`` deletes the records that the document lacks, and blanks the parameters that its records
  lack, because the server cannot remove one. Secrets stay.
- Of several records with one name only those are changed that the document names with their ids.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import Record, RecordList, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.document import (
    DesiredRecord,
    Document,
    DocumentProblem,
    NotADocument,
    Reference,
)
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.patch import Change, Patch, in_form_order
from smtp_tui.editing.values import ABSENT, DraftProblem, check_sendable, holds, shown, value_in
from smtp_tui.mail.parameters import PARAMETERS, parameter_remarks
from smtp_tui.mail.remarks import Severity, check_record_name, remarks_of
from smtp_tui.text import after_colon, clean, nearest, record_name
from smtp_tui.workflows.plan import Listed, Plan, PlanEntry, delete_entries, titled

_UNREADABLE: Final = "the list has an entry of this name that could not be read"
_NO_SUCH_ID: Final = "the file has several records of this name, and the list none with this id"
_SPACES: Final = "must not start or end with a space"


class Wishes(Struct, frozen=True):
    """How far a plan goes; as this module says."""

    prune: bool = False
    passwords: bool = False


def desired_plan(
    document: Document,
    lists: Iterable[Listed],
    secret: Callable[[Reference, str], SecretStr],
    wishes: Wishes,
) -> Plan:
    """The plan that makes the records of each list what the document says.

    ``secret`` is asked for each secret that is sent, and told what it is for. Raises
    :class:`NotADocument` for a record that cannot be told from another one, and for a value that
    surely is wrong.
    """
    lists = tuple(lists)
    problems: list[DocumentProblem] = [*_elsewhere(document, lists)]
    entries: list[PlanEntry] = []
    for listed in lists:
        found = _Matching(document, listed.found)
        for record in document.records:
            wrong: list[DraftProblem] = []
            try:
                there = found.of(record)
                entries.append(_entry(listed.place.profile, record, there, secret, wishes, wrong))
            except DraftProblem as problem:
                wrong.append(problem)
            else:
                problems += _misspelt(record, there) if wrong else ()
            for each in wrong:
                words = f"{record_name(record.name)}: {each.name}: {each.words}"
                problems.append(record.problem(clean(words), each.name))
        if wishes.prune:
            entries += delete_entries(listed.place.profile, found.rest)
    if problems:
        told = sorted(dict.fromkeys(problems), key=lambda each: (each.line, each.column))
        raise NotADocument((*told,))
    title = titled("Make", entries, "what the file says")
    return Plan(title, tuple(entries), tuple(listed.place for listed in lists))


def _elsewhere(document: Document, lists: Iterable[Listed]) -> Iterator[DocumentProblem]:
    """That a document is not for the place where a list is: a backup is for its own only."""
    only_in = document.only_in
    if only_in is None:
        return
    for place in (listed.place for listed in lists):
        if (place.origin_url, place.tenant) != (only_in.origin, only_in.tenant):
            meant = f"{clean(only_in.origin, 100)}, tenant {clean(only_in.tenant, 100)}"
            words = f"the file is for {meant} only; the profile {place.profile} leads elsewhere"
            yield DocumentProblem(*document.position, words)


class _Matching:
    """Which record of a list a record of the document is: by name, or by id where names are shared.

    ``rest`` are the records that the document does not have.
    """

    def __init__(self, document: Document, listed: RecordList) -> None:
        self._named: dict[str, list[Record]] = {}
        for record in listed.records:
            self._named.setdefault(record.name, []).append(record)
        self._unreadable = {entry.name for entry in listed.unreadable if entry.name}
        self._wanted = Counter(record.name for record in document.records)
        ids = {record.id for record in document.records}
        self.rest = tuple(
            record
            for record in listed.records
            if record.name not in self._wanted
            or (len(self._named[record.name]) > 1 and record.id not in ids)
        )

    def of(self, record: DesiredRecord) -> Record | None:
        """The record as it is; None for one that is not there. Raises :class:`DraftProblem`."""
        named = self._named.get(record.name, [])
        by_id = [each for each in named if each.id == record.id]
        if by_id:
            return by_id[0]
        if self._wanted[record.name] > 1:
            raise DraftProblem("name", _NO_SUCH_ID)
        if len(named) > 1:
            ids = ", ".join(clean(each.id, 100) for each in named)
            words = f"several records have this name; tell them apart with id: {ids}"
            raise DraftProblem("name", words)
        if not named and record.name in self._unreadable:
            raise DraftProblem("name", _UNREADABLE)
        return named[0] if named else None


def _entry(
    profile: str,
    record: DesiredRecord,
    there: Record | None,
    secret: Callable[[Reference, str], SecretStr],
    wishes: Wishes,
    wrong: list[DraftProblem],
) -> PlanEntry:
    """What makes a record what it should be; all that is ``wrong`` with it is added to that."""
    changes = [*_values(record, there, wrong)]
    if there is not None and wishes.prune:
        changes += _lacking(record, there, wrong)
    for name, reference in record.secrets.items():
        if there is None or wishes.passwords or reference.always:
            before = ABSENT if there is None else value_in(there, name, secret=True)
            what = f"{clean(name, 100)} of {record_name(record.name)}"
            changes.append(Change(name, before, secret(reference, what)))
    patch = in_form_order(changes)
    wrong += _refused(record, patch, new=there is None)
    if there is None:
        return PlanEntry(profile, Operation.CREATE, name=record.name, patch=patch)
    return PlanEntry(profile, Operation.PATCH, there, patch=patch)


def _values(
    record: DesiredRecord, there: Record | None, wrong: list[DraftProblem]
) -> Iterator[Change]:
    """The values that differ; of a new record, all."""
    for name, value in record.values.items():
        before = ABSENT if there is None else value_in(there, name)
        if isinstance(before, SecretState):
            words = "this is a secret on the server; write where it comes from"
            wrong.append(DraftProblem(name, words))
        elif there is None or not holds(before, value):
            yield Change(name, before, value)


def _lacking(record: DesiredRecord, there: Record, wrong: list[DraftProblem]) -> Iterator[Change]:
    """The values that are there and should not be."""
    known = {*record.values, *record.secrets}
    for name, _ in draft_of(there).texts:
        before = value_in(there, name)
        if name in known or holds(before, ""):
            continue
        if name in PARAMETERS and PARAMETERS[name].required:
            words = "the file has no value for it, and it cannot be blank"
            wrong.append(DraftProblem(name, words))
        else:
            yield Change(name, before, "")


def _refused(record: DesiredRecord, patch: Patch, *, new: bool) -> Iterator[DraftProblem]:
    """What a form refuses too."""
    found = {}
    if new:
        found["name"] = remarks_of(check_record_name, record.name)
        missing = (name for name in ("hostname", "port") if name not in patch.names)
        found |= {name: parameter_remarks(name, "") for name in missing}
        if record.name != record.name.strip():
            yield DraftProblem("name", _SPACES)
    for change in patch.changes:
        if not isinstance(change.after, SecretStr):
            try:
                check_sendable(change.name, str(change.after))
            except DraftProblem as problem:
                yield problem
            else:
                found[change.name] = parameter_remarks(change.name, shown(change.after))
    for name, said in found.items():
        for remark in said:
            if remark.severity is Severity.ERROR:
                yield DraftProblem(name, after_colon(remark.text))


def _misspelt(record: DesiredRecord, there: Record | None) -> Iterator[DocumentProblem]:
    """Names that read like a known one: that may be what is wrong with the record."""
    known = [*PARAMETERS, *(each.name for each in (there.parameters if there else ()))]
    for name in record.values:
        if name not in known and (near := nearest(name, known)):
            words = f'{record_name(record.name)}: unknown parameter "{clean(name, 100)}"{near}'
            yield record.problem(clean(words), name)
