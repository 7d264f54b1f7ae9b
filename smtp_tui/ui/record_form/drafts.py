"""Drafts of a form: what is typed is kept on the disk, and offered when the form opens again.

A lost line or a crash loses nothing that way. Secrets are never kept.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress
from enum import Enum
from typing import Any, Final

from msgspec.structs import replace
from textual.content import Content
from textual.screen import Screen

from smtp_tui.api.clock import Clock
from smtp_tui.editing.draft import Draft, resumed
from smtp_tui.state.drafts import DraftStore, SavedDraft
from smtp_tui.state.files import FileProblem
from smtp_tui.state.places import RecordKey
from smtp_tui.text import age, clean
from smtp_tui.ui.dialogs.question import QuestionDialog
from smtp_tui.ui.messages import forget, tell
from smtp_tui.ui.services import Services
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session


class KeptDraft:
    """What one form holds, and its draft on the disk.

    ``base`` is what the form compares with, ``latest`` what it holds now. ``done`` is set once
    that was saved, kept for later or given up. ``keep``, ``update`` and ``discard`` block and
    raise ``FileProblem``.
    """

    def __init__(
        self, store: DraftStore, clock: Clock, key: RecordKey, base: Draft, latest: Draft
    ) -> None:
        self.base = base
        self.latest = latest
        self.done = False
        self._store = store
        self._clock = clock
        self._key = key
        self._saved: SavedDraft | None = None
        self._given_up = False
        self._lock = threading.Lock()

    def rebase(self, base: Draft) -> None:
        """Compare with another record from now on; only while nothing was typed."""
        self.base = self.latest = base

    @property
    def changed(self) -> bool:
        """Whether there is something to keep; a secret alone is not."""
        return (self.latest.name, self.latest.texts) != (self.base.name, self.base.texts)

    def keep(self) -> None:
        """Write what is typed, in place of what this form wrote before."""
        with self._lock:
            if self._given_up or self.done or not self.changed:
                return
            self._saved = self._store.save(
                SavedDraft(
                    key=self._key,
                    record_name=self.latest.name,
                    saved_at=self._clock.now(),
                    texts=self.latest.texts,
                    opened=self.base.texts,
                )
            )

    def update(self) -> None:
        """Write what is typed, or remove the draft where nothing is changed any more."""
        if self.changed:
            self.keep()
        else:
            self.discard()

    def discard(self) -> None:
        """Remove the draft from the disk."""
        with self._lock:
            if self._saved is not None:
                self._store.discard(self._saved)
                self._saved = None

    def give_up(self) -> None:
        """Remove the draft and write none any more, in a thread; a write under way is undone."""
        self.done = self._given_up = True
        asyncio.get_running_loop().run_in_executor(None, self._discard)

    def _discard(self) -> None:
        with suppress(FileProblem):  # at worst it is offered once more
            self.discard()


class Offer(Enum):
    """Why no draft is taken up."""

    NONE = "there is none, or it is not wanted now"
    LEFT = "the form is not to be opened"


class _Answer(Enum):
    USE = "Take it up"
    LEAVE = "Start without it; it stays where it is"
    DISCARD = "Throw it away"


_ANSWERS: Final = tuple((answer, answer.value) for answer in _Answer)


async def offered_draft(
    screen: Screen[Any], session: Session, services: Services, base: Draft
) -> Draft | Offer:
    """What was typed into this form before and not saved, if the person wants it back.

    For workers only. A draft that cannot be read is told, and left alone.
    """
    key = session.key(base.record_id)
    try:
        found = await asyncio.to_thread(services.drafts.list_for, key)
        if not found:
            return Offer.NONE
        newest = found[0]
        question: QuestionDialog[_Answer | None] = QuestionDialog(
            "There is a draft", _words(newest, services), _ANSWERS, services.clock, escape=None
        )
        forget(screen, About.DRAFT)  # what was said when the draft was kept
        answer = await screen.app.push_screen_wait(question)
        if answer is _Answer.DISCARD:
            await asyncio.to_thread(services.drafts.discard, newest)
        if answer is not _Answer.USE:
            return Offer.LEFT if answer is None else Offer.NONE
    except FileProblem as error:
        tell(screen, clean(str(error)), about=About.DRAFT, kind=Kind.WARNING)
        return Offer.NONE
    try:
        await asyncio.to_thread(_take_over, services, newest)
    except FileProblem as error:  # it is taken up all the same, and stays where it was
        services.reports.warn_once(f"The draft is not kept: {error}")
    typed = resumed(base, newest.texts, newest.opened)
    return replace(typed, name=newest.record_name) if base.record_id is None else typed


def _take_over(services: Services, draft: SavedDraft) -> None:
    """Make the draft this process's own, so that it is neither lost nor offered twice."""
    mine = services.drafts.save(draft)
    if mine.token != draft.token:
        services.drafts.discard(draft)


def _words(draft: SavedDraft, services: Services) -> Content:
    """When it was kept, by which process if that still runs, and what it changes."""
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
