"""``list`` and ``get``: reading records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.find import find_all
from smtp_tui.cli.output import show_many, show_one
from smtp_tui.cli.record_text import record_text, show_records, shown_record
from smtp_tui.cli.running import Environ, begin, several_profiles, tell_unreadable, wants_many
from smtp_tui.cli.say import inform, show, warn
from smtp_tui.text import record_name
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.many import Sessions
    from smtp_tui.cli.operator import CommandOperator
    from smtp_tui.workflows.session import Session


def list_records(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the records of a profile, or those of them that are wanted."""
    if options.values or wants_many(options):
        return _list_some(options, environ)

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Ask the server, and print what it answered."""
        read = session.list
        found = await read_signed_in(session, operator, read, "Reading the list")
        show_records(options, [(session.profile.name, record) for record in found.records])
        if found.unreadable:
            return tell_unreadable(found)
        if not found.records:
            scope = session.target.scope
            inform(f"No records in tenant {scope.tenant}, team {scope.team}.")
        return ExitCode.OK

    return begin(options, environ).do(work)


def _list_some(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print records of several profiles, or only some of them."""
    from smtp_tui.cli.many import begin_many  # noqa: PLC0415 - not for the list of one profile
    from smtp_tui.cli.wanted import wanted_of  # noqa: PLC0415 - as many

    wanted = wanted_of(options, options.values, unique=False)
    many = begin_many(options, environ)

    async def work(sessions: Sessions) -> None:
        """Ask the servers, and print what they answered."""
        found = wanted.of(await sessions.lists())
        pairs = [(profile, record) for profile, records in found.items() for record in records]
        show_records(options, pairs, several=several_profiles(options))
        if not pairs:
            many.tell_none(asked=wanted.some)

    return many.do(work)


def get_records(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print records with all of their parameters."""

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Ask the server, and print what it answered."""
        records = await find_all(session, operator, options.records)
        shown = [shown_record(session.profile.name, record) for record in records]
        if not options.json:
            show("\n\n".join(map(record_text, records)))
        elif len(options.records) == 1:
            show_one(options, shown[0])
        else:
            show_many(options, shown)
        for record in records:
            of = f"{record_name(record.name, record.id)}: " if len(records) > 1 else ""
            for oddity in record.oddities:
                warn(f"{of}{oddity}")
        return ExitCode.OK

    return begin(options, environ).do(work)
