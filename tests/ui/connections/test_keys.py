"""The keys of the table: what a refresh keeps, order, marks, pane, and the ways out."""

import pytest
from rich.cells import cell_len

from smtp_tui.ui.widgets.bars import FILTER_FIELD
from smtp_tui.ui.widgets.fields import TextInput
from smtp_tui.ui.widgets.table import RecordsTable
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.forms import delete
from tests.ui.helpers import Ui, opened


def table(ui: Ui) -> RecordsTable:
    return ui.app.screen.query_one("#table", RecordsTable)


def many(sandbox: Sandbox, count: int) -> None:
    for number in range(count):
        sandbox.add_record(f"RELAY-{number:03}", {"hostname": "a.example", "port": 25 + number})


async def test_a_refresh_keeps_cursor_marks_order_filter_and_scroll(sandbox: Sandbox) -> None:
    many(sandbox, 60)
    async with opened(sandbox, size=(80, 20)) as ui:
        await ui.sees("Connections 60")
        await ui.press("S", "slash")
        await ui.type("relay-0")
        await ui.press("enter", *["j"] * 30, "space", "k")
        await ui.sees("1 marked")
        before = ui.lines()
        sandbox.add_record("AAA-RELAY-0X", {"hostname": "b.example", "port": 25})
        await ui.press("r")
        await ui.asked(Operation.LIST, 2)
        await ui.sees("Connections 61", "/relay-0", "1 marked")
        after = ui.lines()
        assert [line[:60] for line in before[2:-2]] == [line[:60] for line in after[2:-2]]
        assert "NAME ▼" in after[2]
        assert "RELAY-001" in ui.line("▌")


async def test_s_sorts_by_the_next_column_and_S_reverses_shown_in_heading_and_status(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(100, 24)) as ui:
        await ui.sees("NAME ▲", "Connections 6", "sorted by name")
        await ui.press("s")
        await ui.sees("HOSTNAME ▲", "sorted by hostname")
        await ui.press("S")
        await ui.sees("HOSTNAME ▼", "sorted by hostname, reversed")
        hosts = [line for line in ui.lines() if "localhost" in line or "relay.old" in line]
        assert "relay.old" in hosts[0]
        await ui.press("s", "s", "s")
        await ui.sees("LAST TEST ▲", "sorted by last test")
        await ui.press("s")
        await ui.sees("in the server's order")
        assert "▲" not in ui.text()
        assert "PRIMARY" in ui.lines()[3]


async def test_star_and_ctrl_a_mark_all_that_are_shown_and_then_none(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("slash")
        await ui.type("ary")
        await ui.press("enter", "asterisk")
        await ui.sees("2 of 6", "2 marked")
        await ui.press("escape")
        await ui.sees("Connections 6", "2 marked")
        await ui.press("ctrl+a")
        await ui.sees("6 marked")
        await ui.press("asterisk")
        await ui.sees("Connections 6", "sorted")


async def test_a_marked_record_that_is_gone_is_not_counted(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("Connections 6")
        await ui.press("asterisk")
        await ui.sees("6 marked")
        gone = next(record for record in demo.records() if record.name == "BATCH")
        demo.delete_record(gone.id)
        await ui.press("r")
        await ui.sees("Connections 5", "5 marked")


async def test_on_a_wide_screen_the_pane_follows_the_cursor(demo: Sandbox) -> None:
    async with opened(demo, size=(120, 36)) as ui:
        await ui.sees("PRIMARY", "Created    2020-04-04")
        await ui.press("j")
        await ui.sees("Created    2020-04-06", "from       invoices@")
        await ui.press("G")
        await ui.sees("Created    2020-04-02")


async def test_beside_the_pane_no_value_of_the_demo_is_cut(demo: Sandbox) -> None:
    async with opened(demo, size=(120, 40)) as ui:
        await ui.sees("Created", "OLD-RELAY  relay.old-datacenter.invalid ")
        assert "reports@sandbox.example  never" in ui.line("INVOICES ")


async def test_on_a_narrow_screen_enter_opens_the_detail_and_esc_returns_to_the_row(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        assert not ui.shows("Created")
        await ui.press("j", "enter")
        await ui.sees("INVOICES", "Created", "invoices@sandbox.example")
        await ui.press("escape")
        await ui.sees("Connections 6")
        assert "INVOICES" in ui.line("▌")


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 36)])
async def test_a_port_that_looks_wrong_is_marked_and_explained_under_the_cursor(
    sandbox: Sandbox, size: tuple[int, int]
) -> None:
    sandbox.add_record("GOOD", {"hostname": "a.example", "port": 587})
    sandbox.add_record("IMAP", {"hostname": "a.example", "port": 993})
    async with opened(sandbox, size=size) as ui:
        await ui.sees("GOOD", "993 !")
        assert "!" not in ui.line("GOOD")
        await ui.press("j")
        await ui.sees("! IMAP port, not SMTP")


async def test_where_there_is_room_the_key_line_has_more_keys_and_undo_after_a_write(
    demo: Sandbox,
) -> None:
    async with opened(demo, size=(120, 30)) as ui:
        await ui.sees("Connections 6", "enter Open  space Mark  tab Detail  ? Help")
        assert not ui.shows("u Undo")
        await delete(ui, "BATCH")
        await ui.sees("Connections 5", "d Delete  u Undo  / Filter", "? Help")
        await ui.pilot.resize_terminal(160, 30)
        await ui.sees("tab Detail  s Sort  x Probe  : Commands  ? Help")
        await ui.press("tab")
        assert ui.app.focused is not table(ui)
        await ui.press("tab")
        assert ui.app.focused is table(ui)


async def test_q_on_the_connections_quits(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("q")
        await ui.until(lambda: ui.app.return_code == 0, "the program to end")


async def test_esc_on_the_connections_never_quits(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("escape", "escape", "escape", "j")
        assert ui.app.return_code is None
        assert ui.app.is_running
        assert "INVOICES" in ui.line("▌")


async def test_q_typed_into_the_filter_is_a_letter(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash")
        await ui.type("q?p")
        await ui.sees('No matches for "q?p"')
        assert ui.app.return_code is None


async def test_the_filter_names_its_terms_and_they_narrow_the_table(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash")
        await ui.sees("words, port:587, host:mail, last:rejected")
        await ui.type("last:never host:old")
        await ui.sees("1 of 6", "OLD-RELAY")
        await ui.press("end", "ctrl+u")
        await ui.type("last:rejected")
        await ui.sees('No matches for "last:rejected"', "esc Clear the filter")


async def test_a_letter_of_the_filter_and_the_rows_that_it_leaves_are_painted_together(
    demo: Sandbox,
) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash")
        ui.app.screen.query_one(f"#{FILTER_FIELD}", TextInput).value = "old"
        assert [row.cells[0] for row in table(ui).rows] == ["OLD-RELAY"]


async def test_a_letter_of_the_filter_that_leaves_every_row_lays_nothing_out(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash")
        await ui.sees("words, port:587")
        laid_out: list[object] = []
        screen = ui.app.screen
        screen.screen_layout_refresh_signal.subscribe(screen, laid_out.append, immediate=True)
        await ui.type("7")  # which stands in every id
        await ui.sees("Connections 6 /7")
        assert laid_out == []
        await ui.press("escape")
        await ui.until(lambda: laid_out, "the filter to close")


async def test_the_cursor_keys_reach_the_rows_while_the_filter_is_typed(demo: Sandbox) -> None:
    async with opened(demo) as ui:
        await ui.sees("PRIMARY")
        await ui.press("slash")
        await ui.type("7")  # which stands in every id
        await ui.press("down", "down")
        assert "OLD-RELAY" in ui.line("▌")


async def test_after_a_switch_and_back_cursor_and_filter_are_where_they_were(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        await ui.press("slash", *"relay", "enter", "g", "j")
        await ui.sees("4 of 6")
        assert "PARTNER" in ui.line("▌")
        await ui.press("p")
        await ui.sees("demo-europe")
        await ui.press("j", "enter")
        await ui.sees("Connections 3", "EU-RELAY")
        assert not ui.shows("/relay")
        await ui.press("G")
        european = ui.line("▌").split()[1]
        await ui.press("minus")
        await ui.sees("4 of 6", "/relay")
        assert "PARTNER" in ui.line("▌")
        await ui.press("minus")
        await ui.sees("Connections 3")
        assert european in ui.line("▌")
        await ui.press("minus")
        await ui.sees("4 of 6")
        await ui.press("escape")
        await ui.sees("Connections 6")
        assert "PARTNER" in ui.line("▌")


async def click(ui: Ui, text: str) -> None:
    """Click on the last place where a text stands on the screen."""
    y, line = [(y, line) for y, line in enumerate(ui.lines()) if text in line][-1]
    await ui.pilot.click(offset=(cell_len(line[: line.index(text)]), y))


async def test_a_click_on_a_heading_sorts_by_it_and_another_click_reverses(demo: Sandbox) -> None:
    async with opened(demo, size=(100, 24)) as ui:
        await ui.sees("NAME ▲")
        await click(ui, "PORT")
        await ui.sees("PORT ▲", "sorted by port")
        await click(ui, "PORT")
        await ui.sees("PORT ▼", "sorted by port, reversed")
        await click(ui, "HOSTNAME")
        await ui.sees("HOSTNAME ▲", "sorted by hostname")
        await click(ui, "LAST TEST")
        await ui.sees("sorted by last test")


async def test_a_click_on_a_key_of_the_key_line_presses_it(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        for place, seen in (
            ("e Edit", "Edit BATCH"),
            ("esc Leave", "Connections 6"),
            ("d Delete", "Delete BATCH?"),
        ):
            await click(ui, place)
            await ui.sees(seen)
        await ui.press("escape")
        await ui.sees("Connections 6")
        await click(ui, "/ Filter")
        await ui.sees("words, port:587")
        await ui.type("edz")
        await ui.sees("/edz")
        await click(ui, "Clear the filter")
        await ui.sees("Connections 6", "? Help")
        await click(ui, "? Help")
        await ui.sees("search the keys")


async def test_a_click_on_a_key_of_the_key_line_presses_each(demo: Sandbox) -> None:
    """The first and the last cell of a part belong to it."""
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("Connections 6")
        first = ui.lines()[-1].index("c Clone")
        for column in (first - 1, first + len("c Clone")):
            await ui.pilot.click(offset=(column, 23))
            await ui.sees("New connection")
            await ui.press("escape")
            await ui.sees("Connections 6")


async def test_a_click_on_a_key_reaches_a_key_of_ones_own(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        ui.app.set_keymap({"record.edit": "E,f2"})
        await ui.sees("E Edit")
        await click(ui, "E Edit")
        await ui.sees("Edit BATCH")
