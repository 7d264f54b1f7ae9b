"""A table that stays fast at 100,000 rows and sends few bytes for a key.

Textual's DataTable measures every row that it is given and paints a line in pieces. This one asks
for the text of a line only when that line is shown, paints it in few pieces, and repaints only
lines that changed. It knows nothing of records: a row is an id and cleaned texts.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import ClassVar, Final, TypeAlias, overload

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.text import cell_width, clean, counted, fit
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.theme import TEXTS
from smtp_tui.ui.widgets.bars import FILTER_FIELD, key_content
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, harmless, visible

GUTTER: Final = 3
"""Cells before the first column: the sign of the cursor, the mark, the sign of the row."""
GAP: Final = 2
"""Cells between two columns."""
HEADING_LINES: Final = 1
MOST_COUNTED: Final = 1_000_000
"""The highest count that can be typed before a key."""
DROPPED: Final = 1_000_000
"""Where a column starts that is not shown: behind every line."""
NOTICE_CELLS: Final = 72
"""The most cells that a line of the notice takes."""
SORT_SIGN: Final = 2
"""Cells of a heading for the sign of the order."""
_SAMPLE: Final = 200
"""Rows that are measured for column widths, however many there are."""


class Column(Struct, frozen=True):
    """One column. ``width`` is in cells; a ``flexible`` column gets at least that if it needs it.

    When the terminal is too narrow, the column with the highest ``priority`` is dropped first.
    """

    key: str
    heading: str
    width: int
    flexible: bool = False
    right: bool = False
    priority: int = 0


class Look(Struct, frozen=True):
    """A part of a cell that has a role: the characters from ``start`` on, ``length`` of them.

    ``role`` is a role of text of the theme, or :data:`QUIET`.
    """

    column: int
    role: str
    start: int = 0
    length: int = 1_000


class Row(Struct, frozen=True):
    """One line: an id that the cursor and the marks follow, and one cleaned text per column.

    ``looks`` are parts of the cells in colour, each of which says by a sign or a word what its
    colour says. ``sign`` stands before the first column, one cell wide.
    """

    id: str
    cells: tuple[str, ...]
    looks: tuple[Look, ...] = ()
    sign: str = ""


class _Range(Struct, frozen=True):
    """Rows that are being marked, from ``start`` to the cursor; ``before`` are the other marks.

    One that was begun ``with_shift`` ends when the cursor moves without it.
    """

    start: str
    before: frozenset[str]
    with_shift: bool


class LazyRows(Sequence[Row]):
    """Rows with these ids, each made when it is asked for: few of 100,000 are ever shown."""

    def __init__(self, ids: Sequence[str], make: Callable[[str], Row]) -> None:
        self.ids, self._make = ids, make

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return LazyRows(self.ids[index], self._make)
        return self._make(self.ids[index])


def row_ids(rows: Sequence[Row]) -> Sequence[str]:
    """Return the ids of rows, without making any."""
    return rows.ids if isinstance(rows, LazyRows) else [row.id for row in rows]


QUIET: Final = "quiet"
"""The role of a part of a cell that is dim."""
MATCH: Final = "match"
"""The role of what the filter found."""
Key: TypeAlias = tuple[Row, bool, bool]
"""All that the look of a line depends on: its row, and whether it has the cursor and a mark."""


class RecordsTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a heading that does not scroll; the cursor and the marks follow ids.

    ``cursor_id`` is the id under the cursor, None while there are no rows: watch it, do not assign.
    What watches it is called at once, so that it is painted together with the row.
    Assign ``rows``, ``marks``, ``sort_column``, ``sort_reverse`` and ``stale``; the table repaints
    what changed. ``highlight`` are words in lower case that are highlighted in the cells.
    ``notice`` is shown in place of rows while there are none. With ``counts``, digits are a count
    for the key after them, as in ``3j`` and ``5G``. Where ``takes_marks`` is False, the keys that
    mark rows are free for other uses. With ``stays_first`` the cursor stays on the first row as
    rows come, until it is moved or a row is marked.
    """

    takes_marks: bool = True

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "records-table--heading",
        "records-table--row",
        "records-table--cursor",
        "records-table--dim",
    }
    DEFAULT_CSS = """
    RecordsTable {
        background: $background; color: $foreground;
        overflow-x: hidden; scrollbar-gutter: stable; scrollbar-size-vertical: 1;
        & > .records-table--heading { color: $accent; text-style: bold; }
        & > .records-table--cursor { text-style: bold; }
        &:focus > .records-table--cursor {
            background: $selection-background; color: $selection; text-style: $filled;
        }
        & > .records-table--dim { text-style: dim; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,ctrl+f", "turn_page(1)", show=False),
        Binding("pageup,ctrl+b", "turn_page(-1)", show=False),
        Binding("ctrl+d", "turn_page(1, 2)", show=False),
        Binding("ctrl+u", "turn_page(-1, 2)", show=False),
        Binding("g,home", "top", show=False),
        Binding("G,end", "bottom", show=False),
        Binding("space", "toggle_mark", show=False),
        Binding("shift+down", "extend(1)", show=False),
        Binding("shift+up", "extend(-1)", show=False),
        Binding("enter", "select", show=False),
    ]

    class Event(Message):
        """A message of a table; ``row_id`` is the row under the cursor, None without rows."""

        def __init__(self, row_id: str | None) -> None:
            super().__init__()
            self.row_id = row_id

    class Opened(Event):
        """The row under the cursor was chosen with Enter or a double click."""

    class HeadingClicked(Message):
        """The heading of a column was clicked; ``column`` is its key."""

        def __init__(self, column: str) -> None:
            super().__init__()
            self.column = column

    class MarksChanged(Event):
        """The marks changed; read them from the table. Ids without a row may be among them."""

    rows: var[Sequence[Row]] = var((), init=False, always_update=True)
    marks: var[frozenset[str]] = var(frozenset(), init=False)
    sort_column: var[str | None] = var(None, init=False)
    sort_reverse: var[bool] = var(False, init=False)
    stale: reactive[bool] = reactive(False)
    highlight: reactive[tuple[str, ...]] = reactive(())
    notice: reactive[str | Content] = reactive("")
    cursor_row: var[int] = var(0, init=False)
    cursor_id: var[str | None] = var(None, init=False)

    def __init__(
        self, columns: Sequence[Column], *, counts: bool = True, id: str | None = None
    ) -> None:
        self._styles: dict[tuple[str, ...], Style] = {}
        super().__init__(id=id)
        self._counts = counts
        self._typed_count = 0
        self._count: int | None = None
        self._columns = Layout(columns)
        self._painted: dict[int, Key | None] = {}
        self._shared_width = -1
        self._last_id: str | None = None
        self._range: _Range | None = None
        self._extending = False
        self.stays_first = False

    @property
    def page(self) -> int:
        """How many rows are shown at once; at least one, so that paging always moves."""
        return max(1, self.size.height - HEADING_LINES)

    @property
    def free_width(self) -> int:
        """The cells of a line that the scroll bar does not cover."""
        return self.scrollable_content_region.width

    @property
    def needed_width(self) -> int:
        """The cells of a line in which no column would be cut, and of the scroll bar."""
        return self._columns.needed + 1

    def move_to(self, row_id: str) -> bool:
        """Put the cursor on the row with this id. Return whether there is one."""
        ids = row_ids(self.rows)
        if row_id in ids:
            self.cursor_row = ids.index(row_id)
        return row_id in ids

    def look_again(self) -> None:
        """Repaint the lines whose rows have changed by themselves, as those of ``LazyRows`` may."""
        self._repaint()

    # Reactions to what is assigned

    def validate_cursor_row(self, row: int) -> int:
        """Keep the cursor on a row that exists; 0 while there is none."""
        return max(0, min(row, len(self.rows) - 1))

    def watch_cursor_row(self) -> None:
        """Repaint the row that was left and the row that was reached."""
        self.stays_first = False
        self._grow_range()
        self._repaint()
        self._keep_in_view()
        self._tell_cursor()

    def watch_rows(self, old: Sequence[Row], new: Sequence[Row]) -> None:
        """Keep the cursor on its id and in its line, and repaint the lines that differ."""
        if new is old:
            return
        top, cursor = self.scroll_offset.y, self.cursor_row
        row = 0 if self.stays_first else follow(row_ids(old), row_ids(new), cursor, self._last_id)
        self.set_reactive(RecordsTable.cursor_row, row)
        if self._range is not None and self._range.start not in row_ids(new):
            self._range = None
        self._columns.measure(new[:: max(1, len(new) // _SAMPLE)])
        self._lay_out()
        self.virtual_size = Size(0, len(new) + HEADING_LINES)
        if self.container_size:  # else the layout would find it out, and be done anew
            self.show_vertical_scrollbar = self.virtual_size.height > self.container_size.height
        # The cursor keeps its line on the screen, unless it was scrolled out of sight.
        shift = row - cursor if top <= cursor < top + self.page else 0
        self._scroll(top + shift)
        self._keep_in_view()
        if not (old and new):
            self.refresh()
        self._repaint()
        self._tell_cursor()

    def watch_marks(self) -> None:
        """Repaint the visible rows whose mark changed, and tell the screen."""
        self.stays_first = False
        self._repaint()
        self.post_message(self.MarksChanged(self.cursor_id))

    def watch_sort_column(self) -> None:
        """Repaint the heading, which shows the order; all, where a column gets wider for that."""
        self._lay_out()
        self._refresh_line(0)

    watch_sort_reverse = watch_sort_column

    def on_mount(self) -> None:
        """Tell the row that the cursor starts on."""
        self._tell_cursor()

    def on_resize(self) -> None:
        """Share the new width, and keep the cursor in view."""
        self._lay_out()
        self._keep_in_view()

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return line ``y`` of the widget: the heading, a row, or a line of the notice."""
        if self._shared_width != self.free_width:
            self._lay_out()  # the first frame is painted before its size is told
        if y < HEADING_LINES:
            heading = self._columns.heading(self.sort_column, reverse=self.sort_reverse)
            return self._line(heading, self._style(("heading",)))
        if not self.rows:
            return self._notice_line(y - HEADING_LINES)
        key = self._painted[y] = next(self._keys([y]))
        if key is None:
            return Strip.blank(self.size.width, self.rich_style)
        return self._paint(*key)

    def _notice_line(self, y: int) -> Strip:
        """Return a line of the notice, which stands in the middle."""
        room = max(1, min(NOTICE_CELLS, self.free_width - 2 * GUTTER))
        strips = Visual.to_strips(self, harmless(self.notice), room, None, self.visual_style)
        number = y - max(0, self.page - len(strips)) // 3
        if not 0 <= number < len(strips):
            return Strip.blank(self.size.width, self.rich_style)
        cells = max(cell_width(strip.text.rstrip()) for strip in strips)
        left = Strip.blank((self.free_width - cells) // 2, self.rich_style)
        strip = Strip.join([left, strips[number]])
        return strip.adjust_cell_length(self.size.width, self.rich_style)

    def _keys(self, lines: Iterable[int]) -> Iterator[Key | None]:
        """Yield all that the look of each line depends on, None below the last row."""
        top, rows = self.scroll_offset.y - HEADING_LINES, self.rows
        cursor, marks = self.cursor_row, self.marks
        for index in (top + y for y in lines):
            row = rows[index] if index < len(rows) else None
            yield (row, index == cursor, row.id in marks) if row is not None else None

    def _paint(self, row: Row, cursor: bool, marked: bool) -> Strip:
        """Paint one row in few pieces, which keeps the bytes for a key press few."""
        looks = ["row", *["dim"] * self.stale, *["cursor"] * cursor]
        text, starts = self._columns.row(row, cursor=cursor, marked=marked)
        spans = [] if self.stale else [*self._columns.matches(row, starts, self.highlight)]
        if (cursor and self.has_focus) or self.stale:
            gutter = Segment(" " * (self.size.width - self.free_width), self.rich_style)
            return Strip([*self._in_pieces(text, looks, spans, self.free_width), gutter])
        found = [(index, 1, "warn") for index in (1, 2) if text[index] != " "]
        for look in row.looks:
            shown = min(self._columns.cells(look.column), len(row.cells[look.column]))
            room = shown - look.start
            found.append((starts[look.column] + look.start, min(look.length, room), look.role))
        return Strip(self._in_pieces(text, looks, found + spans, self.size.width), self.size.width)

    def _in_pieces(
        self, text: str, looks: list[str], spans: list[tuple[int, int, str]], width: int
    ) -> list[Segment]:
        """Return a line in these looks, with a role from a character on for a number of them."""
        text = fit(visible(text), width, ellipsis="")
        if not spans:
            return [Segment(text, self._style(looks))]
        parts = [(start, min(len(text), start + length), role) for start, length, role in spans]
        cuts = sorted({0, len(text), *(cut for start, end, _ in parts for cut in (start, end))})
        pieces = []
        for at, to in pairwise(cut for cut in cuts if cut <= len(text)):
            over = [role for start, end, role in parts if start <= at and to <= end]
            pieces.append(Segment(text[at:to], self._style(looks, over[-1] if over else "")))
        return pieces

    def _style(self, looks: Sequence[str], role: str = "") -> Style:
        """Return the style of a line in these looks, or of a part of it that has a role."""
        key = (*looks, role)
        if key not in self._styles:
            style = self.get_component_rich_style(*(f"records-table--{look}" for look in looks))
            if role == QUIET:
                style += Style(dim=True)
            elif role == MATCH:
                style += Style(bold=True, underline=True)
                role = "" if "cursor" in looks else "warn"
            if role in TEXTS:  # a component class for each would be styled anew at every focus
                style += Style(color=Color.parse(self.app.theme_variables[role]).rich_color)
            self._styles[key] = style
        return self._styles[key]

    def notify_style_update(self) -> None:
        """Forget the styles of before."""
        self._styles.clear()
        super().notify_style_update()

    def _line(self, text: str, style: Style) -> Strip:
        """Return ``text`` as a line of exactly the width of the table."""
        width = self.size.width
        return Strip([Segment(fit(visible(text), width, ellipsis=""), style)], width)

    def _lay_out(self) -> None:
        """Share the width anew, and repaint everything if a column changed."""
        self._shared_width = self.free_width
        if self._columns.share(self._shared_width - GUTTER, self.sort_column):
            self.refresh()

    def _repaint(self) -> None:
        """Repaint the lines whose row looks different from when they were painted last."""
        for (y, painted), key in zip(self._painted.items(), self._keys(self._painted), strict=True):
            if key != painted:
                self._refresh_line(y)

    def _refresh_line(self, y: int) -> None:
        """Repaint one line of the widget, without the scroll bar beside it."""
        self.refresh(Region(0, y, self.free_width, 1))

    # Moving

    def _scroll(self, top: int) -> None:
        """Make ``top`` the first row shown, as far as there are rows for it."""
        if self.is_attached:
            # Before the first layout there is no scroll bar, so scrolling has to be forced.
            self.scroll_to(y=top, animate=False, force=True)

    def _keep_in_view(self) -> None:
        """Scroll by half a page if the cursor left the page.

        Scrolling repaints the page, so a held-down key pays for it once in half a page.
        """
        top, row, page = self.scroll_offset.y, self.cursor_row, self.page
        if row < top:
            self._scroll(max(0, row - page // 2))
        elif row >= top + page:
            self._scroll(row - page + 1 + page // 2)

    def _tell_cursor(self) -> None:
        """Tell which id the cursor is on."""
        self.cursor_id = self.rows[self.cursor_row].id if self.rows else None
        self._last_id = self.cursor_id or self._last_id

    def on_key(self, event: events.Key) -> None:
        """Take a digit for the count of the next key; esc only ends a count that was begun.

        A digit that is the key of an action here stays that.
        """
        count, self._typed_count = self._typed_count, 0
        self._count = count or None
        digit = event.key in (string.digits if count else string.digits[1:])
        if digit and self._counts and event.key not in self.screen.active_bindings:
            self._typed_count = min(10 * count + int(event.key), MOST_COUNTED)
            event.stop()
        elif count and event.key == "escape":
            event.stop()

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows, as often as was counted."""
        self.cursor_row += rows * (self._count or 1)

    def action_turn_page(self, pages: int, part: int = 1) -> None:
        """Move page and cursor by pages or a part of one, so that the cursor stays in its line."""
        rows = pages * max(1, self.page // part) * (self._count or 1)
        row = self.validate_cursor_row(self.cursor_row + rows)
        if self.scroll_offset.y <= self.cursor_row < self.scroll_offset.y + self.page:
            self._scroll(self.scroll_offset.y + rows)
        self.cursor_row = row

    def action_top(self) -> None:
        """Move the cursor to the first row, or to the one counted."""
        self.cursor_row = (self._count or 1) - 1

    def action_bottom(self) -> None:
        """Move the cursor to the last row, or to the one counted."""
        self.cursor_row = (self._count or len(self.rows)) - 1

    def action_toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor, or as many as counted, and go on."""
        ids = row_ids(self.rows[self.cursor_row : self.cursor_row + (self._count or 1)])
        self._range = None
        if ids:
            self.marks = self.marks ^ {*ids}
            self.cursor_row += len(ids)

    def toggle_all(self) -> None:
        """Mark all rows shown, or take their marks back; marks of other rows stay."""
        shown = frozenset(row_ids(self.rows))
        self.marks = self.marks - shown if shown <= self.marks else self.marks | shown

    # Marking a range

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys that mark rows to others where there is nothing to mark."""
        return self.takes_marks or action not in ("toggle_mark", "extend")

    def toggle_range(self) -> None:
        """Begin to mark the rows from here to the cursor; or end that, and the marks stay."""
        if self._range is not None:
            self._range = None
        elif self.rows:
            self._begin_range(with_shift=False)

    def cancel_range(self) -> bool:
        """Take back the marks of a range that was begun. Return whether there was one."""
        begun, self._range = self._range, None
        if begun is not None:
            self.marks = begun.before
        return begun is not None

    def action_extend(self, rows: int) -> None:
        """Mark the row under the cursor and those on the way to where it goes."""
        if not self.rows:
            return
        if self._range is None:
            self._begin_range(with_shift=True)
        self._extending = True
        self.action_move(rows)
        self._extending = False

    def _begin_range(self, *, with_shift: bool) -> None:
        self._range = _Range(self.rows[self.cursor_row].id, self.marks, with_shift)
        self._grow_range()

    def _grow_range(self) -> None:
        """Mark what lies between the start of the range and the cursor, and nothing more."""
        begun = self._range
        if begun is None or not self.rows:
            return
        start, ids = row_ids(self.rows).index(begun.start), row_ids(self.rows)
        if begun.with_shift and not self._extending and start != self.cursor_row:
            self._range = None
            return
        first, last = sorted((start, self.cursor_row))
        self.marks = begun.before | {*ids[first : last + 1]}

    def action_select(self) -> None:
        """Open the row under the cursor."""
        if self.rows:
            self.post_message(self.Opened(self.cursor_id))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < HEADING_LINES:
            column = self._columns.at(offset.x)
            if column is not None:
                self.post_message(self.HeadingClicked(column.key))
            return
        index = self.scroll_offset.y + offset.y - HEADING_LINES
        if index < len(self.rows):
            self.cursor_row = index
            if event.chain == 2:
                self.action_select()


class Layout:
    """Shares a width among columns and writes rows and heading as lines of text.

    Widths are counted in terminal cells: a wide character takes two.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._wanted = [0] * len(columns)
        self._widths: tuple[int, ...] = ()

    def measure(self, rows: Iterable[Row]) -> None:
        """Learn from some rows how wide the content is.

        A preferred width never shrinks: columns that move while a filter is typed are hard to read.
        """
        for row in rows:
            self._wanted = [*map(max, self._wanted, map(cell_width, row.cells))]

    @property
    def needed(self) -> int:
        """The cells of a line in which no column would be cut."""
        widths = (
            max(
                cells,
                column.width if not column.flexible else cell_width(column.heading) + SORT_SIGN,
            )
            for column, cells in zip(self._columns, self._wanted, strict=True)
        )
        return GUTTER + sum(cells + GAP for cells in widths) - GAP

    def share(self, width: int, sort_column: str | None) -> bool:
        """Share ``width`` cells among the columns. Return whether a column changed.

        The heading of the column that the rows are sorted by has room for the sign of the order.
        """
        wanted = [
            max(cells, cell_width(column.heading) + SORT_SIGN * (column.key == sort_column))
            for column, cells in zip(self._columns, self._wanted, strict=True)
        ]
        before, self._widths = self._widths, place(self._columns, wanted, width)
        return before != self._widths

    def row(self, row: Row, *, cursor: bool, marked: bool) -> tuple[str, list[int]]:
        """Return a row as a line, and the character where the text of each column starts.

        Cursor and mark are signs, so that no colour is needed. A column that is dropped starts
        behind the line.
        """
        sign = row.sign or " "
        line = ("▌" if cursor else " ") + (f"●{sign}" if marked else f"{sign} ")
        starts, between = [], ""
        for column, width, text in zip(self._columns, self._widths, row.cells, strict=True):
            if not width:
                starts.append(DROPPED)
                continue
            cell = fit(text, width, right=column.right)
            line += between
            starts.append(len(line) + (len(cell) - len(cell.lstrip()) if column.right else 0))
            line += cell
            between = " " * GAP
        return line, starts

    def matches(
        self, row: Row, starts: Sequence[int], words: Sequence[str]
    ) -> Iterator[tuple[int, int, str]]:
        """Yield where the words stand in the cells of a row, as far as they are shown."""
        for column, start in enumerate(starts if words else ()):
            text, width = row.cells[column].lower(), self._widths[column]
            for word in words:
                at = text.find(word)
                while at >= 0 and at < width:
                    yield start + at, min(len(word), width - at), MATCH
                    at = text.find(word, at + 1)

    def at(self, cell: int) -> Column | None:
        """Return the column that a cell of a line belongs to, with the gap after it."""
        end = GUTTER
        for column, width in zip(self._columns, self._widths, strict=True):
            end += width + GAP if width else 0
            if GUTTER <= cell < end:
                return column
        return None

    def cells(self, column: int) -> int:
        """Return the width of a column."""
        return self._widths[column]

    def heading(self, sort_column: str | None, *, reverse: bool) -> str:
        """Return the heading; the sort sign stays when the column's name is cut."""
        texts = []
        for column, width in zip(self._columns, self._widths, strict=True):
            if width:
                sign = (" ▼" if reverse else " ▲") if column.key == sort_column else ""
                name = fit(column.heading, min(cell_width(column.heading), width - len(sign)))
                texts.append(fit(name + sign, width, right=column.right, ellipsis=""))
        return " " * GUTTER + (" " * GAP).join(texts)


def place(columns: Sequence[Column], wanted: Sequence[int], width: int) -> tuple[int, ...]:
    """Share ``width`` cells: return the width of each column, 0 where it is dropped.

    One is always kept. ``wanted`` is the width of the content of each column. A flexible column
    whose content is narrower than its ``width`` gives the difference to the others. Spare cells go
    one by one to the narrowest flexible column whose content does not fit yet, then to the
    narrowest.
    """
    width += GAP  # as if there were a gap after the last column too
    widths = {index: column.width for index, column in enumerate(columns)}
    for index, column in enumerate(columns):
        if column.flexible:
            content = max(wanted[index], cell_width(column.heading))
            widths[index] = min(column.width, content)
    while len(widths) > 1 and sum(cells + GAP for cells in widths.values()) > width:
        del widths[max(widths, key=lambda index: (columns[index].priority, index))]
    flexible = [index for index in widths if columns[index].flexible]
    spare = width - sum(cells + GAP for cells in widths.values())
    if spare < 0:
        widths = dict.fromkeys(widths, max(1, width - GAP))
    for _ in range(spare if flexible else 0):
        cut = [index for index in flexible if widths[index] < wanted[index]] or flexible
        widths[min(cut, key=widths.__getitem__)] += 1
    return tuple(widths.get(index, 0) for index in range(len(columns)))


def follow(old: Sequence[str], new: Sequence[str], cursor: int, last_id: str | None) -> int:
    """Return the index of the cursor after rows with ``new`` ids took the place of ``old`` ones.

    It stays on its id; if that is gone, it goes to the nearest old row that stayed, the one below
    first; after the table was empty, to the id it was on before (``last_id``). A few neighbours are
    tried first: indexing 100,000 ids costs more than the rest of a key press.
    """
    if old and cursor < len(new) and new[cursor] == old[cursor]:
        return cursor
    for reach in (32, len(old)):
        around = range(max(0, cursor - reach), min(len(old), cursor + reach + 1))
        far = {old[index]: (abs(index - cursor), index < cursor) for index in around}
        if not old and last_id is not None:
            far[last_id] = (0, False)
        found = [(far[row_id], index) for index, row_id in enumerate(new) if row_id in far]
        if found:
            return min(found)[1]
    return max(0, min(cursor, len(new) - 1))


class FilteredTable(Vertical):
    """A table and its filter, which the screen has to watch: see :meth:`watch_filter`.

    The cursor keys move in the table while the filter is typed; Enter goes to the rows. The field
    of the filter opens in the line of ``foot``, so that nothing moves. It is mounted from the
    start: were it mounted by the key that opens it, the next letters could reach the table.
    ``back`` is the action of the screen that first closes the filter; ``hint`` stands in it while
    it is empty.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    DEFAULT_CSS = """
    FilteredTable > #foot { height: 1; padding: 0 1; color: $warn; }
    FilteredTable > Input { display: none; height: 1; border: none; max-width: 44; }
    FilteredTable.-filtered > Input { display: block; }
    FilteredTable.-filtered > #foot { display: none; }
    """

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        back: str = "app.back",
        hint: str = "filter",
        counts: bool = True,
    ) -> None:
        super().__init__()
        self.table = RecordsTable(columns, counts=counts, id="table")
        self.foot = PlainText(id="foot")
        self._field = TextInput(placeholder=visible(hint), id=FILTER_FIELD, takes=Paste.WORDS)
        self._back, self._hint = back, hint

    def compose(self) -> Iterable[Widget]:
        """The table, and below it a line for words or for the filter."""
        yield from (self.table, self.foot, self._field)

    @property
    def filter_text(self) -> str:
        """What is typed into the filter."""
        return self._field.value

    def watch_filter(self, narrow: Callable[[], None]) -> None:
        """Call ``narrow`` at once when the filter changes: one frame shows the letter and the rows.

        ``Input.Changed`` would come when the letter is painted already.
        """
        self.watch(self._field, "value", narrow, init=False)

    def restore(self, filter_text: str) -> None:
        """Show the filter with what was typed before, if anything was; the focus stays."""
        self._field.value = filter_text
        self.set_class(bool(filter_text), "-filtered")

    @property
    def nothing_found(self) -> Content:
        """The notice where the filter finds no row; nothing once its screen was left."""
        if not self.is_attached:
            return Content()
        key = bound(self.screen, self._back).last_key
        words = f'No matches for "{clean(self.filter_text, 100)}"'
        terms = f"A filter takes {self._hint}." if ":" in self._hint else ""
        return notice_content(words, terms, key_content(key, "Clear the filter"))

    def matching(self, rows: Iterable[Row]) -> tuple[Row, ...]:
        """Return the rows whose cells hold every word of the filter."""
        words = self.filter_text.casefold().split()
        return tuple(
            row for row in rows if all(word in " ".join(row.cells).casefold() for word in words)
        )

    def open_filter(self) -> None:
        """Show the filter and type there."""
        self.add_class("-filtered")
        self._field.focus()

    def close_filter(self) -> bool:
        """Clear and hide the filter. Return whether it was open."""
        opened = self.has_class("-filtered")
        if opened:
            self._field.value = ""
            self.remove_class("-filtered")
            self.table.focus()
        return opened

    @on(Input.Submitted)
    def to_rows(self) -> None:
        """Go to the rows; the filter stays."""
        self.table.focus()

    def action_move(self, rows: int) -> None:
        """Move the cursor of the table while the filter has the focus."""
        self.table.cursor_row += rows


def notice_content(title: str, words: str, keys: Content) -> Content:
    """Return what stands in place of rows: what is so, why, and the next keys. Cleaned."""
    parts = [Content.styled(title, "bold"), Content(words), keys[1:]]
    return Content("\n\n").join([part for part in parts if part])


def shown_count(shown: int, total: int, noun: str) -> str:
    """Return how many rows there are, or how many of them are shown."""
    if shown != total:
        return f"{shown} of {total}"
    return counted(total, noun)
