"""``list`` and ``get``: reading records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from smtp_tui.api.errors import NotFound
from smtp_tui.api.models import Record, RecordList
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.output import show_one
from smtp_tui.cli.record_text import record_text, show_records, shown_record
from smtp_tui.cli.running import Environ, begin, wants_many
from smtp_tui.cli.say import complain, explain, remark, show, warn
from smtp_tui.text import clean, counted, nearest
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    import argparse

    from smtp_tui.cli.operator import CommandOperator
    from smtp_tui.workflows.session import Session

_ENTRIES_SHOWN: Final = 20
"""Unreadable entries that are printed each."""
_LOOKS_LIKE_ID: Final = re.compile(r"[0-9a-f]{24}\Z")


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


def get_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print one record."""

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Ask the server, and print what it answered."""
        record = await find(session, operator, options.record)
        if options.json:
            show_one(options, shown_record(session.profile.name, record))
        else:
            show(record_text(record))
        for oddity in record.oddities:
            warn(oddity)
        return ExitCode.OK

    return begin(options, environ).do(work)


async def find(session: Session, operator: CommandOperator, wanted: str) -> Record:
    """The record of that id, else the only one of exactly that name, as the server holds it now.

    Raises :class:`Refusal` where there is none or more than one, and ``ApiError``.
    """
    return await read_signed_in(session, operator, lambda: _find(session, wanted), "Reading")


async def _find(session: Session, wanted: str) -> Record:
    connections = session.connections
    if _LOOKS_LIKE_ID.match(wanted):
        try:
            return await connections.get(wanted)
        except NotFound:
            pass  # a record may be named like an id
    return await connections.get(_only(await session.list(), wanted, session).id)


def _only(found: RecordList, wanted: str, session: Session) -> Record:
    by_id = [record for record in found.records if record.id == wanted]
    named = by_id or [record for record in found.records if record.name == wanted]
    matching = {record.id: record for record in named}
    if len(matching) == 1:
        return named[0]
    if matching:
        ids = ", ".join(matching)
        words = f"{counted(len(matching), 'record')} are named {wanted}; use an id: {ids}"
        raise Refusal(words, ExitCode.REFUSED)
    scope = session.target.scope
    near = nearest(wanted, [record.name for record in found.records])
    words = f"no record {wanted} in tenant {scope.tenant}, team {scope.team}{near}"
    if found.unreadable:  # it may be one of them
        words += (
            f"; {counted(len(found.unreadable), 'entry', 'entries')} in the list could not be read"
        )
        raise Refusal(words, ExitCode.FAILED)
    raise Refusal(words, ExitCode.NOT_FOUND)
