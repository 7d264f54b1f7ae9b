"""Going by its keys through a form, or a delete, for the tests of all that leads to a write."""

from __future__ import annotations

from typing import Any

from tests.failing_sandbox import Operation
from tests.ui.helpers import Ui

BATCH = "5e7a1c0d3b2f4a6890100004"
PRIMARY = "5e7a1c0d3b2f4a6890100001"


async def edit(ui: Ui, name: str) -> None:
    """Open the form of the record of that name, and wait until it was read again."""
    await ui.sees(name)
    await ui.press("slash")
    await ui.type(name)
    await ui.press("enter")
    await ui.until(lambda: ui.shows("1 of "), "one row")
    await ui.press("e")
    await ui.sees(f"Edit {name}")
    await ui.asked(Operation.GET)


async def retype(ui: Ui, text: str) -> None:
    """Replace the text of the field with the cursor."""
    await ui.press("end", "ctrl+u")
    await ui.type(text)


async def edit_port(ui: Ui, name: str, port: str) -> None:
    """Open the form of a record and type another port; the cursor stays there."""
    await edit(ui, name)
    await ui.press("tab")
    await retype(ui, port)


async def review(ui: Ui, name: str, *texts: str) -> None:
    """Go on to the review of a change, which says these texts too."""
    await ui.press("ctrl+s")
    await ui.sees(f"Change {name}?", *texts)


async def apply(ui: Ui, name: str, *texts: str) -> None:
    """Review a change, and confirm it."""
    await review(ui, name, *texts)
    await ui.press("enter")


async def save(ui: Ui, name: str) -> None:
    """Review, confirm, and wait until the server has said yes."""
    await apply(ui, name)
    await ui.sees(f"Saved {name}")


async def create(ui: Ui, name: str) -> dict[str, Any]:
    """Review a new record, confirm, and give what was sent."""
    await ui.press("ctrl+s")
    await ui.sees(f"Create {name}?", "POST")
    await ui.press("enter")
    (request,) = await ui.asked(Operation.CREATE)
    body: dict[str, Any] = request.json()
    return body


async def delete(ui: Ui, name: str) -> None:
    """Ask to delete the record under the cursor, and say yes."""
    await ui.press("d")
    await ui.sees(f"Delete {name}?")
    ui.clock.forward(1)
    await ui.press("tab", "enter")
