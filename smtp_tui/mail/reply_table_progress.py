"""Rows for replies below 400: what went well, and whether that is about the mail at all.

Source: RFC 5321 4.2.3 and 4.3.2.
"""

from __future__ import annotations

from typing import Final

from smtp_tui.mail.reply_model import Phase, Row, Verdict

PROGRESS_ROWS: Final[tuple[Row, ...]] = (
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.CONNECT,
        None,
        "This is only the server's list of abilities.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(250,),
        patterns=(r"^\W*250-\S+.{0,200}(?:starttls|pipelining|8bitmime|size \d)",),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.SENDER,
        None,
        "The server took the sender; of the mail it says nothing.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(250,),
        enhanced=("2.1.0",),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.RECIPIENT,
        "to",
        "The server took the recipient; of the mail it says nothing.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(250, 251),
        enhanced=("2.1.5",),
    ),
    Row(
        "RFC 5321",
        Verdict.ACCEPTED,
        Phase.MESSAGE,
        None,
        "The mail server took the mail; whether it is delivered, it does not say.",
        "Look in the mailbox of the recipient.",
        codes=(250,),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.RECIPIENT,
        None,
        "The server would forward to another address; of the mail it says nothing.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(251,),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.RECIPIENT,
        None,
        "The server cannot check the recipient; of the mail it says nothing.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(252,),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.CONNECT,
        None,
        "The server said hello or good-bye; of the mail it says nothing.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(220, 221),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.LOGIN,
        None,
        "This is from the login; of the mail the server says nothing.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(235, 334),
    ),
    Row(
        "RFC 5321",
        Verdict.UNKNOWN,
        Phase.MESSAGE,
        None,
        "The server waits for the mail; whether it came, it does not say.",
        "Read the server's words; if they do not help, ask the owner of the mail server.",
        codes=(354,),
    ),
)
"""Replies below 400; only the last of them is about the mail."""
