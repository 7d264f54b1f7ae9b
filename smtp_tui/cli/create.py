"""``create``: a new record, whose name must be free so that names keep telling records apart."""

from __future__ import annotations

import argparse

from smtp_tui.api.errors import Operation
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request, create_request
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.outcome import carried_out
from smtp_tui.cli.review import confirmed
from smtp_tui.cli.running import Environ, chosen_profile, may_write, on_profile
from smtp_tui.cli.say import clean, record_name, remark, show, show_json
from smtp_tui.cli.secret_input import read_password
from smtp_tui.cli.values import NAME, check, filled, parsed, preset_named
from smtp_tui.editing.draft import Draft, new_draft
from smtp_tui.editing.patch import creation_patch
from smtp_tui.workflows.session import Session


def create_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Create a record; its id is printed."""
    profile = chosen_profile(options, environ, writes=True)
    draft = _draft(options)
    check(draft, (NAME, *draft.names), None)
    patch = creation_patch(draft)

    async def work(session: Session) -> ExitCode:
        """See that the name is free, have the record confirmed, and send it."""
        request = create_request(session.target.scope, draft.name, patch.assignments())
        if not options.dry_run:
            may_write(session, Operation.CREATE)
        await _check_free(session, draft.name)
        words = [change.creation_words() for change in patch.changes]
        title = f"Create {record_name(draft.name)}"
        if not confirmed(session, title, words, request, options, name=draft.name, mark="+"):
            return ExitCode.OK
        return await _create(session, draft.name, request, options)

    return on_profile(profile, options, environ, work)


def _draft(options: argparse.Namespace) -> Draft:
    hostname = port = ""
    if options.preset is not None:
        preset = preset_named(options.preset)
        hostname, port = preset.hostname, str(preset.port)
        remark(f"{preset.name}: {preset.note}")
    draft = new_draft(options.name.strip(), hostname, port)
    return filled(draft, parsed(options.values), read_password(options), new=options.new_parameters)


async def _named(session: Session, name: str) -> list[Record]:
    return [one for one in (await session.connections.list()).records if one.name == name]


async def _check_free(session: Session, name: str) -> None:
    taken = await _named(session, name)
    if taken:
        raise Refusal(
            f"there is a record {record_name(name)} already ({taken[0].id})", ExitCode.REFUSED
        )


async def _create(
    session: Session, name: str, request: Request, options: argparse.Namespace
) -> ExitCode:
    code, written, found = await carried_out(
        session,
        lambda: session.connections.create(request),
        f"Interrupted while {record_name(name)} was being created: see whether it is there.",
    )
    if code is not ExitCode.OK:
        return code
    created = written.record or found.record  # the answer may hold no record
    remark(f"Created {record_name(name)}.")
    if options.json:
        show_json({"id": created.id if created else None, "name": name})
    elif created:
        show(clean(created.id))
    return ExitCode.OK
