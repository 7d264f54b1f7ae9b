"""``set``, ``create`` and ``delete``: changing records."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from smtp_tui.api.requests import Operation
from smtp_tui.cli.exit_codes import ExitCode, UsageError
from smtp_tui.cli.failing import tell
from smtp_tui.cli.find import find
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.output import show_many
from smtp_tui.cli.running import (
    Environ,
    begin,
    named_records,
    parameter_in,
    record_and_values,
    wants_many,
)
from smtp_tui.cli.say import inform, say, show
from smtp_tui.cli.shapes import outcome_of
from smtp_tui.cli.values import gives_password, preset_named, read_values
from smtp_tui.editing.draft import draft_of, new_draft
from smtp_tui.text import clean, record_name, sentence
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows import write_record
from smtp_tui.workflows.plan import Place, Plan, PlanEntry
from smtp_tui.workflows.progress import Result, write_result
from smtp_tui.workflows.session import Session


def set_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Change parameters of a record, or of several; only what differs is sent."""
    names = named_records(options)
    if wants_many(options) or len(names) > 1:
        from smtp_tui.cli.bulk import set_many  # noqa: PLC0415 - not for one record

        return set_many(options, environ, names, [v for v in options.values if "=" in v])
    _check_one(options)
    wanted, arguments = record_and_values(options)
    if parameter_in(wanted) and not (arguments or gives_password(options)):
        raise UsageError("name a record, or use --match")
    run = begin(options, environ, Operation.PATCH)
    values = read_values(options, arguments)
    values.refuse_nothing()

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Find the record, and save what changes."""
        opened = await find(session, operator, wanted)
        draft, patch = values.fill(draft_of(opened), opened)
        entry = PlanEntry(session.profile.name, Operation.PATCH, opened, draft.name, patch)
        return await _save(session, operator, entry, environ)

    return run.do(work)


def _check_one(options: argparse.Namespace) -> None:
    """Refuse what is for several records, and none. Raises :class:`UsageError`."""
    if options.confirm_count is not None:
        raise UsageError("--confirm-count is for --match or several records; use --confirm-name")
    if not options.values:
        raise UsageError("name a record, or use --match")


def create_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create a record and print its id, or the records of a list; a name has to be free."""
    if options.name == "-":
        return _create_list(options, environ)
    if options.ask_passwords or options.confirm_count is not None:
        raise UsageError("--ask-passwords and --confirm-count are for `create -`")
    if "=" in options.name and (parameter := parameter_in(options.name)):
        raise UsageError(f"missing: NAME, which stands before {parameter}=VALUE")
    run = begin(options, environ, Operation.CREATE)
    hostname = port = ""
    if options.preset is not None:
        preset = preset_named(options.preset)
        hostname, port = preset.hostname, str(preset.port)
        inform(f"{preset.name}: {preset.note}")
    values = read_values(options, options.values)
    draft, patch = values.fill(new_draft(options.name.strip(), hostname, port), None)

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Save the new record."""
        entry = PlanEntry(session.profile.name, Operation.CREATE, None, draft.name, patch)
        return await _save(session, operator, entry, environ)

    return run.do(work)


def _create_list(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create the records of a list on stdin. Raises :class:`UsageError` for what is for one."""
    one = (options.values, options.new_parameters, options.preset, options.confirm_name)
    if any(one) or options.password_stdin:
        raise UsageError("`create -` takes its records from stdin, and no values or name")
    from smtp_tui.cli.create_list import create_list  # noqa: PLC0415 - not for one record

    return create_list(options, environ)


async def _save(
    session: Session, operator: CommandOperator, entry: PlanEntry, environ: Environ
) -> ExitCode:
    _back_up(session, operator, entry, environ)
    outcome = await write_record.save_record(
        *(session, operator, entry.record, entry.patch),
        name=entry.name,
        rehearse=operator.options.dry_run,
        look_first=True,
    )
    return _tell_end(session, operator, entry, outcome)


def delete_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Delete a record, or several."""
    if wants_many(options) or len(options.values) > 1:
        from smtp_tui.cli.bulk import delete_many  # noqa: PLC0415 - not for one record

        return delete_many(options, environ, options.values)
    _check_one(options)
    (wanted,) = options.values
    run = begin(options, environ, Operation.DELETE)

    async def work(session: Session, operator: CommandOperator) -> ExitCode:
        """Find the record, and delete it."""
        record, rehearse = await find(session, operator, wanted), options.dry_run
        entry = PlanEntry(session.profile.name, Operation.DELETE, record)
        _back_up(session, operator, entry, environ)
        outcome = await write_record.delete_record(session, operator, record, rehearse=rehearse)
        return _tell_end(session, operator, entry, outcome)

    return run.do(work)


def _back_up(
    session: Session, operator: CommandOperator, entry: PlanEntry, environ: Environ
) -> None:
    """Have the record written to a file once the review is approved, if the write destroys."""
    if not entry.destroys:
        return
    from smtp_tui.cli.backup import keep_backup  # noqa: PLC0415 - only where it is written

    plan = Plan(f"{entry.verb} {entry.named}", (entry,), (Place.of(session, 1),))
    operator.before_sending = lambda: keep_backup(environ, plan)


def _tell_end(
    session: Session, operator: CommandOperator, entry: PlanEntry, outcome: ends.Outcome
) -> ExitCode:
    """Say how a write ended, and with ``--json`` print what came of it."""
    options, named = operator.options, entry.named
    if isinstance(outcome, ends.Saved | ends.Deleted) and outcome.unanswered is not None:
        outcome = outcome.unanswered
    if options.json and not isinstance(outcome, ends.Declined):
        show_many(options, [outcome_of(entry, write_result(entry, outcome, Result()))])
    match outcome:
        case ends.Deleted(notes=notes):
            _tell_done(*notes, f"Deleted {named}")
        case ends.Saved(record_id, name, None, notes=notes):
            _tell_done(*notes, f"Created {record_name(name)}")
            if record_id is not None and not options.json:
                show(clean(record_id))
        case ends.Saved(patch=patch, notes=notes):
            _tell_done(*notes, f"Changed {named}: {', '.join(patch.names)}")
        case ends.Unchanged():
            _tell_done("Nothing to change: the server already has these values")
        case _:
            return _tell_not_done(session, operator, named, outcome)
    return ExitCode.OK


def _tell_not_done(
    session: Session, operator: CommandOperator, named: str, outcome: ends.Outcome
) -> ExitCode:
    """Say why a write to the record was not done, or that it was a dry run."""
    match outcome:
        case ends.Declined():
            operator.show_rehearsed(session)
            return ExitCode.WOULD_CHANGE
        case ends.Unknown(error):
            return tell(error, *_found(outcome))
        case ends.Refused(error) | ends.Gone(error) if error is not None:
            return tell(error)
        case ends.Gone():
            say(f"{sentence(named)} was already deleted.")
            return ExitCode.NOT_FOUND
        case ends.NotStored(words):
            say(words)
            return ExitCode.FAILED
    return ExitCode.CONFLICT  # which the operator told


def _tell_done(*words: str) -> None:
    """Say what was done."""
    for line in words:
        inform(f"{line}.")


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
