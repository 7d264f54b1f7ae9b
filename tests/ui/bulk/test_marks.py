"""Marks: by ranges and by filter, and what the border says of them."""

from __future__ import annotations

from smtp_tui.ui.widgets.table import RecordsTable
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import Ui, opened


def marked(ui: Ui) -> set[str]:
    """The names of the rows that are marked, of those shown."""
    table = ui.app.screen.query_one("#table", RecordsTable)
    return {row.cells[0] for row in table.rows if row.id in table.marks}


def relays(*numbers: int) -> set[str]:
    """The names of these relays."""
    return {f"RELAY-{number}" for number in numbers}


def many(sandbox: Sandbox, count: int) -> None:
    """Store relays of one name each."""
    for number in range(count):
        sandbox.add_record(f"RELAY-{number}", {"hostname": "a.example", "port": 25})


async def test_V_marks_from_where_it_is_pressed_to_the_cursor_until_it_is_pressed_again(
    sandbox: Sandbox,
) -> None:
    many(sandbox, 9)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 9")
        await ui.press("space", "j", "V", "j", "j", "j")
        assert marked(ui) == relays(0, 2, 3, 4, 5)
        await ui.press("k", "k")
        assert marked(ui) == relays(0, 2, 3)
        await ui.press("V", "G")
        assert marked(ui) == relays(0, 2, 3)
        await ui.press("V", "k", "k", "V")
        await ui.sees("6 marked")


async def test_esc_takes_back_a_range_that_was_begun_and_no_other_mark(sandbox: Sandbox) -> None:
    many(sandbox, 9)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 9")
        await ui.press("slash")
        await ui.type("relay")
        await ui.press("enter", "space", "V", "j", "j")
        assert marked(ui) == relays(0, 1, 2, 3)
        await ui.press("escape")
        assert marked(ui) == relays(0)
        assert ui.shows("/relay"), "the filter went with the range"
        await ui.press("j", "j")
        assert marked(ui) == relays(0)


async def test_shift_and_an_arrow_mark_rows_on_the_way_until_the_cursor_moves_without(
    sandbox: Sandbox,
) -> None:
    many(sandbox, 9)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 9")
        await ui.press("j", "shift+down", "shift+down", "shift+down", "shift+up")
        assert marked(ui) == relays(1, 2, 3)
        await ui.press("j", "j", "j", "shift+down")
        assert marked(ui) == relays(1, 2, 3, 6, 7)


async def test_the_border_counts_the_marks_that_the_filter_hides(sandbox: Sandbox) -> None:
    many(sandbox, 12)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 12")
        await ui.press("asterisk", "slash")
        await ui.type("relay-1")
        await ui.sees("3 of 12", "12 marked, 9 hidden by the filter")
        await ui.press("enter", "escape")
        await ui.sees("12 marked")
        assert not ui.shows("hidden by the filter")


async def test_marks_and_a_range_survive_a_refresh_and_another_order(sandbox: Sandbox) -> None:
    many(sandbox, 9)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 9")
        await ui.press("V", "j", "j", "r")
        await ui.asked(Operation.LIST, 2)
        await ui.until(lambda: marked(ui) == relays(0, 1, 2), "the marks")
        await ui.press("j")
        assert marked(ui) == relays(0, 1, 2, 3)
        await ui.press("V", "S")
        assert marked(ui) == relays(0, 1, 2, 3)


async def test_star_takes_back_the_marks_of_the_rows_shown_and_of_no_hidden_one(
    sandbox: Sandbox,
) -> None:
    many(sandbox, 12)
    async with opened(sandbox) as ui:
        await ui.sees("Connections 12")
        await ui.press("space", "space", "slash")
        await ui.type("relay-1")
        await ui.sees("3 of 12", "2 marked, 1 hidden by the filter")
        await ui.press("enter", "asterisk")
        await ui.sees("4 marked, 1 hidden by the filter")
        await ui.press("asterisk", "escape")
        assert marked(ui) == relays(0)
