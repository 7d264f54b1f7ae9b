"""A review that the key just pressed did not open takes no Enter until it could be read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import BATCH, apply, edit_port, save
from tests.ui.helpers import Ui, opened
from tests.ui.review.test_review import new_record


async def undo(ui: Ui, demo: Sandbox) -> None:
    """The record is read before the review opens."""
    await edit_port(ui, "BATCH", "587")
    await save(ui, "BATCH")
    await ui.press("u")
    await ui.sees("Change BATCH?", "- port 587", "+ port 26")


async def conflict(ui: Ui, demo: Sandbox) -> None:
    """The table of a conflict opens after the record was read again."""
    await edit_port(ui, "BATCH", "587")
    demo.change_record(BATCH, {"port": 2525})
    await apply(ui, "BATCH")
    await ui.sees("Changed on both sides")


async def after_conflict(ui: Ui, demo: Sandbox) -> None:
    """The review comes again with what was chosen."""
    await conflict(ui, demo)
    ui.clock.forward(1)
    await ui.press("left", "enter")
    await ui.sees("Change BATCH?", "this is what you chose")


async def already(ui: Ui, demo: Sandbox) -> None:
    """The review comes again without what the server holds by now."""
    await edit_port(ui, "BATCH", "587")
    await ui.press("tab")
    await ui.type("someone")
    demo.change_record(BATCH, {"port": 587})
    await apply(ui, "BATCH")
    await ui.sees("Change BATCH?", "Someone else already made the same change")


async def taken_name(ui: Ui, demo: Sandbox) -> None:
    """The review comes again with the remark that the name exists."""
    await new_record(ui, "LATE")
    await ui.press("ctrl+s")
    await ui.sees("Create LATE?")
    demo.add_record("LATE", {})
    await ui.press("enter")
    await ui.sees("Create LATE?", "A record with this name already exists")


async def new_token(ui: Ui, demo: Sandbox) -> None:
    """The review comes again after a 401 and a new token."""
    demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.MODIFY))
    await edit_port(ui, "BATCH", "587")
    await apply(ui, "BATCH")
    await ui.sees("paste the bearer token")
    await ui.paste(demo.issue_token())
    await ui.press("enter")
    await ui.sees("Change BATCH?", "Nothing has been changed yet")


async def delete(ui: Ui, demo: Sandbox) -> None:
    """The record is read before the review opens."""
    await ui.sees("BATCH")
    await ui.press("d")
    await ui.sees("Delete BATCH?")
    await ui.press("tab")


Way = Callable[[Ui, Sandbox], Awaitable[None]]
WAYS = [undo, conflict, after_conflict, already, taken_name, new_token, delete]


@pytest.mark.parametrize("way", WAYS)
async def test_a_review_that_no_key_just_opened_ignores_enter_until_it_could_be_read(
    demo: Sandbox, way: Way
) -> None:
    async with opened(demo) as ui:
        await way(ui, demo)
        asked, shown = len(demo.requests), ui.app.screen
        await ui.press("enter")
        await ui.press("space", "enter")
        assert ui.app.screen is shown
        assert len(demo.requests) == asked
        ui.clock.forward(0.39)
        await ui.press("enter")
        assert ui.app.screen is shown
        ui.clock.forward(0.02)
        await ui.press("enter")
        await ui.until(lambda: ui.app.screen is not shown, "the review to be answered")


async def test_a_review_opened_by_the_key_just_pressed_takes_enter_at_once(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.press("ctrl+s", "enter")
        await ui.sees("Saved BATCH")
