"""``list``, ``set``, ``delete`` and ``test`` on several records, of one profile or of many."""

from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from msgspec import Struct

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Record, is_secret_name
from smtp_tui.api.requests import Operation
from smtp_tui.cli.exit_codes import ExitCode, Refusal, UsageError
from smtp_tui.cli.find import ambiguous, called, no_record
from smtp_tui.cli.many import Many, Sessions, begin_many, print_plan, show_plan
from smtp_tui.cli.output import show_whole
from smtp_tui.cli.record_text import show_records
from smtp_tui.cli.running import Environ, several_profiles
from smtp_tui.cli.say import inform, warn
from smtp_tui.cli.values import gives_password, read_values, test_recipient
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.values import DraftProblem, holds, shown, typed_value, value_in
from smtp_tui.mail.parameters import PARAMETERS
from smtp_tui.text import counted, nearest, record_name
from smtp_tui.workflows.plan import Listed, Plan, PlanEntry, delete_entries, mail_entries
from smtp_tui.workflows.plan_file import plan_json


class Wanted(Struct, frozen=True):
    """Which records: those of these names or ids, if any, that have all of these values."""

    names: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    options: argparse.Namespace
    name_is_unique: bool = True

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
        for name in self.values:
            if is_secret_name(name):
                raise UsageError(f"--match {name}: a secret cannot be compared")
            if name not in known:
                words = f"--match {name}: no record has it{nearest(name, known)}"
                raise Refusal(words, ExitCode.NOT_FOUND)

    def _matches(self, record: Record) -> bool:
        return all(
            _has(record, name, text) for name, texts in self.values.items() for text in texts
        )


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
    values: dict[str, tuple[str, ...]] = {}
    for each in options.match:
        name, separator, text = each.partition("=")
        if not separator or not name.strip():
            raise UsageError("--match is not in the form name=value")
        values[name] = (*values.get(name, ()), text)
    return Wanted(tuple(dict.fromkeys(names)), values, options, unique)


def _check(options: argparse.Namespace, wanted: Wanted) -> None:
    """Refuse what is meant for one record, and what would mean all of them."""
    if getattr(options, "confirm_name", None) is not None:
        raise UsageError("--confirm-name is for one record")
    if not wanted.names and not wanted.values:
        raise UsageError("name the records, or use --match")


def list_many(options: argparse.Namespace, environ: Environ, names: Sequence[str]) -> ExitCode:
    """Print records of several profiles, or only some of them."""
    wanted = wanted_of(options, names, unique=False)
    many = begin_many(options, environ)
    several = several_profiles(options)

    async def work(sessions: Sessions) -> None:
        """Ask the servers, and print what they answered."""
        found = wanted.of(await sessions.lists())
        pairs = [(profile, record) for profile, records in found.items() for record in records]
        show_records(options, pairs, several=several)
        if not pairs:
            many.tell_none(asked=bool(wanted.names or wanted.values))

    return many.do(work)


def set_many(
    options: argparse.Namespace, environ: Environ, names: Sequence[str], arguments: Sequence[str]
) -> ExitCode:
    """Change parameters of several records; only what differs is sent."""
    wanted = wanted_of(options, names)
    _check(options, wanted)
    many = begin_many(options, environ, Operation.PATCH)
    values = read_values(options, arguments)
    values.refuse_nothing()
    odd: dict[str, None] = {}

    def entries(profile: str, records: Iterable[Record]) -> Iterable[PlanEntry]:
        """What changes, record by record."""
        for record in records:
            try:
                _, patch = values.fill(draft_of(record), record, odd.setdefault)
            except Refusal as refusal:
                words = f"{record_name(record.name, record.id)}: {refusal}"
                raise Refusal(words, refusal.code) from None
            yield PlanEntry(profile, Operation.PATCH, record, patch=patch)

    def told(plan: Plan) -> None:
        """Say what is odd, once."""
        for words in odd:
            warn(words)

    return _do(many, wanted, "Change", entries, told)


def delete_many(options: argparse.Namespace, environ: Environ, names: Sequence[str]) -> ExitCode:
    """Delete several records."""
    wanted = wanted_of(options, names)
    _check(options, wanted)
    many = begin_many(options, environ, Operation.DELETE)
    return _do(many, wanted, "Delete", delete_entries)


def test_many(options: argparse.Namespace, environ: Environ, names: Sequence[str]) -> ExitCode:
    """Send a test email with each of several saved records; all, if none is named."""
    if options.unsaved or gives_password(options) or len(names) < len(options.values):
        raise UsageError("values are tested with one record")
    wanted = wanted_of(options, names)
    many = begin_many(options, environ, Operation.TEST_SAVED)
    given = {each.name: test_recipient(options, each) for each in many.profiles}

    def entries(profile: str, records: Iterable[Record]) -> Iterable[PlanEntry]:
        """A mail with each."""
        return mail_entries(profile, records, given[profile])

    return _do(many, wanted, "Test", entries)


def _do(
    many: Many,
    wanted: Wanted,
    verb: str,
    entries: Callable[[str, Iterable[Record]], Iterable[PlanEntry]],
    told: Callable[[Plan], None] = lambda plan: None,
) -> ExitCode:
    """Make a plan of the records, show it, have it confirmed, and carry it out."""

    async def work(sessions: Sessions) -> None:
        """Find the records, and do it."""
        lists = await sessions.lists()
        found = sessions.each_once(wanted.of(lists))
        made = [entry for name, records in found.items() for entry in entries(name, records)]
        title = f"{verb} {counted(len(made), 'record')}"
        plan = Plan(title, tuple(made), tuple(listed.place for listed in lists))
        told(plan)
        if not made:
            many.tell_none(asked=bool(wanted.names or wanted.values))
        await review_and_run(sessions, plan)

    return many.do(work)


async def review_and_run(
    sessions: Sessions, plan: Plan, whole: Callable[[], Awaitable[Plan]] | None = None
) -> None:
    """Show a plan, have it confirmed once, and carry it out; a dry run only shows it.

    ``whole`` gives the plan with its secrets, once it is confirmed.
    """
    options = sessions.many.options
    if options.dry_run:
        if options.json:
            show_whole(options, json.loads(plan_json(plan, Clock().now())))
        elif plan.entries:
            print_plan(sessions, plan)
        if plan.work:
            sessions.many.codes.append(ExitCode.WOULD_CHANGE)
        return
    show_plan(sessions, plan)
    if plan.work:
        sessions.confirm(plan)
        plan = plan if whole is None else await whole()
    elif plan.entries:
        inform("Nothing to do: the records are so already.")
    if plan.entries or options.json:
        await sessions.carry_out(plan)
