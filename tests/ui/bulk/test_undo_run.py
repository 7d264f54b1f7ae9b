"""A run is taken back by a plan of the values of before, which says what stays as it is."""

from __future__ import annotations

from tests.failing_sandbox import Operation, Sandbox
from tests.ui.bulk.steps import changed_ids, edit_all, ports, read_and_enter, relays
from tests.ui.forms import edit_port, save
from tests.ui.helpers import opened


async def test_after_a_run_the_older_change_is_not_offered_and_u_restores_what_the_run_changed(
    sandbox: Sandbox,
) -> None:
    ids = relays(sandbox, 3)
    async with opened(sandbox) as ui:
        await edit_port(ui, "RELAY-00", "465")
        await save(ui, "RELAY-00")
        await ui.sees("Saved RELAY-00 · u undoes")
        await ui.press("escape")
        await edit_all(ui, 3)
        await read_and_enter(ui)
        await ui.sees("3 done")
        await ui.press("q")
        await ui.sees("Connections 3")
        assert not ui.shows("Saved RELAY-00"), "it invites to undo the run"
        await ui.press("u")
        await ui.sees("Restore 3 records?", "port 587 → 465 in 1", "port 587 → 25 in 2")
        await read_and_enter(ui)
        await ui.sees("3 done")
        assert ports(sandbox) == [465, 25, 25]
        assert len(changed_ids(ui)) == 1 + 2 * len(ids)


async def test_what_a_run_cannot_bring_back_is_named_and_what_was_changed_since_is_left_alone(
    sandbox: Sandbox,
) -> None:
    ids = relays(sandbox, 5)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 5")
        await ui.press("asterisk", "e")
        await ui.sees("Edit 5 records")
        await ui.press("tab", "end", "ctrl+u", *"587", "tab", "tab", *"new-word", "ctrl+s")
        await ui.sees("WHAT WILL BE SENT", "Not restored by undo: password.")
        await read_and_enter(ui)
        await ui.sees("5 done")
        sandbox.change_record(ids[0], {"port": 2525})
        sandbox.delete_record(ids[1])
        await ui.press("q", "u")
        await ui.sees(
            "Restore 3 records?",
            "RELAY-00: it was changed again since",
            "RELAY-01: there is no such record any more",
            "RELAY-02, RELAY-03, RELAY-04: password: ",
        )
        await read_and_enter(ui)
        await ui.sees("3 done")
        assert ports(sandbox) == [2525, 25, 25, 25]


async def test_u_after_a_delete_of_many_names_the_run_and_the_backup(sandbox: Sandbox) -> None:
    relays(sandbox, 4)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 4")
        await ui.press("space", "space", "d")
        await ui.sees("Delete 2 records?", "Not restored by undo: what is deleted.")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("2 done")
        await ui.press("q", "u")
        await ui.sees(
            "✗ The last change, a run of 2 records, cannot be undone",
            "RELAY-00, RELAY-01: it was deleted; apply the backup",
            "backup: ",
        )
        assert len(ui.requests(Operation.DELETE)) == 2
        await ui.press("j")
        assert not ui.shows("cannot be undone")
