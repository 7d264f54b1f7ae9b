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
from smtp_tui.api.models import PASSWORD, Record
from smtp_tui.api.requests import IdRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, record_name, sentence
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.advice import error_text
from smtp_tui.ui.base import FullScreen, opens_screen
from smtp_tui.ui.messages import Offer, tell
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Created, Deleted, LastChange, Patched

if TYPE_CHECKING:
    from smtp_tui.editing.patch import Patch
    from smtp_tui.ui.record_form.saving import Saved
    from smtp_tui.ui.record_form.subject import FormSubject
    from smtp_tui.ui.services import Services
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
        from smtp_tui.ui.connections.record_copies import copyables
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

    async def _fill_in(self, subject: FormSubject) -> bool:
        """Show the form; where the record was gone, once more as the form of a new one.

        Whether something was saved.
        """
        from smtp_tui.ui.record_form.screen import FormScreen
        from smtp_tui.ui.record_form.subject import FormSubject, Recreate

        form = FormScreen(self.session, self.services, subject)
        result = await self.app.push_screen_wait(form)
        if result is None and form.tried:  # a part of it may be stored
            self.changed(subject.base.record_id)
        if isinstance(result, Recreate):
            draft = result.draft.as_new()
            return await self._fill_in(
                FormSubject(
                    draft.without_secrets(),
                    like=result.like,
                    typed=draft,
                    focus_on=PASSWORD,
                    title=f"Create {record_name(draft.name, result.like.id)} anew",
                    notes=_lost_words(result.like),
                )
            )
        if result is not None:
            self._saved(result)
        return result is not None

    def _saved(self, saved: Saved, lost: tuple[str, ...] = ()) -> None:
        """Tell of a save, and of what an undo could not bring back."""
        name = record_name(saved.name, saved.record_id)
        if saved.before is not None:
            self.session.memory.last_change = Patched(saved.patch, saved.before)
            offer = Offer("record.undo", "undoes")
            self._done(f"Saved {name}", *lost, *saved.notes, offer=offer)
            self._remember_save(saved.before.id)
        else:
            self.session.memory.last_change = Created()  # undo never reaches past it
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
        from smtp_tui.ui.connections.deleting import Deletion, delete

        try:
            deleting = await delete(
                self, self.session, self.services.clock, record, self.asides(record)
            )
        except (ApiError, IdRefused) as error:
            self.complain(error)
            return
        name = record_name(deleting.record.name, deleting.record.id)
        match deleting.result:
            case Deletion.DONE:
                self.session.memory.last_change = Deleted(deleting.record)
                offer = Offer("record.undo", "offers it anew")
                self._done(f"Deleted {name}", *deleting.notes, offer=offer)
            case Deletion.GONE:
                self._done(sentence(f"{name} was gone already"), *deleting.notes)
            case Deletion.NOT_STORED:
                self._not_done(name, *deleting.notes)
            case Deletion.LEFT:
                return
        self.changed(None)

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
        change, self.session.memory.last_change = self.session.memory.last_change, None
        undone = await self._undone(change)
        if not undone and self.session.memory.last_change is None:
            self.session.memory.last_change = change

    async def _undone(self, change: LastChange | None) -> bool:
        """Whether the reverse was done; until then the change can be undone again."""
        from smtp_tui.editing.undo import recreation
        from smtp_tui.ui.record_form.subject import FormSubject

        match change:
            case Patched(patch, before):
                return await self._undo_patch(patch, before)
            case Deleted(record):
                title = f"Create {record_name(record.name, record.id)} anew"
                notes = _lost_words(record)
                return await self._fill_in(
                    FormSubject(recreation(record), like=record, title=title, notes=notes)
                )
        return False

    async def _undo_patch(self, patch: Patch, before: Record) -> bool:
        from smtp_tui.editing.draft import draft_of
        from smtp_tui.editing.undo import inverse
        from smtp_tui.ui.record_form.saving import NotStored, Saved, save

        try:
            now = await self._read(before.id, before.name)
            undo = inverse(patch, before, now)
            if not undo.patch:
                name = record_name(now.name, now.id)
                self._not_done(f"{name}: nothing can return: {'; '.join(undo.lost)}")
                return False
            saved = await save(
                self,
                self.session,
                self.services.clock,
                now,
                draft_of(now),
                undo.patch,
                undo.lost,
                by_key=False,
            )
        except ApiError as error:
            self.complain(error)
            return False
        if isinstance(saved, Saved):
            self._saved(saved, undo.lost)
        elif isinstance(saved, NotStored):
            self._not_done(record_name(before.name, before.id), saved.words)
            self.changed(before.id)
        return isinstance(saved, Saved)

    async def _read(self, record_id: str, name: str) -> Record:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.workflows.operator import Sent
        from smtp_tui.workflows.sign_in import read_signed_in

        return await read_signed_in(
            self.session,
            ScreenOperator(self),
            lambda: self.session.connections.get(record_id),
            f"Reading what {record_name(name, record_id)} holds now",
            Sent.NOTHING,
        )


def _lost_words(record: Record) -> tuple[str, ...]:
    from smtp_tui.editing.undo import lost_by_delete

    return (f"What does not come back: {', '.join(lost_by_delete(record))}.",)
