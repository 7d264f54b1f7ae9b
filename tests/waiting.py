"""Waiting in tests: for a condition, or for the turns of the event loop; never for a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

PATIENCE = 20.0
BRIEFLY = 0.005


def wait_for(condition: Callable[[], object]) -> None:
    """Block until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(BRIEFLY)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so, while the event loop goes on."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await asyncio.sleep(BRIEFLY)


async def turns(count: int = 1) -> None:
    """Let the event loop go round so often: what was called soon before is done after one."""
    for _ in range(count):
        await asyncio.sleep(0)
