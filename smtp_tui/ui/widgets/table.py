"""A table that stays fast at 100,000 rows and sends few bytes for a key.

Textual's DataTable measures every row that it is given and paints a line in pieces. This one asks
for the text of a line only when that line is shown, paints it in few pieces, and repaints only
lines that changed. It knows nothing of records: a row is an id and cleaned texts.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive, var
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from smtp_tui.text import cell_width, fit
from smtp_tui.ui.theme import TEXTS
from smtp_tui.ui.widgets.columns import GUTTER, Layout
from smtp_tui.ui.widgets.plain_text import harmless, visible
from smtp_tui.ui.widgets.rows import MATCH, QUIET, Column, Row, follow, row_ids

HEADING_LINES: Final = 1
MOST_COUNTED: Final = 1_000_000
"""The highest count that can be typed before a key."""
NOTICE_CELLS: Final = 72
"""The most cells that a line of the notice takes."""
_SAMPLE: Final = 200
"""Rows that are measured for column widths, however many there are."""
Key: TypeAlias = tuple[Row, bool, bool]
"""All that the look of a line depends on: its row, and whether it has the cursor and a mark."""


class _Range(Struct, frozen=True):
    """Rows that are being marked, from ``start`` to the cursor; ``before`` are the other marks.

    One that was begun ``with_shift`` ends when the cursor moves without it.
    """

    start: str
    before: frozenset[str]
    with_shift: bool


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
