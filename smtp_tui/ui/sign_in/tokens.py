"""Having a token for what is read, while everything on the screen stays as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import TypeVar

from textual.screen import Screen

from smtp_tui.api.errors import ApiError, CertificateRefused, TokenNeeded, TokenRefused
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.credentials import CredentialError
from smtp_tui.profiles.sources import LoginToken
from smtp_tui.ui.text import sentence
from smtp_tui.ui.waiting import Sent, waiting
from smtp_tui.workflows.session import Session

Answer = TypeVar("Answer")
ScreenResult = TypeVar("ScreenResult")


class How(Enum):
    """How a refused token was replaced."""

    LEFT = "not at all: the question was left"
    RENEWED = "without asking anyone"
    TYPED = "by a person"


async def ask_token(screen: Screen[ScreenResult], session: Session, why: str) -> bool:
    """Have another token than the one that was refused; whether there is one now.

    Where the source gives one without a person, nobody is asked. For workers only.
    """
    with waiting(screen, "Getting another token"):
        return await _replaced(screen, session, session.tokens.token(), why) is not How.LEFT


async def _replaced(
    screen: Screen[ScreenResult],
    session: Session,
    refused: SecretStr | None,
    why: str,
    *,
    silently: bool = True,
) -> How:
    """Another token; two whose token was refused at once lead to one question and one answer."""
    tokens = session.tokens
    waited = tokens.asking.locked()
    async with tokens.asking:
        if tokens.token() != refused:
            return How.RENEWED
        if waited:
            return How.LEFT
        if silently:
            try:
                if await tokens.renew(session.client):
                    return How.RENEWED
            except CredentialError as error:
                why = str(error)
            except ApiError as error:
                why = error.why
        return How.TYPED if await _asked(screen, session, why) else How.LEFT


async def _asked(screen: Screen[ScreenResult], session: Session, why: str) -> bool:
    from smtp_tui.ui.sign_in.dialogs import LoginDialog, TokenDialog

    source = session.tokens.source
    if isinstance(source, LoginToken):
        return await screen.app.push_screen_wait(LoginDialog(session, source.user, why)) is True
    token = await screen.app.push_screen_wait(TokenDialog(session, why))
    if token is None:
        return False
    session.tokens.accept(token)
    return True


async def ensure_token(screen: Screen[ScreenResult], session: Session) -> None:
    """Have a token, from the profile's source or else from the person. For workers only."""
    tokens = session.tokens
    if tokens.token() is not None and not tokens.due:
        return
    async with tokens.asking:
        if tokens.due:
            await _kept_fresh(session)
        if tokens.token() is not None:
            return
        why = "This profile asks for a token."
        if isinstance(tokens.source, LoginToken):
            why = "This profile logs in with a password."
        try:
            if await tokens.fetch():
                return
        except CredentialError as error:
            why = str(error)
        await _asked(screen, session, sentence(why))


async def keep_fresh(session: Session) -> None:
    """Have the next token before this one ends, where that needs no person. For workers only."""
    if session.tokens.due and not session.tokens.asking.locked():
        async with session.tokens.asking:
            await _kept_fresh(session)


async def _kept_fresh(session: Session) -> None:
    """Where it does not work the token in use stays, and a 401 will say more than this could."""
    try:
        await session.tokens.renew(session.client)
    except (ApiError, CredentialError):
        session.tokens.postpone()


async def with_token(
    screen: Screen[ScreenResult],
    session: Session,
    read: Callable[[], Awaitable[Answer]],
    what: str,
    sent: Sent | None = None,
) -> Answer:
    """Do a read; after a 401 get another token, asking once, and read again. Raises ``ApiError``.

    The screen shows that ``what`` is waited for, under a question for a token too. A certificate
    that is met for the first time is shown and read again when confirmed. Only for reads: a write
    is never repeated without being offered again.
    """
    with waiting(screen, what, sent=sent):
        return await _read_with_token(screen, session, read)


async def _read_with_token(
    screen: Screen[ScreenResult], session: Session, read: Callable[[], Awaitable[Answer]]
) -> Answer:
    await ensure_token(screen, session)
    how: How | None = None
    met = False
    while True:
        used = session.tokens.token()
        try:
            return await read()
        except (TokenRefused, TokenNeeded) as error:
            if how is How.TYPED:
                raise
            how = await _replaced(screen, session, used, error.why, silently=how is None)
            if how is How.LEFT:
                raise
        except CertificateRefused as error:
            from smtp_tui.ui.sign_in.certificate import meet

            if met or not await meet(screen, session, error):
                raise
            met = True
