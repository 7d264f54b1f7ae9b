"""Messages: one for each subject, at the foot of the screen, and gone when not true any more."""

from __future__ import annotations

import unicodedata

import pytest
from msgspec.structs import replace

from smtp_tui.ui.messages import Offer, WaitLine, tell
from smtp_tui.workflows.operator import About, Kind
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import edit_port, save
from tests.ui.helpers import Ui, opened
from tests.ui.widgets.test_hostile import HIDDEN

SHORT = {
    "escape": ("A\x1b[2JB", "A\\x1b[2JB"),
    "title": ("A\x1b]0;t\x07B", "A\\x1b]0;t\\x07B"),
    "c1": ("A\x9b2JB", "A\\x9b2JB"),
    "markup": ("[b]A[/nope]", "[b]A[/nope]"),
    "bidi": ("A\u202eB", "A\\u202eB"),
    "lines": ("A\nB", "A\\nB"),
}
"""Names short enough to be shown whole in a message, and how they are shown."""


def foot(ui: Ui) -> list[str]:
    """The lines of the messages at the foot of the panel."""
    return part(ui, "MessageLine")


def box(ui: Ui) -> list[str]:
    """The dialog with its border."""
    return part(ui, "#box")


def part(ui: Ui, selector: str) -> list[str]:
    """What stands where a widget of the screen in front is."""
    region = ui.app.screen.query_one(selector).region
    lines = ui.lines()[region.y : region.bottom]
    return [line[region.x : region.right].rstrip() for line in lines]


async def delete(ui: Ui) -> None:
    await ui.press("d")
    await ui.sees("Delete ")
    ui.clock.forward(1)
    await ui.press("tab", "enter")


@pytest.mark.parametrize("kind", SHORT)
@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_a_short_hostile_name_is_harmless_in_a_message(
    sandbox: Sandbox, kind: str, size: tuple[int, int]
) -> None:
    name, shown = SHORT[kind]
    sandbox.add_record(name, {"hostname": "a.example", "port": 25})
    async with opened(sandbox, size=size) as ui:
        await ui.sees("Connections 1")
        await delete(ui)
        await ui.sees(f"Deleted {shown} ·")
        drawn = "".join(ui.lines())
        assert not [sign for sign in drawn if unicodedata.category(sign) in HIDDEN]


async def test_a_message_of_whoever_forgot_to_clean_is_harmless(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        for name, _ in SHORT.values():
            tell(ui.app, f"{name} told")
            await ui.sees(" told" if "\n" not in name else "B told")
            assert not [
                sign for sign in "".join(ui.lines()) if unicodedata.category(sign) in HIDDEN
            ]
            ui.app.notify(f"{name} notified", title=name, markup=True)
            await ui.sees("notified")
            assert not [
                sign for sign in "".join(ui.lines()) if unicodedata.category(sign) in HIDDEN
            ]
            ui.app.clear_messages()
            await ui.loses("notified")
        assert ui.shows("Connections 6")


async def test_a_failure_goes_with_the_next_success_on_the_same_subject(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.FORBIDDEN, Operation.DELETE))
        await delete(ui)
        await ui.sees("✗ Could not delete the connection", "403")
        await delete(ui)
        await ui.sees("✓ Deleted BATCH")
        assert not ui.shows("Could not delete")
        assert not ui.shows("answered 403")


async def test_seven_failures_are_one_message(demo: Sandbox) -> None:
    async with opened(demo, size=(60, 20)) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.FORBIDDEN, Operation.DELETE, count=7))
        for count in range(1, 8):
            await delete(ui)
            await ui.asked(Operation.DELETE, count)
            await ui.sees("Could not delete the connection")
            await ui.until(lambda: not ui.shows("Deleting"), "the refusal")
        assert ui.text().count("Could not delete") == 1
        assert len(foot(ui)) <= 6
        assert "d Delete" in ui.lines()[-1]


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 20)])
async def test_messages_stand_above_the_key_line_and_never_over_a_dialog(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("Connections 6")
        keys = ui.lines()[-1]
        await ui.press("d")
        await ui.sees("Delete BATCH?")
        dialog = box(ui)
        for number in range(9):
            tell(ui.app, f"message number {number}", about=f"subject {number}", kind=Kind.BAD)
        await ui.until(lambda: len(ui.app.messages) == 9, "nine messages")
        await ui.pilot.pause()
        assert box(ui) == dialog
        await ui.press("escape")
        await ui.sees("message number 8")
        assert ui.lines()[-1] == keys
        assert len(foot(ui)) <= 6
        assert "message number 8" in foot(ui)[0]


async def test_a_message_leaves_the_room_it_took(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        before = ui.lines()
        tell(ui.app, "One thing", about=About.FORM)
        await ui.sees("One thing")
        tell(ui.app, "Another thing", about=About.FORM)
        await ui.sees("Another thing")
        assert not ui.shows("One thing")
        ui.app.forget(About.FORM)
        await ui.loses("Another thing")
        await ui.until(lambda: ui.lines() == before, "the screen of before")


async def test_that_waiting_was_stopped_goes_when_the_outcome_is_told(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=1.5))
        await ui.press("ctrl+s")
        await ui.sees("Change BATCH?")
        await ui.press("enter")
        await ui.asked(Operation.MODIFY)
        await ui.press("escape")
        await ui.sees("Stopped waiting. The write continues")
        await ui.sees("done after you left")
        assert not ui.shows("Stopped waiting")


async def test_a_message_of_the_left_profile_goes_and_a_report_of_a_write_stays(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        tell(ui.app, "demo: done", about="write 1", lasting=True)
        await ui.press("p")
        await ui.sees("this session only")
        await ui.press("j", "enter")
        await ui.sees("EU-RELAY", "demo: done")
        assert not ui.shows("Saved BATCH")


async def test_the_seconds_of_a_refresh_go_on_behind_the_question_for_a_token(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST))
        await ui.press("r")
        await ui.sees("paste the bearer token", "Reading the connections … 0s")
        for seconds in (7, 14):
            ui.clock.forward(7)
            await ui.sees("paste the bearer token", f"Reading the connections … {seconds}s")


async def test_the_seconds_of_the_first_list_go_on_behind_the_question_for_a_token(
    demo: Sandbox,
) -> None:
    async with opened(
        demo, size=(60, 20), services=lambda services: replace(services, environ={})
    ) as ui:
        await ui.sees("paste the bearer token", "Reading the connections … 0s")
        ui.clock.forward(7)
        await ui.sees("paste the bearer token", "Reading the connections … 7s")


async def test_a_message_names_its_key_only_where_that_key_does_it(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        await ui.sees("Saved BATCH · u undoes")
        await ui.press("a")
        await ui.sees("Activity")
        tell(ui.app, "It can be undone", offer=Offer("record.undo", "undoes"))
        await ui.sees("It can be undone")
        assert not ui.shows("u undoes")
        await ui.press("escape")
        await ui.sees("It can be undone · u undoes")
        ui.app.set_keymap({"record.undo": "U"})
        await ui.press("a")
        await ui.sees("Activity")
        await ui.press("escape")
        await ui.sees("Saved BATCH · U undoes")


async def test_a_message_stands_on_its_screen_and_not_on_one_that_opens_after_it(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await edit_port(ui, "BATCH", "587")
        await save(ui, "BATCH")
        await ui.sees("Saved BATCH")
        for key, words in (("a", "Activity"), ("A", "Journal"), ("enter", "Created")):
            await ui.press(key)
            await ui.sees(words)
            assert not ui.shows("Saved BATCH"), words
            await ui.press("escape")
            await ui.sees("Saved BATCH")


async def test_a_message_that_stands_everywhere_is_whole_on_a_screen_that_opens(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        tell(ui.app, "One message with several words", about=About.TERMINAL)
        await ui.press("enter")
        await ui.sees("Hostname", "One message with several words")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_what_came_of_a_change_is_in_sight_beside_long_warnings(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("BATCH")
        tell(ui.app, "Saved BATCH", about=About.CHANGE, kind=Kind.GOOD)
        for about in (About.DRAFT, About.FILES, About.OTHER):
            tell(ui.app, f"{about}: " + "not kept " * 20, about=about, kind=Kind.WARNING)
        await ui.sees("other: not kept")
        assert ui.shows("Saved BATCH")


@pytest.mark.parametrize("size", [(60, 20), (80, 24)])
async def test_a_message_that_is_cut_ends_in_dots_and_hidden_messages_are_counted(
    demo: Sandbox, size: tuple[int, int]
) -> None:
    async with opened(demo, size=size) as ui:
        await ui.sees("BATCH")
        for number in range(3):
            tell(ui.app, f"long {number} " + "words " * 60, about=f"subject {number}")
        await ui.sees("long 2", "long 1", "long 0")
        assert [line[-1] for line in foot(ui) if line].count("…") == 3
        for number in range(3, 9):
            tell(ui.app, f"short {number}", about=f"subject {number}")
        await ui.sees("short 8", "… 4 more")
        assert len(foot(ui)) <= 6


async def test_a_short_wait_moves_nothing_and_one_right_after_a_long_one_stays_in_sight(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        line = ui.app.screen.query_one(WaitLine)
        with line.wait("Something quick", None, lambda: None):
            await ui.settle()
            assert not ui.shows("Something quick")
        with line.wait("Something slow", None, lambda: None):
            await ui.sees("Something slow … 0s")
        with line.wait("What follows it", None, lambda: None):
            assert line.display, "it stays where it was"
            await ui.sees("What follows it … 0s")
        await ui.loses("What follows it")
