"""One table of the records of many profiles, and above it how each of these stands."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.worker import Worker

from smtp_tui.api.models import Record, RecordList
from smtp_tui.api.target import Access, HostRefused
from smtp_tui.profiles.choosing import Several
from smtp_tui.profiles.model import Profile
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.settings import Sort
from smtp_tui.text import age, clean, counted
from smtp_tui.ui.actions import Place, Situation, bindings, ids_in
from smtp_tui.ui.all_profiles.rows import (
    COLUMNS,
    FILTER_HINT,
    SORT_KEYS,
    ManyView,
    highlights,
)
from smtp_tui.ui.all_profiles.states import StatesDialog
from smtp_tui.ui.all_profiles.strip import strip_content, summary_content
from smtp_tui.ui.base import DraftsChanged, WriteEnded, opens_screen
from smtp_tui.ui.bulk.marked import Marked
from smtp_tui.ui.connections.detail import DetailScreen, UnreadableScreen
from smtp_tui.ui.connections.order import Order
from smtp_tui.ui.connections.record_actions import RecordScreen, ShownRecord
from smtp_tui.ui.connections.rows import hint_words, order_words
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import waiting
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.bars import KeyBar, key_content, several_profiles
from smtp_tui.ui.widgets.filtered_table import FilteredTable, notice_content
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import row_ids
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.many_lists import ManyLists, Part, State
from smtp_tui.workflows.operator import Operator
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.ui.bulk.current_run import RunEnded

_LINES: Final = 2
"""The most lines of the strip, and of the summary below it; on a small terminal each has one."""
_APART, _LAST = 0.001, 0.02
"""Seconds between the beginnings of two readings, and until all have begun."""
_OLD: Final = (State.STALE, State.SIGN_IN, State.DOWN)


class AllProfilesScreen(RecordScreen[tuple[Session, ...]]):
    """The table of all records. The result are the sessions by which something was changed.

    No profile is in use here: each action goes to the profile of the row under the cursor. Where it
    stands ``alone``, with no screen below, ``q`` quits.
    """

    ACTIONS = (
        *ids_in(Place.RECORD, Place.ALL),
        *("table.filter", "table.sort", "table.reverse", "table.mark", "table.mark_all"),
        *("table.range", "table.refresh", "table.unreadable"),
    )
    KEYS = (
        *("record.edit", "record.test", "record.new", "record.clone", "record.delete"),
        *("record.undo", "all.states", "table.filter", "table.refresh", "record.open"),
        *("table.mark", "table.sort", "record.probe", "app.help", "app.back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("q", "quit_or_back", show=False),
    ]
    DEFAULT_CSS = """
    AllProfilesScreen #strip, AllProfilesScreen #summary {
        width: 1fr; height: auto; padding: 0 1;
    }
    """
    AUTO_FOCUS = ""

    def __init__(
        self, services: Services, session_of: Callable[[Profile], Session], *, alone: bool
    ) -> None:
        view = ShownRecord(
            lambda: self._session, lambda: self.record, self._changed, self._fill, self._marked
        )
        super().__init__(services, view)
        self.id = "all-profiles"
        self._alone = alone
        if alone:
            self._key_bar = KeyBar(*self.KEYS[:-1])
        self._session_of = session_of
        self._lists = ManyLists((), services.clock, self._part_changed)
        self._order = Order(services, Sort("", "profile"), SORT_KEYS)
        self._view = ManyView((), self._order.sort)
        self._list = FilteredTable(COLUMNS, hint=FILTER_HINT)
        self.table = self._list.table
        self._strip, self._summary = PlainText(id="strip"), PlainText(id="summary")
        self._taken: dict[str, RecordList] = {}
        self._changes: set[str] = set()
        self._marked_in: tuple[Session, ...] = ()
        self._changed_by: dict[str, Session] = {}
        self._reader: Worker[None] | None = None
        self._by_itself = True
        self._cursor_to: str | None = None
        self._events_shown = 0
        self._drafts: list[RecordKey] = []
        self._now = self._asked_at = services.clock.now()
        self._profile_bar.instead = several_profiles((), "all profiles")

    def compose_body(self) -> Iterable[Widget]:
        """How the profiles stand, and the table."""
        yield from (self._strip, self._summary, self._list)

    def on_mount(self) -> None:
        """Show the profiles, none of which was read yet."""
        self._list.watch_filter(self.narrow)
        self.watch(self.table, "cursor_id", self.follow_cursor, init=False)
        self.set_focus(self.table)
        self.table.stays_first = True
        self.open_profiles()

    def on_screen_suspend(self) -> None:
        """Something was opened on the record under the cursor, which it follows from now on."""
        self.table.stays_first = False

    @opens_screen
    async def open_profiles(self) -> None:
        """Read which profiles there are, then their lists; where they are as before, do nothing.

        Keys typed ahead wait for the profiles.
        """
        services, several = self.services, self.services.several or Several()
        known = await services.reports.attempt("The profiles cannot be read", services.known)
        if known is None or not self.is_attached:
            return
        broken = {broken.name: broken.problem.reason for broken in known.broken}
        profiles = (*known.profiles, *(broken.readable for broken in known.broken))
        parts = [self._part(each, broken.get(each.name, "")) for each in several.of(profiles)]
        before = {name: part.profile for name, part in self._lists.parts.items()}
        if [part.profile for part in parts] == [*before.values()]:
            return
        same = {each.profile.name for each in parts if each.profile in before.values()}
        marks = self.table.marks  # under the same name there may be another host now
        self.table.marks = frozenset(each for each in marks if each.partition("\n")[0] in same)
        await self._order.read()
        self._lists = ManyLists(parts, services.clock, self._part_changed)
        self._profile_bar.instead = self._header(several, len(profiles))
        self._profile_bar.refresh(layout=True)
        self._view, self._taken = ManyView(self._lists.parts, self._order.sort), {}
        self.with_history("Earlier tests cannot be shown", services.history.load)
        self._read_drafts()
        self._reader = self._read_all(by_itself=True)

    def _header(self, several: Several, total: int) -> Content:
        """The header: that no profile is in use, which are shown, and how this run is bounded."""
        count, everything = len(self._lists.parts), several == Several()
        of = counted(total, "profile")
        targets = (session.target for session in self.sessions_here)
        title = "all profiles" if everything else "several profiles"
        parts = [several_profiles(targets, title)]
        if self.services.read_only:
            parts.append(Content.styled("READ-ONLY", "bold $warn"))
        parts.append(Content.styled(of if everything else f"{count} of {of}", "bold"))
        if several.words:
            parts.append(Content.styled(clean(several.words, 200), "dim"))
        return Content("  ").join(parts)

    def _part(self, profile: Profile, problem: str) -> Part:
        """The part of a profile, which was not read yet; one that cannot be used says why."""
        try:
            session = None if problem else self._session_of(profile)
        except HostRefused as refusal:
            session, problem = None, str(refusal)
        return Part(profile, session, asks=problem)

    # What is under the cursor

    @property
    def record(self) -> Record | None:
        """The record under the cursor."""
        found = self._view.found(self.table.cursor_id)
        return found[1] if found is not None else None

    @property
    def _session(self) -> Session | None:
        """The session of the record under the cursor."""
        found = self._view.found(self.table.cursor_id)
        return found[0] if found is not None else None

    @property
    def sessions_here(self) -> tuple[Session, ...]:
        """The sessions of all profiles."""
        parts = self._lists.parts.values()
        return tuple(part.session for part in parts if part.session is not None)

    @property
    def _reading(self) -> bool:
        return any(part.reading for part in self._lists.parts.values())

    @property
    def situation(self) -> Situation:
        """What the keys depend on: the profile of the row, or those of the marked ones."""
        parts = self._lists.parts
        now = replace(
            super().situation,
            record=self.record is not None,
            rows=len(self._view) > 0,
            reading=self._reading,
            unreadable=any(part.answer.unreadable for part in parts.values()),
            read_only_run=self.services.read_only,
            marked=len(self.table.marks),
        )
        if not self._marked_in:
            return now
        targets = [session.target for session in self._marked_in]
        return replace(
            now,
            read_only=any(target.access is Access.READ_ONLY for target in targets),
            test_emails=all(target.test_emails for target in targets),
        )

    # Reading the lists

    @work(group="load", exclusive=True, description="list the connections of all profiles")
    async def _read_all(self, *, by_itself: bool = False, quietly: bool = False) -> None:
        """Read all lists side by side; nobody is asked anything, so that no dialog comes up."""
        self._by_itself, self._asked_at = by_itself, self._now

        async def read(number: int, name: str) -> None:
            """Read one list, which is waited for visibly if a key asked for it; to begin all at
            once would hold keys."""
            with nullcontext() if quietly else waiting(self, f"Reading {name}"):
                await asyncio.sleep(min(number * _APART, _LAST))
                await self._read(name)

        await asyncio.gather(*map(read, count(), self._lists.parts))
        self.table.stays_first = False

    @work(group="load one", description="list the connections of a profile")
    async def _read_one(self, name: str, *, asks: bool = False) -> None:
        """Read one list; with ``asks`` for a token or a certificate, where that is needed."""
        await self._read(name, ScreenOperator(self) if asks else None)

    async def _read(self, name: str, operator: Operator | None = None) -> None:
        lists = self._lists
        if name not in lists.parts:
            return  # the profile is gone since its write began
        await lists.read(name, operator)
        part = lists.parts[name]
        if (
            lists is not self._lists
            or part.session is None
            or self._taken.get(name) is part.answer
            or part.read_at is None
        ):
            return
        try:
            await self._view.take(part, self.services.history, self.services.clock.now())
            self._taken[name] = part.answer
        finally:
            if not self._view.coming:
                self.table.marks = frozenset(filter(self._stays, self.table.marks))
                self._fill(look=False)

    def _stays(self, row_id: str) -> bool:
        """Whether a mark stays: its record is there, or its profile has not told otherwise."""
        return row_id.partition("\n")[0] not in self._taken or bool(self._view.found(row_id))

    def _part_changed(self, name: str) -> None:
        """Show soon how a profile stands now; of several at once, once."""
        if self.is_attached and not self._changes:
            self.call_later(self._show_changes)
        self._changes.add(name)

    def _show_changes(self) -> None:
        """Show how the profiles stand that changed."""
        parts = self._lists.parts
        changes = [name for name in self._changes if name in parts]
        self._changes.clear()
        self._view.mark_old([name for name, part in parts.items() if part.state in _OLD])
        if any(parts[name].state in (*_OLD, State.WAITING) for name in changes):
            self._fill(look=False)
        else:
            self._show_parts()
        if isinstance(self.app.screen, StatesDialog):
            now = self.services.clock.now()
            self.app.screen.show(parts.values(), self._view.views, now)

    def _changed(self, session: Session, record_id: str | None) -> None:
        """Read the list of a profile again, and put the cursor on the record that changed."""
        name = session.profile.name
        self._changed_by[name] = session
        self._cursor_to = f"{name}\n{record_id}" if record_id is not None else None
        self._read_one(name)

    def on_write_ended(self, event: WriteEnded) -> None:
        """Read the list of a profile again, where a write ended that nobody waited for."""
        if any(session is event.session for session in self.sessions_here):
            self._changed(event.session, event.record_id)

    def on_run_ended(self, event: RunEnded) -> None:
        """Read the lists of its profiles again; what is done is no longer marked."""
        for name in event.run.plan.profiles:
            if name in self._lists.parts:
                done = event.done(name)
                self.table.marks = frozenset(
                    row_id for row_id in self.table.marks if not self._is_one_of(row_id, name, done)
                )
                self._read_one(name)

    def _is_one_of(self, row_id: str, name: str, record_ids: frozenset[str]) -> bool:
        found = self._view.found(row_id) if row_id.startswith(f"{name}\n") else None
        return found is not None and found[1].id in record_ids

    def on_drafts_changed(self, event: DraftsChanged) -> None:
        """Read the drafts again."""
        self._read_drafts()

    @work(group="drafts", exclusive=True, description="read the drafts")
    async def _read_drafts(self) -> None:
        """Show which records have a draft."""
        read = self.services.drafts.all
        found = await self.services.reports.attempt("The drafts cannot be read", read) or ()
        self._drafts = [draft.key for draft in found]
        self._view.show_drafts(self._drafts)
        self._fill(look=False)

    # Showing them

    def _fill(self, *, look: bool = True) -> None:
        """Fill the table; with ``look``, also with the tests that were made meanwhile."""
        if not self.is_attached:
            return
        if look:
            self._events_shown, keys = self.services.history.since(self._events_shown)
            self._view.look_again(self.services.clock.now(), keys)
        self._view.show_drafts(self._drafts)
        self.table.sort_column, self.table.sort_reverse = (
            self._order.sort.column,
            self._order.sort.descending,
        )
        self.table.highlight = highlights(self._list.filter_text)
        self.table.rows = self._view.rows(self._list.filter_text, self._order.sort)
        if self._cursor_to is not None and self.table.move_to(self._cursor_to):
            self._cursor_to = None
        if not self.table.rows:
            self.table.notice = self._list.nothing_found if len(self._view) else self._notice()
        self._show_parts()
        self.follow_cursor()
        self.show_status()

    def _show_parts(self) -> None:
        """Show how each profile stands, and its relays by last verdict."""
        width = self.size.width - 4
        lines = 1 if self.has_class("-short") or self.has_class("-slim") else _LINES
        parts = [*self._lists.parts.values()]
        summary = summary_content(self._view.views, width, lines)
        _show(self._strip, strip_content(parts, width, lines))
        _show(self._summary, summary)
        self._summary.display = bool(summary)

    def _notice(self) -> Content:
        """What stands in place of rows while no record is known."""
        if self._reading:
            return Content()
        states = [part.state for part in self._lists.parts.values()]
        keys = self._keys("all.states", "record.new", "table.refresh")
        if State.FRESH in states:
            words = "The profiles that answered have none for their tenant and team."
            return notice_content("No SMTP connections", words, keys)
        return notice_content("No profile could be read", "States says why.", keys)

    def _keys(self, *action_ids: str) -> Content:
        actions = (bound(self, action_id) for action_id in action_ids)
        possible = (each for each in actions if each.unavailable(self.situation) is None)
        return Content.assemble(*(key_content(each.first_key, each.label) for each in possible))

    @on(RecordsTable.MarksChanged)
    def show_marks(self) -> None:
        """Show how many are marked, and what the keys do with them."""
        names = {row_id.partition("\n")[0] for row_id in self.table.marks}
        sessions = (self._lists.parts[name].session for name in names)
        self._marked_in = tuple(session for session in sessions if session is not None)
        self.show_status()
        self.show_situation()

    def show_status(self) -> None:
        """Show counts, filter, marks and order in the border of the panel."""
        filter_text, shown, total = self._list.filter_text, len(self.table.rows), len(self._view)
        title = ["Connections", f"{total:,}" if shown == total else f"{shown:,} of {total:,}"]
        parts = self._lists.parts.values()
        unreadable, marks = sum(len(part.answer.unreadable) for part in parts), self.table.marks
        state = []
        if unreadable:
            key = bound(self, "table.unreadable").first_key
            state.append(Content.styled(f"! {unreadable:,} unreadable ({key})", "$warn"))
        if marks:
            hidden = len(marks.difference(row_ids(self.table.rows)))
            words = f", {hidden:,} hidden by the filter" if hidden else ""
            state.append(Content.styled(f"● {len(marks):,} marked{words}", "$warn"))
        state.append(Content.styled(order_words(self._order.sort), "dim"))
        read = [part.read_at for part in parts if part.read_at is not None]
        if read:
            seconds = (self._now - min(read)).total_seconds()
            state.append(Content.styled(f"read {age(seconds)} ago", "dim"))
        typed = f" /{clean(filter_text, 30)}" if filter_text else ""
        heading = Content.assemble(" ".join(title), (typed, "$accent"))
        self.panel.show(heading, Content(" · ").join(state))

    def follow_cursor(self) -> None:
        """Show the hint and the keys of the record under the cursor."""
        name = (self.table.cursor_id or "").partition("\n")[0]
        part, record = self._lists.parts.get(name), self.record
        hint = hint_words(record) if record is not None else ""
        if part is not None and part.state in _OLD and part.read_at is not None:
            seconds = (self._now - part.read_at).total_seconds()
            hint = f"{clean(name, 40)}: stale, read {age(seconds)} ago. {clean(part.asks, 200)}"
        self._list.foot.update(f"! {hint}" if hint else "", layout=False)
        self.show_situation()

    def on_resize(self) -> None:
        """Show as much of the strip as there is room for."""
        self._show_parts()

    def tick(self) -> None:
        """Let the ages grow, and read the lists again when it is time."""
        super().tick()
        self._now = self.services.clock.now()
        if self.may_read_again(self.table, self._reader, self._asked_at):
            self._reader = self._read_all(by_itself=True, quietly=True)
        self.show_status()

    def _marked(self) -> Marked:
        """The records that are marked, also those that the filter hides, in the order shown.

        One to which two profiles lead is there once.
        """
        marks = self.table.marks
        found = map(self._view.found, self._view.marked(marks)) if marks else ()
        lists = {name: len(view) for name, view in self._view.views.items()}
        once: dict[RecordKey, tuple[Session, Record]] = {}
        for session, record in filter(None, found):
            once.setdefault(session.key(record.id), (session, record))
        return Marked(tuple(once.values()), lists)

    # Actions; those of a record are in the base class

    @on(RecordsTable.Opened)
    def action_open(self) -> None:
        """Show every parameter of the record."""
        found = self._view.found(self.table.cursor_id)
        if found is not None:
            self._open(*found)

    @opens_screen
    async def _open(self, session: Session, record: Record) -> None:
        name = session.profile.name
        read_at = self._lists.parts[name].read_at or self.services.clock.now()

        def step(rows: int) -> tuple[Record, datetime] | None:
            """Move the cursor to the next record of the same profile."""
            return self._step(name, rows)

        screen = DetailScreen(session, self.services, record, read_at, step)
        if await self.app.push_screen_wait(screen):
            self._changed_by[name] = session
            self._read_one(name)
        else:
            self._fill()

    def _step(self, name: str, rows: int) -> tuple[Record, datetime] | None:
        ids, row = row_ids(self.table.rows), self.table.cursor_row + rows
        while 0 <= row < len(ids):
            found = self._view.found(ids[row])
            if found is not None and ids[row].startswith(f"{name}\n"):
                self.table.cursor_row = row
                return found[1], self._lists.parts[name].read_at or self._now
            row += rows
        return None

    async def session_for_new(self) -> Session | None:
        """The session of the row; without a row, the one of the profile that is chosen."""
        if self._session is not None:
            return self._session
        name = await self._choose("In which profile?", "Enter: use this profile")
        return self._lists.parts[name].session if name is not None else None

    @opens_screen
    async def action_states(self) -> None:
        """List how the profiles stand, and read the one that is chosen, asking what it needs."""
        purpose = "Enter: sign in where that is needed, and read the records again"
        name = await self._choose("States of the profiles", purpose)
        if name is not None:
            self._read_one(name, asks=True)

    async def _choose(self, title: str, purpose: str) -> str | None:
        parts, now = self._lists.parts.values(), self.services.clock.now()
        dialog = StatesDialog(title, purpose, parts, self._view.views, now)
        return await self.app.push_screen_wait(dialog)

    def narrow(self) -> None:
        """Show the records that hold the words and terms of the filter."""
        self._fill(look=False)

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    def action_sort(self) -> None:
        """Sort by the next column."""
        self._order.next()
        self._show_order()

    def action_reverse(self) -> None:
        """Reverse the order."""
        self._order.reverse()
        self._show_order()

    @on(RecordsTable.HeadingClicked)
    def sort_by_heading(self, event: RecordsTable.HeadingClicked) -> None:
        """Sort by the column that was clicked; where that is the order, reverse it."""
        self._order.by(event.column)
        self._show_order()

    def _show_order(self) -> None:
        """Show the rows in their new order, and keep it."""
        self._fill(look=False)
        self.run_worker(self._order.keep(), group="order", description="remember the order")

    def action_mark(self) -> None:
        """Mark the row, or take its mark back."""
        self.table.action_toggle_mark()

    def action_mark_all(self) -> None:
        """Mark all rows shown, or take their marks back where all are marked."""
        self.table.toggle_all()

    def action_range(self) -> None:
        """Begin or end a range of marks."""
        self.table.toggle_range()

    def action_refresh(self) -> None:
        """Read all lists again."""
        self._reader = self._read_all()

    def action_unreadable(self) -> None:
        """Show the entries that could not be read, of the profile of the row or else of the first
        that has any."""
        here = (self.table.cursor_id or "").partition("\n")[0]
        parts = sorted(self._lists.parts.values(), key=lambda part: part.profile.name != here)
        part = next(part for part in parts if part.answer.unreadable)
        assert part.session is not None
        screen = UnreadableScreen(part.session, self.services.clock, part.answer.unreadable)
        self.app.push_screen(screen)

    def action_back(self) -> None:
        """Stop what was asked for, take back a range, close the filter, or leave."""
        asked = not self._by_itself or not self._is_reading_all
        if asked and self.stop_waiting():
            return
        at_an_end = not self.table.cancel_range() and not self._list.close_filter()
        if at_an_end and not self._alone:
            self.leave()

    async def action_quit_or_back(self) -> None:
        """Quit where there is nothing to go back to, as on the connections."""
        if self._alone:
            await self.run_action("app.leave")
        else:
            self.action_back()

    def leave(self) -> None:
        """Go back to where this was opened."""
        self.dismiss(tuple(self._changed_by.values()))

    @property
    def _is_reading_all(self) -> bool:
        return self._reader is not None and not self._reader.is_finished


def _show(text: PlainText, content: Content) -> None:
    """Show a text; the screen is laid out anew only for another number of lines."""
    before = text.content
    same = isinstance(before, Content) and before.plain.count("\n") == content.plain.count("\n")
    text.update(content, layout=not same or not before)
