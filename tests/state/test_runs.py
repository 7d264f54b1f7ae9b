"""Runs that were begun: each belongs to one process at a time."""

from __future__ import annotations

import stat
from pathlib import Path

from smtp_tui.state.runs import RunStore
from tests.ui.bulk.steps import left_behind


def test_a_run_that_was_killed_is_taken_over_once_however_many_were_offered_it(
    tmp_path: Path,
) -> None:
    store = RunStore(tmp_path)
    left_behind(store, "{}")
    (offered,) = store.all()
    assert not offered.in_use
    assert store.take_over(offered)
    assert not store.take_over(offered)
    (mine,) = store.all()
    assert mine.in_use
    store.end(mine.id)
    assert store.all() == ()
    assert not store.take_over(offered)


def test_a_run_is_kept_for_its_owner_alone_until_it_ends(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "state")
    run_id = store.begin("a plan")
    (kept,) = store.all()
    assert (kept.id, kept.plan, kept.in_use) == (run_id, "a plan", True)
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600
    store.end(run_id)
    assert store.all() == ()


def test_a_plan_about_very_many_records_is_read_again(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "state")
    plan = "x" * (6 * 1024 * 1024)
    store.begin(plan)
    assert [kept.plan for kept in store.all()] == [plan]


def test_what_is_saved_for_a_person_is_a_new_file_each_time(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "state")
    files = {store.save("plan", text) for text in ("one", "two")}
    assert sorted(file.read_text() for file in files) == ["one", "two"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert store.all() == ()
