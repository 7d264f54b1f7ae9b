"""``list`` and ``get``: reading records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from smtp_tui.api.models import RecordList
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.find import find_all
from smtp_tui.cli.output import show_many, show_one
from smtp_tui.cli.record_text import record_text, show_records, shown_record
from smtp_tui.cli.running import Environ, begin, wants_many
from smtp_tui.cli.say import complain, explain, remark, show, warn
from smtp_tui.text import clean, counted, record_name
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.operator import CommandOperator
    from smtp_tui.workflows.session import Session

_ENTRIES_SHOWN: Final = 20
"""Unreadable entries that are printed each."""


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
            return _tell_unreadable(found)
        if not found.records:
            scope = session.target.scope
            remark(f"No records in tenant {scope.tenant}, team {scope.team}.")
        return ExitCode.OK

    return begin(options, environ).do(work)


def _tell_unreadable(found: RecordList) -> ExitCode:
    """Say how many entries are missing from what was printed, and why."""
    count, total = len(found.unreadable), len(found.records) + len(found.unreadable)
    complain(f"{count} of {counted(total, 'entry', 'entries')} could not be read")
    shown = found.unreadable[:_ENTRIES_SHOWN]
    for entry in shown:
        explain(f"  {clean(entry.words, 300)}")
    if len(shown) < count:
        explain(f"  … and {count - len(shown)} more")
    return ExitCode.FAILED


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
            show_many(options, "records", shown)
        for record in records:
            of = f"{record_name(record.name, record.id)}: " if len(records) > 1 else ""
            for oddity in record.oddities:
                warn(f"{of}{oddity}")
        return ExitCode.OK

    return begin(options, environ).do(work)
