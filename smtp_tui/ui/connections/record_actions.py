"""What can be done with a record, from the table and from its detail alike.

The dialogs are imported when they are opened: they and what they need would be a quarter of the
way to the first rows.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, TypeVar

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType

from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, record_name, sentence
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.advice import error_text
from smtp_tui.ui.base import FullScreen, opens_screen
from smtp_tui.ui.messages import Offer, tell
from smtp_tui.workflows.operator import About, Kind

if TYPE_CHECKING:
    from smtp_tui.ui.record_form.subject import FormSubject
    from smtp_tui.ui.services import Services
    from smtp_tui.workflows.outcomes import DeleteOutcome, Saved, UndoOutcome
    from smtp_tui.workflows.session import Session

Result = TypeVar("Result")


class RecordScreen(FullScreen[Result]):
    """A screen with a record under the cursor. Dialogs are awaited in workers of this screen."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app.back")]

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__(session, services.clock)
        self.session = session
        self.services = services

    @property
    def record(self) -> Record | None:
        """The record that the keys are about."""
        return None

    def changed(self, record_id: str | None) -> None:
        """Something about the records changed on the server; the id is where the cursor goes."""

    def asides(self, record: Record) -> tuple[str, ...]:
        """What a question about one record should say besides."""
        return ()

    def tested(self) -> None:
        """A test mail was tried; its outcome is in the history."""

    def action_edit(self) -> None:
        """Open the form of the record."""
        if self.record is not None:
            self.edit(self.record)

    def action_test(self) -> None:
        """Send a test email with the saved record."""
        if self.record is not None:
            self._test(self.record)

    def action_new(self) -> None:
        """Open an empty form."""
        from smtp_tui.editing.draft import new_draft
        from smtp_tui.ui.record_form.subject import FormSubject

        self._create(FormSubject(new_draft()))

    def action_clone(self) -> None:
        """Open a form filled from the record, without its password."""
        from smtp_tui.editing.draft import clone_draft
        from smtp_tui.ui.record_form.subject import FormSubject

        record = self.record
        if record is not None:
            notes = (f"Like {record_name(record.name, record.id)}, without its password.",)
            self._create(FormSubject(clone_draft(record), like=record, notes=notes))

    def action_test_values(self) -> None:
        """Open an empty form, to test values that are saved nowhere."""
        from smtp_tui.editing.draft import new_draft
        from smtp_tui.ui.record_form.subject import FormSubject

        notes = ("A test of what is typed here saves nothing; only a review would save it.",)
        title = "Test values that are saved nowhere"
        self._create(FormSubject(new_draft(), focus_on="hostname", title=title, notes=notes))

    def action_delete(self) -> None:
        """Ask, then delete."""
        if self.record is not None:
            self._delete(self.record)

    def action_undo(self) -> None:
        """Offer the reverse of the last change; of a create, say how to take it back."""
        if self.situation.created:
            offer = Offer("record.delete", "deletes the record under the cursor")
            tell(self, "A create cannot be undone", about=About.CHANGE, offer=offer)
        else:
            self._undo()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Undo after a create is not possible, but its key says why."""
        if action == "undo" and self.situation.created and not self.situation.read_only:
            return True
        return super().check_action(action, parameters)

    def action_copy(self) -> None:
        """Offer the record as curl, command and JSON."""
        from smtp_tui.ui.connections.record_view import copyables
        from smtp_tui.ui.dialogs.copy import CopyDialog

        if self.record is not None:
            self.app.push_screen(CopyDialog(copyables(self.session, self.record)))

    @opens_screen
    async def edit(self, record: Record, focus_on: str | None = None) -> None:
        """Edit the record; ``focus_on`` is the parameter that a failed test points to."""
        from smtp_tui.editing.draft import Draft, draft_of
        from smtp_tui.ui.record_form.drafts import Offer, offered_draft
        from smtp_tui.ui.record_form.subject import FormSubject

        base = draft_of(record)
        offer = await offered_draft(self, self.session, self.services, base)
        if offer is not Offer.LEFT:
            typed = offer if isinstance(offer, Draft) else None
            tested = focus_on is not None
            subject = FormSubject(base, record, typed=typed, focus_on=focus_on, tested=tested)
            await self._fill_in(subject)

    @opens_screen
    async def _create(self, subject: FormSubject) -> None:
        from smtp_tui.editing.draft import Draft
        from smtp_tui.ui.record_form.drafts import Offer, offered_draft

        if subject.like is None:
            offer = await offered_draft(self, self.session, self.services, subject.base)
            if offer is Offer.LEFT:
                return
            subject = replace(subject, typed=offer if isinstance(offer, Draft) else None)
        await self._fill_in(subject)

    async def _fill_in(self, subject: FormSubject) -> None:
        """Show the form; where the record was gone, once more as the form of a new one."""
        from smtp_tui.ui.record_form.screen import FormScreen
        from smtp_tui.ui.record_form.subject import recreated
        from smtp_tui.workflows.outcomes import Recreate, Saved

        form = FormScreen(self.session, self.services, subject)
        result = await self.app.push_screen_wait(form)
        if result is None and form.tried:  # a part of it may be stored
            self.changed(subject.base.record_id)
        if isinstance(result, Recreate):
            await self._fill_in(recreated(result))
        elif isinstance(result, Saved):
            self._saved(result)

    def _saved(self, saved: Saved) -> None:
        """Tell of a save."""
        name = record_name(saved.name, saved.record_id)
        if saved.before is not None:
            offer = Offer("record.undo", "undoes")
            self._done(f"Saved {name}", *saved.notes, offer=offer)
            self._remember_save(saved.before.id)
        else:
            self._done(f"Created {name}", *saved.notes)
        self.changed(saved.record_id)

    def _done(self, *lines: str, offer: Offer | None = None) -> None:
        """Say what was done, in place of what was said of the last change."""
        words = "\n".join(clean(one, 200) for one in lines)
        tell(self, words, about=About.CHANGE, kind=Kind.GOOD, offer=offer)

    @work(group="history", description="remember a save")
    async def _remember_save(self, record_id: str) -> None:
        """Keep the moment, because the tests before it say nothing any more."""
        key, now = self.session.key(record_id), self.services.clock.now()
        try:
            await asyncio.to_thread(self.services.history.saved, key, now)
        except FileProblem as error:
            self.services.held.tell_once(f"The time of the save is not kept: {error}")
        self.tested()

    @work(group="history", description="read the tests of before")
    async def read_history(self) -> None:
        """Read what was tested before, from here and by others; without it the rest still works."""
        try:
            await asyncio.to_thread(self.services.history.load)
        except FileProblem as error:
            self.services.held.tell_once(f"The tests of before are not shown: {error}")
        self.tested()

    def on_test_finished(self) -> None:
        """Show the outcome of a test mail that nobody may have waited for."""
        self.tested()

    @opens_screen
    async def _test(self, record: Record) -> None:
        from smtp_tui.ui.test_email.dialog import EditParameter, TestDialog
        from smtp_tui.workflows.test_email import TestSubject

        subject = TestSubject(record.id, record.name, record)
        result = await self.app.push_screen_wait(
            TestDialog(self.session, self.services, subject, asides=self.asides(record))
        )
        self.tested()
        if isinstance(result, EditParameter):
            self.edit(record, result.name)

    @work(group="delete", description="delete a record")
    async def _delete(self, record: Record) -> None:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.workflows.delete_record import delete_record
        from smtp_tui.workflows.outcomes import Deleted, Gone

        notes = self.asides(record)
        outcome = await delete_record(self.session, ScreenOperator(self), record, notes)
        name = record_name(record.name, record.id)
        match outcome:
            case Deleted():
                offer = Offer("record.undo", "offers it anew")
                self._done(f"Deleted {name}", *outcome.notes, offer=offer)
                self.changed(None)
            case Gone():
                self._done(sentence(f"{name} was gone already"))
                self.changed(None)
            case _:
                self._tell_outcome(outcome, record)

    def complain(self, error: ApiError | IdRefused) -> None:
        """Say why something was not done; the screen stays as it is."""
        if isinstance(error, ApiError):
            self._tell_not_done(error_text(self.app.screen, error))
        else:
            self._not_done(str(error))

    def _not_done(self, *lines: str) -> None:
        self._tell_not_done("\n".join(clean(line, 400) for line in lines))

    def _tell_not_done(self, words: str) -> None:
        """Say why, in place of what was said of the last change; ``words`` are cleaned."""
        tell(self, words, about=About.CHANGE, kind=Kind.BAD)

    @work(group="undo", description="undo the last change")
    async def _undo(self) -> None:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.ui.record_form.subject import recreated
        from smtp_tui.workflows.outcomes import Irreversible, Recreate, Saved
        from smtp_tui.workflows.undo import undo

        change = self.session.memory.last_change
        outcome = await undo(self.session, ScreenOperator(self))
        match outcome:
            case Saved():
                self._saved(outcome)
            case Recreate():
                await self._fill_in(recreated(outcome))
            case Irreversible(record, lost):
                name = record_name(record.name, record.id)
                self._not_done(f"{name}: nothing can return: {'; '.join(lost)}")
            case None:
                pass
            case _ if isinstance(change, Saved) and change.before is not None:
                self._tell_outcome(outcome, change.before)

    def _tell_outcome(self, outcome: DeleteOutcome | UndoOutcome, record: Record) -> None:
        """Say why a change of the record was not made; nothing where the operator declined."""
        from smtp_tui.workflows.outcomes import Gone, NotStored, Refused, Unchanged, Unknown

        match outcome:
            case Refused(error) | Unknown(error) | Gone(error) if error is not None:
                self.complain(error)
            case NotStored(words):
                self._not_done(record_name(record.name, record.id), words)
                self.changed(record.id)
            case Unchanged():
                self._not_done("The server already has these values; nothing was sent.")
