"""Make the pictures of the program, or check that they show it as it is.

`python screenshots/make.py` makes them here; `--check` makes them in a temporary directory and
compares; `--only NAME …` does either for single ones. Exit code 0: done, or all are current; 1:
some differ; 2: they could not be made.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))  # so that it needs no installation

from screenshots.pictures import PICTURES, Look, Size, drawings, sheet  # noqa: E402

SHEET = "all.md"
KEPT_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "TMPDIR")
"""What finding Python and a temporary directory may need; nothing else reaches the pictures."""


def draw(directory: Path, only: Collection[str] = ()) -> bool:
    """Make all pictures in a directory, or those with these names, and the page that shows them.

    What has the same size and look is drawn by one process; so many run at once as there are cores.
    """
    wanted: dict[tuple[Size, Look], list[str]] = {}
    for each in drawings():
        if not only or each.picture in only:
            wanted.setdefault((each.size, each.look), []).append(each.picture)
    (directory / SHEET).write_text(sheet(), encoding="utf-8", newline="\n")
    largest_first = sorted(wanted.items(), key=lambda item: -len(item[1]))
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        done = threads.map(lambda item: _draw(directory, *item), largest_first)
        return all([*done])


def _draw(directory: Path, drawn: tuple[Size, Look], names: Sequence[str]) -> bool:
    """Make pictures of one size and look, in a process that knows nothing of this terminal."""
    size, look = drawn
    environment = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    environment |= {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    if look is Look.PLAIN:
        environment["NO_COLOR"] = "1"
    environment["PYTHONPATH"] = str(HERE.parent)  # so that it needs no installation
    command = [sys.executable, "-m", "screenshots.story", str(directory.resolve())]
    command += [size.name, look.name, *names]
    return subprocess.run(command, env=environment, check=False).returncode == 0


def pictures(directory: Path) -> dict[str, bytes]:
    """The pictures of a directory by their names, and the page that shows them."""
    found = [*directory.glob("*.svg"), *directory.glob(SHEET)]
    return {path.name: path.read_bytes() for path in sorted(found)}


def differing(made: Path, kept: Path, *, whole: bool = True) -> list[str]:
    """What is to be said of each picture that is not the same in both directories.

    ``whole`` is whether all were made, so that there may be no others.
    """
    new, old = pictures(made), pictures(kept)
    names = new.keys() | old.keys() if whole else new.keys()
    return [
        f"{name}: {'missing' if name not in old else 'left over' if name not in new else 'differs'}"
        for name in sorted(names)
        if new.get(name) != old.get(name)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Make or check; the exit codes are those of the module."""
    parser = argparse.ArgumentParser(description="Make the pictures of the program.")
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    names = [name for part in PICTURES.values() for name in part]
    parser.add_argument("--only", nargs="+", choices=names, default=(), metavar="NAME")
    parser.add_argument("directory", nargs="?", type=Path, default=HERE, help="default: this one")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="smtp-tui-pictures-") as temporary:
        made = Path(temporary)
        if not draw(made, asked.only):
            return 2
        if asked.check:
            return report(differing(made, asked.directory, whole=not asked.only))
        replace(made, asked.directory, whole=not asked.only)
    return 0


def replace(made: Path, kept: Path, *, whole: bool) -> None:
    """Put the new pictures in the place of the old ones; of the whole set, nothing else stays."""
    kept.mkdir(parents=True, exist_ok=True)
    new = pictures(made)
    for name in pictures(kept).keys() - new.keys() if whole else ():
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
