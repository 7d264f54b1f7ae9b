"""Taking a run back: the plan of the values of before is reviewed as any plan."""

from __future__ import annotations

import asyncio
from typing import Any

from textual.screen import Screen

from smtp_tui.api.errors import ApiError
from smtp_tui.text import clean, counted
from smtp_tui.ui.bulk.jobs import may_begin, review
from smtp_tui.ui.bulk.run import RunScreen
from smtp_tui.ui.keymap import error_text
from smtp_tui.ui.messages import tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.outcomes import RunChange
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in
from smtp_tui.workflows.undo_run import reverse_plan


async def undo_run(
    screen: Screen[Any], services: Services, session: Session, change: RunChange
) -> None:
    """Have the reverse of a run reviewed, and begin it. For workers only."""
    if not may_begin(screen, services):
        return
    operator, what = ScreenOperator(screen), "Reading the current values"
    try:
        found = await read_signed_in(session, operator, session.list, what)
    except ApiError as error:
        tell(screen, error_text(screen, error), about=About.CHANGE, kind=Kind.BAD)
        return
    plan = await asyncio.to_thread(reverse_plan, change, session, found.records)
    if not plan.work:
        many = counted(len(change.done), "record")
        nothing = f"The last change, a run of {many}, cannot be undone"
        lines = (nothing, *plan.notes, *_backups(services, change))
        words = "\n".join(clean(line, 200) for line in lines)
        tell(screen, words, about=About.IMPOSSIBLE, kind=Kind.BAD)
    elif await review(screen, services, plan, {session.profile.name: session}):
        screen.app.push_screen(RunScreen(session, services))


def _backups(services: Services, change: RunChange) -> tuple[str, ...]:
    """Where the backup of this run is, if it wrote one."""
    mine = services.run_id == change.run
    return tuple(f"backup: {path}" for path in services.current_run.backups) if mine else ()
