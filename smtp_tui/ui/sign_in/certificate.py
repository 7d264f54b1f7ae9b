"""A certificate that does not verify: shown as ssh shows a new host key, or as a changed one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Final

from msgspec.structs import replace
from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.decode import sentence
from smtp_tui.api.errors import CertificateRefused, HostUnreachable
from smtp_tui.api.reach import accepted_certificate
from smtp_tui.api.target import CaFile, Origin, Pinned, Trust
from smtp_tui.api.tls import Certificate, spaced
from smtp_tui.mail.remarks import error as error_remark
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, GuardedDialog
from smtp_tui.ui.widgets.bars import titled
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.operator import RefusedCertificate
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import SECONDS

_LABEL: Final = 8
_LINE: Final = 300


def certificate_text(shown: Certificate, label: str = "SHA-256") -> Content:
    """Fingerprint (under that label), subject, issuer, dates and names, each line labelled."""
    issuer = "itself" if shown.self_signed else shown.issuer
    rows = [(label, spaced(shown.sha256)), ("Subject", shown.subject), ("Issuer", issuer)]
    if shown.not_before is not None and shown.not_after is not None:
        rows.append(("Valid", f"{shown.not_before:%Y-%m-%d} to {shown.not_after:%Y-%m-%d}"))
    if shown.names:
        rows.append(("Names", ", ".join(shown.names)))
    return Content("\n").join(_row(label, text) for label, text in rows)


def _row(label: str, text: str) -> Content:
    first, *more = (clean(line, _LINE) for line in text.split("\n"))
    lines = [f"{label:<{_LABEL}}{first}", *(" " * _LABEL + line for line in more)]
    return Content("\n".join(lines)).stylize("bold", _LABEL)


def where_text(session: Session, origin: Origin) -> Content:
    """The profile and the server whose certificate this is."""
    profile = session.profile
    named = replace(profile, name=profile.name or "new profile")
    return Content.assemble(titled(named), f" · {clean(origin.text, 80)}")


class FirstMeetingDialog(GuardedDialog[Trust | None]):
    """Trust this certificate, or a CA file that verifies it; starts on Cancel.

    ``offered`` is the answer that trusts this certificate. A CA file is tried first.
    """

    AUTO_FOCUS = "#cancel"
    TITLE = "Unknown certificate"

    def __init__(self, session: Session, refused: RefusedCertificate, offered: Pinned) -> None:
        super().__init__(session.tokens.clock)
        self._session = session
        self._refused = refused
        self._offered = offered
        self._ca_file = Field("ca_file", "", label="CA file", hint="path of a file in PEM form")

    def compose_box(self) -> Iterable[Widget]:
        """Where, why, the certificate, a field for a CA file, and the three answers."""
        yield PlainText(
            Content.assemble(
                where_text(self._session, self._refused.origin),
                f"\n{clean(self._refused.why, _LINE)}.\nNothing was sent.\n\n",
                certificate_text(self._refused.shown),
                "\n\nCompare the fingerprint with what the server's administrator says, or name"
                " the file of the authority. Trusted for this profile only.",
            )
        )
        yield self._ca_file
        with Horizontal(classes="row"):
            yield Button("Cancel", id="cancel", compact=True)
            yield Button("Trust this certificate", id="pin", compact=True)
            yield Button("Trust the CA file", id="ca", compact=True)
        yield PlainText(f"tab moves · Enter chooses · {self.cancel_key} cancels", classes="hint")

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Tell the one who asked."""
        event.stop()
        if not self.settled:
            return
        match event.button.id:
            case "pin":
                self.dismiss(self._offered)
            case "ca":
                self._try_file()
            case _:
                self.action_cancel()

    @on(Input.Submitted)
    def submit(self, event: Input.Submitted) -> None:
        """Enter in the field tries the file."""
        event.stop()
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


def _ca_file(typed: str) -> CaFile:
    return CaFile(Path(typed).expanduser().absolute())


class ChangedDialog(Dialog[None]):
    """The pinned certificate and the one shown now; there is no way on from here but back."""

    AUTO_FOCUS = "Button"
    TITLE = "THE CERTIFICATE CHANGED"
    BINDINGS: ClassVar[list[BindingType]] = bindings("dialog.cancel")
    DEFAULT_CSS = """
    ChangedDialog .apart { margin-top: 1; }
    """

    def __init__(self, session: Session, refused: RefusedCertificate) -> None:
        super().__init__()
        self._session = session
        self._refused = refused

    def compose_box(self) -> Iterable[Widget]:
        """Where, the old beside the new, and what to do about it."""
        yield PlainText(where_text(self._session, self._refused.origin))
        yield PlainText(
            "Nothing was sent. Either the server got a new certificate, or someone stands between."
        )
        yield PlainText(
            Content("\n").join(
                [
                    _row("Pinned", spaced(self._refused.pinned)),
                    certificate_text(self._refused.shown, "Shown"),
                ]
            ),
            classes="apart",
        )
        yield PlainText(
            "If the server's administrator says that the new one is right, edit the profile and set"
            " its trust to system: the certificate is then asked about again. A pin of this run"
            " ends with the program.",
            classes="apart",
        )
        yield Button("Back", action="screen.cancel", compact=True)
