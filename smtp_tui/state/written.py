"""The journal as writes: each intent with what came of it, for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.journal import JournalEntry, Phase

NO_OUTCOME = "No outcome stands here: the program ended first, or the write is still under way."


class Written(Struct, frozen=True):
    """One write: its first line, and the outcomes in the order in which they were kept.

    ``begun`` is an outcome where the intent could not be kept or was rotated away.
    """

    begun: JournalEntry
    outcomes: tuple[JournalEntry, ...] = ()

    @property
    def last(self) -> JournalEntry:
        """What is known last."""
        return self.outcomes[-1] if self.outcomes else self.begun

    @property
    def outcome(self) -> WriteOutcome:
        """What came of it; a write without an outcome is one of which nothing is known."""
        return self.last.outcome or WriteOutcome.UNKNOWN

    @property
    def record_id(self) -> str | None:
        """The record, also one that the server named only when it had created it."""
        return self.last.record_id or self.begun.record_id

    @property
    def status(self) -> int | None:
        """The status of the answer, whatever was found afterwards."""
        return next((one.status for one in self.outcomes if one.status is not None), None)

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, where it told one."""
        return next((one.request_id for one in self.outcomes if one.request_id), None)

    @property
    def words(self) -> str:
        """Why it was not done, or why that is not known."""
        if not self.outcomes:
            return NO_OUTCOME
        return next((one.words for one in self.outcomes if one.words), "")


def writes_of(entries: Iterable[JournalEntry]) -> tuple[Written, ...]:
    """The writes of these lines, newest first."""
    lines: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        lines.setdefault(entry.write_id, []).append(entry)
    found = [_written(one) for one in reversed(lines.values())]
    return tuple(sorted(found, key=lambda one: one.begun.at, reverse=True))


def _written(lines: list[JournalEntry]) -> Written:
    outcomes = tuple(one for one in lines if one.phase is Phase.OUTCOME)
    intent = next((one for one in lines if one.phase is Phase.INTENT), None)
    return Written(intent or lines[0], outcomes)


class Wanted(Struct, frozen=True):
    """Which writes to show: None asks for no more than all."""

    profile: str | None = None
    record: str | None = None
    since: datetime | None = None
    unfinished: bool = False

    def holds(self, one: Written) -> bool:
        """Whether a write is wanted; a record by its id or its whole name."""
        return (
            self.profile in (None, one.begun.profile)
            and self.record in (None, one.record_id, one.begun.record_name)
            and (self.since is None or one.begun.at >= self.since)
            and (not self.unfinished or one.outcome is WriteOutcome.UNKNOWN)
        )
