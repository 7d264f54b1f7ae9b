"""The decoder's whole table: rows by kind, clues to the phase, and how servers say yes."""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row
from smtp_tui.mail.reply_table_codes import CLASS_ROWS, REPLY_ROWS
from smtp_tui.mail.reply_table_connection import CONNECTION_ROWS
from smtp_tui.mail.reply_table_enhanced import ENHANCED_ROWS
from smtp_tui.mail.reply_table_envelope import RECIPIENT_ROWS, SENDER_ROWS
from smtp_tui.mail.reply_table_login import LOGIN_ROWS
from smtp_tui.mail.reply_table_mailer import MAILER_ROWS
from smtp_tui.mail.reply_table_message import MESSAGE_ROWS
from smtp_tui.mail.reply_table_progress import PROGRESS_ROWS
from smtp_tui.mail.reply_table_tls import NAME_AND_TLS_ROWS

CLIENT_ROWS: Final[tuple[Row, ...]] = NAME_AND_TLS_ROWS + CONNECTION_ROWS + MAILER_ROWS
"""What mailers say without a reply code."""

SERVER_ROWS: Final[tuple[Row, ...]] = LOGIN_ROWS + SENDER_ROWS + RECIPIENT_ROWS + MESSAGE_ROWS
"""What servers say in words, in the order of the conversation."""

CODE_ROWS: Final[tuple[Row, ...]] = PROGRESS_ROWS + ENHANCED_ROWS + REPLY_ROWS + CLASS_ROWS
"""What codes say alone: enhanced before reply codes, single codes before classes."""

COMMAND_PHASES: Final[tuple[tuple[str, Phase], ...]] = (
    ("AUTH", Phase.LOGIN),
    ("MAIL", Phase.SENDER),
    ("RCPT", Phase.RECIPIENT),
    ("DATA", Phase.MESSAGE),
    ("STARTTLS", Phase.TLS),
    ("EHLO", Phase.CONNECT),
    ("HELO", Phase.CONNECT),
    ("LHLO", Phase.CONNECT),
)
"""The phase of an SMTP command, as nodemailer names it; its CONN and API say nothing."""

PHASE_CLUES: Final[tuple[tuple[str, Phase], ...]] = (
    (r"upgrading connection with starttls", Phase.TLS),
    (r"invalid login|authenticationfailedexception|smtpauthenticationerror|\beauth\b", Phase.LOGIN),
    (
        r"mail command failed|smtpsenderrefused|smtpsenderfailed|(?:in reply to|during) mail from",
        Phase.SENDER,
    ),
    (
        r"recipient command failed|recipients were rejected|smtprecipientsrefused|smtpaddressfailed"
        r"|invalid addresses|(?:in reply to|during) rcpt to",
        Phase.RECIPIENT,
    ),
    (
        r"data command failed|message failed|smtpdataerror|end of data|(?:in reply to|during) data",
        Phase.MESSAGE,
    ),
    (
        r"invalid greeting|could not connect to smtp host|smtpconnecterror|got bad greeting"
        r"|smtpheloerror|invalid (?:response for )?(?:ehlo|helo|lhlo)",
        Phase.CONNECT,
    ),
)
"""What nodemailer, JavaMail, smtplib and Postfix write around a reply about its command."""

ACCEPTANCE_PATTERNS: Final[tuple[str, ...]] = (
    # Exchange: 250 2.6.0 <id> [InternalId=1, Hostname=h] ... Queued mail for delivery
    r"\[InternalId=(?P<queue>\d{1,30})(?:, ?Hostname=(?P<server>[\w.-]{1,253}))?\]",
    # Gmail: 250 2.0.0 OK  1700000000 id - gsmtp
    r"(?i:ok) +\d{9,11} (?P<queue>[\w.-]{6,100}) - (?P<server>gsmtp)",
    # Postfix, SendGrid, MailHog and others: queued as ID
    r"(?i:queued as)[: ]+<?(?P<queue>[\w.@=+/-]{1,200}[\w@=+/-])",
    # Exim: 250 OK id=1qABCD-0001xy-2Z
    r"(?i:ok) id=(?P<queue>[\w-]{6,40})",
    # qmail: 250 ok 1700000000 qp 1234
    r"(?i:ok) \d{9,11} (?P<queue>qp \d{1,12})",
    # Sendmail and OpenSMTPD: 250 2.0.0 ID Message accepted for delivery
    r"250 (?:2\.\d\.\d )?(?P<queue>[A-Za-z0-9]{8,40}) (?i:message accepted)",
    # Haraka: 250 Message Queued (UUID.1)
    r"(?i:queued) \((?P<queue>[0-9A-Fa-f]{8}-[0-9A-Fa-f.-]{20,40})\)",
    # Amazon SES: 250 Ok 0100018c...-000000
    r"250 (?:2\.\d\.\d )?(?i:ok) (?P<queue>[0-9A-Za-z]{8,40}(?:-[0-9A-Za-z]{2,40}){2,8})",
)
"""How servers word that they took a mail; groups `server` and `queue`. Most specific first."""


def all_rows() -> tuple[Row, ...]:
    """Give every row of the decoder, for tests and for the help."""
    return CLIENT_ROWS + SERVER_ROWS + CODE_ROWS
