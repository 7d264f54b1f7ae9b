"""The writes of one client: journalled before and after, finished whoever stops waiting for them.

The one way to the server for whatever changes something or sends mail, so that no screen, command,
undo or bulk action gets past the journal.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from enum import Enum
from typing import Protocol, TypeAlias

from msgspec import Struct

from smtp_tui.api.errors import ApiError, NotJournalled, NotSent, Place, StatusError
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request
from smtp_tui.api.target import Access, Target


class Answer(Struct, frozen=True):
    """A whole answer with a status that is a success."""

    status: int
    body: bytes
    request_id: str | None


class WriteOutcome(Enum):
    """What came of a write. The last two are what a look afterwards found of an unknown one."""

    DONE = "done"
    ANSWERED = "answered"
    GONE = "was gone already"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    UNKNOWN = "not known"
    FOUND_DONE = "found done"
    FOUND_NOT_DONE = "found not done"


class Write(Struct, frozen=True):
    """A write that is about to be sent; ``request`` has masks for secrets.

    ``id`` pairs its intent with its outcome; ``record`` is what the person saw before it.
    """

    id: str
    target: Target
    request: Request
    record: Record | None = None


class Ended(Struct, frozen=True):
    """How a write ended; ``words`` say why where it was not done."""

    outcome: WriteOutcome
    status: int | None = None
    request_id: str | None = None
    words: str = ""
    record_id: str | None = None


Judge: TypeAlias = Callable[[Answer], Ended]
"""What an answer with a good status means; raises ``ApiError`` where it is none."""


class WriteLog(Protocol):
    """Whoever keeps the journal. Neither method raises: the answer is why nothing could be kept,
    empty where it is kept."""

    async def intend(self, write: Write) -> str:
        """Keep what is about to be sent; it is safe when this returns."""

    async def ended(self, write: Write, ended: Ended) -> str:
        """Keep what came of it."""

    def warn(self, problem: str) -> None:
        """Tell a person that the journal has a gap, and why."""


class Unattended(Struct, frozen=True):
    """How a write ended that nobody awaited any more; ``error`` is None where it was done."""

    write: Write
    error: ApiError | None

    @property
    def profile(self) -> str:
        """The profile it went to."""
        return self.write.target.name

    @property
    def request(self) -> Request:
        """What was sent, without secrets."""
        return self.write.request


class Writes:
    """What is on its way to the server. ``report`` is told once of each that nobody awaits."""

    def __init__(self, journal: WriteLog) -> None:
        self._journal = journal
        self._tasks: dict[asyncio.Task[Answer], Write] = {}
        self.report: Callable[[Unattended], None] | None = None

    @property
    def under_way(self) -> tuple[Write, ...]:
        """What was begun and has not ended, oldest first."""
        return tuple(self._tasks.values())

    async def run(
        self,
        write: Write,
        place: Place,
        exchange: Callable[[], Coroutine[None, None, Answer]],
        judge: Judge,
    ) -> Answer:
        """Journal, send, journal. Goes on when the one who awaits it is gone. Raises ``ApiError``,
        among them :class:`NotJournalled` where a protected profile has no journal to write to."""
        task = asyncio.create_task(self._journalled(write, place, exchange, judge))
        self._tasks[task] = write
        task.add_done_callback(self._forget)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(lambda ended: self._tell(write, ended))
            raise

    async def _journalled(
        self,
        write: Write,
        place: Place,
        exchange: Callable[[], Coroutine[None, None, Answer]],
        judge: Judge,
    ) -> Answer:
        begun = False
        try:
            await self._intend(write, place)
            begun = True
            answer = await exchange()
            ended = judge(answer)
        except NotJournalled:
            raise
        except ApiError as error:
            error.write = write
            await self._keep(write, _ended_by(error))
            raise
        except asyncio.CancelledError:
            outcome = WriteOutcome.UNKNOWN if begun else WriteOutcome.NOT_SENT
            await self._keep(write, Ended(outcome, words="The program was left meanwhile"))
            raise
        await self._keep(write, ended)
        return answer

    async def _intend(self, write: Write, place: Place) -> None:
        problem = await self._journal.intend(write)
        if problem and write.target.access is Access.PROTECTED:
            raise NotJournalled(place, write.target.name, problem)
        if problem:
            self._journal.warn(problem)

    async def look_up(self, error: ApiError, *, done: bool) -> None:
        """Keep what a look afterwards found of a write whose outcome was not known."""
        outcome = WriteOutcome.FOUND_DONE if done else WriteOutcome.FOUND_NOT_DONE
        if error.write is not None:
            await self._keep(error.write, Ended(outcome, request_id=error.place.request_id))

    async def _keep(self, write: Write, ended: Ended) -> None:
        problem = await self._journal.ended(write, ended)
        if problem:
            self._journal.warn(problem)

    def _forget(self, task: asyncio.Task[Answer]) -> None:
        del self._tasks[task]
        if not task.cancelled():
            task.exception()

    def _tell(self, write: Write, task: asyncio.Task[Answer]) -> None:
        if self.report is None or task.cancelled():
            return
        error = task.exception()
        if error is None or isinstance(error, ApiError):
            self.report(Unattended(write, error and error.alone()))

    async def finish(self, seconds: float | None = None) -> tuple[Write, ...]:
        """Wait until all have ended, their outcomes journalled.

        Those that have not after ``seconds`` are given up, and are the answer.
        """
        if not self._tasks:
            return ()
        _, late = await asyncio.wait(tuple(self._tasks), timeout=seconds)
        given_up = tuple(self._tasks[task] for task in late)
        if late:
            await self.give_up()
        return given_up

    async def give_up(self) -> None:
        """Wait for no answer any more; what was sent may have been done: the journal says so."""
        for task in self._tasks:
            task.cancel()
        await self.finish()


def new_write_id() -> str:
    """What ties the outcome of a write to its intent."""
    return os.urandom(8).hex()


def done(answer: Answer) -> Ended:
    """An answer that stands for a yes."""
    return Ended(WriteOutcome.DONE, answer.status, answer.request_id)


def _ended_by(error: ApiError) -> Ended:
    status = error.status if isinstance(error, StatusError) else None
    outcome = WriteOutcome.REFUSED
    if error.outcome_unknown:
        outcome = WriteOutcome.UNKNOWN
    elif isinstance(error, NotSent):
        outcome = WriteOutcome.NOT_SENT
    return Ended(outcome, status, error.place.request_id, error.why)
