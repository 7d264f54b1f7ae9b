"""The profiles that a plan may lead to, and sessions of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.choosing import Known
from smtp_tui.state.files import FileProblem

if TYPE_CHECKING:
    from smtp_tui.profiles.model import Profile
    from smtp_tui.ui.services import Services
    from smtp_tui.workflows.session import Session


async def known_profiles(services: Services) -> dict[str, Profile]:
    """The profiles of the file that can be used, and those of this run, by name."""

    def load() -> tuple[Profile, ...]:
        """Those of the file; blocks."""
        try:
            return tuple(Known(services.store.load(), {}).all)
        except FileProblem:
            return ()

    found = await asyncio.to_thread(load)
    return {profile.name: profile for profile in (*found, *services.extra_profiles)}


async def sessions_of(services: Services, names: Iterable[str]) -> dict[str, Session]:
    """Sessions of these profiles, as far as they are known and can be used."""
    known = await known_profiles(services)
    sessions = {}
    for name in names:
        try:
            sessions[name] = services.session(known[name])
        except (KeyError, HostRefused):
            continue
    return sessions
