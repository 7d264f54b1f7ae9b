"""``delete``: remove one record, if it still is what was shown."""

from __future__ import annotations

import argparse

from smtp_tui.api.errors import Operation
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request, delete_request
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.lookup import find
from smtp_tui.cli.outcome import carried_out
from smtp_tui.cli.review import confirmed, titled
from smtp_tui.cli.running import Environ, chosen_profile, may_write, on_profile
from smtp_tui.cli.say import clean, record_name, remark, show_json
from smtp_tui.editing.merge import compare
from smtp_tui.editing.patch import Patch
from smtp_tui.workflows.session import Session


def delete_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Delete a record."""
    profile = chosen_profile(options, environ, writes=True)

    async def work(session: Session) -> ExitCode:
        """Find the record, have the delete confirmed, and send it."""
        if not options.dry_run:
            may_write(session, Operation.DELETE)
        shown = await find(session, options.record)
        request = delete_request(session.target.scope, shown.id)
        words = [f"{one.name} {one.text}" for one in shown.parameters]
        title = f"Delete {titled(shown)}"
        if not confirmed(
            session, title, words, request, options, name=shown.name, mark="-", destroys=True
        ):
            return ExitCode.OK
        return await _delete(session, shown, request, options)

    return on_profile(profile, options, environ, work)


async def _delete(
    session: Session, shown: Record, request: Request, options: argparse.Namespace
) -> ExitCode:
    now = compare(shown, Patch(), await session.connections.get(shown.id))
    if not now.clean:
        remark("Nothing was sent: someone else changed the record meanwhile.")
        for change in now.theirs:
            remark(f"  {clean(change.words())}")
        return ExitCode.CONFLICT
    name = record_name(shown.name, shown.id)
    code, written, _ = await carried_out(
        session,
        lambda: session.connections.delete(request, shown),
        f"Interrupted while {name} was being deleted: see whether it is gone.",
    )
    if code is not ExitCode.OK:
        return code
    if written.gone:
        remark(f"{name[:1].upper()}{name[1:]} was gone already.")
        return ExitCode.NOT_FOUND
    remark(f"Deleted {name}.")
    if options.json:
        show_json({"id": shown.id, "name": shown.name, "deleted": True})
    return ExitCode.OK
