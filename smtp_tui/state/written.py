"""The writes of the journal, each with its intent and its outcomes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from smtp_tui.api.requests import TESTS
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.journal import EntryKind, JournalEntry

_WORDS: Final = {
    "patch": "change",
    "test_saved": "test",
    "test_values": "test of unsaved values",
}
"""What is told of an operation, where it is not the word that is stored."""
_TESTS: Final = frozenset(each.name.lower() for each in TESTS)
VERDICTS: Final = {
    WriteOutcome.MAIL_ACCEPTED: "ACCEPTED",
    WriteOutcome.MAIL_REJECTED: "REJECTED",
    WriteOutcome.MAIL_UNREACHABLE: "UNREACHABLE",
    WriteOutcome.UNKNOWN: "UNKNOWN",
}
"""The verdict of a test email, by the outcome that is stored."""
NO_OUTCOME: Final = "No outcome recorded: the program ended first, or the write is still under way."


class Written(Struct, frozen=True):
    """One write: its intent, and its outcomes in the order in which they were journalled.

    ``begun`` is an outcome where the intent is missing: it could not be written or was dropped.
    """

    begun: JournalEntry
    outcomes: tuple[JournalEntry, ...] = ()

    @property
    def operation(self) -> str:
        """What was to be done, in words."""
        stored = self.begun.operation
        if stored == "test_saved" and self.begun.changes:
            stored = "test_values"
        return _WORDS.get(stored, stored)

    @property
    def verdict(self) -> str | None:
        """The verdict of a test email; None of another write, and where no mail was sent."""
        return VERDICTS.get(self.outcome) if self.begun.operation in _TESTS else None

    @property
    def outcome_words(self) -> str:
        """The verdict of a test email, or what came of another write."""
        unknown = self.outcome is WriteOutcome.UNKNOWN
        return self.verdict or ("unknown" if unknown else self.outcome.value)

    @property
    def last(self) -> JournalEntry:
        """The latest entry."""
        return self.outcomes[-1] if self.outcomes else self.begun

    @property
    def outcome(self) -> WriteOutcome:
        """The latest outcome; unknown for a write that has none."""
        return self.last.outcome or WriteOutcome.UNKNOWN

    @property
    def record_id(self) -> str | None:
        """The record's id; that of a new record comes with the answer."""
        return self.last.record_id or self.begun.record_id

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer, whatever was found afterwards."""
        return next((entry.status for entry in self.outcomes if entry.status is not None), None)

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, if it sent one."""
        return next((entry.request_id for entry in self.outcomes if entry.request_id), None)

    @property
    def words(self) -> str:
        """Why it was not done, or why the outcome is not known."""
        if not self.outcomes:
            return NO_OUTCOME
        return next((entry.words for entry in self.outcomes if entry.words), "")


def writes_of(entries: Iterable[JournalEntry]) -> tuple[Written, ...]:
    """The writes that these entries tell of, newest first."""
    by_write: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        by_write.setdefault(entry.write_id, []).append(entry)
    writes: list[Written] = []
    for found in reversed(by_write.values()):
        outcomes = tuple(entry for entry in found if entry.kind is EntryKind.OUTCOME)
        intents = (entry for entry in found if entry.kind is EntryKind.INTENT)
        writes.append(Written(next(intents, found[0]), outcomes))
    return tuple(sorted(writes, key=lambda write: write.begun.at, reverse=True))
