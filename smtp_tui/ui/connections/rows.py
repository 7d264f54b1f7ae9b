"""From records to table rows: columns, filter, order, and what the last test still says.

The costly work is done once per list of records, so that a key typed into the filter stays fast.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct

from smtp_tui.api.models import Record, RecordList
from smtp_tui.mail.outcome import Verdict
from smtp_tui.mail.parameters import port_hint
from smtp_tui.state.history import Tested, TestRun
from smtp_tui.state.settings import Sort
from smtp_tui.text import age, clean, lookalikes
from smtp_tui.ui.theme import VERDICTS
from smtp_tui.ui.widgets.rows import Column, LazyRows, Look, Row

COLUMNS: Final = (
    Column("name", "NAME", 10, flexible=True),
    Column("hostname", "HOSTNAME", 16, flexible=True, priority=1),
    Column("port", "PORT", 7, flexible=True, right=True, priority=2),
    Column("username", "USERNAME", 8, flexible=True, priority=4),
    Column("last_test", "LAST TEST", 15, flexible=True, priority=3),
)
_PORT, _LAST_TEST = 2, 4
_NEVER: Final = (Look(_LAST_TEST, "quiet"),)
_ODD: Final = (Look(_PORT, "warn"),)
SORT_KEYS: Final = ("name", "hostname", "port", "username", "last_test", None)
"""The columns to sort by; None is the order of the server, oldest first."""
CELL_LIMIT: Final = 300

_FAILED: Final = (Verdict.REJECTED, Verdict.UNREACHABLE)
NEVER: Final = "never"
"""What is typed after ``last:`` for records that were not tested from here."""
FILTER_HINT: Final = "words, port:587, host:mail, last:rejected"
"""What stands in the filter while it is empty."""
DRAFT_SIGN: Final = "✎"
"""Stands before a record that has a draft."""
VERDICTS_SHOWN: Final = 3
"""The newest verdicts of a record that its row shows."""

Tests = Callable[[str], tuple[Tested, ...]]
SortKey = tuple[str | float, str, str]
"""What a record is sorted by: the value of the column, then its name and its id."""


class _Entry(Struct, gc=False):
    """A record and the id of its row, the text that the filter searches, its tests, newest first.

    ``verdict`` is that of the last test, None where it says nothing about the record as it is now.
    ``row`` is None until it is shown, and again when it would say something else.
    """

    id: str
    record: Record
    haystack: str
    tests: tuple[Tested, ...] = ()
    verdict: Verdict | None = None
    row: Row | None = None

    def tell(self, tests: tuple[Tested, ...]) -> None:
        """Take the tests of the record."""
        self.tests, self.row = tests, None
        holds = bool(tests) and not outdated(tests[0], self.record)
        self.verdict = verdict_of(tests[0].run) if holds else None


class RecordsView:
    """The records of one answer, ready to be filtered and sorted.

    ``verdicts`` has the number of records for each verdict of a last test that still holds, and
    ``outdated`` the number of those whose last test says nothing any more. A row is made when it is
    shown. The records are sorted once for each order. A key typed into the filter costs one search
    per record.
    """

    def __init__(self, answer: RecordList, tests: Tests, sort: Sort, now: datetime) -> None:
        self.answer = answer
        self._tests = tests
        self._now = now
        self._drafted: frozenset[str] = frozenset()
        self._found: tuple[str, list[str]] | None = None
        self._alike = lookalikes(record.name for record in answer.records)
        self._entries: dict[str, _Entry] = {}
        for position, record in enumerate(answer.records):
            # An id may come twice; each record is a row of its own.
            row_id = f"{record.id}\n{position}" if record.id in self._entries else record.id
            self._entries[row_id] = entry = _Entry(row_id, record, _haystack(record))
            entry.tell(tests(record.id))
        self._count_tested()
        self._put_in_order(sort)

    @classmethod
    async def prepared(
        cls, answer: RecordList, tests: Tests, sort: Sort, now: datetime
    ) -> RecordsView:
        """Make the view of an answer in a thread, so that no key waits."""
        return await asyncio.to_thread(cls, answer, tests, sort, now)

    def __len__(self) -> int:
        return len(self._entries)

    def record(self, row_id: str | None) -> Record | None:
        """Return the record of a row, or None if there is none in this answer."""
        entry = self._entries.get(row_id) if row_id is not None else None
        return entry.record if entry is not None else None

    def marked(self, row_ids: Collection[str]) -> tuple[Record, ...]:
        """Return the records of these rows, in the order of the list."""
        return tuple(entry.record for entry in self._ordered if entry.id in row_ids)

    def look_again(self, now: datetime, tested: Collection[str | None]) -> None:
        """Have the rows tell of the age of all tests, and of new ones of these records."""
        self._now = now
        for entry in self._tested:
            entry.row = None
        if tested:
            for entry in self._of(tested):
                entry.tell(self._tests(entry.record.id))
            self._count_tested()
            self._found = None
            if self._sort.column == "last_test":
                self._put_in_order(self._sort)

    def _of(self, record_ids: Collection[str | None]) -> list[_Entry]:
        return [entry for entry in self._entries.values() if entry.record.id in record_ids]

    def _count_tested(self) -> None:
        """Count the records for each verdict of a last test that still holds."""
        self._tested = [entry for entry in self._entries.values() if entry.tests]
        self.verdicts = Counter(each.verdict for each in self._tested if each.verdict is not None)
        self.outdated = len(self._tested) - self.verdicts.total()

    @property
    def failed(self) -> dict[Verdict, int]:
        """The number of records for each verdict of a last test that failed."""
        return {each: self.verdicts[each] for each in _FAILED if each in self.verdicts}

    @property
    def never(self) -> int:
        """The number of records that were not tested from here."""
        return len(self._entries) - len(self._tested)

    def show_drafts(self, record_ids: frozenset[str]) -> None:
        """Have the rows of these records say that there is a draft, and no others."""
        changed, self._drafted = record_ids ^ self._drafted, record_ids
        for entry in self._of(changed) if changed else ():
            entry.row = None

    def rows(self, filter_text: str, sort: Sort) -> LazyRows:
        """Return the rows of the records that hold every word and term of the filter, in order.

        The search is done anew for another filter or order, and after a test. Only the ids that it
        found are kept: the rows refer to this view, and such a cycle is not freed at once.
        """
        if sort != self._sort:
            self._put_in_order(sort)
        if self._found is None or self._found[0] != filter_text:
            self._found = filter_text, self._search(filter_text)
        return LazyRows(self._found[1], self.row)

    def keyed(self, sort: Sort) -> list[tuple[SortKey, str]]:
        """Return the ids of all rows in an order, each with what it is sorted by."""
        if sort != self._sort:
            self._put_in_order(sort)
        if sort.column is None:
            positions = {row_id: float(place) for place, row_id in enumerate(self._entries)}
            return [((positions[entry.id], "", ""), entry.id) for entry in self._ordered]
        key = _sort_key(sort.column)
        return [(key(entry), entry.id) for entry in self._ordered]

    def _search(self, filter_text: str) -> list[str]:
        found = self._ordered
        for name, word in _terms(filter_text):
            if name != "last":  # every other value stands in the haystack, which is searched fast
                found = [entry for entry in found if word in entry.haystack]
            if name:
                holds = _TERMS[name]
                found = [entry for entry in found if holds(entry, word)]
        return [entry.id for entry in found]

    def _put_in_order(self, sort: Sort) -> None:
        self._found = None
        self._sort, self._ordered = sort, [*self._entries.values()]
        if sort.column is not None:
            self._ordered.sort(key=_sort_key(sort.column), reverse=sort.descending)
        elif sort.descending:
            self._ordered.reverse()

    def row(self, row_id: str) -> Row:
        """Return the row with this id."""
        entry = self._entries[row_id]
        if entry.row is None:
            entry.row = self._made(entry)
        return entry.row

    def _made(self, entry: _Entry) -> Row:
        record = entry.record
        name, port = clean(record.name, CELL_LIMIT), record.text("port")
        if not record.name.strip():
            name = f"(blank: {len(record.name)})" if record.name else "(no name)"
        if record.name in self._alike:
            name = f"{clean(record.id[-4:])}· {name}"
        odd = port_hint(port) is not None
        words, looks = _last_tests(entry.tests, record, self._now)
        cells = (
            name,
            clean(record.text("hostname"), CELL_LIMIT),
            f"{clean(port, 40)} !" if odd else clean(port, 40),
            clean(record.text("username"), CELL_LIMIT),
            words,
        )
        sign = DRAFT_SIGN if record.id in self._drafted else ""
        return Row(entry.id, cells, looks + _ODD if odd else looks, sign)


def _sort_key(column: str) -> Callable[[_Entry], SortKey]:
    """Return the sort key for a column."""

    def key(entry: _Entry) -> SortKey:
        """What entries are sorted by."""
        record = entry.record
        value: str | float = ""
        match column:
            case "port":
                port = record.text("port")
                value = float(port) if port.isascii() and port.isdigit() else float("inf")
            case "last_test":
                value = -entry.tests[0].run.at.timestamp() if entry.tests else 0.0
            case "hostname" | "username":
                value = record.text(column).casefold()
        return value, record.name.casefold(), record.id

    return key


def order_words(sort: Sort) -> str:
    """Return the order in words, for the status line."""
    named = {None: "in the server's order", "last_test": "sorted by last test"}
    text = named.get(sort.column, f"sorted by {sort.column}")
    return f"{text}, reversed" if sort.descending else text


def hint_words(record: Record) -> str:
    """Return what is odd about the record or its port; blank where nothing is."""
    hint = record.oddities[0] if record.oddities else port_hint(record.text("port")) or ""
    return clean(hint, CELL_LIMIT)


def _haystack(record: Record) -> str:
    texts = [record.name, record.id]
    texts += [parameter.text for parameter in record.parameters if not parameter.secret]
    return "\n".join(texts).casefold()


# The filter


def _terms(filter_text: str) -> list[tuple[str, str]]:
    """Return the words of the filter, each with the name of its term; a plain word has none.

    Of a term whose value is not typed yet, nothing is asked. An unknown term is a plain word.
    """
    found = []
    for word in filter_text.casefold().split():
        name, _, value = word.partition(":")
        if name not in _TERMS:
            found.append(("", word))
        elif value:
            found.append((name, value))
    return found


def highlights(filter_text: str) -> tuple[str, ...]:
    """Return what to highlight in the cells of rows that were found, in lower case."""
    return tuple(word for name, word in _terms(filter_text) if name != "last")


def _verdict_holds(entry: _Entry, word: str) -> bool:
    verdict = entry.tests[0].run.verdict.casefold() if entry.tests else NEVER
    return verdict.startswith(word)


def _port_holds(entry: _Entry, word: str) -> bool:
    port = entry.record.parameter("port")
    return port is not None and str(port.value).casefold() == word  # its text as JSON takes long


_TERMS: Final[Mapping[str, Callable[[_Entry, str], bool]]] = {
    "name": lambda entry, word: word in entry.record.name.casefold(),
    "host": lambda entry, word: word in entry.record.text("hostname").casefold(),
    "port": _port_holds,
    "user": lambda entry, word: word in entry.record.text("username").casefold(),
    "last": _verdict_holds,
}
"""What each term asks of a record: a part of the text, the whole port, the start of a verdict."""


# The last test


def outdated(tested: Tested, record: Record) -> str:
    """Return why a test says nothing about the record as it is now; blank where it does.

    It holds where the record has the values that were tested, and where its stored secrets are, as
    far as is known here, those that were used.
    """
    values, unsaved = dict(tested.run.values), tested.run.unsaved
    if tested.secret_saved:
        return "changed since test"
    if tested.typed_saved:  # a name without a value is that of a secret
        unsaved = tuple(name for name in unsaved if name in values)
    if values == record.plain_values() and values.keys() >= set(unsaved):
        return ""
    return "unsaved values" if unsaved else "changed since test"


def _last_tests(
    tests: tuple[Tested, ...], record: Record, now: datetime
) -> tuple[str, tuple[Look, ...]]:
    """Return the newest verdicts as signs, the age of the newest, and their looks.

    A verdict that says nothing about the record as it is now has no colour; a word says so.
    """
    if not tests:
        return "never", _NEVER
    shown = tests[:VERDICTS_SHOWN]
    signs = "".join(verdict_sign(tested.run) for tested in shown)
    looks = [
        Look(
            _LAST_TEST, "quiet" if outdated(tested, record) else verdict_role(tested.run), start, 1
        )
        for start, tested in enumerate(shown)
    ]
    words = f"{signs} {ago(tests[0].run, now)}"
    old = {"": "", "unsaved values": ", unsaved"}.get(outdated(tests[0], record), ", outdated")
    return words + old, (*looks, Look(_LAST_TEST, "quiet", len(signs)))


def verdict_of(run: TestRun) -> Verdict:
    """Return the verdict of a test; a newer program may know others."""
    return next((known for known in Verdict if known.value == run.verdict), Verdict.UNKNOWN)


def verdict_sign(run: TestRun) -> str:
    """Return the verdict of a test as one character."""
    return verdict_of(run).sign


def verdict_role(run: TestRun) -> str:
    """Return the role of the verdict of a test."""
    return VERDICTS[verdict_of(run)]


def ago(run: TestRun, now: datetime) -> str:
    """Return the age of a test, to the minute so that the table is seldom repainted."""
    seconds = (now - run.at).total_seconds()
    return "now" if seconds < 60 else age(seconds)
