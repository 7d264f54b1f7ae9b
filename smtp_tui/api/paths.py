"""Which paths can be trusted: nobody but this user and root can change where they lead.

The rules are those of ssh's StrictModes. They hold for every file that the program reads as its
own: profiles, state, CA certificates and password files.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

MAX_LINKS: Final = 40
_OTHERS_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH
_FLAGS: Final = os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
_WORDS: Final = {
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is exceeded",
    errno.EFBIG: "the file size limit is reached",
    errno.EROFS: "the disk is read-only",
    errno.ELOOP: "is a loop of symbolic links",
    errno.ENOTDIR: "part of the path is not a directory",
    errno.EISDIR: "is a directory, not a file",
    errno.ENXIO: "is not a regular file",
}


class FileProblem(Exception):
    """A file that cannot be read or written; ``words`` say why and, if known, what helps."""

    def __init__(self, path: Path, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path = path
        self.words = words


def problem_of(path: Path, error: OSError) -> FileProblem:
    """What the system refused, in words instead of an errno."""
    known = _WORDS.get(error.errno or 0)
    return FileProblem(path, known or os.strerror(error.errno or 0).lower())


def trusted_path(path: Path) -> Path:
    """The real path, without symbolic links, after every step to it was judged.

    Each directory, link and file on the way belongs to this user or to root. None may be written
    to by its group or by others, but for a sticky directory such as ``/tmp`` on the way: there
    only the owner of an entry can replace it, and the entry is judged in turn.

    What does not exist is not judged: create it, then ask again. Raises :class:`FileProblem`.
    """
    real, links = "/", 0  # texts: a write goes this way nine times
    try:
        ahead = [*reversed(Path(os.getcwd(), path).parts)]
        status = os.lstat(real)
        while ahead:
            _check_way(status, real, path)
            name = ahead.pop()
            step = os.path.dirname(real) if name == os.pardir else os.path.join(real, name)
            try:
                status = os.lstat(step)
            except FileNotFoundError:
                return Path(os.path.normpath(os.path.join(step, *reversed(ahead))))
            _check_owner(status, step, path)
            if not stat.S_ISLNK(status.st_mode):
                real = step
                continue
            links += 1
            if links > MAX_LINKS:
                raise FileProblem(path, _WORDS[errno.ELOOP])
            ahead += reversed(Path(os.readlink(step)).parts)
            status = os.lstat(real)
    except OSError as error:
        raise problem_of(path, error) from None
    except ValueError:
        raise FileProblem(path, "is not a path: it contains a NUL character") from None
    if status.st_mode & _OTHERS_WRITE and stat.S_ISDIR(status.st_mode):
        raise _open_to_others(real, path)
    return Path(real)


def _check_owner(status: os.stat_result, step: str, path: Path) -> None:
    if status.st_uid in {0, os.geteuid()}:
        return
    owner = f"belongs to another user (uid {status.st_uid})"
    raise FileProblem(path, owner if step == str(path) else f"leads through {step}, which {owner}")


def _check_way(status: os.stat_result, directory: str, path: Path) -> None:
    """Refuse a directory on the way in which somebody else could put what comes next."""
    if not stat.S_ISDIR(status.st_mode):
        raise FileProblem(path, _WORDS[errno.ENOTDIR])
    if status.st_mode & _OTHERS_WRITE and not status.st_mode & stat.S_ISVTX:
        raise _open_to_others(directory, path)


def _open_to_others(directory: str, path: Path) -> FileProblem:
    words = f"is in a directory that others can write to; run: chmod go-w {directory}"
    return FileProblem(path, words)


def open_trusted(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a regular file on a trusted path, for reading or as told, and wait for nothing.

    Raises ``FileNotFoundError``, and :class:`FileProblem` for everything else.
    """
    real = trusted_path(path)
    try:
        check_regular(os.lstat(real), path)
        descriptor = os.open(real, flags | _FLAGS)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise problem_of(path, error) from None
    try:
        check_file(os.fstat(descriptor), path)
    except FileProblem:
        os.close(descriptor)
        raise
    return descriptor


def check_regular(status: os.stat_result, path: Path) -> None:
    """Refuse a pipe, a device or a directory: opening one may block."""
    if stat.S_ISDIR(status.st_mode):
        raise FileProblem(path, _WORDS[errno.EISDIR])
    if not stat.S_ISREG(status.st_mode):
        raise FileProblem(path, _WORDS[errno.ENXIO])


def check_file(status: os.stat_result, path: Path) -> None:
    """Check the file that was opened, which may not be what its name refers to by now."""
    check_regular(status, path)
    _check_owner(status, str(path), path)
    if status.st_mode & _OTHERS_WRITE:
        raise FileProblem(path, f"others can write to it; run: chmod 600 {path}")


def read_trusted(path: Path, cap: int) -> bytes | None:
    """The content of a regular file on a trusted path; None if there is none.

    Raises :class:`FileProblem`, also where it is longer than ``cap`` bytes.
    """
    try:
        with os.fdopen(open_trusted(path), "rb") as file:
            content = file.read(cap + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise problem_of(path, error) from None
    if len(content) > cap:
        raise FileProblem(path, f"is longer than {cap:,} bytes")
    return content
