"""Ids that the server makes up: none ends the program or addresses another record."""

from __future__ import annotations

import json
import shlex

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import delete
from tests.ui.helpers import opened


def answer(operation: Operation, value: object) -> Fault:
    """The server's own words instead of its answer, each time."""
    body = json.dumps(value).encode()
    return Fault(FaultKind.RAW, operation, status=200, body=body, count=None)


async def test_a_record_whose_id_cannot_be_addressed_is_counted_as_unreadable(
    demo: Sandbox,
) -> None:
    demo.faults.add(answer(Operation.LIST, [{"id": "..", "name": "UP"}, {"id": "a", "name": "A"}]))
    async with opened(demo) as ui:
        await ui.sees("Connections 1", "1 unreadable")
        assert not ui.shows("UP")


async def test_records_that_share_an_id_are_rows_of_their_own_and_flagged(demo: Sandbox) -> None:
    entries = [{"id": 5, "name": "FIRST"}, {"id": "5", "name": "SECOND"}]
    demo.faults.add(answer(Operation.LIST, entries))
    async with opened(demo, size=(180, 30)) as ui:
        await ui.sees("FIRST", "SECOND", "Connections 2", "entries 1 and 2 of the list")
        await ui.press("j")
        assert "SECOND" in ui.line("▌")
        await ui.press("space")
        await ui.sees("1 marked")
        await ui.press("r")
        await ui.sees("read 0s ago")
        assert "SECOND" in ui.line("▌")


async def test_a_record_with_a_numeric_id_is_addressed_by_its_digits(demo: Sandbox) -> None:
    record = {"id": 77, "name": "NUMBERED", "connection_parameters": []}
    demo.faults.add(answer(Operation.LIST, [record]), answer(Operation.GET, record))
    async with opened(demo) as ui:
        await ui.sees("NUMBERED")
        await ui.press("e")
        await ui.sees("Edit NUMBERED")
        await ui.asked(Operation.GET)
    assert ui.requests(Operation.GET)[0].target.split("?")[0].endswith("/smtpconnections/77")


async def test_an_answer_about_another_record_is_refused_in_words(demo: Sandbox) -> None:
    demo.faults.add(answer(Operation.GET, {"id": "b", "name": "OTHER"}))
    async with opened(demo) as ui:
        await ui.sees("BATCH")
        await ui.press("enter")
        await ui.sees("answered with a different record")
        assert not ui.shows("OTHER")


async def test_a_copied_command_holds_an_id_as_one_word_whatever_it_says(demo: Sandbox) -> None:
    evil = "'; touch gone; '"
    demo.faults.add(answer(Operation.LIST, [{"id": evil, "name": "EVIL"}]))
    async with opened(demo) as ui:
        await ui.sees("EVIL")
        await ui.press("y")
        await ui.sees("Copy EVIL")
        await ui.press("tab", "enter")
        assert shlex.split(ui.app.clipboard) == ["smtp-tui", "get", "--profile", "demo", evil]


async def test_the_offered_key_works_after_the_last_filtered_record_is_deleted(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("BATCH")
        await ui.press("slash", *"batch", "enter")
        await ui.sees("1 of 6")
        await delete(ui, "BATCH")
        await ui.sees("Deleted BATCH")
        await ui.until(lambda: ui.shows("No matches for"), "an empty table")
        await ui.press("u")
        await ui.sees("Recreate BATCH")
