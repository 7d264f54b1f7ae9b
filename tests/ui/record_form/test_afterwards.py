"""A write that was given up or got no answer is looked up, and its true outcome told."""

from __future__ import annotations

import pytest

from smtp_tui.api.writes import WriteOutcome
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.forms import BATCH, apply, delete, edit_port
from tests.ui.helpers import Ui, impatient, opened

VERY_WIDE = (170, 36)
"""No message is wrapped."""
FOUND = {True: WriteOutcome.FOUND_DONE, False: WriteOutcome.FOUND_NOT_DONE}


def outcomes(ui: Ui) -> list[WriteOutcome | None]:
    return [entry.outcome for entry in ui.services.journal.read().entries]


async def test_a_save_that_got_no_answer_in_time_is_looked_up_on_the_form(demo: Sandbox) -> None:
    async with opened(demo, services=impatient) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.HANG, Operation.MODIFY, after_work=True))
        await apply(ui, "BATCH")
        await ui.sees("Saved BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 1
        assert outcomes(ui) == [None, WriteOutcome.UNKNOWN, WriteOutcome.FOUND_DONE]


@pytest.mark.parametrize("done", [True, False])
async def test_a_save_given_up_with_esc_is_looked_up_and_what_was_typed_is_kept_until_then(
    demo: Sandbox, done: bool
) -> None:
    async with opened(demo, size=VERY_WIDE, services=impatient) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.HANG, Operation.MODIFY, after_work=done))
        await apply(ui, "BATCH")
        await ui.asked(Operation.MODIFY)
        await ui.press("escape")
        await ui.sees("Stopped waiting. The write continues")
        await ui.sees(f"no answer, {'but it was done' if done else 'and it was not done'}")
        assert outcomes(ui) == [None, WriteOutcome.UNKNOWN, FOUND[done]]
        await ui.press("e")
        if done:
            await ui.sees("Edit BATCH", "587")
        else:
            await ui.sees("There is a draft", "port 26 → 587")
    assert len(ui.requests(Operation.MODIFY)) == 1


async def test_a_save_given_up_with_esc_that_is_answered_later_is_told_as_done(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=1.5))
        await apply(ui, "BATCH")
        await ui.asked(Operation.MODIFY)
        await ui.press("escape")
        await ui.sees("done after you left")
        await ui.until(lambda: "587" in ui.line("▌"), "the new port in the table")
        assert outcomes(ui) == [None, WriteOutcome.DONE]


async def test_esc_before_anything_was_sent_stays_in_the_form_and_sends_nothing(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.HANG, Operation.GET))
        await apply(ui, "BATCH")
        await ui.asked(Operation.GET, 2)
        await ui.press("escape")
        await ui.sees("Stopped waiting. Nothing was sent.", "Edit BATCH", "587")
        await apply(ui, "BATCH")
        await ui.sees("Saved BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 1


async def test_esc_while_a_lost_answer_is_looked_up_does_not_say_that_nothing_was_sent(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=VERY_WIDE) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(
            Fault(FaultKind.SERVER_ERROR, Operation.MODIFY, after_work=True),
            Fault(FaultKind.DELAY, Operation.GET, seconds=0.0),  # the look before the save
            Fault(FaultKind.HANG, Operation.GET),
        )
        await apply(ui, "BATCH")
        await ui.asked(Operation.GET, 3)
        await ui.press("escape")
        await ui.sees("outcome unknown", "Edit BATCH", "587")
        assert not ui.shows("Nothing was sent")


async def test_a_lost_answer_of_a_profile_that_was_left_is_looked_up_too(demo: Sandbox) -> None:
    async with opened(demo, size=VERY_WIDE, services=impatient) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.HANG, Operation.MODIFY, after_work=True))
        await apply(ui, "BATCH")
        await ui.asked(Operation.MODIFY)
        await ui.press("escape")
        await ui.sees("Stopped waiting. The write continues")
        await ui.press("p")
        await ui.sees("this session only")
        await ui.press("j", "enter")
        await ui.until(lambda: " demo-europe " in ui.lines()[0], "the other profile")
        await ui.sees("no answer, but it was done")
        assert outcomes(ui) == [None, WriteOutcome.UNKNOWN, WriteOutcome.FOUND_DONE]


async def test_a_write_of_a_profile_that_was_left_has_no_list_of_another_read_again(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await edit_port(ui, "BATCH", "587")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.0))
        await apply(ui, "BATCH")
        await ui.asked(Operation.MODIFY)
        await ui.press("escape")
        await ui.sees("Stopped waiting. The write continues")
        await ui.press("p")
        await ui.sees("this session only")
        await ui.press("j", "enter")
        await ui.sees("EU-RELAY", "read 0s ago")
        lists = len(ui.requests(Operation.LIST))
        await ui.sees("demo: change the connection", "done after you left")
        gets = len(ui.requests(Operation.GET))
        await ui.press("enter")
        await ui.asked(Operation.GET, gets + 1)  # what was asked before it has arrived by then
        await ui.sees("Hostname")
        assert len(ui.requests(Operation.LIST)) == lists


async def test_a_delete_that_was_left_and_finds_the_record_gone_is_not_told_as_done(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        demo.faults.add(Fault(FaultKind.DELAY, Operation.DELETE, seconds=1.5))
        await delete(ui, "BATCH")
        await ui.asked(Operation.DELETE)
        demo.delete_record(BATCH)
        await ui.press("escape")
        await ui.sees("the record was already deleted")
        assert not ui.shows("done after you left")
        assert outcomes(ui) == [None, WriteOutcome.GONE]
