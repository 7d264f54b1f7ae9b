"""Editing a record, or writing a new one: the form, and beside it the request it would send."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.reactive import var
from textual.widget import Widget

from smtp_tui.api.errors import ApiError, Invalid, NotFound
from smtp_tui.api.models import Record, SecretState
from smtp_tui.api.requests import IdRefused
from smtp_tui.editing.draft import Draft
from smtp_tui.editing.patch import Patch
from smtp_tui.mail.checks import Severity, has_error
from smtp_tui.mail.parameters import FORM_ORDER
from smtp_tui.ui.actions import Situation, bindings
from smtp_tui.ui.drafting import (
    NAME,
    Drafted,
    drafted,
    findings,
    save_request,
    server_findings,
)
from smtp_tui.ui.request_view import body_text
from smtp_tui.ui.screens.base import SessionScreen
from smtp_tui.ui.screens.confirm import ConfirmDialog
from smtp_tui.ui.screens.presets import PresetDialog
from smtp_tui.ui.screens.saving import Nothing, Saved, save
from smtp_tui.ui.screens.test_email import EditParameter, TestDialog, TestSubject
from smtp_tui.ui.session import Services, Session
from smtp_tui.ui.text import clean
from smtp_tui.ui.widgets.bars import PlainText
from smtp_tui.ui.widgets.fields import Field, SecretField


class FormScreen(SessionScreen[Saved | None]):
    """Fields in form order; closes only when the server has said yes or the person leaves."""

    ACTIONS = (
        "form.review",
        "form.test",
        "form.revert",
        "form.preset",
        "form.back",
        "secret.clear",
        "secret.reveal",
    )
    KEYS = ("form.review", "form.test", "form.revert", "secret.clear", "form.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    FormScreen #columns { layout: vertical; height: 1fr; }
    FormScreen.-wide #columns { layout: horizontal; }
    FormScreen #form { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    FormScreen #side { height: 9; padding: 0 1; border-top: solid ansi_bright_black; }
    FormScreen.-wide #side { width: 48; height: 1fr; border-top: none; }
    FormScreen.-wide #side { border-left: solid ansi_bright_black; }
    FormScreen #preview { height: auto; }
    FormScreen #form-title { text-style: bold; margin-bottom: 1; }
    FormScreen #form-problem { height: auto; margin-top: 1; text-style: bold; display: none; }
    FormScreen #form-problem.-shown { display: block; }
    """

    busy: var[bool] = var(False)

    def __init__(
        self,
        session: Session,
        services: Services,
        draft: Draft,
        opened: Record | None = None,
        focus_on: str | None = None,
        like: Record | None = None,
    ) -> None:
        super().__init__(session, services)
        self._start = draft
        self._opened = opened
        self._focus_on = focus_on
        self._like = like
        self._refused: tuple[tuple[str, str], ...] = ()

    @property
    def _new(self) -> bool:
        return self._start.record_id is None

    def compose_body(self) -> Iterable[Widget]:
        """Title, fields, and the live request."""
        with Horizontal(id="columns"):
            with VerticalScroll(id="form", can_focus=False):
                yield PlainText(self._title(), id="form-title")
                if self._new:
                    yield Field(NAME, self._start.name, label="Name")
                else:
                    yield PlainText(self._fixed_name())
                for name in self._start.names:
                    yield self._field(name)
                yield PlainText("", id="form-problem")
            with VerticalScroll(id="side", can_focus=False):
                yield PlainText("", id="preview")

    def _title(self) -> str:
        return "New connection" if self._new else f"Edit {clean(self._start.name)}"

    def _fixed_name(self) -> Content:
        """The name, which cannot be edited, and why."""
        why = "   fixed: the server has no call to rename"
        return Content.assemble(
            f"  {'Name':<12}{clean(self._start.name)}", Content.styled(why, "dim")
        )

    def _field(self, name: str) -> Field:
        if name not in dict(self._start.secrets):
            return Field(name, self._start.text(name))
        if self._opened is None:
            return SecretField(name, None)
        parameter = self._opened.parameter(name)
        known = parameter.value if parameter is not None else SecretState.UNKNOWN
        return SecretField(name, known if isinstance(known, SecretState) else SecretState.SET)

    def on_mount(self) -> None:
        """Start on the hostname, on the name of a new record, or where a test pointed."""
        super().on_mount()
        wanted = self._focus_on or (NAME if self._new else FORM_ORDER[0])
        self._fields[wanted if wanted in self._fields else FORM_ORDER[0]].input.focus()
        self._show()

    @property
    def _fields(self) -> dict[str, Field]:
        return {field.parameter: field for field in self.query(Field)}

    @property
    def _focused_field(self) -> Field | None:
        return next((one for one in self.query(Field) if one.has_focus_within), None)

    @property
    def draft(self) -> Draft:
        """What the form holds now."""
        draft = self._start
        for name, field in self._fields.items():
            if name == NAME and self._new:
                draft = replace(draft, name=field.text)
            elif isinstance(field, SecretField):
                draft = draft.with_secret(name, field.edit)
            else:
                draft = draft.with_text(name, field.text)
        return draft

    def _drafted(self, draft: Draft) -> Drafted:
        return drafted(self._opened, draft, self._like)

    @property
    def unsaved(self) -> bool:
        """Whether anything was typed that leaving would lose."""
        return any(field.changed for field in self.query(Field))

    @property
    def situation(self) -> Situation:
        """Dim what cannot be done while a request is under way."""
        secret = self.is_attached and isinstance(self._focused_field, SecretField)
        return replace(super().situation, busy=self.busy, secret_field=secret)

    def watch_busy(self) -> None:
        """Bring the key line in line."""
        if self.is_mounted:
            self.show_situation()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Password keys are for password fields."""
        self.show_situation()

    @on(Field.Edited)
    def _edited(self) -> None:
        self._refused = ()
        self._show(check=False)

    @on(Field.Rested)
    def _rested(self) -> None:
        self._show()

    def _show(self, *, check: bool = True) -> None:
        """Bring marks, remarks and the live request in line with what is typed."""
        draft = self.draft
        result = self._drafted(draft)
        for name, field in self._fields.items():
            found = server_findings(self._refused, name)
            if not found:
                found = findings(draft, name, self._opened) if check else field.findings
            if self._new and not field.text and check and not self._refused:
                found = tuple(one for one in found if one.severity is not Severity.ERROR)
            field.show(field.changed and not self._new, found)
        self.query_one("#preview", PlainText).update(self._preview(draft, result))

    def _preview(self, draft: Draft, result: Drafted) -> Content:
        if result.problem is not None:
            return Content(f"{clean(result.problem.name)}: {clean(result.problem.words)}")
        try:
            request = save_request(self.session.target.scope, draft, result.patch)
        except IdRefused as error:
            return Content(str(error))
        if request is None:
            return Content.styled("Nothing changed: nothing would be sent.", "dim")
        last = request.path.rsplit("/", 1)[-1]
        return Content.assemble(
            Content.styled(f"{request.method} …/{last}", "bold"), "\n", body_text(request)
        )

    def _complain(self, text: str) -> None:
        problem = self.query_one("#form-problem", PlainText)
        problem.update(text)
        problem.set_class(bool(text), "-shown")
        if text:
            problem.scroll_visible(animate=False)

    def action_revert(self) -> None:
        """Put the opened value back in the field with the cursor."""
        field = self._focused_field
        if field is not None:
            field.revert()

    def action_clear(self) -> None:
        """Have the stored password cleared when saved."""
        field = self._focused_field
        if isinstance(field, SecretField):
            field.clear_stored()

    def action_reveal(self) -> None:
        """Show what was just typed into the password field."""
        field = self._focused_field
        if isinstance(field, SecretField):
            field.reveal()

    def action_preset(self) -> None:
        """Choose a provider; fills host and port only."""
        self._choose_preset()

    @work(group="dialog", exclusive=True, description="choose a preset")
    async def _choose_preset(self) -> None:
        preset = await self.app.push_screen_wait(PresetDialog())
        if preset is not None:
            self._fields["hostname"].text = preset.hostname
            self._fields["port"].text = str(preset.port)

    def action_back(self) -> None:
        """Leave; asks where something would be lost."""
        if self.busy:
            self.notify("A save is under way; wait for its outcome.")
        elif self.unsaved:
            self._ask_to_leave()
        else:
            self.dismiss(None)

    @work(group="dialog", exclusive=True, description="ask before leaving a form")
    async def _ask_to_leave(self) -> None:
        changed = [field.parameter for field in self.query(Field) if field.changed]
        question = ConfirmDialog(
            "Leave without saving?",
            Content(f"Changed and not saved: {clean(', '.join(changed))}"),
            "Discard changes",
            self.services.clock,
        )
        if await self.app.push_screen_wait(question):
            self.dismiss(None)

    def action_review(self) -> None:
        """Show what would be sent."""
        self._show()
        problem = self._first_problem()
        if problem is not None:
            self._fields[problem].input.focus()
            return
        draft = self.draft
        result = self._drafted(draft)
        if result.problem is not None:
            self._complain(f"{clean(result.problem.name)}: {clean(result.problem.words)}")
        elif not self._new and not result.patch:
            self._complain("Nothing changed, so there is nothing to send.")
        else:
            self._complain("")
            self._save(draft, result.patch)

    def _first_problem(self) -> str | None:
        draft = self.draft
        for name, field in self._fields.items():
            found = findings(draft, name, self._opened)
            if has_error(found):
                field.show(field.changed and not self._new, found)
                return name
        return None

    @work(group="save", description="review and save a form")
    async def _save(self, draft: Draft, patch: Patch) -> None:
        """Review, read again, compare, send; the form stays until the server said yes."""
        self.busy = True
        try:
            saved = await save(self, self.session, self.services.clock, self._opened, draft, patch)
        except ApiError as error:
            self._show_refusal(error)
        else:
            if saved is Nothing.TO_SEND:
                self._complain("The server already has these values; nothing was sent.")
            elif isinstance(saved, Saved):
                self.dismiss(saved)
        finally:
            self.busy = False

    def _show_refusal(self, error: ApiError) -> None:
        """Say it at the field it names, else below the form; what was typed stays."""
        if isinstance(error, Invalid):
            self._refused = error.fields
            self._show()
        if isinstance(error, NotFound) and not self._new:
            self._complain(clean(error.why) + "\nThe record may have been deleted meanwhile.")
            return
        self._complain("\n".join(clean(line, 400) for line in error.lines()))

    def action_test(self) -> None:
        """Test with what is typed, saving nothing."""
        self._show()
        result = self._drafted(self.draft)
        if result.problem is not None or self._first_problem_but_name() is not None:
            return
        self._test(result.patch)

    def _first_problem_but_name(self) -> str | None:
        problem = self._first_problem()
        if problem is not None and problem != NAME:
            self._fields[problem].input.focus()
            return problem
        return None

    @work(group="dialog", exclusive=True, description="test the values of a form")
    async def _test(self, patch: Patch) -> None:
        subject = TestSubject(self._start.record_id, self._start.name, self._opened, patch)
        result = await self.app.push_screen_wait(TestDialog(self.session, self.services, subject))
        if isinstance(result, EditParameter) and result.name in self._fields:
            self._fields[result.name].input.focus()
