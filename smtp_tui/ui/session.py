"""What a screen works with: one profile and its client, frozen for as long as it is in use.

A switch of the profile is a new session on a new screen; nothing is refreshed in place, so a late
answer for the old one has nowhere to land.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeAlias

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Record
from smtp_tui.api.target import Access, Target
from smtp_tui.editing.patch import Patch
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.reading import ProfilesFileError
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.drafts import DraftStore
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import TestHistory
from smtp_tui.state.places import RecordKey, record_key
from smtp_tui.state.settings import SettingsStore
from smtp_tui.ui.test_subject import Sending

if TYPE_CHECKING:
    from smtp_tui.api.client import Client
    from smtp_tui.api.smtp_connections import SmtpConnections


@dataclass(slots=True)
class Memory:
    """What one session remembers between its screens.

    ``introduced`` is False after a switch, until a review has shown the profile's name in large.
    """

    recipient: str
    introduced: bool = True
    last_change: LastChange | None = None


@dataclass(frozen=True, slots=True)
class Patched:
    """A change that was saved, and the record as it was before."""

    patch: Patch
    before: Record


@dataclass(frozen=True, slots=True)
class Deleted:
    """A record that was deleted, as it was last seen."""

    record: Record


LastChange: TypeAlias = Patched | Deleted


@dataclass(frozen=True)
class Session:
    """A profile in use. The client is made at the first request, after the first frame."""

    profile: Profile
    target: Target
    tokens: Tokens
    memory: Memory
    make_client: Callable[[Target, Tokens], Client] = field(repr=False)

    @cached_property
    def client(self) -> Client:
        """The profile's own client: one target, one token."""
        return self.make_client(self.target, self.tokens)

    @cached_property
    def connections(self) -> SmtpConnections:
        """The operations on the records of this profile."""
        from smtp_tui.api.smtp_connections import SmtpConnections  # noqa: PLC0415 - after paint

        return SmtpConnections(self.client)

    async def aclose(self) -> None:
        """Finish writes and close, if a client was ever made."""
        if "client" in self.__dict__:
            await self.client.aclose()

    def key(self, record_id: str | None) -> RecordKey:
        """What names a record for good: origin, tenant and id."""
        return record_key(self.target, record_id)


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A mail that arrived at the demo's mail server."""

    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    encrypted: bool
    username: str | None


class Mailbox(Protocol):
    """The demo's mail server, as far as the Mailbox screen needs it."""

    def received(self) -> tuple[ReceivedMail, ...]:
        """What has arrived, oldest first."""


@dataclass(frozen=True)
class Services:
    """What the program was started with, handed to every screen that needs it.

    ``sendings`` are the test mails on their way, by record, whichever screen sent them.
    """

    store: ProfileStore
    history: TestHistory
    settings: SettingsStore
    drafts: DraftStore
    activity: Activity
    clock: Clock
    environ: Mapping[str, str]
    extra_profiles: tuple[Profile, ...]
    make_client: Callable[[Target, Tokens], Client] = field(repr=False)
    sendings: dict[RecordKey, Sending] = field(default_factory=dict, repr=False)
    mailbox: Mailbox | None = None
    read_only: bool = False

    def stored(self, name: str) -> bool:
        """Whether a profile of that name stands in the file, where its settings can be kept."""
        try:
            return self.store.load().named(name) is not None
        except (ProfilesFileError, FileProblem):
            return False

    def session(self, profile: Profile) -> Session:
        """A new session. Raises ``HostRefused`` where the profile's host cannot be used."""
        return Session(
            profile=profile,
            target=self._target(profile),
            tokens=Tokens(profile.token, self.environ),
            memory=Memory(profile.recipient),
            make_client=self.make_client,
        )

    def _target(self, profile: Profile) -> Target:
        target = profile.target()
        return replace(target, access=Access.READ_ONLY) if self.read_only else target
