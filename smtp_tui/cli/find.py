"""The records that a command line names, by id or by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from smtp_tui.api.errors import NotFound
from smtp_tui.api.models import Record, RecordList, is_secret_name
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.running import parameter_in
from smtp_tui.text import counted, nearest
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from smtp_tui.api.smtp_connections import SmtpConnections
    from smtp_tui.cli.operator import CommandOperator
    from smtp_tui.workflows.session import Session

_LOOKS_LIKE_ID: Final = re.compile(r"[0-9a-f]{24}\Z")


async def find(session: Session, operator: CommandOperator, wanted: str) -> Record:
    """The record that is wanted; as :func:`find_all`."""
    (record,) = await find_all(session, operator, [wanted])
    return record


async def find_all(
    session: Session, operator: CommandOperator, wanted: Iterable[str]
) -> list[Record]:
    """For each id the record, else the only one of exactly that name, as the server holds it now.

    Each record comes once. Raises :class:`Refusal` where there is none or more than one, and
    ``ApiError``.
    """

    async def read() -> list[Record]:
        """Read them, and the list at most once."""
        connections, found = session.connections, dict[str, Record]()
        listed: RecordList | None = None
        for text in wanted:
            record = await _by_id(connections, text)
            if record is None:
                listed = await session.list() if listed is None else listed
                record_id = _only(listed, text, session, operator.options)
                record = found.get(record_id) or await connections.get(record_id)
            found[record.id] = record
        return [*found.values()]

    return await read_signed_in(session, operator, read, "Reading")


async def _by_id(connections: SmtpConnections, wanted: str) -> Record | None:
    if not _LOOKS_LIKE_ID.match(wanted):
        return None
    try:
        return await connections.get(wanted)
    except NotFound:
        return None  # a record may be named like an id


def _only(listed: RecordList, wanted: str, session: Session, options: argparse.Namespace) -> str:
    """The id of the record that is wanted. Raises :class:`Refusal`."""
    matching = called(listed.records, wanted)
    if len(matching) == 1:
        return next(iter(matching))
    if matching:
        raise ambiguous(matching, wanted)
    scope = session.target.scope
    where = f" in tenant {scope.tenant}, team {scope.team}"
    missing = no_record(options, wanted, listed.records, where)
    if not listed.unreadable:
        raise missing
    count = counted(len(listed.unreadable), "entry", "entries")  # it may be one of them
    raise Refusal(f"{missing}; {count} in the list could not be read", ExitCode.FAILED)


def called(records: Iterable[Record], wanted: str) -> dict[str, Record]:
    """The record of that id, else those of exactly that name; by id."""
    by_id = {record.id: record for record in records}
    if wanted in by_id:
        return {wanted: by_id[wanted]}
    return {key: record for key, record in by_id.items() if record.name == wanted}


def ambiguous(found: Iterable[str], wanted: str) -> Refusal:
    """Why none of these records is the one that is wanted."""
    ids = [*found]
    words = f"{counted(len(ids), 'record')} are named {wanted}; use an id: {', '.join(ids)}"
    return Refusal(words, ExitCode.REFUSED)


def no_record(
    options: argparse.Namespace, wanted: str, among: Iterable[Record], where: str = ""
) -> Refusal:
    """Why nothing was done: no record is called so. It may have been meant as a field."""
    if name := parameter_in(wanted):
        hint = "" if is_secret_name(name) else f"; --match {name}=VALUE chooses records by value"
        if options.command == "set":
            hint = f"; name a record before {name}=VALUE"
        return Refusal(f"no record {name}=…{where}{hint}", ExitCode.NOT_FOUND)
    field = f"; to choose a field: --json={wanted}" if wanted in options.after_json else ""
    near = nearest(wanted, [record.name for record in among])
    return Refusal(f"no record {wanted}{where}{near}{field}", ExitCode.NOT_FOUND)
