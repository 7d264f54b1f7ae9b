"""What a mail server's or a mailer's words mean: reads `replies.toml` and finds the row of a text.

The table says how a row is matched. Nothing about a single reply stands here.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Final, Literal

from msgspec import Struct

from smtp_tui.mail.outcome import Phase, Verdict
from smtp_tui.typed import typed_toml

LOOKED_AT: Final = 6000
"""How many characters of a text are matched; even a long trace starts with the reason."""

_FILE: Final = Path(__file__).with_name("replies.toml")

_HTTP: Final = (
    r"\b[45]\d\d:? (?:bad request|unauthorized|payment required|forbidden|not found|conflict|gone"
    r"|method not allowed|not acceptable|proxy authentication required|request time-?out"
    r"|length required|precondition failed|(?:payload|request entity) too large"
    r"|unsupported media type|unprocessable entity|too many requests|internal (?:server )?error"
    r"|not implemented|bad gateway|service (?:temporarily )?unavailable|gateway time-?out"
    r"|http version not supported)\b"
    r"|\bhttp(?:/\d\.?\d?|s? (?:status|error|response)(?: code)?)?[ :=]{1,3}\d{3}\b"
    r"|\bstatus ?code[ :=\"']{1,4}(?:4[012]\d|50\d|51[01])\b"
)
"""A status of HTTP, whose numbers are not those of SMTP."""

_BOTH_CODES: Final = r"(?<![\d.])([245][0-57]\d)[ -]#?([245]\.[0-7]\.\d{1,3})(?![\d.]\d)"
_REPLY_CODE: Final = (
    r"(?:^|\n|: |[(\[\"'>=] ?|\bsaid |\bb['\"]|\bcode |\bresponse )([2-5][0-57]\d)"
    r"(?=[ \-.,;'\")\]\r\n]|$)"
    r"(?! ?(?:ms|msec|s|secs?|seconds|bytes|kb|mb)\b)"
)
_ENHANCED_CODE: Final = r"(?<![\w.])#?([245]\.[0-7]\.\d{1,3})(?![\d.]\d|\d)"
_CONTINUED_LINE: Final = r"(?m)^[ \t]*[2-5]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?"

_COMMANDS: Final = {
    "AUTH": Phase.LOGIN,
    "MAIL": Phase.SENDER,
    "RCPT": Phase.RECIPIENT,
    "DATA": Phase.MESSAGE,
    "STAR": Phase.TLS,
    "EHLO": Phase.CONNECT,
    "HELO": Phase.CONNECT,
    "LHLO": Phase.CONNECT,
}
"""The phase of an SMTP command by its first letters; nodemailer's CONN and API are none."""

_PARAMETER_OF_PHASE: Final = {
    Phase.DNS: "hostname",
    Phase.CONNECT: "port",
    Phase.TLS: "port",
    Phase.LOGIN: "password",
    Phase.SENDER: "username",
    Phase.RECIPIENT: "to",
}
"""What to correct where only the phase is known."""


class Row(Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the table; the comment at the top of `replies.toml` describes the fields."""

    example: str
    verdict: Verdict
    phase: Phase
    meaning: str
    advice: str
    source: str
    parameter: Literal["hostname", "port", "username", "password", "to"] | None = None
    codes: tuple[str, ...] = ()
    enhanced: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    fixed_phase: bool = True


class Clue(Struct, frozen=True, forbid_unknown_fields=True):
    """Words around a reply that tell which SMTP command it answers."""

    phase: Phase
    patterns: tuple[str, ...]


class Accepted(Struct, frozen=True, forbid_unknown_fields=True):
    """How a server says that it took a mail, with the groups `server` and `queue`."""

    pattern: str
    example: str
    source: str


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of `replies.toml`."""

    mailer: tuple[Row, ...]
    server: tuple[Row, ...]
    code: tuple[Row, ...]
    clue: tuple[Clue, ...]
    accepted: tuple[Accepted, ...]


class Reading(Struct, frozen=True):
    """The row of a text, the codes that stand in it, and the phase it is about.

    `by_mailer` is whether the words are the mailer's own; `rank` is the place of the row among
    those that the text was matched against. `phase_told` is whether the mailer named the phase.
    """

    row: Row
    reply_code: int | None
    enhanced: str | None
    phase: Phase
    parameter: str | None
    by_mailer: bool
    rank: int
    phase_told: bool = False

    @property
    def is_reply(self) -> bool:
        """Whether a mail server replied, which gives a reply code or an enhanced status code."""
        return self.reply_code is not None or self.enhanced is not None

    @property
    def order(self) -> tuple[bool, int]:
        """What comes first tells more: a reply before words without one, then the earlier row."""
        return not self.is_reply, self.rank

    @property
    def says_no(self) -> bool:
        """Whether something went wrong, rather than a yes or a step on the way to one."""
        step = self.reply_code is not None and self.reply_code < 400
        return not step and self.row.verdict is not Verdict.ACCEPTED


@functools.cache
def table() -> Table:
    """Read `replies.toml`, once. Blocks for some milliseconds at the first call."""
    return typed_toml(_FILE, Table)


def read(text: str, code: str = "", command: str = "") -> Reading | None:
    """Find the row of a text; None where no row matches. Never raises.

    `code` is what stands beside the text: a reply code, or a code of the mailer such as `EAUTH`.
    `command` is the SMTP command the mailer was at, such as `RCPT TO`.
    """
    head = text[:LOOKED_AT]
    code = code.strip()[:64]
    reply_code, enhanced = _codes(head, code)
    plain = _plain(head)
    if code and reply_code is None:
        plain = f"{plain} {code.lower()}"
    for rank, row in enumerate(_candidates(reply_code, enhanced)):
        if _matches(row, plain, reply_code, enhanced):
            told = _told_phase(plain, command)
            phase, parameter = _phase(row, told)
            by_mailer = row in table().mailer
            return Reading(
                row, reply_code, enhanced, phase, parameter, by_mailer, rank, told is phase
            )
    return None


def accepted_by(text: str) -> tuple[str | None, str | None]:
    """The server that took a mail, and the queue id, as far as its reply tells them."""
    head = re.sub(r"\s+", " ", text[:LOOKED_AT])
    for accepted in table().accepted:
        match = _compiled(accepted.pattern).search(head)
        if match is not None:
            groups = match.groupdict()
            return groups.get("server"), groups.get("queue")
    return None, None


def _codes(head: str, code: str) -> tuple[int | None, str | None]:
    """Find reply code and enhanced status code; a code beside the text wins over one in it."""
    both = _compiled(_BOTH_CODES).search(head)
    if both is not None:
        digits, enhanced = both[1], both[2]
    else:
        reply = _compiled(_REPLY_CODE).search(_compiled(_HTTP).sub(" ", head.lower()))
        alone = _compiled(_ENHANCED_CODE).search(head)
        digits, enhanced = reply[1] if reply else "", alone[1] if alone else None
    if code.isascii() and _compiled(r"[2-5][0-57]\d\Z").match(code):
        digits = code
    return int(digits) if digits else None, enhanced


def _plain(head: str) -> str:
    """Lower-case a text, join its lines, and drop the codes that continued lines repeat."""
    first, _, rest = head.partition("\n")
    joined = f"{first} {_compiled(_CONTINUED_LINE).sub('', rest)}"
    return re.sub(r"\s+", " ", joined).strip().lower()


def _candidates(reply_code: int | None, enhanced: str | None) -> tuple[Row, ...]:
    """The rows a text may match, in order."""
    known = table()
    if reply_code is not None and reply_code < 400:
        return known.code
    if reply_code is not None or enhanced is not None:
        return (*known.server, *known.code, *known.mailer)
    return (*known.mailer, *known.server)


def _matches(row: Row, plain: str, reply_code: int | None, enhanced: str | None) -> bool:
    code = str(reply_code)
    if row.codes and {code, f"{code[0]}xx"}.isdisjoint(row.codes):
        return False
    if row.enhanced and _as_in_rows(enhanced or "").isdisjoint(row.enhanced):
        return False
    return not row.patterns or _has(plain, row.patterns)


def _as_in_rows(enhanced: str) -> set[str]:
    """The ways in which a row may name an enhanced status code."""
    any_class = "" if enhanced.startswith("2") else f"x{enhanced[1:]}"
    return {enhanced, f"{enhanced[:1]}.x.x", any_class}


def _told_phase(plain: str, command: str) -> Phase | None:
    """The phase that the mailer names: by its command, or else by its words."""
    return _COMMANDS.get(command.strip().upper()[:4]) or next(
        (clue.phase for clue in table().clue if _has(plain, clue.patterns)), None
    )


def _phase(row: Row, told: Phase | None) -> tuple[Phase, str | None]:
    """The phase and parameter of a row, which the mailer decides unless the phase is fixed."""
    if row.fixed_phase or told is None or told is row.phase:
        return row.phase, row.parameter
    return told, _PARAMETER_OF_PHASE.get(told)


def _has(plain: str, patterns: tuple[str, ...]) -> bool:
    return any(_compiled(pattern).search(plain) for pattern in patterns)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
