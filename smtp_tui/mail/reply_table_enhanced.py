"""Rows for enhanced status codes alone.

Source: the registry of RFC 3463 with the entries of RFC 4468, 4954, 5248, 7372 and 7505.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from smtp_tui.mail.reply_model import Phase, Row, Verdict


def _row(
    codes: tuple[str, ...], phase: Phase, parameter: str | None, meaning: str, advice: str
) -> Row:
    source = "RFC 3463 registry"
    return Row(source, Verdict.REJECTED, phase, parameter, meaning, advice, enhanced=codes)


def _open(
    codes: tuple[str, ...], phase: Phase, parameter: str | None, meaning: str, advice: str
) -> Row:
    """Make a row whose phase the mailer's words about the command may change."""
    return replace(_row(codes, phase, parameter, meaning, advice), firm=False)


ENHANCED_ROWS: Final[tuple[Row, ...]] = (
    _open(
        ("x.1.0",),
        Phase.UNKNOWN,
        None,
        "The server refuses an address of the mail.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
    ),
    _row(
        ("x.1.1", "x.1.6"),
        Phase.RECIPIENT,
        "to",
        "There is no such mailbox.",
        "Check the address the test goes to.",
    ),
    _row(
        ("x.1.2",),
        Phase.RECIPIENT,
        "to",
        "The domain of the recipient does not exist or takes no mail.",
        "Check the address the test goes to.",
    ),
    _row(
        ("x.1.3",),
        Phase.RECIPIENT,
        "to",
        "The server cannot read the recipient's address.",
        "Check the address the test goes to.",
    ),
    _row(
        ("x.1.4",),
        Phase.RECIPIENT,
        "to",
        "The address of the recipient fits more than one mailbox.",
        "Check the address the test goes to.",
    ),
    _row(
        ("x.1.7",),
        Phase.SENDER,
        "username",
        "The server cannot read the sender's address.",
        "CAM chooses the sender; with many servers it follows the username.",
    ),
    _row(
        ("x.1.8",),
        Phase.SENDER,
        "username",
        "The domain of the sender does not exist.",
        "CAM chooses the sender; with many servers it follows the username.",
    ),
    _row(
        ("x.1.9",),
        Phase.MESSAGE,
        None,
        "The mail was passed to a system that is no mail server.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
    ),
    _row(
        ("x.1.10",),
        Phase.RECIPIENT,
        "to",
        "The recipient does not exist or its domain takes no mail.",
        "Check the address the test goes to.",
    ),
    _row(
        ("x.2.1",),
        Phase.RECIPIENT,
        "to",
        "The mailbox is disabled or takes no mail now.",
        "Test with another recipient.",
    ),
    _row(
        ("x.2.2",),
        Phase.RECIPIENT,
        "to",
        "The mailbox of the recipient is full.",
        "Test with another recipient.",
    ),
    _row(
        ("x.2.3", "x.3.4"),
        Phase.MESSAGE,
        None,
        "The mail is larger than the server allows.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
    ),
    _row(
        ("x.2.4",),
        Phase.RECIPIENT,
        "to",
        "The mailing list cannot be expanded.",
        "Test with a single mailbox.",
    ),
    _row(
        ("x.3.1",),
        Phase.MESSAGE,
        None,
        "The mail server has no space left.",
        "It says so for now only. Test again in a few minutes.",
    ),
    _open(
        ("4.3.2",),
        Phase.CONNECT,
        None,
        "The mail server takes no mail for now.",
        "It says so for now only. Test again in a few minutes.",
    ),
    _open(
        ("x.3.2",),
        Phase.CONNECT,
        "hostname",
        "The host takes no mail, for now or at all.",
        "Check the host name; else test again later.",
    ),
    _open(
        ("x.3.3", "x.3.5"),
        Phase.MESSAGE,
        None,
        "The mail server is not set up for this mail.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
    ),
    _row(
        ("x.4.1",),
        Phase.RECIPIENT,
        "to",
        "The recipient's mail server does not answer, or refuses the recipient.",
        "Check the address the test goes to.",
    ),
    _open(
        ("x.4.2",),
        Phase.CONNECT,
        None,
        "The server broke off because the conversation took too long.",
        "Test again; if it stays, look at the network between.",
    ),
    _row(
        ("x.4.3", "x.4.4", "x.4.6", "x.4.7"),
        Phase.RECIPIENT,
        "to",
        "The mail server finds no way to the recipient's domain.",
        "Check the address the test goes to.",
    ),
    _row(
        ("x.4.5",),
        Phase.MESSAGE,
        None,
        "The mail server is busy or a sending limit is reached.",
        "It says so for now only. Test again in a few minutes.",
    ),
    _row(
        ("x.5.3",),
        Phase.RECIPIENT,
        "to",
        "Too many recipients for one mail.",
        "Test with one recipient.",
    ),
    _row(
        ("x.5.6",),
        Phase.LOGIN,
        "password",
        "The login is longer than the server allows.",
        "Check username and password for text that does not belong.",
    ),
    _open(
        ("4.7.0", "4.7.1"),
        Phase.UNKNOWN,
        None,
        "The server's rules do not allow this mail for now.",
        "It says so for now only. Test again in a few minutes.",
    ),
    _open(
        ("x.7.0", "x.7.1"),
        Phase.UNKNOWN,
        None,
        "The server's rules do not allow this mail.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
    ),
    _row(
        ("x.7.2",),
        Phase.RECIPIENT,
        "to",
        "CAM may not send to this mailing list.",
        "Test with a single mailbox.",
    ),
    _row(
        ("x.7.3", "x.7.8"),
        Phase.LOGIN,
        "password",
        "The server did not take username and password.",
        "Check both; many providers want an app password.",
    ),
    _row(
        ("x.7.4", "x.7.9"),
        Phase.LOGIN,
        "password",
        "The server refuses this kind of login.",
        "An app password may be needed; else use 587.",
    ),
    _row(
        ("x.7.10", "x.7.11"),
        Phase.TLS,
        "port",
        "The server wants an encrypted connection.",
        "Use the submission port 587.",
    ),
    _row(
        ("x.7.12",),
        Phase.LOGIN,
        "password",
        "The password must be renewed on the mail server first.",
        "Change it there, then here.",
    ),
    _row(
        ("x.7.13",),
        Phase.LOGIN,
        "username",
        "The account is disabled on the mail server.",
        "Have it enabled, or use another.",
    ),
    _row(
        ("x.7.14",),
        Phase.LOGIN,
        "username",
        "The server wants this account to be confirmed first.",
        "Log in to the account in a browser.",
    ),
    _row(
        ("x.7.20", "x.7.21", "x.7.22", "x.7.23", "x.7.24", "x.7.26"),
        Phase.SENDER,
        None,
        "The mail fails the checks for the sender's domain.",
        "The owner of the sender's domain must allow this mail server.",
    ),
    _row(
        ("x.7.25",),
        Phase.CONNECT,
        None,
        "The CAM host's address has no matching name in the DNS.",
        "Send through a relay with a login.",
    ),
    _row(
        ("x.7.27",),
        Phase.SENDER,
        "username",
        "The domain of the sender takes no mail itself.",
        "CAM chooses the sender; with many servers it follows the username.",
    ),
    _row(
        ("x.7.28",),
        Phase.MESSAGE,
        None,
        "Too much mail came from this address or account.",
        "It says so for now only. Test again in a few minutes.",
    ),
)
"""One row for each detail, whatever its class."""
