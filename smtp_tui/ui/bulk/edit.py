"""The form for many records: what is left alone stays as it is in each of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar, Final, TypeAlias

from msgspec.structs import replace
from textual import on, work
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.models import Parameter, Record, SecretState, is_secret_name
from smtp_tui.editing.draft import draft_of
from smtp_tui.editing.patch import Change, patch_for
from smtp_tui.editing.values import (
    ABSENT,
    Absent,
    DraftProblem,
    Known,
    is_same,
    shown,
    typed_value,
    value_in,
)
from smtp_tui.mail.parameters import FORM_ORDER
from smtp_tui.text import clean, counted, cut_to_cells
from smtp_tui.ui.actions import Situation, bindings
from smtp_tui.ui.base import FullScreen, TypedText, opens_screen
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.record_form.form import (
    DifferingField,
    FormSubject,
    PresetDialog,
    RecordForm,
    SecretField,
)
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.bars import several_profiles
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field
from smtp_tui.ui.widgets.panel import Panel
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.plan import EntryKey, Plan, change_entries
from smtp_tui.workflows.session import Session

HINT_CELLS: Final = 39
"""The cells of a field that is empty."""
VALUES_NAMED: Final = 4
"""The most common values that a field names where they differ."""
Review: TypeAlias = Callable[
    [Screen[Any], Services, Plan, Mapping[str, Session], set[EntryKey]], Awaitable[bool]
]
"""Has a plan reviewed, without what was dropped before; whether its run was begun."""


class Shared(FormSubject, frozen=True):
    """What a form for many records is opened on.

    ``opened`` has the values that all of them share. ``firsts`` are, of parameters whose values
    differ, that of the first record that has one.
    """

    firsts: Mapping[str, Known] = {}


def shared(records: Iterable[Record]) -> Shared:
    """The form of many records: where values differ, its field is empty and says how."""
    records = tuple(records)
    present = (each.name for record in records for each in record.parameters)
    common, hints, firsts = [], [], {}
    for name in dict.fromkeys((*FORM_ORDER, *present)):
        values = [value_in(record, name) for record in records]
        if is_secret_name(name) or any(isinstance(value, SecretState) for value in values):
            common.append(Parameter(name, _state(values)))
        elif all(is_same(value, values[0]) for value in values):
            if not isinstance(values[0], Absent):
                common.append(Parameter(name, values[0]))
        else:
            firsts[name] = next(each for each in values if each is not ABSENT)
            hints.append((name, cut_to_cells(differing(values), HINT_CELLS)))
    title = counted(len(records), "record")
    record = Record("", title, tuple(common))
    base, heading = draft_of(record), f"Edit {title}"
    return Shared(base, record, title=heading, hints=tuple(hints), firsts=firsts)


def _state(values: Iterable[Known]) -> SecretState:
    """What is known of a secret in all records: a state if they share it."""
    states = {value if isinstance(value, SecretState) else SecretState.UNKNOWN for value in values}
    return states.pop() if len(states) == 1 else SecretState.UNKNOWN


def differing(values: Iterable[Known]) -> str:
    """How values differ, such as ``3 values: 25 (30), 465 (6), 587 (1)``."""
    counts = Counter(shown(value) or "blank" for value in values)
    named = [f"{clean(text, 40)} ({count})" for text, count in counts.most_common(VALUES_NAMED)]
    more = ", …" if len(counts) > VALUES_NAMED else ""
    return f"{counted(len(counts), 'value')}: {', '.join(named)}{more}"


def wanted(form: RecordForm, subject: Shared) -> tuple[Change, ...]:
    """What was typed, for each record. Raises :class:`DraftProblem`."""
    draft = form.draft

    def for_all(change: Change) -> Change:
        """The change, whose value is of the kind that the records hold."""
        if change.name not in subject.firsts:
            return change
        first = subject.firsts[change.name]
        return Change(change.name, ABSENT, typed_value(change.name, draft.text(change.name), first))

    blank = (
        Change(name, ABSENT, typed_value(name, "", subject.firsts[name])) for name in form.blanked
    )
    return (*map(for_all, patch_for(draft, subject.opened).changes), *blank)


class ManyScreen(FullScreen[bool]):
    """Gives True when a run was begun, False when the person leaves."""

    KEYS = (
        *("form.review", "form.revert", "form.preset"),
        *("secret.clear", "secret.reveal", "form.back"),
    )
    ACTIONS = KEYS
    BACK = "form.back"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS), *FIELD_KEYS]
    DEFAULT_CSS = """
    ManyScreen { layout: vertical; }
    ManyScreen.-wide { layout: horizontal; }
    ManyScreen #beside { height: 8; }
    ManyScreen.-short #beside { height: 5; }
    ManyScreen.-wide #beside { width: 54; height: 1fr; }
    ManyScreen #side { padding: 0 1; }
    ManyScreen #notes { height: auto; padding: 0 1; text-style: dim; }
    ManyScreen #form-problem { height: auto; padding: 0 1; color: $bad; }
    """

    def __init__(self, services: Services, marked: Marked, subject: Shared, review: Review) -> None:
        super().__init__(marked.session, services.clock)
        targets = (session.target for session in marked.sessions.values())
        self._profile_bar.instead = several_profiles(targets)
        self._services = services
        self._marked = marked
        self._review = review
        self._dropped: set[EntryKey] = set()
        self._subject = subject
        self._form = RecordForm(self._subject)
        self._preview, self._problem = PlainText(), PlainText(id="form-problem")
        self.typed = TypedText(unsaved=lambda: bool(self._form.changed_names))

    def compose_body(self) -> Iterable[Widget]:
        """What the form means, the fields, what is wrong."""
        self.panel.show(self._subject.title)
        yield PlainText("What you leave alone stays as it is in each record.", id="notes")
        yield from (self._form, self._problem)

    def compose_beside(self) -> Iterable[Widget]:
        """What the plan would be."""
        with Panel("The plan", id="beside"), VerticalScroll(id="side", can_focus=False):
            yield self._preview

    def on_mount(self) -> None:
        """Start on the hostname."""
        self._form.focus_field(None)
        self._show()

    @property
    def situation(self) -> Situation:
        """Which keys work in the field with the cursor."""
        field = self._form.focused_field
        secret = isinstance(field, SecretField)
        clearable = secret or isinstance(field, DifferingField)
        return replace(super().situation, secret_field=secret, clearable=clearable)

    def on_descendant_focus(self) -> None:
        """Show the hints and keys of the field with the cursor."""
        self._form.show()
        self.show_situation()

    @on(Field.Edited)
    def edited(self) -> None:
        """Show the plan at each key; remarks wait for a pause."""
        self._show(check=False)

    @on(Field.Rested)
    def rested(self) -> None:
        """Check what was typed."""
        self._show()

    def _show(self, *, check: bool = True) -> None:
        self._form.show(check=check)
        self._problem.update("")
        changes = self._wanted()
        if isinstance(changes, DraftProblem):
            self.workers.cancel_group(self, "preview")
            self._preview.update(_refusal(changes))
        else:
            self._show_plan(changes)

    @work(group="preview", exclusive=True, description="show what a plan would be")
    async def _show_plan(self, changes: tuple[Change, ...]) -> None:
        """Show the folds of the plan, which is made in a thread: the records may be many."""
        words, dropped = await asyncio.to_thread(self._folds, changes)
        lines = [Content(clean(fold, 300)) for fold in words if changes]
        if dropped:
            are = "record is" if dropped == 1 else "records are"
            lines.append(Content.styled(f"{dropped:,} {are} dropped in the review.", "$warn"))
        nothing = Content.styled("Nothing would be sent.", "dim")
        self._preview.update(Content("\n").join(lines or [nothing]))

    def _wanted(self) -> tuple[Change, ...] | DraftProblem:
        """What is typed, or the first field that cannot be sent."""
        try:
            return self._form.refused or wanted(self._form, self._subject)
        except DraftProblem as problem:
            return problem

    def _plan(self, changes: tuple[Change, ...]) -> Plan:
        return self._marked.plan("Change", lambda name, mine: change_entries(name, mine, changes))

    def _folds(self, changes: tuple[Change, ...]) -> tuple[list[str], int]:
        """The folds of the plan without what was dropped in its review, and how much that is."""
        plan = self._plan(changes)
        dropped = [entry for entry in plan.work if entry.key in self._dropped]
        return [fold.words for fold in plan.without(dropped).folds], len(dropped)

    # Keys

    def action_revert(self) -> None:
        """Leave the field with the cursor alone."""
        self._form.revert()

    def action_clear(self) -> None:
        """Clear the stored password, or a value that differs, in all records."""
        self._form.clear()

    def action_reveal(self) -> None:
        """Show what was just typed into the password field."""
        self._form.reveal()

    @opens_screen
    async def action_preset(self) -> None:
        """Choose a provider; fills host and port only."""
        self._form.take_preset(await self.app.push_screen_wait(PresetDialog()))

    @on(Input.Submitted)
    def go_on(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and from the last one to the review."""
        event.stop()
        if not self._form.go_on():
            self.action_review()

    def action_review(self) -> None:
        """Check the fields, then review the plan."""
        wrong, changes = self._form.first_problem(), self._wanted()
        if wrong is not None:
            self._form.focus_field(wrong)
        elif isinstance(changes, DraftProblem):
            self._problem.update(_refusal(changes))
        else:
            self._have_reviewed(changes)

    @opens_screen
    async def _have_reviewed(self, changes: tuple[Change, ...]) -> None:
        plan = await asyncio.to_thread(self._plan, changes)
        if not plan.work:
            words = "No record would change, so there is nothing to send."
            self._problem.update(Content.styled(f"✗ {words}", "$bad"))
        elif await self._review(self, self._services, plan, self._marked.sessions, self._dropped):
            self.dismiss(True)
        else:
            self._show()

    def action_back(self) -> None:
        """Leave; asks first if something would be lost."""
        if self._form.changed_names:
            self._ask_to_leave()
        else:
            self.dismiss(False)

    @opens_screen
    async def _ask_to_leave(self) -> None:
        names = Content.styled(clean(", ".join(self._form.changed_names)), "bold $warn")
        body = Content("Not applied: ").append(names)
        answers = ((False, "Stay"), (True, "Discard changes"))
        question = QuestionDialog(
            "Leave?", body, answers, self._services.clock, escape=False, danger=(True,)
        )
        if await self.app.push_screen_wait(question):
            self.dismiss(False)


def _refusal(problem: DraftProblem) -> Content:
    return Content.styled(f"✗ {clean(problem.name)}: {clean(problem.words)}", "$bad")
