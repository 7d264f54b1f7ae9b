"""Resume a draft: one is offered when its form opens, and all of them stand in a list."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, Final

from msgspec.structs import replace
from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from smtp_tui.editing.draft import resumed
from smtp_tui.state.drafts import SavedDraft
from smtp_tui.text import age, clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.messages import forget
from smtp_tui.ui.record_form.form import FormSubject
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.operator import About
from smtp_tui.workflows.session import Session

_NEW: Final = "a new connection"
_NO_PASSWORD: Final = "A password is never kept: type it again if it was to change."
_COLUMNS: Final = (
    Column("record", "RECORD", 16, flexible=True),
    Column("typed", "TYPED", 8),
    Column("changed", "CHANGED", 20, flexible=True),
)


class _Answer(Enum):
    RESUME = "Resume draft"
    IGNORE = "Ignore for now"
    DISCARD = "Discard draft"


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
        "There is a draft",
        _words(newest, services.clock.now()),
        answers,
        services.clock,
        escape=None,
        danger=(_Answer.DISCARD,),
    )
    forget(screen, About.DRAFT)  # what was said when the draft was kept
    match await screen.app.push_screen_wait(question):
        case None:
            return None
        case _Answer.DISCARD:
            await attempt("The draft stays where it is", lambda: drafts.discard(newest))
        case _Answer.RESUME:
            return await take_up(services, subject, newest)
    return subject


async def take_up(services: Services, subject: FormSubject, draft: SavedDraft) -> FormSubject:
    """The subject with what was typed, the draft being this program's from now on."""
    drafts = services.drafts
    await services.reports.attempt("The draft is not kept", lambda: drafts.take_over(draft))
    typed = resumed(subject.base, draft.texts, draft.opened)
    if subject.opened is None:
        typed = replace(typed, name=draft.record_name)
    return replace(subject, typed=typed)


def _changes(draft: SavedDraft) -> Iterable[tuple[str, str, str]]:
    """What was typed over: the parameter, its text before and as typed, in words."""
    before = dict(draft.opened)
    for parameter, text in draft.texts:
        was = before.get(parameter, "")
        if was != text:
            yield clean(parameter, 30), clean(was, 60) or "blank", clean(text, 60) or "blank"


def _name(draft: SavedDraft) -> str:
    """The name of its record; a new one is called so: another record may have its name."""
    name = clean(draft.record_name, 60)
    new = draft.key.record_id is None
    return (f"new: {name}" if new else name) if name else _NEW


def _elsewhere(draft: SavedDraft) -> str:
    """That it may be open in another window; blank where it is not."""
    if draft.in_use and draft.pid != os.getpid():
        return f"It may be open in another window now (process {draft.pid})."
    return ""


def _words(draft: SavedDraft, now: datetime) -> Content:
    """When it was kept, by which process if that still runs, and what it changes."""
    seconds = (now - draft.saved_at).total_seconds()
    lines = [Content.assemble((_name(draft), "bold"), f": typed {age(seconds)} ago and not saved.")]
    if _elsewhere(draft):
        lines.append(Content.styled(f"! {_elsewhere(draft)}", "$warn"))
    for parameter, was, text in _changes(draft):
        parts = (f"  {parameter} ", "dim"), (was, "$bad strike"), " → ", (text, "bold")
        lines.append(Content.assemble(*parts))
    return Content("\n").join([*lines, Content.styled(_NO_PASSWORD, "dim")])


class DraftsDialog(Dialog[SavedDraft | None]):
    """The drafts of a host and tenant; Enter gives the one under the cursor to be resumed."""

    TITLE = "Drafts"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("dialog.cancel"),
        Binding("d", "discard", "Discard"),
    ]
    DEFAULT_CSS = """
    DraftsDialog RecordsTable { height: 9; max-height: 50vh; }
    DraftsDialog #draft { height: auto; min-height: 5; margin-top: 1; }
    """

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.profile = session.profile
        self._session = session
        self._services = services
        self._table, self._note = RecordsTable(_COLUMNS, id="drafts"), PlainText(id="draft")
        self._drafts: dict[str, SavedDraft] = {}

    def compose_box(self) -> Iterable[Widget]:
        """The drafts, newest first, and the one under the cursor."""
        yield from (self._table, self._note)

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the border says."""
        resume = (("enter", "Resume"), ("d", "Discard")) if self._drafts else ()
        return (*resume, (self.cancel_key, "Back"))

    def on_mount(self) -> None:
        """Read them."""
        self.watch(self._table, "cursor_id", self.show_draft, init=False)
        self._read()

    @work(group="drafts", exclusive=True, description="read the drafts")
    async def _read(self) -> None:
        read = self._services.drafts.all
        found = await self._services.reports.attempt("The drafts cannot be read", read) or ()
        mine = (draft for draft in found if self._session.is_about(draft.key))
        self._drafts = {f"{draft.key.record_id}\n{draft.token}": draft for draft in mine}
        now = self._services.clock.now()
        self._table.rows = tuple(_row(each, draft, now) for each, draft in self._drafts.items())
        self._table.notice = "No drafts. Unsaved forms are kept here."
        self.show_keys()

    def show_draft(self, row_id: str | None) -> None:
        """Show the draft whole."""
        draft = self._drafts.get(row_id or "")
        now = self._services.clock.now()
        self._note.update(_words(draft, now) if draft is not None else "")

    def on_records_table_opened(self, event: RecordsTable.Opened) -> None:
        """Resume this one."""
        event.stop()
        self.dismiss(self._drafts.get(event.row_id or ""))

    def action_discard(self) -> None:
        """Ask whether to discard the draft under the cursor."""
        draft = self._drafts.get(self._table.cursor_id or "")
        if draft is not None:
            self._discard(draft)

    @work(group="discarding", exclusive=True, description="discard a draft")
    async def _discard(self, draft: SavedDraft) -> None:
        clock, answers = self._services.clock, ((False, "Keep"), (True, "Discard draft"))
        body = _words(draft, clock.now())
        question = QuestionDialog(
            "Discard this draft?", body, answers, clock, escape=False, danger=(True,)
        )
        if await self.app.push_screen_wait(question):
            attempt, drafts = self._services.reports.attempt, self._services.drafts
            await attempt("The draft stays where it is", lambda: drafts.discard(draft))
            self._read()


def _row(row_id: str, draft: SavedDraft, now: datetime) -> Row:
    """A draft as a row: its record, when it was typed, and what changed."""
    changed = ", ".join(parameter for parameter, *_ in _changes(draft))
    typed = f"{age((now - draft.saved_at).total_seconds())} ago"
    looks = (Look(0, "quiet"),) if not draft.record_name else ()
    return Row(row_id, (_name(draft), typed, changed or "name"), (*looks, Look(1, "quiet")))
