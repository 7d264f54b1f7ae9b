"""Other processes of the program, for what only they can show: crowding and sudden death."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Run Python code that prints a line for each thing that it has done for good."""
    return subprocess.Popen(
        [sys.executable, "-u", "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_together(code: str, count: int, *arguments: str) -> None:
    """Run the code in several processes, let go at the same moment; all must end well.

    The code reads one line of input before it begins; its last argument is the process's number.
    """
    running = [start(code, *arguments, str(number)) for number in range(count)]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
