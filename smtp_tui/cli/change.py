"""``set``, ``create`` and ``delete``: the commands that write records."""

from __future__ import annotations

import argparse

from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal, tell
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.records import find
from smtp_tui.cli.running import Environ, chosen_profile, may_write, on_profile
from smtp_tui.cli.say import clean, record_name, remark, sentence, show, show_json
from smtp_tui.cli.secret_input import read_password
from smtp_tui.cli.values import check, filled, parsed, preset_named
from smtp_tui.editing.draft import Draft, draft_of, new_draft
from smtp_tui.editing.patch import patch_for
from smtp_tui.workflows import delete_record as deleting
from smtp_tui.workflows.look_up import Found
from smtp_tui.workflows.outcomes import (
    Conflicted,
    Declined,
    Deleted,
    DeleteOutcome,
    Gone,
    NotStored,
    Refused,
    Saved,
    SaveOutcome,
    Unchanged,
    Unknown,
)
from smtp_tui.workflows.save_record import save_record
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.validation import NAME


def set_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Change parameters of a record; only what differs is sent."""
    profile = chosen_profile(options, environ, writes=True)
    texts, password = parsed(options.values), read_password(options)
    if not texts and password is None and not options.clear_password:
        raise Refusal("nothing to set: give a name=value, a password or --clear-password")

    async def work(session: Session) -> ExitCode:
        """Find the record, and save what changes."""
        if not options.dry_run:
            may_write(session, Operation.PATCH)
        opened = await find(session, options.record)
        clear, new = options.clear_password, options.new_parameters
        draft = filled(draft_of(opened), texts, password, clear=clear, new=new)
        check(draft, patch_for(draft, opened).names, opened)
        return await _save(session, options, draft, opened)

    return on_profile(profile, options, environ, work)


def create_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create a record and print its id; its name has to be free."""
    profile = chosen_profile(options, environ, writes=True)
    hostname = port = ""
    if options.preset is not None:
        preset = preset_named(options.preset)
        hostname, port = preset.hostname, str(preset.port)
        remark(f"{preset.name}: {preset.note}")
    draft = new_draft(options.name.strip(), hostname, port)
    texts, password = parsed(options.values), read_password(options)
    draft = filled(draft, texts, password, new=options.new_parameters)
    check(draft, (NAME, *draft.names), None)

    async def work(session: Session) -> ExitCode:
        """Save the new record."""
        if not options.dry_run:
            may_write(session, Operation.CREATE)
        return await _save(session, options, draft, None)

    return on_profile(profile, options, environ, work)


def delete_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Delete a record."""
    profile = chosen_profile(options, environ, writes=True)

    async def work(session: Session) -> ExitCode:
        """Find the record, and delete it."""
        if not options.dry_run:
            may_write(session, Operation.DELETE)
        record, operator = await find(session, options.record), CommandOperator(options)
        outcome = await deleting.delete_record(session, operator, record, rehearse=options.dry_run)
        name = record_name(record.name, record.id)
        match outcome:
            case Deleted(notes=notes, unanswered=None):
                _say(*notes, f"Deleted {name}")
                if options.json:
                    show_json({"id": record.id, "name": record.name, "deleted": True})
                return ExitCode.OK
            case Gone():
                remark(f"{sentence(name)} was gone already.")
                return ExitCode.NOT_FOUND
            case Declined():
                operator.show_rehearsed(session)
        return _not_done(outcome)

    return on_profile(profile, options, environ, work)


async def _save(
    session: Session, options: argparse.Namespace, draft: Draft, opened: Record | None
) -> ExitCode:
    patch, operator = patch_for(draft, opened), CommandOperator(options)
    rehearse = options.dry_run
    outcome = await save_record(session, operator, draft, opened, patch, rehearse=rehearse)
    match outcome:
        case Saved(unanswered=None):
            _tell_saved(outcome, options)
        case Unchanged() if opened is not None:
            remark("Nothing changes: the server has these values already. Nothing was sent.")
            if options.json:
                show_json({"id": opened.id, "name": opened.name, "changed": []})
        case Declined():
            operator.show_rehearsed(session)
        case _:
            return _not_done(outcome)
    return ExitCode.OK


def _tell_saved(saved: Saved, options: argparse.Namespace) -> None:
    name = record_name(saved.name, saved.record_id)
    if saved.before is None:
        _say(*saved.notes, f"Created {name}")
        if options.json:
            show_json({"id": saved.record_id, "name": saved.name})
        elif saved.record_id is not None:
            show(clean(saved.record_id))
        return
    _say(*saved.notes, f"Changed {name}: {', '.join(saved.patch.names)}")
    if options.json:
        changed = list(saved.patch.names)
        show_json({"id": saved.record_id, "name": saved.name, "changed": changed})


def _say(*sentences: str) -> None:
    for words in sentences:
        remark(f"{clean(words)}.")


def _not_done(outcome: SaveOutcome | DeleteOutcome) -> ExitCode:
    """Say why nothing was written, or that this is not known."""
    match outcome:
        case (
            (Unknown() as unknown)
            | Saved(unanswered=Unknown() as unknown)
            | Deleted(unanswered=Unknown() as unknown)
        ):
            return _tell_unknown(unknown)
        case Refused(error) | Gone(error) if error is not None:
            return tell(error)
        case NotStored(words):
            remark(clean(words))
            return ExitCode.FAILED
        case Conflicted():
            return ExitCode.CONFLICT
    return ExitCode.OK  # a dry run, for the operator raises without a yes


def _tell_unknown(unknown: Unknown) -> ExitCode:
    """Say what the server holds after a lost answer."""
    code = tell(unknown.error)
    found = unknown.found
    if found.problem:
        remark(f"  Reading it again did not help: {clean(found.problem)}")
        return code
    match unknown.error.call.operation, found.done:
        case Operation.PATCH, _:
            _tell_values(found)
        case Operation.DELETE, True:
            remark("  Read again: it is gone.")
        case Operation.DELETE, False:
            remark("  Read again: it is still there.")
        case Operation.CREATE, False:
            remark("  Read again: it is not there.")
    return code


def _tell_values(found: Found) -> None:
    held = found.held
    old = [difference.name for difference in held.differences if difference.old]
    if held.new:
        remark(f"  Read again: the server has the new value of {clean(', '.join(held.new))}.")
    if old:
        remark(f"  Read again: the server has the old value of {clean(', '.join(old))}.")
    for difference in held.differences:
        if not difference.old:
            remark(f"  Read again: the server {clean(difference.words)}.")
    if held.unseen:
        remark(f"  Of {clean(', '.join(held.unseen))} nothing can be seen.")
