"""A run: a plan that was reviewed once is carried out, record by record, on every host at once.

Each entry takes the same course as a single save, delete or test; only the review is answered by
the plan. A failure stops no other entry. What was sent and got lost is looked up, as always.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum
from typing import Final, TypeAlias

from msgspec import Struct, field

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, StatusError
from smtp_tui.api.requests import TESTS, IdRefused, Operation, Request
from smtp_tui.api.target import Access, Trust
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.editing.merge import Comparison, Side
from smtp_tui.mail.outcome import TestOutcome, Verdict
from smtp_tui.state.files import FileProblem
from smtp_tui.state.journal import Written
from smtp_tui.text import sentence
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows.operator import Notice, Operator, RefusedCertificate, Sent
from smtp_tui.workflows.plan import Plan, PlanEntry
from smtp_tui.workflows.planned_write import PlannedWrite
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMails, TestSubject
from smtp_tui.workflows.write_record import delete_record, save_record

PARALLEL: Final = 4
"""Writes at a time to one host."""
PARALLEL_TESTS: Final = 2
"""Test mails at a time through one host."""
BETWEEN_MAILS: Final = 1.0
"""Seconds between the starts of two test mails to the same mail server."""
ATTEMPTS: Final = 4
"""How often an entry is begun, where the server asks to wait before anything was sent."""
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 30.0
_ASKS_TO_WAIT: Final = frozenset({429, 503})
_TAKEN: Final = "Not sent: a record with this name exists already."
_OURS: Final = "There is a record with this name, which this run may have created. Compare it."
_OTHER: Final = "Not sent: the record needs another change now than the plan says. Plan again."
_ELSEWHERE: Final = "Not sent: the profile leads to another host, tenant or team than the plan."


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


class Result(Struct, frozen=True):
    """What came of an entry.

    ``words`` say why, where it was not plainly done. ``can_retry`` is set where surely nothing was
    done. ``verdict`` is that of a test mail.
    """

    progress: Progress = Progress.LEFT
    words: str = ""
    can_retry: bool = False
    verdict: Verdict | None = None


class Counts(Struct, frozen=True):
    """How many entries are how far; ``under_way`` are among those left."""

    done: int = 0
    failed: int = 0
    unknown: int = 0
    left: int = 0
    under_way: int = 0

    @property
    def ended(self) -> int:
        """How many have ended."""
        return self.done + self.failed + self.unknown


def count(results: Iterable[Result]) -> Counts:
    """How many of these are how far."""
    found = Counter(result.progress for result in results)
    return Counts(
        done=found[Progress.DONE] + found[Progress.ALREADY],
        failed=found[Progress.FAILED],
        unknown=found[Progress.UNKNOWN],
        left=found[Progress.LEFT] + found[Progress.UNDER_WAY],
        under_way=found[Progress.UNDER_WAY],
    )


class _Lane(Struct):
    """The entries for one host, and how fast it takes them.

    ``resume_at`` is when the next may begin, in seconds of the clock; ``asked`` how often in a row
    the host asked to wait.
    """

    width: int = PARALLEL
    waiting: deque[int] = field(default_factory=deque)
    resume_at: float = 0.0
    asked: int = 0


class Run:
    """Carries a plan out. ``results`` holds what came of each entry, in the order of the plan.

    ``session_of`` gives the session of a profile, and raises ``LookupError`` with words for one
    that cannot be used. ``changed`` is called with the number of each entry that got further.
    ``id`` ties the writes together in the journal. ``results`` are those of the run that this one
    goes on with.
    """

    def __init__(
        self,
        run_id: str,
        plan: Plan,
        session_of: Callable[[str], Session],
        operator: Operator,
        tests: TestMails,
        clock: Clock,
        changed: Callable[[int], object] = lambda number: None,
        results: Iterable[Result] = (),
    ) -> None:
        self.id = run_id
        self.plan = plan
        self.results = [*results] or [Result() for _ in plan.entries]
        self.begun_at = clock.monotonic()
        self._session_of = session_of
        self._operator = operator
        self._tests = tests
        self._clock = clock
        self._changed = changed
        self._stop = asyncio.Event()
        self._sent_before = {
            n for n, each in enumerate(self.results) if each.words and not each.progress.ended
        }
        self._refused_token: set[str] = set()
        self._attempts = [0] * len(plan.entries)
        self._next_mail: dict[str, float] = {}

    @property
    def counts(self) -> Counts:
        """How many entries are how far."""
        return count(self.results)

    @property
    def stopped(self) -> bool:
        """Whether it begins nothing more."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Begin nothing more; what is under way goes on to its end."""
        self._stop.set()

    @property
    def can_retry(self) -> tuple[int, ...]:
        """The numbers of the failed entries of which surely nothing was done."""
        return tuple(number for number, result in enumerate(self.results) if result.can_retry)

    async def carry_out(self, numbers: Iterable[int] | None = None) -> None:
        """Carry out the entries of these numbers, by default all that are left."""
        self._stop.clear()
        self._refused_token.clear()
        if numbers is None:
            numbers = [n for n, result in enumerate(self.results) if not result.progress.ended]
        lanes: dict[tuple[str, bool], _Lane] = {}
        for number in numbers:
            entry = self.plan.entries[number]
            session = self._session(number, entry)
            if session is None:
                continue
            mails = entry.operation in TESTS
            lane = lanes.setdefault((session.target.origin.url, mails), _Lane())
            lane.width = PARALLEL_TESTS if mails else PARALLEL
            lane.waiting.append(number)
            self._attempts[number] = 0
            self._set(number, Result())
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                for _ in range(min(lane.width, len(lane.waiting))):
                    group.create_task(self._work(lane))

    def _session(self, number: int, entry: PlanEntry) -> Session | None:
        """The session of an entry; None where it ends here, with nothing to send."""
        if not entry.sends:
            self._set(number, Result(Progress.ALREADY))
            return None
        try:
            session = self._session_of(entry.profile)
        except LookupError as problem:
            self._set(number, _failed(str(problem), can_retry=True))
            return None
        place = self.plan.place(entry.profile)
        if place is not None and not place.is_that_of(session):
            self._set(number, _failed(_ELSEWHERE))
            return None
        return session

    async def _work(self, lane: _Lane) -> None:
        """Carry out the entries of a host one after the other, as others do beside it."""
        while lane.waiting and not self._stop.is_set():
            await self._wait_until(lane.resume_at)
            if not lane.waiting or self._stop.is_set():
                return
            if lane.resume_at > self._clock.monotonic():
                continue  # the host asked another worker to wait, meanwhile
            number = lane.waiting.popleft()
            self._attempts[number] += 1
            self._set(number, Result(Progress.UNDER_WAY))
            result, error = await self._outcome(self.plan.entries[number])
            if number in self._sent_before and result.words == _TAKEN:
                result = Result(Progress.UNKNOWN, _OURS)
            again = self._slow_down(lane, error) and self._attempts[number] < ATTEMPTS
            if again and result.can_retry:
                lane.waiting.append(number)
                result = Result()
            self._set(number, result)

    def _slow_down(self, lane: _Lane, error: ApiError | None) -> bool:
        """Have a host that asks for it wait; whether nothing was sent of this entry's write."""
        status = error.status if isinstance(error, StatusError) else None
        if error is None or status not in _ASKS_TO_WAIT:
            lane.asked = 0
            return False
        told = error.retry_after if isinstance(error, StatusError) else None
        pause = min(_LONGEST_PAUSE, told or _FIRST_PAUSE * 2**lane.asked)
        lane.asked += 1
        lane.resume_at = max(lane.resume_at, self._clock.monotonic() + pause)
        return not error.call.operation.writes

    async def _wait_until(self, moment: float) -> None:
        """Wait for a moment of the clock, unless the run is stopped."""
        seconds = moment - self._clock.monotonic()
        if seconds > 0:
            try:
                async with asyncio.timeout(seconds):
                    await self._stop.wait()
            except TimeoutError:
                pass

    async def _outcome(self, entry: PlanEntry) -> tuple[Result, ApiError | None]:
        """Carry one entry out; what came of it, and the error where there is one."""
        session = self._session_of(entry.profile)
        operator = _PlanOperator(self._operator, entry, self._refused_token)
        if entry.record is not None and entry.operation in TESTS:
            subject = TestSubject(entry.record.name, entry.record)
            return await self._test(session, operator, entry, subject)
        before = session.memory.last_change
        if entry.record is not None and entry.operation is Operation.DELETE:
            outcome = await delete_record(session, operator, entry.record, run=self.id)
        else:
            outcome = await save_record(
                session, operator, entry.record, entry.patch, name=entry.name, run=self.id
            )
        session.memory.last_change = before  # undo is about single changes
        if isinstance(outcome, ends.Saved) and outcome.before is not None:
            await self._remember_secret(session, outcome)
        return _result(entry, operator, outcome), _error(outcome)

    async def _remember_secret(self, session: Session, saved: ends.Saved) -> None:
        """Keep the time at which a secret was saved: the tests before it say nothing any more."""
        if any(change.secret for change in saved.patch.changes):
            history, key = self._tests.history, session.key(saved.record_id)
            with suppress(FileProblem):  # what was sent is told; the history warns at its reading
                await asyncio.to_thread(history.saved_secret, key, self._clock.now())

    async def _test(
        self, session: Session, operator: Operator, entry: PlanEntry, subject: TestSubject
    ) -> tuple[Result, ApiError | None]:
        """Send a test mail; a mail server gets one after the other, with a pause."""
        now = self._clock.monotonic()
        turn = max(now, self._next_mail.get(subject.host, 0.0))
        self._next_mail[subject.host] = turn + BETWEEN_MAILS
        await self._wait_until(turn)
        if self._stop.is_set():
            return Result(), None
        try:
            mail = await self._tests.prepare(
                session, operator, subject, entry.recipient, run=self.id
            )
        except (IdRefused, ValueError) as refusal:
            return _failed(str(refusal)), None
        if mail is None:
            return _failed("Not sent: there is no token.", can_retry=True), None
        await self._tests.send(session, operator, mail, lambda mail: None)
        outcome = mail.outcome
        if isinstance(outcome, TestOutcome):
            words = "" if outcome.verdict is Verdict.ACCEPTED else outcome.meaning
            return Result(_PROGRESS[outcome.verdict], words, verdict=outcome.verdict), None
        assert outcome is not None
        return _failed(sentence(outcome.why), can_retry=not outcome.outcome_unknown), outcome

    def _set(self, number: int, result: Result) -> None:
        self.results[number] = result
        self._changed(number)


_PROGRESS: Final = {
    Verdict.ACCEPTED: Progress.DONE,
    Verdict.REJECTED: Progress.FAILED,
    Verdict.UNREACHABLE: Progress.FAILED,
    Verdict.UNKNOWN: Progress.UNKNOWN,
}
"""What a verdict means for the run: a mail that was not accepted is what one looks for."""


def _failed(words: str, *, can_retry: bool = False) -> Result:
    return Result(Progress.FAILED, words, can_retry)


def _error(outcome: ends.Outcome) -> ApiError | None:
    """The error that an outcome holds, if any."""
    match outcome:
        case ends.Refused(ApiError() as error) | ends.Unknown(error):
            return error
    return None


def _result(entry: PlanEntry, operator: _PlanOperator, outcome: ends.Outcome) -> Result:
    """What the outcome of a save or delete means for the run."""
    match outcome:
        case ends.Saved(notes=notes) | ends.Deleted(notes=notes):
            result = Result(Progress.DONE, " ".join(sentence(note) for note in notes))
        case ends.Unchanged():
            result = Result(Progress.ALREADY)
        case ends.Gone() if entry.operation is Operation.DELETE:
            result = Result(Progress.ALREADY, "It was already deleted.")
        case ends.Gone():
            result = _failed("There is no such record any more.")
        case ends.Conflicted(comparison):
            result = _failed(_conflict_words(comparison))
        case ends.Declined():
            result = _failed(operator.why)
        case ends.NotStored(words):
            result = _failed(words)
        case ends.Unknown(error, found) if found.done is False:
            # A create that was lost may still be done, and would then be done twice.
            words = f"It was not done. {sentence(error.why)}"
            result = _failed(words, can_retry=entry.operation is not Operation.CREATE)
        case ends.Unknown(error):
            result = Result(Progress.UNKNOWN, sentence(error.why))
        case ends.Refused(ApiError() as error):
            result = _failed(sentence(error.why), can_retry=True)
        case ends.Refused(error):
            result = _failed(sentence(str(error)))
    return result


def _conflict_words(comparison: Comparison) -> str:
    """What someone else changed since the plan was made."""
    names = [conflict.name for conflict in comparison.conflicts]
    names += [change.name for change in comparison.theirs]
    what = ", ".join(names) or ("the name" if comparison.name_changed else "the record")
    return f"Not sent: someone changed {what} since the plan was made. Plan again."


def results_of(plan: Plan, run_id: str, writes: Iterable[Written]) -> list[Result]:
    """What the journal tells of a run that was killed, entry by entry.

    ``writes`` are the newest first, and the newest of an entry counts: it may have been retried.
    What it does not know the end of is left, because it is compared with the server before it is
    sent again; but of a test mail that may have been sent, nothing is sent again.
    """
    told: dict[_Key, Written] = {}
    for write in writes:
        if write.begun.run == run_id:
            told.setdefault(_key_of(write), write)
    return [_told(entry, told.get(_key(entry))) for entry in plan.entries]


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
            result = _failed(sentence(write.words))
        case _ if refused:
            result = _failed(sentence(write.words), can_retry=True)
        case _:
            result = Result(words="It was sent before; it is read again first.")
    return result


class _PlanOperator:
    """Answers for one entry: it approves what the plan says, and nothing else.

    Someone who is asked for a token and declines is not asked again in this run. ``why`` says why
    a review was declined.
    """

    def __init__(self, asked: Operator, entry: PlanEntry, refused_token: set[str]) -> None:
        self.why = _OTHER
        self._asked = asked
        self._entry = entry
        self._refused_token = refused_token

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Approve what was reviewed, or a part of it where the rest is so already."""
        reviewed = self._entry.request(session.target.scope)
        if plan.taken:
            self.why = _TAKEN
            return False
        if reviewed is None or not _is_part(plan.request, reviewed):
            return False
        if session.target.access is Access.PROTECTED:
            session.client.confirm(plan.request, plan.name)
        return True

    async def resolve(self, session: Session, comparison: Comparison) -> Mapping[str, Side] | None:
        """Leave what someone else changed as it is: the plan did not know of it."""
        return None

    async def new_token(self, session: Session, why: str) -> bool:
        """Ask, once for each profile."""
        name = session.profile.name
        if name in self._refused_token:
            return False
        given = await self._asked.new_token(session, why)
        if not given:
            self._refused_token.add(name)
        return given

    async def trust(self, session: Session, refused: RefusedCertificate) -> Trust | None:
        """Trust nothing: a list was read before, so this is another certificate."""
        return None

    @contextmanager
    def waiting(
        self, what: str, *, sent: Sent | None = None, stop: Callable[[], object] | None = None
    ) -> Iterator[None]:
        """Say nothing: the run shows what is under way."""
        yield

    def tell(self, notice: Notice) -> None:
        """Say nothing of what others changed and is kept: it is no part of the plan."""


def _is_part(request: Request, reviewed: Request) -> bool:
    """Whether a request sends nothing but what was reviewed, to the same record."""
    same = (request.operation, request.method, request.path, request.query, request.record_id)
    if same != (
        reviewed.operation,
        reviewed.method,
        reviewed.path,
        reviewed.query,
        reviewed.record_id,
    ):
        return False
    return request.new_name == reviewed.new_name and all(
        assignment in reviewed.assignments for assignment in request.assignments
    )
