"""What else a probe asks of a mail server: a login, a recipient, and when TLS begins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from msgspec.structs import replace
from textual import on
from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.secret import is_mask
from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.mail.remarks import error
from smtp_tui.probe.model import Ask, Security
from smtp_tui.profiles.codecs import Choice
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.choice import ChoiceField
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field, Paste, SecretInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session

_KEPT: Final = "as typed before"
_TLS: Final = (
    Choice("as offered", Security.AUTO.value),
    Choice("at once", Security.TLS.value),
    Choice("STARTTLS", Security.STARTTLS.value),
    Choice("none", Security.PLAIN.value),
)
"""When TLS begins; as offered it begins at once on the ports that are for it."""


class LoginDialog(Dialog[Ask | None]):
    """Gives what is to be asked; None where the person went back. All fields may stay blank.

    What was typed for the last probe is there again; the password is kept, and not shown.
    """

    TITLE = "Login, recipient, TLS"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel", "secret.reveal"),
        *FIELD_KEYS,
    ]

    def __init__(self, session: Session, ask: Ask) -> None:
        super().__init__()
        self.profile = session.profile
        self._ask = ask
        self._username = Field("username", ask.username, hint="blank: no login")
        kept = "blank: no login" if ask.password is None else _KEPT
        self._password = Field("password", "", hint=kept, takes=Paste.PASSWORD)
        self._sender = Field("from", ask.sender, label="Mail from", hint="blank: <>")
        self._recipient = Field("to", ask.recipient, label="Mail to", hint="blank: not asked")
        self._security = ChoiceField("tls", ask.security.value, _TLS, label="TLS")
        self._fields = (
            *(self._security, self._username, self._password),
            *(self._sender, self._recipient),
        )
        for field in self._fields:
            field.mark_cells = 0

    def compose_box(self) -> Iterable[Widget]:
        """Who gets the password, the fields, and how far it goes."""
        words = f"Everything goes to {clean(self._ask.address.text, 100)} and nowhere else."
        yield PlainText(words)
        yield from self._fields
        yield PlainText(
            "The stored password is not known here; the one typed is kept until the probe is"
            " closed. The server is asked up to RCPT TO, and no mail is sent.",
            classes="hint apart",
        )

    def keys(self) -> Iterable[tuple[str, str]]:
        """Probe with these, or go back."""
        reveal = (bound(self, "secret.reveal").first_key, "Show typed")
        return (("enter", "Probe"), reveal, (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Start on the password: the username is mostly there."""
        first = self._password if self._ask.username else self._username
        self.set_focus(first.input)

    @on(Field.Edited)
    def forget_remarks(self) -> None:
        """What was said of the fields is no longer true."""
        for field in self._fields:
            field.show(False, ())

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take what was typed, if all of it can be asked."""
        event.stop()
        ask = self._typed()
        if ask is not None:
            self.dismiss(ask)

    def _typed(self) -> Ask | None:
        """What is to be asked; None where a field says what is wrong."""
        username, typed = self._username.text.strip(), self._password.text
        sender, recipient = map(self._address, (self._sender, self._recipient))
        if typed and not username:
            self._refuse(self._username, "A login needs a username.")
        elif typed and is_mask(typed):
            self._refuse(self._password, "This is the mask, not the password.")
        elif sender is None or recipient is None:
            return None
        elif sender and not recipient:
            self._refuse(self._recipient, "A sender is asked about together with a recipient.")
        else:
            widget = self._password.input
            assert isinstance(widget, SecretInput)
            password = (widget.secret if typed else self._ask.password) if username else None
            return replace(
                self._ask,
                username=username,
                password=password,
                sender=sender,
                recipient=recipient,
                security=Security(self._security.text),
            )
        return None

    def _address(self, field: Field) -> str | None:
        """What is typed, as it is sent; None where it is no address."""
        if not field.text.strip():
            return ""
        address, remarks = parse_recipient(field.text.strip())
        if address is None:
            field.show(False, remarks)
            field.input.focus()
        return address

    def _refuse(self, field: Field, words: str) -> None:
        field.show(False, (error(words),))
        field.input.focus()

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self._password.input.password = not self._password.input.password
