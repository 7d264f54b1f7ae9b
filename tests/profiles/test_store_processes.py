from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.profiles.model import Profile
from tests.profiles.test_store import store_of
from tests.state.processes import killed_after, run_together

WRITER = """
import sys
from pathlib import Path
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.store import ProfileStore
store, number, steps = ProfileStore(Path(sys.argv[1])), sys.argv[-1], int(sys.argv[2])
store.load()
print("ready")
if number != "alone":
    sys.stdin.readline()
for step in range(steps):
    store.set_recipient(f"p{step % 5}", f"{number}-{step}@example.com")
    store.add(Profile(f"{number}-{step}", "h"))
    print(step)
"""
FIVE = "# kept\n" + "".join(f'[profiles.p{one}] # kept {one}\nhost = "h"\n' for one in range(5))


@pytest.mark.parametrize(("count", "steps"), [(2, 20), (4, 25)])
def test_processes_that_write_at_once_lose_nothing(tmp_path: Path, count: int, steps: int) -> None:
    store = store_of(tmp_path, FIVE)
    run_together(WRITER, count, str(tmp_path), str(steps))
    found = store.load()
    names = {f"{number}-{step}" for number in range(count) for step in range(steps)}
    assert {one.name for one in found.profiles} == names | {f"p{one}" for one in range(5)}
    assert all(f"-{steps - 5 + one}@" in found.profiles[one].recipient for one in range(5))
    assert store.path.read_text().count("# kept") == 6


@pytest.mark.parametrize("lines", range(1, 21))
def test_a_process_killed_while_writing_leaves_a_whole_file_with_all_it_had_written(
    tmp_path: Path, lines: int
) -> None:
    store = store_of(tmp_path, FIVE)
    said = killed_after(WRITER, lines, str(tmp_path), "100000", "alone")
    found = store.load()
    assert {f"alone-{step}" for step in range(len(said) - 1)} <= {
        one.name for one in found.profiles
    }
    assert store.path.read_text().count("# kept") == 6
    assert len(store.add(Profile("next", "h")).profiles) == len(found.profiles) + 1
