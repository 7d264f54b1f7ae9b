"""The writes of one client: journalled before and after, and finished even if nobody waits.

Whatever changes something or sends mail goes to the server through here, so that no screen or
command gets past the journal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final, Protocol, TypeAlias, TypeVar

from msgspec import Struct

from smtp_tui import log
from smtp_tui.api import errors
from smtp_tui.api.errors import ApiError, Call
from smtp_tui.api.requests import Answer, Request, Write
from smtp_tui.api.target import Access, Target

T = TypeVar("T")


Sending: TypeAlias = Callable[[Callable[[], None]], Coroutine[None, None, tuple[T, "Ended"]]]
"""Sends a write; gives what its sender wants to know, and what the journal keeps. It calls its
argument just before the first byte of the request leaves."""
_UNSENT: Final = "the write was given up before it was sent"


class WriteOutcome(Enum):
    """What came of a write.

    Three are what a look afterwards found: of a write whose answer was lost, and of one that the
    server said yes to. ``SENT_AGAIN`` is that of a lost one to which a later write of the same run
    did the same: that one tells what came of it.
    """

    DONE = "done"
    ANSWERED = "answered"
    MAIL_ACCEPTED = "mail accepted"
    MAIL_REJECTED = "mail rejected"
    MAIL_UNREACHABLE = "mail unreachable"
    GONE = "was gone already"
    REFUSED = "refused"
    NOT_SENT = "not sent"
    UNKNOWN = "not known"
    FOUND_DONE = "found done"
    FOUND_NOT_DONE = "found not done"
    NOT_STORED = "not stored"
    SENT_AGAIN = "sent again"


class Ended(Struct, frozen=True):
    """How a write ended; ``words`` say why where it was not done."""

    outcome: WriteOutcome
    status: int | None = None
    request_id: str | None = None
    words: str = ""
    record_id: str | None = None


class WriteLog(Protocol):
    """The journal. Its methods do not raise: they return why nothing could be kept, or ``""``."""

    async def keep(self, write: Write, ended: Ended | None) -> str:
        """Keep what is about to be sent, or what came of it; it is safe when this returns."""

    def warn(self, problem: str) -> None:
        """Tell a person that the journal has a gap, and why."""


class Unattended(Struct, frozen=True):
    """How a write ended that nobody awaited any more; ``error`` is None where it was done.

    ``gone`` is whether there was nothing to delete.
    """

    write: Write
    error: ApiError | None
    gone: bool = False


class GivenUp(Struct, frozen=True):
    """A write that was left before its end; ``sent`` is whether it may have been done."""

    write: Write
    sent: bool


@contextmanager
def nothing_sent() -> Iterator[None]:
    """Mark a cancellation in this block for :func:`was_not_sent`: nothing was sent before it."""
    try:
        yield
    except asyncio.CancelledError:
        raise asyncio.CancelledError(_UNSENT) from None


def was_not_sent(stopped: asyncio.CancelledError) -> bool:
    """Whether the write that was awaited had surely not been sent, and never will be."""
    return _UNSENT in stopped.args


class _Stage(Enum):
    """How far a write came. Only what waits can be given up; what was sent may have been done."""

    WAITS = "waits"
    SENT = "sent"
    GIVEN_UP = "given up"


class _UnderWay(Struct):
    """A write, and how it ended once that is known."""

    write: Write
    stage: _Stage = _Stage.WAITS
    ended: Ended | None = None

    @property
    def sent(self) -> bool:
        """Whether it may have been done."""
        return self.stage is _Stage.SENT

    def begins(self) -> None:
        """The first byte of the request is about to leave; never after it was given up."""
        if self.stage is _Stage.GIVEN_UP:
            raise asyncio.CancelledError(_UNSENT)
        self.stage = _Stage.SENT

    def give_up(self, task: asyncio.Task[T]) -> None:
        """Do not send it, or wait no longer for its answer."""
        task.cancel()
        if self.stage is _Stage.WAITS:
            self.stage = _Stage.GIVEN_UP

    def left(self, words: str) -> Ended:
        """How it ended where nothing more can be learned about it."""
        return Ended(WriteOutcome.UNKNOWN if self.sent else WriteOutcome.NOT_SENT, words=words)


class Writes:
    """The writes under way. ``report`` is called once for each that ended with nobody waiting.

    ``everywhere`` holds those of all clients of this run, so that a second write to a record is
    refused whichever client sends the first. Where ``stops_unsent`` is set, a write that nobody
    awaits any more is given up if it has not been sent: a command that is interrupted sends nothing
    more.
    """

    def __init__(self, journal: WriteLog, everywhere: list[Write]) -> None:
        self._journal = journal
        self._everywhere = everywhere
        self._tasks: dict[asyncio.Task[object], _UnderWay] = {}
        self.report: Callable[[Unattended], None] | None = None
        self.stops_unsent = False

    @property
    def under_way(self) -> tuple[Write, ...]:
        """What was begun and has not ended, oldest first."""
        return tuple(each.write for each in self._tasks.values())

    def check_free(self, request: Request, target: Target, call: Call) -> None:
        """Raise :class:`UnderWay` where another write to the same record has not ended."""
        for other in self._everywhere:
            if other.excludes(request, target):
                raise errors.UnderWay(call, other.request.operation)

    async def run(self, write: Write, call: Call, send: Sending[T]) -> T:
        """Journal, send, journal. Goes on when the one who awaits it is gone. Raises ``ApiError``,
        among them :class:`UnderWay` where another write to the same record has not ended, and
        :class:`NotJournalled` where a protected profile has no journal to write to."""
        self.check_free(write.request, write.target, call)
        self._everywhere.append(write)
        state = _UnderWay(write)
        task = asyncio.create_task(self._journalled(state, call, send))
        self._tasks[task] = state
        task.add_done_callback(self._forget)
        try:
            told, _ = await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(lambda ended: self._tell(write, ended))
            if self.stops_unsent and state.stage is _Stage.WAITS:
                state.give_up(task)
            if state.stage is _Stage.GIVEN_UP:
                raise asyncio.CancelledError(_UNSENT) from None
            raise
        return told

    async def _journalled(self, state: _UnderWay, call: Call, send: Sending[T]) -> tuple[T, Ended]:
        """The outcome is journalled whatever ends this, a fault of this program included."""
        await self._intend(state, call)
        try:
            told, state.ended = await send(state.begins)
        except ApiError as error:
            error.write = state.write
            state.ended = _ended_by(error)
            raise
        except asyncio.CancelledError:
            state.ended = state.left(_LEFT)
            raise
        finally:
            state.ended = ended = state.ended or state.left(_FAILED)
            await self.keep(state.write, ended)
        return told, ended

    async def _intend(self, state: _UnderWay, call: Call) -> None:
        write = state.write
        log.decision(f"write {write.id}: {write.request.operation.value} is about to be sent")
        try:
            problem = await self._journal.keep(write, None)
        except asyncio.CancelledError:
            state.ended = state.left(_LEFT)
            await self.keep(write, state.ended)
            raise
        if problem and write.target.access is Access.PROTECTED:
            why = (
                f"The profile {write.target.name} is protected, and the journal of writes cannot be"
            )
            raise errors.NotJournalled(call, f"{why} written: {problem}")
        self._warn(problem)

    def _warn(self, problem: str) -> None:
        """Have a person told, but later, so that nothing comes between the steps of a write."""
        if problem:
            asyncio.get_running_loop().call_soon(self._journal.warn, problem)

    async def keep(self, write: Write, ended: Ended) -> None:
        """Journal an outcome; a person is told where that cannot be done."""
        log.decision(f"write {write.id}: {ended.outcome.value}")
        self._warn(await self._journal.keep(write, ended))

    def _forget(self, task: asyncio.Task[T]) -> None:
        self._everywhere.remove(self._tasks.pop(task).write)
        if not task.cancelled():
            task.exception()

    def _tell(self, write: Write, task: asyncio.Task[tuple[T, Ended]]) -> None:
        if self.report is None or task.cancelled():
            return
        error = task.exception()
        if error is None:
            gone = task.result()[1].outcome is WriteOutcome.GONE
            self.report(Unattended(write, None, gone))
        elif isinstance(error, ApiError):
            self.report(Unattended(write, error.alone()))

    async def finish(self, seconds: float | None = None) -> tuple[GivenUp, ...]:
        """Wait until all have ended, their outcomes journalled.

        Those that have not after ``seconds`` are given up, and are the answer.
        """
        if not self._tasks:
            return ()
        _, late = await asyncio.wait(tuple(self._tasks), timeout=seconds)
        left = [self._tasks[task] for task in late]
        given_up = tuple(GivenUp(each.write, each.sent) for each in left if each.ended is None)
        if late:
            await self.give_up()
        return given_up

    async def give_up(self) -> None:
        """Wait for no answer any more; what was sent may have been done: the journal says so.

        The journal is waited for.
        """
        for task, state in self._tasks.items():
            if state.ended is None:
                state.give_up(task)
        await self.finish()


_LEFT: Final = "smtp-tui was closed meanwhile"
_FAILED: Final = "smtp-tui failed with an internal error"


def done(answer: Answer) -> Ended:
    """An answer that stands for a yes."""
    return Ended(WriteOutcome.DONE, answer.status, answer.request_id)


def _ended_by(error: ApiError) -> Ended:
    status = error.status if isinstance(error, errors.StatusError) else None
    outcome = WriteOutcome.REFUSED
    if error.outcome_unknown:
        outcome = WriteOutcome.UNKNOWN
    elif isinstance(error, errors.NotFound):
        outcome = WriteOutcome.GONE
    elif isinstance(error, errors.NotSent):
        outcome = WriteOutcome.NOT_SENT
    return Ended(outcome, status, error.call.request_id, error.why)
