"""A path is trusted only where no other user can change what stands at its end.

The tests with two users let the second one really try: whatever it manages to do must have made
the program refuse the path.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from smtp_tui.api.paths import FileProblem, open_trusted, read_trusted, trusted_path
from smtp_tui.state.files import ensure_directory, read_text, write_atomic
from tests.state.as_user import ATTACKER, TEAM, VICTIM, needs_root, run_as


@pytest.fixture
def shared() -> Iterator[Path]:
    """A directory of root's that everybody may look into, below /tmp."""
    with tempfile.TemporaryDirectory(prefix="smtp-tui-users-") as name:
        place = Path(name).resolve()
        place.chmod(0o755)
        yield place
        shutil.rmtree(place)
        place.mkdir()


READ = """
import sys
from pathlib import Path
from smtp_tui.state.files import FileProblem, read_text
for name in sys.argv[1:]:
    try:
        print("read", read_text(Path(name)))
    except FileProblem as problem:
        print("refused:", problem)
"""

ATTACK = """
import os, sys
from pathlib import Path
def tried(act):
    try:
        act()
    except OSError:
        return False
    return True
def swap(step):
    os.rename(step, f"{step}.moved")
    os.rename(f"{step}.moved", step)
for name in sys.argv[1:]:
    file = Path(name)
    done = [
        tried(lambda: os.close(os.open(file, os.O_WRONLY | os.O_APPEND))),
        tried(lambda: (file.parent / "audit.jsonl").symlink_to("/etc/passwd")),
        tried(lambda: swap(file)),
        tried(lambda: swap(file.parent)),
        tried(lambda: swap(file.parent.parent)),
    ]
    print(any(done))
"""

MODES = (0o700, 0o755, 0o770, 0o775, 0o757, 0o777, 0o1777, 0o1775, 0o2770, 0o3770)
FILE_MODES = (0o600, 0o644, 0o660, 0o664, 0o646, 0o666)
LAYOUTS = (
    *[("ancestor", mode, owner) for mode in MODES for owner in (VICTIM, 0, ATTACKER)],
    *[("directory", mode, owner) for mode in MODES for owner in (VICTIM, 0, ATTACKER)],
    *[("file", mode, owner) for mode in FILE_MODES for owner in (VICTIM, 0, ATTACKER)],
)


def layout(top: Path, part: str, mode: int, owner: int) -> Path:
    """A file in a directory in a directory, all good, but for one part with mode and owner."""
    parts = {"ancestor": top / "a", "directory": top / "a" / "d", "file": top / "a" / "d" / "f"}
    top.mkdir(mode=0o755)
    parts["ancestor"].mkdir()
    parts["directory"].mkdir()
    parts["file"].write_text("text")
    for name, path in parts.items():
        usual = 0o600 if name == "file" else 0o711
        path.chmod(usual)
        os.chown(path, VICTIM, TEAM)
        if name == part:
            os.chown(path, owner, TEAM)
            path.chmod(mode)
    return parts["file"]


@needs_root
def test_what_a_member_of_a_shared_group_could_exchange_is_not_read(shared: Path) -> None:
    files = [layout(shared / str(number), *parts) for number, parts in enumerate(LAYOUTS)]
    said = run_as(VICTIM, READ, *files).split("\n")
    could = [words == "True" for words in run_as(ATTACKER, ATTACK, *files).split("\n")]
    for (part, mode, owner), words, attacked in zip(LAYOUTS, said, could, strict=True):
        where = f"{part} {mode:o} of {owner}: {words}"
        if attacked or owner == ATTACKER:
            assert words.startswith("refused:"), where
        elif not mode & 0o022 and mode & 0o077:
            assert words == "read text", where
    assert sum(could) > 20


@needs_root
def test_a_link_is_followed_only_where_it_belongs_to_this_user_or_root(shared: Path) -> None:
    shared.chmod(0o1777)
    good = shared / "good"
    good.mkdir()
    os.chown(good, VICTIM, VICTIM)
    file = good / "file"
    file.write_text("text")
    file.chmod(0o600)
    os.chown(file, VICTIM, VICTIM)
    for owner, said in ((VICTIM, "read text"), (0, "read text"), (ATTACKER, "refused:")):
        link = shared / f"link-of-{owner}"
        link.symlink_to(good)
        os.chown(link, owner, owner, follow_symlinks=False)
        assert run_as(VICTIM, READ, link / "file").startswith(said)


@needs_root
@pytest.mark.parametrize("existing", [True, False])
def test_root_makes_nothing_in_the_home_of_another_user(shared: Path, existing: bool) -> None:
    home = shared / "home"
    home.mkdir(mode=0o755)
    os.chown(home, VICTIM, VICTIM)
    place = home / ".local" / "state" / "smtp-tui"
    if existing:
        place.mkdir(parents=True)
        os.chown(place, VICTIM, VICTIM)
    before = sorted(home.rglob("*"))
    with pytest.raises(FileProblem, match="belongs to another user"):
        write_atomic(place / "file", "text")
    with pytest.raises(FileProblem, match="belongs to another user"):
        ensure_directory(place)
    assert sorted(home.rglob("*")) == before


PASSWORD = """
import argparse, sys
from pathlib import Path
from smtp_tui.cli.values import read_password
from smtp_tui.state.files import FileProblem
options = argparse.Namespace(password_stdin=False, password_file=Path(sys.argv[1]))
try:
    print("read", read_password(options).get_secret_value())
except FileProblem as problem:
    print("refused:", problem)
"""

CA_FILE = """
import sys
from pathlib import Path
from smtp_tui.api.target import CaFile, Origin
from smtp_tui.api.tls import CaFileUnusable, ssl_context
try:
    ssl_context(Origin("https", "cam.example"), CaFile(Path(sys.argv[1])))
    print("read")
except CaFileUnusable as problem:
    print("refused:", problem)
"""

PROFILES = """
import sys
from pathlib import Path
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.files import FileProblem
try:
    print("read", ProfileStore(Path(sys.argv[1]).parent).load())
except FileProblem as problem:
    print("refused:", problem)
"""

JOURNAL = """
import sys
from pathlib import Path
from smtp_tui.state.files import FileProblem
from smtp_tui.state.journal import Journal
try:
    print("read", Journal(Path(sys.argv[1]).parent).read())
except FileProblem as problem:
    print("refused:", problem)
"""


@needs_root
@pytest.mark.parametrize(
    ("reader", "name"),
    [
        (PASSWORD, "password"),
        (CA_FILE, "ca.pem"),
        (PROFILES, "profiles.toml"),
        (JOURNAL, "audit.jsonl"),
    ],
)
def test_every_file_of_ours_is_read_from_a_trusted_path_only(
    shared: Path, reader: str, name: str, request: pytest.FixtureRequest
) -> None:
    file = shared / "d" / name
    file.parent.mkdir()
    content = "secret\n" if name == "password" else ""
    if name == "ca.pem":
        content = request.getfixturevalue("certificate").read_text()
    file.write_text(content)
    file.chmod(0o600)
    os.chown(file, VICTIM, TEAM)
    for mode, owner, said in (
        (0o700, VICTIM, "read"),
        (0o2770, VICTIM, "refused:"),
        (0o755, ATTACKER, "refused:"),
    ):
        os.chown(file.parent, owner, TEAM)
        file.parent.chmod(mode)
        assert run_as(VICTIM, reader, file).startswith(said), f"{mode:o} of {owner}"


@pytest.fixture
def certificate() -> Iterator[Path]:
    from tests.failing_sandbox import Sandbox, SandboxOptions

    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        assert sandbox.certificate_path is not None
        yield sandbox.certificate_path


def test_a_file_of_this_user_in_a_sticky_directory_can_be_read_and_holds_no_state(
    tmp_path: Path,
) -> None:
    sticky = tmp_path / "sticky"
    sticky.mkdir()
    sticky.chmod(0o1777)
    (sticky / "password").write_text("text")
    (sticky / "password").chmod(0o600)
    assert read_trusted(sticky / "password", 100) == b"text"
    with pytest.raises(FileProblem, match="others can write to; run: chmod go-w "):
        read_text(sticky / "password")
    with pytest.raises(FileProblem, match="others can write"):
        ensure_directory(sticky)


@pytest.mark.parametrize("bits", [0o020, 0o002])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_no_directory_on_the_way_may_be_written_to_by_others(
    tmp_path: Path, depth: int, bits: int
) -> None:
    file = tmp_path / "a" / "b" / "c" / "file"
    write_atomic(file, "text")
    directory = file.parents[depth]
    directory.chmod(0o700 | bits)
    for act in (
        lambda: read_text(file),
        lambda: write_atomic(file, "new"),
        lambda: open_trusted(file),
    ):
        with pytest.raises(FileProblem, match=f"chmod go-w {directory}$"):
            act()
    directory.chmod(0o700)
    assert read_text(file) == "text"


def test_the_path_is_the_one_that_the_system_would_take(tmp_path: Path) -> None:
    (tmp_path / "real" / "deep").mkdir(parents=True)
    (tmp_path / "real" / "file").write_text("text")
    (tmp_path / "link").symlink_to("real/deep")
    (tmp_path / "again").symlink_to(tmp_path / "link")
    for path in ("link/../file", "again/../file", "real/./deep/../file", "again/../new/x/../y"):
        assert trusted_path(tmp_path / path) == Path(os.path.realpath(tmp_path / path))


@pytest.mark.parametrize("umask", [0o777, 0o077, 0o002, 0o000, 0o400])
def test_whatever_the_umask_directories_are_0700_and_files_0600(tmp_path: Path, umask: int) -> None:
    from smtp_tui.state.files import append_line

    before = os.umask(umask)
    try:
        write_atomic(tmp_path / "new" / "deep" / "file", "text")
        append_line(tmp_path / "new" / "deep" / "lines", "line", sync=False)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {"new": 0o700, "deep": 0o700, "file": 0o600, "lines": 0o600}
