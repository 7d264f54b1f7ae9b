"""Deleting: what the question names, what it takes to say yes, and what is said afterwards."""

from msgspec.structs import replace

from smtp_tui.api.target import Access
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import BATCH
from tests.ui.helpers import Ui, opened


async def ask(ui: Ui, name: str) -> None:
    """Put the cursor on a record of the demo and ask for its delete."""
    await ui.sees("Connections 6")
    await ui.press("g")
    for _ in range(6):
        if name not in ui.line("▌"):
            await ui.press("j")
    await ui.press("d")
    await ui.sees(f"Delete {name}?")


async def test_the_question_names_record_host_tenant_and_profile(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ask(ui, "OLD-RELAY")
        assert ui.shows("OLD-RELAY (relay.old-datacenter.invalid:25)", "DEMO")
        assert ui.shows(f"demo · {demo.base_url}", "tenant ICP Account f58e4d…33f8e8")
        assert ui.shows("Not restored by undo:")


async def test_it_starts_on_cancel_and_enter_there_deletes_nothing(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ask(ui, "BATCH")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.loses("Delete BATCH?")
        await ui.press("r")
        await ui.asked(Operation.LIST, 2)
        await ui.sees("Connections 6")
        assert {request.operation for request in demo.requests} == {Operation.LIST}


async def test_an_enter_typed_ahead_does_nothing(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("d", "tab", "enter", "enter")
        await ui.sees("Delete BATCH?")
        assert not ui.requests(Operation.DELETE)


async def test_tab_and_enter_delete_the_record_and_the_list_is_read_again(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ask(ui, "OLD-RELAY")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Connections 5", "Deleted OLD-RELAY")
        (request,) = ui.requests(Operation.DELETE)
        assert request.path.endswith("5e7a1c0d3b2f4a6890100003")
        assert all(record.name != "OLD-RELAY" for record in demo.records())


async def test_a_record_gone_meanwhile_is_said_and_the_list_read_again(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ask(ui, "BATCH")
        gone = next(record for record in demo.records() if record.name == "BATCH")
        demo.delete_record(gone.id)
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("BATCH was already deleted", "Connections 5")


async def test_a_record_changed_meanwhile_is_shown_as_it_is_now_before_it_is_deleted(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ask(ui, "BATCH")
        demo.change_record(BATCH, {"port": 2525})
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Someone changed the record since you opened it", "127.0.0.1:2525")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Deleted BATCH")
        assert len(ui.requests(Operation.DELETE)) == 1


async def test_a_refused_delete_is_said_and_the_record_stays(demo: Sandbox) -> None:
    demo.faults.add(Fault(FaultKind.FORBIDDEN, Operation.DELETE))
    async with opened(demo) as ui:
        await ask(ui, "BATCH")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Could not delete the connection", "403", "Connections 6")


async def test_after_a_lost_answer_the_server_is_asked_and_the_truth_told(demo: Sandbox) -> None:
    demo.faults.add(Fault(FaultKind.RESET, Operation.DELETE, after_work=True))
    async with opened(demo) as ui:
        await ask(ui, "BATCH")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Deleted BATCH")
        assert len(ui.requests(Operation.DELETE)) == 1


async def test_a_delete_that_was_not_done_is_said_to_be_unknown_and_still_there(
    demo: Sandbox,
) -> None:
    demo.faults.add(Fault(FaultKind.BAD_GATEWAY, Operation.DELETE))
    async with opened(demo) as ui:
        await ask(ui, "BATCH")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Outcome unknown", "still exists")
        assert len(ui.requests(Operation.DELETE)) == 1


async def test_in_a_protected_profile_the_records_name_must_be_typed(demo: Sandbox) -> None:
    async with opened(
        demo, profile=lambda profile: replace(profile, access=Access.PROTECTED)
    ) as ui:
        await ask(ui, "BATCH")
        assert ui.shows("PROTECTED", "Type BATCH to confirm: this profile is protected.")
        assert ui.app.screen.query_one("#apply").disabled
        ui.clock.forward(1)
        await ui.type("BATC\n")
        assert ui.app.screen.query_one("#apply").disabled
        await ui.press("tab", "tab", "enter")  # past Cancel there is only the name again
        assert ui.shows("Delete BATCH?")
        await ui.press("escape")
        await ui.loses("Delete BATCH?")
        await ask(ui, "BATCH")
        ui.clock.forward(1)
        await ui.type("BATCH\n")
        await ui.sees("Deleted BATCH", "Connections 5")
        assert len(ui.requests(Operation.DELETE)) == 1


async def test_in_a_read_only_profile_the_keys_are_dim_and_nothing_is_sent(demo: Sandbox) -> None:
    async with opened(
        demo, profile=lambda profile: replace(profile, access=Access.READ_ONLY)
    ) as ui:
        await ui.sees("Connections 6", "READ-ONLY")
        assert ui.look("d Delete") != ui.look(" Filter ")
        demo.forget_requests()
        for key in "dencuT":
            await ui.press(key)
        await ui.press("r")
        await ui.asked(Operation.LIST)
        assert ui.shows("Connections 6")
        assert [request.operation for request in demo.requests] == [Operation.LIST]
