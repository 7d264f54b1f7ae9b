"""What became of a write: the record is read after a yes, and after an answer that was lost.

A yes is believed only where the server holds what was sent. The journal keeps what both looks find.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui import log
from smtp_tui.api.errors import Advice, AdviceLine, ApiError, NotFound
from smtp_tui.api.models import JsonValue, Record, SecretState, is_secret_name
from smtp_tui.api.requests import CHANGES, Operation, Write
from smtp_tui.api.secret import MASK
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.writes import Ended, WriteOutcome
from smtp_tui.editing.values import ABSENT, Known, holds, looks_same, value_in, value_words

_STILL: Final = "the server still has the old values. Review and save again"
_NOT_DONE: Final = {
    Operation.CREATE: ("no record has this name. Save again", "form.review"),
    Operation.PATCH: (_STILL, "form.review"),
    Operation.DELETE: ("the record still exists. Delete it again", "record.delete"),
}
"""What is read again where a write was not done, and the action to do next."""


class Difference(Struct, frozen=True):
    """What the server holds in place of what was sent; ``words`` complete "the server …".

    ``name`` is the parameter, blank where it is about the whole record. ``old`` is set where the
    server has the value of before.
    """

    words: str
    name: str = ""
    old: bool = False


class Found(Struct, frozen=True):
    """What the server holds after a write.

    ``done`` is None where it cannot be told; ``problem`` says why nothing could be read, if that
    is the reason. ``new`` names the parameters with the value that was sent, ``unseen`` those
    whose value no server shows. ``record`` is the record as it is now.
    """

    done: bool | None
    differences: tuple[Difference, ...] = ()
    new: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    record: Record | None = None
    problem: str = ""

    @property
    def contradicts(self) -> bool:
        """Whether the server does not hold what it said yes to."""
        return bool(self.differences)

    @property
    def words(self) -> str:
        """What contradicts a yes, or why the record could not be read; else blank."""
        if self.differences:
            differ = "; ".join(difference.words for difference in self.differences)
            return f"The server accepted it, but {differ}"
        return f"It could not be read again: {self.problem}" if self.problem else ""


async def look_up(
    connections: SmtpConnections,
    write: Write,
    error: ApiError | None = None,
    created: Record | None = None,
) -> Found:
    """Read the record after a yes, or after the ``error`` in place of an answer.

    The journal keeps what contradicts a yes, and whether a write without an answer was done. A
    test email leaves nothing to read, and a password is never shown. ``created`` is the new record
    where the server's answer told it.
    """
    refused = error is not None and not error.outcome_unknown
    if refused or write.request.operation not in CHANGES:
        return Found(None)
    found = await _look(connections, write, created.id if created is not None else None)
    held = {True: "done", False: "not done", None: "cannot be told"}[found.done]
    log.decision(f"write {write.id}: read again, {found.words or held}")
    if error is None and found.contradicts:
        ended = Ended(WriteOutcome.NOT_STORED, words=found.words)
        await connections.client.writes.keep(write, ended)
    elif error is not None and found.done is not None:
        outcome = WriteOutcome.FOUND_DONE if found.done else WriteOutcome.FOUND_NOT_DONE
        await connections.client.writes.keep(write, Ended(outcome))
    return found


def advice(operation: Operation, found: Found) -> Advice:
    """What to do about a write that was looked up. Empty where it cannot be told what happened."""
    if found.done is False:
        words, action = _NOT_DONE[operation]
        return (AdviceLine(f"Read again: {words}", (action,)),)
    if operation is Operation.CREATE and found.record is not None:
        there = f"a record with this name exists (id {found.record.id})"
        return (AdviceLine(f"Read again: {there}. Check it before you save"),)
    return ()


async def _look(connections: SmtpConnections, write: Write, created_id: str | None) -> Found:
    operation, record_id = write.request.operation, write.request.record_id or created_id
    try:
        if record_id is None:
            return await _look_for_name(connections, write)
        record = await connections.get(record_id)
    except NotFound:
        if operation is Operation.DELETE:
            return Found(True)
        return Found(None, (Difference("has no such record"),))
    except ApiError as error:
        return Found(None, problem=error.why)
    if operation is Operation.DELETE:
        return Found(False, (Difference("still has the record"),), record=record)
    return compared(write.request.assigned(), write.record, record)


async def _look_for_name(connections: SmtpConnections, write: Write) -> Found:
    """Whether a record of the name that was to be created holds what was sent."""
    name, sent = write.request.new_name, write.request.assigned()
    records = (await connections.list()).records
    found = [compared(sent, None, record) for record in records if record.name == name]
    if not found:
        return Found(False, (Difference("has no record of that name"),))
    best = next((each for each in found if not each.contradicts), found[-1])
    # Another record may have had that name before, so one that differs tells nothing.
    return replace(best, done=None if best.contradicts else True)


def compared(sent: Iterable[tuple[str, JsonValue]], before: Record | None, now: Record) -> Found:
    """Compare the values that were sent, secrets masked, with those of the record now."""
    new: list[str] = []
    unseen: list[str] = []
    differences: list[Difference] = []
    for name, value in sent:
        there = value_in(now, name)
        if value == MASK or is_secret_name(name) or isinstance(there, SecretState):
            unseen.append(name)
        elif holds(there, value) or _same_number(there, value):
            new.append(name)
        else:
            old = before is not None and looks_same(there, value_in(before, name))
            has = f"{'still has' if old else 'has'} {value_words(there)} for {name}"
            words = f"has no {name}" if there is ABSENT else has
            differences.append(Difference(words, name, old))
    mixed = bool(new and differences) or not all(difference.old for difference in differences)
    done = None if unseen or mixed else not differences
    return Found(done, tuple(differences), tuple(new), tuple(unseen), now)


def _same_number(there: Known, value: JsonValue) -> bool:
    """Whether a server stored 1.0 as 1."""
    return there == value and not isinstance(value, bool) and not isinstance(there, bool)
