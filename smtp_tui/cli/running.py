"""What every command on records begins with: one profile, one client, one task."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.wiring import Reach, known_profiles, reach

Environ: TypeAlias = Mapping[str, str]
Work: TypeAlias = Callable[[Reach], Awaitable[ExitCode]]


def on_profile(options: argparse.Namespace, environ: Environ, work: Work) -> ExitCode:
    """Do ``work`` on the profile that was chosen. Raises what ``failing.EXPECTED`` lists."""
    profile = known_profiles(environ).decided(options.profile)

    async def whole() -> ExitCode:
        async with reach(profile, environ, read_only=options.read_only) as reached:
            return await work(reached)

    return asyncio.run(whole())
