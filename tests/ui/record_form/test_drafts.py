"""Nothing typed is lost: drafts are kept without secrets and offered again."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import BATCH, apply, edit, edit_port, retype, save
from tests.ui.helpers import Ui, opened


def kept(directory: Path) -> str:
    """All that the drafts on the disk say."""
    return "\n".join(path.read_text() for path in sorted(directory.rglob("*.draft.json")))


async def leave_by(ui: Ui, choice: int) -> None:
    """Esc, and then the choice of that number."""
    await ui.press("escape")
    await ui.sees("Leave?", "Stay", "keep a draft", "Discard changes")
    ui.clock.forward(1)
    await ui.press(*["down"] * choice, "enter")


async def changed_form(ui: Ui) -> None:
    await edit(ui, "BATCH")
    await ui.press("tab")
    await retype(ui, "587")
    await ui.press("tab", "tab")
    await ui.type("hunter2")


async def test_esc_with_changes_asks_and_keep_editing_changes_nothing(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await changed_form(ui)
        await leave_by(ui, 0)
        await ui.sees("Edit BATCH", "was 26", "replaces the stored one, if there is one")


async def test_esc_can_go_on_to_the_review(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await changed_form(ui)
        await leave_by(ui, 1)
        await ui.sees("Change BATCH?", "- port 26", "+ port 587", "+ password (")


async def test_a_review_is_not_offered_where_a_value_is_wrong(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "70000")
        await ui.press("escape")
        await ui.sees("Leave?", "Stay", "keep a draft", "Discard changes")
        assert not ui.shows("Review and save")


async def test_the_ways_to_leave_are_of_one_width_and_tab_and_arrows_go_between_them(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        await ui.press("escape")
        await ui.sees("Leave?")
        ways = list(ui.app.screen.query(Button))
        assert {way.outer_size.width for way in ways} == {len("Leave and keep a draft") + 4}
        for key, at in (("tab", 1), ("down", 2), ("right", 3), ("up", 2), ("shift+tab", 1)):
            await ui.press(key)
            assert ways[at].has_focus, key


async def test_a_second_enter_after_the_way_to_the_review_does_not_answer_it(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await changed_form(ui)
        await leave_by(ui, 1)
        await ui.press("enter")
        await ui.sees("Change BATCH?")
        await ui.press("escape")
        await ui.loses("Change BATCH?")
        assert ui.requests(Operation.MODIFY) == []


async def test_a_kept_draft_is_offered_by_a_new_program_and_goes_on_where_it_was(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        await leave_by(ui, 2)
        await ui.loses("Edit BATCH")
    assert "587" in kept(tmp_path)
    assert "hunter2" not in kept(tmp_path)
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("BATCH")
        await ui.press("e")
        await ui.sees("There is a draft", "port 26 → 587", "A password is never kept")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("Edit BATCH", "587", "was 26", '{"name": "port", "value": 587}')
        await save(ui, "BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 1
    assert kept(tmp_path) == ""


async def test_discarding_leaves_nothing_behind(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        await ui.until(lambda: "587" in kept(tmp_path), "the draft on the disk")
        await leave_by(ui, 3)
        await ui.loses("Edit BATCH")
        await ui.press("e")
        await ui.sees("Edit BATCH")
    assert kept(tmp_path) == ""


async def test_a_draft_can_be_left_where_it_is_and_thrown_away_later(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        await leave_by(ui, 2)
        await ui.loses("Edit BATCH")
        await ui.press("e")
        await ui.sees("There is a draft")
        await ui.press("escape")
        await ui.loses("There is a draft")
        assert "587" in kept(tmp_path)
        await ui.press("e")
        await ui.sees("There is a draft")
        ui.clock.forward(1)
        await ui.press("down", "down", "enter")
        await ui.sees("Edit BATCH", "Nothing changed")
        assert kept(tmp_path) == ""


async def test_a_draft_follows_what_the_server_holds_now_where_it_changed_nothing(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        await leave_by(ui, 2)
        await ui.loses("Edit BATCH")
    demo.change_record(BATCH, {"hostname": "new.example.com"})
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("BATCH")
        await ui.press("e")
        await ui.sees("There is a draft")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("Edit BATCH", "new.example.com", "was 26")


@pytest.mark.parametrize("hostname", ["", "relay.example.com"])
async def test_a_draft_of_a_new_record_is_offered_with_its_name(
    demo: Sandbox, tmp_path: Path, hostname: str
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("BATCH")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("FRESH")
        await ui.press("tab")
        await ui.type(hostname)
        await leave_by(ui, 1)
        await ui.loses("New connection")
        await ui.sees("Your input is kept as a draft")
    async with opened(demo, directory=tmp_path) as ui:
        await ui.sees("BATCH")
        await ui.press("n")
        await ui.sees("There is a draft", "FRESH")
        ui.clock.forward(1)
        await ui.press("enter")
        await ui.sees("New connection", "FRESH", hostname)


async def test_two_programs_do_not_overwrite_each_others_drafts(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as one, opened(demo, directory=tmp_path) as two:
        await changed_form(one)
        await one.until(lambda: "587" in kept(tmp_path), "the first draft")
        await edit_other(two)
        await two.until(lambda: "2525" in kept(tmp_path), "the second draft")
        assert "587" in kept(tmp_path)


async def edit_other(ui: Ui) -> None:
    """Edit the same record in another window, without taking up the draft of the first."""
    await ui.sees("BATCH")
    await ui.press("e")
    await ui.sees("There is a draft", "Resume draft", "Ignore for now", "Discard draft")
    ui.clock.forward(1)
    await ui.press("down", "enter")
    await ui.sees("Edit BATCH")
    await ui.press("tab")
    await retype(ui, "2525")


async def test_an_expired_token_leaves_the_draft_on_the_disk(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        demo.expire_tokens()
        await apply(ui, "BATCH")
        await ui.sees("paste the bearer token")
        await ui.until(lambda: "587" in kept(tmp_path), "the draft on the disk")
        assert "hunter2" not in kept(tmp_path)
        assert demo.record(BATCH).values["port"] == 26


async def test_a_password_alone_is_not_offered_to_be_kept(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await edit(ui, "BATCH")
        await ui.press("tab", "tab", "tab")
        await ui.type("hunter2")
        await ui.press("escape")
        await ui.sees("Unsaved changes: password", "Discard")
        assert not ui.shows("keep a draft")
        await ui.press("escape")
        await ui.loses("Unsaved changes")
        await ui.press("ctrl+c")
        await ui.sees("Quit without saving?", "Discard and quit")
        assert not ui.shows("keep a draft")
        await ui.press("escape")
    assert kept(tmp_path) == ""


def has_sign(ui: Ui, name: str) -> bool:
    """Whether the table says that there is a draft of the record."""
    return ui.shows(f"✎ {name}")


async def test_a_record_with_a_draft_has_a_sign_in_the_table_until_the_draft_is_gone(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        await leave_by(ui, 2)
        await ui.until(lambda: has_sign(ui, "BATCH"), "the sign of the draft")
    async with opened(demo, directory=tmp_path) as ui:
        await ui.until(lambda: has_sign(ui, "BATCH"), "the sign of the draft after a restart")
        assert not has_sign(ui, "PRIMARY")
        await ui.press("e")
        await ui.sees("There is a draft")
        ui.clock.forward(1)
        await ui.press("down", "down", "enter")
        await ui.sees("Edit BATCH", "Nothing changed")
        await ui.press("escape")
        await ui.until(lambda: ui.shows("BATCH") and not has_sign(ui, "BATCH"), "no sign any more")


async def test_a_saved_form_leaves_no_sign_of_a_draft(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await changed_form(ui)
        await ui.until(ui.services.drafts.all, "the draft on the disk")
        await save(ui, "BATCH")
        await ui.until(lambda: not ui.services.drafts.all(), "no draft on the disk")
        await ui.until(lambda: not has_sign(ui, "BATCH"), "no sign")


async def test_drafts_of_new_records_are_counted_in_the_border_of_the_table(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("FRESH")
        await leave_by(ui, 1)
        await ui.sees("✎ 1 draft ·")


async def test_the_list_of_drafts_opens_the_form_of_one_with_what_was_typed(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await changed_form(ui)
        await leave_by(ui, 2)
        await ui.loses("Edit BATCH")
        await ui.press("D")
        await ui.sees("Drafts", "RECORD", "BATCH", "port 26 → 587", "A password is never kept")
        await ui.press("enter")
        await ui.sees("Edit BATCH", "587", "was 26")


async def test_a_draft_of_a_new_record_does_not_look_like_one_of_the_record_with_its_name(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("BATCH")
        await ui.press("n")
        await ui.sees("New connection")
        await ui.type("BATCH")
        await leave_by(ui, 1)
        await ui.sees("✎ 1 draft ·")
        await ui.press("D")
        await ui.sees("RECORD", "new: BATCH")
        assert not ui.shows("│ BATCH")


async def test_a_draft_is_discarded_from_the_list_only_after_a_question(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, directory=tmp_path) as ui:
        await changed_form(ui)
        await leave_by(ui, 2)
        await ui.loses("Edit BATCH")
        await ui.press("D")
        await ui.sees("RECORD", "port 26 → 587")
        await ui.press("d", "enter")
        await ui.sees("Discard this draft?")
        assert "587" in kept(tmp_path)
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ui.sees("No drafts.")
        assert kept(tmp_path) == ""
        await ui.press("escape")
        await ui.until(lambda: not has_sign(ui, "BATCH"), "no sign")


async def test_what_becomes_of_a_password_is_said_once_where_a_form_is_left(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await changed_form(ui)
        await ui.press("escape")
        await ui.sees("Unsaved changes: port, password")
        await ui.sees("A draft never holds a password; enter it again.")
        assert ui.look("Discard changes") != ui.look("Stay")
