"""What mail servers and mailers write about the login, and what servers write when they say yes."""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase
from tests.mail.reply_case import NO, OPEN, PASS, PORT, USER, YES, Case

CASES: Final[tuple[Case, ...]] = (
    Case(
        "Invalid login: 535-5.7.8 Username and Password not accepted. For more information, "
        "go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials a1-2 - gsmtp",
        Phase.LOGIN,
        NO,
        PASS,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "534-5.7.9 Application-specific password required. For more information, go to\n534 "
        "5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor",
        Phase.LOGIN,
        NO,
        PASS,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "534-5.7.14 Please log in via your web browser and then try again.",
        Phase.LOGIN,
        NO,
        USER,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "Invalid login: 535 5.7.3 Authentication unsuccessful "
        "[AM0PR01CA0123.eurprd01.prod.exchangelabs.com]",
        Phase.LOGIN,
        NO,
        PASS,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for "
        "the Tenant. Visit https://aka.ms/smtp_auth_disabled",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, user is locked by your organization's "
        "security defaults policy. Contact your administrator.",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        Phase.LOGIN,
        NO,
        PASS,
        "Exchange Online",
    ),
    Case(
        "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        Phase.LOGIN,
        NO,
        USER,
        "Outlook.com",
    ),
    Case(
        "550 5.7.30 Basic authentication is not supported for Client Submission.",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL "
        "FROM [AM6PR0732.eurprd07.prod.outlook.com]",
        Phase.LOGIN,
        NO,
        USER,
        "Exchange Online NDR list",
    ),
    Case("535 Authentication Credentials Invalid", Phase.LOGIN, NO, PASS, "Amazon SES SMTP issues"),
    Case(
        "Invalid login: 535 Authentication failed: The provided authorization grant is "
        "invalid, expired, or revoked",
        Phase.LOGIN,
        NO,
        PASS,
        "SendGrid",
    ),
    Case(
        "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
        Phase.LOGIN,
        NO,
        PASS,
        "Postfix with SASL",
    ),
    Case("535 Incorrect authentication data", Phase.LOGIN, NO, PASS, "Exim"),
    Case(
        "javax.mail.AuthenticationFailedException: 535 5.7.8 Error: authentication failed",
        Phase.LOGIN,
        NO,
        PASS,
        "JavaMail SMTPTransport",
    ),
    Case(
        "javax.mail.AuthenticationFailedException: failed to connect, no password specified?",
        Phase.LOGIN,
        NO,
        USER,
        "JavaMail Service",
    ),
    Case('Missing credentials for "PLAIN"', Phase.LOGIN, NO, USER, "nodemailer smtp-connection"),
    Case(
        "(535, b'5.7.8 Username and Password not accepted')",
        Phase.LOGIN,
        NO,
        PASS,
        "Python smtplib",
    ),
    Case("530 5.7.0 Authentication required", Phase.LOGIN, NO, USER, "RFC 4954"),
    Case("550 Unauthenticated senders not allowed", Phase.LOGIN, NO, USER, "SendGrid"),
    Case("534 5.7.9 Authentication mechanism is too weak", Phase.LOGIN, NO, PORT, "RFC 4954"),
    Case("432 4.7.12 A password transition is needed", Phase.LOGIN, NO, PASS, "RFC 4954"),
    Case("454 4.7.0 Temporary authentication failure", Phase.LOGIN, NO, None, "RFC 4954"),
    Case(
        "454 4.7.0 Too many login attempts, please try again later.",
        Phase.LOGIN,
        NO,
        PASS,
        "Gmail SMTP errors and codes",
    ),
    Case("504 5.7.4 Unrecognized authentication type", Phase.LOGIN, NO, PORT, "Exchange"),
    Case("503 5.5.1 Error: authentication not enabled", Phase.LOGIN, NO, PORT, "Postfix smtpd"),
    Case("SMTP AUTH extension not supported by server.", Phase.LOGIN, NO, PORT, "Python smtplib"),
    Case("500 5.5.6 Authentication Exchange line is too long", Phase.LOGIN, NO, PASS, "RFC 4954"),
    Case("552 5.3.4 Message size exceeds fixed limit", Phase.MESSAGE, NO, None, "Postfix smtpd"),
    Case(
        "552 Requested mail action aborted: exceeded storage allocation",
        Phase.MESSAGE,
        NO,
        None,
        "RFC 5321",
    ),
    Case(
        "Message failed: 554 5.7.1 Message rejected due to content restrictions",
        Phase.MESSAGE,
        NO,
        None,
        "Postfix with a filter",
    ),
    Case(
        "Message failed: 550 5.7.1 Our system has detected that this message is likely spam.",
        Phase.MESSAGE,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "454 Throttling failure: Maximum sending rate exceeded.",
        Phase.MESSAGE,
        NO,
        None,
        "Amazon SES",
    ),
    Case(
        "454 Throttling failure: Daily message quota exceeded.",
        Phase.MESSAGE,
        NO,
        None,
        "Amazon SES",
    ),
    Case(
        "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail",
        Phase.MESSAGE,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "Data command failed: 451 4.3.0 Mail server temporarily rejected message",
        Phase.MESSAGE,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case("452 4.3.1 Insufficient system storage", Phase.MESSAGE, NO, None, "Exchange"),
    Case("554 Transaction failed", Phase.MESSAGE, NO, None, "RFC 5321"),
    Case("250 2.0.0 Ok: queued as 4F1A2B3C4D", Phase.MESSAGE, YES, None, "Postfix smtpd"),
    Case(
        "250 2.6.0 <id@example.com> [InternalId=12345, "
        "Hostname=AM0PR01MB1234.eurprd01.prod.exchangelabs.com] 8765 bytes in 0.123, 69.456 "
        "KB/sec Queued mail for delivery",
        Phase.MESSAGE,
        YES,
        None,
        "Exchange",
    ),
    Case(
        "250 2.0.0 OK  1732280000 a1b2c3d4e5f6-43e3f4si1234567.12 - gsmtp",
        Phase.MESSAGE,
        YES,
        None,
        "Gmail",
    ),
    Case(
        "250 Ok 0102018c1234abcd-12345678-abcd-1234-abcd-1234567890ab-000000",
        Phase.MESSAGE,
        YES,
        None,
        "Amazon SES",
    ),
    Case(
        "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied",
        Phase.LOGIN,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "554 5.7.1 <cam.example.com[203.0.113.7]>: Client host rejected",
        Phase.LOGIN,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "Can't send mail - all recipients were rejected: "
        "554 5.7.1 <unknown[203.0.113.7]>: Client host rejected: Access denied",
        Phase.LOGIN,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "554 5.7.1 <you@example.com>: Recipient address rejected: Access denied",
        Phase.LOGIN,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "553 5.7.1 <cam@example.com>: Sender address rejected: not logged in",
        Phase.LOGIN,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "Can't send mail - all recipients were rejected: "
        "553 5.7.1 <cam@example.com>: Sender address rejected: not logged in",
        Phase.LOGIN,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case("235 2.7.0 Authentication successful", Phase.LOGIN, OPEN, None, "RFC 4954"),
    Case("354 End data with <CR><LF>.<CR><LF>", Phase.MESSAGE, OPEN, None, "Postfix smtpd"),
)
