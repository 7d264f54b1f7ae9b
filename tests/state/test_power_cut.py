"""What was written is on the disk before a call returns, so that a power cut loses nothing.

The order of the system's calls is recorded: a file is synced before it takes the other's place, and
its directory afterwards.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import filelock
import pytest

from smtp_tui.state.files import write_atomic
from smtp_tui.state.journal import EntryKind, Journal, JournalEntry


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the system was asked, in order: locks, writes, syncs of files and directories,
    replacements."""
    found: list[str] = []
    write, fsync, replace = os.write, os.fsync, os.replace

    def kind(descriptor: int) -> str:
        directory = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        name = Path(os.readlink(f"/proc/self/fd/{descriptor}")).name
        return "directory" if directory else "temporary" if name.endswith(".tmp") else name

    def noted_write(descriptor: int, data: bytes) -> int:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            found.append(f"write {kind(descriptor)}")
        return write(descriptor, data)

    def noted_fsync(descriptor: int) -> None:
        found.append(f"sync {kind(descriptor)}")
        fsync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        found.append("replace")
        replace(self, target)
        return Path(target)

    for name in ("acquire", "release"):
        monkeypatch.setattr(filelock.FileLock, name, _noted(found, name))
    monkeypatch.setattr(os, "write", noted_write)
    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    return found


def _noted(found: list[str], name: str) -> Callable[..., object]:
    original = getattr(filelock.FileLock, name)

    def noted(*arguments: object, **options: object) -> object:
        found.append(name)
        return original(*arguments, **options)

    return noted


def test_a_file_is_synced_before_it_replaces_another_and_its_directory_afterwards(
    tmp_path: Path, calls: list[str]
) -> None:
    write_atomic(tmp_path / "profiles.toml", "schema = 1\n")
    assert calls == ["write temporary", "sync temporary", "replace", "sync directory"]


def _entry(number: int) -> JournalEntry:
    return JournalEntry(
        kind=EntryKind.INTENT,
        write_id=str(number),
        at=datetime(2020, 6, 1, tzinfo=UTC),
        user="someone",
        ssh_client=None,
        profile="demo",
        host="cam.example.com",
        tenant="t",
        team="all",
        namespace="default",
        operation="patch",
        record_id="5f0",
        record_name="PRIMARY",
    )


def test_a_line_of_the_journal_is_synced_before_the_write_is_sent(
    tmp_path: Path, calls: list[str]
) -> None:
    Journal(tmp_path).append(_entry(1))
    calls.clear()
    Journal(tmp_path).append(_entry(2))
    lines = [call for call in calls if "audit.jsonl" in call and ".lock" not in call]
    assert lines == ["write audit.jsonl", "sync audit.jsonl"]


def test_a_full_journal_is_rotated_while_its_lock_is_held(tmp_path: Path, calls: list[str]) -> None:
    journal = Journal(tmp_path, rotate_bytes=10)
    journal.append(_entry(1))
    calls.clear()
    journal.append(_entry(2))
    assert (tmp_path / "audit.jsonl.1").exists()
    assert calls.count("acquire") == 1
    assert calls.index("acquire") < calls.index("replace") < calls.index("release")
