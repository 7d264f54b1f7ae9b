"""Small private files that no crash, full disk or second process can leave half-written.

The way of a write: real path, directory of ours, temporary file beside it, 0600, fsync, replace,
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

DEFAULT_CAP: Final = 4 * 1024 * 1024
LOCK_SECONDS: Final = 10.0
_READ_FLAGS: Final = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_TEMPORARY: Final = re.compile(r"\.(?P<name>.+)\.(?P<pid>[0-9]+)\.[0-9a-f]{16}\.tmp\Z")
_OWN_NAME: Final = "smtp-tui"
_WORDS: Final = {
    errno.EACCES: "is not permitted to this user",
    errno.EPERM: "is not permitted to this user",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file may not grow any further",
    errno.EROFS: "the disk is read-only",
    errno.ELOOP: "is a circle of symbolic links",
    errno.ENOTDIR: "a part of the path is no directory",
    errno.EISDIR: "is a directory, not a file",
    errno.ENXIO: "is no regular file",
}


class FileProblem(Exception):
    """A file that cannot be read or written; ``words`` say why and, where known, what helps."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path = path
        self.words = words


def problem_of(path: Path, error: OSError) -> FileProblem:
    """The words for what the system refused, in place of an errno."""
    known = _WORDS.get(error.errno or 0)
    return FileProblem(path, known or os.strerror(error.errno or 0).lower())


def real_path(path: Path) -> Path:
    """Where a path leads in the end, so that a symbolic link is followed and not replaced."""
    return Path(os.path.realpath(path))


def ensure_directory(path: Path) -> Path:
    """Make a directory of ours, 0700, and give its real path; an existing one is judged.

    Raises :class:`FileProblem` for a foreign owner, a world-writable place or what is no directory.
    An existing directory is closed to others only if it is plainly this program's (by its name, or
    empty): a home directory someone points us to keeps its mode.
    """
    real = real_path(path)
    try:
        real.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            real.mkdir(mode=0o700)
        _check_place(real, path)
        mode = stat.S_IMODE(real.stat().st_mode)
        if mode & 0o077 and (real.name == _OWN_NAME or not any(real.iterdir())):
            real.chmod(0o700)
    except OSError as error:
        raise problem_of(path, error) from None
    return real


def _check_place(directory: Path, named: Path) -> None:
    """Refuse a directory in which another user could put a file under our name."""
    status = directory.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise FileProblem(named, "is no directory")
    if status.st_uid not in {0, os.geteuid()}:
        raise FileProblem(named, f"lies in a directory of another user (uid {status.st_uid})")
    if status.st_mode & stat.S_IWOTH:
        raise FileProblem(named, f"lies where everyone may write; try: chmod o-w {directory}")


def _check_file(status: os.stat_result, path: Path) -> None:
    """Refuse what is no plain file of ours, judged on the opened file and not on its name."""
    if not stat.S_ISREG(status.st_mode):
        raise FileProblem(path, "is no regular file")
    if status.st_uid not in {0, os.geteuid()}:
        raise FileProblem(path, f"belongs to another user (uid {status.st_uid})")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise FileProblem(path, f"others may write to it; try: chmod 600 {path}")


def read_bytes(path: Path, cap: int = DEFAULT_CAP) -> bytes | None:
    """The content of a file of ours; None where there is none.

    Raises :class:`FileProblem` where it is longer than ``cap`` bytes, no plain file, open to the
    writing of others, or unreadable.
    """
    real = real_path(path)
    try:
        descriptor = os.open(real, _READ_FLAGS)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise problem_of(path, error) from None
    try:
        with os.fdopen(descriptor, "rb") as file:
            _check_file(os.fstat(file.fileno()), path)
            _check_place(real.parent, path)
            content = file.read(cap + 1)
    except OSError as error:
        raise problem_of(path, error) from None
    if len(content) > cap:
        raise FileProblem(path, f"is longer than {cap:,} bytes")
    return content


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
    real = real_path(path)
    _check_place(real.parent, path)
    extra = os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(real, flags | extra, 0o600)
    try:
        _check_file(os.fstat(descriptor), path)
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
    real = real_path(path)
    temporary = real.parent / f".{real.name}.{os.getpid()}.{os.urandom(8).hex()}.tmp"
    try:
        _check_place(real.parent, path)
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
    _check_file(status, path)
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
    real = real_path(path)
    lock = FileLock(real.parent / f".{real.name}.lock", timeout=seconds, mode=0o600)
    try:
        _check_place(real.parent, path)
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
