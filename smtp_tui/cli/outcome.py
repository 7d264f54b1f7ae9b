"""What came of a write, for the commands: in words on stderr, and as an exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from smtp_tui.api.errors import ApiError, Operation
from smtp_tui.api.smtp_connections import Written
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import code_of, tell
from smtp_tui.cli.say import clean, remark
from smtp_tui.workflows.outcomes import Found, look_up, verify
from smtp_tui.workflows.session import Session


async def carried_out(
    session: Session, send: Callable[[], Awaitable[Written]], interrupted: str
) -> tuple[ExitCode, Written, Found]:
    """Send a write, then read the record again to see what came of it.

    The code is OK if the server accepted the write and stored what was sent. ``interrupted`` is
    printed if the command is ended before the answer comes.
    """
    try:
        written = await send()
    except asyncio.CancelledError:
        remark(interrupted)
        raise
    except ApiError as error:
        tell(error)
        found = await look_up(session.connections, error)
        _tell_found(error.place.operation, error, found)
        return code_of(error), Written(), found
    if written.unreadable:
        remark(f"The server said yes; its answer could not be read: {clean(written.unreadable)}.")
    if written.write is None or written.gone:
        return ExitCode.OK, written, Found(None)
    found = await verify(session.connections, written.write, written.record)
    if found.words:
        remark(f"{clean(found.words)}.")
    return (ExitCode.FAILED if found.contradicts else ExitCode.OK), written, found


def _tell_found(operation: Operation, error: ApiError, found: Found) -> None:
    """Say what the server holds now, if the answer was lost."""
    if not error.outcome_unknown:
        return
    if found.problem:
        remark(f"  Reading it again did not help: {clean(found.problem)}")
        return
    match operation:
        case Operation.DELETE:
            remark(f"  Read again: it is {'gone' if found.done else 'still there'}.")
        case Operation.CREATE if found.record is not None:
            remark(f"  Read again: it is there ({clean(found.record.id)}).")
        case Operation.CREATE:
            remark("  Read again: it is not there.")
        case _:
            _tell_values(found)


def _tell_values(found: Found) -> None:
    held = found.held
    old = [difference.name for difference in held.differences if difference.old]
    if held.new:
        remark(f"  Read again: the server has the new value of {clean(', '.join(held.new))}.")
    if old:
        remark(f"  Read again: the server has the old value of {clean(', '.join(old))}.")
    for difference in held.differences:
        if not difference.old:
            remark(f"  Read again: the server {clean(difference.words)}.")
    if held.unseen:
        remark(f"  Of {clean(', '.join(held.unseen))} nothing can be seen.")


__all__ = ["carried_out"]
