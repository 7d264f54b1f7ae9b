"""At 60x20: each field and button of each screen can be reached, and each text be scrolled to."""

from __future__ import annotations

from functools import partial

import pytest
from textual.containers import ScrollableContainer
from textual.widget import Widget

from tests.failing_sandbox import Sandbox
from tests.ui.helpers import Ui, opened

SIZE = (60, 20)
SCREENS = {
    "the connections": ((), "Connections 6"),
    "the filter": (("slash",), "port:587"),
    "help": (("question_mark",), "search the keys"),
    "a record": (("enter",), "Last tests"),
    "the form of a change": (("e",), "Edit BATCH"),
    "the live request of a change": (("e", "x", "tab", "1"), '"name": "hostname"'),
    "the form of a new record": (("n",), "New connection"),
    "unsaved values": (("T",), "Test without saving"),
    "leaving a changed form": (("e", "x", "escape"), "Leave?"),
    "quitting with a changed form": (("e", "x", "ctrl+c"), "Quit without saving?"),
    "the review of a change": (("e", "x", "ctrl+s"), "Change BATCH?"),
    "the copy of a request": (("e", "x", "ctrl+s", "y"), "Show the text"),
    "the presets": (("n", "ctrl+g"), "Provider presets"),
    "the drafts": (("D",), "No drafts"),
    "deleting": (("d",), "Delete BATCH?"),
    "a test email": (("t",), "Send to"),
    "an outcome": (("t", "enter"), "UNREACHABLE"),
    "a probe": (("x",), "From CAM"),
    "what else a probe asks": (("x", "l"), "Login, recipient, TLS"),
    "what is copied of a record": (("y",), "Copy"),
    "a record as JSON": (("y", "tab", "tab"), "connection_parameters"),
    "the profiles": (("p",), "demo-europe"),
    "a profile": (("p", "c"), "Tenant"),
    "a check": (("p", "x"), "6 records"),
    "activity": (("a",), "status 200"),
    "the mailbox": (("m",), "No mail yet"),
    "the palette": (("ctrl+p",), "Search for commands"),
}


def seen_whole(ui: Ui, widget: Widget) -> bool:
    """Whether nothing covers or cuts the widget; of what is higher than the screen, a part."""
    visible = ui.app.screen.find_widget(widget).visible_region
    return visible.width == widget.region.width > 0 and (
        visible.height == widget.region.height or visible.height >= 3
    )


async def go_round(ui: Ui) -> set[Widget]:
    """Press tab and page down at each stop, which is to be seen; the areas read to their end."""
    screen = ui.app.screen
    read: set[Widget] = set()
    for _ in range(max(1, len(screen.focus_chain))):
        await turn_the_pages(ui)
        read |= {area for area in areas(ui) if area.scroll_offset.y == area.max_scroll_y}
        await ui.press("tab")
        focused = ui.app.focused
        if focused is not None:
            await ui.until(partial(seen_whole, ui, focused), f"{focused} to be seen")
    return read


async def turn_the_pages(ui: Ui) -> None:
    """Page down for as long as that scrolls anything."""
    before: list[int] = []
    while before != (now := [area.scroll_offset.y for area in areas(ui)]):
        before = now
        await ui.press("pagedown")


def areas(ui: Ui) -> list[ScrollableContainer]:
    """What does not show all of its content at once."""
    found = ui.app.screen.query(ScrollableContainer)
    return [one for one in found if one.display and one.max_scroll_y > 0]


@pytest.mark.parametrize("name", SCREENS)
async def test_at_60x20_everything_can_be_reached_and_read(name: str, demo: Sandbox) -> None:
    keys, words = SCREENS[name]
    async with opened(demo, size=SIZE) as ui:
        await ui.sees("Connections 6")
        for key in keys:
            await ui.press(key)
        await ui.sees(words)
        assert all(area.max_scroll_x == 0 for area in areas(ui)), "something is cut at its right"
        read = await go_round(ui)
        assert [area for area in areas(ui) if area not in read] == [], "an end is out of reach"
