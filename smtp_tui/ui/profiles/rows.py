"""A profile as a row of the table: its columns, whether its host answers, and its token."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from smtp_tui.api.errors import CertificateRefused
from smtp_tui.api.target import HostRefused, Target
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import EnvironmentToken, TokenSource, source_words
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.text import clean, shortened, time_left
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.table import Column, Row
from smtp_tui.workflows.check_profile import Stage, Step, look

COLUMNS: Final = (
    Column("sign", "", 1),
    Column("name", "PROFILE", 12, flexible=True),
    Column("host", "HOST", 26, flexible=True),
    Column("tenant", "TENANT", 13, priority=1),
    Column("state", "STATE", 12, priority=2),
    Column("access", "ACCESS", 9, priority=3),
    Column("token", "TOKEN", 12, flexible=True, priority=4),
    Column("team", "TEAM", 6, flexible=True, priority=5),
)
SECONDS: Final = 3.0
"""The time limit of each step of a look at a host."""
LOOKING: Final = "…"


def last_used_first(profiles: Iterable[Profile], recent: tuple[str, ...]) -> list[Profile]:
    """Return the profiles by their last use; those never used follow in their own order."""
    ranks = {name: rank for rank, name in enumerate(recent)}
    return sorted(profiles, key=lambda profile: ranks.get(profile.name, len(ranks)))


def profile_row(profile: Profile, sign: str, state: str, token: str) -> Row:
    """Return a profile as a row, named by its name."""
    return Row(
        profile.name,
        (
            sign,
            clean(profile.name, 80),
            clean(profile.shown_host, 80),
            shortened(clean(profile.tenant, 80), 13),
            state,
            profile.access.value,
            token,
            clean(profile.team, 40),
        ),
    )


def details(profile: Profile, state: str, token: str) -> str:
    """Return everything about a profile that is worth a line or two."""
    parts = [
        clean(profile.shown_host, 80),
        f"tenant {clean(profile.tenant, 80) or 'not known'}",
        f"team {clean(profile.team, 40)}",
        f"namespace {clean(profile.namespace, 40) or 'none'}",
        profile.access.value,
        f"token {token}",
        state,
    ]
    return " · ".join(part for part in parts if part and part != LOOKING)


async def reachability(target: Target) -> str:
    """Return in a word or two whether the server answers with a good certificate; sends nothing."""
    steps: list[Step] = []
    if await look(target, steps.append, SECONDS):
        return "answers"
    last = steps[-1]
    if isinstance(last.error, CertificateRefused):
        return "CERT CHANGED" if last.error.pinned else "untrusted"
    return "no such host" if last.stage is Stage.NAME else "no answer"


def token_state(services: Services, profile: Profile) -> str:
    """Return how long the token of a profile stays valid, or where one would come from."""
    try:
        held = services.tokens_of(profile, services.target_of(profile))
    except HostRefused:
        return source_text(profile.token)
    if held.token() is None:
        if isinstance(profile.token, EnvironmentToken):
            there = "set" if services.environ.get(profile.token.variable) else "not set"
            return f"{source_text(profile.token)} {there}"
        return source_text(profile.token)
    return _time_left(held)


def _time_left(held: Tokens) -> str:
    if held.expires_at is None:
        return f"held ({held.words})"
    left = time_left((held.expires_at - held.clock.now()).total_seconds())
    return f"{left} ({held.words})"


def source_text(source: TokenSource) -> str:
    """Return where a token comes from, in words that are safe to show."""
    return clean(source_words(source), 48)
