"""From a draft to a saved record: review, read again, compare, send, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeAlias, TypeVar

from msgspec import Struct
from textual.screen import Screen

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, TokenNeeded, TokenRefused
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.merge import Comparison, compare, resolve
from smtp_tui.editing.patch import ChangeKind, Patch
from smtp_tui.ui.drafting import save_request
from smtp_tui.ui.screens.conflict import ConflictDialog
from smtp_tui.ui.screens.review import Review, ReviewDialog
from smtp_tui.ui.session import Session
from smtp_tui.ui.text import clean
from smtp_tui.ui.tokens import ask_token, with_token

ScreenResult = TypeVar("ScreenResult")


class Saved(Struct, frozen=True):
    """What the server said yes to. ``before`` is None for a record that was created."""

    record_id: str | None
    name: str
    before: Record | None
    patch: Patch


class Nothing(Enum):
    """Why nothing was saved without anything having gone wrong."""

    TO_SEND = "the server already has these values"
    CONFIRMED = "the review was left"


SaveResult: TypeAlias = Saved | Nothing


async def save(
    screen: Screen[ScreenResult],
    session: Session,
    clock: Clock,
    opened: Record | None,
    draft: Draft,
    patch: Patch,
    notes: tuple[str, ...] = (),
    sending: Callable[[], None] = lambda: None,
) -> SaveResult:
    """Review and save; a conflict or a new token leads back to the review, with what was typed.

    ``notes`` are words for the first review; ``sending`` is called before the write leaves. For
    workers only. Raises ``ApiError``; nothing is sent that the last review did not show.
    """
    reviewed: Request | None = None
    while True:
        request = save_request(session.target.scope, draft, patch)
        if request is None:
            return Nothing.TO_SEND
        if request != reviewed:
            review = _review(draft, patch, request, notes)
            if not await screen.app.push_screen_wait(ReviewDialog(session, review, clock)):
                return Nothing.CONFIRMED
            reviewed = request
        if opened is not None:
            now = await _now(screen, session, opened)
            comparison = compare(opened, patch, now)
            if comparison.conflicts:
                choices = await screen.app.push_screen_wait(ConflictDialog(comparison))
                if choices is None:
                    return Nothing.CONFIRMED
                patch, notes, reviewed = resolve(comparison, choices), (_CHOSEN,), None
                opened = now
                continue
            _mention(screen, comparison, now)
            if comparison.already:
                patch, notes = comparison.patch, (_already(comparison),)
                continue
        elif _TAKEN not in notes and await _is_taken(screen, session, draft.name.strip()):
            notes, reviewed = (_TAKEN,), None
            continue
        sending()
        try:
            return await _send(session, opened, draft, patch, request)
        except (TokenRefused, TokenNeeded) as error:
            if not await ask_token(screen, session, error.why):
                raise
            notes, reviewed = (*(one for one in notes if one == _TAKEN), _NEW_TOKEN), None


_CHOSEN = "Values changed on the server meanwhile; this is what you chose."
_UNSEEN = "Whether someone else changed the password meanwhile cannot be seen."
_TAKEN = "A record of this name exists already; this makes a second one."
_NEW_TOKEN = "The token is new. Nothing was saved yet: review once more."


def _already(comparison: Comparison) -> str:
    return f"Someone else changed to the same already: {', '.join(comparison.already)}."


def _review(draft: Draft, patch: Patch, request: Request, notes: tuple[str, ...]) -> Review:
    name = draft.name.strip()
    if draft.record_id is None:
        given = tuple(change.creation_words() for change in patch.changes)
        return Review(f"Create {name}?", name, given, request, notes, verb="Create", mark="+")
    words = tuple(change.words() for change in patch.changes)
    kinds = {change.kind for change in patch.changes}
    if ChangeKind.REPLACE_SECRET in kinds:
        notes = (*notes, _UNSEEN)
    clears = ChangeKind.CLEAR_SECRET in kinds
    return Review(f"Change {name}?", name, words, request, notes, destroys=clears)


async def _now(screen: Screen[ScreenResult], session: Session, opened: Record) -> Record:
    return await with_token(screen, session, lambda: session.connections.get(opened.id))


async def _is_taken(screen: Screen[ScreenResult], session: Session, name: str) -> bool:
    """Whether the server holds a record of that name; it takes a second one without a word."""
    found = await with_token(screen, session, session.connections.list)
    return any(record.name == name for record in found.records)


def _mention(screen: Screen[ScreenResult], comparison: Comparison, now: Record) -> None:
    if comparison.name_changed:
        screen.notify(f"The record is called {clean(now.name, 80)} now.", markup=False)
    for change in comparison.theirs:
        words = clean(change.words(), 200)
        screen.notify(f"Changed by someone else meanwhile, and kept: {words}", markup=False)


async def _send(
    session: Session, opened: Record | None, draft: Draft, patch: Patch, request: Request
) -> Saved:
    if opened is None:
        return await _create(session, draft.name.strip(), patch, request)
    try:
        await session.connections.patch(request, opened)
    except ApiError as error:
        if not error.outcome_unknown:
            raise
        await _look_up(session, opened, patch, error)
    return Saved(opened.id, opened.name, opened, patch)


async def _create(session: Session, name: str, patch: Patch, request: Request) -> Saved:
    try:
        created = (await session.connections.create(request)).record
    except ApiError as error:
        if error.outcome_unknown:
            await _look_for(session, name, error)
        raise
    return Saved(created.id if created else None, name, None, patch)


async def _look_for(session: Session, name: str, error: ApiError) -> None:
    """After a create whose answer was lost: say whether a record of that name is there now."""
    try:
        found = await session.connections.list()
    except ApiError:
        return
    there = any(record.name == name for record in found.records)
    await session.connections.looked_up(error, done=there)
    if there:
        error.advice = "Read again: a record of that name is there. Look at it before you save."
    else:
        error.advice = "Read again: no record of that name is there. Save once more."


async def _look_up(session: Session, opened: Record, patch: Patch, error: ApiError) -> None:
    """After a lost answer: return where the server holds every value that was sent, else raise.

    A password cannot be seen, so a patch with one stays unknown.
    """
    try:
        found = compare(opened, patch, await session.connections.get(opened.id))
    except ApiError:
        raise error from None
    if set(found.already) == set(patch.names):
        await session.connections.looked_up(error, done=True)
        return
    if len(found.patch.changes) == len(patch.changes) and not found.unseen:
        await session.connections.looked_up(error, done=False)
        error.advice = "Read again: the server still has the old values. Review and save once more."
    raise error
