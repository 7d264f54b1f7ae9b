"""Small private files that no crash, full disk or second process leaves half-written.

A write goes through a trusted path and a directory of ours: a temporary file beside the real one,
0600, fsync, replace, fsync of the directory, all under a lock. A symlink stays a symlink, because
its real path is replaced. Files that only grow have a JSON object on each line.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from smtp_tui.api.paths import (
    FileProblem,
    check_file,
    open_trusted,
    problem_of,
    read_trusted,
    trusted_path,
)

__all__ = ["FileProblem"]  # for those who read and write files through this module
DEFAULT_CAP: Final = 4 * 1024 * 1024
LONGEST_LINE: Final = 1024 * 1024
"""Bytes of a line that are read at most; a longer line is skipped."""
_TEMPORARY: Final = re.compile(r"\.(?P<name>.+)\.(?P<pid>[0-9]+)\.[0-9a-f]{16}\.tmp\Z")
_OWN_NAME: Final = "smtp-tui"


@contextmanager
def problems_of(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the block into a :class:`FileProblem` that names this path."""
    try:
        yield
    except OSError as error:
        raise problem_of(path, error) from None


def own_path(path: Path) -> Path:
    """The real path of a file that the program writes: it is trusted, and so is its directory.

    A sticky directory such as ``/tmp`` is refused, because others could put files beside it.
    Raises :class:`FileProblem`.
    """
    real = trusted_path(path)
    trusted_path(real.parent)
    return real


def state_directory(environ: Mapping[str, str]) -> Path:
    """The directory of test history, drafts, journal and settings; it need not exist yet.

    Raises :class:`FileProblem` where there is no home directory to put it in.
    """
    return _directory(environ, "SMTP_TUI_STATE_DIR", "user_state_path")


def config_directory(environ: Mapping[str, str]) -> Path:
    """The directory of ``profiles.toml`` and ``config.toml``. Raises as :func:`state_directory`."""
    return _directory(environ, "SMTP_TUI_CONFIG_DIR", "user_config_path")


def _directory(environ: Mapping[str, str], variable: str, usual: str) -> Path:
    """The directory that a variable names, otherwise the one that platformdirs calls ``usual``."""
    chosen = environ.get(variable)
    place: Path
    try:
        if chosen:
            place = Path(chosen).expanduser().absolute()
        else:
            from platformdirs import PlatformDirs  # noqa: PLC0415 - not where the variable is set

            place = getattr(PlatformDirs(_OWN_NAME, appauthor=False), usual)
    except RuntimeError:  # both raise it for a user without a home
        place = Path(chosen or "~")
    if not place.is_absolute():
        raise FileProblem(place, f"there is no home directory; set {variable}")
    return place


def ensure_directory(path: Path) -> None:
    """Make a directory, 0700 whatever the umask.

    An existing directory is closed to others only if it is clearly this program's (by its name, or
    because it is empty): a home directory someone points us to keeps its mode. Raises
    :class:`FileProblem`, before anything is made, where the path is not trusted.
    """
    real = trusted_path(path)
    with problems_of(path):
        if not real.exists():
            _make_directories(real)
            trusted_path(path)
        mode = stat.S_IMODE(real.stat().st_mode)
        if mode & 0o077 and (real.name == _OWN_NAME or not any(real.iterdir())):
            real.chmod(0o700)


def _make_directories(real: Path) -> None:
    """Make a directory and those above it that are missing. Raises ``OSError``."""
    for directory in reversed([each for each in (real, *real.parents) if not each.exists()]):
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
            directory.chmod(0o700)


def read_bytes(path: Path, cap: int = DEFAULT_CAP) -> bytes | None:
    """The content of a file of ours; None where there is no file.

    Raises :class:`FileProblem` where it is longer than ``cap`` bytes, not a regular file, not on a
    trusted path, or unreadable.
    """
    own_path(path)
    return read_trusted(path, cap)


def read_text(path: Path, cap: int = DEFAULT_CAP) -> str | None:
    """The content of a file, decoded as strict UTF-8; None where there is no file.

    Raises :class:`FileProblem` as :func:`read_bytes` does, and where it is not UTF-8.
    """
    try:
        content = read_bytes(path, cap)
        return None if content is None else content.decode()
    except UnicodeDecodeError as error:
        raise FileProblem(path, f"is not UTF-8 at byte {error.start}") from None


def holds_other(path: Path, is_ours: Callable[[str], bool]) -> bool:
    """Whether a file that is about to be written holds a text that is not ``is_ours``.

    No file, an empty one and what is no regular file hold none. Raises :class:`FileProblem`.
    """
    with problems_of(path):
        if not path.is_file():
            return False
        with path.open("rb") as file:
            content = file.read(DEFAULT_CAP)
    return bool(content.strip()) and not is_ours(content.decode(errors="replace"))


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of the content, however little the system takes at once. Raises ``OSError``."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def write_atomic(path: Path, text: str) -> None:
    """Replace the text of a file of ours, completely or not at all; it is 0600 afterwards.

    Its directory is made, and closed to others. Hold :func:`locked` around a read-modify-write.
    Raises :class:`FileProblem`; the old file is then unchanged.
    """
    ensure_directory(path.parent)
    write_private(path, text)


def write_private(path: Path, text: str) -> None:
    """Replace the text of a file that the user named; it is 0600 afterwards.

    Its directory is neither made nor changed. Raises :class:`FileProblem`; the old file is then
    unchanged.
    """
    real = own_path(path)
    with problems_of(path):
        if real.exists():
            check_file(real.lstat(), path)
            if not real.lstat().st_mode & stat.S_IWUSR:
                raise FileProblem(path, f"is marked read-only; run: chmod u+w {path}")
        _replace(real, text.encode(), 0o600)


def write_public(path: Path, text: str) -> None:
    """Replace the text of a file that other programs read, at once; it is 0644 afterwards.

    For what holds no secret: the directory need not be ours, and keeps its mode. A link is refused,
    because others may have put it there. Raises :class:`FileProblem`; the old file is then
    unchanged.
    """
    with problems_of(path):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise FileProblem(path, "is not a regular file")
        _replace(path, text.encode(), 0o644)


def _replace(real: Path, content: bytes, mode: int) -> None:
    """Put new content in the place of a file, or leave it as it is. Raises ``OSError``."""
    temporary = real.parent / f".{real.name}.{os.getpid()}.{os.urandom(8).hex()}.tmp"
    try:
        _write_new(temporary, content, mode)
        temporary.replace(real)
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(real.parent)


def _write_new(temporary: Path, content: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        os.fchmod(descriptor, mode)
        write_all(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(directory: Path) -> None:
    """Make a rename or removal in a directory survive a power cut. Raises ``OSError``."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot fsync a directory; the file itself is safe.
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:
            raise
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, seconds: float = 10.0) -> Iterator[Path]:
    """Keep other processes and threads from writing a file, and give its real path, where the lock
    is.

    Temporary files that killed writers left behind are removed first. Raises
    :class:`FileProblem` where the lock is not free within ``seconds`` or cannot be made.
    """
    from filelock import FileLock, Timeout  # noqa: PLC0415 - only writers pay for it

    ensure_directory(path.parent)
    real = own_path(path)
    lock = FileLock(real.parent / f".{real.name}.lock", timeout=seconds, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        words = f"another smtp-tui has locked it for {seconds:g} s"
        raise FileProblem(path, words) from None
    except OSError as error:
        raise problem_of(path, error) from None
    try:
        clear_leftovers(real.parent, lambda name, _: name == real.name)
        yield real
    finally:
        lock.release()


def clear_leftovers(directory: Path, dead: Callable[[str, int], bool]) -> None:
    """Remove the temporary files of killed writers: those for which ``dead(file name, pid)``.

    Best effort: a file that cannot be removed does no harm.
    """
    with suppress(OSError):
        for name in os.listdir(directory):
            match = _TEMPORARY.match(name)
            if match is not None and dead(match["name"], int(match["pid"])):
                (directory / name).unlink(missing_ok=True)


def append_line(path: Path, line: str, *, sync: bool) -> int:
    """Add one line, completely or not at all, and return the new size of the file in bytes.

    A line that a killed process left unfinished is ended first, so that it spoils no other.
    ``sync`` waits until the line is on the disk. Call it with the file's lock held:
    :func:`locked` has checked the path. Raises :class:`FileProblem`.
    """
    content = line.encode() + b"\n"
    with problems_of(path):
        try:
            descriptor = open_trusted(path, os.O_RDWR | os.O_APPEND)
        except FileNotFoundError:
            write_atomic(path, content.decode())
            return len(content)
        size = os.fstat(descriptor).st_size
        try:
            if size > 0 and os.pread(descriptor, 1, size - 1) != b"\n":
                content = b"\n" + content
            write_all(descriptor, content)
            if sync:
                os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, size)
            raise
        finally:
            os.close(descriptor)
    return size + len(content)


def open_log(path: Path) -> int:
    """Open a file to add lines to; it is made if there is none, and 0600 afterwards.

    A link is refused, and whatever is not this user's own regular file. Raises
    :class:`FileProblem`.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with problems_of(path):
        if path.is_symlink():
            raise FileProblem(path, "is a symbolic link")
        trusted_path(path)
        if path.exists():
            check_file(path.lstat(), path)
        descriptor = os.open(path, flags, 0o600)
        try:
            check_file(os.fstat(descriptor), path)
            os.fchmod(descriptor, 0o600)
        except (FileProblem, OSError):
            os.close(descriptor)
            raise
    return descriptor


def read_lines(path: Path, longest: int = LONGEST_LINE) -> tuple[list[str], int]:
    """The lines of a file, and how many were skipped for their length; none without a file.

    Bytes that are not UTF-8 are replaced. However long the file or a line is, only its readable
    lines are held in memory. Raises :class:`FileProblem`.
    """
    own_path(path)
    lines: list[str] = []
    overlong = 0
    with problems_of(path):
        try:
            descriptor = open_trusted(path)
        except FileNotFoundError:
            return lines, overlong
        with os.fdopen(descriptor, "rb") as file:
            while line := file.readline(longest + 1):
                if len(line.rstrip(b"\n")) <= longest:
                    lines += [line.decode(errors="replace")] if line.strip() else []
                    continue
                overlong += 1
                while line and not line.endswith(b"\n"):
                    line = file.readline(longest)
    return lines, overlong
