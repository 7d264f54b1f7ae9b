"""``profiles check``: whether profiles work, all at once, each told as soon as it is known."""

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
from smtp_tui.cli.running import Environ, known_profiles, session_of
from smtp_tui.cli.say import remark, show, show_json
from smtp_tui.cli.signals import run_until_told
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken, PromptToken, source_words
from smtp_tui.text import clean
from smtp_tui.workflows.check_profile import Result, Stage, Step, Steps, failed, look, take_steps
from smtp_tui.workflows.sign_in import SECONDS as STEP_SECONDS

SECONDS: Final = 20.0
"""How long all steps of one profile may take."""
_STAGES: Final = tuple(Stage)


def check_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Check the named profiles, or all; a dead host holds up none of the others."""
    known = known_profiles(environ)
    names = dict.fromkeys(options.names)
    profiles = [known.named(name) for name in names] if names else list(known.all)
    if not profiles:
        remark("No profile to check.")
    checked = run_until_told(_all(profiles, environ, as_they_come=not options.json))
    if options.json:
        pairs = zip(profiles, checked, strict=True)
        show_json([_plain(profile, steps) for profile, steps in pairs])
    return ExitCode.FAILED if any(map(failed, checked)) else ExitCode.OK


async def _all(profiles: Sequence[Profile], environ: Environ, *, as_they_come: bool) -> list[Steps]:
    async def checked_and_shown(profile: Profile) -> Steps:
        """Check a profile, and show it at once where that is wanted."""
        steps = await all_steps(profile, environ)
        if as_they_come:
            show(_text(profile, steps))
        return steps

    return await asyncio.gather(*map(checked_and_shown, profiles))


async def all_steps(profile: Profile, environ: Environ, seconds: float = SECONDS) -> Steps:
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
        words = f"No answer within {seconds:g} seconds"
        steps.append(Step(_STAGES[len(steps)], Result.FAILED, words))
    rest = (Step(stage, Result.SKIPPED, "") for stage in _STAGES[len(steps) :])
    return (*steps, *rest)


async def _try(profile: Profile, environ: Environ, steps: list[Step]) -> None:
    async with session_of(profile, environ) as session:

        def add(step: Step) -> None:
            """Tell a step as a command does."""
            steps.append(_told(step, session.target))

        if not isinstance(profile.token, LoginToken | PromptToken):
            await take_steps(session, session.tokens.fetch, add)
        elif await look(session.target, add):
            words = f"{source_words(profile.token)}: typed when it is needed"
            add(Step(Stage.TOKEN, Result.SKIPPED, words))
        last = steps[-1]
        if isinstance(last.error, CertificateRefused):
            shown = await _shown(last.error, session.target)
            steps[-1] = replace(last, words=last.words + shown, error=None)


def _told(step: Step, target: Target) -> Step:
    """A step with the tenant to set, and the fingerprint that was accepted."""
    if step.tenant is not None and not target.scope.tenant:
        words = f"the profile names none; the token belongs to {step.words}"
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
    return f". It shows SHA-256 {seen}: compare that with its administrator before pinning it"


def _text(profile: Profile, steps: Steps) -> str:
    lines = [f"{clean(profile.name)}  {clean(profile.shown_host)}"]
    for step in steps:
        told = f"  {step.result.value:<7}  {step.stage.value:<11}  {clean(step.words)}"
        lines.append(told.rstrip())
    return "\n".join(lines)


def _plain(profile: Profile, steps: Steps) -> dict[str, object]:
    return {
        "profile": profile.name,
        "host": profile.shown_host,
        "well": not failed(steps),
        "steps": [
            {"step": step.stage.value, "result": step.result.value, "words": step.words}
            for step in steps
        ],
    }
