"""Why a step of the probe failed, in words: the table of all reasons but the server's replies.

A reply is read by ``mail/replies.py``, so that a reply code means here what it means in a verdict.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.replies import read
from smtp_tui.probe.model import Failure, Reason, Way

_MEANING: Final[dict[Reason, tuple[str, str, str | None]]] = {
    Reason.NO_NAME: (
        "DNS knows no such name.",
        "Check the hostname for a typing error; a name may also be known only inside a network.",
        "hostname",
    ),
    Reason.NO_ADDRESS: (
        "The name exists, but has no address.",
        "Use the name of a mail server, not of a mail domain.",
        "hostname",
    ),
    Reason.NO_DNS: (
        "DNS gave no answer, so nothing is known of the name.",
        "Try again in a minute. If it persists, check the name servers of this machine.",
        None,
    ),
    Reason.REFUSED: (
        "The host answers, but no program listens on this port, or a firewall refuses it.",
        "Check the port, and that the mail server runs.",
        "port",
    ),
    Reason.FILTERED: (
        "Nothing came back: a firewall drops the packets, or the host is down.",
        "Ask for the port to be opened, or try another one.",
        "port",
    ),
    Reason.NO_ROUTE: (
        "This machine has no route to that address.",
        "Check the network, VPN or address family (IPv4 or IPv6).",
        "hostname",
    ),
    Reason.NOT_CONNECTED: ("The system refused the connection.", "Check the firewall.", None),
    Reason.SILENT: (
        "Something accepts connections and says nothing in time.",
        "It may expect TLS at once, be overloaded, or hold back unknown machines on purpose.",
        "port",
    ),
    Reason.UNFINISHED: (
        "The server began a reply and never ended it.",
        "It may hold back unknown machines on purpose, or be broken.",
        None,
    ),
    Reason.TOO_LONG: (
        "No mail server needs a reply of this length.",
        "Check that the port is one of a mail server.",
        "port",
    ),
    Reason.CLOSED: (
        "The server, or a firewall before it, ended the conversation.",
        "The server's log says why; it may take no connections from this machine.",
        None,
    ),
    Reason.NOT_SMTP: (
        "What answers is no mail server.",
        "Check the port; mail servers usually listen on 25, 465, 587 or 2525.",
        "port",
    ),
    Reason.UNASKED: (
        "The server answered more than it was asked, so no reply can be trusted.",
        "Check for a proxy or firewall that changes SMTP.",
        None,
    ),
    Reason.INJECTED: (
        "Somebody between here and the server may have added it (STARTTLS injection).",
        "Do not send passwords to this server before the cause is known.",
        None,
    ),
    Reason.NO_STARTTLS: (
        "The server offers no STARTTLS here; a firewall may also have removed it.",
        "Use a port with TLS, or do without TLS where that is wanted.",
        "port",
    ),
    Reason.NOT_TLS: (
        "This port speaks plain SMTP first; TLS begins there with STARTTLS, if at all.",
        "Use STARTTLS on this port, or 465 for TLS at once.",
        "port",
    ),
    Reason.NO_HANDSHAKE: (
        "Both sides could not agree on TLS.",
        "The server's log says why; it may only know versions of TLS that are out of use.",
        "port",
    ),
    Reason.NO_METHOD: (
        "The server offers no login with user name and password here.",
        "It may offer one only in TLS, or on port 587.",
        "port",
    ),
    Reason.UNSAFE_LOGIN: (
        "The password could be read or taken on the way, so it was not sent.",
        "Use TLS with a trusted certificate, or allow it.",
        None,
    ),
    Reason.NOT_AN_ADDRESS: (
        "Such an address could carry a command of its own.",
        "Type the address again.",
        "to",
    ),
    Reason.NOT_ASCII: (
        "The server does not offer SMTPUTF8, which such an address needs.",
        "Use an address in ASCII.",
        "to",
    ),
}
"""For each reason what it usually means, what to try, and which parameter to look at."""
_WAYS: Final = {Reason.NO_STARTTLS: Way.NO_TLS, Reason.UNSAFE_LOGIN: Way.UNSAFE}
"""What the advice ends with, where a screen or a command has a way to do it."""


def failure(reason: Reason, words: str) -> Failure:
    """A failure that is no reply of the server."""
    meaning, advice, parameter = _MEANING[reason]
    return Failure(reason, words, meaning, advice, parameter, _WAYS.get(reason))


def refusal(reply: str, code: int, command: str) -> Failure:
    """The server's refusal of a command, read as a verdict reads it."""
    reading = read(reply, str(code), command)
    if reading is None:
        return Failure(Reason.SAYS_NO, reply)
    row = reading.row
    return Failure(Reason.SAYS_NO, reply, row.meaning, row.advice, reading.parameter)
