"""One real-world text: what it must be read as, and where the wording comes from.

The wordings are facts taken from RFCs, provider documentation and the sources of mail libraries;
names, hosts and ids in them are made up.
"""

from __future__ import annotations

from typing import NamedTuple

from smtp_tui.mail.reply_model import Phase, Verdict

NO = Verdict.REJECTED
GONE = Verdict.UNREACHABLE
OPEN = Verdict.UNKNOWN
YES = Verdict.ACCEPTED


class Case(NamedTuple):
    """One text with the reading it must get; `source` is where the wording comes from."""

    text: str
    phase: Phase
    verdict: Verdict
    parameter: str | None
    source: str


HOST = "hostname"
PORT = "port"
USER = "username"
PASS = "password"
TO = "to"
