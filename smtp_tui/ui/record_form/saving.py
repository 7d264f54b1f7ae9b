"""From a draft to a saved record: review, read again, compare, send, and what came of it."""

from __future__ import annotations

from enum import Enum
from typing import TypeAlias, TypeVar

from msgspec import Struct
from textual.screen import Screen

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import TokenNeeded, TokenRefused
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Request
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.merge import Comparison, compare, resolve
from smtp_tui.editing.patch import ChangeKind, Patch
from smtp_tui.text import clean, record_name
from smtp_tui.ui.messages import tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.record_form.drafting import save_request
from smtp_tui.ui.record_form.outcome import carried_out, claimed, notes_on
from smtp_tui.ui.review.conflict import ConflictDialog
from smtp_tui.ui.review.dialog import Review, ReviewDialog
from smtp_tui.workflows.operator import Sent
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in, replace_token

ScreenResult = TypeVar("ScreenResult")


class Saved(Struct, frozen=True):
    """What the server said yes to. ``before`` is None for a record that was created."""

    record_id: str | None
    name: str
    before: Record | None
    patch: Patch
    notes: tuple[str, ...] = ()


class NotStored(Struct, frozen=True):
    """The server said yes and does not hold what was sent; ``words`` say what it holds."""

    words: str


class Nothing(Enum):
    """Why nothing was saved without anything having gone wrong."""

    TO_SEND = "the server already has these values"
    CONFIRMED = "the review was left"


SaveResult: TypeAlias = Saved | NotStored | Nothing


async def save(
    screen: Screen[ScreenResult],
    session: Session,
    clock: Clock,
    opened: Record | None,
    draft: Draft,
    patch: Patch,
    notes: tuple[str, ...] = (),
    *,
    by_key: bool,
) -> SaveResult:
    """Review and save; a conflict or a new token leads back to the review, with what was typed.

    ``notes`` are words for the first review; ``by_key`` says that the key just pressed asked for
    it. For workers only. Raises ``ApiError``; nothing is sent that the last review did not show.
    """
    first = save_request(session.target.scope, draft, patch)
    if first is None:
        return Nothing.TO_SEND
    with claimed(session, first):
        return await _save(screen, session, clock, opened, draft, patch, notes, by_key=by_key)


async def _save(
    screen: Screen[ScreenResult],
    session: Session,
    clock: Clock,
    opened: Record | None,
    draft: Draft,
    patch: Patch,
    notes: tuple[str, ...],
    *,
    by_key: bool,
) -> SaveResult:
    reviewed: Request | None = None
    while True:
        request = save_request(session.target.scope, draft, patch)
        if request is None:
            return Nothing.TO_SEND
        if request != reviewed:
            review = _review(draft, patch, request, notes)
            dialog = ReviewDialog(session, review, clock, by_key=by_key)
            if not await screen.app.push_screen_wait(dialog):
                return Nothing.CONFIRMED
            reviewed, by_key = request, False
        if opened is not None:
            now = await _now(screen, session, opened)
            comparison = compare(opened, patch, now)
            if comparison.conflicts:
                choices = await screen.app.push_screen_wait(ConflictDialog(comparison, clock))
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
        try:
            return await _send(screen, session, opened, draft, patch, request)
        except (TokenRefused, TokenNeeded) as error:
            if not await replace_token(session, ScreenOperator(screen), error.why):
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
    named = record_name(name, draft.record_id)
    if draft.record_id is None:
        given = tuple(change.creation_words() for change in patch.changes)
        return Review(f"Create {named}?", name, given, request, notes, verb="Create", mark="+")
    words = tuple(change.words() for change in patch.changes)
    kinds = {change.kind for change in patch.changes}
    if ChangeKind.REPLACE_SECRET in kinds:
        notes = (*notes, _UNSEEN)
    clears = ChangeKind.CLEAR_SECRET in kinds
    return Review(f"Change {named}?", name, words, request, notes, destroys=clears)


async def _now(screen: Screen[ScreenResult], session: Session, opened: Record) -> Record:
    return await read_signed_in(
        session,
        ScreenOperator(screen),
        lambda: session.connections.get(opened.id),
        f"Reading {record_name(opened.name, opened.id)} before it is changed",
        Sent.NOTHING,
    )


async def _is_taken(screen: Screen[ScreenResult], session: Session, name: str) -> bool:
    """Whether the server holds a record of that name; it takes a second one without a word."""
    found = await read_signed_in(
        session,
        ScreenOperator(screen),
        session.connections.list,
        f"Reading whether {record_name(name)} exists already",
        Sent.NOTHING,
    )
    return any(record.name == name for record in found.records)


def _mention(screen: Screen[ScreenResult], comparison: Comparison, now: Record) -> None:
    if comparison.name_changed:
        tell(
            screen,
            f"The record is called {record_name(now.name, now.id)} now.",
            about="record name",
        )
    if comparison.theirs:
        words = "; ".join(clean(change.words(), 200) for change in comparison.theirs)
        tell(screen, f"Changed by someone else meanwhile, and kept: {words}", about="their change")


async def _send(
    screen: Screen[ScreenResult],
    session: Session,
    opened: Record | None,
    draft: Draft,
    patch: Patch,
    request: Request,
) -> Saved | NotStored:
    connections = session.connections
    name = opened.name if opened is not None else draft.name.strip()
    named = record_name(name, opened.id if opened is not None else None)
    written, found = await carried_out(
        screen,
        session,
        lambda: (
            connections.create(request) if opened is None else connections.patch(request, opened)
        ),
        f"Creating {named}" if opened is None else f"Saving {named}",
        named,
    )
    if found.contradicts:
        session.memory.last_change = None  # there is nothing to undo, and nothing beyond it
        return NotStored(f"{found.words}.")
    created = written.record or found.record
    record_id = opened.id if opened is not None else created.id if created else None
    return Saved(record_id, name, opened, patch, notes_on(written, found))
