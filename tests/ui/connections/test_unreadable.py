"""Entries of the list that cannot be read: counted, explained, and never called no connections."""

from __future__ import annotations

import json

import pytest

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import opened

GOOD = {"id": "a", "name": "GOOD", "connection_parameters": []}


def answer(sandbox: Sandbox, entries: list[object]) -> None:
    """The server's list from now on."""
    sandbox.faults.clear()
    body = json.dumps(entries).encode()
    sandbox.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body, count=None))


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_a_list_in_which_nothing_can_be_read_says_how_many_and_why(
    sandbox: Sandbox, size: tuple[int, int]
) -> None:
    answer(sandbox, [{"name": "PRIMARY"}, {"id": ".."}, 7])
    async with opened(sandbox, size=size) as ui:
        await ui.sees("The server sent 3 entries; none can be read.", "3 unreadable (U)")
        assert ui.shows("entry 1 “PRIMARY”: a record without an id", "U Unreadable", "r Refresh")
        assert ui.shows("Activity shows what the server sent.", "a Activity")
        assert not ui.shows("No SMTP connections")
        await ui.press("U")
        await ui.sees("3 entries could not be read", "They stay on the server as they are. a shows")
        assert "a record without an id" in ui.line("PRIMARY")
        await ui.press("q")
        await ui.sees("The server sent 3 entries")
        answer(sandbox, [GOOD])
        await ui.press("r")
        await ui.sees("GOOD", "Connections 1")
        assert not ui.shows("unreadable")


async def test_one_unreadable_entry_is_no_plural(sandbox: Sandbox) -> None:
    answer(sandbox, [None])
    async with opened(sandbox) as ui:
        await ui.sees(
            "The server sent 1 entry; none can be read.", "entry 1: expected a record, found null"
        )


async def test_unreadable_entries_beside_good_ones_are_counted_and_can_be_looked_at(
    sandbox: Sandbox,
) -> None:
    answer(sandbox, [GOOD, {"name": "BROKEN\x1b[31m"}])
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("GOOD", "Connections 1", "1 unreadable (U)")
        await ui.press("U")
        await ui.sees("1 entry could not be read", "BROKEN", "a record without an id")
        assert "2" in ui.line("BROKEN")


async def test_of_very_many_unreadable_entries_the_first_are_listed(sandbox: Sandbox) -> None:
    answer(sandbox, [None] * 50_000)
    async with opened(sandbox) as ui:
        await ui.sees("The server sent 50,000 entries", "… and 49,995 more")
        await ui.press("U")
        await ui.sees("50,000 entries could not be read; the first 1,000 are shown")
        await ui.press("G")
        await ui.sees("1,000 ")


async def test_where_all_can_be_read_the_key_says_that_there_is_nothing_to_show(
    sandbox: Sandbox,
) -> None:
    answer(sandbox, [GOOD])
    async with opened(sandbox) as ui:
        await ui.sees("GOOD")
        await ui.press("U")
        await ui.until(lambda: ui.shows("GOOD", "Connections 1"), "the connections to stay")
        assert not ui.shows("could not be read")
