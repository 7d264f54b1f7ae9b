"""Rows for what mail servers say about limits, reputation, size and content.

Sources named in the rows: RFC 1870 and 5321, the error pages of Gmail, Exchange Online, Amazon
SES and Brevo, Spamhaus, the reply texts of Postfix.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

MESSAGE_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "Gmail, Amazon SES and Exchange limits",
        Verdict.REJECTED,
        Phase.MESSAGE,
        None,
        "A sending limit of the account is reached.",
        "Wait, or have the limit raised by the provider.",
        patterns=(
            r"(?:sending|message|user|relay|daily|hourly|rate).{0,30}(?:quota|limit).{0,20}(?:exceeded|reached)",
            r"throttling failure",
            r"sending rate exceeded",
            r"submission quota",
            r"exceeded.{0,40}(?:limit|threshold|quota)",
            r"too many (?:messages|emails|mails)",
            r"sending paused",
        ),
    ),
    Row(
        "Spamhaus, Postfix smtpd and Exchange",
        Verdict.REJECTED,
        Phase.CONNECT,
        None,
        "The address the CAM host sends from is blocked or has a bad reputation.",
        "Send through a relay with a login, or have the address delisted.",
        patterns=(
            r"spamhaus",
            r"black ?list",
            r"block ?list",
            r"blocked using",
            r"banned sending ip",
            r"dnsbl",
            r"\brbl\b",
            r"poor reputation",
            r"unsolicited mail",
            r"traffic not accepted from this ip",
            r"access denied, banned",
            r"your ip.{0,60}block",
            r"service refused.{0,20}block",
        ),
    ),
    Row(
        "Brevo and Google Workspace relay",
        Verdict.REJECTED,
        Phase.CONNECT,
        None,
        "The server does not take mail from the address of the CAM host.",
        "Have the CAM host's public address allowed on the mail server.",
        patterns=(
            r"unauthorized ip",
            r"ip not in whitelist",
            r"ip.{0,40}not (?:allowed|authorized|whitelisted)",
        ),
        firm=False,
    ),
    Row(
        "Postfix smtpd and Gmail",
        Verdict.REJECTED,
        Phase.CONNECT,
        None,
        "The address the CAM host sends from has no matching name in the DNS.",
        "Send through a relay with a login, or have a reverse DNS entry made.",
        patterns=(
            r"cannot find your (?:reverse )?hostname",
            r"reverse dns",
            r"ptr record",
            r"reverse-path.{0,20}dns",
        ),
    ),
    Row(
        "Postfix smtpd and RFC 5321",
        Verdict.REJECTED,
        Phase.CONNECT,
        None,
        "The server refuses the name the CAM host introduces itself with.",
        "The record has no parameter for it: ask for an exception, or use another relay.",
        patterns=(
            r"helo command rejected",
            r"invalid (?:helo|ehlo)",
            r"(?:helo|ehlo).{0,40}(?:rejected|invalid|fully-qualified)",
            r"bad helo",
        ),
    ),
    Row(
        "RFC 5321 and Gmail",
        Verdict.REJECTED,
        Phase.CONNECT,
        "hostname",
        "Too many connections from the CAM host at once.",
        "Wait a minute and test again.",
        patterns=(
            r"too many (?:concurrent |simultaneous )?(?:smtp )?(?:connections|sessions)",
            r"connection (?:rate|limit)",
            r"concurrent connections? (?:limit )?exceeded",
        ),
    ),
    Row(
        "RFC 1870 and Exchange",
        Verdict.REJECTED,
        Phase.MESSAGE,
        None,
        "The mail is larger than the server allows.",
        "A test mail is small, so the limit is odd: ask the owner of the mail server.",
        patterns=(
            r"(?:message|mail).{0,30}too (?:large|big)",
            r"(?:message|mail).{0,30}size.{0,30}(?:exceed|limit|maximum)",
            r"(?:message|mail).{0,30}exceeds.{0,30}size",
            r"size exceeds",
            r"maximum.{0,20}message size",
        ),
    ),
    Row(
        "Gmail and Exchange NDR list",
        Verdict.REJECTED,
        Phase.MESSAGE,
        None,
        "The server took the mail for spam or unwanted content and refused it.",
        "The record is right as far as this. Ask the owner of the mail server to allow CAM.",
        patterns=(
            r"spam",
            r"virus",
            r"malware",
            r"content (?:rejected|policy)",
            r"policy (?:reasons?|violation|rejection)",
            r"message rejected (?:as|due)",
            r"prohibited (?:content|attachment)",
            r"unwanted content",
        ),
    ),
    Row(
        "Exchange Online and Postfix smtpd",
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
        "The server refuses mail for this recipient.",
        "Check the address; if it is right, ask the owner of its mail server.",
        patterns=(r"recipient address rejected",),
    ),
)
"""Most specific first; after the envelope, whose words are clearer."""
