"""The records of many profiles, read side by side.

Each profile has its own session, and its part of the whole is known on its own: one that hangs, is
down or asks for a token holds no other up.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, TokenNeeded, TokenRefused
from smtp_tui.api.models import RecordList
from smtp_tui.workflows.operator import Operator, SilentOperator
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    from smtp_tui.profiles.model import Profile
    from smtp_tui.workflows.session import Session


class State(Enum):
    """How the records of a profile are known; the value is the word for it."""

    WAITING = "waiting"
    READING = "reading"
    FRESH = "fresh"
    STALE = "stale"
    SIGN_IN = "sign in"
    DOWN = "down"


class Part(Struct, frozen=True):
    """What is known of the records of one profile.

    ``answer`` was read at ``read_at``, None before the first one. ``error`` is what the last
    reading came to, where it failed; ``asks`` why a person is needed for the next one. A profile
    that cannot be used has no ``session``, and ``asks`` says why.
    """

    profile: Profile
    session: Session | None
    answer: RecordList = RecordList()
    read_at: datetime | None = None
    error: ApiError | None = None
    asks: str = ""
    reading: bool = False

    @property
    def state(self) -> State:
        """How the records are known."""
        if self.session is None:
            return State.DOWN
        if self.reading:
            return State.READING
        if isinstance(self.error, TokenNeeded | TokenRefused):
            return State.SIGN_IN
        if self.read_at is None:
            return State.WAITING if self.error is None else State.DOWN
        return State.FRESH if self.error is None else State.STALE


class ManyLists:
    """The parts of several profiles, by the names of these, in the order given.

    ``changed`` is called with the name of each part that changed.
    """

    def __init__(
        self, parts: Iterable[Part], clock: Clock, changed: Callable[[str], object]
    ) -> None:
        self._parts = {part.profile.name: part for part in parts}
        self._clock = clock
        self._changed = changed
        self._readings: Counter[str] = Counter()

    @property
    def parts(self) -> Mapping[str, Part]:
        """The parts as they are now."""
        return self._parts

    async def read(self, name: str, operator: Operator | None = None) -> None:
        """Read the records of a profile; without an operator nobody is asked anything.

        Where it fails or is cancelled, the records from before stay. An earlier reading that still
        goes on is not listened to any more.
        """
        session = self._parts[name].session
        if session is None:
            return
        self._readings[name] += 1
        number = self._readings[name]
        self._set(replace(self._parts[name], reading=True))
        nobody = _Nobody()
        ended: Part | None = None
        try:
            answer = await read_signed_in(
                session, operator or nobody, session.list, f"Reading {name}"
            )
            ended = Part(self._parts[name].profile, session, answer, self._clock.now())
        except ApiError as error:
            ended = replace(self._parts[name], error=error, asks=nobody.asks or error.why)
        finally:
            if number == self._readings[name]:
                self._set(replace(ended or self._parts[name], reading=False))

    async def read_all(self) -> None:
        """Read the records of all profiles side by side, asking nobody."""
        await asyncio.gather(*map(self.read, self._parts))

    def _set(self, part: Part) -> None:
        self._parts[part.profile.name] = part
        self._changed(part.profile.name)


class _Nobody(SilentOperator):
    """An operator who is not there; ``asks`` is why a token was asked for."""

    def __init__(self) -> None:
        self.asks = ""

    async def new_token(self, session: Session, why: str) -> bool:
        """Remember why one is asked for."""
        self.asks = why
        return False
