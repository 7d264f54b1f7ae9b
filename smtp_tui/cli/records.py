"""``list`` and ``get``: reading records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.find import find_all
from smtp_tui.cli.output import show_many, show_one
from smtp_tui.cli.record_text import record_text, show_records, shown_record
from smtp_tui.cli.running import Environ, begin, tell_unreadable, wants_many
from smtp_tui.cli.say import inform, show, warn
from smtp_tui.text import record_name
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.operator import CommandOperator
    from smtp_tui.workflows.session import Session


def list_records(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the records of a profile, or those of them that are wanted."""
    if options.values or wants_many(options):
        from smtp_tui.cli.bulk import list_many  # noqa: PLC0415 - not for the list of one profile

        return list_many(options, environ, options.values)

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
