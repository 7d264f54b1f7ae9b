"""Runs that were begun: kept until they end, so that a run that was killed can be gone on with.

A file holds the plan, without its secrets. What of it was sent is told by the journal, whose
entries carry the id of the run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from msgspec import Struct

from smtp_tui.state.drafts import is_running
from smtp_tui.state.files import problems_of, read_text, write_atomic

LONGEST_PLAN: Final = 512 * 1024 * 1024
"""Bytes of a plan that are read at most: it may be about all records of many hosts."""
_SUFFIX: Final = ".json"


class KeptRun(Struct, frozen=True):
    """A run that has not ended: its id, and its plan as JSON.

    ``in_use`` is whether the process that began it still runs on this host. ``elsewhere`` is the
    other host on which it was begun, where nobody can tell from here whether it has ended.
    """

    id: str
    plan: str
    in_use: bool
    file: Path
    elsewhere: str = ""


class RunStore:
    """The runs of one state directory. Every method blocks and raises ``FileProblem``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "runs"

    def begin(self, plan: str) -> str:
        """Keep a plan that is about to be carried out; returns the id of the run."""
        run_id = os.urandom(8).hex()
        self.keep(run_id, plan)
        return run_id

    def keep(self, run_id: str, plan: str) -> None:
        """Keep a run of this process, which goes on."""
        write_atomic(self._file(run_id), plan)

    def save(self, name: str, text: str) -> Path:
        """Write JSON for a person, to a new file beside the runs; where it is."""
        file = self.directory.with_name("saved") / f"{name}-{os.urandom(4).hex()}{_SUFFIX}"
        write_atomic(file, text)
        return file

    def take_over(self, run: KeptRun) -> bool:
        """Make a run this process's own, with its plan as it stands in ``run``.

        False where another process was faster.
        """
        with problems_of(run.file):
            try:
                run.file.rename(self._file(run.id))
            except FileNotFoundError:
                return False
        self.keep(run.id, run.plan)
        return True

    def end(self, run_id: str) -> None:
        """Forget a run of this process, of which nothing is left."""
        file = self._file(run_id)
        with problems_of(file):
            file.unlink(missing_ok=True)

    def all(self) -> tuple[KeptRun, ...]:
        """Every run that has not ended, newest first."""
        found = []
        for file in self._files():
            run_id, host, pid = _parts(file)
            text = read_text(file, LONGEST_PLAN)
            if text is not None:
                other = "" if host == os.uname().nodename else host
                found.append(KeptRun(run_id, text, is_running(host, pid), file, other))
        return tuple(found)

    def _files(self) -> list[Path]:
        with problems_of(self.directory):
            there = [*self.directory.iterdir()] if self.directory.exists() else []
            mine = [file for file in there if file.suffix == _SUFFIX and _parts(file)[2]]
            return sorted(mine, key=lambda file: file.stat().st_mtime, reverse=True)

    def _file(self, run_id: str) -> Path:
        return self.directory / f"{run_id}@{os.uname().nodename}@{os.getpid()}{_SUFFIX}"


def _parts(file: Path) -> tuple[str, str, int]:
    """The id, the host and the process that a file is named after; no process for another file."""
    parts = file.name.removesuffix(_SUFFIX).split("@")
    if len(parts) != 3 or not parts[2].isdecimal():
        return file.name, "", 0
    return parts[0], parts[1], int(parts[2])
