"""Files that only grow, a JSON object to a line: journal and test history.

Both functions want the file's lock held: :func:`smtp_tui.state.files.locked`.
"""

from __future__ import annotations

import os
from pathlib import Path

from smtp_tui.state.files import open_checked, problem_of, read_bytes, write_all


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


def read_lines(path: Path, cap: int) -> list[str]:
    """The lines of a file, none where there is no file; bytes that are no UTF-8 are replaced.

    Raises :class:`FileProblem`, also where the file is longer than ``cap`` bytes.
    """
    content = read_bytes(path, cap)
    if content is None:
        return []
    return [line.decode(errors="replace") for line in content.split(b"\n") if line.strip()]
