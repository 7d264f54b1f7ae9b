"""Several profiles side by side: which they are, their sessions, their lists, the worst code."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation
from smtp_tui.api.target import HostRefused, Scope
from smtp_tui.cli.exit_codes import ExitCode, UsageError
from smtp_tui.cli.failing import tell
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.running import (
    Environ,
    check_may,
    known_profiles,
    name_profile,
    name_store,
    session_of,
    several_profiles,
    tell_unreadable,
)
from smtp_tui.cli.say import inform, is_terminal, say
from smtp_tui.cli.signals import run_until_told
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CredentialError, LoginToken, PromptToken
from smtp_tui.state.encoding import RecordKey
from smtp_tui.workflows.plan import Listed, Place
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import ensure_token, read_signed_in

_WORST: Final = (
    *(ExitCode.UNKNOWN_OUTCOME, ExitCode.MAIL_REJECTED, ExitCode.MAIL_UNREACHABLE),
    *(ExitCode.FAILED, ExitCode.CONFLICT, ExitCode.TOKEN, ExitCode.UNREACHABLE),
    *(ExitCode.NOT_FOUND, ExitCode.REFUSED, ExitCode.USAGE),
    *(ExitCode.WOULD_CHANGE, ExitCode.OK),
)
"""What a run over many came to is the first of these that any part of it came to."""

T = TypeVar("T")
ManyWork: TypeAlias = "Callable[[Sessions], Awaitable[None]]"


class Many(Struct, frozen=True):
    """A command on several profiles; ``codes`` is what its parts came to so far."""

    options: argparse.Namespace
    environ: Environ
    profiles: tuple[Profile, ...]
    codes: list[ExitCode] = field(default_factory=list)

    def do(self, work: ManyWork) -> ExitCode:
        """Do ``work`` with the sessions; the answer is the worst that any part came to."""

        async def whole() -> None:
            """Work, and finish the writes under way."""
            async with AsyncExitStack() as opened:
                found, names = {}, name_store(self.environ)
                for profile in self.profiles:
                    read_only = self.options.read_only
                    session = session_of(profile, self.environ, read_only=read_only, names=names)
                    found[profile.name] = await opened.enter_async_context(session)
                await work(Sessions(self, found, CommandOperator(self.options)))

        if self.profiles:
            run_until_told(whole())
        return worst(self.codes)

    def tell_none(self, *, asked: bool) -> None:
        """Say that there is no such record; that is an error where some were ``asked`` for."""
        if not asked:
            inform("There are no records.")
        else:
            say("No record matches.")
            self.codes.append(ExitCode.NOT_FOUND)

    def failed(self, profile: str, error: Exception) -> None:
        """Say what went wrong with one profile; the others go on."""
        say(f"profile {profile}:")
        self.codes.append(tell(error))


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that says most of what went wrong."""
    return min((ExitCode.OK, *codes), key=_WORST.index)


def begin_many(
    options: argparse.Namespace, environ: Environ, writes: Operation | None = None
) -> Many:
    """Choose the profiles; where each leads to is printed on stderr before anything else.

    One of several that may not be used is told, and left out. Raises what ``failing.is_expected``
    knows.
    """
    known = known_profiles(environ)
    several = several_profiles(options)
    if several and options.profile is not None:
        raise UsageError("--profile cannot be used with --profiles or --all-profiles")
    choice = None if several else known.decided(options.profile)
    if choice is not None:
        profiles: Iterable[Profile] = (choice.profile,)
    elif options.all_profiles:
        profiles = known.all
    else:
        names = dict.fromkeys(name.strip() for name in options.profiles.split(","))
        profiles = [known.named(name) for name in names]
    many = Many(options, environ, (*profiles,))
    if not many.profiles:
        known.decided(None)  # which says what to do
    if options.all_profiles:
        for broken in known.profiles.broken:
            many.failed(broken.readable.name, broken.problem)
    usable = replace(many, profiles=tuple(_usable(many, writes)))
    if choice is not None and choice.remark:
        inform(choice.remark)
    return usable


def _usable(many: Many, writes: Operation | None) -> Iterator[Profile]:
    """The profiles in which the command may do what it is for, each place once."""
    told = writes is not None or is_terminal(sys.stderr)
    places: dict[tuple[str, Scope], str] = {}
    for profile in many.profiles:
        try:
            if told:
                name_profile(profile)
            check_may(profile, many.options, writes)
        except (ApiError, HostRefused) as error:
            if len(many.profiles) == 1:
                raise
            many.failed(profile.name, error)
            continue
        target = profile.target()
        first = places.setdefault((target.origin.url, target.scope), profile.name)
        if first == profile.name:
            yield profile
        else:
            inform(f"profile {profile.name} leads to the same records as {first}: left out")


class Sessions(Struct, frozen=True):
    """The sessions of a command, by profile."""

    many: Many
    by_profile: Mapping[str, Session]
    operator: CommandOperator

    async def lists(self) -> tuple[Listed, ...]:
        """The records of all profiles; of one that cannot be read it is told why.

        Tokens that are typed are asked for first, one after the other.
        """
        sessions = [*self.by_profile.values()]
        for session in [*sessions]:
            typed = isinstance(session.tokens.source, LoginToken | PromptToken)
            sign_in = partial(ensure_token, session, self.operator)
            if typed and await self._tried(session, sign_in) is None:
                sessions.remove(session)
        found = await asyncio.gather(*map(self._list, sessions))
        return tuple(listed for listed in found if listed is not None)

    def each_once(self, found: Mapping[str, Iterable[Record]]) -> dict[str, tuple[Record, ...]]:
        """The records by profile, one to which two profiles lead with the first of them."""
        seen: dict[RecordKey, str] = {}
        return {
            name: tuple(
                record
                for record in records
                if seen.setdefault(self.by_profile[name].key(record.id), name) == name
            )
            for name, records in found.items()
        }

    async def _list(self, session: Session) -> Listed | None:
        name, read = session.profile.name, session.list
        reading = partial(read_signed_in, session, self.operator, read, f"Reading {name}")
        found = await self._tried(session, reading)
        if found is None:
            return None
        if found.unreadable:
            told = tell_unreadable(found, name if len(self.by_profile) > 1 else "")
            self.many.codes.append(told)
        return Listed(Place.of(session, len(found.records)), found)

    async def _tried(self, session: Session, step: Callable[[], Awaitable[T]]) -> T | None:
        """What a step for one of several profiles gives; None where it failed, which is told."""
        try:
            return await step()
        except (ApiError, CredentialError) as error:
            if len(self.by_profile) == 1:
                raise
            self.many.failed(session.profile.name, error)
            return None

    def named(self, profile: str) -> Session:
        """The session of a profile. Raises ``LookupError`` where it cannot be used."""
        session = self.by_profile.get(profile)
        if session is None:
            raise LookupError(f"the profile {profile} cannot be used")
        return session
