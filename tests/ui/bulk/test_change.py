"""Many records changed at once: marked, edited, reviewed, carried out."""

from __future__ import annotations

from tests.failing_sandbox import Operation, Sandbox
from tests.ui.bulk.steps import changed_ids, confirm, edit_ports, ports, relays
from tests.ui.helpers import opened


async def test_forty_marked_by_a_filter_move_their_port_each_once(sandbox: Sandbox) -> None:
    ids = relays(sandbox, 40)
    sandbox.add_record("OTHER", {"hostname": "other.example", "port": 25})
    async with opened(sandbox) as ui:
        await ui.sees("Connections 41")
        await ui.press("slash")
        await ui.type("relay")
        await ui.press("enter", "asterisk", "escape")
        await ui.sees("40 marked", "Edit 40", "Test 40", "Delete 40")
        await edit_ports(ui, "587")
        await ui.sees("change port 25 → 587 in 40 records", "demo: 40 of 41 records")
        await confirm(ui, 40)
        await ui.sees("40 done")
        assert sorted(changed_ids(ui)) == sorted(ids)
        assert ports(sandbox) == [25, *[587] * 40]
        await ui.press("escape")
        await ui.sees("Connections 41")
        assert not ui.shows("marked")
    assert [*sandbox.mailbox] == []
    assert len(ui.requests(Operation.MODIFY)) == 40
