"""A draft of an earlier time: offered when its record is opened again, also by another process."""

from __future__ import annotations

import asyncio
import os
from enum import Enum
from typing import TypeVar

from textual.content import Content
from textual.screen import Screen

from smtp_tui.editing.draft import Draft, resumed
from smtp_tui.state.drafts import SavedDraft
from smtp_tui.state.files import FileProblem
from smtp_tui.text import age, clean
from smtp_tui.ui.dialogs.question import QuestionDialog
from smtp_tui.ui.messages import tell
from smtp_tui.ui.services import Services
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session

ScreenResult = TypeVar("ScreenResult")


class Offer(Enum):
    """What became of the question where no draft is taken up."""

    NONE = "there is none, or it is not wanted now"
    LEFT = "the form is not to be opened"


_CHOICES = (
    ("use", "Take it up"),
    ("leave", "Start without it; it stays where it is"),
    ("discard", "Throw it away"),
)


async def offered_draft(
    screen: Screen[ScreenResult], session: Session, services: Services, base: Draft
) -> Draft | Offer:
    """What was typed into this form before and not saved, if the person wants it back.

    For workers only. A draft that cannot be read is said and left alone.
    """
    key = session.key(base.record_id)
    try:
        found = await asyncio.to_thread(services.drafts.list_for, key)
        if not found:
            return Offer.NONE
        newest = found[0]
        question = QuestionDialog(
            "There is a draft", _words(newest, services), _CHOICES, services.clock, escape="left"
        )
        answer = await screen.app.push_screen_wait(question)
        if answer == "discard":
            await asyncio.to_thread(services.drafts.discard, newest)
        if answer != "use":
            return Offer.LEFT if answer == "left" else Offer.NONE
        typed = resumed(base, newest.texts, newest.opened)
        if base.record_id is None:
            typed = typed.renamed(newest.record_name)
    except FileProblem as error:
        tell(screen, clean(str(error)), about=About.DRAFT, kind=Kind.WARNING)
        return Offer.NONE
    try:
        await asyncio.to_thread(_take_over, services, newest)
    except FileProblem as error:  # it is taken up all the same, and stays where it was
        services.held.tell_once(f"The draft is not kept: {error}")
    return typed


def _take_over(services: Services, draft: SavedDraft) -> None:
    """Make the draft this process's own, so that it is neither lost nor offered twice."""
    mine = services.drafts.save(draft)
    if mine.token != draft.token:
        services.drafts.discard(draft)


def _words(draft: SavedDraft, services: Services) -> Content:
    """When it was kept, by whom if that one still runs, and what it changes."""
    seconds = (services.clock.now() - draft.saved_at).total_seconds()
    name = clean(draft.record_name, 60) or "a new connection"
    lines = [f"{name}: typed {age(seconds)} ago and not saved."]
    if draft.in_use and draft.pid != os.getpid():
        lines.append(f"It may be open in another window now (process {draft.pid}).")
    before = dict(draft.opened)
    for parameter, text in draft.texts:
        if before.get(parameter, "") != text:
            was = clean(before.get(parameter, ""), 60) or "blank"
            lines.append(f"  {clean(parameter, 30)} {was} → {clean(text, 60) or 'blank'}")
    lines.append("A password is never kept: type it again if it was to change.")
    return Content("\n".join(lines))
