"""Runs Python as another user of this machine; only root can.

    python -m tests.state.as_user UID GROUP,GROUP CODE ARGUMENT…

The modules are imported before the rights are dropped, because that user may not read them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VICTIM, ATTACKER, TEAM = 61_001, 61_002, 61_003
"""Two users, each with a group of its own number, and the group that both belong to."""

needs_root = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can act as two other users of this machine"
)


def run_as(user: int, code: str, *arguments: object) -> str:
    """What the code prints as this user, a member of the team; fails where the code does."""
    command = [sys.executable, "-m", "tests.state.as_user", str(user), f"{user},{TEAM}", code]
    done = subprocess.run(  # noqa: PLW1510 - judged below
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def main() -> None:
    """Drop all rights, then run the code."""
    import filelock  # noqa: F401 - with the rights of root

    import smtp_tui.api.tls
    import smtp_tui.cli.values
    import smtp_tui.profiles.store
    import smtp_tui.state.journal  # noqa: F401 - all of them for the code

    user, groups, code = sys.argv[1:4]
    sys.argv[1:] = sys.argv[4:]
    os.chdir("/")
    os.setgroups([int(group) for group in groups.split(",")])
    os.setgid(int(groups.split(",")[0]))
    os.setuid(int(user))
    exec(compile(code, "code", "exec"), {"__name__": "code"})


if __name__ == "__main__":
    main()
