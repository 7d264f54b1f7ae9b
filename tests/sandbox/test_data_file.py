"""The file of records holds passwords: nobody else may read it, replace it or move it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.failing_sandbox import Sandbox, SandboxOptions

NOBODY = 65534
needs_two_users = pytest.mark.skipif(
    os.geteuid() != 0, reason="only root can make files of a second user"
)


def _opened(path: Path) -> None:
    with Sandbox(SandboxOptions(data=path, demo_records=True)):
        pass


def _group_writable_directory(place: Path) -> Path:
    place.chmod(0o770)
    return place / "records.sqlite"


def _sticky_directory(place: Path) -> Path:
    place.chmod(0o1777)
    return place / "records.sqlite"


def _writable_ancestor(place: Path) -> Path:
    (place / "inner").mkdir(mode=0o700)
    place.chmod(0o777)
    return place / "inner" / "records.sqlite"


def _readable_file(place: Path) -> Path:
    path = place / "records.sqlite"
    path.touch()
    path.chmod(0o640)
    return path


def _fifo(place: Path) -> Path:
    os.mkfifo(place / "records.sqlite", 0o600)
    return place / "records.sqlite"


def _directory(place: Path) -> Path:
    (place / "records.sqlite").mkdir(mode=0o700)
    return place / "records.sqlite"


def _loop(place: Path) -> Path:
    (place / "records.sqlite").symlink_to("records.sqlite")
    return place / "records.sqlite"


def _link_into_a_writable_place(place: Path) -> Path:
    (place / "shared").mkdir()
    (place / "shared").chmod(0o777)
    (place / "link.sqlite").symlink_to("shared/records.sqlite")
    return place / "link.sqlite"


def _link_in_a_writable_place(place: Path) -> Path:
    (place / "own").mkdir(mode=0o700)
    (place / "shared").mkdir()
    (place / "shared" / "link").symlink_to("../own")
    (place / "shared").chmod(0o777)
    return place / "shared" / "link" / "records.sqlite"


def _link_to_a_link_in_a_writable_place(place: Path) -> Path:
    _link_in_a_writable_place(place)
    (place / "first").symlink_to("shared/link")
    return place / "first" / "records.sqlite"


def _foreign_file(place: Path) -> Path:
    path = place / "records.sqlite"
    path.touch(0o600)
    os.chown(path, NOBODY, NOBODY)
    return path


def _foreign_directory(place: Path) -> Path:
    os.chown(place, NOBODY, NOBODY)
    return place / "records.sqlite"


def _foreign_ancestor(place: Path) -> Path:
    (place / "inner").mkdir(mode=0o700)
    os.chown(place, NOBODY, NOBODY)
    return place / "inner" / "records.sqlite"


def _foreign_link(place: Path) -> Path:
    (place / "own").mkdir(mode=0o700)
    (place / "link").symlink_to("own")
    os.lchown(place / "link", NOBODY, NOBODY)
    return place / "link" / "records.sqlite"


def _foreign_link_behind_a_link(place: Path) -> Path:
    _foreign_link(place)
    (place / "first").symlink_to("link")
    return place / "first" / "records.sqlite"


OTHERS = [_group_writable_directory, _sticky_directory, _writable_ancestor, _readable_file, _fifo,
          _directory, _loop, _link_into_a_writable_place, _link_in_a_writable_place,
          _link_to_a_link_in_a_writable_place]  # fmt: skip
FOREIGN = [
    _foreign_file,
    _foreign_directory,
    _foreign_ancestor,
    _foreign_link,
    _foreign_link_behind_a_link,
]
Making = Callable[[Path], Path]


@pytest.mark.parametrize("made", OTHERS, ids=lambda make: make.__name__)
def test_a_file_that_others_can_get_at_is_refused(tmp_path: Path, made: Making) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    path = made(place)
    existed = path.exists()
    with pytest.raises(OSError, match=r"others|regular|Too many") as caught:
        _opened(path)
    assert str(caught.value.filename).startswith(str(place))
    assert path.exists() is existed, "nothing was made there"


@needs_two_users
@pytest.mark.parametrize("made", FOREIGN, ids=lambda make: make.__name__)
def test_what_belongs_to_another_user_is_refused(tmp_path: Path, made: Making) -> None:
    place = tmp_path / "place"
    place.mkdir(mode=0o700)
    path = made(place)
    with pytest.raises(PermissionError, match="belongs to another user"):
        _opened(path)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777], ids=oct)
def test_a_new_file_has_mode_0600_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "records.sqlite"
    code = (
        "import os, pathlib, sys; from smtp_tui.sandbox.store import Store;"
        f"os.umask({mask}); Store(pathlib.Path(sys.argv[1])).close()"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_of_ones_own_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to("real/../real")
    (tmp_path / "file.sqlite").symlink_to(tmp_path / "link" / "records.sqlite")
    _opened(tmp_path / "file.sqlite")
    assert (tmp_path / "file.sqlite").is_symlink()
    assert (tmp_path / "real" / "records.sqlite").stat().st_size > 0


def test_the_command_says_which_directory_others_may_write_to(tmp_path: Path) -> None:
    place = tmp_path / "shared"
    place.mkdir()
    place.chmod(0o775)
    done = subprocess.run(
        [sys.executable, "-m", "smtp_tui", "sandbox", "--port", "0", "--data", "records.sqlite"],
        cwd=place,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"{place}: others can write to the directory (mode 0775)" in done.stderr
    assert list(place.iterdir()) == []
