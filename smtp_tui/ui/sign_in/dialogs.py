"""Asking for a token, or for the password that brings one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.credentials import CredentialError, clean_token
from smtp_tui.text import clean, sentence
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, where_line
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.waiting import WaitLine, waiting
from smtp_tui.ui.widgets.inputs import Paste, SecretInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import log_in

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
        yield SecretInput(
            placeholder="paste the bearer token, then Enter", id="token", takes=Paste.TOKEN
        )
        yield PlainText("", classes="said")
        words = f"Kept in memory until you quit. Enter uses it · {self.cancel_key} leaves"
        yield PlainText(words, classes="hint")

    @on(Input.Submitted, "#token")
    def use(self, event: Input.Submitted) -> None:
        """Check the form of the token before it can reach a header."""
        event.stop()
        try:
            self.dismiss(clean_token(self.query_one("#token", SecretInput).value))
        except CredentialError as error:
            self.say(sentence(str(error)))

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
        yield WaitLine(self._session.tokens.clock, lambda: self.cancel_key)
        yield PlainText("", classes="said")
        yield PlainText(
            "Kept in memory until you quit, to renew the token."
            f" Enter logs in · {self.cancel_key} leaves",
            classes="hint",
        )

    @on(Input.Submitted, "#password")
    def submit(self, event: Input.Submitted) -> None:
        """Log in with what was typed."""
        event.stop()
        field = self.query_one("#password", SecretInput)
        if field.value and not field.disabled:
            field.disabled = True
            self.say("")
            self._log_in(field.secret)

    @work(group="login", exclusive=True, description="log in")
    async def _log_in(self, password: SecretStr) -> None:
        try:
            with waiting(self, f"Logging in as {self._user}"):
                await log_in(self._session, ScreenOperator(self), password)
        except (ApiError, CredentialError) as error:
            self.say(sentence(error.why if isinstance(error, ApiError) else str(error)))
            field = self.query_one("#password", SecretInput)
            field.value = ""
            field.disabled = False
            field.focus()
        else:
            self.dismiss(True)

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self.query_one("#password", SecretInput).reveal()

    def action_cancel(self) -> None:
        """Leave without a token."""
        self.dismiss(False)


__all__ = ["LoginDialog", "TokenDialog"]
