"""A table with a filter, and the words that stand in place of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.text import clean, counted
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.widgets.bars import FILTER_FIELD, key_content
from smtp_tui.ui.widgets.fields import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText, visible
from smtp_tui.ui.widgets.rows import Column, Row
from smtp_tui.ui.widgets.table import RecordsTable


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
