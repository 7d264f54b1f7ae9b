"""Sending a confirmed write from a screen, and finding out what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from textual.screen import Screen

from smtp_tui.api.errors import ApiError, Operation, Place, UnderWay
from smtp_tui.api.requests import Request, record_id_of
from smtp_tui.api.smtp_connections import Written
from smtp_tui.api.writes import Unattended
from smtp_tui.ui.waiting import waiting
from smtp_tui.workflows.operator import Sent
from smtp_tui.workflows.outcomes import Found, advice, look_up, verify
from smtp_tui.workflows.session import Session

ScreenResult = TypeVar("ScreenResult")


@contextmanager
def claimed(session: Session, request: Request) -> Iterator[None]:
    """Have a record to oneself, from the review of a write until its outcome is known.

    Raises ``UnderWay`` where another write to that record has not ended.
    """
    session.connections.check_free(request)
    claims, record_id = session.memory.claims, record_id_of(request)
    if record_id is None:
        yield
        return
    if record_id in claims:
        raise UnderWay(Place(request.operation, session.target.origin.text), claims[record_id])
    claims[record_id] = request.operation
    try:
        yield
    finally:
        del claims[record_id]


async def carried_out(
    screen: Screen[ScreenResult],
    session: Session,
    send: Callable[[], Awaitable[Written]],
    what: str,
    name: str,
) -> tuple[Written, Found]:
    """Send a write and read again what came of it; ``what`` is what the screen says meanwhile.

    A write whose answer was lost is as good as one with a yes where the server is found to hold it.
    Otherwise it raises its ``ApiError``, with what was found as the advice. For workers only.
    """
    try:
        with waiting(screen, what, sent=Sent.WRITE):
            written = await send()
    except ApiError as error:
        if not error.outcome_unknown:
            raise
        return await _looked_up(screen, session, error, name)
    if written.write is None or written.gone:
        return written, Found(None)
    return written, await _verified(screen, session, written, name)


async def _looked_up(
    screen: Screen[ScreenResult], session: Session, error: ApiError, name: str
) -> tuple[Written, Found]:
    with waiting(screen, f"No answer came; reading {name} again", sent=Sent.LOST):
        found = await look_up(session.connections, error)
    operation = error.place.operation
    if found.done and operation is not Operation.CREATE:
        return Written(), found
    error.advice = advice(operation, found) or error.advice
    raise error


async def _verified(
    screen: Screen[ScreenResult], session: Session, written: Written, name: str
) -> Found:
    """Read again; stopping that leaves the server's yes as it is."""
    assert written.write is not None
    reading = asyncio.create_task(verify(session.connections, written.write, written.record))
    try:
        with waiting(screen, f"Done; reading {name} again", stop=reading.cancel):
            await asyncio.wait({reading})
    except asyncio.CancelledError:
        if session.report is not None:
            session.report(session, Unattended(written.write, None))
        raise
    finally:
        reading.cancel()
    return Found(None, problem="you stopped waiting") if reading.cancelled() else reading.result()


def notes_on(written: Written, found: Found) -> tuple[str, ...]:
    """What a person should know of a write that was done."""
    unreadable = written.unreadable
    said = (f"The server said yes; its answer could not be read: {unreadable}",)
    return (*(said if unreadable else ()), *((found.words,) if found.words else ()))


__all__ = ["carried_out", "claimed", "notes_on"]
