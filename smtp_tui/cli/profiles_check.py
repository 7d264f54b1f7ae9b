"""``profiles check``: whether profiles work, step by step."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from smtp_tui.api.errors import ApiError, CertificateRefused
from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.target import HostRefused, Target
from smtp_tui.api.tls import fingerprint
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.output import show_line, show_many
from smtp_tui.cli.profiles import tell_problems
from smtp_tui.cli.running import Environ, known_profiles, session_of
from smtp_tui.cli.say import inform, show
from smtp_tui.cli.shapes import Check, CheckStep
from smtp_tui.cli.signals import run_until_told
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken, PromptToken, source_words
from smtp_tui.text import clean
from smtp_tui.workflows.check_profile import Result, Stage, Step, Steps, failed, look, take_steps
from smtp_tui.workflows.sign_in import SECONDS as STEP_SECONDS

_SECONDS: Final = 20.0
"""How long all steps of the check of one profile may take."""


def check_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Check the named profiles, or all; a dead host holds up none of the others.

    A mistake in the file counts as a failed check of all.
    """
    known = known_profiles(environ)
    names = dict.fromkeys(options.names)
    profiles = [known.named(name) for name in names] if names else list(known.all)
    broken = not names and tell_problems(known.profiles)
    if not profiles:
        inform("No profiles to check.")
    checked = run_until_told(_all(profiles, environ, options))
    if not options.jsonl:
        show_many(options, map(_check, profiles, checked))
    return ExitCode.FAILED if broken or any(map(failed, checked)) else ExitCode.OK


async def _all(
    profiles: Sequence[Profile], environ: Environ, options: argparse.Namespace
) -> list[Steps]:
    async def checked_and_shown(profile: Profile) -> Steps:
        """Check a profile, and show it at once where that is wanted."""
        steps = await all_steps(profile, environ)
        show_line(options, _check(profile, steps))
        if not options.json:
            show(_steps_text(profile, steps))
        return steps

    return await asyncio.gather(*map(checked_and_shown, profiles))


async def all_steps(profile: Profile, environ: Environ, seconds: float = _SECONDS) -> Steps:
    """Try a profile, for at most ``seconds``; whatever goes wrong is told, nothing is raised.

    A step is skipped after one that failed, where a person would have to be asked, and where it
    found nothing and hinders nothing.
    """
    steps: list[Step] = []
    try:
        async with asyncio.timeout(seconds):
            await _try(profile, environ, steps)
    except HostRefused as error:
        steps.append(Step(Stage.NAME, Result.FAILED, str(error)))
    except TimeoutError:
        words = f"No answer within {seconds:g} s"
        steps.append(Step([*Stage][len(steps)], Result.FAILED, words))
    rest = [*Stage][len(steps) :]
    return (*steps, *(Step(stage, Result.SKIPPED, "") for stage in rest))


async def _try(profile: Profile, environ: Environ, steps: list[Step]) -> None:
    async with session_of(profile, environ) as session:

        def add(step: Step) -> None:
            """Tell a step as a command does."""
            steps.append(_told(step, session.target))

        if not isinstance(profile.token, LoginToken | PromptToken):
            await take_steps(session, session.tokens.fetch, add)
        elif await look(session.target, add):
            words = f"{source_words(profile.token)}: asked for when needed"
            add(Step(Stage.TOKEN, Result.SKIPPED, words))
        last = steps[-1]
        if isinstance(last.error, CertificateRefused):
            shown = await _shown(last.error, session.target)
            steps[-1] = replace(last, words=last.words + shown, error=None)


def _told(step: Step, target: Target) -> Step:
    """A step with the tenant to set, and the fingerprint that was accepted."""
    if step.tenant is not None and not target.scope.tenant:
        words = f"the profile has none; the token belongs to {step.words}"
        return replace(step, result=Result.FAILED, words=words)
    if step.result is Result.NOTE:
        return replace(step, result=Result.SKIPPED if step.tenant is None else Result.OK)
    return replace(step, words=f"{step.words}; SHA-256 {step.sha256}") if step.sha256 else step


async def _shown(error: CertificateRefused, target: Target) -> str:
    """The fingerprint to compare and pin, of a certificate met for the first time."""
    if not error.untrusted or error.seen:
        return ""
    try:
        seen = fingerprint(await shown_certificate(target.origin, STEP_SECONDS))
    except ApiError:
        return ""
    return f". SHA-256 {seen}: compare it with the administrator's before you pin it"


def _steps_text(profile: Profile, steps: Steps) -> str:
    lines = [f"{clean(profile.name)}  {clean(profile.shown_host)}"]
    for step in steps:
        told = f"  {step.result.value:<7}  {step.stage.value:<11}  {clean(step.words)}"
        lines.append(told.rstrip())
    return "\n".join(lines)


def _check(profile: Profile, steps: Steps) -> Check:
    told = (CheckStep(step.stage.value, step.result.value, step.words) for step in steps)
    return Check(profile.name, profile.shown_host, not failed(steps), (*told,))
