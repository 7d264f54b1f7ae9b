"""Getting a token, once, while everything on the screen stays as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from enum import Enum
from typing import TypeVar

from textual import on, work
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError, CertificateRefused, TokenNeeded, TokenRefused
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.credentials import CredentialError, clean_token
from smtp_tui.profiles.model import LoginToken
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.screens.base import Dialog, where_line
from smtp_tui.ui.screens.certificate import meet
from smtp_tui.ui.session import Session
from smtp_tui.ui.text import clean
from smtp_tui.ui.widgets.bars import PlainText
from smtp_tui.ui.widgets.secret_input import SecretInput

Answer = TypeVar("Answer")
ScreenResult = TypeVar("ScreenResult")


class TokenDialog(Dialog[SecretStr | None]):
    """Takes a bearer token by keyboard or paste; it is never shown and never stored."""

    BOX_TITLE = "Token"
    BINDINGS = bindings("dialog.cancel", "secret.reveal")
    ACTIONS = ("dialog.cancel",)

    def __init__(self, session: Session, why: str) -> None:
        super().__init__()
        self._session = session
        self._why = why

    def compose_box(self) -> Iterable[Widget]:
        """Why, for which profile, and the field."""
        yield PlainText(where_line(self._session))
        yield PlainText(clean(self._why, 300), classes="why")
        yield SecretInput(placeholder="paste the bearer token, then Enter", id="token")
        yield PlainText("", id="token-problem")
        yield PlainText("Kept in memory until you quit. Enter uses it · esc leaves", classes="hint")

    @on(Input.Submitted, "#token")
    def use(self, event: Input.Submitted) -> None:
        """Check the form of the token before it can reach a header."""
        event.stop()
        try:
            self.dismiss(clean_token(self.query_one("#token", SecretInput).value))
        except CredentialError as error:
            self.query_one("#token-problem", PlainText).update(_sentence(str(error)))

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self.query_one("#token", SecretInput).reveal()


class LoginDialog(Dialog[bool]):
    """Takes the password of the profile's user and logs in; stays until that worked or is left."""

    BOX_TITLE = "Log in"
    BINDINGS = bindings("dialog.cancel", "secret.reveal")
    ACTIONS = ("dialog.cancel",)

    def __init__(self, session: Session, user: str, why: str) -> None:
        super().__init__()
        self._session = session
        self._user = user
        self._why = why

    def compose_box(self) -> Iterable[Widget]:
        """Why, for whom, where the password goes, and the field."""
        identity = self._session.target.identity_origin
        yield PlainText(where_line(self._session))
        yield PlainText(clean(self._why, 300), classes="why")
        yield PlainText(
            Content.assemble(
                "User ",
                Content.styled(clean(self._user, 60), "bold"),
                f" · the password goes to {clean(identity.text, 80)} only",
            )
        )
        yield SecretInput(placeholder="password, then Enter", id="password")
        yield PlainText("", id="login-said")
        yield PlainText(
            "Kept in memory until you quit, to renew the token. Enter logs in · esc leaves",
            classes="hint",
        )

    @on(Input.Submitted, "#password")
    def submit(self, event: Input.Submitted) -> None:
        """Log in with what was typed."""
        event.stop()
        field = self.query_one("#password", SecretInput)
        if field.value and not field.disabled:
            field.disabled = True
            self._say("Logging in …")
            self._log_in(field.secret)

    @work(group="login", exclusive=True, description="log in")
    async def _log_in(self, password: SecretStr) -> None:
        try:
            await logged_in(self, self._session, password)
        except (ApiError, CredentialError) as error:
            self._say(error.why if isinstance(error, ApiError) else str(error))
            field = self.query_one("#password", SecretInput)
            field.value = ""
            field.disabled = False
            field.focus()
        else:
            self.dismiss(True)

    def _say(self, words: str) -> None:
        self.query_one("#login-said", PlainText).update(_sentence(words))

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self.query_one("#password", SecretInput).reveal()

    def action_cancel(self) -> None:
        """Leave without a token."""
        self.dismiss(False)


def _sentence(words: str) -> str:
    return clean(words[:1].upper() + words[1:], 300)


async def logged_in(screen: Screen[ScreenResult], session: Session, password: SecretStr) -> None:
    """Log in; a certificate met for the first time is shown before the password is sent.

    Raises ``ApiError`` and ``CredentialError``.
    """
    try:
        await session.tokens.log_in(session.client, password)
    except CertificateRefused as error:
        if not await meet(screen, session, error):
            raise
        await session.tokens.log_in(session.client, password)


class How(Enum):
    """How a refused token was replaced."""

    LEFT = "not at all: the question was left"
    RENEWED = "without asking anyone"
    TYPED = "by a person"


async def ask_token(screen: Screen[ScreenResult], session: Session, why: str) -> bool:
    """Have another token than the one that was refused; whether there is one now.

    Where the source gives one without a person, nobody is asked. For workers only.
    """
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
        await _asked(screen, session, _sentence(why))


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
    screen: Screen[ScreenResult], session: Session, read: Callable[[], Awaitable[Answer]]
) -> Answer:
    """Do a read; after a 401 get another token, asking once, and read again. Raises ``ApiError``.

    A certificate that is met for the first time is shown and read again when confirmed. Only for
    reads: a write is never repeated without being offered again.
    """
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
            if met or not await meet(screen, session, error):
                raise
            met = True


__all__ = [
    "ApiError",
    "LoginDialog",
    "TokenDialog",
    "ask_token",
    "ensure_token",
    "keep_fresh",
    "logged_in",
    "with_token",
]
