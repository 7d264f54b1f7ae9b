"""The review of a plan: what will be sent, folded where it is the same, and each exact request."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from msgspec.structs import replace
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Button, Input

from smtp_tui.api.requests import TESTS, IdRefused, Operation
from smtp_tui.api.target import Access
from smtp_tui.profiles.model import Confirm, Environment
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, counted, shortened
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import WIDE, GuardedDialog, where_line
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.request_text import request_content
from smtp_tui.ui.review import changes_content
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.fields import TextInput
from smtp_tui.ui.widgets.filtered_table import FilteredTable
from smtp_tui.ui.widgets.plain_text import PlainText, hanging, harmless
from smtp_tui.ui.widgets.rows import QUIET, Column, LazyRows, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.plan import EntryKey, Fold, Plan, PlanEntry
from smtp_tui.workflows.plan_file import plan_json
from smtp_tui.workflows.planned_write import PlannedWrite, delete_plan, save_plan
from smtp_tui.workflows.session import Session

_COLUMNS: Final = (Column("what", "WHAT WILL BE SENT", 20, flexible=True),)
_ROLES: Final = {
    Environment.PRODUCTION: "bad",
    Environment.STAGING: "warn",
    Environment.TEST: "good",
    Environment.OTHER: "accent",
}
"""The role of a profile's label in the table."""
_NOT_UNDONE: Final = {
    Operation.CREATE: "what is created",
    Operation.DELETE: "what is deleted",
}
"""What no undo takes back, in words."""
_DROPPED: Final = "-"
"""The sign of an entry that was dropped."""


class PlanRows:
    """The rows of a plan: profiles, folds of equal changes and, in those opened, their records.

    Of several profiles each has a row that says where it leads to.

    ``notes`` are what the review says besides.
    ``dropped`` are the numbers of the entries that will not be sent after all. What was dropped
    ``before``, in a review of the same, is so from the start.
    """

    def __init__(
        self, plan: Plan, sessions: Mapping[str, Session], before: Collection[EntryKey] = ()
    ) -> None:
        self.plan = plan
        told = enumerate(plan.entries)
        self.dropped = {n for n, entry in told if entry.sends and entry.key in before}
        self.notes = plan_notes(plan)
        self._sessions = sessions
        self._sent = {name: set[int]() for name in plan.profiles}
        for number, entry in enumerate(plan.entries):
            if entry.sends:
                self._sent[entry.profile].add(number)
        self.folds = plan.folds
        numbers = {id(entry): number for number, entry in enumerate(plan.entries)}
        self._numbers = [[numbers[id(entry)] for entry in fold.entries] for fold in self.folds]
        self.opened: set[int] = {0} if len(self.folds) == 1 else set()

    @property
    def approved(self) -> Plan:
        """The plan without what was dropped."""
        if not self.dropped:
            return self.plan
        return self.plan.without(self.plan.entries[number] for number in self.dropped)

    def rows(self, filter_text: str) -> LazyRows:
        """The rows that hold every word; a fold in which records were found is opened."""
        words = filter_text.casefold().split()
        ids, profile = [], None
        for at, fold in enumerate(self.folds):
            found = self._found(at, words)
            if not found:
                continue
            if fold.profile != profile:
                profile = fold.profile
                ids.append(f"profile {profile}")
                if len(self._sessions) > 1:
                    ids.append(f"place {profile}")
            ids.append(f"fold {at}")
            ids += [f"entry {each}" for each in found if at in self.opened or words]
        return LazyRows(ids, self._row)

    def _found(self, fold: int, words: Sequence[str]) -> list[int]:
        """The numbers of the entries of a fold that hold every word."""
        if not words:
            return self._numbers[fold]
        named = self.folds[fold].words.casefold()
        texts = ((each, self._text(each)) for each in self._numbers[fold])
        return [each for each, text in texts if all(word in f"{named} {text}" for word in words)]

    def _text(self, number: int) -> str:
        record = self.plan.entries[number].record
        host = record.text("hostname") if record is not None else ""
        return f"{self.plan.entries[number].named} {host}".casefold()

    def numbers(self, row_id: str | None) -> list[int]:
        """The numbers of the entries that a row stands for."""
        kind, _, which = (row_id or "").partition(" ")
        if kind == "entry":
            return [int(which)]
        if kind == "fold":
            return self._numbers[int(which)]
        folds = [at for at, fold in enumerate(self.folds) if fold.profile == which]
        return [number for at in folds for number in self._numbers[at]]

    def toggle(self, row_id: str | None) -> None:
        """Drop what a row stands for, or take it back where all of it was dropped."""
        sent = {n for n in self.numbers(row_id) if self.plan.entries[n].sends}
        self.dropped = self.dropped - sent if sent <= self.dropped else self.dropped | sent

    def open(self, row_id: str | None) -> None:
        """Show or hide the records of a fold."""
        kind, _, which = (row_id or "").partition(" ")
        if kind == "fold":
            self.opened ^= {int(which)}

    def _row(self, row_id: str) -> Row:
        kind, _, which = row_id.partition(" ")
        if kind == "profile":
            return self._profile_row(row_id, which)
        if kind == "place":
            session = self._sessions[which]
            tenant_id = shortened(clean(session.target.scope.tenant, 60), 13)
            tenant = clean(session.profile.tenant_name, 40) or tenant_id  # no room for both
            host = clean(session.target.origin.url, 80)
            return Row(row_id, (f"    {host} · tenant {tenant}",))
        if kind == "fold":
            return self._fold_row(row_id, int(which))
        entry, gone = self.plan.entries[int(which)], int(which) in self.dropped
        name = f"      {entry.named}"
        if gone:
            return Row(row_id, (f"{name} · dropped",), (Look(0, QUIET),), _DROPPED)
        return Row(row_id, (name,))

    def _profile_row(self, row_id: str, name: str) -> Row:
        profile = self._sessions[name].profile
        label = clean(profile.badge, 40)
        place = self.plan.place(name)
        kept = self._sent[name] - self.dropped
        many = counted(len(kept), "record")
        if place is not None and place.records and all(self.plan.entries[n].record for n in kept):
            many = f"{len(kept):,} of {counted(place.records, 'record')}"
        words = f"{label}  {clean(name, 40)}  {many}"
        return Row(row_id, (words,), (Look(0, _ROLES[profile.environment], 0, len(label)),))

    def _fold_row(self, row_id: str, at: int) -> Row:
        fold = self.folds[at]
        gone = self.dropped.intersection(self._numbers[at])
        kept = fold.entries
        if gone:
            kept = tuple(self.plan.entries[n] for n in self._numbers[at] if n not in gone)
        shown = replace(fold, entries=kept or fold.entries)
        sign = "▼" if at in self.opened else "▶"
        words = f"  {sign} {clean(shown.words, 300)}"
        if not shown.entries[0].sends:
            return Row(row_id, (f"{words}, already so",), (Look(0, QUIET),))
        if not kept:
            return Row(row_id, (f"{words} · dropped",), (Look(0, QUIET),), _DROPPED)
        if len(kept) < len(fold.entries):
            words += f" · {len(fold.entries) - len(kept):,} dropped"
        role = "bad" if shown.entries[0].destroys else "good"
        return Row(row_id, (words,), (Look(0, role, 4, len(fold_verb(shown))),))


def fold_verb(fold: Fold) -> str:
    """The first word of what a fold does."""
    return fold.words.partition(" ")[0]


def entry_content(session: Session, entry: PlanEntry) -> Content:
    """What an entry changes, and its exact request, as a single review shows them."""
    scope, origin = session.target.scope, session.target.origin.url
    try:
        planned = _planned(session, entry)
        request = entry.request(scope)
    except IdRefused as refusal:
        return Content.styled(f"✗ {clean(str(refusal))}", "$bad")
    lines = [Content.styled(entry.named, "bold")]
    if request is None:
        return Content("\n").join([*lines, Content("It is so already; nothing is sent.")])
    if planned is not None:
        lines.append(changes_content(planned))
    lines += [Content(clean(words)) for words in entry.changes if entry.operation in TESTS]
    return Content("\n").join([*lines, Content(), request_content(origin, request)])


def _planned(session: Session, entry: PlanEntry) -> PlannedWrite | None:
    """The write as a single review plans it; None of a test mail. Raises ``IdRefused``."""
    scope, record = session.target.scope, entry.record
    if entry.operation in TESTS:
        return None
    if record is not None and entry.operation is Operation.DELETE:
        return delete_plan(scope, record, ())
    return save_plan(scope, record, entry.name, entry.patch, (), "")


class PlanDialog(GuardedDialog[Plan | None]):
    """Gives the plan as it was approved, or None. It starts on Cancel where something is lost.

    The number of records is typed where the plan asks for it.
    """

    WIDTH = 200
    BODY = "#request"
    ACTIONS = ("dialog.cancel", "plan.drop", "plan.filter", "plan.save")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("plan.drop", "plan.filter", "plan.save"),
        Binding("J", "scroll_body(4)", show=False),
        Binding("K", "scroll_body(-4)", show=False),
    ]
    DEFAULT_CSS = """
    PlanDialog > #box { height: 100%; overflow-y: hidden; }
    PlanDialog #parts { height: 1fr; layout: vertical; }
    PlanDialog.-beside #parts { layout: horizontal; }
    PlanDialog FilteredTable { height: 1fr; width: 1fr; }
    PlanDialog FilteredTable RecordsTable { height: 1fr; }
    PlanDialog #request { height: 7; border-top: solid $frame; scrollbar-size-vertical: 1; }
    PlanDialog.-beside #request {
        height: 1fr; width: 48%; border-top: none; border-left: solid $frame; padding: 0 1;
    }
    PlanDialog .row { margin-top: 0; }
    PlanDialog #why { width: 1fr; }
    PlanDialog .note { color: $warn; }
    PlanDialog #told { height: auto; display: none; }
    PlanDialog #told.-shown { display: block; }
    """

    def __init__(self, services: Services, rows: PlanRows, sessions: Mapping[str, Session]) -> None:
        super().__init__(services.clock)
        self._services = services
        self._sessions = sessions
        self._rows, plan = rows, rows.plan
        self.title = f"{plan.title}?"
        if len(plan.profiles) == 1:
            self.profile = sessions[plan.profiles[0]].profile
        self._accesses = [sessions[name].target.access for name in plan.profiles]
        self._protected = [
            name
            for name, access in zip(plan.profiles, self._accesses, strict=True)
            if access is Access.PROTECTED
        ]
        self._configured = _why_configured(services.confirm, plan)
        self._asks = plan.asks_number(self._accesses) or bool(self._configured)
        self.set_class(plan.destroys, "-danger")
        self._list = FilteredTable(_COLUMNS, back="dialog.cancel", hint="words", counts=False)
        self._list.table.takes_marks = False
        self._request = PlainText()
        self._told = PlainText(id="told")
        self._apply = Button("", id="apply", compact=True)
        self._apply.set_class(plan.destroys, "-danger")
        self._cancel = Button("Cancel", id="cancel", compact=True)
        self._why, self._number = PlainText(), TextInput(id="number")
        self._hint = PlainText(id="why", classes="hint")

    def compose_box(self) -> Iterable[Widget]:
        """Where it goes, what is sent, the request under the cursor, and the two answers."""
        plan = self._rows.plan
        if len(plan.profiles) == 1:
            yield PlainText(where_line(self._sessions[plan.profiles[0]]))
        yield from (PlainText(clean(words, 300), classes="note") for words in self._rows.notes)
        with Container(id="parts"):
            yield self._list
            with VerticalScroll(id="request", can_focus=False):
                yield self._request
        yield self._told
        if self._asks:
            yield self._why
            yield self._number
        answers = (self._apply, self._cancel)
        with Horizontal(classes="row"):
            yield from reversed(answers) if plan.destroys else answers
            yield self._hint

    def keys(self) -> Iterable[tuple[str, str]]:
        """What the keys do; letters are typed where the number has the focus."""
        if self._number.has_focus:
            return (("enter", "Apply"), ("tab", "Move"), (self.cancel_key, "Cancel"))
        drop, search, save = (bound(self, f"plan.{verb}") for verb in ("drop", "filter", "save"))
        return (
            *(("enter", "Choose"), ("tab", "Move"), ("J K", "Request"), (drop.first_key, "Drop")),
            *((search.first_key, "Search"), (save.first_key, "Save"), (self.cancel_key, "Cancel")),
        )

    def on_mount(self) -> None:
        """Start on the number where it has to be typed, else on Apply or on Cancel."""
        self._list.watch_filter(self.fill)
        self.watch(self._list.table, "cursor_id", self.show_request, init=False)
        self.fill()
        answer = self._cancel if self._rows.plan.destroys else self._apply
        self.set_focus(self._number if self._asks else answer)

    def on_descendant_focus(self) -> None:
        """Show the keys that work where the focus is now."""
        self.show_keys()

    @on(Resize)
    def put_beside(self) -> None:
        """Show the request beside the plan where there is room, else below."""
        self.set_class(self.app.size.width >= WIDE, "-beside")

    def fill(self) -> None:
        """Show the rows, what Apply does, and what has to be typed for it."""
        plan = self._rows.approved
        self._list.table.rows = self._rows.rows(self._list.filter_text)
        if not self._list.table.rows:
            self._list.table.notice = self._list.nothing_found
        self.name_box(f"{plan.title}?")
        self._apply.label = harmless(apply_words(plan))
        self._why.update(self._what_to_type(plan))
        self._hint.update("A backup is written first." if plan.destroys else "")
        self.compare_number()
        self.show_request()

    def show_request(self) -> None:
        """Show the exact request of the entry under the cursor, or of the first of a fold."""
        numbers = self._rows.numbers(self._list.table.cursor_id)
        if not numbers:
            self._request.update("")
            return
        entry = self._rows.plan.entries[numbers[0]]
        content = entry_content(self._sessions[entry.profile], entry)
        if len(numbers) > 1:
            first = Content.styled(f"The first of {len(numbers):,}:", "dim")
            content = Content("\n").join([first, content])
        self._request.update(hanging(content))

    # What has to be typed

    def _what_to_type(self, plan: Plan) -> Content:
        reasons = [f"much of a list changes ({'; '.join(plan.large)})"] if plan.large else []
        protected = [name for name in self._protected if name in plan.profiles]
        if protected:
            are = "is" if len(protected) == 1 else "are"
            reasons.insert(0, f"{', '.join(protected)} {are} protected")
        reasons += filter(None, (self._configured,))
        number = f"{plan.changed}"
        why = clean(" and ".join(reasons) or "the plan was larger", 200)
        return Content.assemble("Type ", (number, "bold"), f" to confirm: {why}.")

    @on(Input.Changed, "#number")
    def compare_number(self) -> None:
        """Enable Apply where there is work, and only for the whole number."""
        self._told.set_class(False, "-shown")  # it was about what stood here before
        plan = self._rows.approved
        typed = not self._asks or self._number.value.strip() == str(plan.changed)
        self._apply.disabled = not (plan.work and typed)

    @on(Input.Submitted, "#number")
    def apply_typed(self, event: Input.Submitted) -> None:
        """Take Enter for Apply when the number is right."""
        event.stop()
        wanted = self._rows.approved.changed
        if self.settled and self._apply.disabled and wanted:
            words = f"✗ That is not the number of records that change; type {wanted}."
            self._tell(Content.styled(words, "$bad"))
        self._approve()

    def _approve(self) -> None:
        if self.settled and not self._apply.disabled:
            self.dismiss(self._rows.approved)

    @on(Button.Pressed)
    def answer(self, event: Button.Pressed) -> None:
        """Approve or decline, unless the key was typed before the dialog was drawn."""
        event.stop()
        if event.button is self._apply:
            self._approve()
        elif self.settled:
            self.dismiss(None)

    # Keys

    def action_scroll_body(self, lines: int) -> None:
        """From the answers, the arrows go into the plan; the page keys scroll the request."""
        if abs(lines) > 1:
            super().action_scroll_body(lines)
        else:
            self._list.table.focus()

    @on(RecordsTable.Opened)
    def open_fold(self, event: RecordsTable.Opened) -> None:
        """Show or hide the records of the fold under the cursor."""
        event.stop()
        self._rows.open(event.row_id)
        self.fill()

    def action_drop(self) -> None:
        """Drop what is under the cursor from the plan, or take it back."""
        self._rows.toggle(self._list.table.cursor_id)
        self.fill()

    def action_filter(self) -> None:
        """Search in the plan."""
        self._list.open_filter()

    def action_save(self) -> None:
        """Save the plan as it stands."""
        self.run_worker(self._save(), group="save a plan", exclusive=True)

    async def _save(self) -> None:
        store, plan, now = self._services.run_store, self._rows.approved, self._clock.now()
        try:
            path = await asyncio.to_thread(lambda: store.save("plan", plan_json(plan, now)))
        except FileProblem as problem:
            self._tell(Content.styled(f"✗ {clean(str(problem), 400)}", "$bad"))
        else:
            words = f"✓ Saved, without secrets: {clean(str(path), 400)}"
            self._tell(Content.styled(words, "$good"))

    def _tell(self, content: Content) -> None:
        self._told.update(content)
        self._told.set_class(True, "-shown")

    def action_cancel(self) -> None:
        """Close the search, or decline."""
        if not self._list.close_filter():
            self.dismiss(None)


def _why_configured(confirm: Confirm, plan: Plan) -> str:
    """Why the number is to be typed, where config.toml asks for it; blank if it does not."""
    return confirm.why(protected=False, destroys=plan.destroys) if plan.writes else ""


def plan_notes(plan: Plan) -> tuple[str, ...]:
    """What a plan says besides, and what of it undo cannot take back."""
    operations = {each.operation for each in plan.work}
    lost = [words for operation, words in _NOT_UNDONE.items() if operation in operations]
    patches = (each.patch for each in plan.work if each.operation is Operation.PATCH)
    lost += dict.fromkeys(each.name for patch in patches for each in patch.changes if each.secret)
    named = ", ".join(lost)
    return (*plan.notes, *((f"Not restored by undo: {named}.",) if named else ()))


def apply_words(plan: Plan) -> str:
    """What the button says, such as ``Delete 12 records``."""
    many = len(plan.work)
    if not many:
        return "Nothing to send"
    if not plan.writes:
        return f"Send {counted(many, 'mail')}"
    operations = {entry.operation for entry in plan.work}
    if operations == {Operation.DELETE}:
        return f"Delete {counted(many, 'record')}"
    if operations == {Operation.CREATE}:
        return f"Create {counted(many, 'record')}"
    return f"Apply to {counted(many, 'record')}"


def _prepared(
    plan: Plan, sessions: Mapping[str, Session], dropped: frozenset[EntryKey]
) -> PlanRows:
    """The rows of a plan. What else its review asks of all entries is found out here, too."""
    _ = plan.destroys, plan.writes, plan.large
    return PlanRows(plan, sessions, dropped)


async def reviewed(
    app: App[Any],
    services: Services,
    plan: Plan,
    sessions: Mapping[str, Session],
    dropped: set[EntryKey],
) -> Plan | None:
    """Have a plan reviewed; what was approved of it, or None. For workers only.

    ``sessions`` are those of its profiles. ``dropped`` is what was dropped in the review before,
    and holds afterwards what was in this one. A long plan is prepared in a thread.
    """
    rows = await asyncio.to_thread(_prepared, plan, sessions, frozenset(dropped))
    approved = await app.push_screen_wait(PlanDialog(services, rows, sessions))
    dropped.difference_update(entry.key for entry in plan.work)
    dropped.update(plan.entries[number].key for number in rows.dropped)
    return approved
