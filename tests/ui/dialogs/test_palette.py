"""The command palette: every possible action by name, and nothing else."""

import pytest

from tests.failing_sandbox import Sandbox
from tests.ui.helpers import Ui, opened


async def names(ui: Ui) -> set[str]:
    """The names of the commands that the app gives to the palette on the screen in front."""
    return {command.title for command in ui.app.get_system_commands(ui.app.screen)}


@pytest.mark.parametrize("key", ["ctrl+p", "colon"])
async def test_it_opens_and_choosing_a_command_runs_it(demo: Sandbox, key: str) -> None:
    async with opened(demo, size=(100, 30)) as ui:
        await ui.sees("Connections 6", "NAME ▲")
        await ui.press(key)
        await ui.sees("Search for commands")
        await ui.type("reverse")
        await ui.sees("In the opposite order.")
        await ui.press("enter")
        await ui.sees("NAME ▼")


async def test_it_opens_a_record_by_name(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("colon")
        await ui.sees("Search for commands")
        await ui.type("open")
        await ui.sees("Show every parameter")
        await ui.press("enter")
        await ui.sees("Hostname   127.0.0.1")


async def test_every_possible_action_is_in_it_and_textuals_own_are_not(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        found = await names(ui)
        expected = {"Open", "Edit", "Test", "New", "Clone", "Delete", "Copy", "Filter", "Sort"}
        expected |= {"Reverse", "Mark all", "Refresh", "Profiles", "Activity", "Mailbox", "Help"}
        expected |= {"Quit", "Test values", "Back", "Suspend", "Theme"}
        assert expected <= found
        assert not found & {"Screenshot", "Undo", "Previous profile", "Maximize"}
        await ui.press("colon")
        await ui.sees("Search for commands")
        await ui.type("screenshot")
        await ui.sees("No matches found")


async def test_what_is_not_possible_is_not_in_it(sandbox: Sandbox) -> None:
    async with opened(sandbox) as ui:
        await ui.sees("No SMTP connections")
        found = await names(ui)
        assert {"New", "Refresh", "Profiles"} <= found
        assert not found & {"Edit", "Delete", "Clone", "Sort", "Filter"}


async def test_in_a_form_it_offers_the_keys_of_the_form(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("e")
        await ui.sees("Edit BATCH")
        found = await names(ui)
        assert {"Review", "Preset"} <= found
        await ui.press("ctrl+p")
        await ui.sees("Search for commands")
        await ui.type("review")
        await ui.sees("Show what would be sent")
        await ui.press("enter")
        await ui.sees("No changes, so there is nothing to send")
