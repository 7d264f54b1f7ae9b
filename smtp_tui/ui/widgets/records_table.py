"""A table of rows that stays fast at 100,000 of them and sends few bytes for a key.

Textual's DataTable measures each row that it is given and repaints the whole line in pieces. This
one asks for the text of a line only when that line is shown, paints each line in one style, and
repaints only lines that changed. It knows nothing of records: rows are ids and cleaned texts.
"""

from collections.abc import Sequence
from typing import ClassVar, TypeAlias

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.strip import Strip

from smtp_tui.ui.widgets import table_messages
from smtp_tui.ui.widgets.columns import Column, fit
from smtp_tui.ui.widgets.cursor import follow, index_of
from smtp_tui.ui.widgets.table_text import GUTTER, Row, RowStyle, TableText, notice_line
from smtp_tui.ui.widgets.visible import visible

__all__ = ["Column", "RecordsTable", "Row", "RowStyle"]

HEADING_LINES = 1
STALE = " stale"


class RecordsTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows under a heading that stays, with a cursor and marks that follow ids, not places.

    Assign `rows`, `marks`, `sort_column`, `sort_reverse` and `stale`; the table repaints what
    differs. Cursor and marks are shown by a sign as well as by colour. `notice` stands where rows
    would, while there are none.
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
        Binding("down,j", "cursor_down", "Down", show=False, id="table.cursor_down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="table.cursor_up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="table.page_down"),
        Binding("pageup", "page_up", "Page up", show=False, id="table.page_up"),
        Binding("g,home", "top", "First row", show=False, id="table.top"),
        Binding("G,end", "bottom", "Last row", show=False, id="table.bottom"),
        Binding("space", "toggle_mark", "Mark", show=False, id="table.toggle_mark"),
        Binding("enter", "select", "Open", show=False, id="table.select"),
    ]

    CursorMoved: TypeAlias = table_messages.CursorMoved
    Opened: TypeAlias = table_messages.Opened
    MarksChanged: TypeAlias = table_messages.MarksChanged

    rows: var[tuple[Row, ...]] = var((), init=False, always_update=True)
    marks: var[frozenset[str]] = var(frozenset(), init=False)
    sort_column: var[str | None] = var(None, init=False)
    sort_reverse: var[bool] = var(False, init=False)
    stale: var[bool] = var(False, init=False)
    notice: var[str] = var("", init=False)
    cursor_row: var[int] = var(0, init=False)

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self.columns = tuple(columns)
        self._texts = TableText(self.columns)
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
        """Put the cursor on the row with this id and say whether there is one."""
        index = index_of(self.rows, row_id, self.cursor_row)
        if index is not None:
            self.cursor_row = index
        return index is not None

    # What is assigned from outside

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
        self._texts.measure(new)
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
        """Repaint the rows in sight whose mark came or went, and tell of it."""
        top = self.scroll_offset.y
        for index, row in enumerate(self.rows[top : top + self.page], top):
            if (row.id in old) != (row.id in new):
                self._refresh_rows(index)
        self.post_message(self.MarksChanged(self, new))

    def watch_sort_column(self) -> None:
        """Repaint the heading, where the sign of the order stands."""
        self._refresh_line(0)

    watch_sort_reverse = watch_sort_column

    def watch_stale(self) -> None:
        """Repaint all: the rows are dimmed and the heading says the word."""
        self._strips.clear()
        self.refresh()

    def watch_notice(self) -> None:
        """Repaint all, where it stands."""
        if not self.rows:
            self.refresh()

    def on_mount(self) -> None:
        """Take over rows that were assigned before there was a size."""
        self.virtual_size = Size(0, len(self.rows) + HEADING_LINES)
        self._tell_cursor()

    def on_resize(self) -> None:
        """Share the new width, and keep the cursor in sight."""
        self._lay_out()
        self._keep_in_view()

    def notify_style_update(self) -> None:
        """Forget lines painted in the colours of before."""
        self._strips.clear()
        super().notify_style_update()

    # Painting

    def render_line(self, y: int) -> Strip:
        """Return the line `y` of what is shown: the heading, a row, or nothing."""
        if self._shared_width != self.free_width:
            self._share()  # the first frame comes before its size is told
        width = self.size.width
        if y < HEADING_LINES:
            heading = self._texts.heading(self.sort_column, self.sort_reverse)
            if self.stale:
                heading = fit(heading, self.free_width - len(STALE), ellipsis="") + STALE
            return self._line(heading, self.get_component_rich_style("records-table--heading"))
        if not self.rows:
            words = notice_line(self.notice, self.free_width, y - HEADING_LINES)
            return self._line(words, self.rich_style)
        index = self.scroll_offset.y + y - HEADING_LINES
        key = self._key(self.rows, index, self.cursor_row)
        if key is None:
            return Strip.blank(width, self.rich_style)
        strip = self._strips.get(key)
        if strip is None:
            strip = self._strips[key] = self._paint(*key)
        return strip

    def _key(self, rows: tuple[Row, ...], index: int, cursor: int) -> tuple[Row, bool, bool] | None:
        """Return all that the look of a row depends on, or None below the last."""
        if index >= len(rows):
            return None
        return rows[index], index == cursor, rows[index].id in self.marks

    def _paint(self, row: Row, cursor: bool, marked: bool) -> Strip:
        """Draw one row in one style, which is what keeps a key press short."""
        looks = {
            "records-table--dim": self.stale or row.style is RowStyle.DIM,
            "records-table--marked": marked,
            "records-table--cursor": cursor,
        }
        names = [name for name, holds in looks.items() if holds]
        style = self.get_component_rich_style(*names) if names else self.rich_style
        return self._line(self._texts.row(row.cells, cursor=cursor, marked=marked), style)

    def _line(self, text: str, style: Style) -> Strip:
        """Return `text` as a line of exactly the width of the table."""
        width = self.size.width
        return Strip([Segment(fit(visible(text), width, ellipsis=""), style)], width)

    def _lay_out(self) -> None:
        """Share the width anew, and repaint all if that changed a column."""
        if self._share():
            self.refresh()

    def _share(self) -> bool:
        """Share the width anew; say whether that changed a column."""
        self._shared_width = self.free_width
        changed = self._texts.share(self._shared_width - GUTTER)
        if changed:
            self._strips.clear()
        return changed

    # Moving

    def _refresh_line(self, y: int) -> None:
        """Repaint one line of the screen, without the scroll bar beside it."""
        self.refresh(Region(0, y, self.free_width, 1))

    def _refresh_rows(self, *indexes: int) -> None:
        """Repaint those of these rows that are in sight, and nothing else."""
        top = self.scroll_offset.y
        for index in indexes:
            if top <= index < top + self.page:
                self._refresh_line(index - top + HEADING_LINES)

    def _scroll(self, top: int) -> None:
        """Make `top` the first row that is shown, as far as there are rows for it."""
        if self.is_attached:
            # Before the first layout there is no scroll bar yet, and so no scrolling but by force.
            self.scroll_to(y=top, animate=False, force=True)

    def _keep_in_view(self) -> None:
        """Scroll if the cursor left the page, then by half a page.

        A scroll repaints the page, so a held-down key pays for it once in half a page.
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

    def _turn_page(self, rows: int) -> None:
        """Move the page and the cursor together, so that the cursor stays in its line."""
        row = self.validate_cursor_row(self.cursor_row + rows)
        if self.scroll_offset.y <= self.cursor_row < self.scroll_offset.y + self.page:
            self._scroll(self.scroll_offset.y + rows)
        self.cursor_row = row

    def action_cursor_down(self) -> None:
        """Move the cursor to the next row."""
        self.cursor_row += 1

    def action_cursor_up(self) -> None:
        """Move the cursor to the row before."""
        self.cursor_row -= 1

    def action_page_down(self) -> None:
        """Move the cursor down by as many rows as are shown."""
        self._turn_page(self.page)

    def action_page_up(self) -> None:
        """Move the cursor up by as many rows as are shown."""
        self._turn_page(-self.page)

    def action_top(self) -> None:
        """Move the cursor to the first row."""
        self.cursor_row = 0

    def action_bottom(self) -> None:
        """Move the cursor to the last row."""
        self.cursor_row = len(self.rows) - 1

    def action_toggle_mark(self) -> None:
        """Mark the row under the cursor, or unmark it, and go on to the next."""
        row_id = self.cursor_id
        if row_id is not None:
            self.marks = self.marks ^ {row_id}
            self.cursor_row += 1

    def action_select(self) -> None:
        """Open the row under the cursor."""
        row_id = self.cursor_id
        if row_id is not None:
            self.post_message(self.Opened(self, row_id))

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
