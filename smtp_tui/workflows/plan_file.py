"""A plan as JSON: to look at, to apply later, and to go on with after the program was killed.

It holds no secret. Equal ones share a number, so that each has to be typed once when the plan is
read again; a secret that is not typed then is left out, never emptied.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import JsonValue, Parameter, ParameterValue, Record, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.patch import Change, Patch
from smtp_tui.editing.values import ABSENT, Known, Sendable
from smtp_tui.state.encoding import read_object
from smtp_tui.text import counted, record_name
from smtp_tui.typed import typed
from smtp_tui.workflows.plan import Place, Plan, PlanEntry

SCHEMA: Final = 1
"""The version of the format, which the file states as ``schema``."""
_OPERATIONS: Final = {
    Operation.CREATE: "create",
    Operation.PATCH: "change",
    Operation.DELETE: "delete",
    Operation.TEST_SAVED: "test",
}
_BY_WORD: Final = {word: operation for operation, word in _OPERATIONS.items()}


class NotAPlan(ValueError):
    """The text is no plan of this version; the message says why."""


class _Value(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A value of a parameter: JSON, the state of a secret, its number, or that it is cleared.

    Nothing at all stands for a parameter that the record does not have.
    """

    value: Any = msgspec.UNSET  # JSON, whose values msgspec cannot name
    state: SecretState | None = None
    secret: int | None = None
    cleared: bool = False


class _Change(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    before: _Value
    after: _Value


class _Parameter(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    held: _Value


class _Record(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    id: str
    name: str
    parameters: tuple[_Parameter, ...] = ()
    created_at: datetime | None = None
    tenant_id: str | None = None
    namespace_id: str | None = None


class _Entry(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    profile: str
    operation: str
    record: _Record | None = None
    name: str = ""
    changes: tuple[_Change, ...] = ()
    recipient: str = ""


class PlanFile(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A plan: what is done to which records, without secrets."""

    schema: int
    title: str
    made_at: datetime
    places: tuple[Place, ...]
    entries: tuple[_Entry, ...]
    sources: dict[str, Any] = {}  # JSON, by the number of the secret


class KeptPlan(Struct, frozen=True):
    """A plan that was read from JSON. ``secrets`` names those that have to be typed, by number."""

    file: PlanFile

    @property
    def made_at(self) -> datetime:
        """When it was made, in UTC."""
        return self.file.made_at

    @property
    def places(self) -> tuple[Place, ...]:
        """Where its profiles lead to."""
        return self.file.places

    @property
    def secrets(self) -> dict[int, str]:
        """What each secret is for, such as ``password of 12 records`` or ``password of RELAY``."""
        found: dict[int, list[tuple[str, str]]] = {}
        for entry in self.file.entries:
            record = entry.name if entry.record is None else entry.record.name
            for change in entry.changes:
                if change.after.secret is not None:
                    found.setdefault(change.after.secret, []).append((change.name, record))
        return {number: _for(uses) for number, uses in sorted(found.items())}

    def lacking(self, plan: Plan) -> tuple[bool, ...]:
        """For each entry whether nothing of its change is left in a plan that was made of this."""
        told = zip(self.file.entries, plan.entries, strict=True)
        return tuple(bool(kept.changes) and not entry.patch for kept, entry in told)

    @property
    def sources(self) -> dict[str, JsonValue]:
        """Where secrets come from that need not be typed, by number."""
        return self.file.sources

    def plan(self, typed: Mapping[int, SecretStr]) -> Plan:
        """The plan with the secrets that were typed. Raises :class:`NotAPlan`."""
        try:
            entries = tuple(_entry(entry, typed) for entry in self.file.entries)
        except (ValueError, KeyError) as problem:
            raise NotAPlan(f"the plan cannot be used: {problem}") from None
        return Plan(self.file.title, entries, self.file.places)


def plan_schema() -> dict[str, Any]:
    """The JSON Schema of a plan."""
    return msgspec.json.schema(PlanFile)


def plan_json(
    plan: Plan, made_at: datetime, sources: Mapping[SecretStr, JsonValue] | None = None
) -> str:
    """The plan as JSON, without its secrets; ``sources`` says where some come from."""
    numbers: dict[str, int] = {}
    entries = tuple(_kept_entry(entry, numbers) for entry in plan.entries)
    told = {
        str(numbers[secret.get_secret_value()]): source
        for secret, source in (sources or {}).items()
        if secret.get_secret_value() in numbers
    }
    file = PlanFile(SCHEMA, plan.title, made_at, plan.places, entries, told)
    return json.dumps(msgspec.to_builtins(file), ensure_ascii=False, indent=1) + "\n"


def read_plan(text: str) -> KeptPlan:
    """Read a plan. Raises :class:`NotAPlan`."""
    try:
        values = read_object(text)
    except ValueError as problem:
        raise NotAPlan(f"this is no JSON object: {problem}") from None
    if values.get("schema") != SCHEMA:
        raise NotAPlan(f"this is no plan of schema {SCHEMA}")
    try:
        file = typed(values, PlanFile)
    except msgspec.ValidationError as problem:
        raise NotAPlan(f"this is no plan: {problem}") from None
    placed = {place.profile for place in file.places}
    for entry in file.entries:
        if entry.profile not in placed:
            raise NotAPlan(f"the plan does not say where the profile {entry.profile} leads")
    return KeptPlan(file)


# To JSON


def _kept_entry(entry: PlanEntry, numbers: dict[str, int]) -> _Entry:
    record = entry.record
    return _Entry(
        entry.profile,
        _OPERATIONS[entry.operation],
        None if record is None else _kept_record(record),
        entry.name,
        tuple(
            _Change(change.name, _known(change.before), _sendable(change.after, numbers))
            for change in entry.patch.changes
        ),
        entry.recipient,
    )


def _kept_record(record: Record) -> _Record:
    parameters = tuple(_Parameter(each.name, _known(each.value)) for each in record.parameters)
    return _Record(
        record.id,
        record.name,
        parameters,
        record.created_at,
        record.tenant_id,
        record.namespace_id,
    )


def _known(value: Known) -> _Value:
    if isinstance(value, SecretState):
        return _Value(state=value)
    return _Value() if value is ABSENT else _Value(value=value)


def _sendable(value: Sendable, numbers: dict[str, int]) -> _Value:
    if not isinstance(value, SecretStr):
        return _Value(value=value)
    if not value:
        return _Value(cleared=True)
    return _Value(secret=numbers.setdefault(value.get_secret_value(), len(numbers) + 1))


# From JSON


def _for(uses: list[tuple[str, str]]) -> str:
    """What a secret is for, by its parameters and records."""
    names = " and ".join(dict.fromkeys(name for name, _ in uses))
    many = record_name(uses[0][1]) if len(uses) == 1 else counted(len(uses), "record")
    return f"{names} of {many}"


def _entry(kept: _Entry, typed: Mapping[int, SecretStr]) -> PlanEntry:
    changes = []
    for change in kept.changes:
        if change.after.secret is not None and change.after.secret not in typed:
            continue  # it was not typed: the stored one stays
        changes.append(Change(change.name, _read_known(change.before), _read(change.after, typed)))
    record = None if kept.record is None else _read_record(kept.record)
    operation = _BY_WORD[kept.operation]
    if record is None and operation is not Operation.CREATE:
        raise ValueError(f"an entry that is to {kept.operation} a record names none")
    return PlanEntry(
        kept.profile, operation, record, kept.name, Patch(tuple(changes)), kept.recipient
    )


def _read_record(kept: _Record) -> Record:
    record = Record(
        kept.id,
        kept.name,
        created_at=kept.created_at,
        tenant_id=kept.tenant_id,
        namespace_id=kept.namespace_id,
    )
    parameters = tuple(Parameter(each.name, _held(each.held)) for each in kept.parameters)
    return replace(record, parameters=parameters)


def _held(value: _Value) -> ParameterValue:
    known = _read_known(value)
    if known is ABSENT:
        raise ValueError("a parameter of a record has no value")
    return known


def _read_known(value: _Value) -> Known:
    if value.state is not None:
        return value.state
    return ABSENT if value.value is msgspec.UNSET else value.value


def _read(value: _Value, typed: Mapping[int, SecretStr]) -> Sendable:
    if value.secret is not None:
        return typed[value.secret]
    if value.cleared:
        return SecretStr("")
    if value.value is msgspec.UNSET:
        raise ValueError("a change has no value")
    given: JsonValue = value.value
    return given
