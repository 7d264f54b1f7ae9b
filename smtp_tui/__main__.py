"""``python -m smtp_tui`` and the installed ``smtp-tui``."""

from __future__ import annotations

import gc
import resource
import sys

from smtp_tui.cli.main import run


def main() -> int:
    """Run the command line of this process; the answer is the exit code."""
    # A core would hold the token and every password that was typed.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Nothing that a start makes is garbage, and looking for some takes a tenth of the start. What
    # runs for long, the app and the sandbox, turns this on again.
    gc.disable()
    code = run(sys.argv[1:])
    gc.freeze()  # or Python looks through all that is left, several times, before it ends
    return code


if __name__ == "__main__":
    sys.exit(main())
