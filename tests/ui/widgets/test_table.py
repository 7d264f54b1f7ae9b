"""What the table promises: ids are followed, little is repainted, nothing is cut in half."""

from collections.abc import Iterable
from typing import Any, ClassVar

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.pilot import Pilot
from textual.strip import Strip

from smtp_tui.text import fit
from smtp_tui.ui.connections.rows import COLUMNS as RECORD_COLUMNS
from smtp_tui.ui.theme import ANSI, role_defaults
from smtp_tui.ui.widgets.columns import GAP, SORT_SIGN, place
from smtp_tui.ui.widgets.filtered_table import FilteredTable
from smtp_tui.ui.widgets.rows import Column, LazyRows, Look, Row, follow
from smtp_tui.ui.widgets.table import RecordsTable

COLUMNS = (
    Column("name", "NAME", 10, flexible=True, priority=0),
    Column("hostname", "HOSTNAME", 12, flexible=True, priority=1),
    Column("port", "PORT", 6, right=True, priority=2),
    Column("username", "USERNAME", 12, priority=4),
    Column("last", "LAST TEST", 12, priority=3),
)


def make(ids: Iterable[int | str]) -> tuple[Row, ...]:
    """Rows whose cells tell their id, so that a screen line can be recognised."""
    return tuple(
        Row(str(key), (f"name-{key}", f"smtp{key}.example.com", "587", f"user{key}", "ACCEPTED"))
        for key in ids
    )


class WatchedTable(RecordsTable):
    """Notes which lines were asked for, that is, painted anew."""

    painted: list[int]

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return super().render_line(y)


class TableApp(App[None]):
    """One table and the messages it sent."""

    def __init__(
        self,
        rows: tuple[Row, ...] = (),
        *,
        columns: tuple[Column, ...] = COLUMNS,
        counts: bool = True,
    ) -> None:
        super().__init__()
        self.register_theme(ANSI)
        self.theme = ANSI.name
        self.table = WatchedTable(columns, counts=counts, id="records")
        self.table.painted = []
        self.table.rows = rows
        self.heard: list[Message] = []
        self.told: list[str | None] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return role_defaults(self.current_theme, colours=True)

    def compose(self) -> ComposeResult:
        yield self.table

    def on_mount(self) -> None:
        self.table.focus()
        self.watch(self.table, "cursor_id", self.hear, init=False)

    def hear(self, row_id: str | None) -> None:
        """Note where the cursor is said to be."""
        self.told.append(row_id)

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        self.heard.append(event)

    def on_records_table_marks_changed(self, event: RecordsTable.MarksChanged) -> None:
        self.heard.append(event)

    def lines(self) -> list[str]:
        """The text of the table as it stands on the screen."""
        return [self.table.render_line(y).text for y in range(self.table.size.height)]

    def cursor(self) -> str | None:
        """The id of the row under the cursor."""
        return self.table.cursor_id

    def line_of(self, needle: str) -> str:
        """The one line that shows `needle`."""
        (line,) = [line for line in self.lines() if needle in line]
        return line

    def opened(self) -> list[str | None]:
        """The ids that were opened."""
        return [event.row_id for event in self.heard if isinstance(event, RecordsTable.Opened)]


async def settled(pilot: Pilot[None], table: WatchedTable) -> list[int]:
    """Let all be painted, and return the lines painted since the last call."""
    await pilot.pause()
    painted = sorted(table.painted)
    table.painted.clear()
    return painted


async def test_keys_move_the_cursor_and_the_heading_stays() -> None:
    app = TableApp(make(range(100)))
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, row in (
            (["down", "j", "down"], 3),
            (["up", "k"], 1),
            (["pagedown"], 24),
            (["pageup"], 1),
            (["ctrl+f"], 24),
            (["ctrl+b"], 1),
            (["ctrl+d"], 12),
            (["ctrl+d"], 23),
            (["ctrl+u"], 12),
            (["ctrl+u"], 1),
            (["G"], 99),
            (["down"], 99),
            (["g"], 0),
            (["up"], 0),
            (["end"], 99),
            (["home"], 0),
        ):
            await pilot.press(*keys)
            await pilot.pause()
            assert app.table.cursor_row == row
            assert app.lines()[0].split() == [
                "NAME",
                "HOSTNAME",
                "PORT",
                "USERNAME",
                "LAST",
                "TEST",
            ]
            assert app.line_of("▌").split()[1] == f"name-{row}"


async def test_a_number_before_a_key_is_a_count_that_any_other_key_or_esc_ends() -> None:
    app = TableApp(make(range(300)))
    async with app.run_test(size=(80, 24)) as pilot:
        for keys, row in (
            ("3j", 3),
            ("j", 4),
            ("2k", 2),
            ("12j", 14),
            ("5G", 4),
            ("20g", 19),
            ("10G", 9),
            ("0j", 10),
            ("3x2j", 12),
            ("3xj", 13),
            ("999999999999G", 299),
            ("g", 0),
        ):
            await pilot.press(*keys)
            assert app.table.cursor_row == row, keys
        for keys_, row in (
            (["2", "ctrl+f"], 46),
            (["2", "ctrl+u"], 24),
            (["4", "escape", "j"], 25),
            (["3", "space"], 28),
        ):
            await pilot.press(*keys_)
            assert app.table.cursor_row == row, keys_
        assert app.table.marks == {"25", "26", "27"}


async def test_esc_that_ends_a_count_does_nothing_else_and_a_count_paints_nothing() -> None:
    backs: list[str] = []

    class Escapes(TableApp):
        BINDINGS: ClassVar[list[BindingType]] = [("escape", "note", ""), ("7", "note", "")]

        def action_note(self) -> None:
            backs.append("back")

    app = Escapes(make(range(300)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app.table)
        await pilot.press("4")
        assert await settled(pilot, app.table) == []
        await pilot.press("escape")
        assert backs == []
        await pilot.press("escape")
        assert backs == ["back"]
        await pilot.press("7", "j")
        assert backs == ["back", "back"], "a digit that is a key stays that"
        assert app.table.cursor_row == 1


async def test_a_table_without_counts_leaves_digits_to_others() -> None:
    app = TableApp(make(range(300)), counts=False)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "j")
        assert app.table.cursor_row == 1


async def test_the_cursor_the_marks_and_the_order_are_shown_by_signs() -> None:
    app = TableApp(make(range(3)))
    app.table.sort_column = "hostname"
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space")
        await pilot.pause()
        assert [line[:3] for line in app.lines()[:4]] == ["   ", " ● ", "▌  ", "   "]
        assert "HOSTNAME ▲" in app.lines()[0]
        app.table.sort_reverse = True
        assert "HOSTNAME ▼" in app.lines()[0]


async def test_the_cursor_stays_on_its_record_and_in_its_line_when_rows_are_sorted_anew() -> None:
    rows = make(range(200))
    app = TableApp(rows)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*["pagedown"] * 3, *["down"] * 4)
        await pilot.pause()
        assert app.table.cursor_id == "73"
        line = app.lines().index(app.line_of("▌"))
        app.table.rows = rows[::-1]
        await pilot.pause()
        assert app.table.cursor_id == "73"
        assert app.lines().index(app.line_of("▌")) == line
        assert "name-73 " in app.line_of("▌")


async def test_when_the_record_is_gone_the_cursor_goes_to_its_neighbour_and_says_so() -> None:
    rows = make(range(10))
    app = TableApp(rows)
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "down")
        await pilot.pause()
        app.told.clear()
        app.table.rows = rows[:3] + rows[4:]
        await pilot.pause()
        assert app.table.cursor_id == "4"
        assert app.told == ["4"]
        app.table.rows = rows[:3]
        assert app.cursor() == "2"
        app.table.rows = ()
        assert app.cursor() is None
        app.table.rows = rows
        assert app.cursor() == "2"


@given(
    old=st.lists(st.integers(0, 150), unique=True, min_size=1, max_size=150),
    new=st.lists(st.integers(0, 150), unique=True, max_size=20),
    data=st.data(),
)
def test_wherever_rows_go_the_cursor_is_on_its_id_or_on_the_nearest_that_stayed(
    old: list[int], new: list[int], data: st.DataObject
) -> None:
    cursor = data.draw(st.integers(0, len(old) - 1))
    row = follow([*map(str, old)], [*map(str, new)], cursor, None)
    distances = [abs(place - cursor) for place, key in enumerate(old) if key in new]
    if distances:
        assert abs(old.index(new[row]) - cursor) == min(distances)
    else:
        assert 0 <= row <= max(0, len(new) - 1)


async def test_marks_follow_ids_and_outlive_a_filter() -> None:
    rows = make(range(10))
    app = TableApp(rows)
    async with app.run_test() as pilot:
        await pilot.press("space", "down", "space")
        await pilot.pause()
        assert app.table.marks == {"0", "2"}
        assert app.table.cursor_id == "3"
        app.table.rows = rows[:0:-1]
        await pilot.pause()
        assert [line.split()[-5] for line in app.lines() if "●" in line] == ["name-2"]
        app.table.rows = rows
        await pilot.pause()
        assert [line[1] for line in app.lines()[1:5]] == ["●", " ", "●", " "]
        told = [event for event in app.heard if isinstance(event, RecordsTable.MarksChanged)]
        assert len(told) == 2


async def test_enter_and_a_double_click_open_the_row() -> None:
    app = TableApp(make(range(10)))
    async with app.run_test() as pilot:
        await pilot.press("down", "enter")
        await pilot.click("#records", offset=(5, 5))
        await pilot.pause()
        assert app.opened() == ["1"]
        assert app.table.cursor_id == "4"
        await pilot.double_click("#records", offset=(5, 6))
        await pilot.double_click("#records", offset=(5, 0))
        await pilot.double_click("#records", offset=(5, 20))
        await pilot.pause()
        assert app.opened() == ["1", "5"]


async def test_an_empty_table_takes_every_key() -> None:
    app = TableApp()
    async with app.run_test() as pilot:
        await pilot.press("down", "up", "pagedown", "pageup", "G", "g", "space", "enter")
        await pilot.pause()
        assert app.table.cursor_id is None
        assert app.heard == []


async def test_a_cursor_step_and_a_mark_repaint_two_lines() -> None:
    app = TableApp(make(range(1000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app.table)
        await pilot.press("down")
        assert await settled(pilot, app.table) == [1, 2]
        await pilot.press("space")
        assert await settled(pilot, app.table) == [2, 3]
        app.table.sort_column = "name"
        assert await settled(pilot, app.table) == [0]


async def test_rows_that_say_the_same_repaint_nothing_and_one_that_changed_one_line() -> None:
    app = TableApp(make(range(1000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app.table)
        app.table.rows = make(range(1000))
        assert await settled(pilot, app.table) == []
        changed = list(make(range(1000)))
        changed[4] = Row("4", ("name-4", "elsewhere", "25", "", ""))
        app.table.rows = tuple(changed)
        assert await settled(pilot, app.table) == [5]
        assert "elsewhere" in app.lines()[5]


async def test_the_scroll_bar_comes_and_goes_in_the_frame_of_the_rows() -> None:
    app = TableApp(make(range(1000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, app.table)
        app.table.rows = make(range(23))
        assert not app.table.show_vertical_scrollbar
        app.table.rows = make(range(24))
        assert app.table.show_vertical_scrollbar


async def test_a_held_down_key_scrolls_once_in_half_a_page() -> None:
    app = TableApp(make(range(1000)))
    async with app.run_test(size=(80, 9)) as pilot:
        tops = set()
        for _ in range(24):
            await pilot.press("down")
            tops.add(app.table.scroll_offset.y)
        assert app.table.cursor_row == 24
        assert len(tops) <= 6


async def test_a_hundred_thousand_rows_are_neither_painted_nor_measured_one_by_one() -> None:
    asked: list[str] = []

    class Counted(tuple[str, ...]):
        """Cells that note when they are read."""

        __slots__ = ()

        def __getitem__(self, index: Any) -> Any:
            asked.append(str(index))
            return super().__getitem__(index)

    rows = tuple(Row(row.id, Counted(row.cells)) for row in make(range(100_000)))
    app = TableApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.rows = rows
        await pilot.press("G")
        await pilot.pause()
        assert "name-99999" in app.line_of("▌")
        assert len(asked) < 2_000


async def test_of_a_hundred_thousand_rows_those_that_are_shown_or_measured_are_made() -> None:
    made: list[str] = []

    def make_one(row_id: str) -> Row:
        made.append(row_id)
        return make([row_id])[0]

    app = TableApp()
    ids = [str(number) for number in range(100_000)]
    async with app.run_test(size=(80, 24)) as pilot:
        app.table.rows = LazyRows(ids, make_one)
        await pilot.press("G", "space")
        app.table.rows = LazyRows(ids[::-1], make_one)
        await pilot.pause()
        assert "name-99999" in app.line_of("▌")
        assert app.table.move_to("50000")
        await pilot.pause()
        assert "name-50000" in app.line_of("▌")
        assert len({*made}) < 500


async def test_wide_characters_are_cut_whole_and_columns_stay_in_line() -> None:
    app = TableApp((Row("1", ("漢字" * 30, "h" * 60, "587", "user", "ACCEPTED")), *make(["2"])))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        wide, plain = app.lines()[1:3]
        assert "…" in wide
        assert cell_len(wide) == cell_len(plain) == app.table.size.width
        assert cell_len(wide[: wide.index("587")]) == cell_len(plain[: plain.index("587")])


@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=("C", "M", "Z"))),
    width=st.integers(0, 40),
    right=st.booleans(),
    ellipsis=st.sampled_from(["…", "...", ""]),
)
def test_a_text_is_always_fitted_to_the_very_width(
    text: str, width: int, right: bool, ellipsis: str
) -> None:
    fitted = fit(text, width, right=right, ellipsis=ellipsis)
    assert cell_len(fitted) == width
    if cell_len(text) <= width:
        assert fitted.strip() == text
    elif width > len(ellipsis):
        assert fitted.endswith(ellipsis)
        assert text.startswith(fitted.removesuffix(ellipsis).rstrip())


@given(width=st.integers(1, 300), wanted=st.tuples(*[st.integers(0, 90)] * len(COLUMNS)))
def test_columns_never_take_more_than_there_is_and_leave_nothing_over(
    width: int, wanted: tuple[int, ...]
) -> None:
    widths = place(COLUMNS, wanted, width)
    kept = {column.priority for column, cells in zip(COLUMNS, widths, strict=True) if cells}
    assert sum(widths) + GAP * (len(kept) - 1) == width
    assert kept == set(range(len(kept)))


@given(
    width=st.integers(60, 300),
    wanted=st.tuples(*[st.integers(0, 90)] * (len(COLUMNS) - 1), st.just(0)),
)
def test_no_text_is_cut_beside_a_column_that_has_room_to_spare(
    width: int, wanted: tuple[int, ...]
) -> None:
    placed = zip(COLUMNS, wanted, place(COLUMNS, wanted, width), strict=True)
    flexible = [each for each in placed if each[0].flexible and each[2]]
    cut = [column for column, content, cells in flexible if cells < content]
    roomy = [
        column
        for column, content, cells in flexible
        if cells > max(content, cell_len(column.heading) + SORT_SIGN)
    ]
    assert not (cut and roomy), (cut, roomy)


async def test_a_name_is_whole_beside_short_columns() -> None:
    rows = tuple(
        Row(str(key), ("notifications-relay", "smtp.example.com", "587", "relay", "never"))
        for key in range(3)
    )
    app = TableApp(rows, columns=RECORD_COLUMNS)
    async with app.run_test(size=(78, 20)) as pilot:
        await pilot.pause()
        assert "LAST TEST" in app.lines()[0]
        assert "notifications-relay" in app.lines()[1]


async def test_at_54_columns_the_least_important_columns_are_left_out_and_come_back() -> None:
    app = TableApp(make(range(3)))
    async with app.run_test(size=(54, 20)) as pilot:
        await pilot.pause()
        assert app.lines()[0].split() == ["NAME", "HOSTNAME", "PORT", "LAST", "TEST"]
        assert app.lines()[1].split()[:4] == ["▌", "name-0", "smtp0.example.com", "587"]
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert "USERNAME" in app.lines()[0]
        assert "user2" in app.lines()[3]


async def test_a_terminal_that_gets_lower_keeps_the_cursor_in_sight() -> None:
    app = TableApp(make(range(100)))
    async with app.run_test(size=(80, 40)) as pilot:
        app.table.move_to("30")
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert "name-30 " in app.line_of("▌")


async def test_no_text_is_hidden_under_the_scroll_bar() -> None:
    columns = (Column("name", "NAME", 5, flexible=True), Column("last", "LAST", 8, right=True))
    for count in (3, 500):
        rows = tuple(Row(str(key), ("a", "THE END!")) for key in range(count))
        app = TableApp(rows, columns=columns)
        async with app.run_test(size=(60, 20)) as pilot:
            await pilot.pause()
            free = app.table.scrollable_content_region.width
            assert free == 59
            assert [line[:free][-8:] for line in app.lines()[1:4]] == ["THE END!"] * 3


async def test_stale_rows_look_different_and_a_cursor_shows_where_the_focus_is() -> None:
    app = TableApp(make(range(3)))
    async with app.run_test() as pilot:
        await pilot.pause()

        def style(y: int) -> object:
            return next(iter(app.table.render_line(y))).style

        fresh = style(2)
        app.table.stale = True
        assert style(2) != fresh
        app.table.stale = False
        focused = style(1)
        app.screen.set_focus(None)
        await pilot.pause()
        assert style(1) not in (focused, style(3))


async def test_move_to_finds_a_row_by_its_id() -> None:
    app = TableApp(make(range(100)))
    async with app.run_test() as pilot:
        assert app.table.move_to("77")
        assert not app.table.move_to("none")
        await pilot.pause()
        assert app.table.cursor_id == "77"
        assert "name-77 " in app.line_of("▌")


async def test_parts_of_a_cell_have_their_colour_and_what_the_filter_found_is_highlighted() -> None:
    looks = (Look(4, "good", 0, 1), Look(4, "bad", 1, 1))
    rows = tuple(
        Row(str(key), ("relay", f"Mail{key}.example", "587", "relay", "✓✗ 8m"), looks)
        for key in range(2)
    )
    app = TableApp(rows)
    async with app.run_test(size=(80, 20)) as pilot:
        app.table.highlight = ("mail", "rel")
        await pilot.pause()
        found = list(app.table.render_line(2))
        styles = {segment.text: segment.style for segment in found}
        assert styles["✓"] != styles["✗"]
        assert [segment.text for segment in found if segment.style == styles["Mail"]] == [
            "rel",
            "Mail",
            "rel",
        ]
        *under_cursor, _ = app.table.render_line(1)
        looks_there = [part.style for part in under_cursor if part.style is not None]
        assert len({(style.color, style.bgcolor) for style in looks_there}) == 1
        assert [part.text for part in under_cursor if part.style and part.style.underline] == [
            "rel",
            "Mail",
            "rel",
        ]


async def test_a_row_shows_its_sign_and_a_dropped_column_colours_nothing() -> None:
    columns = (Column("name", "NAME", 10, flexible=True), Column("more", "MORE", 60, priority=1))
    row = Row("1", ("relay", "hidden"), (Look(1, "bad"),), sign="✎")
    app = TableApp((row, *make([])), columns=columns)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        assert app.lines()[1].startswith("▌✎ relay")


async def test_a_filtered_table_whose_screen_was_left_has_no_notice_and_fails_nowhere() -> None:
    assert FilteredTable([Column("name", "NAME", 4)]).nothing_found == Content()
