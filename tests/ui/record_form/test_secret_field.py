"""The password: unchanged, replaced or cleared; never prefilled, copied or shown unasked."""

from __future__ import annotations

import pytest

from smtp_tui.ui.widgets.fields import SecretInput
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import edit
from tests.ui.helpers import Ui, opened


async def to_password(ui: Ui, name: str = "PRIMARY") -> SecretInput:
    await edit(ui, name)
    await ui.press("tab", "tab", "tab")
    field = ui.app.focused
    assert isinstance(field, SecretInput)
    return field


async def test_the_password_is_never_prefilled_and_says_that_it_is_set(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        field = await to_password(ui)
        assert field.value == ""
        assert "stored" in ui.line("Password")
        await ui.sees("Type to replace it · ctrl+n Clear it")


async def test_a_password_that_the_server_does_not_tell_of_is_not_known_everywhere(
    sandbox: Sandbox,
) -> None:
    sandbox.add_record("MAIL", {"hostname": "localhost", "port": 25, "username": "relay"})
    async with opened(sandbox) as ui:
        await ui.sees("MAIL", "Password   not known")
        await ui.press("t")
        await ui.sees("Test email · MAIL", "password not known")
        await ui.press("escape")
        await ui.loses("Test email · MAIL")
        await ui.press("e", "tab", "tab", "tab")
        await ui.sees("Edit MAIL")
        await ui.sees("not known (the server does not tell)", "ctrl+n Clear it")
        await ui.type("hunter2")
        await ui.press("ctrl+s")
        await ui.sees("- password (not known)", "+ password (7 characters, hidden)")


async def test_a_typed_password_replaces_the_stored_one(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await to_password(ui)
        await ui.type("hunter2")
        await ui.sees("● Password", "replaces the stored one")
        await ui.press("ctrl+s")
        await ui.sees("+ password (", "cannot be detected")
        assert "hunter2" not in ui.text()
        await ui.press("enter")
        (request,) = await ui.asked(Operation.MODIFY)
        assert request.json()["connection_parameters"] == [{"name": "password", "value": "hunter2"}]


async def test_clearing_is_an_act_of_its_own_that_starts_on_cancel_and_takes_no_typed_ahead_enter(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await to_password(ui)
        await ui.press("ctrl+n")
        await ui.sees("will be cleared")
        await ui.press("ctrl+s", "enter")
        await ui.sees("- password (stored)")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.loses("- password (stored)")
        assert ui.requests(Operation.MODIFY) == []
        await ui.press("ctrl+s")
        await ui.sees("- password (stored)")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        (request,) = await ui.asked(Operation.MODIFY)
        assert request.json()["connection_parameters"] == [{"name": "password", "value": ""}]


async def test_emptying_the_field_again_leaves_the_stored_password_alone(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await to_password(ui)
        await ui.type("x")
        await ui.press("backspace", "ctrl+s")
        await ui.sees("No changes, so there is nothing to send.")
        await ui.press("ctrl+n", "ctrl+r", "ctrl+s")
        await ui.sees("No changes, so there is nothing to send.")
        assert ui.requests(Operation.MODIFY) == []


async def test_a_mask_is_refused_as_a_password(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await to_password(ui)
        await ui.type("*****")
        await ui.press("ctrl+s")
        await ui.until(lambda: "✗" in ui.text(), "a remark under the password")
        assert ui.requests(Operation.MODIFY) == []


async def test_what_was_typed_is_shown_only_on_a_key_and_hidden_when_the_field_is_left(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await to_password(ui)
        await ui.type("hunter2")
        assert "hunter2" not in ui.text()
        await ui.press("ctrl+o")
        await ui.sees("hunter2")
        await ui.press("tab")
        await ui.loses("hunter2")
        await ui.press("shift+tab")
        assert "hunter2" not in ui.text()


async def test_a_password_can_be_neither_copied_nor_cut(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        field = await to_password(ui)
        await ui.type("hunter2")
        field.select_all()
        field.action_copy()
        field.action_cut()
        await ui.press("ctrl+x")
        assert "hunter2" not in ui.app.clipboard
        assert field.value == "hunter2"


async def test_no_message_of_the_field_shows_what_was_typed(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        field = await to_password(ui)
        await ui.type("hunter2")
        assert "hunter2" not in repr(SecretInput.Changed(field, field.value))
        assert "hunter2" not in repr(SecretInput.Submitted(field, field.value))
        assert "hunter2" not in repr(field)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (b'"*****"', "stored"),
        (b'"U2FsdGVkX1+ciphertext"', "stored"),
        (b"null", "not known"),
        (b'""', "not known"),
        (None, "not known"),
    ],
    ids=["stars", "ciphertext", "null", "blank", "absent"],
)
async def test_whatever_the_server_gives_for_a_password_is_shown_as_a_state(
    demo: Sandbox, given: bytes | None, shown: str
) -> None:
    password = b'{"name":"password","value":' + given + b"}" if given is not None else b""
    body = (
        b'[{"id":"5e7a1c0d3b2f4a6890100001","name":"ODD","connection_parameters":['
        + password
        + b"]}]"
    )
    demo.faults.add(Fault(FaultKind.RAW, Operation.LIST, status=200, body=body, count=None))
    async with opened(demo) as ui:
        await ui.sees("ODD")
        await ui.until(
            lambda: "Password" in ui.text() and ui.line("Password").strip("│ ").endswith(shown),
            f"the state {shown}",
        )
        assert "ciphertext" not in ui.text()
