"""What can be done with a record, from the table and from its own screen alike.

What a dialog needs is imported when it opens: it would be a quarter of the time to the first rows.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from msgspec import Struct
from textual import work
from textual.binding import BindingType

from smtp_tui.api.curl import curl_line
from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record, value_text
from smtp_tui.api.requests import get_request
from smtp_tui.text import clean, record_name, sentence
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, FullScreen, OpenForm, opens_screen
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.keymap import error_text
from smtp_tui.ui.messages import Offer, tell
from smtp_tui.workflows.operator import About, Kind

if TYPE_CHECKING:
    from datetime import datetime

    from textual.worker import Worker

    from smtp_tui.state.drafts import SavedDraft
    from smtp_tui.ui.bulk.current_run import RunEnded
    from smtp_tui.ui.record_form.form import FormSubject
    from smtp_tui.ui.services import Services
    from smtp_tui.ui.widgets.table import RecordsTable
    from smtp_tui.workflows.outcomes import NotStored, RunChange, Saved, UndoOutcome
    from smtp_tui.workflows.session import Session

Result = TypeVar("Result")


class ShownRecord(Struct, frozen=True):
    """How a screen shows records.

    ``record`` is the one that the keys are about, and ``session`` the one that they are sent by.
    ``changed`` is called when something changed on the server, with the id of the record that the
    cursor goes to; ``tested`` when the tests in the history did. ``marked`` are the records that
    the keys for many are about, in place of that one, while there are any.
    """

    session: Callable[[], Session | None]
    record: Callable[[], Record | None]
    changed: Callable[[Session, str | None], None]
    tested: Callable[[], None]
    marked: Callable[[], Marked] = Marked


class RecordScreen(FullScreen[Result]):
    """A screen with the actions of a record, and what came of each as a message.

    Each action keeps the session that the record had when its key was pressed, to its end. Where
    all records are of one profile, ``in_use`` is its session.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app.back")]

    def __init__(
        self, services: Services, view: ShownRecord, in_use: Session | None = None
    ) -> None:
        super().__init__(in_use, services.clock)
        self.services = services
        self._shows = view

    @property
    def session_here(self) -> Session | None:
        """The session of the record that the keys are about."""
        return self._shows.session()

    @property
    def _chosen(self) -> tuple[Session, Record] | None:
        """The record that the keys are about, with its session."""
        session, record = self._shows.session(), self._shows.record()
        return (session, record) if session is not None and record is not None else None

    def may_read_again(
        self, table: RecordsTable, reader: Worker[None] | None, asked_at: datetime
    ) -> bool:
        """Whether it is time to read by itself: never while something is open or typed.

        ``reader`` read last, and began at ``asked_at``.
        """
        every = self.services.refresh
        if every is None or reader is None or not reader.is_finished:
            return False
        now = self.services.clock.now()
        return self.is_active and table.has_focus and now - asked_at >= every

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Undo after a create is not possible, but its key says why."""
        if action == "undo" and self.situation.created and not self.situation.read_only:
            return True
        return super().check_action(action, parameters)

    @opens_screen
    async def _carry_out(self, verb: str, marked: Marked) -> None:
        """Do it to the marked records."""
        from smtp_tui.ui.bulk.jobs import carry_out

        await carry_out(verb, self, self.services, marked)

    def action_edit(self) -> None:
        """Open the form of the record, or of the marked ones."""
        if marked := self._shows.marked():
            self._carry_out("edit", marked)
        elif self._chosen is not None:
            self._edit(*self._chosen)

    @opens_screen
    async def _edit(self, session: Session, record: Record) -> None:
        from smtp_tui.ui.record_form.form import edited

        await self._fill_in(session, edited(record, None))

    @opens_screen
    async def action_new(self) -> None:
        """Open an empty form."""
        from smtp_tui.ui.record_form.form import FormSubject

        session = await self.session_for_new()
        if session is not None:
            await self._fill_in(session, FormSubject())

    async def session_for_new(self) -> Session | None:
        """The session of what is created next."""
        return self._shows.session()

    @opens_screen
    async def action_clone(self) -> None:
        """Open a form filled from the record, without its password."""
        from smtp_tui.ui.record_form.form import cloned

        if self._chosen is not None:
            session, record = self._chosen
            await self._fill_in(session, cloned(record))

    @opens_screen
    async def action_test_values(self) -> None:
        """Open an empty form, to test values that are saved nowhere."""
        from smtp_tui.ui.record_form.form import for_a_test

        session = await self.session_for_new()
        if session is not None:
            await self._fill_in(session, for_a_test())

    async def _fill_in(
        self, session: Session, subject: FormSubject, draft: SavedDraft | None = None
    ) -> None:
        """Show the form; with ``draft`` it goes on with that, and nothing is asked."""
        from smtp_tui.ui.record_form.screen import fill_in

        outcome = await fill_in(self, session, self.services, subject, draft)
        if outcome is not None:
            self._tell_outcome(session, outcome, subject.opened)

    def action_test(self) -> None:
        """Send a test email with the saved record, or with the marked ones."""
        if marked := self._shows.marked():
            self._carry_out("test", marked)
        elif self._chosen is not None:
            self._test(*self._chosen)

    @opens_screen
    async def _test(self, session: Session, record: Record) -> None:
        from smtp_tui.ui.test_email import TestDialog
        from smtp_tui.workflows.test_email import TestSubject

        subject = TestSubject(record.name, record)
        await self._with_form(
            session,
            record,
            lambda form: TestDialog(session, self.services, subject, open_form=form),
        )

    @opens_screen
    async def action_probe(self) -> None:
        """Look at the mail server of the record from this machine."""
        from smtp_tui.ui.probe.dialog import ProbeDialog
        from smtp_tui.workflows.test_email import TestSubject

        if self._chosen is not None:
            session, record = self._chosen
            subject = TestSubject(record.name, record)
            await self._with_form(
                session, record, lambda form: ProbeDialog(session, self.services, subject, form)
            )

    async def _with_form(
        self, session: Session, record: Record, dialog: Callable[[OpenForm], Dialog[Any]]
    ) -> None:
        """Show a dialog that may open the form of the record, and then what came of the form."""
        outcome: Saved | NotStored | None = None

        async def open_form(parameter: str) -> bool:
            """Show the form over the dialog."""
            from smtp_tui.ui.record_form.form import edited
            from smtp_tui.ui.record_form.screen import fill_in

            nonlocal outcome
            outcome = await fill_in(self, session, self.services, edited(record, parameter))
            return outcome is not None

        await self.app.push_screen_wait(dialog(open_form))
        self._shows.tested()
        if outcome is not None:
            self._tell_outcome(session, outcome, record)

    def on_test_finished(self) -> None:
        """Show the outcome of a test email that nobody may have waited for."""
        self._shows.tested()

    def action_copy(self) -> None:
        """Offer the record, or the marked ones, as curl, command and JSON."""
        from smtp_tui.ui.dialogs import CopyDialog

        if marked := self._shows.marked():
            self._carry_out("copy", marked)
        elif self._chosen is not None:
            session, record = self._chosen
            forms, name = copyables(session, record), record_name(record.name, record.id)
            self.app.push_screen(CopyDialog(forms, of=name, action="record.copy"))

    def action_copy_to(self) -> None:
        """Copy the record, or the marked ones, to another profile."""
        marked = self._shows.marked()
        if not marked and self._chosen is not None:
            marked = Marked((self._chosen,))
        if marked:
            self._carry_out("copy_to", marked)

    def action_delete(self) -> None:
        """Review the delete of the record, or of the marked ones, then delete it."""
        if marked := self._shows.marked():
            self._carry_out("delete", marked)
        elif self._chosen is not None:
            self._delete(*self._chosen)

    @work(group="delete", description="delete a record")
    async def _delete(self, session: Session, record: Record) -> None:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.workflows.write_record import delete_record

        outcome = await delete_record(session, ScreenOperator(self), record)
        self._tell_outcome(session, outcome, record)

    def action_undo(self) -> None:
        """Offer the reverse of the last change; of a create, say how to take it back."""
        if self.situation.created:
            offer = Offer("record.delete", "deletes the record under the cursor")
            tell(self, "A create cannot be undone", about=About.IMPOSSIBLE, offer=offer)
        elif (session := self.session_here) is not None:
            from smtp_tui.workflows.outcomes import RunChange

            change = session.memory.last_change
            if isinstance(change, RunChange):
                self._undo_run(session, change)
            else:
                self._undo(session)

    @opens_screen
    async def _undo_run(self, session: Session, change: RunChange) -> None:
        """Review the reverse of a run."""
        from smtp_tui.ui.bulk.undo import undo_run

        await undo_run(self, self.services, session, change)

    def on_run_ended(self, event: RunEnded) -> None:
        """From now on the run is the last change in its profiles, whichever session it used."""
        for session in self.sessions_here:
            change = event.changes.get(session.profile.name)
            if change is not None:
                session.memory.last_change = change
        self.show_situation()

    @work(group="undo", description="undo the last change")
    async def _undo(self, session: Session) -> None:
        from smtp_tui.ui.operator import ScreenOperator
        from smtp_tui.ui.record_form.form import recreated
        from smtp_tui.workflows.outcomes import Recreate, Saved
        from smtp_tui.workflows.write_record import undo

        change = session.memory.last_change
        outcome = await undo(session, ScreenOperator(self))
        if isinstance(outcome, Recreate):
            await self._fill_in(session, recreated(outcome))
        elif isinstance(change, Saved) and outcome is not None:
            self._tell_outcome(session, outcome, change.before, saved="Restored")

    def _tell_outcome(
        self,
        session: Session,
        outcome: UndoOutcome,
        record: Record | None,
        *,
        saved: str = "Saved",
    ) -> None:
        """Say what came of a change of this record, and show the records as they are now.

        ``saved`` is the word for a save that was done. Nothing where the operator declined.
        """
        from smtp_tui.workflows import outcomes as ends

        name = record_name(record.name, record.id) if record is not None else ""
        match outcome:
            case ends.Saved(record_id, saved_name, before, patch, notes, tested=tested):
                verb, offer = "Created", None
                if before is not None:
                    verb = saved
                    offer = Offer("record.undo", "undoes") if patch.can_undo else None
                    if patch.secrets:
                        self._remember_secret(session, before, tested)
                self._done((f"{verb} {record_name(saved_name, record_id)}", *notes), offer)
                self._shows.changed(session, record_id)
            case ends.Deleted(notes=notes):
                self._done((f"Deleted {name}", *notes), Offer("record.undo", "recreates it"))
                self._shows.changed(session, None)
            case ends.Gone():
                self._done((sentence(f"{name} was already deleted"),))
                self._shows.changed(session, None)
            case ends.NotStored(words):
                self._not_done(f"{name}\n{clean(words, 400)}".strip())
                self._shows.changed(session, record.id if record is not None else None)
            case ends.Irreversible(lost=lost):
                why = "\n".join(clean(words, 200) for words in lost)
                words = f"The change of {name} cannot be undone\n{why}"
                tell(self, words, about=About.IMPOSSIBLE, kind=Kind.BAD)
            case ends.Unchanged():
                self._not_done("The server already has these values; nothing was sent.")
            case ends.Refused(ApiError() as error) | ends.Unknown(error):
                self._not_done(error_text(self.app.screen, error))
            case ends.Refused(error):
                self._not_done(clean(str(error), 400))

    def _remember_secret(
        self, session: Session, record: Record, tested: tuple[datetime, ...]
    ) -> None:
        """Keep the time at which a secret was saved: the tests before it say nothing any more.

        But for those that were ``tested`` with it.
        """
        key, now, history = session.key(record.id), self._clock.now(), self.services.history
        failure = "The time of the save was not recorded"
        self.with_history(failure, lambda: history.saved_secret(key, now, tested))

    def _done(self, lines: Iterable[str], offer: Offer | None = None) -> None:
        """Say what was done, in place of what was said of the change before."""
        words = "\n".join(clean(line, 200) for line in lines)
        tell(self, words, about=About.CHANGE, kind=Kind.GOOD, offer=offer)

    def _not_done(self, words: str) -> None:
        """Say why not, in place of what was said of the change before; ``words`` are cleaned."""
        tell(self, words, about=About.CHANGE, kind=Kind.BAD)

    @work(group="history", description="read or write the tests")
    async def with_history(self, failure: str, work: Callable[[], None]) -> None:
        """Read or write the tests in a thread, and warn where that fails; the rest goes on."""
        await self.services.reports.attempt(failure, work)
        self._shows.tested()


def copyables(session: Session, record: Record) -> dict[str, str]:
    """Return the curl line and the command that read the record, its JSON and its id, by label."""
    request, profile = get_request(session.target.scope, record.id), session.profile.name
    parameters = [
        {"name": parameter.name, "value": parameter.value} for parameter in record.parameters
    ]
    value = {"id": record.id, "name": record.name, "connection_parameters": parameters}
    return {
        "curl": curl_line(session.target, request),
        "command": shlex.join(("smtp-tui", "get", "--profile", profile, record.id)),
        "JSON": json.dumps(value, default=value_text, ensure_ascii=False, indent=2),
        "id": record.id,
    }
