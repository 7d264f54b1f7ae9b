"""How far the entries of a plan are, and what came of them: in a run, and told by the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct

from smtp_tui.api.errors import ApiError
from smtp_tui.api.requests import TESTS, Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.editing.merge import Comparison
from smtp_tui.editing.patch import Change
from smtp_tui.mail.outcome import TestOutcome, Verdict
from smtp_tui.state.auditor import journal_value
from smtp_tui.state.journal import CLEARED, JournalEntry, Value
from smtp_tui.state.written import Written
from smtp_tui.text import sentence
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows.plan import Place, Plan, PlanEntry


class Progress(Enum):
    """How far an entry is. ``value`` is the word for it."""

    LEFT = "left"
    UNDER_WAY = "under way"
    DONE = "done"
    ALREADY = "already so"
    FAILED = "failed"
    UNKNOWN = "unknown"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it in this run."""
        return self not in (Progress.LEFT, Progress.UNDER_WAY)


class Reason(Enum):
    """Why nothing was sent, where no error says so."""

    CONFLICT = "someone else changed the record"
    GONE = "there is no such record"
    NO_TOKEN = "there is no token"
    REFUSED = "the plan does not fit"


class Result(Struct, frozen=True):
    """What came of an entry.

    ``words`` say why, where it was not plainly done; ``because`` says it to a script. ``can_retry``
    is set where surely nothing was done, and no mail arrived. ``verdict`` is that of a test mail,
    ``record_id`` that of a record that was created, where the server told it.
    """

    progress: Progress = Progress.LEFT
    words: str = ""
    can_retry: bool = False
    verdict: Verdict | None = None
    because: ApiError | Reason | None = None
    record_id: str | None = None


class Counts(Struct, frozen=True):
    """How many entries are how far; ``under_way`` are among those left.

    Of those ``already`` as they should be nothing was sent.
    """

    done: int = 0
    failed: int = 0
    unknown: int = 0
    left: int = 0
    under_way: int = 0
    already: int = 0

    @property
    def ended(self) -> int:
        """How many have ended."""
        return self.good + self.failed + self.unknown

    @property
    def good(self) -> int:
        """How many records are as they should be."""
        return self.done + self.already


def count(results: Iterable[Result]) -> Counts:
    """How many of these are how far."""
    found = Counter(result.progress for result in results)
    return Counts(
        done=found[Progress.DONE],
        already=found[Progress.ALREADY],
        failed=found[Progress.FAILED],
        unknown=found[Progress.UNKNOWN],
        left=found[Progress.LEFT] + found[Progress.UNDER_WAY],
        under_way=found[Progress.UNDER_WAY],
    )


_PROGRESS: Final = {
    Verdict.ACCEPTED: Progress.DONE,
    Verdict.REJECTED: Progress.FAILED,
    Verdict.UNREACHABLE: Progress.FAILED,
    Verdict.UNKNOWN: Progress.UNKNOWN,
}
"""What a verdict means for the run: a mail that was not accepted is what one looks for."""


def failed(
    words: str, because: ApiError | Reason | None = None, *, can_retry: bool = False
) -> Result:
    """What failed; ``words`` say why."""
    if isinstance(because, ApiError):
        because = because.alone()  # a run may keep many
    return Result(Progress.FAILED, words, can_retry, because=because)


def mail_result(outcome: TestOutcome | ApiError) -> Result:
    """What came of a test mail; with an error, surely none was sent."""
    if isinstance(outcome, ApiError):
        return failed(sentence(outcome.why), outcome, can_retry=True)
    verdict = outcome.verdict
    words = "" if verdict is Verdict.ACCEPTED else outcome.meaning
    arrived_nowhere = verdict in (Verdict.REJECTED, Verdict.UNREACHABLE)
    return Result(_PROGRESS[verdict], words, can_retry=arrived_nowhere, verdict=verdict)


def write_result(entry: PlanEntry, outcome: ends.Outcome, declined: Result) -> Result:
    """What came of a create, change or delete; ``declined`` where its review was declined."""
    match outcome:
        case ends.Saved(notes=notes) | ends.Deleted(notes=notes):
            made = outcome.record_id if isinstance(outcome, ends.Saved) else None
            words = " ".join(sentence(note) for note in notes)
            result = Result(Progress.DONE, words, record_id=made)
        case ends.Unchanged():
            result = Result(Progress.ALREADY)
        case ends.Gone() if entry.operation is Operation.DELETE:
            result = Result(Progress.ALREADY, "It was already deleted.")
        case ends.Gone():
            result = failed("There is no such record any more.", Reason.GONE)
        case ends.Conflicted(comparison):
            result = failed(_conflict_words(comparison), Reason.CONFLICT)
        case ends.Declined():
            result = declined
        case ends.NotStored(words):
            result = failed(words)
        case ends.Unknown(error, found) if found.done is False:
            # A create that was lost may still be done, and would then be done twice.
            words = f"It was not done. {sentence(error.why)}"
            result = failed(words, can_retry=entry.operation is not Operation.CREATE)
        case ends.Unknown(error):
            result = Result(Progress.UNKNOWN, sentence(error.why))
        case ends.Refused(ApiError() as error):
            result = failed(sentence(error.why), error, can_retry=True)
        case ends.Refused(error):
            result = failed(sentence(str(error)))
    return result


def _conflict_words(comparison: Comparison) -> str:
    """What someone else changed since the plan was made."""
    names = [conflict.name for conflict in comparison.conflicts]
    names += [change.name for change in comparison.theirs]
    what = ", ".join(names) or ("the name" if comparison.name_changed else "the record")
    return f"Not sent: someone changed {what} since the plan was made. Plan again."


def results_of(
    plan: Plan, run_id: str, made_at: datetime, writes: Iterable[Written]
) -> list[Result]:
    """What the journal tells of a run that was killed, entry by entry.

    ``writes`` are the newest first, and the newest of an entry counts: it may have been retried.
    What it does not know the end of is left, because it is compared with the server before it is
    sent again; but of a test mail that may have been sent, nothing is sent again. Nothing is left
    of an entry that was done outside the run since the plan was ``made_at``.
    """
    told: dict[_Key, Written] = {}
    since: dict[_Key, list[Written]] = {}
    for write in writes:
        if write.begun.run == run_id:
            told.setdefault(_key_of(write), write)
        elif write.begun.at >= made_at and write.outcome in _DONE:
            since.setdefault(_key_of(write), []).append(write)

    def result(entry: PlanEntry) -> Result:
        """What the run came to, or what was done instead."""
        own, key = _told(entry, told.get(_key(entry))), _key(entry)
        if own.progress.ended and not own.can_retry:
            return own
        return _done_since(entry, plan.place(entry.profile), since.get(key, ())) or own

    return [result(entry) for entry in plan.entries]


def settled(
    plan: Plan, results: Iterable[Result], run_id: str, writes: Iterable[Written]
) -> Iterator[tuple[JournalEntry, WriteOutcome]]:
    """The writes of a run whose end the journal does not know, each with what is known by now.

    ``results`` are what the run came to since. ``writes`` are the newest first.
    """
    own: dict[_Key, list[Written]] = {}
    for write in writes:
        if write.begun.run == run_id:
            own.setdefault(_key_of(write), []).append(write)
    for entry, result in zip(plan.entries, results, strict=True):
        if entry.operation in TESTS or result.progress not in (Progress.DONE, Progress.ALREADY):
            continue
        looked = result.progress is Progress.ALREADY and result.words != _DONE_SINCE
        for number, write in enumerate(own.get(_key(entry), ())):
            if write.outcome is WriteOutcome.UNKNOWN:
                found = looked or (number == 0 and result.words != _DONE_SINCE)
                yield write.begun, WriteOutcome.FOUND_DONE if found else WriteOutcome.SENT_AGAIN


def _done_since(entry: PlanEntry, place: Place | None, writes: Iterable[Written]) -> Result | None:
    """What was done to the record outside the run; None where the newest write did another thing.

    A stored secret cannot be compared: a later one takes the place of an earlier one.
    """
    wanted = {change.name: change for change in entry.patch.changes}
    for write in writes:
        begun = write.begun
        there = {change.name: change.after for change in begun.changes}
        elsewhere = place is None or (begun.host, begun.tenant) != (place.host, place.tenant)
        if elsewhere or begun.recipient != (entry.recipient or None):
            continue
        if wanted and not wanted.keys() & there.keys():
            continue  # it was about other parameters
        if not all(name in there and _is(wanted[name], there[name]) for name in wanted):
            return None
        mails = entry.operation in TESTS
        return _told(entry, write) if mails else Result(Progress.ALREADY, _DONE_SINCE)
    return None


def _is(change: Change, journalled: Value) -> bool:
    """Whether the journal tells of this change."""
    if isinstance(change.after, SecretStr):
        return change.clears is (journalled == CLEARED)
    return journalled == journal_value(change.after)


_DONE: Final = frozenset(
    {WriteOutcome.DONE, WriteOutcome.FOUND_DONE, WriteOutcome.MAIL_ACCEPTED}
    | {WriteOutcome.MAIL_REJECTED, WriteOutcome.MAIL_UNREACHABLE}
)
"""The outcomes after which a write of another run leaves nothing to do."""
_DONE_SINCE: Final = "It was done since then, outside this run."
_Key: TypeAlias = tuple[str, str, str | None]


def _key(entry: PlanEntry) -> _Key:
    name = entry.record_id if entry.record is not None else entry.name
    return entry.profile, entry.operation.name.lower(), name


def _key_of(write: Written) -> _Key:
    begun = write.begun
    name = begun.record_name if begun.operation == "create" else begun.record_id
    return begun.profile, begun.operation, name


def _told(entry: PlanEntry, write: Written | None) -> Result:
    if write is None:
        return Result()
    if entry.operation in TESTS and write.verdict is not None:
        verdict = Verdict(write.verdict)
        return Result(_PROGRESS[verdict], write.words, verdict=verdict)
    refused = write.outcome in (WriteOutcome.REFUSED, WriteOutcome.NOT_SENT)
    match write.outcome:
        case WriteOutcome.DONE | WriteOutcome.FOUND_DONE:
            result = Result(Progress.DONE)
        case WriteOutcome.GONE if entry.operation is Operation.DELETE:
            result = Result(Progress.ALREADY, "It was already deleted.")
        case WriteOutcome.GONE | WriteOutcome.NOT_STORED:
            result = failed(sentence(write.words))
        case _ if refused:
            result = failed(sentence(write.words), can_retry=True)
        case _:
            result = Result(words="It was sent before; it is read again first.")
    return result
