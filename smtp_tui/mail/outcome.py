"""What came of a test mail, in the words that screens, commands and the history use."""

from __future__ import annotations

from enum import Enum
from typing import Final

from msgspec import Struct

WORDS_LIMIT: Final = 200_000
"""Characters of a server's words that are shown; a mail server says a few hundred."""


class Verdict(Enum):
    """What came of a test mail, in one word. ACCEPTED never means delivered."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    UNREACHABLE = "UNREACHABLE"
    UNKNOWN = "UNKNOWN"

    @property
    def sign(self) -> str:
        """The verdict as one character, for a table."""
        return _SIGNS[self]


_SIGNS: Final = {
    Verdict.ACCEPTED: "✓",
    Verdict.REJECTED: "✗",
    Verdict.UNREACHABLE: "▲",
    Verdict.UNKNOWN: "?",
}


class Phase(Enum):
    """How far the conversation with the mail server came; CONNECT ends with the greeting."""

    DNS = "DNS"
    CONNECT = "connect"
    TLS = "TLS"
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    UNKNOWN = "unknown"


class TestOutcome(Struct, frozen=True):
    """What came of a test mail.

    `server_text` is everything the server said, never shortened. `parameter` is what to correct:
    hostname, port, username, password, `to` for the recipient, or None. `server` and `queue_id`
    are known only of an accepted mail. `request_id` is what the server's log calls the request.
    """

    verdict: Verdict
    meaning: str
    advice: str
    server_text: str = ""
    phase: Phase = Phase.UNKNOWN
    parameter: str | None = None
    server: str | None = None
    queue_id: str | None = None
    request_id: str | None = None

    @property
    def failed_step(self) -> str:
        """The phase in which it failed, in words; blank where it did not, or that is not known."""
        known = self.verdict is not Verdict.ACCEPTED and self.phase is not Phase.UNKNOWN
        return self.phase.value if known else ""
