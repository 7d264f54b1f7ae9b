"""What the failures of a probe mean, for the machine that looked and in the words of the table."""

from __future__ import annotations

import pytest

from smtp_tui.mail.replies import Row, table
from smtp_tui.probe.failures import refusal

ROWS = (*table().server, *table().code)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.example[:40]}" for row in ROWS])
def test_a_reply_to_a_probe_says_nothing_of_the_machine_of_cam(row: Row) -> None:
    code = row.example[:3]
    found = refusal(row.example, int(code) if code.isdecimal() else 550, "MAIL FROM")
    assert found.meaning
    assert "CAM" not in found.meaning + found.advice


@pytest.mark.parametrize(
    ("reply", "meaning", "advice"),
    [
        (
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using dnsbl.example",
            "This machine's address is blocked or has a bad reputation.",
            "Send through a relay with a login, or have the address delisted.",
        ),
        (
            "554 5.7.1 <a@b.example>: Relay access denied",
            "The server does not relay to this recipient without a login or permission.",
            "Fill in username and password, or have this machine allowed as a relay client.",
        ),
        (
            "530 5.7.0 Must issue a STARTTLS command first",
            "The server requires STARTTLS, but the probe did not use it.",
            "Use port 587 (submission). If it persists, this server cannot be used without TLS.",
        ),
        (
            "553 5.7.1 <a@b.example>: Sender address rejected: not owned by user cam",
            "The sender address does not belong to the account of this login.",
            "Use the account that owns the sender address.",
        ),
        (
            "450 4.2.0 <a@b.example>: Recipient address rejected: Greylisted",
            "The server uses greylisting: it refuses the first mail from an unknown sender.",
            "Test again in five minutes.",
        ),
    ],
)
def test_a_reply_means_what_it_means_in_a_verdict_and_names_who_looked(
    reply: str, meaning: str, advice: str
) -> None:
    found = refusal(reply, int(reply[:3]), "RCPT TO")
    assert (found.meaning, found.advice) == (meaning, advice)
