"""Runs that were begun: each belongs to one process at a time."""

from __future__ import annotations

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
