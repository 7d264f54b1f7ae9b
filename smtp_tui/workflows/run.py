"""A run: a plan that was reviewed once is carried out, record by record, on every host at once.

Each entry takes the same course as a single save, delete or test; only the review is answered by
the plan. A failure stops no other entry. What was sent and got lost is looked up, as always.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from smtp_tui import log
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, StatusError
from smtp_tui.api.requests import TESTS, IdRefused, Operation, Request
from smtp_tui.api.target import Access, Scope
from smtp_tui.state.files import FileProblem
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows.operator import Operator, SilentOperator
from smtp_tui.workflows.plan import Plan, PlanEntry
from smtp_tui.workflows.planned_write import PlannedWrite
from smtp_tui.workflows.progress import (
    Counts,
    Progress,
    Reason,
    Result,
    count,
    failed,
    mail_result,
    write_result,
)
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.taken_names import TakenNames
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
        self._names: dict[tuple[str, Scope], TakenNames] = {}

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
            self._set(number, failed(str(problem), can_retry=True))
            return None
        place = self.plan.place(entry.profile)
        if place is not None and not place.is_that_of(session):
            self._set(number, failed(_ELSEWHERE, Reason.REFUSED))
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
            result, error = await self._outcome(number)
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

    async def _outcome(self, number: int) -> tuple[Result, ApiError | None]:
        """Carry one entry out; what came of it, and the error where there is one."""
        entry = self.plan.entries[number]
        session = self._session_of(entry.profile)
        operator = _PlanOperator(
            self._operator, entry, self._refused_token, sent_before=number in self._sent_before
        )
        if entry.record is not None and entry.operation in TESTS:
            subject = TestSubject(entry.record.name, entry.record)
            return await self._test(session, operator, entry, subject)
        place = session.target.origin.url, session.target.scope
        names = self._names.setdefault(place, TakenNames(self._clock))
        if entry.record is not None and entry.operation is Operation.DELETE:
            outcome = await delete_record(session, operator, entry.record, run=self.id)
            names.forget()
        else:
            outcome = await self._save(number, session, operator, names)
        if entry.operation is Operation.CREATE:
            _keep_name(names, outcome)
            self._forget_in_other_teams(names, session)
        if isinstance(outcome, ends.Saved) and outcome.before is not None:
            await self._remember_secret(session, outcome)
        return write_result(entry, outcome, operator.declined), _error(outcome)

    async def _save(
        self, number: int, session: Session, operator: Operator, names: TakenNames
    ) -> ends.Outcome:
        """Create or change a record; one that may have been sent is looked for in a new list."""
        entry = self.plan.entries[number]
        if number in self._sent_before:
            names.forget()
        try:
            return await save_record(
                *(session, operator, entry.record, entry.patch),
                name=entry.name,
                run=self.id,
                names=names,
            )
        except asyncio.CancelledError:
            self._sent_before.add(number)
            raise

    def _forget_in_other_teams(self, names: TakenNames, session: Session) -> None:
        """Read the lists of other teams again: they may show what was created in this one."""
        place = session.target.origin.url, session.target.scope.tenant
        for (url, scope), other in self._names.items():
            if other is not names and (url, scope.tenant) == place:
                other.forget()

    async def _remember_secret(self, session: Session, saved: ends.Saved) -> None:
        """Keep the time at which a secret was saved: the tests before it say nothing any more."""
        if saved.patch.secrets:
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
            return failed(str(refusal)), None
        if mail is None:
            return failed("Not sent: there is no token.", Reason.NO_TOKEN, can_retry=True), None
        await self._tests.send(session, operator, mail, lambda mail: None)
        outcome = mail.outcome
        assert outcome is not None
        return mail_result(outcome), outcome if isinstance(outcome, ApiError) else None

    def _set(self, number: int, result: Result) -> None:
        self.results[number] = result
        entry = self.plan.entries[number]
        words = f"{entry.verb} {entry.named}: {result.progress.value}. {result.words}"
        log.decision(f"run {self.id}, {entry.profile}: {words}".rstrip())
        self._changed(number)


def _keep_name(names: TakenNames, outcome: ends.Outcome) -> None:
    """Know the name of a record that was created; after anything unknown, read the list again."""
    match outcome:
        case ends.Saved(record_id, name, unanswered=None):
            names.made(name, record_id)
        case ends.Saved() | ends.Unknown() | ends.NotStored():
            names.forget()


def _error(outcome: ends.Outcome) -> ApiError | None:
    """The error that an outcome holds, if any."""
    match outcome:
        case ends.Refused(ApiError() as error) | ends.Unknown(error):
            return error
    return None


class _PlanOperator(SilentOperator):
    """Answers for one entry: it approves what the plan says, and nothing else.

    What others changed stays as it is, and a certificate that is another one than at the reading of
    the list is not trusted. Someone who is asked for a token and declines is not asked again in
    this run. ``declined`` is the result where the review was declined; an entry that was
    ``sent_before`` by a killed run may itself have created the record that has its name.
    """

    def __init__(
        self, asked: Operator, entry: PlanEntry, refused_token: set[str], *, sent_before: bool
    ) -> None:
        self.declined = failed(_OTHER, Reason.CONFLICT)
        self._asked = asked
        self._entry = entry
        self._refused_token = refused_token
        self._taken = (
            Result(Progress.UNKNOWN, _OURS) if sent_before else failed(_TAKEN, Reason.REFUSED)
        )

    async def review(self, session: Session, plan: PlannedWrite) -> bool:
        """Approve what was reviewed, or a part of it where the rest is so already."""
        reviewed = self._entry.request(session.target.scope)
        if plan.taken:
            self.declined = self._taken
            return False
        if reviewed is None or not _is_part(plan.request, reviewed):
            return False
        if session.target.access is Access.PROTECTED:
            session.client.confirm(plan.request, plan.name)
        return True

    async def new_token(self, session: Session, why: str) -> bool:
        """Ask, once for each profile."""
        name = session.profile.name
        if name in self._refused_token:
            return False
        given = await self._asked.new_token(session, why)
        if not given:
            self._refused_token.add(name)
        return given


def _is_part(request: Request, reviewed: Request) -> bool:
    """Whether a request sends nothing but what was reviewed, to the same record."""
    same = replace(request, body=None) == replace(reviewed, body=None)
    named = (request.record_id, request.new_name) == (reviewed.record_id, reviewed.new_name)
    return same and named and all(each in reviewed.assignments for each in request.assignments)
