"""Leaving the program: what asks first, what does not, and that writes are finished."""

import pytest

from smtp_tui.sandbox import Sandbox
from tests.ui.helpers import Ui, opened


async def ended(ui: Ui) -> None:
    await ui.until(lambda: ui.app.return_code == 0, "the program to end")


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_with_nothing_changed_it_ends_at_once(demo: Sandbox, key: str) -> None:
    async with opened(demo) as ui:
        await ui.sees("6 connections")
        await ui.press(key)
        await ended(ui)


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_with_a_changed_form_it_asks_and_esc_returns_to_what_was_typed(
    demo: Sandbox, key: str
) -> None:
    async with opened(demo) as ui:
        await ui.sees("6 connections")
        await ui.press("e")
        await ui.sees("Edit BATCH")
        await ui.type("x.example")
        await ui.sees("x.example")
        await ui.press(key)
        await ui.sees("Quit")
        assert ui.app.return_code is None
        await ui.press("escape")
        await ui.sees("Edit BATCH", "x.example")
        await ui.press("escape")
        await ui.sees("x.example")


@pytest.mark.parametrize("opener", ["d", "p", "t", "question_mark", "y", "a"])
async def test_ctrl_c_works_in_every_dialog(demo: Sandbox, opener: str) -> None:
    async with opened(demo) as ui:
        await ui.sees("6 connections")
        await ui.press(opener)
        await ui.until(lambda: len(ui.app.screen_stack) > 2, "a dialog")
        await ui.press("ctrl+c")
        await ended(ui)
