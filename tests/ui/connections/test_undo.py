"""u offers the reverse of the last change through the same review, and says what cannot return."""

from __future__ import annotations

from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import BATCH, create, delete, edit, edit_port, save
from tests.ui.helpers import opened


async def test_undo_after_a_save_offers_the_inverse_patch_through_the_review(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        await ui.press("u")
        await ui.sees("Change BATCH?", "- port 587", "+ port 26")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.asked(Operation.MODIFY, 2)
        assert ui.requests(Operation.MODIFY)[1].json()["connection_parameters"] == [
            {"name": "port", "value": 26}
        ]


async def test_undo_of_a_replaced_password_says_that_the_former_one_cannot_return(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit(ui, "PRIMARY")
        await ui.press("tab", "tab", "tab")
        await ui.type("hunter2")
        await save(ui, "PRIMARY")
        await ui.sees("Saved PRIMARY")
        assert not ui.shows("undoes")
        await ui.press("u")
        await ui.sees("The change of PRIMARY cannot be undone")
        assert len(ui.requests(Operation.MODIFY)) == 1
        await ui.press("j")
        assert not ui.shows("cannot be undone"), "it is gone with the next key"


async def test_undo_after_a_delete_creates_the_record_anew_and_says_what_does_not_come_back(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("BATCH")
        await delete(ui, "BATCH")
        await ui.sees("Deleted BATCH")
        await ui.press("u")
        await ui.sees("Recreate BATCH", "Not restored: id, password")
        body = await create(ui, "BATCH")
        assert body == {
            "name": "BATCH",
            "connection_parameters": [
                {"name": "hostname", "value": "127.0.0.1"},
                {"name": "port", "value": 26},
            ],
        }


async def test_there_is_nothing_to_undo_before_the_first_change(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("BATCH")
        await ui.press("u", "question_mark")
        await ui.sees(
            "Undo: Reverse the last change, after a review.",
            "No single change to undo since this profile was opened.",
        )


async def test_undo_never_reaches_past_a_newer_change(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        await ui.press("escape", "n")
        await ui.sees("New connection")
        await ui.type("FRESH\trelay.example.com\t587")
        await create(ui, "FRESH")
        await ui.sees("Created FRESH")
        await ui.press("u")
        await ui.sees("A create cannot be undone · d deletes the record under the cursor")
        await ui.press("question_mark")
        await ui.sees("A create cannot be undone; delete the record.")
        assert not ui.shows("No single change to undo since this profile was opened.")
        await ui.press("escape", "r")
        await ui.sees("Connections 7", "read 0s ago")
        assert len(ui.requests(Operation.MODIFY)) == 1
        assert demo.record(BATCH).values["port"] == 587


async def test_an_undo_that_brings_back_a_part_says_what_did_not_come_back(demo: Sandbox) -> None:
    async with opened(demo, size=(170, 36)) as ui:
        await edit_port(ui, "PRIMARY", "26")
        await ui.press("tab", "tab")
        await ui.type("hunter2")
        await save(ui, "PRIMARY")
        await ui.press("u")
        await ui.sees("Change PRIMARY?", "- port 26", "must be entered again")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("Restored PRIMARY", "password: the former value is unknown")
