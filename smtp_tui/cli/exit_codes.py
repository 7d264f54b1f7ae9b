"""The exit codes, documented in the README; scripts may rely on them."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run came to. 128 + n is a signal's."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    UNREACHABLE = 5
    UNKNOWN_OUTCOME = 6
    TOKEN = 7
    CRASHED = 70
