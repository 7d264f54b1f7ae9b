"""Two people on one record: the record is read again before the write and compared three ways."""

from __future__ import annotations

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import BATCH, PRIMARY, apply, create, edit_port, save
from tests.ui.helpers import opened


async def test_the_same_parameter_on_both_sides_opens_a_table_and_the_servers_value_can_stay(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.change_record(BATCH, {"port": 2525})
        await apply(ui, "BATCH")
        await ui.sees("Changed on both sides", "OPENED", "YOURS", "SERVER NOW")
        assert all(text in ui.line("▌  port") for text in ("26", "587", "2525"))
        ui.clock.forward(1)
        await ui.press("right", "enter")
        await ui.sees("already has these values")
        assert ui.requests(Operation.MODIFY) == []
        assert demo.record(BATCH).values["port"] == 2525


async def test_mine_can_be_chosen_and_is_reviewed_once_more_against_the_servers_value(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.change_record(BATCH, {"port": 2525})
        await apply(ui, "BATCH")
        await ui.sees("Changed on both sides")
        ui.clock.forward(1)
        await ui.press("left", "enter")
        await ui.sees("- port 2525", "+ port 587", "this is what you chose")
        assert ui.requests(Operation.MODIFY) == []
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("Saved BATCH")
        assert demo.record(BATCH).values["port"] == 587


async def test_esc_in_the_conflict_returns_to_the_form_as_it_was(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.change_record(BATCH, {"port": 2525})
        await apply(ui, "BATCH")
        await ui.sees("Changed on both sides")
        await ui.press("escape")
        await ui.loses("Changed on both sides")
        await ui.sees("Edit BATCH", "587", "was 26")
        assert ui.requests(Operation.MODIFY) == []


async def test_a_record_that_is_gone_can_be_created_anew_from_the_form_with_its_password_typed(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "PRIMARY", "2525")
        demo.delete_record(PRIMARY)
        await apply(ui, "PRIMARY")
        await ui.sees("The record was deleted", "Someone deleted PRIMARY")
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ui.sees("Recreate PRIMARY", "Not restored")
        await ui.type("relay-password")
        body = await create(ui, "PRIMARY")
        sent = {
            parameter["name"]: parameter["value"] for parameter in body["connection_parameters"]
        }
        assert sent["port"] == 2525
        assert sent["password"] == "relay-password"
        assert ui.requests(Operation.MODIFY) == []


async def test_a_write_whose_answer_was_lost_is_looked_up_and_found_done(demo: Sandbox) -> None:
    demo.faults.add(Fault(FaultKind.RESET, Operation.MODIFY, after_work=True))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 1


async def test_a_write_whose_outcome_stays_unknown_says_so_and_keeps_the_form(
    demo: Sandbox,
) -> None:
    demo.faults.add(Fault(FaultKind.BAD_GATEWAY, Operation.MODIFY))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("still has the old values")
        await ui.sees("Edit BATCH", "was 26")
        assert len(ui.requests(Operation.MODIFY)) == 1


async def test_a_create_whose_answer_was_lost_says_whether_the_record_is_there(
    demo: Sandbox,
) -> None:
    demo.faults.add(Fault(FaultKind.RESET, Operation.CREATE, after_work=True))
    async with opened(demo, size=(170, 36)) as ui:
        await ui.sees("BATCH")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("FRESH\trelay.example.com\t587")
        await create(ui, "FRESH")
        await ui.sees("a record with this name exists")
        assert len(ui.requests(Operation.CREATE)) == 1
