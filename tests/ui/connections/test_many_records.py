"""Thousands of records: keys go on working while they are read, and a filter key stays short."""

import asyncio
import json
import weakref
from datetime import UTC, datetime

from smtp_tui.api.decode import decode_list
from smtp_tui.state.history import Tested
from smtp_tui.state.settings import Sort
from smtp_tui.ui.connections.rows import RecordsView
from tests.api.desk import desk
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions

MANY = 10_000
NOW = datetime(2020, 6, 1, tzinfo=UTC)
ORDER = Sort("demo", "name")


def never(_: str) -> tuple[Tested, ...]:
    """No record was ever tested."""
    return ()


UNTESTED = (never, ORDER, NOW)
BEATS = 10
"""How often the loop must come round meanwhile; where it is held up, it comes round twice."""


def answer_of(count: int) -> bytes:
    """The answer of a server with that many records."""
    parameters = [{"name": "hostname", "value": "mail.example.com"}, {"name": "port", "value": 587}]
    return json.dumps(
        [
            {"id": f"{number:024x}", "name": f"R{number}", "connection_parameters": parameters}
            for number in range(count)
        ]
    ).encode()


async def test_keys_go_on_working_while_ten_thousand_records_are_decoded() -> None:
    with Sandbox(SandboxOptions()) as sandbox:
        body = answer_of(MANY)
        sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body))
        async with desk(sandbox) as work:
            reading, beats = asyncio.ensure_future(work.connections.list()), 0
            while not reading.done():
                beats += bool(work.activity.exchanges)  # the answer is there, and is decoded
                await asyncio.sleep(0)
            assert len((await reading).records) == MANY
    assert beats > BEATS


async def test_keys_go_on_working_while_their_rows_are_made() -> None:
    made, beats = (
        asyncio.ensure_future(RecordsView.prepared(decode_list(answer_of(MANY)), *UNTESTED)),
        0,
    )
    while not made.done():
        beats += 1
        await asyncio.sleep(0)
    assert len(await made) == MANY
    assert beats > BEATS


async def test_tests_made_meanwhile_are_asked_for_and_make_rows_anew_of_their_records_only() -> (
    None
):
    asked: list[str] = []

    def tests(record_id: str) -> tuple[Tested, ...]:
        asked.append(record_id)
        return ()

    view = await RecordsView.prepared(decode_list(answer_of(100)), tests, ORDER, NOW)
    before = {row.id: row for row in view.rows("", ORDER)}
    asked.clear()
    ids = view.rows("", ORDER).ids
    view.look_again(NOW, ())
    assert view.rows("", ORDER).ids is ids
    assert all(row is before[row.id] for row in view.rows("", ORDER))
    assert asked == []
    view.look_again(NOW, {f"{7:024x}"})
    anew = [row.id for row in view.rows("", ORDER) if row is not before[row.id]]
    assert anew == asked == [f"{7:024x}"]


def test_records_that_were_read_anew_are_freed_at_once() -> None:
    view = RecordsView(decode_list(answer_of(10)), *UNTESTED)
    freed = weakref.ref(view)
    assert view.rows("r7", ORDER)[0].cells[0] == "R7"
    del view
    assert freed() is None


async def test_a_key_in_the_filter_makes_no_row_anew() -> None:
    view = await RecordsView.prepared(decode_list(answer_of(100)), *UNTESTED)
    before = {row.id: row for row in view.rows("", ORDER)}
    found = view.rows("r7", ORDER)
    assert [row.cells[0] for row in found][:2] == ["R7", "R70"]
    assert all(row is before[row.id] for row in found)
