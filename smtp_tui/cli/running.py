"""What every command on records begins with: a profile, its session, an event loop."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import AccessRefused, AdviceLine, Call, TenantNeeded, TestsForbidden
from smtp_tui.api.models import is_secret_name
from smtp_tui.api.requests import TESTS, Operation
from smtp_tui.api.target import Access, Target
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.say import fail, inform, is_terminal, pass_on, say, warn
from smtp_tui.cli.signals import run_until_told
from smtp_tui.profiles.choosing import Known
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import source_words
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.auditor import Auditor
from smtp_tui.state.files import FileProblem, config_directory, state_directory
from smtp_tui.state.journal import Journal, actor_of
from smtp_tui.state.names import NameStore
from smtp_tui.text import clean, counted
from smtp_tui.workflows.session import Memory, Session

if TYPE_CHECKING:
    from smtp_tui.api.client import Client
    from smtp_tui.api.models import RecordList

_ENTRIES_SHOWN: Final = 20
"""Unreadable entries that are printed each."""
Environ: TypeAlias = Mapping[str, str]
Work: TypeAlias = Callable[[Session, CommandOperator], Awaitable[ExitCode]]


def known_profiles(environ: Environ) -> Known:
    """Read the profiles. Raises ``FileProblem`` with words."""
    return Known(ProfileStore(config_directory(environ)).load(), environ)


class Run(Struct, frozen=True):
    """One command on a profile; ``writes`` is what it is for, if it changes something or mails.

    A test of a saved record as it is saved is ``TEST_SAVED``, any other is ``TEST_VALUES``.
    """

    options: argparse.Namespace
    environ: Environ
    profile: Profile
    writes: Operation | None

    def do(self, work: Work) -> ExitCode:
        """Do ``work`` with the session, which signs in when it first asks the server.

        Raises what ``failing.is_expected`` knows.
        """
        check_may(self.profile, self.options, self.writes)
        read_only = self.options.read_only

        async def whole() -> ExitCode:
            """Work, and finish the writes under way."""
            names = name_store(self.environ)
            async with session_of(
                self.profile, self.environ, read_only=read_only, names=names
            ) as session:
                return await work(session, CommandOperator(self.options))

        return run_until_told(whole())


def named_records(options: argparse.Namespace) -> list[str]:
    """The records that are named among the values."""
    return [value for value in options.values if "=" not in value]


def record_and_values(options: argparse.Namespace) -> tuple[str, list[str]]:
    """The one record that is named, and the values before and after it.

    If each of them has an =, the first one is the record: a record may be named so.
    """
    wanted, values = (*named_records(options), options.values[0])[0], [*options.values]
    values.remove(wanted)
    return wanted, values


def parameter_in(text: str) -> str:
    """The known parameter, or the secret, of which a text is ``name=value``; blank for a name."""
    from smtp_tui.mail.parameters import PARAMETERS  # noqa: PLC0415 - for a mistake only

    name, equals, _ = text.partition("=")
    known = name.strip().casefold() in (*PARAMETERS, "name") or is_secret_name(name)
    return clean(name, 100) if equals and known else ""


def wants_many(options: argparse.Namespace) -> bool:
    """Whether options ask for more than one profile, or for records by their values."""
    return bool(options.match) or several_profiles(options)


def several_profiles(options: argparse.Namespace) -> bool:
    """Whether options name several profiles, however many there are then."""
    return options.all_profiles or options.profiles is not None


def check_may(profile: Profile, options: argparse.Namespace, writes: Operation | None) -> None:
    """Say no before anything is asked or shown; the client would refuse it later.

    Raises :class:`TenantNeeded` and :class:`AccessRefused`.
    """
    target, variables = profile.target(), profile.variables
    call = Call(writes or Operation.LIST, target.origin.text)
    if not target.scope.tenant:
        name = shlex.quote(target.name)
        find = AdviceLine("To find it", command=f"profiles check {name}")
        keep = AdviceLine("To keep it", command=f"profiles set {name} --tenant ID")
        if variables is not None:
            keep = AdviceLine(f"To keep it, set {variables.tenant}")
        why = f"The profile {target.name} has no tenant"
        raise TenantNeeded(call, why, advice=(find, keep))
    if writes is None or options.dry_run:
        return
    if writes in TESTS and not target.test_emails:
        raise TestsForbidden(call, f"The profile {target.name} allows no test emails")
    if writes is Operation.TEST_SAVED:
        return
    if target.access is Access.READ_ONLY:
        raise AccessRefused(call, f"The profile {target.name} is read-only")
    if options.read_only:
        advice = AdviceLine("Leave out --read-only to allow it")
        raise AccessRefused(call, "This run is read-only (--read-only)", advice=(advice,))


def begin(options: argparse.Namespace, environ: Environ, writes: Operation | None = None) -> Run:
    """Choose the profile; where it leads to is printed on stderr before anything else.

    A command that only reads prints it where stderr is a terminal. A source that was overruled is
    named too. Raises what ``failing.is_expected`` knows.
    """
    choice = known_profiles(environ).decided(options.profile)
    profile = choice.profile
    if writes is not None or is_terminal(sys.stderr):
        name_profile(profile)
    if choice.remark:
        inform(choice.remark)
    return Run(options, environ, profile, writes)


def name_profile(profile: Profile) -> None:
    """Say on stderr where a profile leads to. Raises ``HostRefused``."""
    target = profile.target()
    label = f" [{profile.badge}]" if profile.badge != profile.name else ""
    scope = f"tenant {target.scope.tenant or 'unknown'} · team {target.scope.team}"
    inform(f"profile {target.name}{label} · host {target.origin.text} · {scope}")


def tell_unreadable(found: RecordList, profile: str = "") -> ExitCode:
    """Say how many entries are missing from a list, and why; the answer is the exit code."""
    count, total = len(found.unreadable), len(found.records) + len(found.unreadable)
    where = f"profile {profile}: " if profile else ""
    fail(f"{where}{count} of {counted(total, 'entry', 'entries')} could not be read")
    shown = found.unreadable[:_ENTRIES_SHOWN]
    for entry in shown:
        say(f"  {clean(entry.words, 300)}")
    if len(shown) < count:
        say(f"  … and {count - len(shown)} more")
    return ExitCode.FAILED


def name_store(environ: Environ) -> NameStore | None:
    """Where names are kept for the completion in a shell; None where there is no home."""
    try:
        return NameStore(state_directory(environ))
    except FileProblem:
        return None


@asynccontextmanager
async def session_of(
    profile: Profile,
    environ: Environ,
    *,
    read_only: bool = False,
    names: NameStore | None = None,
) -> AsyncIterator[Session]:
    """The session of a command; on leaving, writes that were sent are finished.

    Raises ``HostRefused``.
    """
    target = profile.target()
    if read_only:
        target = replace(target, access=Access.READ_ONLY)

    def make_client(target: Target, tokens: Tokens) -> Client:
        """A client whose writes are journalled; the gaps of the journal are told on stderr.

        The journal's call is looked for when it is needed, so that reading works without one.
        """
        from smtp_tui.api.client import Client  # noqa: PLC0415 - httpx, after the profile is known

        auditor = Auditor(
            lambda: Journal(state_directory(environ)),
            actor_of(environ),
            Clock(),
            warn,
        )
        client = Client(target, tokens, Activity(keeps_answers=False), Clock(), auditor)
        client.writes.stops_unsent = True
        return client

    def say(line: str) -> None:
        """Pass on what a token command writes to stderr; a blank line says that it has ended."""
        if line:
            pass_on(source_words(profile.token), line)

    session = Session(
        profile=profile,
        target=target,
        tokens=Tokens(profile.token, environ, lambda: known_profiles(environ).with_broken, say=say),
        memory=Memory(profile.recipient),
        make_client=make_client,
        keep_trust=lambda asked, trust: "",  # nobody is asked to trust anything
        names=names,
    )
    try:
        yield session
    finally:
        await session.aclose()
