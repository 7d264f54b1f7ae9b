"""Rows for logins and addresses the mailer itself refuses, and for lines cut in the middle.

Sources named in the rows: nodemailer (smtp-connection, error reference), Node.js `errors`,
Jakarta Mail and the Java platform's exceptions, Python's smtplib.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

MAILER_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "nodemailer smtp-connection",
        Verdict.REJECTED,
        Phase.LOGIN,
        "username",
        "A login was wanted, but username or password is missing.",
        "Fill in both, or neither.",
        patterns=(
            r"missing credentials",
            r"no password specified",
            r"enoauth",
            r"failed to connect, no (?:password|user)",
            r"credentials not provided",
        ),
    ),
    Row(
        "Jakarta Mail and smtplib",
        Verdict.REJECTED,
        Phase.LOGIN,
        "port",
        "The mail server offers no kind of login that CAM knows on this port.",
        (
            "Many servers offer it only after STARTTLS: use 587. For a relay without login, "
            "empty username and password."
        ),
        patterns=(
            r"no authentication mechanis?ms supported",
            r"no suitable authentication method",
            r"auth extension not supported",
            r"unknown authentication method",
            r"smtpnotsupportederror.{0,60}auth",
        ),
    ),
    Row(
        "nodemailer and Jakarta Mail",
        Verdict.REJECTED,
        Phase.LOGIN,
        "password",
        "The mail server did not accept the login.",
        "Check username and password; many providers want an app password.",
        patterns=(
            r"invalid login",
            r"authenticationfailedexception",
            r"\beauth\b",
            r"\beoauth2\b",
            r"smtpauthenticationerror",
            r"authentication failed",
            r"authentication unsuccessful",
            r"username and password not accepted",
        ),
    ),
    Row(
        "nodemailer smtp-connection",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "The address of the recipient cannot be used.",
        "Check the address the test goes to.",
        patterns=(
            r"no recipients defined",
            r"invalid recipient",
            r"all recipients were rejected",
            r"no recipient addresses",
            r"invalid addresses",
            r"illegal address",
            r"smtprecipientsrefused",
            r"addressexception",
        ),
    ),
    Row(
        "nodemailer smtp-connection",
        Verdict.REJECTED,
        Phase.SENDER,
        "username",
        "The address the mail comes from cannot be used.",
        "CAM chooses it; with many servers it follows the username.",
        patterns=(
            r"invalid sender",
            r"smtpsenderrefused",
            r"smtpsenderfailedexception",
            r"sender address rejected",
        ),
    ),
    Row(
        "nodemailer error reference",
        Verdict.REJECTED,
        Phase.UNKNOWN,
        None,
        "The sender or the recipient was refused, and the mailer does not say which.",
        "Check username and recipient.",
        patterns=(r"\beenvelope\b",),
        firm=False,
    ),
    Row(
        "nodemailer error reference",
        Verdict.REJECTED,
        Phase.MESSAGE,
        None,
        "The mail server refused the mail itself, and the mailer does not say why.",
        "Ask the owner of the mail server.",
        patterns=(r"\bemessage\b",),
    ),
    Row(
        "Node.js errors and the Java platform",
        Verdict.UNKNOWN,
        Phase.UNKNOWN,
        "port",
        (
            "The connection was cut, and it is not known how far it came. The mail may have "
            "been sent."
        ),
        "Look in the mailbox of the recipient before you test again.",
        patterns=(
            r"econnreset",
            r"connection reset",
            r"epipe",
            r"broken pipe",
            r"socket hang up",
            r"econnaborted",
            r"software caused connection abort",
        ),
    ),
    Row(
        "nodemailer smtp-connection",
        Verdict.UNKNOWN,
        Phase.UNKNOWN,
        "port",
        "The mail server closed the connection in the middle. The mail may have been sent.",
        "Look in the mailbox of the recipient before you test again.",
        patterns=(
            r"connection closed",
            r"connection unexpectedly closed",
            r"smtpserverdisconnected",
            r"\[eof\]",
            r"server disconnected",
            r"remote host (?:closed|terminated)",
            r"please run connect\(\) first",
        ),
    ),
    Row(
        "nodemailer smtp-connection",
        Verdict.UNKNOWN,
        Phase.UNKNOWN,
        None,
        "The mail server stopped answering in the middle. The mail may have been sent.",
        "Look in the mailbox of the recipient before you test again.",
        patterns=(
            r"etimedout",
            r"esockettimedout",
            r"sockettimeoutexception",
            r"read timed out",
            r"timed out",
            r"\btimeout\b",
        ),
    ),
    Row(
        "nodemailer error reference",
        Verdict.UNKNOWN,
        Phase.UNKNOWN,
        "port",
        "The connection to the mail server failed, and the mailer does not say how.",
        "Check host name and port, then test again.",
        patterns=(
            r"\besocket\b",
            r"\beconnection\b",
            r"\beprotocol\b",
        ),
    ),
)
"""Most specific first; used where the text has no reply code."""
