"""The rows of many profiles: those of each list of records, put in one order."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import Record
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.history import Tested, TestHistory
from smtp_tui.state.settings import Sort
from smtp_tui.text import clean
from smtp_tui.ui.connections.rows import COLUMNS as OF_RECORDS
from smtp_tui.ui.connections.rows import SORT_KEYS as OF_ONE
from smtp_tui.ui.connections.rows import RecordsView
from smtp_tui.ui.connections.rows import highlights as highlights_of
from smtp_tui.ui.widgets.rows import Column, LazyRows, Look, Row
from smtp_tui.workflows.many_lists import Part
from smtp_tui.workflows.session import Session

COLUMNS: Final = (Column("profile", "PROFILE", 12, flexible=True), *OF_RECORDS)
SORT_KEYS: Final = ("profile", *OF_ONE)
"""The columns to sort by; None is the order of the profiles, and in each that of its server."""
FILTER_HINT: Final = "words, profile:prod, port:587, last:rejected"
"""What stands in the filter while it is empty."""
OLD_SIGN: Final = "▲"
"""Stands before the profile of a row that is older than the last reading."""
ROLES: Final = {
    Environment.PRODUCTION: "bad",
    Environment.STAGING: "warn",
    Environment.TEST: "good",
    Environment.OTHER: "accent",
}
"""The role of text of each environment."""
_WORDS: Final = {
    Environment.PRODUCTION: "PROD",
    Environment.STAGING: "STAGE",
    Environment.TEST: "TEST",
    Environment.OTHER: "",
}
"""What stands for an environment beside the name of a profile that has no label."""
_TERM: Final = "profile:"
_Keyed: TypeAlias = tuple[int, str | float, str, str, str]
"""What a row is sorted by, and last its id."""


class _Shown(Struct):
    """The records of a profile that are shown.

    ``rank`` is its place among the profiles, ``words`` what the filter finds it by, ``old`` whether
    the last reading failed, ``keyed`` its rows in the order of the table.
    """

    rank: int
    profile: Profile
    session: Session
    view: RecordsView
    words: str
    keyed: list[_Keyed]
    old: bool = False


class ManyView:
    """The records of several profiles, ready to be filtered and sorted.

    The id of a row names profile and record, so that cursor and marks follow both. The rows of a
    profile are replaced as a whole; those of the others stay as they are.
    """

    def __init__(self, names: Iterable[str], sort: Sort) -> None:
        self._ranks = {name: rank for rank, name in enumerate(names)}
        self._shown: dict[str, _Shown] = {}
        self._sort = sort
        self._ids: list[str] = []
        self._found: tuple[str, list[str]] | None = None
        self._preparing = asyncio.Lock()
        self.coming = 0

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def views(self) -> Mapping[str, RecordsView]:
        """The records of each profile that has answered, in the order of the profiles."""
        return {name: self._shown[name].view for name in self._ranks if name in self._shown}

    def found(self, row_id: str | None) -> tuple[Session, Record] | None:
        """Return the record of a row with its session, or None if there is none any more."""
        name, _, record_row = (row_id or "").partition("\n")
        shown = self._shown.get(name)
        record = shown.view.record(record_row) if shown is not None else None
        return (shown.session, record) if shown is not None and record is not None else None

    def marked(self, row_ids: Collection[str]) -> list[str]:
        """Return those of these ids that there are, in the order of the rows."""
        return [row_id for row_id in self._ids if row_id in row_ids]

    async def take(self, part: Part, history: TestHistory, now: datetime) -> None:
        """Take the records of a profile that has answered. Its rows are prepared in a thread.

        ``coming`` counts those that are prepared now: with the last of them the table is filled.
        """
        self.coming += 1
        try:
            async with self._preparing:  # threads that work side by side keep keys waiting
                sort = self._sort
                shown = await asyncio.to_thread(self._prepared, part, history, now)
        finally:
            self.coming -= 1
        if sort != self._sort:
            shown.keyed = self._keyed(shown)
        self._shown[part.profile.name] = shown
        self._put_in_order()

    def _prepared(self, part: Part, history: TestHistory, now: datetime) -> _Shown:
        session, profile = part.session, part.profile
        assert session is not None

        def tests(record_id: str) -> tuple[Tested, ...]:
            """The tests of a record of this profile."""
            return history.tests(session.key(record_id)) if history.known else ()

        view = RecordsView(part.answer, tests, _inside(self._sort), now)
        shown = _Shown(self._ranks[profile.name], profile, session, view, _words(profile), [])
        shown.keyed = self._keyed(shown)
        return shown

    def _keyed(self, shown: _Shown) -> list[_Keyed]:
        """The ids of the rows of a profile, with what they are sorted by among all."""
        apart = self._sort.column in ("profile", None)
        rank, name = shown.rank if apart else 0, shown.profile.name
        keyed = shown.view.keyed(_inside(self._sort))
        return [(rank, *key, f"{name}\n{record_row}") for key, record_row in keyed]

    def _put_in_order(self) -> None:
        rows = [*chain.from_iterable(shown.keyed for shown in self._shown.values())]
        rows.sort(reverse=self._sort.descending)  # a merge: each profile's are in order
        self._ids, self._found = [keyed[-1] for keyed in rows], None

    def mark_old(self, names: Collection[str]) -> None:
        """Have the rows of these profiles, and of no others, say that they are old."""
        for name, shown in self._shown.items():
            shown.old = name in names

    def look_again(self, now: datetime, tested: Collection[RecordKey]) -> None:
        """Have the rows tell of the age of all tests, and of new ones of these records."""
        for shown in self._shown.values():
            ids = {key.record_id for key in tested if shown.session.is_about(key)}
            shown.view.look_again(now, ids)
            if ids and self._sort.column == "last_test":
                shown.keyed = self._keyed(shown)
        if tested:
            self._put_in_order()

    def show_drafts(self, drafts: Collection[RecordKey]) -> None:
        """Have the rows of these records say that there is a draft, and no others."""
        for shown in self._shown.values():
            ids = (key.record_id for key in drafts if shown.session.is_about(key))
            shown.view.show_drafts(frozenset(record_id for record_id in ids if record_id))

    def rows(self, filter_text: str, sort: Sort) -> LazyRows:
        """Return the rows of the records that hold every word and term of the filter, in order."""
        if sort != self._sort:
            self._sort = sort
            for shown in self._shown.values():
                shown.keyed = self._keyed(shown)
            self._put_in_order()
        if self._found is None or self._found[0] != filter_text:
            self._found = filter_text, self._search(filter_text)
        return LazyRows(self._found[1], self._row)

    def _search(self, filter_text: str) -> list[str]:
        """The ids of the rows that are found: what names their profile is not looked for again."""
        words = filter_text.casefold().split()
        if not words:
            return self._ids
        found: set[str] = set()
        for name, shown in self._shown.items():
            named = [word[len(_TERM) :] for word in words if word.startswith(_TERM)]
            if all(word in shown.words for word in named):
                others = (word for word in words if not word.startswith(_TERM))
                left = " ".join(word for word in others if word not in shown.words)
                ids = shown.view.rows(left, _inside(self._sort)).ids
                found.update(f"{name}\n{record_row}" for record_row in ids)
        return [row_id for row_id in self._ids if row_id in found]

    def _row(self, row_id: str) -> Row:
        name, _, record_row = row_id.partition("\n")
        shown = self._shown[name]
        row, profile = shown.view.row(record_row), shown.profile
        cell, look = named(profile)
        looks = [look, *(replace(each, column=each.column + 1) for each in row.looks)]
        if shown.old:
            cell = f"{OLD_SIGN} {cell}"
            looks = [Look(0, "warn", 0, 1), *(Look(each, "quiet") for each in _OF_RECORD)]
        return Row(row_id, (cell, *row.cells), tuple(looks), row.sign)


_OF_RECORD: Final = range(1, len(COLUMNS))


def named(profile: Profile, column: int = 0) -> tuple[str, Look]:
    """Return the cell with a profile's name and its label, and the look of the label.

    A name that says what the label says stands alone.
    """
    name, word = clean(profile.name, 80), profile.label or _WORDS[profile.environment]
    role = ROLES[profile.environment]
    if word.casefold() in ("", name.casefold()):
        return name, Look(column, role)
    return f"{name} {clean(word, 40)}", Look(column, role, len(name) + 1)


def _inside(sort: Sort) -> Sort:
    """The order of the records within a profile."""
    return replace(sort, column="name") if sort.column == "profile" else sort


def _words(profile: Profile) -> str:
    return f"{profile.name}\n{profile.label}\n{profile.environment.value}".casefold()


def highlights(filter_text: str) -> tuple[str, ...]:
    """Return what to highlight in the cells of rows that were found, in lower case."""
    return highlights_of(filter_text.casefold().replace(_TERM, ""))
