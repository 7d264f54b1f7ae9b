"""What came of a write is what the server holds; and no record has two writes under way."""

from __future__ import annotations

import json

import pytest

from smtp_tui.api.writes import WriteOutcome
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import BATCH, apply, delete, edit_port, save
from tests.ui.helpers import Ui, opened

STILL_OLD = "The server accepted it, but still has 26 for port."


def says_yes(operation: Operation, body: bytes = b"{}") -> Fault:
    """A yes to a write that is not done."""
    return Fault(FaultKind.RAW, operation, status=200, body=body)


def outcomes(ui: Ui) -> list[WriteOutcome | None]:
    return [entry.outcome for entry in ui.services.journal.read().entries]


async def fill_in_a_new_one(ui: Ui) -> None:
    await ui.sees("Connections 6")
    await ui.press("n")
    await ui.sees("New connection")
    await ui.type("NEW\tmail.example.com\t587")
    await ui.press("ctrl+s")
    await ui.sees("Create NEW?")
    await ui.press("enter")


async def no_undo(ui: Ui) -> None:
    """Nothing is offered to be undone."""
    await ui.press("question_mark")
    await ui.sees(
        "Undo: Reverse the last change, after a review.",
        "No single change to undo since this profile was opened.",
    )


async def test_a_save_that_changed_nothing_keeps_the_form_and_says_what_the_server_has(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(says_yes(Operation.MODIFY))
        await apply(ui, "BATCH")
        await ui.sees(STILL_OLD, "Edit BATCH", "587")
        assert outcomes(ui) == [None, WriteOutcome.DONE, WriteOutcome.NOT_STORED]
        await save(ui, "BATCH")
        assert demo.record(BATCH).values["port"] == 587


async def test_a_save_that_changed_nothing_offers_no_undo_and_the_list_is_read_again(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(says_yes(Operation.MODIFY))
        await apply(ui, "BATCH")
        await ui.sees(STILL_OLD)
        lists = len(ui.requests(Operation.LIST))
        await ui.press("escape")
        await ui.sees("Discard")
        ui.clock.forward(1)
        await ui.press("down", "down", "enter")
        await ui.loses("Edit BATCH")
        await ui.asked(Operation.LIST, lists + 1)
        await no_undo(ui)


async def test_after_a_save_that_changed_nothing_the_change_before_it_is_not_undone(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        await edit_port(ui, "BATCH", "465")
        demo.faults.add(says_yes(Operation.MODIFY))
        await apply(ui, "BATCH")
        await ui.sees("The server accepted it, but still has 587 for port.")
        await ui.press("escape")
        await ui.sees("Discard")
        ui.clock.forward(1)
        await ui.press("down", "down", "enter")
        await ui.loses("Edit BATCH")
        await no_undo(ui)


async def test_an_undo_that_changed_nothing_is_told_and_stays_possible(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        demo.faults.add(says_yes(Operation.MODIFY))
        await ui.press("u")
        await ui.sees("Change BATCH?")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("The server accepted it, but still has 587 for port.")
        await ui.press("u")
        await ui.sees("- port 587", "+ port 26")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "has no record of that name"),
        (b'{"id": "5e7a1c0d3b2f4a6890109999", "name": "NEW"}', "has no such record"),
    ],
)
async def test_a_create_that_made_nothing_keeps_the_form(
    demo: Sandbox, body: bytes, words: str
) -> None:
    async with opened(demo) as ui:
        demo.faults.add(says_yes(Operation.CREATE, body))
        await fill_in_a_new_one(ui)
        await ui.sees(f"The server accepted it, but {words}.", "New connection")
        assert outcomes(ui) == [None, WriteOutcome.DONE, WriteOutcome.NOT_STORED]


async def test_a_delete_that_removed_nothing_is_told_and_offers_no_undo(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(says_yes(Operation.DELETE, b'{"count": 1}'))
        await delete(ui, "BATCH")
        await ui.sees("The server accepted it, but still has the record.")
        assert not ui.shows("Deleted BATCH")
        assert outcomes(ui) == [None, WriteOutcome.DONE, WriteOutcome.NOT_STORED]
        await no_undo(ui)


async def test_a_save_that_was_left_and_changed_nothing_is_told_as_that(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.5))
        port = {"name": "port", "value": 26}
        body = {"id": BATCH, "name": "BATCH", "connection_parameters": [port]}
        old = json.dumps(body).encode()
        await apply(ui, "BATCH")
        await ui.asked(Operation.MODIFY)
        demo.faults.add(Fault(FaultKind.RAW, Operation.GET, status=200, body=old))
        await ui.press("escape")
        await ui.sees("Stopped waiting")
        await ui.sees("demo: change the connection – The server accepted it", "still has 26 for")
        assert outcomes(ui) == [None, WriteOutcome.DONE, WriteOutcome.NOT_STORED]
        await ui.press("e")
        await ui.sees("There is a draft", "port 26 → 587")


async def test_a_yes_whose_answer_cannot_be_read_is_a_yes_and_says_so(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.NOT_JSON, Operation.MODIFY))
        await apply(ui, "BATCH")
        await ui.sees("Saved BATCH", "The server accepted it, but its answer could not be read")
        await delete(ui, "BATCH")
        await ui.sees("Deleted BATCH")


async def test_a_yes_that_cannot_be_read_again_is_a_yes_and_says_so(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(
            Fault(FaultKind.DELAY, Operation.GET, seconds=0.0),
            Fault(FaultKind.FORBIDDEN, Operation.GET),
        )
        await apply(ui, "BATCH")
        await ui.sees("Saved BATCH", "It could not be read again: The server answered 403")


async def hanging_delete(ui: Ui) -> None:
    """Delete BATCH, and have the server take a while for it."""
    await ui.sees("Connections 6")
    ui.sandbox.faults.add(Fault(FaultKind.DELAY, Operation.DELETE, seconds=3.0))
    await delete(ui, "BATCH")
    await ui.asked(Operation.DELETE)


@pytest.mark.parametrize("left", [False, True], ids=["waited for", "no longer waited for"])
async def test_a_second_delete_is_refused_with_the_reason_and_never_sent(
    demo: Sandbox, left: bool
) -> None:
    async with opened(demo) as ui:
        await hanging_delete(ui)
        if left:
            await ui.press("escape")
            await ui.sees("Stopped waiting. The write continues")
        await ui.press("d")
        await ui.sees("An earlier write is still under way: delete the connection")
        await ui.press("tab", "enter")
        await ui.sees("Hostname")
        await ui.sees(*("stale, read", "404") if left else ("Deleted BATCH",))
        assert len(ui.requests(Operation.DELETE)) == 1
        assert outcomes(ui) == [None, WriteOutcome.DONE]


async def test_d_tab_enter_in_the_middle_of_the_read_before_a_delete_sends_one_delete(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.GET, seconds=1.5))
        await delete(ui, "BATCH")
        await ui.asked(Operation.GET)
        await ui.press("d")
        await ui.sees("An earlier write is still under way: delete the connection")
        await ui.sees("Deleted BATCH", "Connections 5")
        assert len(ui.requests(Operation.DELETE)) == 1


async def test_a_save_while_a_delete_is_under_way_is_refused_in_the_form(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await hanging_delete(ui)
        await ui.press("e")
        await ui.sees("Edit BATCH")
        await ui.type("x.")
        await ui.press("ctrl+s")
        await ui.sees("An earlier write is still under way: delete the connection", "Edit BATCH")
        await ui.until(lambda: len(demo.records()) == 8, "the delete to be done")
        assert ui.requests(Operation.MODIFY) == []


async def test_an_undo_pressed_twice_sends_one_patch(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=1.5))
        await ui.press("u")
        await ui.sees("Change BATCH?")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.asked(Operation.MODIFY, 2)
        await ui.press("u", "d")
        await ui.sees("An earlier write is still under way: change the connection")
        await ui.sees("Restored BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 2
        assert demo.record(BATCH).values["port"] == 26
