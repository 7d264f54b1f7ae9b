"""What can be copied, and what is said of it."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from smtp_tui.ui.dialogs import CopyDialog
from smtp_tui.ui.terminal.clipboard import TO_THE_TERMINAL, TOO_LONG
from smtp_tui.ui.terminal.reader import CopyTold
from tests.failing_sandbox import Sandbox
from tests.ui.helpers import Ui, opened


def flat(ui: Ui) -> str:
    """The screen without its frames, as one line."""
    return " ".join(ui.text().replace("│", " ").split())


def says(ui: Ui, words: str) -> bool:
    """Whether these words stand on the screen, wrapped or not."""
    return words in flat(ui)


async def test_y_pressed_twice_copies_the_curl_line_of_the_record_and_says_so(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("j", "y", "y")
        await ui.sees("Copied the curl line of INVOICES.")
        assert not ui.shows("[curl]")
        assert ui.app.clipboard.startswith("curl ")
        assert "5e7a1c0d3b2f4a6890100006" in ui.app.clipboard


async def test_what_was_copied_is_said_where_it_was_copied(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("y", "y")
        await ui.sees("Copied the curl line of BATCH.")
        await ui.press("enter")
        await ui.sees("Namespace")
        assert not ui.shows("Copied")


async def test_a_chosen_key_pressed_twice_copies_too(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        ui.app.set_keymap({"record.copy": "Y"})
        await ui.sees("PRIMARY")
        await ui.press("Y", "Y")
        await ui.sees("Copied the curl line of BATCH.")


async def test_each_form_is_called_by_its_name(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        for tabs, words in enumerate(("curl line", "command", "JSON", "id")):
            await ui.press("y", *["tab"] * tabs)
            await ui.sees("enter Copy", "v Show the text")
            await ui.press("enter")
            await ui.sees(f"Copied the {words} of BATCH.")


async def test_the_hint_after_a_copy_names_the_keys_that_show_that_form(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        shown = ("curl -sS", "smtp-tui get", '"id":', "5e7a1c0d3b2f4a6890100004")
        hints = ("y, then v", "y, then tab, then v", "y, then tab, then tab, then v",
                 "y, then shift+tab, then v")  # fmt: skip
        for at, (words, hint) in enumerate(zip(shown, hints, strict=True)):
            await ui.press("y", *["tab"] * at, "enter")
            ui.app.post_message(CopyTold(TOO_LONG, bad=True))
            await ui.until(partial(says, ui, f"Press {hint}, to show"), hint)
            *keys, v = hint.split(", then ")
            await ui.press(*keys)
            await ui.sees(words, f"{v} Show the text")
            await ui.press("escape")


async def test_it_is_asked_once_whether_a_copy_arrived(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        for asks in (True, False):
            await ui.press("y", "y")
            await ui.sees("Copied the curl line of BATCH.")
            ui.app.post_message(CopyTold(TO_THE_TERMINAL))
            await ui.sees("OSC 52")
            assert ("Not in your clipboard?" in flat(ui)) is asks


async def test_one_remark_says_that_a_line_of_the_demo_is_an_example(demo: Sandbox) -> None:
    words = "An example: only the demo has its profile and token."
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("y")
        await ui.sees("curl -sS", words)
        assert not ui.shows("Not in your clipboard?")
        await ui.press("tab", "tab")
        await ui.sees('"id"')
        assert not ui.shows("An example")
    async with opened(demo, services=lambda known: replace(known, mailbox=None)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("y")
        await ui.sees("curl -sS")
        assert not ui.shows("An example")


async def test_where_there_is_one_thing_to_copy_it_has_no_label(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        ui.app.push_screen(CopyDialog({"dialogue": "one"}, of="it", action="record.copy"))
        await ui.sees("Copy it", "one")
        assert not ui.shows("dialogue")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (
            CopyTold(TO_THE_TERMINAL),
            "Copied the curl line of BATCH: sent to the terminal's clipboard (OSC 52)."
            " Not in your clipboard? Press y, then v, to show the text.",
        ),
        (
            CopyTold(TOO_LONG, bad=True),
            "Not copied: the curl line of BATCH is too long for a terminal's clipboard, so nothing"
            " was sent. Press y, then v, to show the text.",
        ),
    ],
)
async def test_what_is_known_of_the_way_is_told_and_the_keys_that_show_the_text(
    demo: Sandbox, told: CopyTold, words: str
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("y", "y")
        await ui.sees("Copied the curl line of BATCH.")
        ui.app.post_message(told)
        await ui.until(lambda: words in flat(ui), words)


async def test_a_copy_from_a_field_is_not_called_by_what_was_copied_before(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("y", "y")
        await ui.sees("Copied the curl line of BATCH.")
        ui.app.copy_to_clipboard("typed")
        ui.app.post_message(CopyTold(TO_THE_TERMINAL))
        await ui.sees("Copied the text: sent to the terminal's clipboard (OSC 52).")
