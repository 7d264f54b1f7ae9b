"""Going by keys through marks, a plan and its run, for the tests of work on many records."""

from __future__ import annotations

import os
import subprocess
import sys

from smtp_tui.state.runs import RunStore
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import retype
from tests.ui.helpers import Ui


def relays(sandbox: Sandbox, count: int, port: int = 25) -> list[str]:
    """Store relays; their ids."""
    return [
        sandbox.add_record(f"RELAY-{number:02}", {"hostname": f"mx{number}.example", "port": port})
        for number in range(count)
    ]


def ports(sandbox: Sandbox) -> list[object]:
    """The ports that the server holds, by the names of the records."""
    records = sorted(sandbox.records(), key=lambda record: record.name)
    return [record.values["port"] for record in records]


async def edit_ports(ui: Ui, port: str) -> None:
    """Open the form of the marked records, type a port, and go on to the plan."""
    await ui.press("e")
    await ui.sees("What you leave alone stays")
    await ui.press("tab")
    await retype(ui, port)
    await ui.press("ctrl+s")
    await ui.sees("WHAT WILL BE SENT")
    ui.clock.forward(1)


async def edit_all(ui: Ui, count: int) -> None:
    """Mark all connections, of which there are so many, and go on to the plan of a new port."""
    await ui.sees(f"Connections {count}")
    await ui.press("asterisk")
    await edit_ports(ui, "587")


async def read_and_enter(ui: Ui) -> None:
    """Press Enter once what came up could be read."""
    ui.clock.forward(1)
    await ui.press("enter")


async def go_on(ui: Ui) -> None:
    """Go on with the run that ended early."""
    await ui.press("R")
    await ui.sees("Go on with the rest")
    await read_and_enter(ui)


async def confirm(ui: Ui, number: int) -> None:
    """Type the number that a plan asks for."""
    await ui.type(str(number))
    await ui.press("enter")


def outcomes(ui: Ui) -> list[str]:
    """The rows of a run."""
    return [line for line in ui.lines() if "RELAY-" in line]


def changed_ids(ui: Ui) -> list[str]:
    """The ids of the records that the sandbox was asked to change, oldest first."""
    return [request.json()["id"] for request in ui.requests(Operation.MODIFY)]


def left_behind(store: RunStore, plan: str) -> str:
    """Keep a plan as the run of a program that has ended; its id."""
    run_id = store.begin(plan)
    end_program(store)
    return run_id


def end_program(store: RunStore) -> None:
    """Make the runs of this process those of a program that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    for file in store.directory.glob(f"*@{os.getpid()}.*"):
        file.rename(file.with_name(file.name.replace(f"@{os.getpid()}.", f"@{ended.pid}.")))
