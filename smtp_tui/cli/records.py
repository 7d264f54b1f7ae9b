"""``list`` and ``get``: reading records."""

from __future__ import annotations

import argparse
from typing import Final

from smtp_tui.api.models import RecordList
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.lookup import find
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.running import Environ, chosen_profile, on_profile
from smtp_tui.cli.say import clean, complain, remark, show, show_json
from smtp_tui.cli.shapes import plain, record_text, records_table
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in

_ENTRIES_SHOWN: Final = 20
"""Unreadable entries that are told one by one."""


def list_records(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the records of a profile."""

    async def work(session: Session) -> ExitCode:
        """Ask the server, and print what it answered."""
        read = session.connections.list
        found = await read_signed_in(session, CommandOperator(), read, "Reading the list")
        if options.json:
            show_json([plain(record) for record in found.records])
        elif found.records:
            show(records_table(found.records))
        if found.unreadable:
            return _tell_unreadable(found)
        if not found.records:
            scope = session.target.scope
            remark(f"No records in tenant {clean(scope.tenant)}, team {clean(scope.team)}.")
        return ExitCode.OK

    return on_profile(chosen_profile(options, environ), options, environ, work)


def _tell_unreadable(found: RecordList) -> ExitCode:
    """Say how many entries are missing from what was printed, and why."""
    count, total = len(found.unreadable), len(found.records) + len(found.unreadable)
    complain(f"{count} of {total} entries of the list cannot be read")
    shown = found.unreadable[:_ENTRIES_SHOWN]
    for entry in shown:
        remark(f"  {clean(entry.words, 300)}")
    if len(shown) < count:
        remark(f"  … and {count - len(shown)} more")
    return ExitCode.FAILED


def get_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print one record."""

    async def work(session: Session) -> ExitCode:
        """Ask the server, and print what it answered."""
        record = await find(session, options.record)
        if options.json:
            show_json(plain(record))
        else:
            show(record_text(record))
        for oddity in record.oddities:
            remark(f"odd: {clean(oddity)}")
        return ExitCode.OK

    return on_profile(chosen_profile(options, environ), options, environ, work)
