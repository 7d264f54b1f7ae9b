"""From the environment and the files to a profile and a client, for screen and scripts alike."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import AccessRefused, AdviceLine, Operation, Place
from smtp_tui.api.target import Access, Target
from smtp_tui.cli.say import ask_secret, clean, on_terminal, remark
from smtp_tui.profiles.choosing import Known, NoSuchProfile, known_of
from smtp_tui.profiles.credentials import CredentialError, clean_token
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken, source_words
from smtp_tui.profiles.store import ProfileStore, config_directory
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.auditor import Auditor
from smtp_tui.state.journal import Journal, actor_of
from smtp_tui.state.places import state_directory

if TYPE_CHECKING:
    from smtp_tui.api.client import Client
    from smtp_tui.api.smtp_connections import SmtpConnections


def known_profiles(environ: Mapping[str, str]) -> Known:
    """Read the profiles. Raises ``ProfilesFileError`` and ``FileProblem`` with words."""
    store = ProfileStore(config_directory(environ))
    return known_of(store.load(), environ)


class Reach(Struct, frozen=True):
    """One profile in use by a command: where requests go, and the operations there."""

    profile: Profile
    target: Target
    connections: SmtpConnections

    def may_write(self, operation: Operation) -> None:
        """Say no before anything is asked or shown; the client would refuse it as well.

        Raises :class:`AccessRefused`.
        """
        if self.target.access is not Access.READ_ONLY:
            return
        place = Place(operation, self.target.origin.text)
        if self.profile.access is not Access.READ_ONLY:
            line = AdviceLine("Leave out --read-only to allow it")
            raise AccessRefused(place, "This run is read-only (--read-only)", advice=(line,))
        raise AccessRefused(place, f"The profile {self.target.name} is read-only")


def auditor_of(environ: Mapping[str, str]) -> Auditor:
    """The journal of a command: its gaps are told on stderr. Its place is looked for when needed,
    so that reading works without one."""
    return Auditor(
        journal=lambda: Journal(state_directory(environ)),
        actor=actor_of(environ),
        clock=Clock(),
        say=lambda words: remark(f"Warning: {clean(words)}"),
    )


@asynccontextmanager
async def reach(
    profile: Profile, environ: Mapping[str, str], *, read_only: bool = False
) -> AsyncIterator[Reach]:
    """A client for one command, with a token; on leaving, writes under way are finished.

    Raises ``HostRefused``, ``CredentialError``, and ``ApiError`` from a login.
    """
    from smtp_tui.api.client import Client  # noqa: PLC0415 - httpx, after the profile is known
    from smtp_tui.api.smtp_connections import SmtpConnections  # noqa: PLC0415 - the same

    target = profile.target()
    if not target.scope.tenant:
        raise NoSuchProfile(_no_tenant(profile))
    if read_only:
        target = replace(target, access=Access.READ_ONLY)
    tokens = tokens_of(profile, environ)
    client = Client(target, tokens, Activity(), Clock(), auditor_of(environ))
    try:
        if not await tokens.fetch():
            await _ask_for_token(profile, tokens, client)
        yield Reach(profile, target, SmtpConnections(client))
    finally:
        await client.aclose()


def _no_tenant(profile: Profile) -> str:
    name = shlex.quote(profile.name)
    keeping = f"smtp-tui profiles set {name} --tenant ID"
    if profile.variables is not None:
        keeping = f"set {profile.variables.tenant}"
    return (
        f"the profile {profile.name} names no tenant; to find it: smtp-tui profiles check {name};"
        f" to keep it: {keeping}"
    )


def _no_terminal(profile: Profile) -> str:
    if profile.variables is not None:
        return (
            f"the profile {profile.name} has no token, and there is no terminal to type it on:"
            f" set {profile.variables.token}"
        )
    return (
        f"the token of the profile {profile.name} is typed, and there is no terminal to type it on;"
        f" to read it instead: smtp-tui profiles set {shlex.quote(profile.name)} --token-env VAR"
    )


def tokens_of(profile: Profile, environ: Mapping[str, str]) -> Tokens:
    """The tokens of a command. What a token command writes to stderr is passed on."""

    def say(line: str) -> None:
        """Pass on a line; a blank one says that the command has ended."""
        if line:
            remark(f"{clean(source_words(profile.token))}: {clean(line)}")

    return Tokens(profile.token, environ, lambda: known_profiles(environ).all, say=say)


async def _ask_for_token(profile: Profile, tokens: Tokens, client: Client) -> None:
    """Have the token or the password typed, unseen; only where someone sits at a terminal."""
    from smtp_tui.api.secret import SecretStr  # noqa: PLC0415 - as above

    if not on_terminal():
        raise CredentialError(_no_terminal(profile))
    if isinstance(profile.token, LoginToken):
        password = SecretStr(ask_secret(f"Password of {clean(profile.token.user)}:"))
        await tokens.log_in(client, password)
    else:
        tokens.accept(clean_token(ask_secret(f"Token for the profile {clean(profile.name)}:")))


__all__ = ["Reach", "auditor_of", "known_profiles", "reach", "tokens_of"]
