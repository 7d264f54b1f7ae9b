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
    `phase_told` is whether the mailer itself named the phase, rather than the meaning of a reply
    that may come in an earlier one too.
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
    phase_told: bool = False

    @property
    def failed_step(self) -> str:
        """The phase in which it failed, in words; blank where it did not, or that is not known."""
        known = self.verdict is not Verdict.ACCEPTED and self.phase is not Phase.UNKNOWN
        return self.phase.value if known else ""


# The way of a mail


class Step(Enum):
    """What is known of a step on the way of a mail."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    NOT_KNOWN = "not known, or not reached"


_WAY: Final = (
    Phase.CONNECT,
    Phase.TLS,
    Phase.LOGIN,
    Phase.SENDER,
    Phase.RECIPIENT,
    Phase.MESSAGE,
)
_OPTIONAL: Final = frozenset({Phase.TLS, Phase.LOGIN})
"""Steps that a mail can do without: nothing says that they took place."""


def way_of(outcome: TestOutcome) -> tuple[tuple[Phase, Step], ...]:
    """Return the steps of the way of a mail, and what is known of each; empty if nothing is.

    SMTP has an order: without a connection there is no reply, without a sender no recipient, and
    without a recipient no message. So a connection stands before every later step. Sender and
    recipient passed before a step that the mailer named, or before an accepted mail; a refusal that
    only reads like one of the message, such as that of its size, may have come earlier. The look-up
    of the name is a step where it failed.
    """
    at = outcome.phase
    if at is Phase.UNKNOWN:
        return ()
    accepted = outcome.verdict is Verdict.ACCEPTED
    way = (Phase.DNS, *_WAY) if at is Phase.DNS else _WAY
    before = way[: way.index(at)]
    passed = before if accepted or outcome.phase_told else before[:1]
    known = dict.fromkeys((step for step in passed if step not in _OPTIONAL), Step.PASSED)
    known[at] = Step.PASSED if accepted else Step.FAILED
    if outcome.verdict is Verdict.UNKNOWN:
        known[at] = Step.UNDECIDED
    return tuple((step, known.get(step, Step.NOT_KNOWN)) for step in way)
