"""Make the pictures of the README, or check that they show the program as it is.

`python screenshots/make.py` makes them here; `--check` makes them in a temporary directory and
compares. Exit code 0: done, or all are current; 1: some differ; 2: they could not be made.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""What finding Python and a temporary directory may need; nothing else reaches the pictures."""


def draw(directory: Path) -> bool:
    """Make all pictures in a directory, in a process that knows nothing of this terminal."""
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment |= {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    # Started from the top, it finds the program without an installation.
    command = [sys.executable, "-m", "screenshots.story", str(directory.resolve())]
    return subprocess.run(command, cwd=HERE.parent, env=environment, check=False).returncode == 0


def pictures(directory: Path) -> dict[str, bytes]:
    """The pictures of a directory by their names."""
    return {path.name: path.read_bytes() for path in sorted(directory.glob("*.svg"))}


def differing(made: Path, kept: Path) -> list[str]:
    """What is to be said of each picture that is not the same in both directories."""
    new, old = pictures(made), pictures(kept)
    return [
        f"{name}: {'missing' if name not in old else 'left over' if name not in new else 'differs'}"
        for name in sorted(new.keys() | old.keys())
        if new.get(name) != old.get(name)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make or check; the exit codes are those of the module."""
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    parser.add_argument("directory", nargs="?", type=Path, default=HERE, help="default: this one")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="smtp-tui-pictures-") as temporary:
        made = Path(temporary)
        if not draw(made):
            return 2
        if asked.check:
            return report(differing(made, asked.directory))
        replace(made, asked.directory)
    return 0


def replace(made: Path, kept: Path) -> None:
    """Put the new pictures in the place of the old ones."""
    kept.mkdir(parents=True, exist_ok=True)
    new = pictures(made)
    for name in pictures(kept).keys() - new.keys():
        (kept / name).unlink()
    for name, content in new.items():
        (kept / name).write_bytes(content)


def report(found: Sequence[str]) -> int:
    """Say which pictures are not current, and how to renew them."""
    for line in found:
        print(line)
    if found:
        print("Renew them with: python screenshots/make.py")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
