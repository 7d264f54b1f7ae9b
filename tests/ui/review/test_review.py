"""Nothing is sent that was not shown: the review before each kind of write."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Button

from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Confirm, Profile
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import BATCH, apply, edit, edit_port, retype, review
from tests.ui.helpers import Ui, opened


async def test_the_review_of_a_patch_shows_old_and_new_the_request_and_where_it_goes(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.press("ctrl+s")
        await ui.sees(
            "- port 26",
            "+ port 587",
            f"demo · {demo.base_url}",
            "tenant ICP Account f58e4d…33f8e8  team all",
            f"POST {demo.base_url}",
            "/cam/composer/api/v1/smtpconnections/patchConnectionParametersById",
            "ace_orgGuid=all",
            "cloudOE_spaceGuid=default",
            f"tenantId={ui.profile.tenant}",
            '"id": "5e7a1c0d3b2f4a6890100004"',
            '{"name": "port", "value": 587}',
            "Apply",
        )
        await ui.press("enter")
        (request,) = await ui.asked(Operation.MODIFY)
        assert request.query["cloudOE_spaceGuid"] == "default"


async def test_a_delete_is_reviewed_with_its_request_and_what_cannot_return(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("BATCH")
        await ui.press("d")
        await ui.sees(
            "Delete BATCH?",
            f"demo · {demo.base_url}",
            "Not restored by undo: id",
            f"DELETE {demo.base_url}",
            "/cam/api/v1/smtpconnections/5e7a1c0d3b2f4a6890100004",
        )


async def test_y_copies_the_request_as_curl_with_token_and_password_as_variables(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit(ui, "BATCH")
        await ui.press("tab", "tab", "tab")
        await ui.type("hunter2")
        await review(ui, "BATCH")
        await ui.press("y", "enter")
        copied = ui.app.clipboard
        assert copied.startswith("curl ")
        assert "${CAM_BEARER_TOKEN}" in copied
        assert "${SMTP_PASSWORD}" in copied
        assert "hunter2" not in copied
        assert demo.admin_token not in copied


async def test_every_review_has_the_label_of_its_profile_in_the_border(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await edit(ui, "BATCH")
        await retype(ui, "x.example.com")
        await review(ui, "BATCH")
        assert "─ Change BATCH?   DEMO  ─" in ui.text()
        await ui.press("enter")
        await ui.sees("Saved BATCH")
        await ui.press("escape", "p", "j", "enter")
        await ui.sees("EU-ALERTS")
        await edit(ui, "EU-ALERTS")
        await retype(ui, "y.example.com")
        for _ in range(2):
            await ui.press("ctrl+s")
            await ui.sees("─ Change EU-ALERTS?   EUROPE  ─", "POST ", '"value": "y.example.com"')
            await ui.press("escape")
            await ui.loses("Change EU-ALERTS?")


async def test_a_protected_profile_wants_the_name_of_the_record_typed(demo: Sandbox) -> None:
    async with opened(
        demo, profile=lambda profile: replace(profile, access=Access.PROTECTED)
    ) as ui:
        await edit(ui, "BATCH")
        await retype(ui, "x.example.com")
        await ui.press("ctrl+s")
        await ui.sees("to confirm: this profile is protected.")
        await ui.press("enter")
        await ui.type("BATC")
        await ui.press("enter")
        await ui.sees("to confirm: this profile is protected.")
        assert ui.requests(Operation.MODIFY) == []
        await ui.type("H")
        await ui.press("enter")
        await ui.asked(Operation.MODIFY)


async def begin(ui: Ui, key: str) -> None:
    """Come to the review of a change of BATCH, or of its end."""
    if key == "d":
        await ui.sees("BATCH")
    else:
        await edit(ui, "BATCH")
        await retype(ui, "x.example.com")
    await ui.press(key)
    await ui.sees("Delete BATCH?" if key == "d" else "Change BATCH?")


@pytest.mark.parametrize("key", ["ctrl+s", "d"])
async def test_a_protected_profile_opens_apply_for_the_whole_name_only(
    demo: Sandbox, key: str
) -> None:
    async with opened(
        demo, profile=lambda profile: replace(profile, access=Access.PROTECTED)
    ) as ui:
        await begin(ui, key)
        await ui.sees("to confirm: this profile is protected.")
        await ui.sees("enter Delete" if key == "d" else "enter Apply", "esc Cancel")
        await ui.press("tab")
        await ui.sees("enter Choose", "y Copy")
        await ui.press("shift+tab")
        apply = ui.app.screen.query_one("#apply", Button)
        for typed, closed in (("", True), ("BATC", True), ("H", False), ("E", True)):
            await ui.type(typed)
            await ui.until(lambda: apply.disabled is closed, f"Apply after {typed}")  # noqa: B023


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_paste_refused_by_the_typed_name_is_said_under_it_until_something_is_typed(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    def protected(profile: Profile) -> Profile:
        return replace(profile, access=Access.PROTECTED)

    async with opened(demo, size=size, profile=protected) as ui:
        await ui.sees("BATCH")
        await ui.press("d")
        await ui.sees("Type BATCH to confirm: this profile is protected.")
        await ui.type("BAT")
        await ui.paste("BATCH\nBATCH")
        await ui.sees("✗ Not pasted: the text has 2 lines")
        lines = ui.lines()
        name = next(at for at, line in enumerate(lines) if "│  BAT " in line)
        assert "✗ Not pasted" in lines[name + 1]
        assert any("Cancel" in line and "Delete" in line for line in lines[name + 2 :])
        assert ui.app.messages == ()
        await ui.type("CH")
        await ui.loses("Not pasted")
        apply = ui.app.screen.query_one("#apply", Button)
        await ui.until(lambda: not apply.disabled, "the whole name")


@pytest.mark.parametrize("name", ["", "  "])
async def test_a_protected_profile_deletes_a_record_without_a_name_only_after_a_typed_yes(
    sandbox: Sandbox, name: str
) -> None:
    record_id = sandbox.add_record(name, {"hostname": "a.example", "port": 25})
    async with opened(
        sandbox, profile=lambda profile: replace(profile, access=Access.PROTECTED)
    ) as ui:
        await ui.sees("Connections 1")
        await ui.press("d")
        await ui.sees("Type yes to confirm: the record has no name")
        ui.clock.forward(1)
        await ui.press("enter")
        assert ui.app.screen.query_one("#apply", Button).disabled
        assert ui.requests(Operation.DELETE) == []
        await ui.type("yes")
        await ui.press("enter")
        await ui.asked(Operation.DELETE)
        await ui.sees("Deleted")
    assert record_id not in [record.id for record in sandbox.records()]


async def test_a_long_review_keeps_its_answers_in_sight_on_a_small_terminal(demo: Sandbox) -> None:
    async with opened(demo, size=(60, 20)) as ui:
        await edit(ui, "INVOICES")
        for text in ("x.example.com", "587", "someone", "hunter2", "me@example.com", "false"):
            await retype(ui, text)
            await ui.press("tab")
        await review(ui, "INVOICES", "Apply", "Cancel", f"demo · {demo.base_url}")
        for _ in range(40):
            await ui.press("down")
        await ui.sees("Apply", "]", "}")


async def test_the_review_of_a_new_record_names_its_values_and_speaks_of_no_change(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await new_record(ui, "FRESH")
        await ui.press("ctrl+s")
        await ui.sees("Create FRESH?", '+ hostname "mail.example.com"', "+ port 587")
        assert not ui.shows("~")
        assert not ui.shows("will be")


async def new_record(ui: Ui, name: str) -> None:
    """Fill in the form of a new record."""
    await ui.sees("Connections 6")
    await ui.press("n")
    await ui.sees("New connection")
    for text in (name, "mail.example.com", "587"):
        await ui.type(text)
        await ui.press("tab")


@pytest.mark.parametrize(
    ("confirm", "asking"),
    [(Confirm.PROTECTED, ()), (Confirm.DELETES, ("d",)), (Confirm.ALL, ("ctrl+s", "d"))],
)
async def test_confirm_has_the_name_typed_before_more_writes(
    demo: Sandbox, confirm: Confirm, asking: tuple[str, ...]
) -> None:
    operations = {"ctrl+s": Operation.MODIFY, "d": Operation.DELETE}
    async with opened(demo, services=lambda each: replace(each, confirm=confirm)) as ui:
        for key, operation in operations.items():
            await begin(ui, key)
            apply = ui.app.screen.query_one("#apply", Button)
            assert apply.disabled is (key in asking)
            if key in asking:
                await ui.sees("Type BATCH to confirm: config.toml asks for it.")
                await ui.type("BATCH")
                await ui.until(lambda: not apply.disabled, "Apply after the name")  # noqa: B023
            elif key == "d":
                await ui.press("tab")  # from Cancel
            ui.clock.forward(1)
            await ui.press("enter")
            await ui.asked(operation)
            await ui.loses("BATCH?")


@pytest.mark.parametrize("confirm", [*Confirm])
async def test_no_value_of_confirm_weakens_a_protected_profile(
    demo: Sandbox, confirm: Confirm
) -> None:
    async with opened(
        demo,
        profile=lambda profile: replace(profile, access=Access.PROTECTED),
        services=lambda each: replace(each, confirm=confirm),
    ) as ui:
        await begin(ui, "d")
        await ui.sees("Type BATCH to confirm: this profile is protected.")
        assert ui.app.screen.query_one("#apply", Button).disabled


async def test_a_name_that_the_list_has_is_warned_of_in_the_form_and_in_the_first_review(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await new_record(ui, "BATCH")
        await ui.sees("▲ A record with this name already exists", "creates a second one.")
        await ui.press("ctrl+s")
        await _is_careful(ui, "Create BATCH?")
        await ui.press("enter")
        await ui.loses("Create BATCH?")
        assert not ui.requests(Operation.CREATE)
        await ui.press("ctrl+s", "tab")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.asked(Operation.CREATE)


async def test_a_name_that_was_taken_meanwhile_is_warned_of_first_and_enter_cancels(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await new_record(ui, "LATE")
        await ui.sees("Ready.")
        await ui.press("ctrl+s")
        await ui.sees("Create LATE?")
        demo.add_record("LATE", {})
        await ui.press("enter")
        await _is_careful(ui, "Create LATE?")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.loses("Create LATE?")
        assert not ui.requests(Operation.CREATE)


async def _is_careful(ui: Ui, title: str) -> None:
    """The review warns in its colour, above what is sent, and the focus is on Cancel."""
    words = "▲ A record with this name already exists"
    await ui.sees(title, words)
    assert ui.text().index(words) < ui.text().index("+ hostname")
    assert "bold" in ui.look(words)
    assert ui.app.focused is not None
    assert ui.app.focused.id == "cancel"


async def test_a_record_that_is_created_anew_does_not_warn_of_the_deleted_one(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.delete_record(BATCH)
        await apply(ui, "BATCH")
        await ui.sees("The record was deleted")
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ui.sees("Recreate BATCH", "Ready.")
        await ui.press("ctrl+s")
        await ui.sees("Create BATCH?")
        assert not ui.shows("already exists")
