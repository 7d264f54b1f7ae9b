"""What came of a write: read again after a yes, and looked up after a lost answer.

A yes is believed only when the server holds what was sent. Both looks are journalled.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.errors import Advice, AdviceLine, ApiError, NotFound, Operation
from smtp_tui.api.models import Record
from smtp_tui.api.requests import assigned, record_id_of
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.writes import Unattended, Write
from smtp_tui.editing.verify import Held, held

NOTHING_HELD: Final = Held()


class Found(Struct, frozen=True):
    """What a look at the server says of a write.

    ``done`` is None where nobody can tell; ``problem`` then says why nothing could be read, if that
    is the reason. ``differs`` says what the server holds instead, as it completes "the server …".
    ``record`` is the record it was about, as it is now.
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
        """The contradiction, or why it is not known; blank where all is as it should be."""
        if self.differs:
            return f"The server answered yes but {'; '.join(self.differs)}"
        return f"It could not be read again: {self.problem}" if self.problem else ""


async def verify(
    connections: SmtpConnections, write: Write, created: Record | None = None
) -> Found:
    """Read again after a yes. A contradiction is journalled as not stored.

    ``created`` is the new record as the server told it, where it did.
    """
    found = await _look(connections, write, created.id if created is not None else None)
    if found.contradicts:
        await connections.not_stored(write, found.words)
    return found


async def look_up(connections: SmtpConnections, error: ApiError) -> Found:
    """Look what became of a write whose answer was lost; what is found is journalled.

    A test mail leaves nothing to look at, and a password cannot be seen.
    """
    write = error.write
    if write is None or not error.outcome_unknown:
        return Found(None)
    found = await _look(connections, write, None)
    if found.done is not None:
        await connections.looked_up(error, done=found.done)
    return found


async def follow_up(connections: SmtpConnections, ended: Unattended) -> Found:
    """What came of a write that nobody waited for: read again, or looked up."""
    if ended.error is not None:
        return await look_up(connections, ended.error)
    return await verify(connections, ended.write)


def advice(operation: Operation, found: Found) -> Advice:
    """What to do about a write that was looked up and not done, or may have been done.

    Empty where nobody can tell.
    """
    match operation, found.done:
        case Operation.PATCH, False:
            words = "Read again: the server still has the old values. Review and save once more"
            return (AdviceLine(words, ("form.review",)),)
        case Operation.DELETE, False:
            return (AdviceLine("Read again: the record is still there. Delete it once more"),)
        case Operation.CREATE, False:
            words = "Read again: no record of that name is there. Save once more"
            return (AdviceLine(words, ("form.review",)),)
        case Operation.CREATE, True:
            words = "Read again: a record of that name is there. Look at it before you save"
            return (AdviceLine(words),)
    return ()


async def _look(connections: SmtpConnections, write: Write, created_id: str | None) -> Found:
    record_id = record_id_of(write.request) or created_id
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
    """Of a new record whose id is not known: whether one of that name holds what was sent."""
    name = (write.request.body or {}).get("name")
    named = [one for one in (await connections.list()).records if one.name == name]
    if not named:
        return Found(False, differs=("holds no record of that name",))
    found = [_compared(write, one) for one in named]
    best = next((one for one in found if not one.contradicts), found[-1])
    done = None if best.contradicts else True  # another one may have had that name before
    return Found(done, best.held, best.differs, best.record)


async def _deleted(connections: SmtpConnections, record_id: str) -> Found:
    try:
        record = await connections.get(record_id)
    except NotFound:
        return Found(True)
    return Found(False, differs=("still has the record",), record=record)


def _compared(write: Write, now: Record) -> Found:
    state = held(assigned(write.request), write.record, now)
    return Found(state.done, state, tuple(one.words for one in state.differences), now)


__all__ = ["Found", "advice", "follow_up", "look_up", "verify"]
