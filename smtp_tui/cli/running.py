"""What every command on records begins with: one profile, one client, one task."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from types import FrameType
from typing import TypeAlias, TypeVar

from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.signals import answered_by
from smtp_tui.cli.wiring import Reach, known_profiles, reach

Environ: TypeAlias = Mapping[str, str]
Work: TypeAlias = Callable[[Reach], Awaitable[ExitCode]]
T = TypeVar("T")


def on_profile(options: argparse.Namespace, environ: Environ, work: Work) -> ExitCode:
    """Do ``work`` on the profile that was chosen. Raises what ``failing.EXPECTED`` lists."""
    profile = known_profiles(environ).decided(options.profile)

    async def whole() -> ExitCode:
        async with reach(profile, environ, read_only=options.read_only) as reached:
            return await work(reached)

    return run_until_told(whole())


def run_until_told(work: Coroutine[None, None, T]) -> T:
    """Do ``work`` in an event loop; SIGTERM and SIGHUP give up all that is under way in it.

    They raise ``SystemExit`` once that has put itself in order, whatever else came of it. A second
    one does not wait for what the first had begun.
    """
    told: list[int] = []

    async def attended() -> T:
        loop = asyncio.get_running_loop()

        def give_up() -> None:
            for task in asyncio.all_tasks():
                task.cancel()

        def tell(number: int, _: FrameType | None) -> None:
            told.append(number)
            loop.call_soon_threadsafe(give_up)

        with answered_by(tell):
            return await work

    try:
        return asyncio.run(attended())
    finally:
        if told:
            raise SystemExit(128 + told[0])
