"""Both views of a relay: what a probe from this machine found, and CAM's last test email.

The table says what each combination usually means, and what it does not prove.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct

from smtp_tui.mail.outcome import Phase, Verdict
from smtp_tui.mail.replies import accepted_by
from smtp_tui.probe.model import CANNOT_REACH, Probe, Reason
from smtp_tui.probe.words import answers
from smtp_tui.state.history import TestRun


class Here(Enum):
    """What the probe came to."""

    GOOD = "answers"
    CERTIFICATE = "answers, with a certificate that is not trusted"
    SAYS_NO = "refuses"
    TROUBLE = "takes connections, but does not speak SMTP as expected"
    OTHER_TLS = "speaks SMTP with another TLS setting"
    UNREACHABLE = "cannot be reached"


class Cam(Enum):
    """What CAM's last test email came to."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    CERTIFICATE = "a TLS failure"
    UNREACHABLE = "UNREACHABLE"
    UNKNOWN = "UNKNOWN"
    OTHER_VALUES = "tested with other values"
    NONE = "not tested"


class Conclusion(Struct, frozen=True):
    """Both views in one sentence, what that usually means, and what it does not prove."""

    both: str
    means: str
    not_proven: str


_NO_MAIL_SENT: Final = "The probe sent no mail, so it shows nothing of what happens to one."
_THEN: Final = "The relay may have changed since CAM's test."
_UNTESTED: Final = "Nothing is known of how CAM sees it; a test email tells."
_MAYBE_SENT: Final = "CAM's answer was lost or said too little; test again."
_BY_PORT: Final = (
    "A record cannot say how TLS begins; CAM probably goes by the port. Use one of the relay's"
    " usual ports in the record: 465 for TLS at once, 587 or 25 otherwise."
)

_Row: TypeAlias = tuple[str, str, str]
_TABLE: Final[dict[tuple[Here, Cam], _Row]] = {
    (Here.GOOD, Cam.ACCEPTED): (
        "Both reach it.",
        "The relay works, from here and from CAM.",
        "An accepted mail may still not arrive.",
    ),
    (Here.GOOD, Cam.REJECTED): (
        "Both reach it, and it refused CAM's mail.",
        "The login, the sender, the recipient or CAM's own address was refused.",
        _NO_MAIL_SENT,
    ),
    (Here.GOOD, Cam.CERTIFICATE): (
        "This machine agrees on TLS with it, CAM does not.",
        "CAM does not know the authority, or a proxy shows it another certificate.",
        "Which certificate CAM saw is not known here.",
    ),
    (Here.GOOD, Cam.UNREACHABLE): (
        "Only this machine reaches it.",
        "A firewall between CAM and the relay, or another DNS answer there.",
        _THEN,
    ),
    (Here.CERTIFICATE, Cam.ACCEPTED): (
        "Both reach it; CAM does not mind the certificate.",
        "CAM trusts the authority, verifies nothing, or sends without TLS.",
        "Other mailers may refuse it.",
    ),
    (Here.CERTIFICATE, Cam.CERTIFICATE): (
        "Neither trusts its certificate.",
        "The certificate has to be renewed, or its authority made known to CAM.",
        "Both may have failed for different reasons.",
    ),
    (Here.CERTIFICATE, Cam.REJECTED): (
        "Both reach it, and it refused CAM's mail.",
        "The certificate is not what CAM failed at; read the relay's reply.",
        _NO_MAIL_SENT,
    ),
    (Here.CERTIFICATE, Cam.UNREACHABLE): (
        "Only this machine reaches it, and does not trust its certificate.",
        "A firewall between CAM and the relay; or CAM hides that it refused the certificate.",
        _THEN,
    ),
    (Here.SAYS_NO, Cam.ACCEPTED): (
        "CAM may send, this machine was refused.",
        "The relay may know its clients by their address; or a login or an address was typed here.",
        "The refusal does not show that anything is wrong with the record.",
    ),
    (Here.SAYS_NO, Cam.REJECTED): (
        "It refuses both.",
        "Compare the two replies: the same one points at the relay or at the account.",
        "Both may have been refused for different reasons.",
    ),
    (Here.SAYS_NO, Cam.CERTIFICATE): (
        "It refuses this machine, and CAM fails at TLS.",
        "The certificate concerns CAM first; the refusal may concern this machine only.",
        "What the relay would answer CAM after TLS is not known.",
    ),
    (Here.SAYS_NO, Cam.UNREACHABLE): (
        "It refuses this machine, and CAM does not reach it.",
        "A firewall between CAM and the relay, and a relay that does not know this machine.",
        _THEN,
    ),
    (Here.TROUBLE, Cam.ACCEPTED): (
        "CAM could send, from here it does not work.",
        "A proxy or firewall near this machine changes SMTP, or the relay holds it back.",
        _THEN,
    ),
    (Here.TROUBLE, Cam.REJECTED): (
        "The relay answered CAM, and does not answer here as expected.",
        "A proxy or firewall near this machine changes SMTP, or the relay holds it back.",
        _THEN,
    ),
    (Here.TROUBLE, Cam.CERTIFICATE): (
        "Neither can talk to it.",
        "Often TLS at once on a port that expects STARTTLS, or the reverse.",
        "Both may have failed for different reasons.",
    ),
    (Here.TROUBLE, Cam.UNREACHABLE): (
        "Neither can talk to it.",
        "The port is probably not the one that the mail server listens on.",
        "Both may have failed for different reasons.",
    ),
    (Here.OTHER_TLS, Cam.ACCEPTED): (
        "Both reach it; this probe used the wrong TLS setting.",
        "Nothing is wrong with the record.",
        _THEN,
    ),
    (Here.OTHER_TLS, Cam.REJECTED): (
        "It refused CAM's mail; this probe used the wrong TLS setting.",
        "The relay's reply to CAM says why.",
        _NO_MAIL_SENT,
    ),
    (Here.OTHER_TLS, Cam.CERTIFICATE): (
        "CAM and this probe used the wrong TLS setting.",
        _BY_PORT,
        "CAM may have failed for another reason.",
    ),
    (Here.OTHER_TLS, Cam.UNREACHABLE): (
        "It answers here once TLS begins the other way; CAM may begin it wrongly too.",
        _BY_PORT,
        "A firewall between CAM and the relay would look the same.",
    ),
    (Here.UNREACHABLE, Cam.ACCEPTED): (
        "Only CAM reaches it.",
        "The relay or a firewall takes connections from CAM and not from this machine.",
        f"Nothing is wrong with the record. {_THEN}",
    ),
    (Here.UNREACHABLE, Cam.REJECTED): (
        "Only CAM reaches it, and its mail was refused.",
        "The relay's reply to CAM says why; this machine is kept out by a firewall.",
        _THEN,
    ),
    (Here.UNREACHABLE, Cam.CERTIFICATE): (
        "Only CAM reaches it, and fails at TLS.",
        "This machine is kept out by a firewall; the certificate has to be looked at from CAM.",
        _THEN,
    ),
    (Here.UNREACHABLE, Cam.UNREACHABLE): (
        "Neither reaches it.",
        "The relay is down, or hostname or port are wrong.",
        "Two firewalls would look the same.",
    ),
}
_NOT_ASKED: Final = frozenset(
    {Reason.NO_METHOD, Reason.UNSAFE_LOGIN, Reason.NOT_ASCII, Reason.NOT_AN_ADDRESS}
)
"""The server answered all that it was asked; more could not be asked."""
_WITHOUT_CAM: Final[dict[Here, _Row]] = {
    Here.GOOD: ("This machine reaches it.", "The relay answers as a mail server.", ""),
    Here.CERTIFICATE: (
        "This machine reaches it, and does not trust its certificate.",
        "Mailers that verify certificates will not send through it.",
        "",
    ),
    Here.SAYS_NO: (
        "It answers, and refused what was asked.",
        "Read its reply; it may concern the login, the addresses, or this machine alone.",
        "",
    ),
    Here.TROUBLE: (
        "It takes connections, and does not speak as expected.",
        "The port or the kind of TLS may be wrong, or something on the way changes SMTP.",
        "",
    ),
    Here.OTHER_TLS: (
        "It answers once TLS begins the other way.",
        _BY_PORT,
        "",
    ),
    Here.UNREACHABLE: (
        "This machine does not reach it.",
        "The relay is down, hostname or port are wrong, or a firewall keeps this machine out.",
        "",
    ),
}
_WHY_WITHOUT: Final = {
    Cam.UNKNOWN: _MAYBE_SENT,
    Cam.OTHER_VALUES: "CAM's last test used other values.",
    Cam.NONE: _UNTESTED,
}
_ABOUT_CERTIFICATES: Final = re.compile(r"certificate|\bcert_|self.signed|tls|ssl", re.IGNORECASE)


def here_of(probe: Probe) -> Here:
    """What the probe came to, for the table."""
    failure = probe.failure
    if failure is None or failure.reason in _NOT_ASKED:
        return Here.GOOD if probe.tls is None or probe.tls.trusted else Here.CERTIFICATE
    if failure.reason in CANNOT_REACH:
        return Here.UNREACHABLE
    if failure.reason is Reason.SAYS_NO:
        return Here.SAYS_NO
    return Here.OTHER_TLS if answers(probe.other_way) else Here.TROUBLE


def cam_of(run: TestRun | None, *, same_values: bool) -> Cam:
    """What CAM's last test came to, for the table; ``same_values`` is whether it counts."""
    if run is None:
        return Cam.NONE
    if not same_values:
        return Cam.OTHER_VALUES
    at_tls = run.phase == Phase.TLS.value and _ABOUT_CERTIFICATES.search(run.words) is not None
    known = {
        Verdict.ACCEPTED.value: Cam.ACCEPTED,
        Verdict.REJECTED.value: Cam.CERTIFICATE if at_tls else Cam.REJECTED,
        Verdict.UNREACHABLE.value: Cam.CERTIFICATE if at_tls else Cam.UNREACHABLE,
    }
    return known.get(run.verdict, Cam.UNKNOWN)


def conclusion(here: Here, cam: Cam) -> Conclusion:
    """What both views together say."""
    row = _TABLE.get((here, cam))
    if row is not None:
        return Conclusion(*row)
    both, means, _ = _WITHOUT_CAM[here]
    return Conclusion(both, means, _WHY_WITHOUT[cam])


def another_server(probe: Probe, run: TestRun | None) -> str:
    """Say where the server that took CAM's mail has another name than the one that greeted here.

    Blank where it has the same, or one of them is not known. A greeting begins with the server's
    name (RFC 5321, section 4.2); only names with a dot count: a relay may call itself anything.
    """
    here = probe.greeting.partition(" ")[2].partition(" ")[0].rstrip(".").casefold()
    there = (accepted_by(run.words)[0] if run is not None else None) or ""
    there = there.rstrip(".").casefold()
    if "." not in here or "." not in there or here == there:
        return ""
    return f"Here {here} answers; CAM's mail was taken by {there}, perhaps another server."
