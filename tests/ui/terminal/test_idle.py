"""A screen that nobody touches sends nothing: no cursor blinks, and nothing turns."""

import pytest
from textual.widgets import Input, LoadingIndicator

from tests.failing_sandbox import Sandbox
from tests.ui.helpers import opened


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        (("slash",), "port:587"),
        (("e",), "Edit BATCH"),
        (("n",), "New connection"),
        (("t",), "Send to"),
        (("p", "slash"), "this session only"),
        (("p", "n"), "Connect to a CAM server"),
        (("question_mark",), "search the keys"),
        (("colon",), "Search for commands"),
    ],
    ids=lambda value: "".join(value) if isinstance(value, tuple) else None,
)
async def test_no_cursor_blinks_and_nothing_turns(
    demo: Sandbox, keys: tuple[str, ...], seen: str
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press(*keys)
        await ui.sees(seen)
        fields = [field for screen in ui.app.screen_stack for field in screen.query(Input)]
        assert ui.app.screen.query(Input)
        assert [field for field in fields if field.cursor_blink] == []
        assert [
            widget for widget in ui.app.screen.query(LoadingIndicator) if widget.auto_refresh
        ] == []
