"""Which records of the lists of many a command works on: by name, by id, by value."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from msgspec import Struct

from smtp_tui.api.models import Record, is_secret_name
from smtp_tui.cli.exit_codes import ExitCode, Refusal, UsageError
from smtp_tui.cli.find import ambiguous, called, no_record
from smtp_tui.editing.values import DraftProblem, holds, shown, typed_value, value_in
from smtp_tui.mail.parameters import PARAMETERS
from smtp_tui.text import nearest
from smtp_tui.workflows.plan import Listed


class Wanted(Struct, frozen=True):
    """Which records: those of these names or ids, if any, that have all of these values."""

    names: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    options: argparse.Namespace
    name_is_unique: bool = True

    @property
    def some(self) -> bool:
        """Whether only some of the records are wanted."""
        return bool(self.names or self.values)

    def of(self, lists: Sequence[Listed]) -> dict[str, tuple[Record, ...]]:
        """The records by profile. Raises :class:`Refusal` for one that is not to be found."""
        found = {listed.place.profile: self._named(listed) for listed in lists}
        self._check_names(lists)
        self._check_values(lists)
        return {
            profile: tuple(record for record in records if self._matches(record))
            for profile, records in found.items()
        }

    def _named(self, listed: Listed) -> list[Record]:
        """The records of these names."""
        records = listed.found.records
        if not self.names:
            return [*records]
        found: dict[str, Record] = {}
        for name in self.names:
            named = called(records, name)
            if len(named) > 1 and self.name_is_unique:
                raise ambiguous(named, name)
            found |= named
        return [*found.values()]

    def _check_names(self, lists: Sequence[Listed]) -> None:
        records = [record for listed in lists for record in listed.found.records]
        for name in self.names:
            if not called(records, name):
                raise no_record(self.options, name, records)

    def _check_values(self, lists: Sequence[Listed]) -> None:
        """A parameter that no record has is a slip."""
        records = [record for listed in lists for record in listed.found.records]
        known = {p.name for record in records for p in record.parameters} | {*PARAMETERS, "name"}
        for name, _ in self.values:
            if is_secret_name(name):
                raise UsageError(f"--match {name}: a secret cannot be compared")
            if name not in known:
                words = f"--match {name}: no record has it{nearest(name, known)}"
                raise Refusal(words, ExitCode.NOT_FOUND)

    def _matches(self, record: Record) -> bool:
        return all(_has(record, name, text) for name, text in self.values)


def _has(record: Record, name: str, text: str) -> bool:
    """Whether a record holds a value, as a form compares what is typed."""
    if name == "name":
        return record.name == text
    there = value_in(record, name)
    try:
        return shown(there) == text or holds(there, typed_value(name, text, there))
    except DraftProblem:
        return False


def wanted_of(options: argparse.Namespace, names: Iterable[str], *, unique: bool = True) -> Wanted:
    """The records that the arguments ask for. Raises :class:`Refusal`."""
    values: list[tuple[str, str]] = []
    for each in options.match:
        name, separator, text = each.partition("=")
        if not separator or not name.strip():
            raise UsageError("--match is not in the form name=value")
        values.append((name, text))
    return Wanted(tuple(dict.fromkeys(names)), tuple(values), options, unique)
