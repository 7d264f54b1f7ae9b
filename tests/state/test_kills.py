"""Killed at any moment, a writer leaves whole files with all that it had written for good."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

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
LONGEST = 3
"""How many rounds through all files a writer lives at most, as long as one takes here and now."""


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
        writer = self._started(step)
        Event().wait(seconds)
        return self._killed(writer)

    def seconds_of_a_round(self) -> float:
        """How long a writer takes for all files once, on this machine as it is now."""
        writer = self._started(1)
        begun = time.monotonic()
        for _ in FILES:
            self._line()
        seconds = time.monotonic() - begun
        self._killed(writer)
        return seconds

    def _started(self, step: int) -> int:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        word, pid = self._line().split()
        assert word == "writer"
        return int(pid)

    def _killed(self, writer: int) -> dict[str, list[int]]:
        os.kill(writer, signal.SIGKILL)
        said: dict[str, list[int]] = {name: [] for name in FILES}
        while (line := self._line()) != "gone":
            name, number = line.split()
            said[name].append(int(number))
        return said

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def close(self) -> None:
        """Let it end by itself."""
        self._process.communicate(timeout=30)


def held(directory: Path, kills: int) -> dict[str, list[int]]:
    """The steps that each file holds after so many kills, oldest first, as the product reads it."""
    (profile,) = ProfileStore(directory).load().profiles
    drafts = DraftStore(directory)
    found = drafts.all()
    assert len(found) == len([*drafts.directory.glob("*.draft.json")]), "all can be read"
    drafted = [set(draft.texts[0][1].split()) for draft in found]
    assert all(len(steps) == 1 for steps in drafted)
    for draft in found:
        drafts.discard(draft)
    reading = Journal(directory, ROTATE_BYTES, FILES_KEPT).read()
    assert reading.unreadable <= kills, "only a kill cuts a line off, and no entry is made of it"
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


PROFILES = '# kept\n[profiles.p] # kept\nhost = "h"\nrecipient = "0@example.com"\n'
KEPT = {"profiles": 1, "drafts": 1, "journal": 10**9, "history": RUNS_KEPT, "settings": 1}


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_loses_nothing_and_leaves_nothing_half_written(
    tmp_path: Path,
) -> None:
    tried = tmp_path / "tried"
    tried.mkdir(mode=0o700)
    for directory in (tmp_path, tried):
        store_of(directory, PROFILES)
    trial = Prey(tried)
    longest = LONGEST * trial.seconds_of_a_round()
    trial.close()
    moments = random.Random(4711)
    there: dict[str, list[int]] = {name: [] for name in FILES} | {"profiles": [0]}
    prey, step, written = Prey(tmp_path), 1, 0
    for kills in range(1, KILLS + 1):
        said = prey.killed_after(moments.uniform(0, longest), step)
        for name, found in held(tmp_path, kills).items():
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
