"""The exit codes: scripts may rely on them, so each is told once, here, and shown by ``--help``."""

from __future__ import annotations

import textwrap
from enum import IntEnum


class ExitCode(IntEnum):
    """What a run came to; ``meaning`` is the line of help. A signal ends a run with 128 + n."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> ExitCode:
        """Keep the words beside the number."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    OK = 0, "done, or there was nothing to do; of test: the mail server accepted the mail"
    FAILED = (
        1,
        "the server refused, its answer could not be used, or it did not store what it accepted;"
        " of profiles check and doctor: something is not well",
    )
    USAGE = 2, "the command line, a value, the profile or its file is wrong; nothing was sent"
    NOT_FOUND = 3, "there is no such record"
    REFUSED = (
        4,
        "refused here: unconfirmed, read-only, no journal, a name that is ambiguous or taken;"
        " nothing was written",
    )
    UNREACHABLE = (
        5,
        "no connection, no whole answer to a read, or a certificate that is not trusted;"
        " nothing was written",
    )
    UNKNOWN_OUTCOME = 6, "sent, and whether it was done is not known; look before trying again"
    TOKEN = 7, "no token, or the server refused it; nothing was written"
    CONFLICT = 8, "someone else changed the same meanwhile; nothing was written"
    MAIL_REJECTED = 10, "of test: the mail server refused the mail, the login or the connection"
    MAIL_UNREACHABLE = 11, "of test: the CAM host did not reach the mail server"
    CRASHED = 70, "a fault of this program"
    OUTPUT_LOST = 74, "what was asked is done, but stdout took no more, as on a full disk"
    HUNG_UP = 129, "ended by SIGHUP or a lost terminal; what was typed is kept as a draft"
    INTERRUPTED = 130, "ended by SIGINT, as by ctrl+c in a command"
    QUIT = 131, "ended by SIGQUIT; what was typed is kept as a draft"
    PIPE_CLOSED = 141, "stdout is a pipe that nobody reads any more"
    TERMINATED = 143, "ended by SIGTERM; what was typed is kept as a draft"


class Refusal(Exception):
    """Why a command stops on its own account: one plain sentence, and its exit code."""

    def __init__(self, words: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(words)
        self.code = code


def codes_help() -> str:
    """All codes, one a line, for the end of a help text of 80 columns."""
    lines = ["exit codes:"]
    for code in ExitCode:
        line, indent = f"  {code.value:>3}  {code.meaning}", " " * 7
        lines.append(textwrap.fill(line, 80, subsequent_indent=indent, break_on_hyphens=False))
    return "\n".join(lines)
