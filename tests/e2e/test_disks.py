"""On a disk that takes nothing the work goes on in memory, and the person knows it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from smtp_tui.cli.exit_codes import ExitCode
from tests.e2e.program import Seed, places, says, type_port
from tests.e2e.terminal import Terminal, installed_program
from tests.failing_sandbox import Sandbox

APART = ["unshare", "--mount" if os.geteuid() == 0 else "--map-root-user", "--mount"]
PROFILES = 'schema = 1\n\n[profiles.a] # mine\nhost = "cam.example.com"\ntenant = "t"\n'


@dataclass(frozen=True)
class Disk:
    """What a shell does to the directory `disk`, and what the system then says of a write."""

    prepare: str
    said: str
    mounts: bool = True

    def command(self, *arguments: str) -> list[str]:
        """The program on this disk; where no disk can be made, the test is passed over."""
        if self.mounts and not can_mount():
            pytest.skip("no file system can be mounted here: neither root nor user namespaces")
        script = f'set -e; cd "$HOME"; {self.prepare}; exec "$@"'
        shell = ["/bin/sh", "-c", script, "sh", str(installed_program()), *arguments]
        return [*APART, *shell] if self.mounts else shell


def can_mount() -> bool:
    """Whether this user may mount something that only its own processes see."""
    if shutil.which("unshare") is None:
        return False
    probe = [*APART, "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


DISKS = {
    "full": Disk(
        "cp -a disk was; mount -t tmpfs -o size=64k,mode=700 none disk; cp -a was/. disk;"
        " cat /dev/zero > disk/filler 2>/dev/null || true",
        "the disk is full",
    ),
    "read-only": Disk(
        "mount --bind disk disk; mount -o remount,bind,ro disk", "the disk is read-only"
    ),
    "with a limit": Disk("ulimit -f 0", "the file size limit is reached", mounts=False),
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory with a short path, so that a message about a file in it fits on the screen."""
    with TemporaryDirectory() as home:
        yield Path(home)


@pytest.fixture(params=DISKS.values(), ids=list(DISKS))
def disk(request: pytest.FixtureRequest, home: Path) -> Disk:
    """A disk with a profile on it."""
    for name in ("config", "state"):
        (home / "disk" / name).mkdir(parents=True, mode=0o700)
    profiles = home / "disk" / "config" / "profiles.toml"
    profiles.write_text(PROFILES)
    profiles.chmod(0o600)
    found: Disk = request.param
    return found


def test_an_edit_goes_on_in_memory_and_what_is_not_kept_is_said(
    disk: Disk, home: Path, sandbox: Sandbox, seeded: Seed
) -> None:
    env = places(home / "disk") | sandbox.environment()
    arguments = ("--profile", "environment")
    command = disk.command(*arguments)
    with Terminal(command, cwd=home, env=env) as terminal:
        terminal.wait_for("PRIMARY")
        type_port(terminal)
        terminal.wait_for(says("The draft could not be saved", disk.said))
        terminal.press("ctrl+s")
        terminal.wait_for("Change SECONDARY?")
        terminal.press("enter")
        terminal.wait_for(says("The journal of writes has a gap", disk.said))
        terminal.wait_for(lambda screen: "1 of 2" in screen and "587" in screen)
        terminal.press("esc")
        terminal.press("ctrl+c")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []
        assert b"Traceback" not in terminal.raw
    assert sandbox.record(seeded.secondary).values["port"] == 587


def test_a_command_says_what_the_disk_refused_and_leaves_the_file_whole(
    disk: Disk, home: Path
) -> None:
    command = disk.command("profiles", "add", "b", "--host", "cam.example.com")
    env = os.environ | places(home / "disk") | {"HOME": str(home)}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == ExitCode.USAGE
    assert f"profiles.toml: {disk.said}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert (home / "disk" / "config" / "profiles.toml").read_text() == PROFILES
