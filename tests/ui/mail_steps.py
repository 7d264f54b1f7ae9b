"""What the tests of test emails press and read again and again."""

from __future__ import annotations

from smtp_tui.ui.widgets.fields import Field
from tests.failing_sandbox import (
    Sandbox,
)
from tests.ui.helpers import Ui

LOGIN = {"username": "relay", "password": "relay-password"}


def add(sandbox: Sandbox, **parameters: object) -> str:
    """Store the one record of these tests; without a hostname it is the sandbox's own server."""
    given = {"hostname": "localhost", "port": sandbox.smtp_port, **LOGIN, **parameters}
    return sandbox.add_record("MAIL", given)


async def send(ui: Ui) -> None:
    """Test the record under the cursor, to the recipient that stands there."""
    await ui.sees("MAIL")
    await ui.press("t")
    await ui.sees("Test email · MAIL", "enter Send")
    await ui.press("enter")


async def send_from_form(ui: Ui) -> None:
    """Test the values of the form, to the recipient that stands there."""
    await ui.press("ctrl+t")
    await ui.sees("enter Send")
    await ui.press("enter")


async def is_under_way(ui: Ui) -> None:
    await ui.sees("Sending to", "The mail may still be sent after you stop waiting.")


async def is_judged(ui: Ui, *words: str) -> None:
    """Wait for an outcome with these words."""
    await ui.sees("Server response", *words)


def parameter_with_the_cursor(ui: Ui) -> str | None:
    focused = ui.app.focused
    fields = (
        [ancestor for ancestor in focused.ancestors if isinstance(ancestor, Field)]
        if focused
        else []
    )
    return fields[0].parameter if fields else None


def last_test(ui: Ui) -> str:
    """What the table says in LAST TEST, empty while it does not show the record."""
    line = next((line for line in ui.lines() if "MAIL  " in line), "")
    return (
        line.strip("│")
        .partition("│")[0]
        .partition(str(ui.sandbox.smtp_port))[2]
        .removeprefix("  relay")
        .strip()
    )
