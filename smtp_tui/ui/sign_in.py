"""Signing in: a token or the password that brings one, and a certificate that is not trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.errors import ApiError, CertificateRefused, HostUnreachable
from smtp_tui.api.reach import accepted_certificate
from smtp_tui.api.target import CaFile, Origin, Trust
from smtp_tui.api.tls import Certificate, spaced
from smtp_tui.mail.remarks import error as error_remark
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CredentialError, clean_token
from smtp_tui.text import clean, padded, sentence
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, GuardedDialog, where_line
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import WaitLine, waiting
from smtp_tui.ui.widgets.fields import Field, Paste, SecretInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import Operator, RefusedCertificate
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import SECONDS, log_in

_LABEL: Final = 8
_LINE: Final = 300


class SignInDialog(Dialog[bool]):
    """Takes a bearer token, or the password of the profile's user; True once there is a token.

    What is typed is never shown and never stored. Where it is refused, the dialog stays.
    ``operator_on`` makes the operator that a login asks, for a certificate, on this dialog.
    """

    BINDINGS = bindings("dialog.cancel", "secret.reveal")

    def __init__(
        self, session: Session, why: str, user: str, operator_on: Callable[[Screen[Any]], Operator]
    ) -> None:
        super().__init__()
        self._session = session
        self._why = why
        self._user = user
        self._operator_on = operator_on
        self.title = "Log in" if user else "Token"
        self.profile = session.profile
        self._field = SecretInput(placeholder="password, then Enter")
        if not user:
            self._field = SecretInput(
                placeholder="paste the bearer token, then Enter", takes=Paste.TOKEN
            )

    def compose_box(self) -> Iterable[Widget]:
        """Why, for which profile, the field, and where a password goes."""
        yield PlainText(where_line(self._session))
        yield PlainText(clean(self._why, 300))
        kept = "Kept in memory until you quit."
        if self._user:
            kept = "Kept in memory until you quit, to renew the token."
            user = Content.styled(clean(self._user, 60), "bold")
            identity = clean(self._session.target.identity_origin.text, 80)
            yield PlainText(
                Content.assemble("User ", user, f" · the password goes to {identity} only")
            )
        yield self._field
        yield WaitLine(self._session.tokens.clock, lambda: self.cancel_key)
        yield PlainText("", classes="said")
        yield PlainText(kept, classes="hint apart")

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        reveal = (bound(self, "secret.reveal").first_key, "Show typed")
        return (("enter", "Log in" if self._user else "Use it"), reveal, (self.cancel_key, "Back"))

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Log in with the password, or check the form of the token."""
        event.stop()
        if not self._user:
            self._use_token()
        elif self._field.value and not self._field.disabled:
            self._field.disabled = True
            self.say("")
            self._log_in()

    def _use_token(self) -> None:
        """Use the token, if a header may carry it."""
        try:
            self._session.tokens.accept(clean_token(self._field.value))
        except CredentialError as error:
            self.say(sentence(str(error)))
        else:
            self.dismiss(True)

    @work(group="login", exclusive=True, description="log in")
    async def _log_in(self) -> None:
        try:
            with waiting(self, f"Logging in as {self._user}"):
                await log_in(self._session, self._operator_on(self), self._field.secret)
        except (ApiError, CredentialError) as error:
            self.say(sentence(error.why if isinstance(error, ApiError) else str(error)))
            self._field.value = ""
            self._field.disabled = False
            self._field.focus()
        else:
            self.dismiss(True)

    def action_reveal(self) -> None:
        """Show what was just typed, until the field is left."""
        self._field.password = not self._field.password

    def action_cancel(self) -> None:
        """Leave without a token."""
        self.dismiss(False)


def certificate_text(shown: Certificate, label: str = "SHA-256") -> Content:
    """Fingerprint (under that label), subject, issuer, dates and names, each line labelled.

    The fingerprint is in groups, to be compared with another one.
    """
    issuer = "itself" if shown.self_signed else shown.issuer
    rows = [(label, spaced(shown.sha256)), ("Subject", shown.subject), ("Issuer", issuer)]
    if shown.not_before is not None and shown.not_after is not None:
        rows.append(("Valid", f"{shown.not_before:%Y-%m-%d} to {shown.not_after:%Y-%m-%d}"))
    if shown.names:
        rows.append(("Names", ", ".join(shown.names)))
    (fingerprint, *others) = rows
    lines = [_row(*fingerprint, look="bold"), *(_row(label, text) for label, text in others)]
    return Content("\n").join(lines)


def _row(label: str, text: str, *, look: str = "") -> Content:
    lines = [Content.styled(clean(line, _LINE), look) for line in text.split("\n")]
    value = Content("\n" + " " * _LABEL).join(lines)
    return Content.assemble((padded(label, _LABEL), "dim"), value)


def where_text(profile: Profile, origin: Origin) -> Content:
    """The profile and the server whose certificate this is."""
    return Content.styled(f"{clean(profile.name, 40)} · {clean(origin.text, 80)}", "bold")


class FirstMeetingDialog(GuardedDialog[Trust | None]):
    """Trust this certificate, or a CA file that verifies it; starts on Cancel.

    A CA file is tried first.
    """

    AUTO_FOCUS = "#cancel"
    TITLE = "Unknown certificate"

    def __init__(self, session: Session, refused: RefusedCertificate) -> None:
        super().__init__(session.tokens.clock)
        self.add_class("-danger")
        self.profile = session.profile
        self._session = session
        self._refused = refused
        self._ca_file = Field("ca_file", "", label="CA file", hint="path of a file in PEM form")

    def compose_box(self) -> Iterable[Widget]:
        """Where, why, the certificate, a field for a CA file, and the three answers."""
        yield PlainText(
            Content.assemble(
                where_text(self._session.profile, self._refused.origin),
                f"\n{clean(self._refused.why, _LINE)}.\nNothing was sent.\n\n",
                certificate_text(self._refused.shown),
                "\n\nCompare the fingerprint with the one from the server's administrator, or"
                " enter the file of its CA. It is trusted for this profile only.",
            )
        )
        yield self._ca_file
        with Horizontal(classes="row"):
            yield Button("Cancel", id="cancel", action="screen.cancel", compact=True)
            trust = Button("Trust this certificate", action="screen.trust", compact=True)
            trust.add_class("-danger")
            yield trust
            yield Button("Trust the CA file", action="screen.try_file", compact=True)

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do."""
        return (("enter", "Choose"), ("tab", "Move"), (self.cancel_key, "Cancel"))

    def action_trust(self) -> None:
        """Trust the certificate that is shown."""
        if self.settled:
            self.dismiss(self._refused.offered)

    @on(Input.Submitted)
    def action_try_file(self) -> None:
        """Trust the CA file if it verifies the server."""
        if self.settled:
            self._try_file()

    @work(group="ca file", exclusive=True, description="try a CA file")
    async def _try_file(self) -> None:
        """Answer the file if it verifies the server; else say why not."""
        typed = self._ca_file.text.strip()
        if not typed:
            self._refuse("Type the path of a CA file.")
            return
        trust = _ca_file(typed)
        self._ca_file.show(False, ())
        try:
            await accepted_certificate(self._refused.origin, trust, SECONDS)
        except (CertificateRefused, HostUnreachable) as error:
            self._refuse(f"{sentence(error.why)}.")
        else:
            self.dismiss(trust)

    def _refuse(self, words: str) -> None:
        self._ca_file.show(False, (error_remark(clean(words, _LINE)),))
        self._ca_file.input.focus()
        self.call_after_refresh(self._ca_file.scroll_visible, animate=False)


def _ca_file(typed: str) -> CaFile:
    return CaFile(Path(typed).expanduser().absolute())


class ChangedDialog(Dialog[None]):
    """The pinned certificate and the one shown now; there is no way on from here but back."""

    TITLE = "THE CERTIFICATE CHANGED"
    DEFAULT_CSS = """
    ChangedDialog > #box { border-title-color: $bad; }
    """
    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog.cancel")

    def __init__(self, session: Session, refused: RefusedCertificate) -> None:
        super().__init__()
        self.add_class("-danger")
        self.profile = session.profile
        self._session = session
        self._refused = refused

    def compose_box(self) -> Iterable[Widget]:
        """Where, the old beside the new, and what to do about it."""
        yield PlainText(
            Content.assemble(
                where_text(self._session.profile, self._refused.origin),
                "\nNothing was sent. Either the server has a new certificate, or someone is"
                " intercepting the connection.\n\n",
                _row("- Old", spaced(self._refused.pinned), look="bold $bad"),
                "\n",
                certificate_text(self._refused.shown, "+ New"),
                "\n\nIf the server's administrator confirms the new one, edit the profile and set"
                " its trust to system; you are then asked again. If you trusted the old one for"
                " this run only, restart smtp-tui instead.",
            )
        )
