"""Opening the file with the records, which holds passwords and the certificate's key.

The rules are those of ssh for its own files: nobody but the user (or root) may be able to read the
file, to replace it, or to put a link in its place.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_LINKS = 40
"""Links after which a path counts as a loop, as in the kernel."""


def open_data_file(path: Path) -> Path:
    """Create the file with mode 0600 if it is missing, and return where it really is.

    Raises `OSError` with `filename` set, unless nobody else can read or write the file or write to
    its directory; the file belongs to the user; every directory above belongs to the user or to
    root, and nobody else can write to it unless it is sticky, as /tmp is; and every link on the way
    belongs to the user or to root.
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
    steps = [*(Path.cwd() / path).parts[1:]]
    links = 0
    while steps:
        here = real / steps.pop(0)
        if here.name == "..":
            real = real.parent
            continue
        is_link = here.is_symlink()
        _check_directory(real, last=not steps and not is_link)
        if not is_link:
            if steps:
                here.lstat()  # a directory that is missing is an error
            real = here
        else:
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(here))
            if here.lstat().st_uid not in _trusted_owners():
                raise _refused(here, "the link belongs to another user")
            target = here.readlink()
            real = Path("/") if target.is_absolute() else real
            steps = [*target.parts[target.is_absolute() :], *steps]
    return real


def _check_directory(path: Path, last: bool) -> None:
    """`last`: it holds the file. Even if sticky, others could put an SQLite journal into it."""
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
