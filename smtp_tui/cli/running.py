"""What every command on records begins with: one profile, one client, one task."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import FrameType
from typing import TypeAlias, TypeVar

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.say import clean, is_terminal, remark
from smtp_tui.cli.signals import answered_by
from smtp_tui.cli.wiring import Reach, known_profiles, reach
from smtp_tui.profiles.model import Profile

Environ: TypeAlias = Mapping[str, str]
Work: TypeAlias = Callable[[Reach], Awaitable[ExitCode]]
T = TypeVar("T")


def chosen_profile(
    options: argparse.Namespace, environ: Environ, *, writes: bool = False
) -> Profile:
    """The profile to work on. A source that was overruled is said on stderr. Where the profile
    leads to is said before anything else: always by a command that ``writes``, and by one that
    reads where stderr is a terminal. Raises what ``failing.EXPECTED`` lists."""
    choice = known_profiles(environ).decided(options.profile)
    if writes or is_terminal(sys.stderr):
        remark(where(choice.profile))
    if choice.remark:
        remark(clean(choice.remark))
    return choice.profile


def where(profile: Profile) -> str:
    """Profile, host, tenant and team in one line, cleaned. Raises ``HostRefused``."""
    target = profile.target()
    named = f"{target.name} [{profile.label}]" if profile.label else target.name
    parts = (
        f"profile {named}",
        f"host {target.origin.text}",
        f"tenant {target.scope.tenant or 'not known'}",
        f"team {target.scope.team}",
    )
    return clean(" · ".join(parts))


def on_profile(
    profile: Profile, options: argparse.Namespace, environ: Environ, work: Work
) -> ExitCode:
    """Do ``work`` on this profile. Raises what ``failing.EXPECTED`` lists."""

    async def whole() -> ExitCode:
        """Do the work with a client that is closed afterwards."""
        async with reach(profile, environ, read_only=options.read_only) as reached:
            return await work(reached)

    return run_until_told(whole())


def run_until_told(work: Coroutine[None, None, T]) -> T:
    """Do ``work`` in an event loop; SIGTERM, SIGHUP and SIGQUIT cancel all of its tasks.

    ``SystemExit`` is raised once the tasks have ended, whatever else came of them. A second signal
    does not wait for what the first one began.
    """
    told: list[int] = []

    async def attended() -> T:
        """Do the work with the signals answered."""
        loop = asyncio.get_running_loop()

        def give_up() -> None:
            """Cancel every task of this event loop."""
            for task in asyncio.all_tasks():
                task.cancel()

        def tell(number: int, _: FrameType | None) -> None:
            """Remember the signal, and have the event loop give up."""
            told.append(number)
            loop.call_soon_threadsafe(give_up)

        with answered_by(tell):
            return await work

    try:
        return asyncio.run(attended())
    finally:
        if told:
            raise SystemExit(128 + told[0])
