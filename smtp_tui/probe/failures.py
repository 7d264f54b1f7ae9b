"""Why a step of the probe failed, in words: the table of all reasons but the server's replies.

A reply is read by ``mail/replies.py``, so that a reply code means here what it means in a verdict.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from smtp_tui.mail.replies import read
from smtp_tui.probe.model import Failure, Reason, Way

_MEANING: Final[dict[Reason, tuple[str, str, str | None]]] = {
    Reason.NO_NAME: (
        "A typing error, or a name that is known only inside a network.",
        "Correct the hostname, or probe from a machine in that network.",
        "hostname",
    ),
    Reason.NO_ADDRESS: (
        "There is nothing to connect to.",
        "Use the name of a mail server, not of a mail domain.",
        "hostname",
    ),
    Reason.NO_DNS: (
        "Nothing is known of the name.",
        "Try again in a minute. If it persists, check the name servers of this machine and of the"
        " domain.",
        None,
    ),
    Reason.REFUSED: (
        "The host answers, but no program listens on this port, or a firewall refuses it.",
        "Check the port, and that the mail server runs.",
        "port",
    ),
    Reason.FILTERED: (
        "Nothing came back: a firewall drops the packets, or the host is down.",
        "Ask for the port to be opened, or try another one; clouds and providers often close 25"
        " outwards.",
        "port",
    ),
    Reason.NO_ROUTE: (
        "A router or firewall said that there is no way to that address, or none is known here.",
        "Ask for the port to be opened, and check network, VPN and address family (IPv4 or IPv6).",
        "hostname",
    ),
    Reason.NOT_CONNECTED: ("The system refused the connection.", "Check the firewall.", None),
    Reason.SILENT: (
        "Something accepts connections and says nothing in time.",
        "It may be overloaded, hold back unknown machines on purpose, or be no mail server.",
        "port",
    ),
    Reason.UNFINISHED: (
        "Many hold back unknown machines on purpose, for 6 seconds or more; else it is broken.",
        "Ask its operator to let this machine in.",
        None,
    ),
    Reason.TOO_LONG: (
        "No mail server needs a reply of this length.",
        "Check that the port is one of a mail server.",
        "port",
    ),
    Reason.CLOSED: (
        "The server, or a firewall before it, may take no connections from this machine.",
        "The server's log says why.",
        None,
    ),
    Reason.NOT_SMTP: (
        "That is no reply of a mail server.",
        "Check the port; mail servers usually listen on 25, 465, 587 or 2525.",
        "port",
    ),
    Reason.UNASKED: (
        "The server answered more than it was asked, so no reply can be trusted.",
        "Check for a proxy or firewall that changes SMTP.",
        None,
    ),
    Reason.INJECTED: (
        "Somebody between here and the server may have added it (STARTTLS injection), or the"
        " server is broken.",
        "Do not send passwords to this server before the cause is known.",
        None,
    ),
    Reason.NO_STARTTLS: (
        "It has none on this port, or a firewall removed the offer.",
        "Use a port with TLS, or do without TLS where that is wanted.",
        "port",
    ),
    Reason.NOT_TLS: (
        "This port speaks plain SMTP first; TLS begins there with STARTTLS, if at all.",
        "Use a port with TLS at once, usually 465.",
        "port",
    ),
    Reason.NO_HANDSHAKE: (
        "Both sides could not agree on TLS.",
        "The server's log says why: it may have no certificate, no version or cipher in common, or"
        " want a certificate of the client. A firewall may also stop TLS.",
        "port",
    ),
    Reason.NO_METHOD: (
        "The server offers no login with user name and password here.",
        "It may offer one only in TLS, only on port 587, or not at all, as with OAuth.",
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
_OWN_SENDER: Final = "Ask with another sender, or with the one of the record's mails."
_WAYS: Final = {
    Reason.NO_STARTTLS: Way.NO_TLS,
    Reason.UNSAFE_LOGIN: Way.UNSAFE,
}
"""What the advice ends with, where a screen or a command has a way to do it."""


def failure(reason: Reason, words: str) -> Failure:
    """A failure that is no reply of the server."""
    meaning, advice, parameter = _MEANING[reason]
    return Failure(reason, words, meaning, advice, parameter, _WAYS.get(reason))


def held_back(reason: Reason, why: str) -> Failure:
    """That the server was not asked something at all, and why."""
    return replace(failure(reason, f"not tried: {why}"), not_tried=why)


_FROM_HERE: Final = (
    ("CAM chooses the sender; with many servers it follows the username.", _OWN_SENDER),
    ("CAM chooses it; with many servers it follows the username.", _OWN_SENDER),
    ("The record is fine. ", ""),
    ("The record works so far. ", ""),
    ("The CAM host", "This machine"),
    ("the CAM host", "this machine"),
    ("to allow CAM", "to allow this machine"),
    ("between CAM and", "between this machine and"),
    ("CAM's login method", "the login method of the probe"),
    ("CAM may not send", "The sender may not send"),
    ("CAM", "the probe"),
)
"""The table speaks of the machine of CAM, which was not there; in this order."""


def refusal(reply: str, code: int, command: str) -> Failure:
    """The server's refusal of a command, read as a verdict reads it. Blocks at the first call."""
    reading = read(reply, str(code), command)
    if reading is None:
        return Failure(Reason.SAYS_NO, reply)
    meaning, advice = map(_from_here, (reading.row.meaning, reading.row.advice))
    return Failure(Reason.SAYS_NO, reply, meaning, advice, reading.parameter)


def _from_here(words: str) -> str:
    for there, here in _FROM_HERE:
        words = words.replace(there, here)
    return words
