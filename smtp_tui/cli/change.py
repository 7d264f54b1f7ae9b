"""``set``: change some parameters of a record, after a review and one more look at the server."""

from __future__ import annotations

import argparse

from smtp_tui.api.errors import Operation
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request, patch_request
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.lookup import find
from smtp_tui.cli.outcome import carried_out
from smtp_tui.cli.review import confirmed, titled
from smtp_tui.cli.running import Environ, chosen_profile, may_write, on_profile
from smtp_tui.cli.say import clean, record_name, remark, show_json
from smtp_tui.cli.secret_input import read_password
from smtp_tui.cli.values import check, filled, parsed
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.merge import Comparison, compare
from smtp_tui.editing.patch import Patch, patch_of
from smtp_tui.workflows.session import Session


def set_record(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Send what changes of a record, and nothing else."""
    profile = chosen_profile(options, environ, writes=True)
    texts, password = parsed(options.values), read_password(options)
    if not texts and password is None and not options.clear_password:
        raise Refusal("nothing to set: give a name=value, a password or --clear-password")

    async def work(session: Session) -> ExitCode:
        """Find the record, have the change confirmed, and send it."""
        if not options.dry_run:
            may_write(session, Operation.PATCH)
        opened = await find(session, options.record)
        draft = filled(
            draft_of(opened),
            texts,
            password,
            clear=options.clear_password,
            new=options.new_parameters,
        )
        patch = patch_of(opened, draft)
        check(draft, patch.names, opened)
        if not patch:
            return _nothing(opened, options, "Nothing changes; nothing was sent.")
        request = patch_request(session.target.scope, opened.id, patch.assignments())
        words = [change.words() for change in patch.changes]
        title = f"Change {titled(opened)}"
        if not confirmed(session, title, words, request, options, name=opened.name):
            return ExitCode.OK
        return await _apply(session, opened, patch, request, options)

    return on_profile(profile, options, environ, work)


async def _apply(
    session: Session, opened: Record, patch: Patch, request: Request, options: argparse.Namespace
) -> ExitCode:
    """Read again, compare, and send what was shown."""
    comparison = compare(opened, patch, await session.connections.get(opened.id))
    if comparison.conflicts:
        return _conflict(comparison)
    for change in comparison.theirs:
        remark(f"Changed by someone else meanwhile, and kept: {clean(change.words())}")
    if comparison.unseen:
        names = clean(", ".join(comparison.unseen))
        remark(f"Whether someone else changed {names} meanwhile cannot be seen.")
    if not comparison.patch:
        return _nothing(opened, options, "The server has these values already; nothing was sent.")
    name = record_name(opened.name, opened.id)
    code, _, _ = await carried_out(
        session,
        lambda: session.connections.patch(request, opened),
        f"Interrupted while {name} was being changed: see what it holds now.",
    )
    if code is not ExitCode.OK:
        return code
    remark(f"Changed {name}: {clean(', '.join(patch.names))}.")
    _tell_json(opened, patch.names, options)
    return ExitCode.OK


def _nothing(opened: Record, options: argparse.Namespace, words: str) -> ExitCode:
    remark(words)
    _tell_json(opened, (), options)
    return ExitCode.OK


def _tell_json(opened: Record, names: tuple[str, ...], options: argparse.Namespace) -> None:
    if options.json:
        show_json({"id": opened.id, "name": opened.name, "changed": list(names)})


def _conflict(comparison: Comparison) -> ExitCode:
    remark("Nothing was sent: someone else changed the same meanwhile.")
    for conflict in comparison.conflicts:
        opened, mine, theirs = (clean(text, 200) for text in conflict.columns)
        remark(f"  {clean(conflict.name, 100)}: opened {opened} · yours {mine} · server {theirs}")
    return ExitCode.CONFLICT
