from __future__ import annotations

from pathlib import Path

import pytest

from tests.profiles.test_store import store_of
from tests.state.processes import run_together

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
