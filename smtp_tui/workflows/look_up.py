"""What became of a write: the record is read after a yes, and after an answer that was lost.

A yes is believed only where the server holds what was sent. The journal keeps what both looks find.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.errors import Advice, AdviceLine, ApiError, NotFound
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation, Write
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.writes import Unattended, WriteOutcome
from smtp_tui.editing.verify import Held, held

NOTHING_HELD: Final = Held()


class Found(Struct, frozen=True):
    """What the server holds after a write.

    ``done`` is None where it cannot be told; ``problem`` says why nothing could be read, if that
    is the reason. ``differs`` says what the server holds instead, as it completes "the server …".
    ``record`` is the record as it is now.
    """

    done: bool | None
    held: Held = NOTHING_HELD
    differs: tuple[str, ...] = ()
    record: Record | None = None
    problem: str = ""

    @property
    def contradicts(self) -> bool:
        """Whether the server does not hold what it said yes to."""
        return bool(self.differs)

    @property
    def words(self) -> str:
        """What contradicts a yes, or why the record could not be read; else blank."""
        if self.differs:
            return f"The server answered yes but {'; '.join(self.differs)}"
        return f"It could not be read again: {self.problem}" if self.problem else ""


async def verify(
    connections: SmtpConnections, write: Write, created: Record | None = None
) -> Found:
    """Read the record after a yes; a contradiction is journalled as not stored.

    ``created`` is the new record, where the server's answer told it.
    """
    found = await _look(connections, write, created.id if created is not None else None)
    if found.contradicts:
        await connections.journal(write, WriteOutcome.NOT_STORED, found.words)
    return found


async def look_up(connections: SmtpConnections, error: ApiError) -> Found:
    """Read the record after a lost answer; what is found is journalled.

    A test email leaves nothing to read, and a password is never shown.
    """
    write = error.write
    if write is None or not error.outcome_unknown:
        return Found(None)
    found = await _look(connections, write, None)
    if found.done is not None:
        outcome = WriteOutcome.FOUND_DONE if found.done else WriteOutcome.FOUND_NOT_DONE
        await connections.journal(write, outcome)
    return found


async def follow_up(connections: SmtpConnections, ended: Unattended) -> Found:
    """What became of a write that nobody waited for."""
    if ended.error is not None:
        return await look_up(connections, ended.error)
    return await verify(connections, ended.write)


def advice(operation: Operation, found: Found) -> Advice:
    """What to do about a write that was looked up. Empty where it cannot be told what happened."""
    match operation, found.done:
        case Operation.PATCH, False:
            words = "Read again: the server still has the old values. Review and save once more"
            return (AdviceLine(words, ("form.review",)),)
        case Operation.DELETE, False:
            words = "Read again: the record is still there. Delete it once more"
            return (AdviceLine(words, ("record.delete",)),)
        case Operation.CREATE, False:
            words = "Read again: no record of that name is there. Save once more"
            return (AdviceLine(words, ("form.review",)),)
        case Operation.CREATE, _ if found.record is not None:
            there = f"a record of that name is there (id {found.record.id})"
            return (AdviceLine(f"Read again: {there}. Look at it before you save"),)
    return ()


async def _look(connections: SmtpConnections, write: Write, created_id: str | None) -> Found:
    record_id = write.request.record_id or created_id
    try:
        match write.request.operation:
            case Operation.CREATE if record_id is None:
                return await _named(connections, write)
            case Operation.DELETE if record_id is not None:
                return await _deleted(connections, record_id)
            case Operation.PATCH | Operation.CREATE if record_id is not None:
                return _compared(write, await connections.get(record_id))
    except NotFound:
        return Found(None, differs=("holds no such record",))
    except ApiError as error:
        return Found(None, problem=error.why)
    return Found(None)


async def _named(connections: SmtpConnections, write: Write) -> Found:
    """Whether a record of the name that was to be created holds what was sent."""
    name = write.request.new_name
    named = [record for record in (await connections.list()).records if record.name == name]
    if not named:
        return Found(False, differs=("holds no record of that name",))
    found = [_compared(write, record) for record in named]
    best = next((each for each in found if not each.contradicts), found[-1])
    # Another record may have had that name before, so one that differs tells nothing.
    done = None if best.contradicts else True
    return Found(done, best.held, best.differs, best.record)


async def _deleted(connections: SmtpConnections, record_id: str) -> Found:
    try:
        record = await connections.get(record_id)
    except NotFound:
        return Found(True)
    return Found(False, differs=("still has the record",), record=record)


def _compared(write: Write, now: Record) -> Found:
    state = held(write.request.assigned(), write.record, now)
    differs = tuple(difference.words for difference in state.differences)
    return Found(state.done, state, differs, now)


__all__ = ["Found", "advice", "follow_up", "look_up", "verify"]
