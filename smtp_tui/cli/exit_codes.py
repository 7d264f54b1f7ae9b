"""The exit codes: scripts may rely on them, so each is told once, here, and shown by ``--help``."""

from __future__ import annotations

import textwrap
from enum import IntEnum

TYPE_CHECKING = False  # that of ``typing``, which would take a tenth of ``--help``
if TYPE_CHECKING:
    from typing import Final


class ExitCode(IntEnum):
    """What a run came to; ``meaning`` is the line of help. A signal ends a run with 128 + n."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> ExitCode:
        """Keep the words beside the number."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    OK = 0, "done, or nothing to do"
    FAILED = 1, "the server refused, or did not do what was asked"
    USAGE = 2, "wrong command line, value, profile or file; nothing was sent"
    NOT_FOUND = 3, "record not found, or no record matches"
    REFUSED = (
        4,
        "refused before sending: not confirmed, read-only, journal not writable,"
        " or a name that is ambiguous or taken",
    )
    UNREACHABLE = (
        5,
        "no connection, incomplete answer to a read, or untrusted certificate; nothing was written",
    )
    UNKNOWN_OUTCOME = 6, "outcome unknown: sent, but not confirmed; check before you try again"
    TOKEN = 7, "no token, or the server rejected it; nothing was written"
    CONFLICT = 8, "someone else changed the record meanwhile; nothing was written"
    WOULD_CHANGE = 9, "dry run: something would be sent"
    MAIL_REJECTED = 10, "the mail server rejected the mail, the login or the connection"
    MAIL_UNREACHABLE = 11, "the CAM host could not reach the mail server"
    CRASHED = 70, "internal error in smtp-tui"
    OUTPUT_LOST = 74, "done, but the output could not be written, for example on a full disk"
    HUNG_UP = 129, "ended by SIGHUP or a lost terminal; unsaved input is kept as a draft"
    INTERRUPTED = 130, "interrupted by SIGINT (ctrl+c)"
    QUIT = 131, "ended by SIGQUIT; unsaved input is kept as a draft"
    PIPE_CLOSED = 141, "the reader of stdout closed the pipe"
    TERMINATED = 143, "ended by SIGTERM; unsaved input is kept as a draft"


class Refusal(Exception):
    """Why a command stops on its own account: one plain sentence, and its exit code."""

    def __init__(self, words: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(words)
        self.code = code


class UsageError(Refusal):
    """A mistake on the command line that the command finds; the help of the command follows."""


_OWN_MEANING: Final = {
    ("test", ExitCode.OK): "the mail server accepted the mail",
    ("probe", ExitCode.OK): "the mail server answers, with or without a note",
    ("probe", ExitCode.MAIL_REJECTED): (
        "the mail server said no, or TLS, the login or the recipient failed"
    ),
    ("probe", ExitCode.MAIL_UNREACHABLE): (
        "no mail server was seen, or it did not speak SMTP in time"
    ),
    ("plan", ExitCode.OK): "nothing would change",
    ("plan", ExitCode.FAILED): "the difference could not be found",
    ("plan", ExitCode.USAGE): "something would change",
    ("profiles check", ExitCode.FAILED): "a step failed",
    ("doctor", ExitCode.FAILED): "a problem was found",
}
"""What a code means after one command only."""
_LOCAL: Final = (ExitCode.OK, ExitCode.USAGE)
_SCREEN: Final = (*_LOCAL, ExitCode.UNKNOWN_OUTCOME)
_CHECK: Final = (*_LOCAL, ExitCode.FAILED)
_LIST: Final = (*_CHECK, ExitCode.UNREACHABLE, ExitCode.TOKEN)
_GET: Final = (*_LIST, ExitCode.NOT_FOUND, ExitCode.REFUSED)
_CREATE: Final = (*_LIST, ExitCode.REFUSED, ExitCode.UNKNOWN_OUTCOME)
_CHANGE: Final = (*_GET, ExitCode.UNKNOWN_OUTCOME, ExitCode.CONFLICT)
COMMAND_CODES: Final[dict[str, tuple[ExitCode, ...]]] = {
    "demo": _SCREEN,
    "sandbox": _LOCAL,
    "completion": _LOCAL,
    "list": (*_LIST, ExitCode.NOT_FOUND),
    "export": (*_LIST, ExitCode.NOT_FOUND),
    "plan": _CHECK,
    "apply": (
        *(*_CHANGE, ExitCode.WOULD_CHANGE),
        *(ExitCode.MAIL_REJECTED, ExitCode.MAIL_UNREACHABLE),
    ),
    "schema": _LOCAL,
    "get": _GET,
    "set": (*_CHANGE, ExitCode.WOULD_CHANGE),
    "create": (*_CREATE, ExitCode.WOULD_CHANGE),
    "delete": (*_CHANGE, ExitCode.WOULD_CHANGE),
    "test": (
        *(*_GET, ExitCode.UNKNOWN_OUTCOME),
        *(ExitCode.MAIL_REJECTED, ExitCode.MAIL_UNREACHABLE, ExitCode.WOULD_CHANGE),
    ),
    "probe": (*_GET, ExitCode.MAIL_REJECTED, ExitCode.MAIL_UNREACHABLE),
    "profiles list": _LOCAL,
    "profiles add": _LOCAL,
    "profiles set": _LOCAL,
    "profiles remove": (*_LOCAL, ExitCode.REFUSED),
    "profiles use": _LOCAL,
    "profiles check": _CHECK,
    "profiles path": _LOCAL,
    "audit": _LOCAL,
    "doctor": (*_CHECK, ExitCode.REFUSED),
    "help": _LOCAL,
}
"""The codes that each command can end with, beside those of :data:`ANY_COMMAND`."""
ANY_COMMAND: Final = tuple(code for code in ExitCode if code >= ExitCode.CRASHED)
"""The codes of a crash, a full disk, a closed pipe and signals."""


def meaning_of(code: ExitCode, command: str = "") -> str:
    """What a code means: after one command, or after any."""
    own = {name: words for (name, which), words in _OWN_MEANING.items() if which is code}
    if command:
        return own.get(command, code.meaning)
    return "; ".join((code.meaning, *(f"{name}: {words}" for name, words in own.items())))


def codes_help(command: str = "") -> str:
    """The codes of a command, or all, one a line, for the end of a help text of 80 columns."""
    lines = ["exit codes:"]
    for code in sorted(COMMAND_CODES[command]) if command else ExitCode:
        line, indent = f"  {code.value:>3}  {meaning_of(code, command)}", " " * 7
        lines.append(textwrap.fill(line, 80, subsequent_indent=indent, break_on_hyphens=False))
    return "\n".join(lines)
