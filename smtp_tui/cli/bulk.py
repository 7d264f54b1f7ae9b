"""``set``, ``delete`` and ``test`` on several records, of one profile or of many."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence

from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation
from smtp_tui.cli.exit_codes import ExitCode, Refusal, UsageError
from smtp_tui.cli.many import Many, Sessions, begin_many
from smtp_tui.cli.plan_run import review_and_run
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import warn
from smtp_tui.cli.values import gives_password, read_values, test_recipient
from smtp_tui.cli.wanted import Wanted, wanted_of
from smtp_tui.editing.draft import draft_of
from smtp_tui.text import record_name
from smtp_tui.workflows.plan import Plan, PlanEntry, delete_entries, mail_entries, titled


def set_many(
    options: argparse.Namespace, environ: Environ, names: Sequence[str], arguments: Sequence[str]
) -> ExitCode:
    """Change parameters of several records; only what differs is sent."""
    wanted = _wanted_to_change(options, names)
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

    return _do(many, wanted, "Change", entries, odd)


def delete_many(options: argparse.Namespace, environ: Environ, names: Sequence[str]) -> ExitCode:
    """Delete several records."""
    wanted = _wanted_to_change(options, names)
    many = begin_many(options, environ, Operation.DELETE)
    return _do(many, wanted, "Delete", delete_entries)


def _wanted_to_change(options: argparse.Namespace, names: Sequence[str]) -> Wanted:
    """The records that are named; refuses what is meant for one, and what would mean all."""
    wanted = wanted_of(options, names)
    if options.confirm_name is not None:
        raise UsageError("--confirm-name is for one record")
    if not wanted.some:
        raise UsageError("name the records, or use --match")
    return wanted


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
    odd: Iterable[str] = (),
) -> ExitCode:
    """Make a plan of the records, show it, have it confirmed, and carry it out.

    ``odd`` has been filled with warnings once the entries are made.
    """

    async def work(sessions: Sessions) -> None:
        """Find the records, and do it."""
        lists = await sessions.lists()
        found = sessions.each_once(wanted.of(lists))
        made = [entry for name, records in found.items() for entry in entries(name, records)]
        for words in odd:
            warn(words)
        if not made:
            many.tell_none(asked=wanted.some)
        places = tuple(listed.place for listed in lists)
        await review_and_run(sessions, Plan(titled(verb, made), tuple(made), places))

    return many.do(work)
