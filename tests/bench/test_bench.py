"""The benchmark works; bytes of a key, which no busy machine changes, keep their budgets."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import measures
from tests.bench.budgets import BUDGETS, HANGING, STORY_BYTES, Unit
from tests.bench.measures import FEW, Figure
from tests.bench.programs import ROOT
from tests.bench.report import BEGIN, END, as_json, rows, table, write_into
from tests.bench.server import Server, running

TRIES = 3
"""A stall of the machine counts bytes of one key for the next; what is sent too much always is."""
MOST_BYTES = {budget.what: budget.most or 0 for budget in BUDGETS if budget.unit is Unit.BYTES}


@pytest.fixture(scope="module")
def few() -> Iterator[Server]:
    with running(FEW) as server:
        yield server


def test_no_key_sends_more_bytes_than_its_budget(few: Server) -> None:
    least: dict[str, float] = {}
    over = dict(least)
    for _ in range(TRIES):
        for one in (*measures.table_bytes(few), *measures.form_bytes(few)):
            assert one.budget.unit is Unit.BYTES
            least[one.budget.what] = min(one.value, least.get(one.budget.what, one.value))
        over = {what: sent for what, sent in least.items() if sent > MOST_BYTES[what]}
        if not over:
            break
    assert over == {}


def test_a_whole_story_keeps_its_budget_of_bytes(few: Server) -> None:
    (sent,) = measures.story(few)
    assert sent.budget is STORY_BYTES
    assert 0 < sent.value <= MOST_BYTES[STORY_BYTES.what]


def test_keys_while_a_list_hangs_are_measured() -> None:
    with running(FEW, hang=True) as server:
        (slowest,) = measures.hanging(server)
    assert slowest.budget is HANGING
    assert slowest.value > 0


def test_a_start_of_either_side_is_measured_whole(few: Server) -> None:
    ours = {one.budget for one in measures.start_of_ours(few)}
    base = {one.budget for one in measures.start_of_base()}
    assert ours < base  # the base stands for the start over TLS too


def test_every_budget_has_its_row_and_a_missing_measure_is_no_budget_kept(tmp_path: Path) -> None:
    found = rows([Figure(BUDGETS[0], 90.0), Figure(BUDGETS[0], 100.0, of_base=True)])
    assert [row.budget for row in found] == list(BUDGETS)
    assert [row.met for row in found] == [True, *(False for _ in BUDGETS[1:])]
    assert "| 0.90x | 90.0 ms | 100.0 ms |" in table(found)
    assert json.loads(as_json(found, 1))["rows"][0]["ratio"] == 0.9
    readme = tmp_path / "README.md"
    readme.write_text((ROOT / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    write_into(readme, found, 1)
    written = readme.read_text(encoding="utf-8")
    assert table(found) in written[written.index(BEGIN) : written.index(END)]
