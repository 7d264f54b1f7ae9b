"""Rows for what mail servers say about the sender and the recipient, with or without a code.

Sources named in the rows: RFC 6647, 7504 and 7505, the error pages of Gmail / Google Workspace, Exchange
Online, Amazon SES, SendGrid, Mailgun and Zoho, the reply texts of Postfix, Exim and Sendmail.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

SENDER_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "Exchange Online NDR list",
        Verdict.REJECTED,
        Phase.SENDER,
        "username",
        "The account may not send from the address CAM uses as sender.",
        "Use the account that owns the sender address, or have Send As granted.",
        patterns=(
            r"send as this sender",
            r"sendasdenied",
            r"not allowed to send as",
            r"permissions? to send (?:as|on behalf)",
        ),
    ),
    Row(
        "Exchange Online NDR list",
        Verdict.REJECTED,
        Phase.SENDER,
        "username",
        "The account may not send from the address CAM uses as sender.",
        "Use the account that owns the sender address, or have Send As granted.",
        enhanced=("5.7.60", "5.2.252"),
    ),
    Row(
        "Postfix smtpd and Zoho",
        Verdict.REJECTED,
        Phase.SENDER,
        "username",
        "The sender address does not belong to the account of this login.",
        "Use the account that owns the sender address.",
        patterns=(
            r"not owned by (?:user|auth user)",
            r"relaying disallowed as",
            r"sender (?:address )?(?:is )?not allowed",
            r"not authorized to send from",
            r"sender (?:address )?mismatch",
            r"mail from must equal",
            r"must match (?:the )?auth",
        ),
    ),
    Row(
        "Amazon SES error messages",
        Verdict.REJECTED,
        Phase.SENDER,
        None,
        "Amazon SES has not verified the sender, or in its sandbox the recipient.",
        "Verify the named identity in this region, or leave the SES sandbox.",
        patterns=(
            r"address(?:es)? (?:is|are) not verified",
            r"identities failed the check",
        ),
    ),
    Row(
        "SendGrid",
        Verdict.REJECTED,
        Phase.SENDER,
        None,
        "The provider has not verified the sender address.",
        "Verify the sender or its domain with the provider.",
        patterns=(
            r"verified sender identity",
            r"sender (?:identity|signature)",
            r"from address.{0,60}not (?:verified|confirmed)",
            r"sender.{0,40}not verified",
            r"domain.{0,80}not verified",
        ),
    ),
    Row(
        "Gmail SMTP errors and codes",
        Verdict.REJECTED,
        Phase.SENDER,
        None,
        "The mail fails the checks of SPF, DKIM or DMARC for the sender's domain.",
        "The owner of the sender's domain must allow this mail server.",
        patterns=(
            r"\bspf\b",
            r"\bdkim\b",
            r"\bdmarc\b",
            r"sender is unauthenticated",
        ),
    ),
    Row(
        "Postfix smtpd",
        Verdict.REJECTED,
        Phase.SENDER,
        "username",
        "The domain of the sender address does not exist or has no mail server.",
        "CAM chooses the sender; with many servers it follows the username.",
        patterns=(
            r"sender address rejected: domain not found",
            r"sender domain (?:must exist|not found|does not exist)",
            r"domain of sender address.{0,120}does not (?:exist|resolve)",
            r"unrouteable sender",
            r"sender address rejected: .{0,40}fully-qualified",
        ),
    ),
    Row(
        "Gmail SMTP errors and codes",
        Verdict.REJECTED,
        Phase.SENDER,
        None,
        "The relay does not know the CAM host or the sender's domain.",
        "Add the CAM host's public address to the relay's allowed list.",
        patterns=(
            r"invalid credentials for relay",
            r"mail relay denied",
        ),
    ),
)
"""Most specific first."""

RECIPIENT_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "Postfix smtpd, Sendmail, Exim and Exchange",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "username",
        "The server does not relay to this recipient without a login or permission.",
        "Fill in username and password, or have the CAM host allowed as a relay client.",
        patterns=(
            r"relay(?:ing)? (?:access )?(?:is )?(?:denied|not permitted|not allowed|prohibited)",
            r"unable to relay",
            r"not permitted to relay",
            r"do(?:es)? not relay",
            r"we do not relay",
            r"not authori[sz]ed (?:for|to) relay",
            r"authentication.{0,20}to relay",
            r"relaying disabled",
            r"cannot relay",
            r"no relaying",
        ),
    ),
    Row(
        "Mailgun",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "A free or sandbox account sends to authorised recipients only.",
        "Test with an authorised recipient, or use your own domain there.",
        patterns=(
            r"free accounts are for test",
            r"sandbox.{0,40}(?:subdomain|domain)",
            r"authorized recipients",
        ),
    ),
    Row(
        "Postfix postgrey and RFC 6647",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        None,
        "The server greylists: it refuses a sender it does not know at the first try.",
        "Nothing is wrong with the record. Test again after five minutes.",
        patterns=(r"gr[ae]y ?-?list",),
    ),
    Row(
        "RFC 7505",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "The domain of the recipient takes no mail at all.",
        "Test with an address of another domain.",
        patterns=(
            r"null ?mx",
            r"domain does not accept mail",
            r"host does not accept mail",
            r"does not accept (?:e?mail|incoming)",
        ),
    ),
    Row(
        "Postfix smtpd",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "The domain of the recipient does not exist.",
        "Check the address the test goes to.",
        patterns=(
            r"recipient address rejected: (?:domain|malformed dns)",
            r"unrouteable address",
            r"host unknown",
            r"recipient domain",
            r"domain not found",
            r"unrouteable mail domain",
            r"bad destination (?:mailbox|system)",
        ),
    ),
    Row(
        "Gmail and Exchange NDR list",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "The mailbox of the recipient is full.",
        "Test with another recipient.",
        patterns=(
            r"over ?quota",
            r"out of storage",
            r"mailbox (?:is )?full",
            r"quota exceeded for",
            r"insufficient mailbox space",
        ),
    ),
    Row(
        "Postfix smtpd, Gmail and Exchange",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "There is no such mailbox at the recipient's mail server.",
        "Check the address the test goes to.",
        patterns=(
            r"user (?:is )?unknown",
            r"unknown (?:user|recipient|mailbox)",
            r"no such (?:user|recipient|mailbox|person|address)",
            r"(?:account|user|mailbox|recipient|address).{0,60}(?:does not|doesn'?t) exist",
            r"recip(?:ient)?notfound",
            r"recipient not found",
            r"invalid (?:recipient|mailbox)",
            r"no mailbox here",
            r"mailbox (?:not found|unavailable)",
            r"address(?:ee)? unknown",
            r"recipient rejected",
        ),
    ),
    Row(
        "Gmail SMTP errors and codes",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "The mailbox of the recipient is disabled or takes no mail now.",
        "Test with another recipient.",
        patterns=(
            r"(?:account|mailbox|user).{0,60}(?:is )?(?:disabled|inactive|suspended)",
            r"receiving mail too quickly",
            r"receiving mail at a rate",
        ),
    ),
)
"""Most specific first."""
