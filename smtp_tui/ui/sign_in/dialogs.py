"""Asking for a token, or for the password that brings one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from textual import on, work
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError
from smtp_tui.api.secret import SecretStr
from smtp_tui.profiles.sources import CredentialError, clean_token
from smtp_tui.text import clean, sentence
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, where_line
from smtp_tui.ui.waiting import WaitLine, waiting
from smtp_tui.ui.widgets.fields import Paste, SecretInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import Operator
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import log_in


class SignInDialog(Dialog[bool]):
    """Takes a bearer token, or the password of the profile's user; True once there is a token.

    What is typed is never shown and never stored. Where it is refused, the dialog stays.
    ``operator_on`` makes the operator that a login asks, for a certificate, on this dialog.
    """

    BINDINGS = bindings("dialog.cancel", "secret.reveal")

    def __init__(
        self,
        session: Session,
        why: str,
        user: str,
        operator_on: Callable[[Screen[Any]], Operator],
    ) -> None:
        super().__init__()
        self._operator_on = operator_on
        self._session = session
        self._why = why
        self._user = user
        self.title = "Log in" if user else "Token"

    def compose_box(self) -> Iterable[Widget]:
        """Why, for which profile, the field, and where a password goes."""
        yield PlainText(where_line(self._session))
        yield PlainText(clean(self._why, 300), classes="why")
        if self._user:
            identity = clean(self._session.target.identity_origin.text, 80)
            user = Content.styled(clean(self._user, 60), "bold")
            yield PlainText(
                Content.assemble("User ", user, f" · the password goes to {identity} only")
            )
            yield SecretInput(placeholder="password, then Enter")
            kept, enter = "Kept in memory until you quit, to renew the token.", "logs in"
        else:
            yield SecretInput(placeholder="paste the bearer token, then Enter", takes=Paste.TOKEN)
            kept, enter = "Kept in memory until you quit.", "uses it"
        yield WaitLine(self._session.tokens.clock, lambda: self.cancel_key)
        yield PlainText("", classes="said")
        yield PlainText(f"{kept} Enter {enter} · {self.cancel_key} leaves", classes="hint")

    @property
    def _field(self) -> SecretInput:
        return self.query_one(SecretInput)

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Log in with the password, or check the form of the token."""
        event.stop()
        if not self._user:
            self._use_token()
        elif self._field.value and not self._field.disabled:
            self._field.disabled = True
            self.say("")
            self._log_in(self._field.secret)

    def _use_token(self) -> None:
        """Use the token, if a header may carry it."""
        try:
            self._session.tokens.accept(clean_token(self._field.value))
        except CredentialError as error:
            self.say(sentence(str(error)))
        else:
            self.dismiss(True)

    @work(group="login", exclusive=True, description="log in")
    async def _log_in(self, password: SecretStr) -> None:
        try:
            with waiting(self, f"Logging in as {self._user}"):
                await log_in(self._session, self._operator_on(self), password)
        except (ApiError, CredentialError) as error:
            self.say(sentence(error.why if isinstance(error, ApiError) else str(error)))
            self._field.value = ""
            self._field.disabled = False
            self._field.focus()
        else:
            self.dismiss(True)

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self._field.reveal()

    def action_cancel(self) -> None:
        """Leave without a token."""
        self.dismiss(False)
