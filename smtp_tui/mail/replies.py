"""The decoder: what a mail server's or a mailer's words mean, and which parameter to look at.

`decode` walks the table in `reply_table`; nothing about a single reply stands here. It never
raises, looks at a bounded part of the text, and says so when no row fits.
"""

from __future__ import annotations

import functools
import re
from typing import Final

from msgspec.structs import replace

from smtp_tui.mail.reply_model import PARAMETER_OF_PHASE, Acceptance, Phase, Reading, Row, Verdict
from smtp_tui.mail.reply_table import (
    ACCEPTANCE_PATTERNS,
    CLIENT_ROWS,
    CODE_ROWS,
    COMMAND_PHASES,
    PHASE_CLUES,
    SERVER_ROWS,
)

__all__ = ["Acceptance", "Phase", "Reading", "Verdict", "accepted_by", "decode"]

LOOKED_AT: Final = 6000
"""How many characters of a text are looked at; a reason stands at the start even of long traces."""

_HTTP: Final = re.compile(
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

_WITH_ENHANCED: Final = re.compile(
    r"(?<![\d.])([245][0-57]\d)[ -]#?([245]\.[0-7]\.\d{1,3})(?![\d.]\d)"
)
_AT_A_START: Final = re.compile(
    r"(?:^|\n|: |[(\[\"'>=] ?|\bsaid |\bb['\"]|\bcode |\bresponse )([2-5][0-57]\d)"
    r"(?=[ \-.,;'\")\]\r\n]|$)"
    r"(?! ?(?:ms|msec|s|secs?|seconds|bytes|kb|mb)\b)"
)
_ENHANCED: Final = re.compile(r"(?<![\w.])#?([245]\.[0-7]\.\d{1,3})(?![\d.]\d|\d)")
_CONTINUED: Final = re.compile(r"^[ \t]*[2-5]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3}\b)?", re.MULTILINE)
_SPACES: Final = re.compile(r"\s+")
_SMTP_CODE: Final = re.compile(r"[2-5][0-57]\d\Z")

_UNKNOWN_WORDS: Final = "These words are not in the table of this program, so only they can tell."


def decode(text: str, code: str | None = None) -> Reading:
    """Read a text; `code` is the mailer's (as `EAUTH`) or the reply code in digits."""
    return read(text, code, None)


def read(text: str, code: str | None, command: str | None) -> Reading:
    """Read as `decode` does, knowing the command the mailer was at (as `RCPT TO`)."""
    head = text[:LOOKED_AT]
    mailer_code = (code or "").strip()[:64]
    reply_code, enhanced = _codes(head, mailer_code)
    plain = _plain(head)
    if mailer_code and reply_code is None:
        plain = f"{plain} {mailer_code.lower()}"
    found = _first_match(plain, reply_code, enhanced)
    if found is None:
        return Reading(
            Verdict.UNKNOWN,
            Phase.UNKNOWN,
            reply_code,
            enhanced,
            _UNKNOWN_WORDS,
            None,
            "Read the words below.",
            "",
            False,
        )
    row, by_mailer, rank = found
    reading = Reading(
        row.verdict,
        row.phase,
        reply_code,
        enhanced,
        row.meaning,
        row.parameter,
        row.advice,
        row.source,
        True,
        by_mailer,
        rank,
    )
    return reading if row.firm else _with_clue(reading, plain, command)


def accepted_by(text: str) -> Acceptance:
    """Read which server took the mail and under which queue id, as far as its reply tells."""
    head = _SPACES.sub(" ", text[:LOOKED_AT])
    for pattern in ACCEPTANCE_PATTERNS:
        match = _compiled(pattern).search(head)
        if match is not None:
            groups = match.groupdict()
            return Acceptance(groups.get("server"), groups.get("queue"))
    return Acceptance(None, None)


def _codes(head: str, mailer_code: str) -> tuple[int | None, str | None]:
    """Find reply code and enhanced status code; a code the mailer names wins over the text's."""
    both = _WITH_ENHANCED.search(head)
    alone = None if both else _AT_A_START.search(_HTTP.sub(" ", head.lower()))
    found = both or alone
    reply_code = int(found.group(1)) if found else None
    if _SMTP_CODE.match(mailer_code) and mailer_code.isascii():
        reply_code = int(mailer_code)
    enhanced = both.group(2) if both else None
    if enhanced is None:
        single = _ENHANCED.search(head)
        enhanced = single.group(1) if single else None
    return reply_code, enhanced


def _plain(head: str) -> str:
    """Lower-case the text, join its lines, and drop the codes repeated on continued lines."""
    first, _, rest = head.partition("\n")
    return _SPACES.sub(" ", f"{first} {_CONTINUED.sub('', rest)}").strip().lower()


def _first_match(
    plain: str, reply_code: int | None, enhanced: str | None
) -> tuple[Row, bool, int] | None:
    """Find the first row that matches, whether it is about a mailer's words, and its rank."""
    if reply_code is not None and reply_code < 400:
        tables: tuple[tuple[Row, ...], ...] = (CODE_ROWS,)
    elif reply_code is not None or enhanced is not None:
        tables = (SERVER_ROWS, CODE_ROWS, CLIENT_ROWS)
    else:
        tables = (CLIENT_ROWS, SERVER_ROWS)
    rank = 0
    for table in tables:
        for row in table:
            if _matches(row, plain, reply_code, enhanced):
                return row, table is CLIENT_ROWS, rank
            rank += 1
    return None


def _matches(row: Row, plain: str, reply_code: int | None, enhanced: str | None) -> bool:
    if row.codes and reply_code not in row.codes:
        return False
    if row.enhanced and not (enhanced and _fits_enhanced(row.enhanced, enhanced)):
        return False
    if not row.patterns:
        return True
    return any(_compiled(pattern).search(plain) for pattern in row.patterns)


def _fits_enhanced(wanted: tuple[str, ...], enhanced: str) -> bool:
    status_class, detail = enhanced[0], enhanced[1:]
    return (
        enhanced in wanted
        or f"{status_class}.x.x" in wanted
        or (status_class != "2" and f"x{detail}" in wanted)
    )


def _with_clue(reading: Reading, plain: str, command: str | None) -> Reading:
    """Let the mailer's words about the command choose the phase where the code leaves it open."""
    phase = _phase_of_command(command)
    if phase is None:
        phase = next(
            (phase for pattern, phase in PHASE_CLUES if _compiled(pattern).search(plain)), None
        )
    if phase is None or phase is reading.phase:
        return reading
    return replace(reading, phase=phase, parameter=PARAMETER_OF_PHASE[phase])


def _phase_of_command(command: str | None) -> Phase | None:
    word = (command or "").strip().upper()
    return next((phase for start, phase in COMMAND_PHASES if word.startswith(start)), None)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern at its first use, so that starting the program costs nothing."""
    return re.compile(pattern)
