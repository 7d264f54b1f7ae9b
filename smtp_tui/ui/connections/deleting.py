"""The way of a delete: review, read again, compare, send, and what came of it."""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import TypeVar

from msgspec import Struct
from textual.screen import Screen

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import NotFound, TokenNeeded, TokenRefused
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request, delete_request
from smtp_tui.editing.undo import lost_by_delete
from smtp_tui.text import clean, record_name
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.record_form.outcome import carried_out, claimed, notes_on
from smtp_tui.ui.review.dialog import Review, ReviewDialog
from smtp_tui.workflows.operator import Sent
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in, replace_token

ScreenResult = TypeVar("ScreenResult")

_CHANGED = "Someone changed it since you looked; this is how it is now."
_NEW_TOKEN = "The token is new. Nothing was deleted yet: review once more."


class Deletion(Enum):
    """What became of a delete."""

    DONE = "done"
    GONE = "it was gone already"
    LEFT = "nothing was deleted"
    NOT_STORED = "the server said yes and still has it"


class Deleting(Struct, frozen=True):
    """What became of a delete, the record as it was last seen, and what else should be told."""

    result: Deletion
    record: Record
    notes: tuple[str, ...] = ()


async def delete(
    screen: Screen[ScreenResult],
    session: Session,
    clock: Clock,
    record: Record,
    asides: tuple[str, ...] = (),
) -> Deleting:
    """Review and delete; what is deleted is what the last review showed, with these ``asides``.

    For workers only. Raises ``ApiError`` and ``IdRefused``.
    """
    with claimed(session, delete_request(session.target.scope, record.id)):
        return await _delete(screen, session, clock, record, asides)


async def _delete(
    screen: Screen[ScreenResult],
    session: Session,
    clock: Clock,
    record: Record,
    asides: tuple[str, ...],
) -> Deleting:
    notes: tuple[str, ...] = ()
    while True:
        request = delete_request(session.target.scope, record.id)
        review = _review(record, request, (*asides, *notes))
        dialog = ReviewDialog(session, review, clock, by_key=False)
        if not await screen.app.push_screen_wait(dialog):
            return Deleting(Deletion.LEFT, record)
        try:
            now = await read_signed_in(
                session,
                ScreenOperator(screen),
                partial(session.connections.get, record.id),
                f"Reading {record_name(record.name, record.id)} before it is deleted",
                Sent.NOTHING,
            )
        except NotFound:
            return Deleting(Deletion.GONE, record)
        if (now.name, now.parameters) != (record.name, record.parameters):
            record, notes = now, (_CHANGED,)
            continue
        try:
            result, found = await _send(screen, session, request, record)
        except (TokenRefused, TokenNeeded) as error:
            if not await replace_token(session, ScreenOperator(screen), error.why):
                raise
            notes = (_NEW_TOKEN,)
            continue
        return Deleting(result, record, found)


async def _send(
    screen: Screen[ScreenResult], session: Session, request: Request, record: Record
) -> tuple[Deletion, tuple[str, ...]]:
    name = record_name(record.name, record.id)
    written, found = await carried_out(
        screen,
        session,
        lambda: session.connections.delete(request, record),
        f"Deleting {name}",
        name,
    )
    if found.contradicts:
        session.memory.last_change = None  # there is nothing to undo, and nothing beyond it
        return Deletion.NOT_STORED, (f"{found.words}.",)
    return (Deletion.GONE if written.gone else Deletion.DONE), notes_on(written, found)


def _review(record: Record, request: Request, notes: tuple[str, ...]) -> Review:
    where = f"{clean(record.text('hostname'), 80)}:{clean(record.text('port'), 20)}"
    lost = ", ".join(lost_by_delete(record))
    name = record_name(record.name, record.id)
    return Review(
        f"Delete {name}?",
        record.name,
        (f"{name} ({where}) will be deleted",),
        request,
        (*notes, f"What cannot come back: {lost}.", "Services that mail through it will fail."),
        verb="Delete",
        mark="-",
        destroys=True,
    )
