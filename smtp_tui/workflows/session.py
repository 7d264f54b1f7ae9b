"""A session: one profile in use, with its client, frozen for as long as it is in use.

Another profile is another session. Nothing is refreshed in place, so a late answer for the profile
before has nowhere to land.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import Target, Trust
from smtp_tui.profiles.model import Confirm, Profile
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.encoding import RecordKey

if TYPE_CHECKING:
    from smtp_tui.api.client import Client
    from smtp_tui.api.models import RecordList
    from smtp_tui.api.requests import Operation, Write
    from smtp_tui.api.writes import GivenUp, Unattended
    from smtp_tui.state.names import NameStore
    from smtp_tui.workflows.outcomes import Deleted, RunChange, Saved


class ListPlace(Struct):
    """Where a person is in the list: the row under the cursor, and what is typed in the filter."""

    cursor_id: str | None = None
    filter_text: str = ""


class Memory(Struct):
    """What one session remembers between its screens.

    ``overrules`` says for the header what chose the profile of the start, where that
    overruled another choice; the last wording is the shortest. ``listed`` are the records as they
    were read last. ``claims`` are the writes that are being reviewed or sent, by record id and new
    name.
    """

    recipient: str
    overrules: tuple[str, ...] = ()
    listed: RecordList | None = None
    place: ListPlace = field(default_factory=ListPlace)
    last_change: Saved | Deleted | RunChange | None = None
    claims: dict[tuple[str | None, str | None], Operation] = field(default_factory=dict)

    @property
    def created(self) -> bool:
        """Whether the last change was a create, which cannot be undone."""
        return self.last_change is not None and self.last_change.creates


class Session(Struct, frozen=True, dict=True):
    """A profile in use. The client is made at the first request, after the first frame.

    ``confirm`` is for what a screen has typed; the client holds what a protected profile asks.
    """

    profile: Profile
    target: Target
    tokens: Tokens
    memory: Memory
    make_client: Callable[[Target, Tokens], Client]
    keep_trust: Callable[[Target, Trust], str]
    report: Callable[[Session, Unattended], None] | None = None
    names: NameStore | None = None
    confirm: Confirm = Confirm.PROTECTED

    @cached_property
    def client(self) -> Client:
        """The profile's own client: one target, one token."""
        client = self.make_client(self.target, self.tokens)
        report = self.report
        if report is not None:
            client.writes.report = lambda ended: report(self, ended)
        return client

    @cached_property
    def connections(self) -> SmtpConnections:
        """The operations on the records of this profile."""
        return SmtpConnections(self.client)

    async def list(self) -> RecordList:
        """All records. Their names are kept in the background, for completion in a shell.

        Raises ``ApiError``.
        """
        found = self.memory.listed = await self.connections.list()
        if self.names is not None:
            keep, loop = self.names.keep, asyncio.get_running_loop()
            loop.run_in_executor(None, keep, self.profile.place, found.records)
        return found

    async def trust(self, asked: Target, trust: Trust) -> str:
        """Trust what a person confirmed from now on; where that is kept, in words.

        ``asked`` is the target that the person was asked about. Raises
        :class:`~smtp_tui.profiles.store.ProfileChanged`, trusting nothing, where the profile in
        the file is another one by now.
        """
        kept = await asyncio.to_thread(self.keep_trust, asked, trust)
        await self.client.trust(trust)
        return kept

    async def aclose(self, seconds: float | None = None) -> tuple[GivenUp, ...]:
        """Finish writes and close, if a client was ever made; as ``Client.aclose``."""
        return await self.client.aclose(seconds) if "client" in self.__dict__ else ()

    @property
    def under_way(self) -> tuple[Write, ...]:
        """The writes that were begun and have not ended."""
        return self.client.writes.under_way if "client" in self.__dict__ else ()

    def key(self, record_id: str | None) -> RecordKey:
        """What names a record for good: origin, tenant and id."""
        return RecordKey(self.target.origin.url, self.target.scope.tenant, record_id)

    def is_about(self, key: RecordKey) -> bool:
        """Whether a key is that of a record of this host and tenant, or of a new one."""
        return key == self.key(key.record_id)
