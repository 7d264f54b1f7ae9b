"""Activity: every request with its answer, secrets nowhere, each to be copied as curl."""

import json

import pytest
from rich.color import Color

from smtp_tui.ui.widgets.table import RecordsTable
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import Ui, opened

PASSWORD = "hunter2-hunter2-hunter2"


async def copied(ui: Ui) -> str:
    """What is in the clipboard once something was sent there."""
    await ui.until(lambda: ui.app.clipboard, "something to be copied")
    return ui.app.clipboard


async def test_each_request_stands_there_with_method_path_status_and_time(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST))
        await ui.press("r")
        await ui.sees("403")
        await ui.press("a")
        await ui.sees("Activity", "METHOD", "STATUS", "MS", "─ Request and answer ─")
        rows = (
            line.partition("││")[0] for line in ui.lines() if "GET     …/smtpconnections" in line
        )
        newest, oldest = rows
        assert newest.strip(" │").split()[-2:] == ["403", "0"]
        assert oldest.strip(" │").split()[-2:] == ["200", "0"]
        assert ui.shows("status 403", "request id")
        await ui.press("j")
        await ui.sees("status 200", "PRIMARY")
        await ui.press("escape")
        await ui.sees("Connections 6")


async def test_a_request_without_an_answer_says_why(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.RESET, Operation.LIST, count=None))
    async with opened(sandbox) as ui:
        await ui.sees("Could not list")
        await ui.press("a")
        await ui.sees("no answer · 0 ms")


async def test_neither_token_nor_passwords_stand_anywhere_in_it(sandbox: Sandbox) -> None:
    record_id = sandbox.add_record("ONE", {"hostname": "a", "port": 25, "password": PASSWORD})
    stored = [{"name": "password", "value": PASSWORD}]
    answer = [{"id": record_id, "name": "ONE", "connection_parameters": stored}]
    echo = Fault(
        FaultKind.RAW,
        Operation.LIST,
        count=None,
        status=200,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps([*answer, {"echo": sandbox.admin_token}]).encode(),
    )
    sandbox.faults.add(echo)
    async with opened(sandbox, size=(160, 60)) as ui:
        await ui.sees("ONE")
        await ui.press("a")
        await ui.sees("status 200", '"name": "password"')
        assert PASSWORD not in ui.text()
        assert sandbox.admin_token not in ui.text()
        await ui.press("y", "enter")
        text = await copied(ui)
        assert sandbox.admin_token not in text
        await ui.press("y", "tab", "tab", "enter")
        await ui.until(lambda: '"name": "password"' in ui.app.clipboard, "the answer to be copied")
        assert PASSWORD not in ui.app.clipboard
        assert sandbox.admin_token not in ui.app.clipboard


async def test_y_copies_the_request_as_curl_with_the_token_as_a_variable(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("a")
        await ui.sees("status 200")
        await ui.press("y", "enter")
        text = await copied(ui)
        assert text.startswith(f"curl -sS -X GET '{demo.base_url}/cam/api/v1/smtpconnections?")
        assert '"Authorization: Bearer ${CAM_BEARER_TOKEN}"' in text


async def test_a_request_of_the_profile_before_is_copied_for_its_own_tenant(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("p")
        await ui.sees("demo-europe")
        await ui.press("j", "enter")
        await ui.sees("EU-RELAY")
        await ui.press("a")
        await ui.sees("Activity", "demo-europe")
        await ui.press("j")
        await ui.sees(f"tenantId={demo.tenant_id[:20]}")
        await ui.press("y", "enter")
        assert f"tenantId={demo.tenant_id}" in await copied(ui)


async def test_beside_the_list_an_address_is_broken_between_its_parts(demo: Sandbox) -> None:
    async with opened(demo, size=(120, 40)) as ui:
        await ui.sees("Connections 6")
        await ui.press("a")
        await ui.sees("status 200")
        before, _, after = demo.tenant_id.rpartition("-")
        assert ui.line("tenantId=").rstrip("│ ▅▁").endswith(f"tenantId={before}-")
        assert f"│ {after}  " in ui.text()


async def test_it_follows_what_is_asked_while_it_is_open(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=0.5))
        await ui.press("r", "a")
        await ui.sees("Activity")
        await ui.until(lambda: ui.text().count("GET") >= 3, "two rows")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_small_screen_shows_method_path_and_status(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6")
        await ui.press("a")
        await ui.sees("GET", "/cam/api/v1/smtpconn", "200", "q Back")


async def test_tab_goes_to_the_text_of_an_entry_which_j_and_G_scroll(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("a")
        await ui.sees("status 200")
        assert not ui.shows('"name": "tls"')
        await ui.press("tab", "G")
        await ui.loses("status 200")
        await ui.press("g", "j")
        await ui.sees("status 200")
        await ui.press("shift+tab", "h")
        await ui.sees("Connections 6")


async def test_what_came_of_a_request_has_its_colour_and_the_answer_is_coloured_json(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(120, 40)) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST))
        await ui.press("r")
        await ui.sees("403")
        demo.faults.add(Fault(FaultKind.RESET, Operation.LIST, count=None))
        await ui.press("r", "a")
        await ui.sees("Activity", "no answer", "403", "200")
        warn, bad = (
            Color.parse(ui.app.theme_variables[role].removeprefix("ansi_")).number
            for role in ("warn", "bad")
        )
        await ui.press("G")
        await ui.sees("status 200", '"name"')
        table = ui.app.screen.query_one(RecordsTable)
        drawn = [line for at in range(1, 9) for line in table.render_line(at)]
        colours = [
            part.style.color.number if part.style and part.style.color else None
            for words in ("no answer", "403")
            for part in drawn
            if part.text.strip() == words
        ]
        assert (colours[0], colours[-1]) == (warn, bad)
        assert ui.look('"name"') == ui.look('"id"') != ui.look('"PRIMARY"')


async def test_an_empty_mailbox_says_what_fills_it_and_the_way_back(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("m")
        await ui.sees("No mail yet", "Test a record that works", "q Back")
        assert not ui.app.screen.query_one("#entry").display


async def test_what_a_session_changed_is_offered_as_a_script(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("!")
        await ui.sees("Nothing was changed or mailed in this session yet.")
        await ui.press("d")
        await ui.sees("Delete BATCH?")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ui.sees("Deleted BATCH")
        await ui.press("!")
        await ui.sees("smtp-tui delete --profile demo", "Left out:", " BATCH: answered 200")
        for gone in ("#!/bin/sh", "set -eu", "smtp-tui get", "smtp-tui list", " script "):
            assert not ui.shows(gone)


async def test_a_request_is_offered_as_the_command_that_sends_it(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("a")
        await ui.sees("Activity")
        await ui.press("y", "tab")
        await ui.sees("smtp-tui list --profile demo")
