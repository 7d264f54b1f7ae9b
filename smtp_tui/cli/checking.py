"""Whether a profile works, step by step, so that what fails is told apart from what follows of it.

Name, connection and certificate are tried without a byte of the token; only then it is sent.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from smtp_tui.api.activity import Activity
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError
from smtp_tui.api.target import HostRefused, Origin, Pinned, SystemTrust, Target, Trust, Unverified
from smtp_tui.api.trust import CaFileUnusable, PinMismatch, fingerprint, ssl_context, tls_reason
from smtp_tui.profiles.credentials import CredentialError
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.tokens import Tokens

if TYPE_CHECKING:
    from smtp_tui.api.client import Client

SECONDS: Final = 20.0
STEPS: Final = ("name", "connect", "certificate", "token", "tenant", "list")


class Result(Enum):
    """How a step ended; ``SKIPPED`` because one before it failed, or nobody was to be asked."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Step:
    """One step, and what was found or what went wrong in words."""

    name: str
    result: Result
    words: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """All steps of one profile, in order; ``well`` where none failed."""

    profile: Profile
    steps: tuple[Step, ...]

    @property
    def well(self) -> bool:
        """Whether no step failed."""
        return all(step.result is not Result.FAILED for step in self.steps)


async def check(profile: Profile, environ: Mapping[str, str], seconds: float = SECONDS) -> Checked:
    """Try a profile, for at most ``seconds``; whatever goes wrong is a step, nothing is raised."""
    steps: list[Step] = []
    try:
        async with asyncio.timeout(seconds), aclosing(_steps(profile, environ)) as trying:
            async for step in trying:
                steps.append(step)
    except TimeoutError:
        late = STEPS[len(steps)]
        steps.append(Step(late, Result.FAILED, f"No answer within {seconds:g} seconds"))
    rest = (Step(name, Result.SKIPPED) for name in STEPS[len(steps) :])
    return Checked(profile, (*steps, *rest))


async def _steps(profile: Profile, environ: Mapping[str, str]) -> AsyncGenerator[Step]:
    """The steps in order; it ends after the first that failed."""
    try:
        target = profile.target()
        yield Step("name", Result.OK, await _resolved(target.origin))
    except HostRefused as error:
        yield Step("name", Result.FAILED, str(error))
        return
    except OSError:
        yield Step("name", Result.FAILED, f"There is no such host name: {profile.host}")
        return
    connected = await _connected(target.origin)
    yield connected
    if connected.result is Result.OK:
        judged = await _certificate(target)
        yield judged
        if judged.result is Result.OK:
            async with aclosing(_asked(profile, target, environ)) as asking:
                async for step in asking:
                    yield step


def _port(origin: Origin) -> int:
    return origin.port or (443 if origin.scheme == "https" else 80)


async def _resolved(origin: Origin) -> str:
    """The addresses of a host. Raises ``OSError``."""
    found = await asyncio.get_running_loop().getaddrinfo(
        origin.host, _port(origin), type=socket.SOCK_STREAM
    )
    addresses = dict.fromkeys(str(entry[4][0]) for entry in found)
    return f"{origin.host} is {', '.join(addresses)}"


async def _connected(origin: Origin) -> Step:
    try:
        _, writer = await asyncio.open_connection(origin.host, _port(origin))
    except ConnectionRefusedError:
        words = f"Nothing listens on port {_port(origin)}"
        return Step("connect", Result.FAILED, words)
    except OSError as error:
        return Step("connect", Result.FAILED, error.strerror or "No connection could be made")
    writer.transport.abort()
    return Step("connect", Result.OK, f"port {_port(origin)}")


async def _certificate(target: Target) -> Step:
    if target.origin.scheme == "http":
        return Step("certificate", Result.OK, "none: plain http")
    try:
        seen = await _handshake(target.origin, target.trust)
    except CaFileUnusable as error:
        return Step("certificate", Result.FAILED, str(error))
    except ssl.SSLError as error:
        words = tls_reason(error)
        if not isinstance(error, PinMismatch) and isinstance(error, ssl.SSLCertVerificationError):
            words += await _shown(target.origin)
        return Step("certificate", Result.FAILED, words)
    except OSError as error:
        words = error.strerror or "The connection ended during the TLS handshake"
        return Step("certificate", Result.FAILED, words)
    return Step("certificate", Result.OK, f"{_trusted(target.trust)}; SHA-256 {seen}")


async def _shown(origin: Origin) -> str:
    """The fingerprint to compare and pin, seen without trusting it; nothing where it fails."""
    try:
        seen = await _handshake(origin, Unverified())
    except OSError:
        return ""
    return f". It shows SHA-256 {seen}: compare that with its administrator before pinning it"


async def _handshake(origin: Origin, trust: Trust) -> str:
    """The certificate's fingerprint once TLS is agreed on. Raises ``OSError``, ``SSLError``."""
    context = ssl_context(origin, trust)
    _, writer = await asyncio.open_connection(
        origin.host, _port(origin), ssl=context, server_hostname=origin.host
    )
    held = writer.get_extra_info("ssl_object")
    writer.transport.abort()
    return fingerprint(held.getpeercert(binary_form=True) or b"")


def _trusted(trust: Trust) -> str:
    match trust:
        case SystemTrust():
            return "trusted by the system"
        case Pinned():
            return "the pinned one"
        case Unverified():
            return "NOT CHECKED, as the profile says"
    return "trusted by the CA file"


async def _asked(
    profile: Profile, target: Target, environ: Mapping[str, str]
) -> AsyncGenerator[Step]:
    from smtp_tui.api.client import Client  # noqa: PLC0415 - httpx, for this command only

    tokens = Tokens(profile.token, environ)
    try:
        had = await tokens.fetch()
    except CredentialError as error:
        yield Step("token", Result.FAILED, str(error))
        return
    if not had:
        yield Step("token", Result.SKIPPED, f"{tokens.words}: typed when it is needed")
        return
    yield Step("token", Result.OK, f"from {tokens.words}")
    client = Client(target, tokens, Activity(), Clock())
    try:
        async with aclosing(_answered(client, profile)) as answers:
            async for step in answers:
                yield step
    finally:
        await client.aclose()


async def _answered(client: Client, profile: Profile) -> AsyncGenerator[Step]:
    from smtp_tui.api.identity import Identity  # noqa: PLC0415 - pydantic, here only
    from smtp_tui.api.smtp_connections import SmtpConnections  # noqa: PLC0415 - with the client

    try:
        tenant = await Identity(client).tenant()
    except ApiError as error:
        yield Step("tenant", Result.FAILED, error.why)
        return
    named = f"{tenant.id} ({tenant.name})"
    if not profile.tenant:
        words = f"the profile names none; the token belongs to {named}"
        yield Step("tenant", Result.FAILED, words)
        return
    own = tenant.id == profile.tenant
    words = named if own else f"{profile.tenant}, while the token's own is {named}"
    yield Step("tenant", Result.OK, words)
    try:
        found = await SmtpConnections(client).list()
    except ApiError as error:
        yield Step("list", Result.FAILED, error.why)
        return
    unreadable = f", {len(found.unreadable)} unreadable" if found.unreadable else ""
    words = f"{len(found.records)} records for team {profile.team}{unreadable}"
    yield Step("list", Result.OK, words)
