"""What a table tells its screen; reached as `RecordsTable.Opened` and so on."""

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from smtp_tui.ui.widgets.records_table import RecordsTable


class TableMessage(Message):
    """What every message of a table carries: the table, for `@on` to choose by selector."""

    def __init__(self, table: "RecordsTable") -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> "RecordsTable":
        """The table that sent this."""
        return self.table


class CursorMoved(TableMessage, namespace="records_table"):
    """The cursor is on another row now, or on none (`row_id` is None)."""

    def __init__(self, table: "RecordsTable", row_id: str | None) -> None:
        super().__init__(table)
        self.row_id = row_id

    def can_replace(self, message: Message) -> bool:
        """Let a held-down key be answered once, for the row where it came to rest."""
        return isinstance(message, type(self)) and message.table is self.table


class Opened(TableMessage, namespace="records_table"):
    """The row under the cursor was chosen by Enter or a double click."""

    def __init__(self, table: "RecordsTable", row_id: str) -> None:
        super().__init__(table)
        self.row_id = row_id


class MarksChanged(TableMessage, namespace="records_table"):
    """The set of marked ids is another now; ids that no row shows may be among them."""

    def __init__(self, table: "RecordsTable", marks: frozenset[str]) -> None:
        super().__init__(table)
        self.marks = marks
