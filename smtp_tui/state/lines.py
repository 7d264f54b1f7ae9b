"""Files that only grow, a JSON object to a line: journal and test history.

Both functions want the file's lock held: :func:`smtp_tui.state.files.locked`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.api.paths import open_trusted
from smtp_tui.state.files import open_checked, own_path, problem_of, write_all

LONGEST: Final = 1024 * 1024
"""Bytes of a line that a reader takes; a longer one is skipped."""


class Lines(Struct, frozen=True):
    """The lines of a file; ``overlong`` counts those that were skipped for their length."""

    lines: list[str]
    overlong: int = 0


def append_line(path: Path, line: str, *, sync: bool) -> int:
    """Add one line, wholly or not at all, and give the new size of the file in bytes.

    A line that a killed process left torn is closed first, so that it spoils no other.
    ``sync`` waits until the disk has it. Raises :class:`FileProblem`.
    """
    try:
        descriptor = open_checked(path, os.O_RDWR | os.O_APPEND)
    except OSError as error:
        raise problem_of(path, error) from None
    try:
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        content = (b"\n" if torn else b"") + line.encode() + b"\n"
        try:
            write_all(descriptor, content)
            if sync:
                os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        return size + len(content)
    except OSError as error:
        raise problem_of(path, error) from None
    finally:
        os.close(descriptor)


def read_lines(path: Path, longest: int = LONGEST) -> Lines:
    """The lines of a file, none where there is no file; bytes that are no UTF-8 are replaced.

    However long the file or a line is, no more than its readable lines is held in memory.
    Raises :class:`FileProblem`.
    """
    own_path(path)
    lines: list[str] = []
    overlong = 0
    try:
        with os.fdopen(open_trusted(path), "rb") as file:
            while line := file.readline(longest + 1):
                if len(line.rstrip(b"\n")) <= longest:
                    lines += [line.decode(errors="replace")] if line.strip() else []
                    continue
                overlong += 1
                while line and not line.endswith(b"\n"):
                    line = file.readline(longest)
    except FileNotFoundError:
        return Lines([])
    except OSError as error:
        raise problem_of(path, error) from None
    return Lines(lines, overlong)
