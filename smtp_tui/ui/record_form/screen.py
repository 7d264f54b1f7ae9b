"""The form of a record, and beside it the request that saving, or a test, would send."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from typing import Any, ClassVar, Final, TypeAlias

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import var
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import ApiError, NotFound
from smtp_tui.api.models import Record
from smtp_tui.api.requests import IdRefused, Request
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.patch import Patch, patch_for
from smtp_tui.editing.values import DraftProblem
from smtp_tui.state.drafts import SavedDraft
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, record_name
from smtp_tui.ui.actions import Situation, bindings
from smtp_tui.ui.base import EditParameter, FullScreen, TypedText, opens_screen
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.keymap import error_text
from smtp_tui.ui.messages import Offer, Wait, forget, tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.record_form.autosave import Autosave
from smtp_tui.ui.record_form.form import (
    FormSubject,
    PresetDialog,
    RecordForm,
    SecretField,
    recreated,
)
from smtp_tui.ui.record_form.resume import take_up, with_draft
from smtp_tui.ui.request_text import brief_content
from smtp_tui.ui.services import Services
from smtp_tui.ui.test_email import ReviewValues, TestDialog, TestFinished, last_recipient
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field
from smtp_tui.ui.widgets.panel import Panel
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows import outcomes as ends
from smtp_tui.workflows.operator import About, Sent
from smtp_tui.workflows.planned_write import save_request
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMail, TestSubject
from smtp_tui.workflows.validation import NAME, refused_values
from smtp_tui.workflows.write_record import save_record

FormResult: TypeAlias = ends.Saved | ends.Recreate | None


class _Leave(Enum):
    """The ways out of a form that holds something unsaved."""

    STAY = "Stay"
    REVIEW = "Review and save"
    KEEP = "Leave and keep a draft"
    DISCARD = "Discard changes"


_KEYS_TO_TEST: Final = ("form.test", "form.preset", "secret.reveal", "form.back")
"""The keys of a form that is there for a test, which offers to save once it has an outcome."""
_KEPT: Final = "Your input is kept as a draft, without the password."


class FormScreen(FullScreen[FormResult]):
    """Closes when the server holds what was sent, or when the person leaves.

    ``not_stored`` is set once a save was answered with a yes that stored nothing, or only a part.
    """

    KEYS = (
        *("form.review", "form.test", "form.revert", "form.preset"),
        *("secret.clear", "secret.reveal", "form.back"),
    )
    ACTIONS = KEYS
    BACK = "form.back"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        *FIELD_KEYS,
        Binding("pagedown", "scroll_side(4)", show=False),
        Binding("pageup", "scroll_side(-4)", show=False),
    ]
    DEFAULT_CSS = """
    FormScreen { layout: vertical; }
    FormScreen.-wide { layout: horizontal; }
    FormScreen #beside { height: 10; }
    FormScreen.-short #beside { height: 6; }
    FormScreen.-wide #beside { width: 54; height: 1fr; }
    FormScreen #side { padding: 0 1; }
    FormScreen.-wide #side { padding: 1 1; }
    FormScreen #notes { height: auto; padding: 0 1; text-style: dim; }
    FormScreen #form-problem { height: auto; padding: 0 1; color: $bad; display: none; }
    FormScreen #form-problem.-shown { display: block; }
    """

    busy: var[bool] = var(False, init=False)

    def __init__(self, session: Session, services: Services, subject: FormSubject) -> None:
        super().__init__(session, services.clock, _KEYS_TO_TEST if subject.to_test else None)
        self.session = session
        self.services = services
        self._subject = subject
        self._form = RecordForm(subject)
        self._autosave = Autosave(services.drafts)
        self.typed = TypedText(
            unsaved=lambda: self.unsaved,
            saving=lambda: self.busy,
            keeps=lambda: self._autosave.latest is not None,
            keep=self._autosave.keep,
            forget=self._autosave.give_up,
        )
        self._preview, self._problem = PlainText(), PlainText(id="form-problem")
        self._closes_with: tuple[FormResult] | None = None
        self._said_unchanged = False
        self._test_at_once = subject.tested
        self._cursor_at: str | None = None
        self._tested: list[TestMail] = []
        self.not_stored: ends.NotStored | None = None

    def compose_body(self) -> Iterable[Widget]:
        """Notes, fields, what was refused."""
        self.panel.show(self._subject.title)
        notes = "\n".join(map(clean, self._subject.notes))
        if notes:
            yield PlainText(notes, id="notes")
        yield from (self._form, self._problem)

    def compose_beside(self) -> Iterable[Widget]:
        """The request that saving, or the test, would send."""
        title = "The test will send" if self._subject.to_test else "Will be sent"
        with Panel(title, id="beside"), VerticalScroll(id="side", can_focus=False):
            yield self._preview

    def on_mount(self) -> None:
        """Start on the hostname, on the name of a new record, or where a test pointed."""
        self._form.focus_field(self._subject.focus_on)
        self._show()
        if self._form.opened is not None and self._subject.typed is None:
            self._read_again(self._form.opened)

    @work(group="read", exclusive=True, description="read the record that is edited")
    async def _read_again(self, opened: Record) -> None:
        """Compare with what the server holds now, not with what the list said some time ago."""
        try:
            now = await self.session.connections.get(opened.id)
        except NotFound:
            self._complain("This record no longer exists; saving offers to recreate it.")
        except ApiError:
            return  # the form works on what the list said, and the save reads once more
        else:
            if not self.unsaved and not self.busy and now != opened:
                self._form.adopt(now)
                self._show()

    @property
    def unsaved(self) -> bool:
        """Whether anything was typed that leaving would lose."""
        return bool(self._form.changed_names) and not self._autosave.done

    @property
    def situation(self) -> Situation:
        """Dim what cannot be done while a request is under way."""
        secret = isinstance(self._form.focused_field, SecretField)
        return replace(super().situation, busy=self.busy, secret_field=secret, clearable=secret)

    def watch_busy(self) -> None:
        """Disable the fields while they are saved; the cursor comes back afterwards."""
        if not self._form.is_attached or self._autosave.done:
            return
        field = self._form.focused_field
        if self.busy:
            self._cursor_at = field.parameter if field is not None else None
        self._form.disabled = self.busy
        if not self.busy:
            self._form.focus_field(self._cursor_at)
        self.show_situation()

    def on_descendant_focus(self) -> None:
        """Show the hints and keys of the field with the cursor."""
        self._form.show()
        self.show_situation()

    @on(Field.Edited)
    def edited(self) -> None:
        """Update the request at each key; remarks wait for a pause."""
        if not self._autosave.done:
            self._autosave.latest = self._to_keep()
        if self._said_unchanged:
            self._said_unchanged = False
            self._complain("")
        self._show(check=False)

    @on(Field.Rested)
    def rested(self) -> None:
        """Check what was typed, and keep it as a draft."""
        self._show()
        self._keep_draft()

    @work(group="draft", exclusive=True, description="keep a draft")
    async def _keep_draft(self) -> None:
        await self.services.reports.attempt("The draft could not be saved", self._autosave.keep)

    def _to_keep(self) -> SavedDraft | None:
        """What is typed, as a draft; None where nothing but a secret is changed."""
        draft, base = self._form.draft, self._form.base
        if (draft.name, draft.texts) == (base.name, base.texts):
            return None
        key, now = self.session.key(base.record_id), self.services.clock.now()
        return SavedDraft(
            key=key, record_name=draft.name, saved_at=now, texts=draft.texts, opened=base.texts
        )

    def _show(self, *, check: bool = True) -> None:
        """Update marks, remarks, what a save would do, and the request."""
        self._form.show(check=check)
        patch = self._drafted(self._form.draft)
        self._form.say_ready(patch, checked=check, taken=bool(self._taken()))
        self._preview.update(self._will_be_sent(self._form.refused or patch))

    def _taken(self) -> str:
        """The id of a record that has the name of the new one, as far as the list tells."""
        name, listed = self._form.draft.name.strip(), self.session.memory.listed
        if not self._form.new or not name or listed is None:
            return ""
        found = (each.id for each in listed.records if each.name == name)
        return next((record_id for record_id in found if record_id != self._subject.gone), "")

    def _will_be_sent(self, patch: Patch | DraftProblem) -> Content:
        """What saving, or the test, would send, or why nothing can be sent."""
        if isinstance(patch, DraftProblem):
            return Content.styled(f"✗ {clean(patch.name)}: {clean(patch.words)}", "$bad")
        try:
            request = self._request(patch)
        except IdRefused as error:
            return Content.styled(f"✗ {clean(str(error))}", "$bad")
        if request is None:
            return Content.styled("Nothing would be sent.", "dim")
        return brief_content(request)

    def _request(self, patch: Patch) -> Request | None:
        draft, scope = self._form.draft, self.session.target.scope
        if self._subject.to_test:
            recipient = last_recipient(self.session, self.services)
            return TestSubject(draft.name, None, patch).request(scope, recipient)
        return save_request(scope, draft.record_id, draft.name.strip(), patch)

    def _drafted(self, draft: Draft) -> Patch | DraftProblem:
        """What the draft changes, or the first field that cannot be sent."""
        try:
            return patch_for(draft, self._form.opened, self._subject.like)
        except DraftProblem as problem:
            return problem

    def _complain(self, text: str) -> None:
        self._problem.update(f"✗ {text}")
        self._problem.set_class(bool(text), "-shown")

    def action_scroll_side(self, lines: int) -> None:
        """Scroll the request."""
        self.query_one("#side", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_revert(self) -> None:
        """Put the opened value back in the field with the cursor."""
        self._form.revert()

    def action_clear(self) -> None:
        """Clear the stored password when the form is saved."""
        self._form.clear()

    def action_reveal(self) -> None:
        """Show what was just typed into the password field."""
        self._form.reveal()

    @opens_screen
    async def action_preset(self) -> None:
        """Choose a provider; fills host and port only."""
        self._form.take_preset(await self.app.push_screen_wait(PresetDialog()))

    def action_back(self) -> None:
        """Stop waiting, or leave; asks first if something would be lost."""
        if self.stop_waiting() or self.busy:
            return
        if self.unsaved:
            self._ask_to_leave()
        else:
            self._close(None)

    @opens_screen
    async def _ask_to_leave(self) -> None:
        secrets = [field.label for field in self._form.secrets if field.changed]
        kept = self._autosave.latest is not None
        body = Content("Unsaved changes: ").append(
            Content.styled(clean(", ".join(self._form.changed_names)), "bold $warn")
        )
        if kept and secrets:
            body = body.append("\nA draft never holds a password; enter it again.")
        clock, stay, danger = self.services.clock, _Leave.STAY, (_Leave.DISCARD,)
        possible = {_Leave.REVIEW: not self._form.wrong, _Leave.KEEP: kept}
        ways = tuple((way, way.value) for way in _Leave if possible.get(way, True))
        question = QuestionDialog("Leave?", body, ways, clock, escape=stay, danger=danger)
        match await self.app.push_screen_wait(question):
            case _Leave.REVIEW:
                self._review(by_key=False)
            case _Leave.KEEP:
                await self._leave_draft()
            case _Leave.DISCARD:
                forget(self, About.DRAFT)  # what was said when it was kept before
                self._close(None)

    async def _leave_draft(self) -> None:
        """Keep what is typed for later and leave, or stay and say why it cannot be kept."""
        try:
            await asyncio.to_thread(self._autosave.keep)
        except FileProblem as error:
            self._complain(f"The draft could not be saved: {clean(str(error))}")
        else:
            self._autosave.done = True
            action = "record.new" if self._form.new else "record.edit"
            offer = Offer(action, "offers it again")
            tell(self, "Your input is kept as a draft", about=About.DRAFT, offer=offer)
            self.dismiss(None)

    def _close(self, result: FormResult) -> None:
        """Close for good and drop the draft; where a dialog stands over the form, after it."""
        self._autosave.give_up()
        if self.is_active:
            self.dismiss(result)
        else:
            self._closes_with = (result,)

    def on_screen_resume(self) -> None:
        """Close now, where the form was done under a dialog."""
        if self._closes_with is not None:
            self.dismiss(*self._closes_with)

    async def on_unmount(self) -> None:
        """Keep what a screen held that is closed from outside."""
        with suppress(FileProblem):  # there is no screen to say it on any more
            await asyncio.to_thread(self._autosave.keep)

    def stopped(self, wait: Wait) -> None:
        """Stay in the form before the write; after it leave, what was typed being a draft."""
        super().stopped(wait)
        match self.what_left(wait):
            case Sent.LOST:
                forget(self, About.WAITING)
                self._complain(Sent.LOST.value)
            case Sent.WRITE:
                tell(self, f"{Sent.WRITE.value} {_KEPT}", about=About.WAITING)
                self.dismiss(None)

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and from the last one to the review or the test."""
        event.stop()
        if self._form.go_on():
            return
        if self._subject.to_test:
            self.action_test()
        else:
            self._review(by_key=False)

    def action_review(self) -> None:
        """Check the fields, then review and save."""
        self._review(by_key=True)

    def _review(self, *, by_key: bool) -> None:
        """``by_key`` is whether Enter may answer at once: not where Enter has led here."""
        problem = self._form.first_problem()
        if problem is not None:
            self._form.focus_field(problem)
            return
        draft = self._form.draft
        patch = self._drafted(draft)
        if isinstance(patch, DraftProblem):
            self._complain(f"{clean(patch.name)}: {clean(patch.words)}")
        elif not self._form.new and not patch:
            self._complain("No changes, so there is nothing to send.")
            self._said_unchanged = True
        else:
            self._complain("")
            self._save(draft, patch, by_key=by_key)

    @work(group="save", description="review and save a form")
    async def _save(self, draft: Draft, patch: Patch, *, by_key: bool) -> None:
        """Save; the form stays until the server holds what was sent."""
        operator, opened = ScreenOperator(self, by_key=by_key), self._form.opened
        self.busy = True
        try:
            outcome = await save_record(
                self.session, operator, opened, patch, name=draft.name, taken=self._taken()
            )
            if isinstance(outcome, ends.Gone) and outcome.error is not None and opened is not None:
                await self._offer_anew(outcome.error, draft, opened)
        finally:
            self.busy = False
        self._tell(outcome)  # only now the keys that it advises work again

    def _tell(self, outcome: ends.Outcome) -> None:
        """Close after a save, else say why there was none."""
        match outcome:
            case ends.Saved(patch=patch):
                mails, secrets = self._tested, patch.secrets
                same = tuple(mail.at for mail in mails if mail.subject.patch.secrets == secrets)
                self._close(replace(outcome, tested=same))
            case ends.Unchanged():
                self._complain("The server already has these values; nothing was sent.")
            case ends.NotStored(words):
                self.not_stored = outcome
                forget(self, About.CHANGE)
                self._complain(clean(words, 400))
            case ends.Unknown(error) | ends.Refused(ApiError() as error):
                self._show_refusal(error)
            case ends.Refused(error):
                self._complain(clean(str(error)))

    async def _offer_anew(self, error: NotFound, draft: Draft, opened: Record) -> None:
        """Offer to create a record that is gone from what was typed."""
        name = record_name(opened.name, opened.id)
        body = Content.assemble(
            Content.styled(f"✗ {clean(error.why, 300)}", "$bad"),
            f"\n\nSomeone deleted {name}. It can be recreated from this form,"
            " with a new id; enter its password again.",
        )
        answers = ((False, "Back to the form"), (True, f"Recreate {name}"))
        clock = self.services.clock
        question = QuestionDialog("The record was deleted", body, answers, clock, escape=False)
        if await self.app.push_screen_wait(question):
            self._close(ends.Recreate(opened, draft))

    def _show_refusal(self, error: ApiError) -> None:
        """Say it at the field that the error names, else below the form."""
        said = tuple(dict.fromkeys(refused_values(error)))
        others = self._form.refuse(said)
        marked = "The server refused the values marked above. Nothing was saved."
        lines = [marked if len(others) < len(said) else error_text(self, error)]
        lines += [f"{clean(name, 60)}: {clean(words, 300)}" for name, words in others]
        self._complain("\n".join(lines))
        if NAME in dict(said) and self._form.new:
            self._form.focus_field(NAME)

    def on_test_finished(self, event: TestFinished) -> None:
        """Keep what was tested: where it is saved, its verdict still holds."""
        self._tested.append(event.mail)

    def action_test(self) -> None:
        """Send a test email with what is typed; nothing is saved."""
        problem = self._form.first_problem(but=NAME)
        patch = self._drafted(self._form.draft)
        if problem is not None:
            self._form.focus_field(problem)
        elif isinstance(patch, Patch):
            self._test(patch)

    @opens_screen
    async def _test(self, patch: Patch) -> None:
        base, opened = self._form.base, self._form.opened
        subject = TestSubject(base.name, opened, patch)
        dialog = TestDialog(
            self.session, self.services, subject, form=True, at_once=self._test_at_once
        )
        result = await self.app.push_screen_wait(dialog)
        self._test_at_once = self._test_at_once or bool(result)
        if isinstance(result, ReviewValues):
            self.action_review()
        elif isinstance(result, EditParameter):
            self._form.focus_field(result.name)


async def fill_in(
    opener: Screen[Any],
    session: Session,
    services: Services,
    subject: FormSubject,
    draft: SavedDraft | None = None,
) -> ends.Saved | ends.NotStored | None:
    """Show the form, with a draft of before if the person wants it back; for workers only.

    With ``draft`` it is that one, and nothing is asked.
    Where the record turned out to be gone, the form of a new one may follow. The answer is None
    where nothing was sent that may have been stored.
    """
    if draft is not None:
        subject = await take_up(services, subject, draft)
    elif subject.like is None:
        resumed = await with_draft(opener, session, services, subject)
        if resumed is None:
            return None
        subject = resumed
    form = FormScreen(session, services, subject)
    result = await opener.app.push_screen_wait(form)
    if isinstance(result, ends.Recreate):
        return await fill_in(opener, session, services, recreated(result))
    return result or form.not_stored
