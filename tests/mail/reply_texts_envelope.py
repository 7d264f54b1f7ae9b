"""What mail servers write about the sender and the recipient."""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase
from tests.mail.reply_case import NO, OPEN, TO, USER, Case

CASES: Final[tuple[Case, ...]] = (
    Case(
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
        Phase.SENDER,
        NO,
        USER,
        "Exchange Online NDR list",
    ),
    Case(
        "Message failed: 554 5.2.252 SendAsDenied; cam@example.com not allowed to send as "
        "noreply@example.com; STOREDRV.Submission.Exception:SendAsDeniedException",
        Phase.SENDER,
        NO,
        USER,
        "Exchange Online",
    ),
    Case(
        "Mail command failed: 553 5.7.1 <noreply@example.com>: Sender address rejected: not "
        "owned by user cam@example.com",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case("553 Relaying disallowed as noreply@example.com", Phase.SENDER, NO, USER, "Zoho Mail"),
    Case(
        "554 Message rejected: Email address is not verified. The following identities "
        "failed the check in region EU-WEST-1: cam@example.com",
        Phase.SENDER,
        NO,
        None,
        "Amazon SES error messages",
    ),
    Case(
        "550 The from address does not match a verified Sender Identity. Mail cannot be sent "
        "until this error is resolved.",
        Phase.SENDER,
        NO,
        None,
        "SendGrid",
    ),
    Case(
        "450 4.1.8 <cam@nowhere.invalid>: Sender address rejected: Domain not found",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "550-5.7.26 This mail has been blocked because the sender is "
        "unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either "
        "SPF or DKIM.",
        Phase.SENDER,
        NO,
        None,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "Mail command failed: 501 5.1.7 Bad sender address syntax",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "Mail command failed: 550 5.7.1 Rejected",
        Phase.SENDER,
        NO,
        USER,
        "nodemailer smtp-connection",
    ),
    Case(
        "Can't send mail - all recipients were rejected: 550 5.1.1 <nobody@example.com>: "
        "Recipient address rejected: User unknown in local recipient table",
        Phase.RECIPIENT,
        NO,
        TO,
        "Postfix smtpd",
    ),
    Case(
        "550-5.1.1 The email account that you tried to reach does not exist. Please "
        "try\n550-5.1.1 double-checking the recipient's email address",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        Phase.RECIPIENT,
        NO,
        TO,
        "Exchange Online NDR list",
    ),
    Case(
        "550 5.4.1 Recipient address rejected: Access denied. "
        "[BN8NAM12FT048.eop-nam12.prod.protection.outlook.com]",
        Phase.RECIPIENT,
        NO,
        TO,
        "Exchange Online NDR list",
    ),
    Case(
        "Can't send mail - all recipients were rejected: 554 5.7.1 <you@example.org>: Relay "
        "access denied",
        Phase.RECIPIENT,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case("550 5.7.1 Unable to relay", Phase.RECIPIENT, NO, USER, "Exchange"),
    Case(
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        Phase.RECIPIENT,
        NO,
        USER,
        "Exchange",
    ),
    Case("550 relay not permitted", Phase.RECIPIENT, NO, USER, "Exim"),
    Case("550 5.7.1 <you@example.org>... Relaying denied", Phase.RECIPIENT, NO, USER, "Sendmail"),
    Case(
        "454 4.7.1 <you@example.org>: Relay access denied",
        Phase.RECIPIENT,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "com.sun.mail.smtp.SMTPAddressFailedException: 550 5.1.1 User unknown",
        Phase.RECIPIENT,
        NO,
        TO,
        "JavaMail SMTPTransport",
    ),
    Case(
        "450 4.2.0 <you@example.org>: Recipient address rejected: Greylisted, see "
        "http://postgrey.schweikert.ch/help/example.org.html",
        Phase.RECIPIENT,
        NO,
        None,
        "Postgrey",
    ),
    Case(
        "Can't send mail - all recipients were rejected: 451 4.7.1 Greylisted; please retry "
        "in 5 minutes",
        Phase.RECIPIENT,
        NO,
        None,
        "Greylisting, RFC 6647",
    ),
    Case(
        "452-4.2.2 The email account that you tried to reach is over quota.",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail SMTP errors and codes",
    ),
    Case("552 5.2.2 Mailbox full", Phase.RECIPIENT, NO, TO, "RFC 3463"),
    Case(
        "556 5.1.10 Recipient address has null MX", Phase.RECIPIENT, NO, TO, "RFC 7504 and RFC 7505"
    ),
    Case(
        "550 5.1.2 <you@nowhere.invalid>: Recipient address rejected: Domain not found",
        Phase.RECIPIENT,
        NO,
        TO,
        "Postfix smtpd",
    ),
    Case("553 5.1.3 <you@@example>: malformed", Phase.RECIPIENT, NO, TO, "RFC 3463"),
    Case("551 User not local; please try <other@example.com>", Phase.RECIPIENT, NO, TO, "RFC 5321"),
    Case(
        "550 Requested action not taken: mailbox unavailable", Phase.RECIPIENT, NO, TO, "RFC 5321"
    ),
    Case(
        "450 Requested mail action not taken: mailbox unavailable",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 5321",
    ),
    Case(
        "553 Requested action not taken: mailbox name not allowed",
        Phase.RECIPIENT,
        NO,
        TO,
        "RFC 5321",
    ),
    Case(
        "Recipient command failed: 452 4.5.3 Too many recipients",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail SMTP errors and codes",
    ),
    Case(
        "421 Domain sandbox0123.mailgun.org is not allowed to send: Free accounts are for "
        "test purposes only. Please upgrade or add the address to authorized recipients",
        Phase.RECIPIENT,
        NO,
        TO,
        "Mailgun",
    ),
    Case("521 5.3.2 Host does not accept mail", Phase.RECIPIENT, NO, TO, "RFC 7504"),
    Case("250 2.1.0 Sender OK", Phase.SENDER, OPEN, None, "RFC 3463"),
    Case("250 2.1.5 Recipient OK", Phase.RECIPIENT, OPEN, TO, "RFC 3463"),
    Case("Relay access denied", Phase.RECIPIENT, NO, USER, "Postfix smtpd"),
    Case("5.7.1 Unable to relay for you@example.org", Phase.RECIPIENT, NO, USER, "Exchange"),
    Case(
        "550-5.1.1 The email account that you tried to reach does\n550-5.1.1 not exist. "
        "Please check it.",
        Phase.RECIPIENT,
        NO,
        TO,
        "Gmail, a reply over two lines",
    ),
    Case(
        "504 5.5.2 <cam>: Sender address rejected: need fully-qualified address",
        Phase.SENDER,
        NO,
        USER,
        "Postfix smtpd",
    ),
    Case(
        "504 5.5.2 <you>: Recipient address rejected: need fully-qualified address",
        Phase.RECIPIENT,
        NO,
        TO,
        "Postfix smtpd",
    ),
)
