"""Checking a profile step by step, so that what fails is told apart from what follows of it.

Name, connection and certificate are looked at without a byte of the token; only then it is sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.errors import ApiError, CertificateRefused, HostUnreachable, TokenRefused
from smtp_tui.api.identity import find_tenant
from smtp_tui.api.reach import connect, judge, resolve
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Target, Trust
from smtp_tui.api.tls import fingerprint
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.text import counted, sentence, time_left
from smtp_tui.workflows.operator import Operator
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import SECONDS, after_refusal, ensure_token

if TYPE_CHECKING:
    from smtp_tui.api.answers import Tenant
    from smtp_tui.api.client import Client

LOGIN_SECONDS: Final = 3.0
"""How long the vendor's port for logins may take to answer before the API's own is used."""


class Stage(Enum):
    """The steps in their order; each needs the ones before it."""

    NAME = "name"
    CONNECT = "connect"
    CERTIFICATE = "certificate"
    TOKEN = "token"
    TENANT = "tenant"
    LIST = "list"


class Result(Enum):
    """How a step ended; a ``NOTE`` is no hindrance. What is ``SKIPPED`` was not tried."""

    OK = "ok"
    NOTE = "note"
    FAILED = "failed"
    SKIPPED = "skipped"


class Step(Struct, frozen=True):
    """One step, in words what was found or went wrong, and what it found for a profile.

    ``sha256`` is the fingerprint of the certificate that was accepted.
    """

    stage: Stage
    result: Result
    words: str
    error: ApiError | None = None
    tenant: Tenant | None = None
    sha256: str = ""


Steps: TypeAlias = tuple[Step, ...]
Show: TypeAlias = Callable[[Step], object]
GetToken: TypeAlias = Callable[[], Awaitable[object]]


def failed(steps: Steps) -> bool:
    """Whether one of them failed, which is then the last."""
    return any(step.result is Result.FAILED for step in steps)


async def check_profile(
    session: Session,
    operator: Operator,
    show: Callable[[Steps, bool], object],
    get_token: GetToken | None = None,
) -> Steps:
    """Try everything, and the answer is all steps; they end with the first that failed.

    ``show`` is called after each step with those so far and whether more are under way. A
    certificate that the operator trusts is tried again. So is, once, another token for a refused
    one, unless ``get_token`` says where the only token comes from.
    """
    again = get_token is None
    while True:
        steps: list[Step] = []

        def add(step: Step, steps: list[Step] = steps) -> None:
            """Show a step that has ended."""
            steps.append(step)
            show(tuple(steps), True)

        show((), True)
        await take_steps(session, get_token or (lambda: ensure_token(session, operator)), add)
        show(tuple(steps), False)
        error = steps[-1].error
        if isinstance(error, TokenRefused):
            if not again:
                return tuple(steps)
            again = False
        if error is None or not await after_refusal(session, operator, error):
            return tuple(steps)


async def take_steps(session: Session, get_token: GetToken, show: Show) -> None:
    """Take all steps, each shown when it has ended, up to the first that fails."""
    if not await look(session.client.target, show):
        return
    try:
        await get_token()
        if session.tokens.token() is None:
            raise CredentialError("no token was given")
    except (ApiError, CredentialError) as error:
        show(_failed(Stage.TOKEN, error))
        return
    show(Step(Stage.TOKEN, Result.OK, _token_words(session.tokens)))
    if await _find_tenant(session.client, show):
        show(await try_list(session.client))


async def look(target: Target, show: Show, seconds: float = SECONDS) -> bool:
    """Take the steps that need no token: name, connection, certificate; whether all went well."""
    stage = Stage.NAME
    try:
        addresses = await resolve(target.origin, seconds)
        proxy = target.origin.proxy
        host, port = target.origin.host, target.origin.actual_port
        if proxy is not None:
            host, port = proxy.host, proxy.port
        via = "the proxy " if proxy is not None else ""
        show(Step(stage, Result.OK, f"{via}{_named(host, addresses)}"))
        stage = Stage.CONNECT
        address = await connect(target.origin, addresses, seconds)
        show(Step(stage, Result.OK, f"{via}port {port} answers"))
        stage = Stage.CERTIFICATE
        if target.origin.scheme == "http":
            show(Step(stage, Result.OK, "not used with plain http"))
            return True
        trust = target.trust_for(target.origin)
        sha256 = fingerprint(await judge(target.origin, address, trust, seconds))
        show(Step(stage, Result.OK, _trusted(trust), sha256=sha256))
    except (HostUnreachable, CertificateRefused) as error:
        show(_failed(stage, error))
        return False
    return True


async def _find_tenant(client: Client, show: Show) -> bool:
    """Ask for the token's tenant; whether a list can be asked for, as a tenant is chosen."""
    own = client.target.scope.tenant
    try:
        tenant = await find_tenant(client)
    except ApiError as error:
        words = f"Unknown, so the profile's is used: {error.why}"
        note = Step(Stage.TENANT, Result.NOTE, words)
        show(note if own else _failed(Stage.TENANT, error))
        return bool(own)
    words, result = f"{tenant.name} {tenant.id}".strip(), Result.OK
    if own and own != tenant.id:
        words, result = f"The token belongs to {words}; the profile uses {own}", Result.NOTE
    show(Step(Stage.TENANT, result, words, tenant=tenant))
    return bool(own)


async def try_list(client: Client) -> Step:
    """Take the last step: whether the records of the profile's team can be read."""
    try:
        found = await SmtpConnections(client).list()
    except ApiError as error:
        return _failed(Stage.LIST, error)
    unreadable = f", {len(found.unreadable)} unreadable" if found.unreadable else ""
    records = counted(len(found.records), "record")
    words = f"{records} for team {client.target.scope.team}{unreadable}"
    return Step(Stage.LIST, Result.OK, words)


async def with_login(target: Target) -> Target:
    """Where logins go: the vendor's port, or the API's own server where that does not answer.

    Only a connection is tried; the password has not left yet.
    """
    origin = target.identity_origin
    try:
        await connect(origin, await resolve(origin, LOGIN_SECONDS), LOGIN_SECONDS)
    except HostUnreachable:
        return replace(target, identity=target.origin)
    return target


def _failed(stage: Stage, error: ApiError | CredentialError) -> Step:
    if isinstance(error, ApiError):
        return Step(stage, Result.FAILED, error.why, error)
    return Step(stage, Result.FAILED, sentence(str(error)))


def _named(host: str, addresses: tuple[str, ...]) -> str:
    texts = list(dict.fromkeys(addresses))
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
            return "pinned"
    return "NOT VERIFIED: trust is off in the profile"


def _token_words(tokens: Tokens) -> str:
    if tokens.expires_at is None:
        return tokens.words
    seconds = (tokens.expires_at - tokens.clock.now()).total_seconds()
    return f"{tokens.words}, valid for {time_left(seconds)}"
