"""Asking for a token, once, while everything on the screen stays as it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from textual import on
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError, TokenNeeded, TokenRefused
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.credentials import CredentialError, clean_token
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.screens.base import Dialog, where_line
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
        yield PlainText(clean(self._why, 300), classes="row -auto")
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
            self.query_one("#token-problem", PlainText).update(clean(str(error)))

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self.query_one("#token", SecretInput).reveal()


async def ask_token(screen: Screen[ScreenResult], session: Session, why: str) -> bool:
    """Ask for a token in a dialog; whether there is one now. For workers only."""
    token = await screen.app.push_screen_wait(TokenDialog(session, why))
    if token is None:
        return False
    session.tokens.accept(token)
    return True


async def ensure_token(screen: Screen[ScreenResult], session: Session) -> None:
    """Have a token, from the profile's source or else from the person. For workers only."""
    if session.tokens.token() is not None:
        return
    why = "This profile asks for a token."
    try:
        if await session.tokens.fetch():
            return
    except CredentialError as error:
        why = str(error)
    await ask_token(screen, session, why)


async def with_token(
    screen: Screen[ScreenResult], session: Session, read: Callable[[], Awaitable[Answer]]
) -> Answer:
    """Do a read; after a 401 ask once for a new token and read again. Raises ``ApiError``.

    Only for reads: a write is never repeated without being offered again.
    """
    await ensure_token(screen, session)
    try:
        return await read()
    except (TokenRefused, TokenNeeded) as error:
        if not await ask_token(screen, session, error.why):
            raise
        return await read()


__all__ = ["ApiError", "TokenDialog", "ask_token", "ensure_token", "with_token"]
