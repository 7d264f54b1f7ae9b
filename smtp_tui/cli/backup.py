"""The backup that a command writes before something cannot come back, and how it is applied."""

from __future__ import annotations

import asyncio
import shlex

from smtp_tui.api.clock import Clock
from smtp_tui.api.requests import Operation
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import inform
from smtp_tui.state.files import state_directory
from smtp_tui.workflows.backup import write_backup
from smtp_tui.workflows.plan import Plan


async def keep_backup(environ: Environ, plan: Plan) -> None:
    """Before a plan that destroys, write its records as they are, and say what brings them back.

    A secret is in no backup: where nothing else goes, nothing is said to bring it back. Raises
    ``FileProblem``.
    """
    if not plan.destroys:
        return
    state, now = state_directory(environ), Clock().now()
    files = await asyncio.to_thread(write_backup, state, plan, now)
    returning = {
        entry.profile
        for entry in plan.work
        if entry.operation is Operation.DELETE or (entry.patch and entry.patch.can_undo)
    }
    for profile, file in files.items():
        inform(f"Backup, without secrets: {file}")
        if profile in returning:
            command = shlex.join(["smtp-tui", "--profile", profile, "apply", str(file)])
            inform(f"To restore: {command}")
