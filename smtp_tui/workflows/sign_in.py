"""Signing in: a token before a read, another one after a 401, a certificate that is met first.

Nothing that was typed is lost meanwhile.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import Enum
from typing import Final, TypeVar

from smtp_tui import log
from smtp_tui.api.errors import ApiError, CertificateRefused, TokenNeeded, TokenRefused
from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.tls import read_certificate
from smtp_tui.profiles.sources import CredentialError, LoginToken
from smtp_tui.profiles.store import ProfileChanged
from smtp_tui.workflows.operator import About, Kind, Notice, Operator, RefusedCertificate, Sent
from smtp_tui.workflows.session import Session

SECONDS: Final = 10.0
"""How long each step of reaching a server may take."""

Answer = TypeVar("Answer")


class _Replaced(Enum):
    """How a refused token was replaced."""

    NOT = "the operator declined"
    SILENTLY = "by the profile's own source"
    BY_OPERATOR = "by the operator"


async def ensure_token(session: Session, operator: Operator) -> bool:
    """Get a token, from the profile's source or else from the operator; False if that declines."""
    tokens = session.tokens
    if tokens.token() is not None and not tokens.due:
        return True
    async with tokens.asking:
        if tokens.due:
            await _renew(session)
        if tokens.token() is not None:
            return True
        why = "This profile asks for a token."
        if isinstance(tokens.source, LoginToken):
            why = "This profile logs in with a password."
        try:
            if await tokens.fetch():
                return True
        except CredentialError as error:
            why = str(error)
        return await operator.new_token(session, why)


async def replace_token(
    session: Session, operator: Operator, refused: SecretStr | None, why: str
) -> bool:
    """Replace a token that was ``refused``; whether there is another one now.

    Where the profile's source gives one, or another request got one meanwhile, nobody is asked.
    """
    with operator.waiting("Getting another token"):
        replaced = await _replace(session, operator, refused, why)
    log.decision(f"token replaced: {replaced.value}")
    return replaced is not _Replaced.NOT


async def after_refusal(session: Session, operator: Operator, error: ApiError) -> str:
    """Mend what a request was refused for: get another token, or trust the certificate.

    What was mended, as a sentence; blank where nothing was. The request is not sent again.
    """
    if isinstance(error, TokenRefused | TokenNeeded):
        mended = await replace_token(session, operator, session.tokens.token(), error.why)
        return "The token was renewed." if mended else ""
    if isinstance(error, CertificateRefused):
        with suppress(ApiError):  # the server is gone meanwhile; the refusal says enough
            if await trust_certificate(session, operator, error):
                return "The certificate is trusted now."
    return ""


async def log_in(session: Session, operator: Operator, password: SecretStr) -> None:
    """Log in. A certificate met for the first time is shown before the password is sent.

    Raises ``ApiError`` and ``CredentialError``.
    """
    try:
        await session.tokens.log_in(session.client, password)
    except CertificateRefused as error:
        if not await trust_certificate(session, operator, error):
            raise
        await session.tokens.log_in(session.client, password)


async def keep_fresh(session: Session) -> None:
    """Get the next token before this one ends, where that needs no person."""
    if session.tokens.due and not session.tokens.asking.locked():
        async with session.tokens.asking:
            await _renew(session)


async def read_signed_in(
    session: Session,
    operator: Operator,
    read: Callable[[], Awaitable[Answer]],
    what: str,
    sent: Sent | None = None,
) -> Answer:
    """Read; after a 401 get another token, asking once, and read again.

    ``what`` is what the operator waits for meanwhile. A certificate that is met for the first time
    is shown, and read again once it is trusted. Only for reads: a write is never repeated without
    a new review. Raises ``ApiError``.
    """
    with operator.waiting(what, sent=sent):
        return await _read(session, operator, read)


async def _read(
    session: Session, operator: Operator, read: Callable[[], Awaitable[Answer]]
) -> Answer:
    given = await ensure_token(session, operator)
    replaced: _Replaced | None = None if given else _Replaced.NOT
    while True:
        used = session.tokens.token()
        try:
            return await read()
        except (TokenRefused, TokenNeeded) as error:
            if replaced in (_Replaced.BY_OPERATOR, _Replaced.NOT):
                raise
            silently = replaced is None
            replaced = await _replace(session, operator, used, error.why, silently=silently)
            if replaced is _Replaced.NOT:
                raise
        except CertificateRefused as error:
            if not await trust_certificate(session, operator, error):
                raise


async def _replace(
    session: Session,
    operator: Operator,
    refused: SecretStr | None,
    why: str,
    *,
    silently: bool = True,
) -> _Replaced:
    """Two requests whose token was refused at once lead to one question and one answer."""
    tokens = session.tokens
    waited = tokens.asking.locked()
    async with tokens.asking:
        if tokens.token() != refused:
            return _Replaced.SILENTLY
        if waited:
            return _Replaced.NOT
        if silently:
            try:
                if await tokens.renew(session.client):
                    return _Replaced.SILENTLY
            except (ApiError, CredentialError) as error:
                why = error.why if isinstance(error, ApiError) else str(error)
        given = await operator.new_token(session, why)
        return _Replaced.BY_OPERATOR if given else _Replaced.NOT


async def _renew(session: Session) -> None:
    """Renew the token; where that fails it stays in use, and a 401 will say more."""
    try:
        await session.tokens.renew(session.client)
    except (ApiError, CredentialError):
        session.tokens.postpone()


async def trust_certificate(
    session: Session, operator: Operator, error: CertificateRefused
) -> bool:
    """Show the operator what was refused; True once it is trusted for this profile.

    Raises ``ApiError`` where the server shows no certificate any more.
    """
    if not error.untrusted:
        return False
    target = session.client.target
    login = error.call.operation is Operation.TOKEN
    origin = target.identity_origin if login else target.origin
    with operator.waiting(f"Reading the certificate of {origin.text}"):
        shown = read_certificate(await shown_certificate(origin, SECONDS))
    first = target.meets_first(origin)
    if not first and not error.pinned:
        return False
    offered = target.pinned(origin, shown.sha256) if first else None
    refused = RefusedCertificate(origin, error.why, shown, offered, error.pinned)
    trust = await operator.trust(session, refused)
    if trust is None:
        return False
    try:
        kept = await session.trust(target, trust)
    except ProfileChanged as changed:
        words = f"The certificate is not trusted. Profile {session.profile.name}: {changed.words}."
        operator.tell(Notice(words, About.PROFILE, Kind.BAD))
        return False
    if kept:
        operator.tell(Notice(kept, About.PROFILE))
    return True
