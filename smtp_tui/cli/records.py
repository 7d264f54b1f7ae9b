"""``list``, ``get``, ``set``, ``create`` and ``delete``: reading and writing records."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from typing import Final

from smtp_tui.api.errors import NotFound
from smtp_tui.api.models import Parameter, Record, RecordList, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.failing import tell
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.running import Environ, begin
from smtp_tui.cli.say import CELL, complain, remark, show, show_json, table
from smtp_tui.cli.values import preset_named, read_values
from smtp_tui.editing.draft import KEEP, Draft, draft_of, new_draft
from smtp_tui.editing.patch import Patch
from smtp_tui.text import cell_width, clean, counted, nearest, padded, record_name, sentence
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows import write_record
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in

_ENTRIES_SHOWN: Final = 20
"""Unreadable entries that are printed each."""
_LOOKS_LIKE_ID: Final = re.compile(r"[0-9a-f]{24}\Z")


def list_records(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the records of a profile."""

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Ask the server, and print what it answered."""
        read = session.connections.list
        found = await read_signed_in(session, operator, read, "Reading the list")
        if options.json:
            show_json([_plain(record) for record in found.records])
        elif found.records:
            heading = ("NAME", "HOSTNAME", "PORT", "USERNAME", "ID")
            show(table(heading, [_row(record) for record in found.records]))
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
        remark(f"  {clean(entry.words, 300)}")
    if len(shown) < count:
        remark(f"  … and {count - len(shown)} more")
    return ExitCode.FAILED


def get_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print one record."""

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Ask the server, and print what it answered."""
        record = await find(session, operator, options.record)
        if options.json:
            show_json(_plain(record))
        else:
            show(_text(record))
        for oddity in record.oddities:
            remark(f"warning: {oddity}")
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
    return await connections.get(_only(await connections.list(), wanted, session).id)


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


def _plain(record: Record) -> dict[str, object]:
    """A record as JSON; a secret has ``secret`` (set, not set or unknown) in place of a value."""
    return {
        "id": record.id,
        "name": record.name,
        "created_at": record.created_at.isoformat() if record.created_at else None,
        "connection_parameters": [_plain_parameter(parameter) for parameter in record.parameters],
        "oddities": list(record.oddities),
    }


def _plain_parameter(parameter: Parameter) -> dict[str, object]:
    if isinstance(parameter.value, SecretState):
        return {"name": parameter.name, "secret": parameter.value.value}
    return {"name": parameter.name, "value": parameter.value}


def _row(record: Record) -> tuple[str, ...]:
    return (record.name, *map(record.text, ("hostname", "port", "username")), record.id)


def _text(record: Record) -> str:
    """One record whole, a line for each parameter."""
    created = record.created_at.isoformat() if record.created_at else "unknown"
    pairs = [("name", record.name), ("id", record.id), ("created", created)]
    pairs += [(parameter.name, parameter.text) for parameter in record.parameters]
    cells = [(clean(name, CELL), clean(text)) for name, text in pairs]
    width = max(cell_width(name) for name, _ in cells)
    return "\n".join(f"{padded(name, width)}  {text}".rstrip() for name, text in cells)


def set_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Change parameters of a record; only what differs is sent."""
    run = begin(options, environ, Operation.PATCH)
    values = read_values(options, options.values)
    if not values.texts and values.password == KEEP:
        raise Refusal("nothing to set; give name=value, a password or --clear-password")

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Find the record, and save what changes."""
        opened = await find(session, operator, options.record)
        draft, patch = values.fill(draft_of(opened), opened)
        return await _save(session, operator, draft, patch, opened)

    return run.do(work)


def create_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create a record and print its id; its name has to be free."""
    run = begin(options, environ, Operation.CREATE)
    hostname = port = ""
    if options.preset is not None:
        preset = preset_named(options.preset)
        hostname, port = preset.hostname, str(preset.port)
        remark(f"{preset.name}: {preset.note}")
    values = read_values(options, options.values)
    draft, patch = values.fill(new_draft(options.name.strip(), hostname, port), None)

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Save the new record."""
        return await _save(session, operator, draft, patch, None)

    return run.do(work)


async def _save(
    session: Session, operator: CommandOperator, draft: Draft, patch: Patch, opened: Record | None
) -> ExitCode:
    rehearse = operator.options.dry_run
    outcome = await write_record.save_record(
        session, operator, opened, patch, name=draft.name, rehearse=rehearse, look_first=True
    )
    return _tell_end(session, operator, opened, outcome)


def delete_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Delete a record."""
    run = begin(options, environ, Operation.DELETE)

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Find the record, and delete it."""
        record, rehearse = await find(session, operator, options.record), options.dry_run
        outcome = await write_record.delete_record(session, operator, record, rehearse=rehearse)
        return _tell_end(session, operator, record, outcome)

    return run.do(work)


def _tell_end(
    session: Session, operator: CommandOperator, record: Record | None, outcome: ends.Outcome
) -> ExitCode:
    """Say how a write ended, and with ``--json`` print what was done. ``record`` is None if new."""
    options = operator.options
    told: dict[str, object] = {"id": record.id, "name": record.name} if record is not None else {}
    named = record_name(record.name, record.id) if record is not None else ""
    if isinstance(outcome, ends.Saved | ends.Deleted) and outcome.unanswered is not None:
        outcome = outcome.unanswered
    match outcome:
        case ends.Deleted(notes=notes):
            _tell_done(options, *notes, f"Deleted {named}", told={**told, "deleted": True})
        case ends.Saved(record_id, name, None, notes=notes):
            told = {"id": record_id, "name": name}
            _tell_done(options, *notes, f"Created {record_name(name)}", told=told)
            if record_id is not None and not options.json:
                show(clean(record_id))
        case ends.Saved(patch=patch, notes=notes):
            done = f"Changed {named}: {', '.join(patch.names)}"
            _tell_done(options, *notes, done, told={**told, "changed": patch.names})
        case ends.Unchanged():
            done = "Nothing to change: the server already has these values"
            _tell_done(options, done, told={**told, "changed": []})
        case ends.Declined():
            operator.show_rehearsed(session)
        case ends.Unknown(error):
            return tell(error, *_found(outcome))
        case ends.Refused(error) | ends.Gone(error) if error is not None:
            return tell(error)
        case ends.Gone():
            remark(f"{sentence(named)} was already deleted.")
            return ExitCode.NOT_FOUND
        case ends.NotStored(words):
            remark(words)
            return ExitCode.FAILED
        case _:
            return ExitCode.CONFLICT  # which the operator told
    return ExitCode.OK


def _tell_done(options: argparse.Namespace, *words: str, told: dict[str, object]) -> None:
    """Say what was done; with ``--json`` print it too."""
    for line in words:
        remark(f"{line}.")
    if options.json:
        show_json(told)


def _found(unknown: ends.Unknown) -> Iterator[str]:
    """What the server holds after a lost answer, a line each."""
    found = unknown.found
    if found.problem:
        yield f"Could not read it again: {found.problem}"
    match unknown.error.call.operation, found.done:
        case Operation.DELETE, True:
            yield "Read again: it was deleted"
        case Operation.DELETE, False:
            yield "Read again: it still exists"
        case Operation.CREATE, False:
            yield "Read again: it was not created"
        case Operation.PATCH, _:
            old = [difference.name for difference in found.differences if difference.old]
            for which, names in (("new", found.new), ("old", old)):
                if names:
                    yield f"Read again: the server has the {which} value of {', '.join(names)}"
            for difference in found.differences:
                if not difference.old:
                    yield f"Read again: the server {difference.words}"
            if found.unseen:
                yield f"Cannot be checked: {', '.join(found.unseen)}"
