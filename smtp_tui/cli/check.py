"""``profiles check``: whether profiles work, all at once, each told as soon as it is known."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from smtp_tui.cli.checking import Checked, check
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import clean, remark, show, show_json
from smtp_tui.cli.wiring import host_of, known_profiles
from smtp_tui.profiles.model import Profile


def check_profiles(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Check the named profiles, or all; a dead host holds up none of the others."""
    known = known_profiles(environ)
    names = dict.fromkeys(options.names)
    profiles = [known.named(name) for name in names] if names else list(known.all)
    if not profiles:
        remark("No profile to check.")
    found = asyncio.run(_all(profiles, environ, as_they_come=not options.json))
    if options.json:
        show_json([_plain(one) for one in found])
    return ExitCode.OK if all(one.well for one in found) else ExitCode.FAILED


async def _all(
    profiles: Sequence[Profile], environ: Environ, *, as_they_come: bool
) -> list[Checked]:
    async def one(profile: Profile) -> Checked:
        checked = await check(profile, environ)
        if as_they_come:
            show(_text(checked))
        return checked

    return list(await asyncio.gather(*(one(profile) for profile in profiles)))


def _text(checked: Checked) -> str:
    lines = [f"{clean(checked.profile.name)}  {clean(host_of(checked.profile))}"]
    for step in checked.steps:
        lines.append(f"  {step.result.value:<7}  {step.name:<11}  {clean(step.words)}".rstrip())
    return "\n".join(lines)


def _plain(checked: Checked) -> dict[str, object]:
    return {
        "profile": checked.profile.name,
        "host": host_of(checked.profile),
        "well": checked.well,
        "steps": [
            {"step": step.name, "result": step.result.value, "words": step.words}
            for step in checked.steps
        ],
    }
