"""From records to table rows: columns, filter and order.

The costly work is done once per list of records, so that a key typed into the filter stays fast.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import Record, RecordList
from smtp_tui.mail.parameters import port_hint
from smtp_tui.state.history import Tested
from smtp_tui.text import clean, lookalikes
from smtp_tui.ui.connections.last_test import last_test_words
from smtp_tui.ui.connections.order import Order
from smtp_tui.ui.widgets.table import Column, Row

COLUMNS: Final = (
    Column("name", "NAME", 10, flexible=True),
    Column("hostname", "HOSTNAME", 16, flexible=True, priority=1),
    Column("port", "PORT", 7, right=True, priority=2),
    Column("username", "USERNAME", 8, flexible=True, priority=4),
    Column("last_test", "LAST TEST", 17, priority=3),
    Column("hint", "HINT", 12, flexible=True, priority=5),
)
CELL_LIMIT: Final = 300

LastTest = Callable[[str], Tested | None]


class _Entry(Struct):
    """A record, the text that the filter searches, and its row, None until it is first needed.

    ``row_id`` is the record's id, followed by a number where another record has the same id.
    ``tested`` is whether the row tells of a test, whose age grows.
    """

    record: Record
    row_id: str
    haystack: str
    row: Row | None = None
    tested: bool = False


class RecordsView:
    """The records of one answer, ready to be filtered and sorted.

    Rows are made once, and those with a test again after :meth:`look_again`. The records are sorted
    once for each order. A key typed into the filter costs one search per record.
    """

    def __init__(self, answer: RecordList, last_test: LastTest) -> None:
        self.answer = answer
        self._last_test = last_test
        self._by_id: dict[str, Record] = {}
        self._entries: list[_Entry] = []
        for number, record in enumerate(answer.records):
            row_id = f"{record.id}\n{number}" if record.id in self._by_id else record.id
            self._by_id[row_id] = record
            self._entries.append(_Entry(record, row_id, _haystack(record)))
        self._alike = lookalikes(record.name for record in answer.records)
        self._looked = False
        self._sorted: tuple[Order, list[_Entry]] = (Order(None), self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def tested(self) -> bool:
        """Whether any row tells of a test, whose age grows."""
        return any(entry.tested for entry in self._entries)

    def record(self, row_id: str | None) -> Record | None:
        """Return the record of a row, or None if there is none in this answer."""
        return self._by_id.get(row_id) if row_id is not None else None

    def look_again(self) -> None:
        """Have the next rows tell of new tests, and of their age by then."""
        self._looked = False

    def rows(self, filter_text: str, order: Order, now: datetime) -> tuple[Row, ...]:
        """Return the rows of the records that hold every word of the filter, in order."""
        if not self._looked:
            self._look(now)
        found = self._in_order(order)
        for word in filter_text.casefold().split():
            found = [entry for entry in found if word in entry.haystack]
        return tuple([entry.row for entry in found if entry.row is not None])

    def _look(self, now: datetime) -> None:
        """Make the missing rows, and those with a test again."""
        for entry in self._entries:
            tested = self._last_test(entry.record.id)
            if entry.row is None or entry.tested or tested is not None:
                entry.row, entry.tested = self._row(entry, now), tested is not None
        if self._sorted[0].column == "last_test":
            self._sorted = (Order(None), self._entries)
        self._looked = True

    def _in_order(self, order: Order) -> list[_Entry]:
        if self._sorted[0] != order:
            found = list(self._entries)
            if order.column is not None:
                key = self._key(order.column)
                found.sort(key=lambda entry: key(entry.record))
            if order.reverse:
                found.reverse()
            self._sorted = (order, found)
        return self._sorted[1]

    def _key(self, column: str) -> Callable[[Record], tuple[str | float, str, str]]:
        """Return the sort key for a column; name and id decide between equal values."""

        def value(record: Record) -> str | float:
            match column:
                case "name":
                    return ""
                case "port":
                    return _number(record.text("port"))
                case "last_test":
                    return self._tested(record)
            return record.text(column).casefold()

        return lambda record: (value(record), record.name.casefold(), record.id)

    def _tested(self, record: Record) -> float:
        tested = self._last_test(record.id)
        return -tested.run.at.timestamp() if tested else 0.0

    def _row(self, entry: _Entry, now: datetime) -> Row:
        record = entry.record
        port = record.text("port")
        sign = "! " if port_hint(port) else ""
        return Row(
            entry.row_id,
            (
                _name_words(record, alike=record.name in self._alike),
                clean(record.text("hostname"), CELL_LIMIT),
                f"{sign}{clean(port, 40)}",
                clean(record.text("username"), CELL_LIMIT),
                last_test_words(self._last_test(record.id), record, now),
                hint_words(record),
            ),
        )


async def prepared(
    answer: RecordList, last_test: LastTest, order: Order, now: datetime
) -> RecordsView:
    """Return the view of an answer with its rows made, in a thread, so that no key waits."""

    def prepare() -> RecordsView:
        view = RecordsView(answer, last_test)
        view.rows("", order, now)
        return view

    return await asyncio.to_thread(prepare)


def _name_words(record: Record, *, alike: bool) -> str:
    """Return a visible name, after the end of the id where another record reads alike."""
    name = clean(record.name, CELL_LIMIT)
    if not record.name.strip():
        name = f"(blank: {len(record.name)})" if record.name else "(no name)"
    return f"{clean(record.id[-4:])}· {name}" if alike else name


def hint_words(record: Record) -> str:
    """Return what is odd about the record or its port; blank where nothing is."""
    hint = record.oddities[0] if record.oddities else port_hint(record.text("port")) or ""
    return clean(hint, CELL_LIMIT)


def _haystack(record: Record) -> str:
    texts = [record.name, record.id]
    texts += [parameter.text for parameter in record.parameters if not parameter.secret]
    return "\n".join(texts).casefold()


def _number(text: str) -> float:
    return float(text) if text.isascii() and text.isdigit() else float("inf")
