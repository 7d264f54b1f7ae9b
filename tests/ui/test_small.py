"""Small terminals, terminals without colour, and the ways out that ask."""

import pytest
from msgspec.structs import replace

from smtp_tui.profiles.model import Profile
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import opened, style

SMALL = pytest.mark.parametrize("size", [(60, 20), (80, 24)], ids=["60x20", "80x24"])
LONG = "production-frankfurt-cluster-01"


@SMALL
async def test_the_header_always_shows_the_whole_profile_name_and_host(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    def named(profile: Profile) -> Profile:
        return replace(profile, name=LONG, label="")

    async with opened(demo, size=size, profile=named) as ui:
        await ui.sees("Connections 6")
        host = f"127.0.0.1:{demo.port}"
        for key in ("enter", "e"):
            assert LONG in ui.lines()[0]
            assert host in "".join(ui.lines()[:2])
            await ui.press(key)
            await ui.sees("Hostname")
        assert LONG in ui.lines()[0]
        assert host in "".join(ui.lines()[:2])


@SMALL
async def test_the_key_line_names_what_is_needed_and_how_to_get_help(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6")
        for one in ("e Edit", "t Test", "n New", "d Delete", "/ Filter", "? Help"):
            assert one in ui.lines()[-1]
        await ui.press("enter")
        await ui.sees("Hostname")
        for one in ("e Edit", "t Test", "d Delete", "? Help", "q Back"):
            assert one in ui.lines()[-1]
        await ui.press("e")
        await ui.sees("Edit BATCH")
        for one in ("ctrl+s", "ctrl+t", "esc Leave"):
            assert one in ui.lines()[-1]


@SMALL
async def test_the_name_host_and_port_of_each_record_are_seen(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6", "NAME ▲", "HOSTNAME", "PORT")
        for record in demo.records(demo.tenant_id):
            assert record.name in ui.text()
        assert "26" in ui.line("BATCH")


@SMALL
async def test_the_answers_of_a_delete_are_reachable(demo: Sandbox, size: tuple[int, int]) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6")
        await ui.press("d")
        await ui.sees("Delete BATCH?")
        ui.clock.forward(1)
        await ui.press("tab")
        await ui.sees("Delete BATCH?" if size[1] > 20 else "Delete")
        await ui.press("enter")
        await ui.asked(Operation.DELETE)
        await ui.sees("Connections 5")


@SMALL
async def test_an_error_is_readable_whole_above_the_rows_it_leaves(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6")
        demo.stop()
        await ui.press("r")
        await ui.sees("Could not list the connections", "Check the network", "BATCH", "stale")


async def test_the_screen_may_grow_and_shrink_while_it_is_open(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.pilot.resize_terminal(130, 40)
        await ui.sees("Created", "? Help")
        await ui.pilot.resize_terminal(60, 20)
        await ui.loses("Created")
        assert ui.shows("PRIMARY", "? Help", "Connections 6")


@pytest.fixture
def no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.usefixtures("no_colour")
@SMALL
async def test_without_colour_cursor_mark_order_and_focus_are_seen(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6", "NAME ▲")
        await ui.press("space")
        assert ui.line("BATCH").lstrip("│┃ ").startswith("● BATCH")
        assert "INVOICES" in ui.line("▌")
        await ui.press("k", "space", "d")
        await ui.sees("Delete INVOICES?")
        await ui.until(lambda: style(ui, "#cancel", "Cancel").reverse, "the focus on Cancel")
        assert not style(ui, "#apply", "Delete").reverse
        await ui.press("tab")
        await ui.until(lambda: style(ui, "#apply", "Delete").reverse, "the focus on Delete")
        assert not style(ui, "#cancel", "Cancel").reverse


@pytest.mark.usefixtures("no_colour")
async def test_without_colour_keys_that_are_not_possible_are_dim(sandbox: Sandbox) -> None:
    async with opened(sandbox, size=(80, 24)) as ui:
        await ui.sees("No SMTP connections")
        await ui.until(lambda: style(ui, "KeyBar", "Edit").dim, "e to be dim")
        assert not style(ui, "KeyBar", "New").dim


@SMALL
async def test_nothing_moves_under_a_dialog(demo: Sandbox, size: tuple[int, int]) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6", "NAME ▲")
        top = ui.lines()[1:3]
        await ui.press("t")
        await ui.sees("Send to")
        assert ui.lines()[1:3] == top
