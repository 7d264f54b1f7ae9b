"""The detail of one record: everything it holds, and everything that can be done from there."""

import json

import pytest

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import opened

ODD = {
    "hostname": "a.example",
    "port": "587",
    "username": None,
    "password": "hunter2-hunter2",
    "x-retries": 3,
    "x-tls": True,
    "x-list": ["one", {"two": 2}],
    "x-blank": "",
}


async def test_every_parameter_is_shown_unknown_ones_and_odd_types_too(sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("ODD", ODD)
    async with opened(sandbox, size=(80, 30)) as ui:
        await ui.sees("ODD", "Connections 1")
        await ui.press("enter")
        await ui.sees("Hostname   a.example", "Created")
        assert ui.shows("Port       587", "Password   set")
        assert ui.shows("x-retries  3", "x-tls      true", 'x-list     ["one", {"two": 2}]')
        assert ui.shows("x-blank    (blank)")
        assert ui.shows(record_id, sandbox.tenant_id, "Namespace")
        assert "hunter2" not in ui.text()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ([{"name": "password", "value": "secret"}], "set"),
        ([{"name": "password", "value": None}], "unknown"),
        ([{"name": "password", "value": "*****"}], "set"),
        ([{"name": "hostname", "value": "h"}], "unknown"),
    ],
)
async def test_a_password_is_told_by_its_state_only(
    sandbox: Sandbox, parameters: list[dict[str, object]], words: str
) -> None:
    body = [{"id": "abc123", "name": "ONE", "connection_parameters": parameters}]
    for operation, value in ((Operation.LIST, body), (Operation.GET, body[0])):
        sandbox.faults.add(
            Fault(
                FaultKind.RAW,
                operation,
                count=None,
                status=200,
                headers=(("Content-Type", "application/json"),),
                body=json.dumps(value).encode(),
            )
        )
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("ONE", "read 0s ago")
        await ui.press("enter")
        await ui.sees("Created")
        assert ui.line("Password").strip("│ ").split(maxsplit=1)[1] == words


async def test_opening_reads_the_record_anew_and_r_does_so_again(sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("ONE")
        sandbox.change_record(record_id, {"hostname": "b.example"})
        await ui.press("enter")
        await ui.sees("b.example")
        sandbox.change_record(record_id, {"hostname": "c.example"})
        await ui.press("r")
        await ui.sees("c.example")


async def test_after_a_failed_refresh_the_record_is_called_stale_until_one_succeeds(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("ONE")
        await ui.press("enter")
        await ui.asked(Operation.GET)
        await ui.sees("Created")
        sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.GET))
        ui.clock.forward(120)
        await ui.press("r")
        await ui.sees("stale, as it was 2m ago", "Could not read the connection", "a.example")
        await ui.press("r")
        await ui.loses("stale")
        assert not ui.shows("Could not read")
        assert ui.shows("a.example")


async def test_a_read_that_fails_is_said_and_what_was_shown_stays(sandbox: Sandbox) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("ONE")
        sandbox.faults.add(Fault(FaultKind.NOT_FOUND, Operation.GET, count=None))
        await ui.press("enter")
        await ui.sees("Could not read the connection", "404", "a.example")


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("e", "Edit ONE"),
        ("t", "Test email · ONE"),
        ("c", "New connection"),
        ("d", "Delete ONE?"),
        ("y", "smtpconnections/"),
        ("question_mark", "Help"),
    ],
)
async def test_the_keys_of_a_record_work_from_the_detail(
    sandbox: Sandbox, key: str, seen: str
) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("ONE")
        await ui.press("enter")
        await ui.sees("Hostname   a.example")
        await ui.press(key)
        await ui.sees(seen)
        await ui.press("escape")
        await ui.sees("Hostname   a.example")


async def test_a_record_longer_than_the_screen_scrolls_by_the_keys(sandbox: Sandbox) -> None:
    sandbox.add_record("LONG", {"hostname": "a.example", **{f"x-{n:02}": n for n in range(40)}})
    async with opened(sandbox, size=(60, 20)) as ui:
        await ui.sees("LONG")
        await ui.press("enter")
        await ui.sees("x-00")
        assert not ui.shows("Namespace")
        await ui.press("G")
        await ui.sees("Namespace")
        await ui.press("g")
        await ui.sees("LONG", "Hostname")
        await ui.press("pagedown")
        await ui.sees("x-20")
        await ui.press(*["k"] * 20)
        await ui.sees("Hostname")


async def test_after_a_delete_from_the_detail_the_table_is_read_again(sandbox: Sandbox) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    sandbox.add_record("TWO", {"hostname": "b.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("ONE", "TWO")
        await ui.press("enter")
        await ui.sees("Hostname   a.example")
        await ui.press("d")
        await ui.sees("Delete ONE?")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Connections 1", "TWO", "Deleted ONE")
