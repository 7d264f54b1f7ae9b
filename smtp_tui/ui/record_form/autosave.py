"""What is typed in a form is kept on the disk, and offered when the form opens again.

A lost line or a crash loses nothing that way. Secrets are never kept.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress
from enum import Enum
from typing import Any

from msgspec.structs import replace
from textual.content import Content
from textual.screen import Screen

from smtp_tui.editing.draft import resumed
from smtp_tui.state.drafts import DraftStore, SavedDraft
from smtp_tui.state.files import FileProblem
from smtp_tui.text import age, clean
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.messages import forget
from smtp_tui.ui.record_form.form import FormSubject
from smtp_tui.ui.services import Services
from smtp_tui.workflows.operator import About
from smtp_tui.workflows.session import Session


class Autosave:
    """Keeps what one form holds on the disk.

    ``latest`` is what is to be kept, None while nothing is changed. ``done`` is set once what is
    typed was saved, kept for later or given up.
    """

    def __init__(self, store: DraftStore) -> None:
        self.latest: SavedDraft | None = None
        self.done = False
        self._store = store
        self._kept: SavedDraft | None = None
        self._lock = threading.Lock()

    def keep(self) -> None:
        """Write what is typed in place of what this form wrote before, or remove that.

        Blocks, and raises ``FileProblem``.
        """
        with self._lock:
            if self.latest is not None:
                self._kept = self._store.save(self.latest)
            elif self._kept is not None:
                self._store.discard(self._kept)
                self._kept = None

    def give_up(self) -> None:
        """Remove the draft and write none any more, in a thread; a write under way is undone."""
        self.done, self.latest = True, None
        asyncio.get_running_loop().run_in_executor(None, self._remove)

    def _remove(self) -> None:
        with suppress(FileProblem):  # at worst it is offered once more
            self.keep()


class _Answer(Enum):
    USE = "Take it up"
    LEAVE = "Start without it; it stays where it is"
    DISCARD = "Throw it away"


async def with_draft(
    screen: Screen[Any], session: Session, services: Services, subject: FormSubject
) -> FormSubject | None:
    """The subject, with what was typed before and not saved, if the person wants it back.

    None where the form is not to be opened. For workers only.
    """
    drafts, attempt = services.drafts, services.reports.attempt
    key = session.key(subject.base.record_id)
    found = await attempt("The drafts cannot be read", lambda: drafts.list_for(key))
    if not found:
        return subject
    newest, answers = found[0], tuple((answer, answer.value) for answer in _Answer)
    question: QuestionDialog[_Answer | None] = QuestionDialog(
        "There is a draft", _words(newest, services), answers, services.clock, escape=None
    )
    forget(screen, About.DRAFT)  # what was said when the draft was kept
    match await screen.app.push_screen_wait(question):
        case None:
            return None
        case _Answer.DISCARD:
            await attempt("The draft stays where it is", lambda: drafts.discard(newest))
        case _Answer.USE:
            await attempt("The draft is not kept", lambda: _take_over(drafts, newest))
            typed = resumed(subject.base, newest.texts, newest.opened)
            if subject.opened is None:
                typed = replace(typed, name=newest.record_name)
            return replace(subject, typed=typed)
    return subject


def _take_over(drafts: DraftStore, draft: SavedDraft) -> None:
    """Make the draft this process's own, so that it is neither lost nor offered twice."""
    if drafts.save(draft).token != draft.token:
        drafts.discard(draft)


def _words(draft: SavedDraft, services: Services) -> Content:
    """When it was kept, by which process if that still runs, and what it changes."""
    seconds = (services.clock.now() - draft.saved_at).total_seconds()
    name = clean(draft.record_name, 60) or "a new connection"
    lines = [f"{name}: typed {age(seconds)} ago and not saved."]
    if draft.in_use and draft.pid != os.getpid():
        lines.append(f"It may be open in another window now (process {draft.pid}).")
    before = dict(draft.opened)
    for parameter, text in draft.texts:
        was = before.get(parameter, "")
        if was != text:
            change = f"{clean(was, 60) or 'blank'} → {clean(text, 60) or 'blank'}"
            lines.append(f"  {clean(parameter, 30)} {change}")
    lines.append("A password is never kept: type it again if it was to change.")
    return Content("\n".join(lines))
