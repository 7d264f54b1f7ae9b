"""``python -m smtp_tui`` and the installed ``smtp-tui``."""

from __future__ import annotations

import resource
import signal
import sys
from types import FrameType

from smtp_tui.cli.main import run


def main() -> int:
    """Run the command line of this process; the answer is the exit code."""
    # A core would hold the token and every password that was typed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # under nohup SIGHUP stays ignored
            signal.signal(number, _leave)
    return run(sys.argv[1:])


def _leave(number: int, _: FrameType | None) -> None:
    """End in order: echo comes back, and what was started is ended too."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
