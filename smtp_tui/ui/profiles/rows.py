"""What is shown of a profile among others: its columns, whether it answers, where its token is."""

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
from smtp_tui.ui.widgets.columns import Column
from smtp_tui.ui.widgets.table import Row
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
"""How long each step of a look at a profile may take."""
LOOKING: Final = "…"


def last_used_first(profiles: Iterable[Profile], recent: tuple[str, ...]) -> list[Profile]:
    """In the order of their last use; what was never used stays in its order, after those."""
    places = {name: place for place, name in enumerate(recent)}
    return sorted(profiles, key=lambda one: places.get(one.name, len(places)))


def row(profile: Profile, sign: str, state: str, token: str) -> Row:
    """The profile as a row of the table."""
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
    """All of a profile on a line or two, for what the table has no room for."""
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
    """Whether the server answers and its certificate is good, in a word or two; sends nothing."""
    steps: list[Step] = []
    if await look(target, steps.append, SECONDS):
        return "answers"
    last = steps[-1]
    if isinstance(last.error, CertificateRefused):
        return "CERT CHANGED" if last.error.pinned else "untrusted"
    return "no such host" if last.stage is Stage.NAME else "no answer"


def token_state(services: Services, profile: Profile) -> str:
    """The token of a profile: how long it is still good, or where one would come from."""
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
    """Where a token comes from, in a word or two that are safe to show."""
    return clean(source_words(source), 48)
