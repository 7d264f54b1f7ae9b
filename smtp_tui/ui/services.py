"""What the program was started with, and how what happens behind the screens is reported."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias, TypeVar, TypeVarTuple

from msgspec import Struct, field
from msgspec.structs import replace

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.target import Access, CaFile, Pinned, SystemTrust, Target, Trust
from smtp_tui.profiles.choosing import Choice, Known, Several
from smtp_tui.profiles.model import Confirm, Profile
from smtp_tui.profiles.store import ProfileChanged, ProfileRefused, Profiles, ProfileStore
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.files import FileProblem
from smtp_tui.workflows.session import Memory, Session

if TYPE_CHECKING:
    from smtp_tui.api.client import Client
    from smtp_tui.api.writes import Unattended
    from smtp_tui.probe.prober import Prober
    from smtp_tui.state.drafts import DraftStore
    from smtp_tui.state.history import TestHistory
    from smtp_tui.state.journal import Journal
    from smtp_tui.state.names import NameStore
    from smtp_tui.state.runs import RunStore
    from smtp_tui.state.settings import SettingsStore
    from smtp_tui.ui.bulk.current_run import CurrentRun
    from smtp_tui.workflows.test_email import TestMails


Given = TypeVarTuple("Given")
Result = TypeVar("Result")


class Reports:
    """Tells the screens what happens behind them; the app replaces the three functions.

    ``write_ended``: a write has ended that nobody waited for. ``command_said``: the token command
    of a profile says a line; a blank one when it has ended. ``warn`` tells what a person should
    know, whatever is on the screen, and may be called in any thread.
    """

    def __init__(self) -> None:
        self.write_ended: Callable[[Session, Unattended], None] = lambda *_: None
        self.command_said: Callable[[Profile, str], None] = lambda *_: None
        self.warn: Callable[[str], None] = lambda _: None
        self._warned: set[str] = set()

    def warn_once(self, words: str) -> None:
        """Warn once in a run, as of a disk that stays full."""
        if words not in self._warned:
            self._warned.add(words)
            self.warn(words)

    async def attempt(
        self, words: str, work: Callable[[*Given], Result], *given: *Given
    ) -> Result | None:
        """Work with a file in a thread; where that fails, warn once in these words, and why."""
        try:
            return await asyncio.to_thread(work, *given)
        except FileProblem as error:
            self.warn_once(f"{words}: {error}")
            return None


class ReceivedMail(Struct, frozen=True):
    """A mail that arrived at the demo's mail server; ``tls`` is whether it came encrypted."""

    received_at: datetime
    mail_from: str
    rcpt_to: tuple[str, ...]
    subject: str
    body: str
    tls: bool
    username: str | None


Mailbox: TypeAlias = Callable[[], tuple[ReceivedMail, ...]]
"""Gives the mail that arrived at the demo's mail server, oldest first."""


def usual_prober(clock: Clock) -> Prober:
    """What probes relays, with the usual limits and ports."""
    from smtp_tui.probe.model import Limits  # noqa: PLC0415 - after the first rows
    from smtp_tui.probe.names import Names  # noqa: PLC0415
    from smtp_tui.probe.prober import Prober  # noqa: PLC0415

    return Prober(clock, Names(), Limits())


class Services(Struct, frozen=True, dict=True):
    """What the program was started with, handed to every screen that needs it.

    ``choice`` is what chose the profile of the start; ``several`` are the profiles that are shown
    together from the start, None where one is in use. ``refresh`` is the age at which a list is
    read again by itself, None for never; ``confirm`` adds questions before writes. ``keep_theme``
    remembers the name of a theme; it blocks and raises ``FileProblem``. Tokens are kept by all that
    they belong to, so that a profile that is used again does not ask again, and none is sent
    elsewhere; what was confirmed where no file can keep it, by profile name and origin. ``machine``
    is the name of this one, which probes.
    """

    store: ProfileStore
    history: TestHistory
    settings: SettingsStore
    names: NameStore
    drafts: DraftStore
    journal: Journal
    run_store: RunStore
    activity: Activity
    clock: Clock
    environ: Mapping[str, str]
    extra_profiles: tuple[Profile, ...]
    make_client: Callable[[Target, Tokens], Client]
    mailbox: Mailbox | None = None
    read_only: bool = False
    reports: Reports = field(default_factory=Reports)
    choice: Choice | None = None
    several: Several | None = None
    refresh: timedelta | None = None
    confirm: Confirm = Confirm.PROTECTED
    keep_theme: Callable[[str], None] = lambda name: None
    machine: str = field(default_factory=socket.gethostname)
    make_prober: Callable[[Clock], Prober] = usual_prober
    _tokens: dict[Hashable, Tokens] = field(default_factory=dict)
    _confirmed: dict[tuple[str, str], Trust] = field(default_factory=dict)

    @cached_property
    def tests(self) -> TestMails:
        """The test mails of this run, whichever screen sent them."""
        from smtp_tui.workflows.test_email import TestMails  # noqa: PLC0415 - after the first rows

        return TestMails(self.history)

    @cached_property
    def current_run(self) -> CurrentRun:
        """The run of this program: one at a time."""
        from smtp_tui.ui.bulk.current_run import CurrentRun  # noqa: PLC0415 - after the first rows

        return CurrentRun(self.run_store, self.journal, self.tests, self.clock, self.reports.warn)

    @property
    def run_under_way(self) -> CurrentRun | None:
        """The run, while it is carried out."""
        begun = "current_run" in self.__dict__ and self.current_run.under_way
        return self.current_run if begun else None

    @property
    def run_id(self) -> str:
        """The id of the run of this program; blank where there was none."""
        run = self.current_run.run if "current_run" in self.__dict__ else None
        return "" if run is None else run.id

    async def in_file(self, name: str) -> Profile | None:
        """The profile of that name as it stands in the file now; None where it does not."""
        try:
            return (await asyncio.to_thread(self.store.load)).named(name)
        except FileProblem:
            return None

    def session(self, profile: Profile) -> Session:
        """A new session. Raises ``HostRefused`` where the profile's host cannot be used."""
        target = self.target_of(profile)
        return Session(
            profile=profile,
            target=target,
            tokens=self.tokens_of(profile, target),
            memory=Memory(profile.recipient),
            make_client=self.make_client,
            keep_trust=lambda asked, trust: self._keep_trust(profile, asked, trust),
            report=lambda *ended: self.reports.write_ended(*ended),  # noqa: PLW0108 - the app replaces it
            names=self.names,
            confirm=self.confirm,
        )

    def tokens_of(self, profile: Profile, target: Target) -> Tokens:
        """What holds the token of a profile: the same one for as long as it would go to the same
        servers, tenant and user."""
        belongs_to = _token_key(profile, target)
        if belongs_to not in self._tokens:
            tokens = Tokens(
                profile.token,
                self.environ,
                self._all_profiles,
                self.clock,
                lambda line: self.reports.command_said(profile, line),
            )
            self._tokens[belongs_to] = tokens
        return self._tokens[belongs_to]

    def _all_profiles(self) -> tuple[Profile, ...]:
        """Those of the file, as far as it can be read, and those of this run; blocks."""
        try:
            found = Known(self.store.load(), {}).with_broken
            return (*self.extra_profiles, *found)
        except FileProblem:
            return self.extra_profiles

    def adopt(self, profile: Profile, tokens: Tokens) -> None:
        """Let a profile that was just found out use the token that found it."""
        self._tokens[_token_key(profile, profile.target())] = tokens

    def known(self) -> Profiles:
        """Those of the file and, before them, those of this run; blocks. Raises ``FileProblem``."""
        found = self.store.load()
        extra = (each for each in self.extra_profiles if found.named(each.name) is None)
        return replace(found, profiles=(*extra, *found.profiles))

    async def recent(self) -> tuple[str, ...]:
        """The names of the profiles that were used, the last one first."""
        try:
            return (await asyncio.to_thread(self.settings.load)).recent
        except FileProblem:
            return ()

    def target_of(self, profile: Profile) -> Target:
        """Where the profile's requests go, as far as this run may reach. Raises ``HostRefused``."""
        target = profile.target()
        confirmed = self._confirmed.get((profile.name, target.origin.url))
        if confirmed is not None and isinstance(profile.trust, SystemTrust | Pinned):
            target = replace(target, trust=confirmed)
        return replace(target, access=Access.READ_ONLY) if self.read_only else target

    def _keep_trust(self, profile: Profile, asked: Target, trust: Trust) -> str:
        """Write what was confirmed to the file, or keep it for this run; which, in words.

        Blocks. Raises :class:`~smtp_tui.profiles.store.ProfileChanged`.
        """
        run = (profile.name, asked.origin.url)
        in_file = replace(asked, trust=profile.trust) if run in self._confirmed else asked
        try:
            self.store.keep_trust(profile.name, in_file, trust)
        except ProfileChanged:
            raise
        except (ProfileRefused, FileProblem) as error:
            self._confirmed[run] = trust
            words = f"the profile {profile.name} cannot keep it ({error})"
            return f"Trusted for this run only: {words}."
        if isinstance(trust, CaFile):
            return f"The profile {profile.name} trusts {trust.path}."
        return f"Pinned for the profile {profile.name}."


def _token_key(profile: Profile, target: Target) -> Hashable:
    """All that a token belongs to."""
    origins = (target.origin, target.identity_origin)
    return (profile.name, *origins, target.scope.tenant, profile.token)
