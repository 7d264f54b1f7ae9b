"""From what a person calls a record to the one record, or to words."""

from __future__ import annotations

import re
from typing import Final

from smtp_tui.api.errors import NotFound
from smtp_tui.api.models import Record, RecordList
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.text import nearest
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in

_LOOKS_LIKE_ID: Final = re.compile(r"[0-9a-f]{24}\Z")


async def find(session: Session, wanted: str) -> Record:
    """The record of that id, else the only one of exactly that name, as the server holds it now.

    Raises :class:`Refusal` where there is none or more than one, and ``ApiError``.
    """
    operator = CommandOperator()
    return await read_signed_in(session, operator, lambda: _find(session, wanted), "Reading")


async def _find(session: Session, wanted: str) -> Record:
    connections = session.connections
    if _LOOKS_LIKE_ID.match(wanted):
        try:
            return await connections.get(wanted)
        except NotFound:
            pass  # a record may be named like an id
    return await connections.get(_only(await connections.list(), wanted, session).id)


def _only(found: RecordList, wanted: str, session: Session) -> Record:
    by_id = [record for record in found.records if record.id == wanted]
    named = by_id or [record for record in found.records if record.name == wanted]
    matching = {record.id: record for record in named}
    if len(matching) == 1:
        return named[0]
    if matching:
        ids = ", ".join(matching)
        words = f"{len(matching)} records are named {wanted}; use an id: {ids}"
        raise Refusal(words, ExitCode.REFUSED)
    scope = session.target.scope
    near = nearest(wanted, [record.name for record in found.records])
    words = f"no record {wanted} in tenant {scope.tenant}, team {scope.team}{near}"
    if found.unreadable:  # it may be one of them
        words += f", but {len(found.unreadable)} entries of the list cannot be read"
        raise Refusal(words, ExitCode.FAILED)
    raise Refusal(words, ExitCode.NOT_FOUND)
