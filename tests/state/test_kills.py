"""Killed at any moment, a writer leaves whole files with all that it had written for good."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.drafts import DraftStore
from smtp_tui.state.history import RUNS_KEPT, TestHistory
from smtp_tui.state.journal import Journal
from smtp_tui.state.settings import SettingsStore
from tests.profiles.test_store import store_of
from tests.state.killed_writer import FILES_KEPT, ROTATE_BYTES
from tests.state.processes import ROOT
from tests.state.test_history import runs_of

KILLS = 60
FILES = ("profiles", "drafts", "journal", "history", "settings")
LONGEST = 0.08
"""Seconds a writer lives at most, in which it goes round all files several times."""


class Prey:
    """The process of :mod:`tests.state.killed_writer`, and what its writers said."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.state.killed_writer", str(directory)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def killed_after(self, seconds: float, step: int) -> dict[str, list[int]]:
        """Kill a writer that began with this step; the steps of each file that it told of."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        word, pid = self._process.stdout.readline().split()
        assert word == "writer"
        Event().wait(seconds)
        os.kill(int(pid), signal.SIGKILL)
        said: dict[str, list[int]] = {name: [] for name in FILES}
        while (line := self._process.stdout.readline().strip()) != "gone":
            name, number = line.split()
            said[name].append(int(number))
        return said

    def close(self) -> None:
        """Let it end by itself."""
        self._process.communicate(timeout=30)


def held(directory: Path) -> dict[str, list[int]]:
    """The steps that each file holds, oldest first, as the product reads it; all of it is whole."""
    (profile,) = ProfileStore(directory).load().profiles
    drafts = DraftStore(directory)
    shelf = drafts.shelf()
    assert shelf.unreadable == ()
    drafted = [set(draft.texts[0][1].split()) for draft in shelf.drafts]
    assert all(len(steps) == 1 for steps in drafted)
    for draft in shelf.drafts:
        drafts.discard(draft)
    reading = Journal(directory, ROTATE_BYTES, FILES_KEPT).read()
    assert reading.unreadable == 0
    tests = TestHistory(directory)
    tests.load()
    sort = SettingsStore(directory).load().sort_of("p")
    return {
        "profiles": [int(profile.recipient.partition("@")[0])],
        "drafts": [int(step) for steps in drafted for step in steps],
        "journal": [entry.status or 0 for entry in reading.entries],
        "history": [run.milliseconds for run in reversed(runs_of(tests))],
        "settings": [int(sort.column)] if sort is not None and sort.column is not None else [],
    }


KEPT = {"profiles": 1, "drafts": 1, "journal": 10**9, "history": RUNS_KEPT, "settings": 1}


def test_a_writer_killed_at_any_moment_loses_nothing_and_leaves_nothing_half_written(
    tmp_path: Path,
) -> None:
    store_of(tmp_path, '# kept\n[profiles.p] # kept\nhost = "h"\nrecipient = "0@example.com"\n')
    moments = random.Random(4711)
    there: dict[str, list[int]] = {name: [] for name in FILES} | {"profiles": [0]}
    prey, step, written = Prey(tmp_path), 1, 0
    for _ in range(KILLS):
        said = prey.killed_after(moments.uniform(0, LONGEST), step)
        for name, found in held(tmp_path).items():
            sure = there[name] + said[name]
            next_one = said[name][-1] + 1 if said[name] else step
            newest = slice(-KEPT[name], None)
            assert found in (sure[newest], [*sure, next_one][newest]), name
            there[name] = found if name != "drafts" else []
            written += len(said[name])
        step += 1 + max(len(steps) for steps in said.values())
    prey.close()
    assert written > KILLS // 10, "the writers lived long enough to write"
    assert (tmp_path / "profiles.toml").read_text().count("# kept") == 2
    assert len([file for file in tmp_path.iterdir() if file.suffix == ".tmp"]) <= len(FILES)
