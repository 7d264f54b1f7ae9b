"""Small private files that no crash, full disk or second process can leave half-written.

The way of a write: trusted path, directory of ours, temporary file beside it, 0600, fsync, replace,
fsync of the directory, under a lock. A symlink stays a symlink because its real path is replaced.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from smtp_tui.api.paths import (
    FileProblem,
    check_file,
    check_regular,
    problem_of,
    read_trusted,
    trusted_path,
)

DEFAULT_CAP: Final = 4 * 1024 * 1024
LOCK_SECONDS: Final = 10.0
_TEMPORARY: Final = re.compile(r"\.(?P<name>.+)\.(?P<pid>[0-9]+)\.[0-9a-f]{16}\.tmp\Z")
_OWN_NAME: Final = "smtp-tui"

__all__ = [
    "DEFAULT_CAP",
    "LOCK_SECONDS",
    "FileProblem",
    "clear_leftovers",
    "ensure_directory",
    "locked",
    "open_checked",
    "own_path",
    "problem_of",
    "read_bytes",
    "read_text",
    "sync_directory",
    "write_all",
    "write_atomic",
]


def own_path(path: Path) -> Path:
    """The real path of a file that the program writes: trusted, and so is its directory.

    A sticky directory such as ``/tmp`` is none for it: others could put files beside it.
    Raises :class:`FileProblem`.
    """
    real = trusted_path(path)
    trusted_path(real.parent)
    return real


def ensure_directory(path: Path) -> Path:
    """Make a directory, 0700 whatever the umask, and give its real path.

    Raises :class:`FileProblem` where its path is not trusted, and before anything is made there.
    An existing directory is closed to others only if it is plainly this program's (by its name, or
    empty): a home directory someone points us to keeps its mode.
    """
    real = trusted_path(path)
    try:
        for directory in reversed([one for one in (real, *real.parents) if not one.exists()]):
            with suppress(FileExistsError):
                directory.mkdir(mode=0o700)
                directory.chmod(0o700)
        trusted_path(path)
        mode = stat.S_IMODE(real.stat().st_mode)
        if mode & 0o077 and (real.name == _OWN_NAME or not any(real.iterdir())):
            real.chmod(0o700)
    except OSError as error:
        raise problem_of(path, error) from None
    return real


def read_bytes(path: Path, cap: int = DEFAULT_CAP) -> bytes | None:
    """The content of a file of ours; None where there is none.

    Raises :class:`FileProblem` where it is longer than ``cap`` bytes, no regular file, not on a
    trusted path, or unreadable.
    """
    own_path(path)
    return read_trusted(path, cap)


def read_text(path: Path, cap: int = DEFAULT_CAP) -> str | None:
    """The content of a file as strict UTF-8; None where there is no file.

    Raises :class:`FileProblem` as :func:`read_bytes` does, and where it is no UTF-8.
    """
    content = read_bytes(path, cap)
    if content is None:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise FileProblem(path, f"is not UTF-8 at byte {error.start}") from None


def open_checked(path: Path, flags: int) -> int:
    """Open a file for writing, made 0600 where there is none; gives the descriptor.

    Raises :class:`FileProblem` for a file that is not ours, and ``OSError`` from the system.
    """
    real = own_path(path)
    flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(real, flags | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        check_regular(os.lstat(real), path)
        descriptor = os.open(real, flags)
    else:
        os.fchmod(descriptor, 0o600)  # whatever the umask
    try:
        check_file(os.fstat(descriptor), path)
    except FileProblem:
        os.close(descriptor)
        raise
    return descriptor


def write_all(descriptor: int, content: bytes) -> None:
    """Write the whole of it, however little the system takes at a time. Raises ``OSError``."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def write_atomic(path: Path, text: str) -> None:
    """Replace a file by a new text, wholly or not at all, 0600.

    For a read-modify-write hold :func:`locked` around it. Raises :class:`FileProblem`; the old file
    is then as it was.
    """
    ensure_directory(path.parent)
    real = own_path(path)
    temporary = real.parent / f".{real.name}.{os.getpid()}.{os.urandom(8).hex()}.tmp"
    try:
        _check_replaceable(real, path)
        try:
            _write_new(temporary, text.encode())
            temporary.replace(real)
        finally:
            temporary.unlink(missing_ok=True)
        sync_directory(real.parent)
    except OSError as error:
        raise problem_of(path, error) from None


def _check_replaceable(real: Path, path: Path) -> None:
    try:
        status = real.lstat()
    except FileNotFoundError:
        return
    check_file(status, path)
    if not status.st_mode & stat.S_IWUSR:
        raise FileProblem(path, f"is marked read-only; try: chmod u+w {path}")


def _write_new(temporary: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Make a rename or removal in a directory last through a power cut. Raises ``OSError``."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems know no fsync of directories; the file itself is safe.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Keep other processes and threads from writing a file; the lock stands beside its real path.

    What writers that were killed left behind is cleared away first. Raises :class:`FileProblem`
    where the lock is not free within ``seconds`` or cannot be made.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only writers pay for it

    ensure_directory(path.parent)
    real = own_path(path)
    lock = FileLock(real.parent / f".{real.name}.lock", timeout=seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        words = f"another smtp-tui has been writing it for {seconds:g} seconds"
        raise FileProblem(path, words) from None
    except OSError as error:
        raise problem_of(path, error) from None
    try:
        _sweep(real)
        yield
    finally:
        lock.release()


def _sweep(real: Path) -> None:
    """Remove the temporary files of one file: its lock is held, so nobody is writing them."""
    clear_leftovers(real.parent, lambda name, _: name == real.name)


def clear_leftovers(directory: Path, dead: Callable[[str, int], bool]) -> None:
    """Remove temporary files of writers that were killed, where ``dead(file name, pid)`` says so.

    Best effort: one that cannot be removed does no harm.
    """
    with suppress(OSError):
        for leftover in directory.iterdir():
            match = _TEMPORARY.match(leftover.name)
            if match is not None and dead(match["name"], int(match["pid"])):
                leftover.unlink(missing_ok=True)
