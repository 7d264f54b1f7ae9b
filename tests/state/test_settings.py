from __future__ import annotations

from pathlib import Path

import pytest

from smtp_tui.state.files import FileProblem
from smtp_tui.state.settings import Settings, SettingsStore, Sort
from tests.state.processes import run_together


def test_without_a_file_there_are_the_defaults(tmp_path: Path) -> None:
    assert SettingsStore(tmp_path / "none").load() == Settings((), ())
    assert not (tmp_path / "none").exists()


def test_the_sort_of_each_profile_is_remembered(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    store.set_sort(Sort("a", "name"))
    store.set_sort(Sort("b", "port", descending=True))
    store.set_sort(Sort("a", "hostname"))
    store.set_sort(Sort("d"))
    settings = SettingsStore(tmp_path).load()
    assert settings.sort_of("a") == Sort("a", "hostname")
    assert settings.sort_of("b") == Sort("b", "port", descending=True)
    assert settings.sort_of("c") is None
    assert settings.sort_of("d") == Sort("d")


def test_profiles_are_remembered_last_used_first_each_once(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path)
    for name in ("a", "b", "ü ü", "a"):
        store.used(name)
    assert SettingsStore(tmp_path).load().recent == ("a", "ü ü", "b")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sorts": [1], "recent": []}'])
def test_a_file_that_is_not_understood_is_named_and_not_replaced(tmp_path: Path, text: str) -> None:
    store = SettingsStore(tmp_path)
    store.path.write_text(text)
    store.path.chmod(0o600)
    for attempt in (store.load, lambda: store.used("a")):
        with pytest.raises(FileProblem, match=r"settings\.json: .*delete it to start again"):
            attempt()
    assert store.path.read_text() == text


USER = """
import sys
from pathlib import Path
from smtp_tui.state.settings import SettingsStore
store = SettingsStore(Path(sys.argv[1]))
print("ready")
sys.stdin.readline()
for step in range(50):
    store.used(f"{sys.argv[2]}-{step}")
"""


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    run_together(USER, 4, str(tmp_path))
    names = {f"{number}-{step}" for number in range(4) for step in range(50)}
    assert set(SettingsStore(tmp_path).load().recent) == names
