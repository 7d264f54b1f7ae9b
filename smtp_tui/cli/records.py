"""``list`` and ``get``: reading records."""

from __future__ import annotations

import argparse

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.lookup import find
from smtp_tui.cli.running import Environ, on_profile
from smtp_tui.cli.say import clean, remark, show, show_json
from smtp_tui.cli.shapes import plain, record_text, records_table
from smtp_tui.cli.wiring import Reach


def list_records(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the records of a profile."""

    async def work(reach: Reach) -> ExitCode:
        found = await reach.connections.list()
        if options.json:
            show_json([plain(record) for record in found.records])
        elif found.records:
            show(records_table(found.records))
        if not found.records:
            scope = reach.target.scope
            remark(f"No records in tenant {clean(scope.tenant)}, team {clean(scope.team)}.")
        for entry in found.unreadable:
            remark(f"entry {entry.position} of the list cannot be read: {clean(entry.why)}")
        return ExitCode.OK

    return on_profile(options, environ, work)


def get_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print one record."""

    async def work(reach: Reach) -> ExitCode:
        record = await find(reach, options.record)
        if options.json:
            show_json(plain(record))
        else:
            show(record_text(record))
        for oddity in record.oddities:
            remark(f"odd: {clean(oddity)}")
        return ExitCode.OK

    return on_profile(options, environ, work)
