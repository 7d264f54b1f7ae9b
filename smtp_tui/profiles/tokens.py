"""The token in use: held in memory, found where the profile says, renewed before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from smtp_tui import log
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import LoginRefused
from smtp_tui.api.identity import log_in
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles import sources
from smtp_tui.profiles.model import Profile

if TYPE_CHECKING:
    from smtp_tui.api.client import Client

EARLIEST: Final = timedelta(minutes=5)
"""A token is renewed this long before its end; a short one in the last fifth of its time."""
PAUSE: Final = timedelta(minutes=1)
"""How long nothing is tried after a renewal that did not work."""


def end_of(issued_at: datetime, lifetime: float | None) -> datetime | None:
    """When a token ends that lives for so many seconds; None for a time that cannot be."""
    with suppress(OverflowError, ValueError):
        if lifetime is not None and lifetime > 0:
            return issued_at + timedelta(seconds=lifetime)
    return None


class Tokens:
    """Holds the token and knows where the next one comes from. ``expires_at`` None: not told.

    ``asking`` is held by the one who asks a person or the source, so that none is asked twice.
    ``others`` gives all profiles, whose tokens a command shall not find in its environment; it
    may block, so it is called in a thread. ``say`` is told each line that a token command writes to
    stderr, and an empty one when the command has ended.
    """

    def __init__(
        self,
        source: sources.TokenSource,
        environ: Mapping[str, str],
        others: Callable[[], Iterable[Profile]],
        clock: Clock | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.source = source
        self.clock = clock if clock is not None else Clock()
        self.asking = asyncio.Lock()
        self.expires_at: datetime | None = None
        self.typed = False
        self._environ = environ
        self._others = others
        self._say = say
        self._token: SecretStr | None = None
        self._password: SecretStr | None = None
        self._renew_at: datetime | None = None

    def token(self) -> SecretStr | None:
        """The token to send now, or None where one has to be found or asked for."""
        return self._token

    def accept(
        self, token: SecretStr, expires_at: datetime | None = None, *, typed: bool = True
    ) -> None:
        """Use this token from now on."""
        log.decision(f"token: {'typed' if typed else sources.source_words(self.source)}")
        self._token = token
        self.expires_at = expires_at
        self.typed = typed
        self._renew_at = None
        if expires_at is not None:
            self._renew_at = expires_at - min(EARLIEST, (expires_at - self.clock.now()) / 5)

    async def fetch(self) -> bool:
        """Ask the source where it can answer without a person; whether there is a token now.

        Raises :class:`~smtp_tui.profiles.sources.CredentialError` with words.
        """
        match self.source:
            case sources.EnvironmentToken():
                self.accept(sources.read_environment_token(self.source, self._environ), typed=False)
                return True
            case sources.CommandToken():
                # Most profiles have no token command.
                from smtp_tui.profiles.token_command import run_token_command  # noqa: PLC0415

                others = await asyncio.to_thread(self._others)
                try:
                    issued = await run_token_command(
                        self.source, self._environ, others, say=self._say
                    )
                finally:
                    self._say("")
                self.accept(issued.token, issued.expires_at, typed=False)
                return True
            case sources.LoginToken() | sources.PromptToken():
                return False

    async def log_in(self, client: Client, password: SecretStr) -> None:
        """Have a token issued for the profile's user; the password stays in memory for the next.

        Raises ``ApiError``, ``LoginRefused`` among them: then the password is forgotten, since
        trying it again and again would lock the account.
        """
        assert isinstance(self.source, sources.LoginToken)
        asked_at = self.clock.now()
        try:
            issued = await log_in(client, self.source.user, password)
        except LoginRefused:
            self._password = None
            raise
        ends = end_of(asked_at, issued.expires_in)
        self.accept(sources.clean_token(issued.access_token.get_secret_value()), ends, typed=False)
        self._password = password

    async def renew(self, client: Client) -> bool:
        """Another token without asking a person; False where this source has none.

        Raises ``ApiError`` and :class:`~smtp_tui.profiles.sources.CredentialError`.
        """
        before = self._token
        if self._password is not None:
            await self.log_in(client, self._password)
        elif isinstance(self.source, sources.CommandToken):
            await self.fetch()
        return self._token is not None and self._token != before

    @property
    def due(self) -> bool:
        """Whether the token ends soon and can be renewed without asking a person."""
        able = self._password is not None or isinstance(self.source, sources.CommandToken)
        return able and self._renew_at is not None and self.clock.now() >= self._renew_at

    def postpone(self) -> None:
        """Let some time pass before the next try, after one that did not work."""
        self._renew_at = self.clock.now() + PAUSE

    @property
    def words(self) -> str:
        """Where the token comes from, without anything of it."""
        return "typed" if self.typed else sources.source_words(self.source)

    @property
    def origin(self) -> str:
        """The same, to complete "The token …"; not cleaned."""
        match self.source:
            case sources.EnvironmentToken(variable) if not self.typed:
                return f"came from the variable {variable}"
            case sources.CommandToken(argv) if not self.typed:
                return f"came from the command {argv[0]}"
            case sources.LoginToken(user) if not self.typed:
                return f"came from the login of {user}"
        return "was typed"
