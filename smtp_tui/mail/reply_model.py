"""The words the decoder speaks in: verdicts, phases, and one row of its table."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Verdict(Enum):
    """What became of a test mail, in one word; ACCEPTED never means delivered."""

    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    UNREACHABLE = "UNREACHABLE"
    UNKNOWN = "UNKNOWN"


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


PARAMETER_OF_PHASE: dict[Phase, str | None] = {
    Phase.DNS: "hostname",
    Phase.CONNECT: "port",
    Phase.TLS: "port",
    Phase.LOGIN: "password",
    Phase.SENDER: "username",
    Phase.RECIPIENT: "to",
    Phase.MESSAGE: None,
    Phase.UNKNOWN: None,
}
"""Where to look when nothing but the phase is known; `to` is the recipient of the test."""


class Row(Struct, frozen=True):
    """One thing a mail server or a mailer says, and what it means.

    A row matches when its `codes`, its `enhanced` codes and one of its `patterns` do; an empty
    field always does. `enhanced` is written as `5.7.8`, or `x.7.8` for any class. A pattern is
    searched in lower-case text with single spaces, so it must be written so, without nested
    repetition. A row that is not `firm` lets the mailer's own words about the command (as in
    "recipient command failed") choose phase and parameter.
    """

    source: str
    verdict: Verdict
    phase: Phase
    parameter: str | None
    meaning: str
    advice: str
    codes: tuple[int, ...] = ()
    enhanced: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    firm: bool = True


class Reading(Struct, frozen=True):
    """What the decoder makes of a text.

    `parameter` is hostname, port, username, password, `to` (the recipient), or None. When `known`
    is False no row matched: `meaning` says so, and only the codes in the text were read.
    `by_mailer` is whether the words are the mailer's own, not a mail server's. Of several
    readings of one answer, the lowest `rank` is the most specific.
    """

    verdict_hint: Verdict
    phase: Phase
    reply_code: int | None
    enhanced: str | None
    meaning: str
    parameter: str | None
    advice: str
    source: str
    known: bool
    by_mailer: bool = False
    rank: int = 0

    @property
    def is_reply(self) -> bool:
        """Whether a reply of a mail server was read: a reply code or an enhanced status code."""
        return self.reply_code is not None or self.enhanced is not None

    @property
    def says_no(self) -> bool:
        """Whether something went wrong, as opposed to a yes or to a step on the way to one."""
        step = self.reply_code is not None and self.reply_code < 400
        return self.known and not step and self.verdict_hint is not Verdict.ACCEPTED


class Acceptance(Struct, frozen=True):
    """Which server took the mail and under which queue id, as far as its reply tells."""

    server: str | None
    queue_id: str | None
