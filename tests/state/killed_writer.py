"""A process that starts writers through the real stores, one after the other, to be killed.

It is told, a line each, at which step to begin; it answers with the writer's number, with a line
for each thing that is written for good, and with `gone` once the writer has ended.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace

from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state import history
from smtp_tui.state.drafts import DraftStore
from smtp_tui.state.history import TestHistory
from smtp_tui.state.journal import Journal
from smtp_tui.state.settings import SettingsStore, Sort
from tests.state.test_drafts import DRAFT
from tests.state.test_history import KEY, run
from tests.state.test_journal import OUTCOME

ROTATE_BYTES, FILES_KEPT, COMPACT_BYTES = 20_000, 1_000, 10_000


def writers(directory: Path) -> Mapping[str, Callable[[int], object]]:
    """What writes a step's number, by the name of what it is written to."""
    profiles, settings = ProfileStore(directory), SettingsStore(directory)
    drafts, tests = DraftStore(directory), TestHistory(directory)
    journal = Journal(directory, ROTATE_BYTES, FILES_KEPT)
    return {
        "profiles": lambda step: profiles.set_recipient("p", f"{step}@example.com"),
        "drafts": lambda step: drafts.save(
            replace(DRAFT, texts=(("hostname", f"{step} " * 9999),))
        ),
        "journal": lambda step: journal.append(replace(OUTCOME, status=step)),
        "history": lambda step: tests.add(KEY, replace(run(step), milliseconds=step)),
        "settings": lambda step: settings.set_sort(Sort("p", str(step))),
    }


def write(directory: Path, step: int) -> None:
    """Write one step after the other to all of them, without end."""
    vars(history).update(COMPACT_BYTES=COMPACT_BYTES)  # to write it anew often
    through = writers(directory)
    os.write(1, f"writer {os.getpid()}\n".encode())
    while True:
        for name, store in through.items():
            store(step)
            os.write(1, f"{name} {step}\n".encode())
        step += 1


if __name__ == "__main__":
    for line in sys.stdin:
        if (writer := os.fork()) == 0:
            write(Path(sys.argv[1]), int(line))
        os.waitpid(writer, 0)
        os.write(1, b"gone\n")
