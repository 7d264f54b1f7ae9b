"""``python -m smtp_tui`` and the installed ``smtp-tui``."""

from __future__ import annotations

import resource
import sys

from smtp_tui.cli.main import run


def main() -> int:
    """Run the command line of this process; the answer is the exit code."""
    # A core would hold the token and every password that was typed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
