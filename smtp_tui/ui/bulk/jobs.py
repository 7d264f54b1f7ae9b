"""What is done to the marked records: each job makes a plan, has it reviewed, and begins a run.

All of it is for workers, as whatever waits for a dialog.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from textual.screen import Screen

from smtp_tui.api.curl import curl_line
from smtp_tui.api.models import Record, value_text
from smtp_tui.api.requests import get_request
from smtp_tui.text import counted
from smtp_tui.ui.bulk.copy_to import copy_plan
from smtp_tui.ui.bulk.edit import ManyScreen, shared
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.bulk.plan import reviewed
from smtp_tui.ui.bulk.recipient import RecipientDialog
from smtp_tui.ui.bulk.run import RunScreen
from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.messages import Offer, tell
from smtp_tui.ui.services import Services
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.plan import EntryKey, Plan, delete_entries, mail_entries
from smtp_tui.workflows.session import Session


async def edit_marked(screen: Screen[Any], services: Services, marked: Marked) -> bool:
    """Ask in a form what changes in all of them, which stays until its plan is approved."""
    subject = await asyncio.to_thread(shared, [record for _, record in marked.records])
    return await screen.app.push_screen_wait(ManyScreen(services, marked, subject, review))


async def delete_marked(screen: Screen[Any], services: Services, marked: Marked) -> bool:
    """Review the delete of all of them, and begin it."""
    plan = await asyncio.to_thread(marked.plan, "Delete", delete_entries)
    return await review(screen, services, plan, marked.sessions)


async def test_marked(screen: Screen[Any], services: Services, marked: Marked) -> bool:
    """Ask once for a recipient, then review and begin to send a mail with each of them."""
    session, _ = marked.records[0]
    dialog = RecipientDialog(session, services, len(marked))
    dialog.profile = session.profile if marked.session is not None else None
    to = await screen.app.push_screen_wait(dialog)
    if to is None:
        return False
    plan = await asyncio.to_thread(
        marked.plan, "Test", lambda name, mine: mail_entries(name, mine, to)
    )
    return await review(screen, services, plan, marked.sessions)


async def copy_marked(screen: Screen[Any], services: Services, marked: Marked) -> bool:
    """Ask where to, and for the secrets; review and begin to copy all of them."""
    made = await copy_plan(screen, services, marked)
    if made is None:
        return False
    session, plan = made
    return await review(screen, services, plan, {session.profile.name: session})


JOBS: Final[Mapping[str, Callable[[Screen[Any], Services, Marked], Awaitable[bool]]]] = {
    "edit": edit_marked,
    "delete": delete_marked,
    "test": test_marked,
    "copy_to": copy_marked,
}
"""The jobs that make a plan, by the verb of the action of a record; whether a run was begun."""


async def carry_out(verb: str, screen: Screen[Any], services: Services, marked: Marked) -> None:
    """Do this to the marked records, and show the run; one run at a time."""
    if verb == "copy":
        of = counted(len(marked), "record")
        screen.app.push_screen(CopyDialog(copyables(marked), of=of, action="record.copy"))
    elif not may_begin(screen, services):
        return
    elif await JOBS[verb](screen, services, marked):
        screen.app.push_screen(RunScreen(marked.session, services))


def may_begin(screen: Screen[Any], services: Services) -> bool:
    """Whether no other run is under way; if one is, that is said."""
    if services.run_under_way is None:
        return True
    words, offer = "A run is under way; one at a time", Offer("app.run", "shows it")
    tell(screen, words, about=About.IMPOSSIBLE, kind=Kind.WARNING, offer=offer)
    return False


async def review(
    screen: Screen[Any],
    services: Services,
    plan: Plan,
    sessions: Mapping[str, Session],
    dropped: set[EntryKey] | None = None,
) -> bool:
    """Have a plan reviewed and begin its run; False where nothing was begun.

    ``dropped`` is kept by a form from which the same may be reviewed again.
    """
    if not may_begin(screen, services):
        return False
    kept = set() if dropped is None else dropped
    approved = await reviewed(screen.app, services, plan, sessions, kept)
    if approved is None:
        return False
    return await services.current_run.begin(screen.app, approved, sessions)


def copyables(marked: Marked) -> dict[str, str]:
    """What can be copied of the marked records, by its label."""
    lines, commands, values = [], [], []
    for session, record in marked.records:
        lines.append(curl_line(session.target, get_request(session.target.scope, record.id)))
        profile = session.profile.name
        commands.append(shlex.join(("smtp-tui", "get", "--profile", profile, record.id)))
        values.append(record_json(record))
    return {
        "curl": "\n".join(lines),
        "command": "\n".join(commands),
        "JSON": json.dumps(values, default=value_text, ensure_ascii=False, indent=2),
        "ids": "\n".join(record.id for _, record in marked.records),
    }


def record_json(record: Record) -> dict[str, object]:
    """A record as JSON has it; a secret is its state."""
    parameters = [{"name": each.name, "value": each.value} for each in record.parameters]
    return {"id": record.id, "name": record.name, "connection_parameters": parameters}
