"""Opening the file that keeps the records, which holds passwords and the certificate's key.

The rules are those that ssh has for its own files: nobody but the user (or root) may be able to
replace the file, put a link in its place, or read it.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_LINKS = 40
"""Links followed before a path is taken for a loop, as the kernel does."""


def open_data_file(path: Path) -> Path:
    """Make the file with mode 0600 where it is missing, and return where it really is.

    Raises `OSError` with `filename` set: no group or other may read or write the file or write to
    its directory; file, directory and every directory above belong to the user or to root, or are
    sticky as /tmp is; a link is followed only when it belongs to the user or to root.
    """
    real = _trusted(path)
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        opened = os.open(real, flags | os.O_CREAT | os.O_EXCL, 0o600)
        os.fchmod(opened, 0o600)  # a umask may have taken the owner's bits too
    except FileExistsError:
        opened = os.open(real, flags)
    try:
        _check_file(real, os.fstat(opened))
    finally:
        os.close(opened)
    return real


def _check_file(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "it is no regular file")
    if found.st_uid != os.geteuid():
        raise _refused(path, "it belongs to another user")
    if found.st_mode & _OTHERS:
        mode = stat.S_IMODE(found.st_mode)
        raise _refused(path, f"it is open to others (mode {mode:04o}, not 0600)")


def _trusted(path: Path) -> Path:
    """The path without links, after each step of it was checked."""
    real = Path("/")
    _check_directory(real, last=False)
    steps = list(_steps(path))
    links = 0
    while steps:
        step = steps.pop(0)
        if step == "..":
            real = real.parent
            continue
        here = real / step
        try:
            found = here.lstat()
        except FileNotFoundError:
            if steps:
                raise
            _check_directory(real, last=True)
            return here
        if stat.S_ISLNK(found.st_mode):
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(here))
            if found.st_uid not in _trusted_owners():
                raise _refused(here, "the link belongs to another user")
            target = Path(here.readlink())
            real = Path("/") if target.is_absolute() else real
            steps = [part for part in target.parts if part != "/"] + steps
            continue
        if steps:
            _check_directory(here, last=False)
        else:
            _check_directory(real, last=True)
        real = here
    return real


def _steps(path: Path) -> Iterator[str]:
    whole = Path.cwd() / path
    return (step for step in whole.parts if step != "/")


def _check_directory(path: Path, last: bool) -> None:
    """`last`: the file is in it. Even if it is sticky, others could put an SQLite journal there."""
    found = path.stat()
    if found.st_uid not in _trusted_owners():
        raise _refused(path, "the directory belongs to another user")
    if found.st_mode & _OTHERS_WRITE and (last or not found.st_mode & stat.S_ISVTX):
        mode = stat.S_IMODE(found.st_mode)
        raise _refused(path, f"others may write to the directory (mode {mode:04o})")


def _trusted_owners() -> frozenset[int]:
    return frozenset({0, os.geteuid()})


def _refused(path: Path, why: str) -> OSError:
    return PermissionError(errno.EPERM, why, str(path))
