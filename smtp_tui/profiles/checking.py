"""Whether a profile works, step by step, so that what fails is told apart from what follows of it.

Name, connection and certificate are looked at without a byte of the token; only then it is sent.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from enum import Enum
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from smtp_tui.api.errors import ApiError, CertificateRefused, HostUnreachable
from smtp_tui.api.reach import Address, connect, judge, resolve
from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Target, Trust
from smtp_tui.api.trust import fingerprint
from smtp_tui.profiles.credentials import CredentialError
from smtp_tui.profiles.tokens import Tokens

if TYPE_CHECKING:
    from smtp_tui.api.client import Client
    from smtp_tui.api.identity import Tenant

SECONDS: Final = 10.0
"""How long each of the first three steps may take."""


class Stage(Enum):
    """The steps in their order; each needs the ones before it."""

    NAME = "name"
    CONNECT = "connect"
    CERTIFICATE = "certificate"
    TOKEN = "token"
    TENANT = "tenant"
    LIST = "list"


class Outcome(Enum):
    """How a step ended; a ``NOTE`` is no hindrance."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"


class Step(Struct, frozen=True):
    """One step, what was found or went wrong in words, and what it found for a profile.

    ``sha256`` is the fingerprint of the certificate that was accepted.
    """

    stage: Stage
    outcome: Outcome
    words: str
    error: ApiError | None = None
    tenant: Tenant | None = None
    sha256: str = ""


def _ok(stage: Stage, words: str) -> Step:
    return Step(stage, Outcome.OK, words)


def _failed(stage: Stage, error: ApiError | CredentialError) -> Step:
    if isinstance(error, ApiError):
        return Step(stage, Outcome.FAILED, error.why, error)
    words = str(error)
    return Step(stage, Outcome.FAILED, words[:1].upper() + words[1:])


async def look(target: Target, seconds: float = SECONDS) -> AsyncGenerator[Step]:
    """The steps that need no token: name, connection, certificate. Ends after a failure."""
    try:
        addresses = await resolve(target.origin, seconds)
        yield _ok(Stage.NAME, _named(target.origin.host, addresses))
    except HostUnreachable as error:
        yield _failed(Stage.NAME, error)
        return
    try:
        address = await connect(target.origin, addresses, seconds)
        yield _ok(Stage.CONNECT, f"port {address.port} answers")
    except HostUnreachable as error:
        yield _failed(Stage.CONNECT, error)
        return
    if target.origin.scheme == "http":
        yield _ok(Stage.CERTIFICATE, "none: plain http")
        return
    try:
        trust = target.trust_for(target.origin)
        sha256 = fingerprint(await judge(target.origin, address, trust, seconds))
        yield Step(Stage.CERTIFICATE, Outcome.OK, _trusted(trust), sha256=sha256)
    except (HostUnreachable, CertificateRefused) as error:
        yield _failed(Stage.CERTIFICATE, error)


async def check(
    client: Client, tokens: Tokens, get_token: Callable[[], Awaitable[None]]
) -> AsyncGenerator[Step]:
    """All steps; ends after the first that failed. ``get_token`` may ask a person."""
    async with aclosing(look(client.target)) as looking:
        async for step in looking:
            yield step
            if step.outcome is Outcome.FAILED:
                return
    try:
        await get_token()
    except (ApiError, CredentialError) as error:
        yield _failed(Stage.TOKEN, error)
        return
    if tokens.token() is None:
        yield Step(Stage.TOKEN, Outcome.FAILED, "No token was given")
        return
    yield _ok(Stage.TOKEN, _token_words(tokens))
    async with aclosing(_asked(client)) as asking:
        async for step in asking:
            yield step


async def _asked(client: Client) -> AsyncGenerator[Step]:
    from smtp_tui.api.identity import Identity  # noqa: PLC0415 - pydantic, for checks only

    scope = client.target.scope
    try:
        tenant = await Identity(client).tenant()
        yield _tenant_step(tenant, scope.tenant)
        if not scope.tenant:
            return  # which team is meant has to be chosen before a list can be asked for
    except ApiError as error:
        if not scope.tenant:
            yield _failed(Stage.TENANT, error)
            return
        yield Step(Stage.TENANT, Outcome.NOTE, f"Not told, so the profile's is used: {error.why}")
    yield await try_list(client)


async def try_list(client: Client) -> Step:
    """The last step: whether the records of the profile's team can be read."""
    from smtp_tui.api.smtp_connections import SmtpConnections  # noqa: PLC0415 - with the client

    try:
        found = await SmtpConnections(client).list()
    except ApiError as error:
        return _failed(Stage.LIST, error)
    unreadable = f", {len(found.unreadable)} unreadable" if found.unreadable else ""
    team = client.target.scope.team
    return _ok(Stage.LIST, f"{len(found.records)} records for team {team}{unreadable}")


def _tenant_step(tenant: Tenant, own: str) -> Step:
    named = f"{tenant.name} {tenant.id}".strip()
    if own and own != tenant.id:
        words = f"The token's own is {named}; the profile asks for {own}"
        return Step(Stage.TENANT, Outcome.NOTE, words, tenant=tenant)
    return Step(Stage.TENANT, Outcome.OK, named, tenant=tenant)


def _named(host: str, addresses: tuple[Address, ...]) -> str:
    texts = list(dict.fromkeys(one.text for one in addresses))
    if texts == [host]:
        return f"{host} is an address"
    more = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
    return f"{host} is {texts[0]}{more}"


def _trusted(trust: Trust) -> str:
    match trust:
        case SystemTrust():
            return "verified by the system"
        case CaFile(path):
            return f"verified by {path}"
        case Pinned():
            return "the pinned one"
    return "NOT CHECKED, as the profile says"


def _token_words(tokens: Tokens) -> str:
    if tokens.expires_at is None:
        return tokens.words
    minutes = int((tokens.expires_at - tokens.clock.now()).total_seconds()) // 60
    return f"{tokens.words}, good for {minutes // 60}h{minutes % 60:02}m"
