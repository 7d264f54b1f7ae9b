"""A plan of a command from its review to its end: shown, confirmed once, and carried out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import datetime

from smtp_tui.api.clock import Clock
from smtp_tui.api.target import Access
from smtp_tui.cli.backup import keep_backup
from smtp_tui.cli.exit_codes import ExitCode, Refusal
from smtp_tui.cli.many import Sessions
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.plan_outcomes import Outcomes, counts_text, result_code
from smtp_tui.cli.plan_text import plan_lines, show_plan
from smtp_tui.cli.say import ask, confirm, inform, on_terminal, say, warn
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.state.files import FileProblem, state_directory
from smtp_tui.state.history import TestHistory
from smtp_tui.state.runs import RunStore
from smtp_tui.text import counted
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.plan_file import plan_json
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMails


async def review_and_run(
    sessions: Sessions, plan: Plan, whole: Callable[[], Awaitable[Plan]] | None = None
) -> None:
    """Show a plan, have it confirmed once, and carry it out; a dry run only shows it.

    ``whole`` gives the plan with its secrets, once it is confirmed.
    """
    options = sessions.many.options
    if options.dry_run:
        if options.json or plan.entries:
            show_plan(options, plan, sessions.by_profile)
        if plan.work:
            sessions.many.codes.append(ExitCode.WOULD_CHANGE)
        return
    for line in plan_lines(plan, sessions.by_profile):
        inform(line)
    if plan.work:
        _confirm(sessions, plan)
        plan = plan if whole is None else await whole()
    elif plan.entries:
        inform("Nothing to do: the records are so already.")
    if plan.entries or options.json:
        await _carry_out(sessions, plan)


def _confirm(sessions: Sessions, plan: Plan) -> None:
    """Have a plan confirmed that was shown. Raises :class:`Refusal` without a yes.

    In a protected profile only the number of records counts, typed or as ``--confirm-count``.
    A plan that changes much of a list needs the number too, or ``--force``; and so does one
    that destroys, unless ``--yes`` is given.
    """
    options = sessions.many.options
    work = len(plan.work)
    if options.confirm_count is not None:
        if options.confirm_count == work:
            return
        many = f"the plan is for {counted(work, 'record')}, not {options.confirm_count:,}"
        raise Refusal(f"nothing was sent: {many}", ExitCode.REFUSED)
    names = {entry.profile for entry in plan.work}
    guarded = [
        name for name in names if sessions.by_profile[name].target.access is Access.PROTECTED
    ]
    protected = plan.writes and bool(guarded)
    large = bool(plan.large) and not options.force
    for line in plan.large:
        say(f"It changes much of a list: {line}")
    if options.yes and not protected and not large:
        return
    if not (protected or large or plan.destroys):
        confirm("Apply? Type yes to confirm:", "nothing was sent")
        return
    if not on_terminal():
        instead = "there is no terminal to ask on; use --yes"
        if protected:
            instead = f"the profile {sorted(guarded)[0]} is protected; use --confirm-count N"
        elif large:
            instead = "the plan changes much of a list; use --force or --confirm-count N"
        raise Refusal(f"nothing was sent: {instead}", ExitCode.REFUSED)
    if ask(f"Type the number of records to confirm ({work}):").strip() != str(work):
        raise Refusal("nothing was sent: not confirmed", ExitCode.REFUSED)


async def _carry_out(sessions: Sessions, plan: Plan) -> None:
    """Run a plan that was confirmed, and say what came of each record."""
    many = sessions.many
    await keep_backup(many.environ, plan)
    state = state_directory(many.environ)
    store = RunStore(state)
    run_id = await _kept(store, plan, Clock().now())
    mails = TestMails(TestHistory(state))
    outcomes = Outcomes(many.options)
    operator = _Unasked(many.options)
    run = Run(
        run_id, plan, sessions.named, operator, mails, Clock(), lambda n: outcomes.tell(run, n)
    )
    try:
        await run.carry_out()
    except asyncio.CancelledError:
        words = counts_text(run)
        say(f"Interrupted: {words}. What was sent is in the journal: smtp-tui audit.")
        say("The screen offers the rest at its next start.")
        raise
    if not run.counts.left:
        await _forgotten(store, run_id)
    inform(f"{counts_text(run)}.")
    many.codes.extend(map(result_code, run.results))
    outcomes.show(run)


async def _kept(store: RunStore, plan: Plan, now: datetime) -> str:
    """Keep a plan until it has been carried out; its id. Where that fails it is told."""
    try:
        return await asyncio.to_thread(lambda: store.begin(plan_json(plan, now)))
    except FileProblem as problem:
        warn(f"the run cannot be gone on with if it is ended: {problem}")
        return os.urandom(8).hex()


async def _forgotten(store: RunStore, run_id: str) -> None:
    """Forget a run that has ended. What came of it counts, whether or not that works."""
    try:
        await asyncio.to_thread(store.end, run_id)
    except FileProblem as problem:
        warn(f"the screen will offer this run again: {problem}")


class _Unasked(CommandOperator):
    """An operator for a run: a token that is not given fails the record, and no more."""

    async def new_token(self, session: Session, why: str) -> bool:
        """Ask where somebody sits there; what goes wrong then is a no."""
        try:
            return await super().new_token(session, why)
        except (CredentialError, EOFError) as problem:
            say(f"profile {session.profile.name}: {problem or 'no answer'}")
            return False
