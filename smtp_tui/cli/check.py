"""``profiles check``: whether profiles work, all at once, each told as soon as it is known."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from enum import Enum
from typing import Final

from msgspec import Struct

from smtp_tui.api.errors import ApiError, CertificateRefused
from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.target import HostRefused, Origin, Target
from smtp_tui.api.trust import fingerprint
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.running import Environ, known_profiles, run_until_told, session_of
from smtp_tui.cli.say import clean, remark, show, show_json
from smtp_tui.profiles.checking import SECONDS as STEP_SECONDS
from smtp_tui.profiles.checking import Outcome, Stage, Step, check, look
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken, PromptToken, source_words

SECONDS: Final = 20.0
"""How long all steps of one profile may take."""
_STAGES: Final = tuple(Stage)


class Result(Enum):
    """How a step ended; ``SKIPPED`` where it was not tried, or found nothing and hinders nothing.

    A step is not tried after one that failed, or where a person would have to be asked.
    """

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


class Line(Struct, frozen=True):
    """What is told of one step."""

    stage: Stage
    result: Result
    words: str = ""


class Checked(Struct, frozen=True):
    """All steps of one profile, in order; ``well`` where none failed."""

    profile: Profile
    lines: tuple[Line, ...]

    @property
    def well(self) -> bool:
        """Whether no step failed."""
        return all(line.result is not Result.FAILED for line in self.lines)


def check_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Check the named profiles, or all; a dead host holds up none of the others."""
    known = known_profiles(environ)
    names = dict.fromkeys(options.names)
    profiles = [known.named(name) for name in names] if names else list(known.all)
    if not profiles:
        remark("No profile to check.")
    found = run_until_told(_all(profiles, environ, as_they_come=not options.json))
    if options.json:
        show_json([_plain(one) for one in found])
    return ExitCode.OK if all(one.well for one in found) else ExitCode.FAILED


async def _all(
    profiles: Sequence[Profile], environ: Environ, *, as_they_come: bool
) -> list[Checked]:
    async def checked_and_shown(profile: Profile) -> Checked:
        """Check a profile, and show it at once where that is wanted."""
        checked = await check_profile(profile, environ)
        if as_they_come:
            show(_text(checked))
        return checked

    return list(await asyncio.gather(*(checked_and_shown(profile) for profile in profiles)))


async def check_profile(profile: Profile, environ: Environ, seconds: float = SECONDS) -> Checked:
    """Try a profile, for at most ``seconds``; whatever goes wrong is told, nothing is raised."""
    lines: list[Line] = []
    try:
        async with asyncio.timeout(seconds), aclosing(_lines(profile, environ)) as trying:
            async for line in trying:
                lines.append(line)
    except TimeoutError:
        late = _STAGES[len(lines)]
        lines.append(Line(late, Result.FAILED, f"No answer within {seconds:g} seconds"))
    rest = (Line(stage, Result.SKIPPED) for stage in _STAGES[len(lines) :])
    return Checked(profile, (*lines, *rest))


async def _lines(profile: Profile, environ: Environ) -> AsyncGenerator[Line]:
    try:
        target = profile.target()
    except HostRefused as error:
        yield Line(Stage.NAME, Result.FAILED, str(error))
        return
    typed = isinstance(profile.token, LoginToken | PromptToken)
    failed = False
    async with aclosing(look(target) if typed else _tried(profile, environ)) as trying:
        async for step in trying:
            line = await _line(step, target)
            failed = line.result is Result.FAILED
            yield line
    if typed and not failed:
        words = f"{source_words(profile.token)}: typed when it is needed"
        yield Line(Stage.TOKEN, Result.SKIPPED, words)


async def _tried(profile: Profile, environ: Environ) -> AsyncGenerator[Step]:
    """All steps, with a token that nobody is asked for."""
    async with session_of(profile, environ) as session:

        async def get_token() -> None:
            """Have the token ready, from where the profile says."""
            await session.tokens.fetch()

        async with aclosing(check(session.client, session.tokens, get_token)) as trying:
            async for step in trying:
                yield step


async def _line(step: Step, target: Target) -> Line:
    """A step as the command tells it: with fingerprints to pin and the tenant to set."""
    if step.tenant is not None and not target.scope.tenant:
        words = f"the profile names none; the token belongs to {step.words}"
        return Line(step.stage, Result.FAILED, words)
    if step.outcome is Outcome.FAILED:
        shown = await _shown(step.error, target.origin)
        return Line(step.stage, Result.FAILED, step.words + shown)
    if step.outcome is Outcome.NOTE and step.tenant is None:
        return Line(step.stage, Result.SKIPPED, step.words)
    accepted = f"; SHA-256 {step.sha256}" if step.sha256 else ""
    return Line(step.stage, Result.OK, step.words + accepted)


async def _shown(error: ApiError | None, origin: Origin) -> str:
    """The fingerprint to compare and pin, of a certificate met for the first time."""
    if not isinstance(error, CertificateRefused) or not error.untrusted or error.seen:
        return ""
    try:
        seen = fingerprint(await shown_certificate(origin, STEP_SECONDS))
    except ApiError:
        return ""
    return f". It shows SHA-256 {seen}: compare that with its administrator before pinning it"


def _text(checked: Checked) -> str:
    lines = [f"{clean(checked.profile.name)}  {clean(checked.profile.shown_host)}"]
    for line in checked.lines:
        told = f"  {line.result.value:<7}  {line.stage.value:<11}  {clean(line.words)}"
        lines.append(told.rstrip())
    return "\n".join(lines)


def _plain(checked: Checked) -> dict[str, object]:
    return {
        "profile": checked.profile.name,
        "host": checked.profile.shown_host,
        "well": checked.well,
        "steps": [
            {"step": line.stage.value, "result": line.result.value, "words": line.words}
            for line in checked.lines
        ],
    }
