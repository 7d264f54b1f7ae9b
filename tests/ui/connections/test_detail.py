"""The detail of one record: everything it holds, and everything that can be done from there."""

import json

import pytest

from smtp_tui.ui.widgets.table import RecordsTable
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import delete
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
        assert ui.shows("Port       587", "Password   stored")
        assert ui.shows("x-retries  3", "x-tls      true", 'x-list     ["one", {"two": 2}]')
        assert ui.shows("x-blank    (blank)")
        assert ui.shows(record_id, sandbox.tenant_id, "Namespace")
        assert "hunter2" not in ui.text()


async def test_leaving_a_record_makes_no_row_anew_and_the_list_was_not_styled_for_it(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY", "Connections 6")
        connections = ui.app.screen
        table = connections.query_one("#table", RecordsTable)
        before = [*table.rows]
        await ui.press("enter")
        await ui.sees("Hostname", "Created")
        assert not connections.has_class("-covered")
        await ui.press("t")
        await ui.sees("Send to")
        assert ui.app.screen_stack[-2].has_class("-covered")
        await ui.press("escape")
        await ui.until(lambda: "Send to" not in ui.text(), "the dialog to close")
        await ui.press("q")
        await ui.sees("Connections 6")
        assert all(row is known for row, known in zip(table.rows, before, strict=True))


async def test_what_is_too_long_for_a_line_goes_on_under_its_value(sandbox: Sandbox) -> None:
    sandbox.add_record(
        "LONG", {"hostname": "relay.old-datacenter.invalid", "x-note": "one two " * 9}
    )
    async with opened(sandbox, size=(110, 30)) as ui:
        await ui.sees(
            "│ Hostname   relay.old-", "│            datacenter.", "x-note     one two one two"
        )
        await ui.press("enter")
        await ui.sees("Hostname   relay.old-datacenter.invalid", "Namespace")
        await ui.pilot.resize_terminal(60, 24)
        await ui.sees(
            f" x-note     {'one two ' * 6}\n            one two one two".replace(" \n", "\n")
        )


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ([{"name": "password", "value": "secret"}], "stored"),
        ([{"name": "password", "value": None}], "not known"),
        ([{"name": "password", "value": "*****"}], "stored"),
        ([{"name": "hostname", "value": "h"}], "not known"),
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
        await ui.sees("stale, read 2m ago", "Could not read the connection", "a.example")
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
        await delete(ui, "ONE")
        await ui.sees("Connections 1", "TWO", "Deleted ONE")


async def test_J_and_K_show_the_next_and_the_previous_record_and_the_cursor_follows(
    sandbox: Sandbox,
) -> None:
    for name in ("THREE", "ONE", "TWO"):
        sandbox.add_record(name, {"hostname": f"{name.lower()}.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("Connections 3")
        await ui.press("enter")
        await ui.sees("one.example", "J Next")
        await ui.press("J")
        await ui.sees("THREE", "three.example")
        assert not ui.shows("one.example")
        await ui.press("J", "J")
        await ui.sees("two.example", "This is the last record of the list.")
        await ui.press("K")
        await ui.sees("three.example")
        assert not ui.shows("This is the last record")
        assert {request.path.rpartition("/")[2] for request in ui.requests(Operation.GET)} == {
            record.id for record in sandbox.records()
        }
        await ui.press("escape")
        await ui.sees("Connections 3")
        assert "THREE" in ui.line("▌")


async def test_after_J_the_keys_are_about_the_record_that_is_shown(sandbox: Sandbox) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    two = sandbox.add_record("TWO", {"hostname": "b.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("Connections 2")
        await ui.press("enter")
        await ui.sees("a.example")
        await ui.press("J")
        await delete(ui, "TWO")
        await ui.sees("Connections 1", "ONE")
        assert [request.path.rpartition("/")[2] for request in ui.requests(Operation.DELETE)] == [
            two
        ]


async def test_J_does_not_wait_for_the_record_that_is_being_read(sandbox: Sandbox) -> None:
    for name in ("ONE", "TWO"):
        sandbox.add_record(name, {"hostname": f"{name.lower()}.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("Connections 2")
        sandbox.faults.add(Fault(FaultKind.DELAY, Operation.GET, seconds=60))
        await ui.press("enter")
        await ui.asked(Operation.GET)
        await ui.press("J")
        await ui.asked(Operation.GET, 2)
        await ui.loses("Reading")
        assert ui.shows("two.example")


@pytest.mark.parametrize("key", ["h", "left", "backspace", "q", "escape"])
@pytest.mark.parametrize(
    ("opening", "seen"), [("enter", "Hostname   a.example"), ("a", "METHOD"), ("A", "OUTCOME")]
)
async def test_each_key_for_back_goes_back_from_a_full_screen(
    sandbox: Sandbox, opening: str, seen: str, key: str
) -> None:
    sandbox.add_record("ONE", {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("Connections 1")
        await ui.press(opening)
        await ui.sees(seen)
        await ui.press(key)
        await ui.sees("Connections 1")


async def test_h_left_and_backspace_are_typed_in_the_filter_of_the_journal(
    sandbox: Sandbox,
) -> None:
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("No SMTP connections")
        await ui.press("A")
        await ui.sees("OUTCOME")
        await ui.press("slash", *"hhx", "backspace", "left", "u")
        await ui.sees("│ huh")


async def test_on_a_wide_screen_tab_goes_to_the_record_beside_the_table_and_back(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("LONG", {"hostname": "a.example", **{f"x-{n:02}": n for n in range(60)}})
    sandbox.add_record("NEXT", {"hostname": "b.example", "port": 25})
    async with opened(sandbox, size=(120, 30)) as ui:
        await ui.sees("LONG", "x-00")
        for there, back in (("tab", "shift+tab"), ("shift+tab", "tab"), ("tab", "h")):
            await ui.press(there, "G")
            await ui.sees("Last tests")
            assert "LONG" in ui.line("▌")
            await ui.press("g")
            await ui.sees("x-00")
            await ui.press("ctrl+d")
            await ui.loses("x-00")
            await ui.press("g", back, "G")
            assert "NEXT" in ui.line("▌")
            await ui.press("g")
        await ui.press("tab", "escape", "j")
        assert "NEXT" in ui.line("▌")
        await ui.press("k", "tab", "e")
        await ui.sees("Edit LONG")


async def test_when_the_record_beside_the_table_is_hidden_the_keys_move_in_the_table(
    sandbox: Sandbox,
) -> None:
    for name in ("ONE", "TWO"):
        sandbox.add_record(name, {"hostname": f"{name.lower()}.example", "port": 25})
    async with opened(sandbox, size=(120, 30)) as ui:
        await ui.sees("Created")
        await ui.press("tab")
        await ui.pilot.resize_terminal(80, 24)
        await ui.loses("Created")
        await ui.until(lambda: ui.app.focused is not None, "the table to have the focus")
        await ui.press("j")
        assert "TWO" in ui.line("▌")


async def test_q_leaves_a_record_while_it_is_still_read_by_itself(demo: Sandbox) -> None:
    demo.faults.add(Fault(FaultKind.DELAY, Operation.GET, seconds=2.0))
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("enter")
        await ui.sees("Namespace")
        await ui.press("q")
        await ui.sees("Connections 6")
