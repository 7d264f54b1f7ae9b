"""The form of a record: fields, live patch, what is said under a field, and what is sent."""

from __future__ import annotations

import pytest
from textual.events import Paste

from smtp_tui.ui.widgets import fields
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import apply, create, edit, edit_port, retype, review, save
from tests.ui.helpers import opened


async def test_the_form_starts_on_hostname_and_tab_goes_through_the_fields_in_form_order(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit(ui, "INVOICES")

        def parameter() -> str | None:
            focused = ui.app.focused
            around = focused.ancestors if focused is not None else ()
            field = next((widget for widget in around if widget.has_class("field")), None)
            return getattr(field, "parameter", None)

        await ui.until(lambda: parameter() == "hostname", "the cursor on hostname")
        await ui.loses("Reading")
        names = []
        for _ in range(6):
            names.append(parameter())
            await ui.press("tab")
        assert names == ["hostname", "port", "username", "password", "from", "tls"]


async def test_only_the_changed_parameter_is_sent(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH", "- port 26", "+ port 587")
        (request,) = await ui.asked(Operation.MODIFY)
        assert request.json() == {
            "id": "5e7a1c0d3b2f4a6890100004",
            "connection_parameters": [{"name": "port", "value": 587}],
        }
        await ui.sees("Saved BATCH")


async def test_a_changed_field_is_marked_and_says_its_old_value(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        assert "● Port" in ui.line("Port")
        await ui.sees("was 26")
        await ui.press("ctrl+r")
        await ui.loses("was 26")
        assert ui.line("Port").split()[:3] == ["│", "Port", "26"]


async def test_the_patch_that_would_be_sent_stands_beside_the_form_live(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "PRIMARY")
        await ui.sees("Nothing changed.", "Nothing would be sent.")
        await ui.press("tab")
        await retype(ui, "25")
        await ui.sees('{"name": "port", "value": 25}')
        await ui.press("tab", "tab")
        await ui.type("hunter2")
        await ui.sees('{"name": "password", "value":')
        assert "hunter2" not in ui.text()


@pytest.mark.parametrize("secured", ["true", "false"])
async def test_a_parameter_that_is_a_secret_only_since_or_no_longer_is_left_alone_by_the_form(
    demo: Sandbox, secured: str
) -> None:
    (record,) = [record for record in demo.records() if record.name == "INVOICES"]
    before = "false" if secured == "true" else "true"
    demo.change_record(record.id, [{"name": "tls", "value": "x", "secured": before}])
    async with opened(demo) as ui:
        await ui.sees("INVOICES")
        demo.change_record(record.id, [{"name": "tls", "value": "x", "secured": secured}])
        await edit_port(ui, "INVOICES", "2525")
        await save(ui, "INVOICES")
        (request,) = await ui.asked(Operation.MODIFY)
        assert request.json()["connection_parameters"] == [{"name": "port", "value": 2525}]


async def test_an_edit_without_a_change_sends_nothing(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await ui.press("ctrl+s")
        await ui.sees("No changes, so there is nothing to send.")
        assert ui.requests(Operation.MODIFY) == []


async def test_esc_in_the_review_returns_to_the_form_with_everything_typed(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await retype(ui, "relay.example.com")
        await ui.press("tab")
        await retype(ui, "587")
        await review(ui, "BATCH")
        await ui.press("escape")
        await ui.loses("Change BATCH?")
        await ui.sees("relay.example.com", "587", "was 26")
        assert ui.requests(Operation.MODIFY) == []


@pytest.mark.slow
async def test_remarks_stand_under_the_field_after_a_rest_and_not_on_each_key(
    demo: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fields, "PAUSE", 3.0)  # a busy machine types slowly
    async with opened(demo) as ui:
        await edit(ui, "PRIMARY")
        await ui.press("tab", "end", "ctrl+u", "9")
        await ui.pilot.press("9", "9", "9", "9")
        assert "✗" not in ui.text()
        await ui.sees("✗ Must be a number from 1 to 65535.")
        await ui.press("ctrl+s")
        assert ui.requests(Operation.MODIFY) == []
        await retype(ui, "465")
        await ui.until(lambda: "TLS" in ui.text(), "the remark on 465")
        await ui.press("shift+tab")
        await retype(ui, "https://mail.example.com")
        await ui.until(lambda: "✗" in ui.text(), "the remark on the hostname")


async def test_a_refusal_of_the_server_lands_under_the_field_it_names(demo: Sandbox) -> None:
    words = (
        b'{"error":{"statusCode":422,"name":"ValidationError","message":"not valid",'
        b'"details":{"messages":{"port":["is not allowed here"]}}}}'
    )
    demo.faults.add(Fault(FaultKind.RAW, Operation.MODIFY, status=422, body=words))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("The server refused it: is not allowed here")
        lines = ui.lines()
        port = next(i for i, line in enumerate(lines) if "Port" in line)
        said = next(i for i, line in enumerate(lines) if "is not allowed here" in line)
        username = next(i for i, line in enumerate(lines) if "Username" in line)
        assert port < said < username
        await save(ui, "BATCH")


async def test_a_401_on_save_keeps_the_form_and_after_a_new_token_the_save_goes_through_once(
    demo: Sandbox,
) -> None:
    demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("paste the bearer token")
        focused = ui.app.focused
        assert focused is not None
        focused.post_message(Paste(demo.issue_token()))
        await ui.press("enter")
        await ui.sees("Change BATCH?", "Nothing has been changed yet")
        assert demo.record("5e7a1c0d3b2f4a6890100004").values["port"] == 26
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("Saved BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 2  # the refused one, and the one that counts
        assert demo.record("5e7a1c0d3b2f4a6890100004").values["port"] == 587


async def test_a_password_that_was_not_touched_is_in_no_request(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "PRIMARY", "2525")
        await save(ui, "PRIMARY")
        sent = b"".join(request.body for request in demo.requests)
        assert b"password" not in sent
        assert b"*" not in sent
        assert demo.records()[0].values["password"] == "relay-password"


async def test_a_new_record_is_created_from_what_was_typed_and_the_cursor_goes_to_it(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("FRESH\trelay.example.com\t587\t\thunter2")
        await ui.press("ctrl+s")
        await ui.sees("Create FRESH?", "POST")
        assert "hunter2" not in ui.text()
        await ui.press("enter")
        (request,) = await ui.asked(Operation.CREATE)
        assert request.json() == {
            "name": "FRESH",
            "connection_parameters": [
                {"name": "hostname", "value": "relay.example.com"},
                {"name": "port", "value": 587},
                {"name": "password", "value": "hunter2"},
            ],
        }
        await ui.sees("Created FRESH")
        await ui.sees("▌  FRESH")


async def test_a_clone_has_everything_but_the_password(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("INVOICES")
        await ui.press("j", "c")
        await ui.sees("Like INVOICES, without its password.")
        body = await create(ui, "INVOICES copy")
        names = [parameter["name"] for parameter in body["connection_parameters"]]
        assert names == ["hostname", "port", "username", "from", "tls"]


async def test_a_preset_fills_host_and_port_only_and_says_when_it_was_checked(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.press("ctrl+g")
        await ui.sees("Provider presets", "Checked on 2026-")
        await ui.press("enter")
        await ui.sees("smtp.gmail.com", "587")
        await ui.type("MINE")
        body = await create(ui, "MINE")
        names = [parameter["name"] for parameter in body["connection_parameters"]]
        assert names == ["hostname", "port"]


async def test_the_first_review_of_an_unfinished_form_says_what_is_missing(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("FRESH")
        await ui.press("ctrl+s")
        await ui.until(lambda: "✗" in ui.text(), "what is missing")
        assert ui.requests(Operation.CREATE) == []
