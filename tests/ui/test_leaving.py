"""Leaving the program: what asks first, what does not, and that writes are finished."""

import pytest

from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.files import locked
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import apply, edit_port
from tests.ui.helpers import Ui, impatient, opened


async def ended(ui: Ui) -> None:
    await ui.until(lambda: ui.app.return_code == 0, "the program to end")


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_with_nothing_changed_it_ends_at_once(demo: Sandbox, key: str) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press(key)
        await ended(ui)


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_with_a_changed_form_it_asks_and_esc_returns_to_what_was_typed(
    demo: Sandbox, key: str
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
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
        await ui.sees("Connections 6")
        await ui.press(opener)
        await ui.until(lambda: len(ui.app.screen_stack) > 1, "a dialog")
        await ui.press("ctrl+c")
        await ended(ui)


async def hanging_save(ui: Ui, fault: Fault) -> None:
    """Save a form, and have the server be silent about it."""
    await edit_port(ui, "BATCH", "587")
    ui.sandbox.faults.add(fault)
    await apply(ui, "BATCH")
    await ui.asked(Operation.MODIFY)


async def test_leaving_while_a_save_is_under_way_says_so_and_leaves_when_it_has_ended(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await hanging_save(ui, Fault(FaultKind.DELAY, Operation.MODIFY, seconds=1.0))
        await ui.press("ctrl+c")
        await ui.sees("A write is under way", "demo · change the connection BATCH", "Leave now")
        await ui.sees("smtp-tui quits when the server has answered … 0s")
        await ended(ui)
        assert ui.app.leaving.given_up == []
        outcomes = [entry.outcome for entry in ui.services.journal.read().entries]
    assert outcomes == [None, WriteOutcome.DONE]


async def test_staying_or_an_enter_typed_ahead_leaves_everything_as_it_was(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await hanging_save(ui, Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.0))
        await ui.press("ctrl+c", "tab", "enter")
        await ui.sees("A write is under way")
        await ui.press("ctrl+c")
        await ui.press("escape")
        await ui.loses("A write is under way")
        assert ui.app.return_code is None
        await ui.sees("Saved BATCH")


async def test_a_save_that_was_not_done_keeps_the_program_and_what_was_typed(
    demo: Sandbox,
) -> None:
    async with opened(demo, services=impatient) as ui:
        await hanging_save(ui, Fault(FaultKind.HANG, Operation.MODIFY))
        await ui.press("ctrl+c")
        await ui.sees("A write is under way")
        await ui.sees("Not closed: what you typed was not saved.", "Edit BATCH", "587")
        await ui.sees("the server still has the old values")
        assert ui.app.return_code is None


async def test_leaving_now_keeps_the_draft_and_journals_the_outcome_as_not_known(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await hanging_save(ui, Fault(FaultKind.HANG, Operation.MODIFY))
        await ui.press("ctrl+c")
        await ui.sees("Leave now")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ended(ui)
        (left,) = ui.app.leaving.given_up
        assert left.write.record is not None
        assert (left.write.record.name, left.sent) == ("BATCH", True)
        intent, outcome = ui.services.journal.read().entries
        assert outcome.outcome is WriteOutcome.UNKNOWN
        assert intent.write_id == outcome.write_id
        await ui.app.on_unmount()
    assert len(ui.requests(Operation.MODIFY)) == 1


async def test_leaving_now_before_a_save_was_sent_journals_it_as_not_sent(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        with locked(ui.services.journal.path):  # as another program may
            await apply(ui, "BATCH")
            await ui.press("ctrl+c")
            await ui.sees("A write is under way", "demo · change the connection BATCH")
            ui.clock.forward(1)
            await ui.press("tab", "enter")
            await ui.loses("A write is under way")
        await ended(ui)
        (left,) = ui.app.leaving.given_up
        assert not left.sent
        _, outcome = ui.services.journal.read().entries
        assert outcome.outcome is WriteOutcome.NOT_SENT
    assert not ui.requests(Operation.MODIFY)


async def test_a_test_mail_under_way_is_waited_for_too(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.HANG, Operation.TEST_SAVED))
        await ui.press("t", "enter")
        await ui.asked(Operation.TEST_SAVED)
        await ui.press("escape", "escape", "q")
        await ui.sees("A write is under way", "send a test email with the saved record BATCH")
        ui.clock.forward(1)
        await ui.press("tab", "enter")
        await ended(ui)


async def test_a_save_that_ends_under_another_dialog_closes_the_form_when_that_is_left(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await hanging_save(ui, Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.5))
        await ui.press("A")
        await ui.sees("Journal of writes", "1 write")
        await ui.until(lambda: len(ui.services.journal.read().entries) == 2, "the outcome")
        await ui.press("escape")
        await ui.sees("Saved BATCH", "1 of 6")


async def test_what_is_typed_can_be_kept_as_a_draft_on_the_way_out(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("e")
        await ui.sees("Edit BATCH")
        await ui.type("x.example")
        await ui.press("ctrl+c")
        await ui.sees("Quit without saving?", "keep a draft")
        ui.clock.forward(1)
        await ui.press("down", "enter")
        await ended(ui)
        drafts = ui.services.drafts.all()
    assert [dict(draft.texts)["hostname"] for draft in drafts] == ["x.example"]


async def test_discarding_on_the_way_out_leaves_no_draft(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("e")
        await ui.sees("Edit BATCH")
        await ui.type("x.example")
        await ui.press("ctrl+c")
        await ui.sees("Quit without saving?")
        ui.clock.forward(1)
        await ui.press("down", "down", "enter")
        await ended(ui)
        assert not ui.services.drafts.all()


@pytest.mark.parametrize("opener", ["d", "e", "a"])
async def test_a_screen_that_opens_while_the_program_ends_does_not_change_its_exit_code(
    demo: Sandbox, opener: str
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        signal = ui.app.screen_change_signal
        signal.subscribe(ui.app, lambda _: ui.app.exit(return_code=143), immediate=True)
        await ui.press(opener)
        await ui.until(lambda: ui.app.return_code is not None, "the program to end")
    assert ui.app.return_code == 143
