"""A table that stays fast at 100,000 rows and sends few bytes for a key.

Textual's DataTable measures every row that it is given and paints a line in pieces. This one asks
for the text of a line only when that line is shown, paints each line in one style, and repaints
only lines that changed. It knows nothing of records: a row is an id and cleaned texts.
"""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smtp_tui.text import fit
from smtp_tui.ui.widgets.columns import GUTTER, Column, Layout
from smtp_tui.ui.widgets.plain_text import visible

HEADING_LINES = 1
STALE = " stale"
_SAMPLE = 200
"""Rows that are measured for column widths, however many there are."""


class Row(Struct, frozen=True):
    """One line: an id that the cursor and the marks follow, and one cleaned text per column."""

    id: str
    cells: tuple[str, ...]


class RecordsTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a heading that does not scroll; the cursor and the marks follow ids.

    Assign ``rows``, ``marks``, ``sort_column``, ``sort_reverse`` and ``stale``; the table repaints
    what changed. ``notice`` is shown in place of rows while there are none.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "records-table--heading",
        "records-table--cursor",
        "records-table--marked",
        "records-table--dim",
    }
    DEFAULT_CSS = """
    RecordsTable {
        background: $background;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        & > .records-table--heading { background: $panel; color: $foreground; text-style: bold; }
        & > .records-table--cursor { background: $surface; color: $foreground; }
        &:focus > .records-table--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground;
        }
        & > .records-table--marked { text-style: bold; }
        & > .records-table--dim { color: $foreground 60%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown", "turn_page(1)", show=False),
        Binding("pageup", "turn_page(-1)", show=False),
        Binding("g,home", "top", show=False),
        Binding("G,end", "bottom", show=False),
        Binding("space", "toggle_mark", show=False),
        Binding("enter", "select", show=False),
    ]

    class Event(Message):
        """A message of a table; ``row_id`` is the row under the cursor, None without rows."""

        def __init__(self, table: "RecordsTable", row_id: str | None) -> None:
            super().__init__()
            self.table = table
            self.row_id = row_id

        @property
        def control(self) -> "RecordsTable":
            """The table, for selectors of handlers."""
            return self.table

    class CursorMoved(Event):
        """The cursor is on another id, or on none."""

        def can_replace(self, message: Message) -> bool:
            """Answer a held-down key once, for the row where it came to rest."""
            return isinstance(message, type(self)) and message.table is self.table

    class Opened(Event):
        """The row under the cursor was chosen with Enter or a double click."""

    class MarksChanged(Event):
        """The marks changed; read them from the table. Ids without a row may be among them."""

    rows: var[tuple[Row, ...]] = var((), init=False, always_update=True)
    marks: var[frozenset[str]] = var(frozenset(), init=False)
    sort_column: var[str | None] = var(None, init=False)
    sort_reverse: var[bool] = var(False, init=False)
    stale: var[bool] = var(False, init=False)
    notice: var[str] = var("", init=False)
    cursor_row: var[int] = var(0, init=False)

    def __init__(self, columns: Sequence[Column], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._columns = Layout(columns)
        self._strips: LRUCache[tuple[Row, bool, bool], Strip] = LRUCache(512)
        self._shared_width = -1
        self._told_id: str | None = None
        self._last_id: str | None = None

    @property
    def cursor_id(self) -> str | None:
        """The id of the row under the cursor, or None while there are no rows."""
        return self.rows[self.cursor_row].id if self.rows else None

    @property
    def page(self) -> int:
        """How many rows are shown at once; at least one, so that paging always moves."""
        return max(1, self.size.height - HEADING_LINES)

    @property
    def free_width(self) -> int:
        """The cells of a line that the scroll bar does not cover."""
        return self.scrollable_content_region.width

    def move_to(self, row_id: str) -> bool:
        """Put the cursor on the row with this id. Return whether there is one."""
        index = _index_of(self.rows, row_id, self.cursor_row)
        if index is not None:
            self.cursor_row = index
        return index is not None

    # Reactions to what is assigned

    def validate_cursor_row(self, row: int) -> int:
        """Keep the cursor on a row that exists; 0 while there is none."""
        return max(0, min(row, len(self.rows) - 1))

    def watch_cursor_row(self, old: int, new: int) -> None:
        """Repaint the row that was left and the row that was reached."""
        self._refresh_rows(old, new)
        self._keep_in_view()
        self._tell_cursor()

    def watch_rows(self, old: tuple[Row, ...], new: tuple[Row, ...]) -> None:
        """Keep the cursor on its id and in its line, and repaint the lines that differ."""
        if new is old:
            return
        top, cursor = self.scroll_offset.y, self.cursor_row
        before = [self._key(old, index, cursor) for index in range(top, top + self.page)]
        row = follow(old, new, cursor, self._last_id)
        self.set_reactive(RecordsTable.cursor_row, row)
        sample = new[:: max(1, len(new) // _SAMPLE)]
        self._columns.measure(row.cells for row in sample)
        self._lay_out()
        self.virtual_size = Size(0, len(new) + HEADING_LINES)
        # The cursor keeps its line on the screen, unless it was scrolled out of sight.
        shift = row - cursor if top <= cursor < top + self.page else 0
        self._scroll(top + shift)
        self._keep_in_view()
        if not (old and new):
            self.refresh()
        start = self.scroll_offset.y
        for line, key in enumerate(before):
            if key != self._key(new, start + line, row):
                self._refresh_line(line + HEADING_LINES)
        self._tell_cursor()

    def watch_marks(self, old: frozenset[str], new: frozenset[str]) -> None:
        """Repaint the visible rows whose mark changed, and tell the screen."""
        top = self.scroll_offset.y
        for index, row in enumerate(self.rows[top : top + self.page], top):
            if (row.id in old) != (row.id in new):
                self._refresh_rows(index)
        self.post_message(self.MarksChanged(self, self.cursor_id))

    def watch_sort_column(self) -> None:
        """Repaint the heading, which shows the order."""
        self._refresh_line(0)

    watch_sort_reverse = watch_sort_column

    def watch_stale(self) -> None:
        """Repaint everything: rows are dimmed, and the heading says so."""
        self._strips.clear()
        self.refresh()

    def watch_notice(self) -> None:
        """Repaint the notice where it is shown."""
        if not self.rows:
            self.refresh()

    def on_mount(self) -> None:
        """Take over rows that were assigned before there was a size."""
        self.virtual_size = Size(0, len(self.rows) + HEADING_LINES)
        self._tell_cursor()

    def on_resize(self) -> None:
        """Share the new width, and keep the cursor in view."""
        self._lay_out()
        self._keep_in_view()

    def notify_style_update(self) -> None:
        """Drop lines painted in the colours of before."""
        self._strips.clear()
        super().notify_style_update()

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return line ``y`` of the widget: the heading, a row, or a line of the notice."""
        if self._shared_width != self.free_width:
            self._share()  # the first frame is painted before its size is told
        if y < HEADING_LINES:
            heading = self._columns.heading(self.sort_column, reverse=self.sort_reverse)
            if self.stale:
                heading = fit(heading, self.free_width - len(STALE), ellipsis="") + STALE
            return self._line(heading, self.get_component_rich_style("records-table--heading"))
        if not self.rows:
            return self._line(self._notice_line(y - HEADING_LINES), self.rich_style)
        index = self.scroll_offset.y + y - HEADING_LINES
        key = self._key(self.rows, index, self.cursor_row)
        if key is None:
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._paint(*key)
        return strip

    def _notice_line(self, number: int) -> str:
        lines = Content(self.notice).wrap(max(1, self.free_width - 2 * GUTTER))
        return " " * GUTTER + lines[number].plain if number < len(lines) else ""

    def _key(self, rows: tuple[Row, ...], index: int, cursor: int) -> tuple[Row, bool, bool] | None:
        """Return everything that the look of a row depends on, or None below the last row."""
        if index >= len(rows):
            return None
        return rows[index], index == cursor, rows[index].id in self.marks

    def _paint(self, row: Row, cursor: bool, marked: bool) -> Strip:
        """Paint one row in one style, which keeps the bytes for a key press few."""
        looks = {
            "records-table--dim": self.stale,
            "records-table--marked": marked,
            "records-table--cursor": cursor,
        }
        names = [name for name, holds in looks.items() if holds]
        style = self.get_component_rich_style(*names) if names else self.rich_style
        text = self._columns.row(row.cells, cursor=cursor, marked=marked)
        return self._line(text, style)

    def _line(self, text: str, style: Style) -> Strip:
        """Return ``text`` as a line of exactly the width of the table."""
        width = self.size.width
        return Strip([Segment(fit(visible(text), width, ellipsis=""), style)], width)

    def _lay_out(self) -> None:
        """Share the width anew, and repaint everything if a column changed."""
        if self._share():
            self.refresh()

    def _share(self) -> bool:
        self._shared_width = self.free_width
        changed = self._columns.share(self._shared_width - GUTTER)
        if changed:
            self._strips.clear()
        return changed

    # Moving

    def _refresh_line(self, y: int) -> None:
        """Repaint one line of the widget, without the scroll bar beside it."""
        self.refresh(Region(0, y, self.free_width, 1))

    def _refresh_rows(self, *indexes: int) -> None:
        """Repaint those of these rows that are in view."""
        top = self.scroll_offset.y
        for index in indexes:
            if top <= index < top + self.page:
                self._refresh_line(index - top + HEADING_LINES)

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
        """Send a message if the cursor is on another id than the one last told."""
        row_id = self.cursor_id
        if row_id != self._told_id and self.is_attached:
            self._told_id = row_id
            self._last_id = row_id if row_id is not None else self._last_id
            self.post_message(self.CursorMoved(self, row_id))

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.cursor_row += rows

    def action_turn_page(self, pages: int) -> None:
        """Move page and cursor together, so that the cursor stays in its line."""
        rows = pages * self.page
        row = self.validate_cursor_row(self.cursor_row + rows)
        if self.scroll_offset.y <= self.cursor_row < self.scroll_offset.y + self.page:
            self._scroll(self.scroll_offset.y + rows)
        self.cursor_row = row

    def action_top(self) -> None:
        """Move the cursor to the first row."""
        self.cursor_row = 0

    def action_bottom(self) -> None:
        """Move the cursor to the last row."""
        self.cursor_row = len(self.rows) - 1

    def action_toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go on to the next row."""
        row_id = self.cursor_id
        if row_id is not None:
            self.marks = self.marks ^ {row_id}
            self.cursor_row += 1

    def action_select(self) -> None:
        """Open the row under the cursor."""
        if self.rows:
            self.post_message(self.Opened(self, self.cursor_id))

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a second click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < HEADING_LINES:
            return
        index = self.scroll_offset.y + offset.y - HEADING_LINES
        if index < len(self.rows):
            self.cursor_row = index
            if event.chain == 2:
                self.action_select()


# Where the cursor goes when rows are replaced


def follow(old: Sequence[Row], new: Sequence[Row], cursor: int, last_id: str | None) -> int:
    """Return the index of the cursor after ``new`` rows took the place of ``old`` ones.

    It stays on its id; if that is gone, it goes to the nearest old row that stayed, the one below
    first; after the table was empty, to the id it was on before (``last_id``).
    """
    row_id = old[cursor].id if old else last_id
    if row_id is None or not new:
        return 0
    found = _index_of(new, row_id, cursor)
    if found is None and old:
        found = next(_nearest(old, new, cursor), None)
    return found if found is not None else min(cursor, len(new) - 1)


def _index_of(rows: Sequence[Row], row_id: str, guess: int) -> int | None:
    """Return the index of an id, after a look where it was before; None if it is gone."""
    if guess < len(rows) and rows[guess].id == row_id:
        return guess
    return next((index for index, row in enumerate(rows) if row.id == row_id), None)


def _nearest(old: Sequence[Row], new: Sequence[Row], cursor: int) -> Iterator[int]:
    """Yield the index in ``new`` of the old row nearest to the cursor that stayed, if any did.

    A few neighbours are tried first: indexing 100,000 ids costs more than the rest of a key press.
    """
    for reach in (32, len(old)):
        around = range(max(0, cursor - reach), min(len(old), cursor + reach + 1))
        far = {old[index].id: (abs(index - cursor), index < cursor) for index in around}
        found = [(far[row.id], index) for index, row in enumerate(new) if row.id in far]
        if found:
            yield min(found)[1]
