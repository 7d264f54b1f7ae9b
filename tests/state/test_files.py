from __future__ import annotations

import os
import resource
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import pytest

from smtp_tui.state.files import (
    FileProblem,
    ensure_directory,
    locked,
    read_bytes,
    read_text,
    write_atomic,
)

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def at_most(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_is_private_and_so_is_the_directory_made_for_it(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        write_atomic(tmp_path / "new" / "file", "text")
    finally:
        os.umask(old)
    assert mode(tmp_path / "new") == 0o700
    assert mode(tmp_path / "new" / "file") == 0o600


def test_a_file_that_others_could_read_is_private_after_a_write(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(0o644)
    write_atomic(file, "new")
    assert (mode(file), read_text(file)) == (0o600, "new")


def test_our_own_directory_is_closed_to_others_and_a_foreign_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    ours, home = tmp_path / "smtp-tui", tmp_path / "home"
    for directory in (ours, home):
        directory.mkdir()
        (directory / "something").touch()
        directory.chmod(0o755)
        ensure_directory(directory)
    assert (mode(ours), mode(home)) == (0o700, 0o755)


def test_a_missing_file_reads_as_none(tmp_path: Path) -> None:
    assert read_bytes(tmp_path / "none" / "file") is None
    assert read_text(tmp_path / "file") is None


def test_a_symlink_stays_a_symlink_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "real", tmp_path / "link"
    link.symlink_to(target)
    for text in ("made", "replaced"):
        with locked(link):
            write_atomic(link, text)
        assert link.is_symlink()
        assert target.read_text() == text
    assert [file for file in tmp_path.iterdir() if file.name.endswith(".tmp")] == []


def test_a_circle_of_symlinks_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(FileProblem, match="loop of symbolic links"):
        read_text(tmp_path / "a")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileProblem, match="not a regular file"):
        read_text(tmp_path / "pipe")
    with pytest.raises(FileProblem, match="not a regular file"):
        write_atomic(tmp_path / "pipe", "text")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


def test_a_directory_in_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(FileProblem, match="is a directory, not a file"):
        read_text(tmp_path / "file")


@pytest.mark.parametrize("bits", [0o602, 0o620])
def test_a_file_that_others_may_write_to_is_refused_with_the_remedy(
    tmp_path: Path, bits: int
) -> None:
    file = tmp_path / "file"
    file.write_text("text")
    file.chmod(bits)
    with pytest.raises(FileProblem, match="others can write to it; run: chmod 600 "):
        read_text(file)
    with pytest.raises(FileProblem, match="others can write to it"):
        write_atomic(file, "new")
    assert file.read_text() == "text"


def test_a_world_writable_place_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "file").write_text("text")
    (place / "file").chmod(0o600)
    place.chmod(0o1777)
    with pytest.raises(FileProblem, match="others can write"):
        read_text(place / "file")
    with pytest.raises(FileProblem, match="others can write"):
        write_atomic(place / "file", "new")
    with pytest.raises(FileProblem, match="others can write"), locked(place / "file"):
        pass


@as_root
def test_a_file_or_directory_of_another_user_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text")
    os.chown(file, NOBODY, NOBODY)
    with pytest.raises(FileProblem, match="belongs to another user"):
        read_text(file)
    with pytest.raises(FileProblem, match="belongs to another user"):
        write_atomic(file, "new")
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", NOBODY, NOBODY)
    with pytest.raises(FileProblem, match="belongs to another user"):
        write_atomic(tmp_path / "theirs" / "file", "new")


def test_a_file_marked_read_only_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("text")
    file.chmod(0o400)
    with pytest.raises(FileProblem, match=r"read-only; run: chmod u\+w"):
        write_atomic(file, "new")
    assert read_text(file) == "text"


@contextmanager
def place_without_write_permission() -> Iterator[Path]:
    """A directory of this user in which nothing can be made; root becomes nobody for it."""
    assert filelock.__version__  # loaded before the rights are gone
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "file").write_text("text")
        (place / "file").chmod(0o600)
        if root:
            for path in (place / "file", place):
                os.chown(path, NOBODY, NOBODY)
            os.seteuid(NOBODY)
        place.chmod(0o500)
        try:
            yield place
        finally:
            place.chmod(0o700)
            if root:
                os.seteuid(0)


def test_a_directory_without_write_permission_is_reported_and_still_read() -> None:
    with place_without_write_permission() as place:
        with pytest.raises(FileProblem, match="permission denied"):
            write_atomic(place / "file", "new")
        with pytest.raises(FileProblem, match="permission denied"), locked(place / "file"):
            pass
        assert read_text(place / "file") == "text"


def test_a_full_disk_is_reported_and_leaves_the_old_file_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_atomic(file, "old" * 1000)
    with at_most(4096), pytest.raises(FileProblem, match="file size limit"):
        write_atomic(file, "new" * 10_000)
    assert read_text(file) == "old" * 1000
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_file_over_the_cap_or_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_text(file, cap=5) == "12345"
    with pytest.raises(FileProblem, match="longer than 4 bytes"):
        read_text(file, cap=4)
    file.write_bytes("ü".encode("latin-1"))
    with pytest.raises(FileProblem, match="not UTF-8 at byte 0"):
        read_text(file)


def test_a_held_lock_ends_in_a_file_problem(tmp_path: Path) -> None:
    other = filelock.FileLock(tmp_path / ".file.lock")
    words = "another smtp-tui has locked it for 0.1 s"
    with other, pytest.raises(FileProblem, match=words), locked(tmp_path / "file", seconds=0.1):
        pass
    with locked(tmp_path / "file", seconds=0.1):
        write_atomic(tmp_path / "file", "mine")
    assert read_text(tmp_path / "file") == "mine"


def test_the_lock_is_private_too(tmp_path: Path) -> None:
    with locked(tmp_path / "file"):
        assert mode(tmp_path / ".file.lock") == 0o600


def test_the_next_writer_clears_away_what_a_killed_one_left(tmp_path: Path) -> None:
    leftover = tmp_path / f".file.1234.{'a' * 16}.tmp"
    of_another = tmp_path / f".other.1234.{'a' * 16}.tmp"
    leftover.touch()
    of_another.touch()
    with locked(tmp_path / "file"):
        assert not leftover.exists()
    assert of_another.exists()
