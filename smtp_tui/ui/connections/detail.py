"""What opens from the list: one record, as a pane or a screen, and the unreadable entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import PASSWORD, Record, Unreadable
from smtp_tui.mail.outcome import WORDS_LIMIT, Phase, Verdict
from smtp_tui.mail.parameters import FORM_ORDER, label_of, port_hint
from smtp_tui.state.history import PasswordUsed, Tested, TestRun
from smtp_tui.text import (
    age,
    clean,
    clean_block,
    counted,
    cut_to_cells,
    duration,
    moment,
    padded,
    record_name,
    shortened,
)
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.base import FullScreen, WriteEnded, error_content
from smtp_tui.ui.connections.record_actions import RecordScreen, ShownRecord
from smtp_tui.ui.connections.rows import ago, outdated, verdict_role, verdict_sign
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.panel import Panel, ScrollPane
from smtp_tui.ui.widgets.plain_text import PlainText, hanging
from smtp_tui.ui.widgets.rows import Column, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.operator import About
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in

if TYPE_CHECKING:
    from smtp_tui.ui.bulk.current_run import RunEnded

_LABEL_CELLS: Final = 10
WORDS_CELLS: Final = 120
"""The cells of a server's words that the pane shows of a test."""
ID_CELLS, _DATE_CELLS = 13, 10
"""The cells of an id and of the time of its creation in the pane."""
MOST_ROWS: Final = 1_000
_COLUMNS: Final = (
    Column("position", "ENTRY", 7, right=True),
    Column("name", "NAME", 12, flexible=True, priority=1),
    Column("why", "WHY", 24, flexible=True),
)


class RecordPane(ScrollPane):
    """The parameters of one record, and its last tests."""

    DEFAULT_CSS = """
    RecordPane { padding: 0 1; scrollbar-size-vertical: 1; }
    RecordPane PlainText { height: auto; }
    """

    def __init__(self, *, id: str, whole: bool) -> None:
        super().__init__(id=id)
        self._whole = whole
        self._text = PlainText()

    def compose(self) -> Iterable[Widget]:
        """The lines of the record."""
        yield self._text

    def show(self, record: Record | None, tests: tuple[Tested, ...], now: datetime) -> None:
        """Show another record, or none."""
        content = Content()
        if record is not None:
            content = record_content(record, tests, now, whole=self._whole)
        self._text.update(hanging(content))


class RecordPanel(Panel):
    """The pane in a panel of its own, with the name of the record in its border."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._pane = RecordPane(id="pane", whole=False)

    def compose(self) -> Iterable[Widget]:
        """The pane."""
        yield self._pane

    def show_record(self, record: Record | None, tests: tuple[Tested, ...], now: datetime) -> None:
        """Show another record, or none."""
        self.show(record_name(record.name, record.id) if record is not None else "")
        self._pane.show(record, tests, now)


def record_content(
    record: Record, tests: tuple[Tested, ...], now: datetime, *, whole: bool
) -> Content:
    """Return parameters in the order of the form, id, creation, oddities and last tests.

    The ``whole`` has tenant and namespace too, for which the pane has no room, and does not shorten
    id and creation.
    """
    names = (*FORM_ORDER, *(parameter.name for parameter in record.parameters))
    lines = [_line(label_of(name), _value(record, name)) for name in dict.fromkeys(names)]
    record_id, created = clean(record.id), moment(record.created_at)
    if not whole:
        record_id, created = shortened(record_id, ID_CELLS), created[:_DATE_CELLS]
    lines += [
        Content(""),
        _line("Id", Content.styled(record_id, "dim")),
        _line("Created", Content(created)),
    ]
    if whole:
        lines += [
            _line("Tenant", Content(clean(record.tenant_id or "not told"))),
            _line("Namespace", Content(clean(record.namespace_id or "not told"))),
        ]
    lines += [Content.styled(f"! {clean(oddity)}", "bold $warn") for oddity in record.oddities]
    lines += [Content(""), Content.styled("Last tests", "bold")]
    found = [_run_content(test, record, now, whole=whole) for test in tests]
    lines.append(Content("\n\n").join(found))
    if not found:
        lines[-1] = Content.styled("No tests yet", "dim")
    return Content("\n").join(lines)


def _line(label: str, value: Content) -> Content:
    padded_label = padded(cut_to_cells(clean(label), 40), _LABEL_CELLS)
    return Content.assemble((padded_label, "dim"), " ", value)


def _value(record: Record, name: str) -> Content:
    if name == PASSWORD:
        return Content(record.password.words)
    parameter = record.parameter(name)
    if parameter is None:
        return Content("-")
    text = clean(parameter.text)
    hint = port_hint(record.text("port")) if name == "port" else None
    if hint:
        return Content.assemble(text, "  ", (f"! {hint}", "$warn"))
    return Content(text) if text else Content.styled("(blank)", "dim")


def _run_content(tested: Tested, record: Record, now: datetime, *, whole: bool) -> Content:
    """One test: verdict, where it failed, age, recipient and what was said.

    The ``whole`` has its time, how long it took and what was used too.
    """
    run, why = tested.run, outdated(tested, record)
    facts = [ago(run, now), duration(run.milliseconds / 1000) if whole else "", why]
    if run.verdict != Verdict.ACCEPTED.value and run.phase != Phase.UNKNOWN.value:
        facts.insert(0, clean(run.phase, 20))
    verdict = f"{verdict_sign(run)} {clean(run.verdict, 20)}"
    look = "dim" if why else f"bold ${verdict_role(run)}"
    to = f"to {clean(run.recipient, 80)}"
    if whole:
        to = f"{moment(run.at)} {to} as {clean(run.profile, 40)}\n  used {_used(run)}"
        if why and run.unsaved:
            to += f"\n  not saved then: {', '.join(clean(name, 30) for name in run.unsaved)}"
    lines = [
        Content.assemble((verdict, look), f" · {' · '.join(filter(None, facts))}"),
        Content.styled(f"  {to}", "dim"),
    ]
    words = clean_block(run.words, WORDS_LIMIT)
    if words and not whole:
        words = cut_to_cells(words.split("\n")[0], WORDS_CELLS)
    if words:
        lines.append(Content(f"  {words}".replace("\n", "\n  ")))
    return Content("\n").join(lines)


def _used(run: TestRun) -> str:
    """The values of a run in a line."""
    parts = [f"{clean(name, 30)} {clean(text, 100) or '(blank)'}" for name, text in run.values]
    secrets = [name for name in run.unsaved if name not in dict(run.values) and name != PASSWORD]
    parts += [f"{clean(name, 30)} typed" for name in secrets]
    typed = PasswordUsed.TYPED if PASSWORD in run.unsaved else PasswordUsed.STORED_IF_ANY
    parts.append((run.password or typed).value)
    return ", ".join(parts)


class DetailScreen(RecordScreen[bool]):
    """Every parameter of one record. The result is whether anything changed on the server.

    ``step`` moves the cursor of the list by so many rows; it returns the record there and when it
    was read, or None where the list ends.
    """

    ACTIONS = (
        *(action_id for action_id in ids_in(Place.RECORD) if action_id != "record.open"),
        *ids_in(Place.DETAIL),
        "table.refresh",
    )
    KEYS = (
        *("record.edit", "record.test", "record.clone", "record.delete", "record.copy"),
        *(
            "detail.next",
            "detail.previous",
            "table.refresh",
            "record.probe",
            "app.help",
            "app.back",
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS, "app.back")

    def __init__(
        self,
        session: Session,
        services: Services,
        record: Record,
        read_at: datetime,
        step: Callable[[int], tuple[Record, datetime] | None],
    ) -> None:
        view = ShownRecord(lambda: session, lambda: self._record, self._changed, self._show_record)
        super().__init__(services, view, in_use=session)
        self.session = session
        self._record = record
        self._read_at = read_at
        self._step = step
        self._problem: ApiError | None = None
        self._any_change = False
        self._by_itself = False
        self._problem_text = PlainText(classes="problem")
        self._pane = RecordPane(id="record", whole=True)

    def compose_body(self) -> Iterable[Widget]:
        """The problem of the last reading, and the record."""
        yield from (self._problem_text, self._pane)

    def on_mount(self) -> None:
        """Show what the table knew, then read the record again."""
        self._show_record()
        self.action_refresh(by_itself=True)

    @property
    def situation(self) -> Situation:
        """What the keys depend on: there is always a record."""
        return replace(super().situation, record=True)

    def _changed(self, session: Session, record_id: str | None) -> None:
        """Read the record again after a save, or leave after a delete."""
        self._any_change = True
        if record_id == self._record.id:
            self.action_refresh()
        else:
            self.dismiss(True)

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the record again if it was written."""
        if event.session is self.session and event.record_id == self._record.id:
            self._changed(event.session, event.record_id)

    def on_run_ended(self, event: RunEnded) -> None:
        """Read the record again if the run was about its profile."""
        if self.session.profile.name in event.run.plan.profiles:
            self._any_change = True
            self.action_refresh()

    def _show_record(self) -> None:
        """Show the record and its last tests."""
        tests = self.services.history.tests(self.session.key(self._record.id))
        self._pane.show(self._record, tests, self.services.clock.now())
        self.panel.show(record_name(self._record.name, self._record.id))

    def action_next(self) -> None:
        """Show the next record of the list."""
        self._go(1, "This is the last record of the list.")

    def action_previous(self) -> None:
        """Show the record before this one in the list."""
        self._go(-1, "This is the first record of the list.")

    def _go(self, rows: int, at_the_end: str) -> None:
        found = self._step(rows)
        if found is None:
            tell(self, at_the_end, about=About.IMPOSSIBLE)
            return
        self._record, self._read_at = found
        self._problem = None
        self._pane.scroll_home(animate=False)
        self._show_record()
        self._show_problem()
        self.action_refresh(by_itself=True)

    @work(group="load", exclusive=True, description="read a record")
    async def action_refresh(self, *, by_itself: bool = False) -> None:
        """Read the record again; after an error the old one stays and is called stale."""
        self._by_itself = by_itself
        record_id, name = self._record.id, record_name(self._record.name, self._record.id)
        try:
            self._record = await read_signed_in(
                self.session,
                ScreenOperator(self),
                lambda: self.session.connections.get(record_id),
                f"Reading {name}",
            )
        except ApiError as error:
            self._problem = error
        else:
            self._problem, self._read_at = None, self.services.clock.now()
        self._by_itself = False
        self._show_record()
        self._show_problem()

    def _show_problem(self) -> None:
        """Say why the last reading failed, and how old the record is."""
        self._problem_text.set_class(self._problem is not None, "-shown")
        if self._problem is not None:
            seconds = (self.services.clock.now() - self._read_at).total_seconds()
            stale = Content.styled(f"stale, read {age(seconds)} ago", "bold $bad")
            words = Content.assemble(stale, "\n", error_content(self, self._problem))
            self._problem_text.update(words)

    def tick(self) -> None:
        """Let the age of a stale record grow."""
        super().tick()
        self._show_problem()

    def action_back(self) -> None:
        """Stop waiting, or go back and tell whether the table has to be read again.

        The reading that began by itself is no reason to stay: it was not asked for.
        """
        if self._by_itself or not self.stop_waiting():
            self.dismiss(self._any_change)


class UnreadableScreen(FullScreen[None]):
    """A table of the entries, in the order of the server's answer."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("app.back")

    def __init__(self, session: Session, clock: Clock, entries: tuple[Unreadable, ...]) -> None:
        super().__init__(session, clock)
        self._entries = entries
        self._table = RecordsTable(_COLUMNS, id="entries")
        self._table.rows = tuple(map(_row, entries[:MOST_ROWS]))

    def compose_body(self) -> Iterable[Widget]:
        """The table."""
        title = f"{counted(len(self._entries), 'entry', 'entries')} could not be read"
        if len(self._entries) > MOST_ROWS:
            title += f"; the first {MOST_ROWS:,} are shown"
        self.panel.show(title)
        yield self._table
        key = bound(self, "app.activity").first_key
        words = f"They stay on the server as they are. {key} shows the answer that holds them."
        yield PlainText(words, classes="status")


def _row(entry: Unreadable) -> Row:
    name = clean(entry.name, 200) or "-"
    return Row(str(entry.position), (f"{entry.position:,}", name, clean(entry.why, 300)))
