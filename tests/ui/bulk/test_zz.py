from __future__ import annotations
import asyncio, time, os, json
from pathlib import Path
import pytest
from msgspec.structs import replace
from smtp_tui.ui.services import Services
from smtp_tui.workflows.plan import Plan, Place, change_entries, delete_entries, mail_entries
from smtp_tui.workflows.plan_file import plan_json
from smtp_tui.editing.patch import Change
from smtp_tui.editing.values import ABSENT
from tests.failing_sandbox import Operation, Sandbox, Fault, FaultKind, SandboxOptions
from tests.ui.bulk.steps import *
from tests.ui.bulk.test_rest import with_passwords, SECRET
from tests.ui.helpers import HeldClock, opened
from tests.ui.all_profiles.together import *


async def test_rest_other_tenant(sandbox: Sandbox) -> None:
    records = with_passwords(sandbox, 3)

    def kept(services: Services) -> Services:
        place = Place("demo", sandbox.base_url, "another-tenant", "all", "default", 3)
        plan = Plan(
            "Change 3 records",
            change_entries("demo", records, (Change("port", ABSENT, 587),)),
            (place,),
        )
        left_behind(services.run_store, plan_json(plan, HeldClock().now()))
        return services

    async with opened(sandbox, services=kept) as ui:
        await ui.sees("ended early")
        await ui.press("R")
        await ui.sees("Go on with the rest")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("in 3 records")
        print(ui.text())
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("3 failed")
        print(ui.text())
        assert changed_ids(ui) == []


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_keys(sandbox: Sandbox, size) -> None:
    ids = relays(sandbox, 12)
    async with opened(sandbox, size=size) as ui:
        await ui.sees("RELAY-00")
        await ui.press("asterisk")
        await ui.press("e")
        await ui.sees("What you leave alone")
        print(ui.text())
        await ui.press("tab")
        from tests.ui.forms import retype

        await retype(ui, "587")
        # typed ahead: ctrl+s then enters at once
        await ui.press("ctrl+s", "enter", "enter", "1", "2", "enter")
        await ui.pilot.pause(0.5)
        print(ui.text())
        print("sent", changed_ids(ui))
        await ui.press("escape")
        await ui.pilot.pause(0.2)
        print(ui.text())
        await ui.press("escape")
        await ui.pilot.pause(0.2)
        print(ui.text())


@pytest.mark.parametrize("key", ["q", "ctrl+c", "escape"])
async def test_during(sandbox: Sandbox, key) -> None:
    ids = relays(sandbox, 24)
    sandbox.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.4, count=None))
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("RELAY-00")
        await ui.press("asterisk")
        await edit_ports(ui, "587")
        await confirm(ui, 24)
        await ui.sees("left")
        await ui.press(key)
        await ui.pilot.pause(0.4)
        print(ui.text())
        await ui.press(key)
        await ui.pilot.pause(0.4)
        print(ui.text())
        await ui.pilot.pause(0.6)
        print(ui.text())
        print(len(changed_ids(ui)), ui.services.run_store.all() and "kept")
