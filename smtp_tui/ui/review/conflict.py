"""The same parameter changed on both sides: a table to choose from, parameter by parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.editing.merge import Comparison, Side
from smtp_tui.text import clean
from smtp_tui.ui.base import GuardedDialog
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import Column, RecordsTable, Row

_COLUMNS = (
    Column("parameter", "PARAMETER", 10),
    Column("opened", "OPENED", 8, flexible=True),
    Column("mine", "YOURS", 8, flexible=True),
    Column("theirs", "SERVER NOW", 10, flexible=True),
    Column("choice", "KEEP", 10),
)


class ConflictDialog(GuardedDialog[Mapping[str, Side] | None]):
    """Left keeps your value, right the server's; Enter goes on to the review."""

    TITLE = "Changed on both sides"
    DEFAULT_CSS = """
    ConflictDialog RecordsTable { height: 8; margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "keep('yours')", "Keep yours"),
        Binding("right,l", "keep('server now')", "Keep the server's"),
    ]

    def __init__(self, comparison: Comparison, clock: Clock) -> None:
        super().__init__(clock)
        self._comparison = comparison
        self._choices = {conflict.name: Side.THEIRS for conflict in comparison.conflicts}
        self._table = RecordsTable(_COLUMNS, id="conflicts")
        self._show()

    def compose_box(self) -> Iterable[Widget]:
        """Each conflict with its three values and the choice."""
        yield PlainText("Someone changed the same parameters since you opened the record.")
        yield self._table
        for change in self._comparison.theirs:
            yield PlainText(Content(f"kept as changed by others: {clean(change.words(), 200)}"))
        keys = "← keeps yours · → keeps the server's · Enter reviews"
        keys += f" · {self.cancel_key} back to the form"
        yield PlainText(keys, classes="hint")

    def on_mount(self) -> None:
        """Start on the first conflict; the server's values are kept until others are chosen."""
        self._table.focus()

    def _show(self) -> None:
        self._table.rows = tuple(
            Row(
                conflict.name,
                (
                    clean(conflict.name, 60),
                    *(clean(text, 200) for text in conflict.columns),
                    self._choices[conflict.name].value,
                ),
            )
            for conflict in self._comparison.conflicts
        )

    def action_keep(self, side: str) -> None:
        """Choose a side for the parameter under the cursor."""
        name = self._table.cursor_id
        if name is not None:
            self._choices[name] = Side(side)
            self._show()

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Go on with these choices."""
        event.stop()
        if self.settled:
            self.dismiss(dict(self._choices))
