"""What the server refuses is said at the field it names, and nothing of it is dropped."""

from __future__ import annotations

import json

import pytest

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import apply, edit_port, retype, save
from tests.ui.helpers import Ui, opened


def refusal(status: int, message: str, **fields: list[str]) -> dict[str, object]:
    """The rest of a fault that answers so."""
    details = {"messages": fields} if fields else {}
    error = {"statusCode": status, "message": message, "details": details}
    return {"status": status, "body": json.dumps({"error": error}).encode()}


def refuse(sandbox: Sandbox, operation: Operation, body: dict[str, object]) -> None:
    """Have the next call of that kind refused."""
    status, content = body["status"], body["body"]
    assert isinstance(status, int)
    assert isinstance(content, bytes)
    sandbox.faults.add(Fault(FaultKind.RAW, operation, status=status, body=content))


async def _fill_in_and_send(ui: Ui) -> None:
    await ui.sees("No SMTP connections")
    await ui.press("n")
    await ui.sees("New connection")
    await ui.type("FRESH\tlocalhost\t25")
    await ui.press("ctrl+s")
    await ui.sees("Create FRESH?")
    await ui.press("enter")


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("the name is in use", "The server refused it: the name is in use"),
        ("", "The server refused it: the server answered 409"),
    ],
)
async def test_a_409_to_a_create_leads_to_the_name_with_the_servers_words_under_it(
    sandbox: Sandbox, message: str, words: str
) -> None:
    refuse(sandbox, Operation.CREATE, refusal(409, message))
    async with opened(sandbox) as ui:
        await _fill_in_and_send(ui)
        await ui.sees(words, "The server refused the values marked above.")
        lines = ui.lines()
        name = next(i for i, line in enumerate(lines) if "Name  " in line)
        assert words in lines[name + 1]
        await retype(ui, "OTHER")
        await ui.press("ctrl+s")
        await ui.sees("Create OTHER?")
        await ui.press("enter")
        await ui.sees("Created OTHER")
    assert [record.name for record in sandbox.records()] == ["OTHER"]


async def test_a_409_to_a_change_is_not_said_of_the_name(demo: Sandbox) -> None:
    refuse(demo, Operation.MODIFY, refusal(409, "busy"))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("The server answered 409: busy")
        assert "refused it" not in ui.text()


async def test_a_422_keeps_the_words_about_fields_that_the_form_does_not_have(
    demo: Sandbox,
) -> None:
    words = refusal(
        422, "not valid", port=["too high"], name=["is taken"], connection_parameters=["is odd"]
    )
    refuse(demo, Operation.MODIFY, words)
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("The server refused it: too high", "The server refused the values marked")
        assert ui.shows("name: is taken", "connection_parameters: is odd")
        await save(ui, "BATCH")


async def test_a_422_about_no_field_of_the_form_is_told_with_all_its_words(demo: Sandbox) -> None:
    refuse(demo, Operation.MODIFY, refusal(422, "not valid", name=["is taken"]))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("The server answered 422: not valid", "name: is taken")
        assert "marked above" not in ui.text()


async def test_a_message_that_the_server_says_twice_is_shown_once(demo: Sandbox) -> None:
    refuse(demo, Operation.MODIFY, refusal(422, "no", port=["too high"] * 2, name=["taken"] * 2))
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("The server refused it: too high", "name: taken")
        assert ui.text().count("too high") == 1
        assert ui.text().count("taken") == 1
