"""The way of a delete: review, read again, compare, send, and what came of it."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from textual.screen import Screen

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, NotFound, TokenNeeded, TokenRefused
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request, delete_request
from smtp_tui.editing.undo import lost_by_delete
from smtp_tui.ui.screens.review import Review, ReviewDialog
from smtp_tui.ui.session import Session
from smtp_tui.ui.text import clean
from smtp_tui.ui.tokens import ask_token, with_token

ScreenResult = TypeVar("ScreenResult")

_CHANGED = "Someone changed it since you looked; this is how it is now."
_NEW_TOKEN = "The token is new. Nothing was deleted yet: review once more."


class Deletion(Enum):
    """What became of a delete."""

    DONE = "done"
    GONE = "it was gone already"
    LEFT = "nothing was deleted"


async def delete(
    screen: Screen[ScreenResult],
    session: Session,
    clock: Clock,
    record: Record,
    asides: tuple[str, ...] = (),
) -> tuple[Deletion, Record]:
    """Review and delete; what is deleted is what the last review showed, with these ``asides``.

    Gives the record as it was last seen. For workers only. Raises ``ApiError`` and ``IdRefused``.
    """
    notes: tuple[str, ...] = ()
    while True:
        request = delete_request(session.target.scope, record.id)
        review = _review(record, request, (*asides, *notes))
        if not await screen.app.push_screen_wait(ReviewDialog(session, review, clock)):
            return Deletion.LEFT, record
        try:
            now = await _read(screen, session, record.id)
        except NotFound:
            return Deletion.GONE, record
        if (now.name, now.parameters) != (record.name, record.parameters):
            record, notes = now, (_CHANGED,)
            continue
        try:
            found = await _send(session, request, record)
        except (TokenRefused, TokenNeeded) as error:
            if not await ask_token(screen, session, error.why):
                raise
            notes = (_NEW_TOKEN,)
            continue
        return (Deletion.DONE if found else Deletion.GONE), record


async def _read(screen: Screen[ScreenResult], session: Session, record_id: str) -> Record:
    return await with_token(screen, session, lambda: session.connections.get(record_id))


async def _send(session: Session, request: Request, record: Record) -> bool:
    """Send; False where the record was gone. After a lost answer look whether it is still there."""
    try:
        return not (await session.connections.delete(request, record)).gone
    except NotFound:
        return False
    except ApiError as error:
        if not error.outcome_unknown:
            raise
        try:
            await session.connections.get(record.id)
        except NotFound:
            await session.connections.looked_up(error, done=True)
            return True
        except ApiError:
            raise error from None
        await session.connections.looked_up(error, done=False)
        error.advice = "Read again: the record is still there. Delete it once more."
        raise


def _review(record: Record, request: Request, notes: tuple[str, ...]) -> Review:
    where = f"{clean(record.text('hostname'), 80)}:{clean(record.text('port'), 20)}"
    lost = ", ".join(lost_by_delete(record))
    return Review(
        f"Delete {clean(record.name, 40)}?",
        record.name,
        (f"the record {record.name} ({where}) will be deleted",),
        request,
        (*notes, f"What cannot come back: {lost}.", "Services that mail through it will fail."),
        verb="Delete",
        mark="-",
        destroys=True,
    )
