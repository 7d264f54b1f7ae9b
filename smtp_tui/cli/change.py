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
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows import write_record
from smtp_tui.workflows.look_up import Found
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
        rehearse = options.dry_run
        outcome = await write_record.delete_record(session, operator, record, rehearse=rehearse)
        name, told = record_name(record.name, record.id), {"id": record.id, "name": record.name}
        match outcome:
            case ends.Deleted(notes=notes, unanswered=None):
                _tell_done(options, *notes, f"Deleted {name}", told={**told, "deleted": True})
            case ends.Gone():
                remark(f"{sentence(name)} was gone already.")
                return ExitCode.NOT_FOUND
            case ends.Declined():
                operator.show_rehearsed(session)
            case _:
                return _not_done(outcome)
        return ExitCode.OK

    return on_profile(profile, options, environ, work)


async def _save(
    session: Session, options: argparse.Namespace, draft: Draft, opened: Record | None
) -> ExitCode:
    patch, operator = patch_for(draft, opened), CommandOperator(options)
    rehearse = options.dry_run
    outcome = await write_record.save_record(
        session, operator, draft, opened, patch, rehearse=rehearse, look_first=True
    )
    match outcome:
        case ends.Saved(record_id, name, notes=notes, unanswered=None):
            told: dict[str, object] = {"id": record_id, "name": name}
            done = f"Created {record_name(name)}"
            if opened is not None:
                told["changed"] = list(outcome.patch.names)
                done = f"Changed {record_name(name, record_id)}: {', '.join(outcome.patch.names)}"
            _tell_done(options, *notes, done, told=told)
            if opened is None and record_id is not None and not options.json:
                show(clean(record_id))
        case ends.Unchanged() if opened is not None:
            done = "Nothing changes: the server has these values already. Nothing was sent"
            _tell_done(options, done, told={"id": opened.id, "name": opened.name, "changed": []})
        case ends.Declined():
            operator.show_rehearsed(session)
        case _:
            return _not_done(outcome)
    return ExitCode.OK


def _tell_done(options: argparse.Namespace, *words: str, told: dict[str, object]) -> None:
    """Say what was done; with ``--json`` print it too."""
    for line in words:
        remark(f"{line}.")
    if options.json:
        show_json(told)


def _not_done(outcome: ends.Outcome) -> ExitCode:
    """Say why nothing was written, or that this is not known."""
    match outcome:
        case (
            (ends.Unknown() as unknown)
            | ends.Saved(unanswered=ends.Unknown() as unknown)
            | ends.Deleted(unanswered=ends.Unknown() as unknown)
        ):
            code = tell(unknown.error)
            for line in _found(unknown.error.call.operation, unknown.found):
                remark(f"  {line}.")
            return code
        case ends.Refused(error) | ends.Gone(error) if error is not None:
            return tell(error)
        case ends.NotStored(words):
            remark(words)
            return ExitCode.FAILED
    return ExitCode.CONFLICT  # which the operator told


def _found(operation: Operation, found: Found) -> list[str]:
    """What the server holds after a lost answer, a line each."""
    if found.problem:
        return [f"Reading it again did not help: {found.problem}"]
    match operation, found.done:
        case Operation.DELETE, True:
            return ["Read again: it is gone"]
        case Operation.DELETE, False:
            return ["Read again: it is still there"]
        case Operation.CREATE, False:
            return ["Read again: it is not there"]
        case Operation.CREATE, _:
            return []  # the advice of the error tells it
    old = [difference.name for difference in found.differences if difference.old]
    other = [difference.words for difference in found.differences if not difference.old]
    lines = [f"the server has the new value of {', '.join(found.new)}"] if found.new else []
    lines += [f"the server has the old value of {', '.join(old)}"] if old else []
    lines = [f"Read again: {line}" for line in (*lines, *(f"the server {each}" for each in other))]
    unseen = f"Of {', '.join(found.unseen)} nothing can be seen"
    return [*lines, unseen] if found.unseen else lines
