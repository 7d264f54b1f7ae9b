"""The run of this program: the one under way or the last one, and the sessions it uses.

It is carried out by a worker of the app, so it goes on when a screen is left or another profile
comes into use. It is kept in a file until nothing of it is left.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace
from textual.app import App
from textual.message import Message

from smtp_tui.state.files import FileProblem
from smtp_tui.state.runs import KeptRun
from smtp_tui.state.written import writes_of
from smtp_tui.text import clean, counted
from smtp_tui.ui.messages import Offer, forget, tell
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.workflows.backup import write_backup
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.outcomes import RunChange
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.plan_file import plan_json
from smtp_tui.workflows.progress import Counts, Progress, Result, settled
from smtp_tui.workflows.run import Run

if TYPE_CHECKING:
    from smtp_tui.api.clock import Clock
    from smtp_tui.state.journal import Journal
    from smtp_tui.state.runs import RunStore
    from smtp_tui.workflows.session import Session
    from smtp_tui.workflows.test_email import TestMails

ABOUT = "run"
"""The subject of messages about the run."""


class RunEnded(Message):
    """Posted to every screen when a run has ended or was stopped; ``run`` has the results.

    ``changes`` are what it changed in each profile.
    """

    def __init__(self, run: Run, changes: Mapping[str, RunChange]) -> None:
        super().__init__()
        self.run = run
        self.changes = changes

    def done(self, profile: str) -> frozenset[str]:
        """The ids of the records of a profile of which all that was planned is done."""
        ended = (Progress.DONE, Progress.ALREADY)
        told = zip(self.run.plan.entries, self.run.results, strict=True)
        mine = [(entry.record_id, each) for entry, each in told if entry.profile == profile]
        open_ids = {record_id for record_id, each in mine if each.progress not in ended}
        return frozenset(each for each, _ in mine if each is not None and each not in open_ids)


class Pace(Struct, frozen=True):
    """Since when a run is carried out, in seconds of the clock, and what had ended by then."""

    since: float
    ended: int = 0


class CurrentRun:
    """Carries out one run at a time. ``run`` is that one, or the last one.

    ``backups`` are the files from which what it destroys can be restored, as far as possible.
    ``kept`` is whether a file holds the run until its end, so that the next start can offer the
    rest; ``watched`` whether a screen shows it. ``warn`` tells of a file that cannot be written.
    """

    def __init__(
        self,
        store: RunStore,
        journal: Journal,
        tests: TestMails,
        clock: Clock,
        warn: Callable[[str], None],
    ) -> None:
        self.run: Run | None = None
        self.backups: tuple[Path, ...] = ()
        self.pace = Pace(0.0)
        self.ended_at: float | None = None
        self.kept = False
        self.watched = False
        self._store = store
        self._journal = journal
        self._taken_up = False
        self._tests = tests
        self._clock = clock
        self._warn = warn
        self._sources: dict[str, Session] = {}
        self._sessions: dict[str, Session] = {}

    @property
    def under_way(self) -> bool:
        """Whether a run is being carried out."""
        return self.run is not None and self.ended_at is None

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions that the run uses, whose writes have to end before the program does."""
        return tuple(self._sessions.values())

    @property
    def sources(self) -> tuple[Session, ...]:
        """The sessions of the profiles that the run is about."""
        return tuple(self._sources.values())

    @property
    def words(self) -> str:
        """What is done, and how far it is. Cleaned."""
        return "" if self.run is None else run_words(self.run)

    @property
    def seconds(self) -> float:
        """For how long the run is, or was, carried out."""
        now = self._clock.monotonic() if self.ended_at is None else self.ended_at
        return now - self.pace.since

    async def begin(self, app: App[Any], plan: Plan, sessions: Mapping[str, Session]) -> bool:
        """Keep a reviewed plan and begin to carry it out; False where that is not possible.

        What it destroys is written to files first: where that fails, nothing is sent.
        """
        self.backups = ()
        try:
            now, state = self._clock.now(), self._store.directory.parent
            if plan.destroys:
                written = await asyncio.to_thread(write_backup, state, plan, now)
                self.backups = (*written.values(),)
        except FileProblem as problem:
            words = f"Nothing was sent: the backup cannot be written: {problem}"
            tell(app, clean(words, 400), about=ABOUT, kind=Kind.BAD)
            return False
        self._carry_out(app, plan, sessions, await self._kept(plan))
        return True

    async def _kept(self, plan: Plan) -> str:
        """Keep the plan; the id of its run, which goes on where no file can be written."""
        try:
            store, now = self._store, self._clock.now()
            run_id = await asyncio.to_thread(lambda: store.begin(plan_json(plan, now)))
            self.kept = True
            return run_id
        except FileProblem as problem:
            self.kept = False
            self._warn(f"If the program is killed, the rest of this run is lost: {problem}")
            return os.urandom(8).hex()

    async def take_up(
        self,
        app: App[Any],
        kept: KeptRun,
        plan: Plan,
        results: Iterable[Result],
        sessions: Mapping[str, Session],
    ) -> bool:
        """Go on with a run that was killed; False where another program does so already."""
        if not await self._keep(lambda: self._store.take_over(kept)):
            return False
        self.backups = ()
        self._carry_out(app, plan, sessions, kept.id, results)
        return True

    def _carry_out(
        self,
        app: App[Any],
        plan: Plan,
        sessions: Mapping[str, Session],
        run_id: str,
        results: Iterable[Result] = (),
    ) -> None:
        operator = ScreenOperator(app.screen)
        results = tuple(results)
        self._taken_up = bool(results)
        self._sources = dict(sessions)
        self.run = Run(
            run_id, plan, self._session, operator, self._tests, self._clock, results=results
        )
        self._start(app, self.run)

    async def go_on(self, app: App[Any]) -> None:
        """Carry out what is left, and again what failed where surely nothing was done."""
        run = self.run
        if run is not None and not self.under_way:
            self.ended_at = None  # at once: it goes on once only, however often it is asked for
            text = await asyncio.to_thread(plan_json, run.plan, self._clock.now())
            await self._keep(lambda: self._store.keep(run.id, text))
            left = [n for n, each in enumerate(run.results) if not each.progress.ended]
            self._start(app, run, (*left, *run.can_retry))

    async def _keep(self, keep: Callable[[], bool | None]) -> bool:
        """Keep a run that goes on as this program's own; False where it is another's."""
        try:
            mine = await asyncio.to_thread(keep) is not False
            self.kept = True
        except FileProblem as problem:
            self.kept = False
            self._warn(f"If the program is killed, this run may be offered wrongly: {problem}")
            return True
        return mine

    def _start(self, app: App[Any], run: Run, numbers: Iterable[int] | None = None) -> None:
        again = len(run.can_retry) if numbers is not None else 0
        self.pace = Pace(self._clock.monotonic(), run.counts.ended - again)
        self.ended_at = None
        if run.plan.writes:
            forget(app, About.CHANGE)  # what came of an older change, which is not undone any more
        app.run_worker(self._work(app, run, numbers), group="run", description="carry out a run")

    def _session(self, profile: str) -> Session:
        """A session of the run's own: it outlives the screen of the profile."""
        if profile not in self._sources:
            raise LookupError(f"The profile {profile} cannot be used.")
        if profile not in self._sessions:
            source = self._sources[profile]
            self._sessions[profile] = replace(source, target=source.client.target)
        return self._sessions[profile]

    async def _work(self, app: App[Any], run: Run, numbers: Iterable[int] | None) -> None:
        await run.carry_out(numbers)
        for name in [*self._sessions]:
            await self._sessions[name].aclose()
            del self._sessions[name]
        if self._taken_up:
            await self._settle(run)
        self.ended_at = self._clock.monotonic()
        forget(app, About.IMPOSSIBLE)  # what had to wait for the end
        if not run.counts.left:
            await self._forget(run)
        for screen in app.screen_stack:
            screen.post_message(RunEnded(run, self._changes(run)))
        if self.watched:
            return
        kind = Kind.GOOD if run.counts.good == run.counts.ended else Kind.BAD
        offer = Offer("app.run", "shows it")
        tell(app, run_words(run), about=ABOUT, kind=kind, lasting=True, offer=offer)

    def _changes(self, run: Run) -> dict[str, RunChange]:
        """What the run changed in each profile."""
        told = ((name, each.memory.last_change) for name, each in self._sources.items())
        return {
            name: change
            for name, change in told
            if isinstance(change, RunChange) and change.run == run.id
        }

    async def _settle(self, run: Run) -> None:
        """Have the journal know the end of what was sent before the program was killed."""

        def settle() -> None:
            """Look for it; blocks."""
            writes = writes_of(self._journal.read().entries)
            found = settled(run.plan, run.results, run.id, writes)
            self._journal.end(found, self._clock.now())

        try:
            await asyncio.to_thread(settle)
        except FileProblem as problem:
            self._warn(f"The journal of writes has a gap: {problem}")

    async def _forget(self, run: Run) -> None:
        try:
            await asyncio.to_thread(self._store.end, run.id)
        except FileProblem as problem:
            self._warn(f"The run is offered again at the next start: {problem}")


def run_words(run: Run) -> str:
    """What a run does, and how far it is. Cleaned."""
    return f"{clean(run.plan.title, 100)}: {counts_words(run.counts)}"


def counts_words(counts: Counts) -> str:
    """How far a run is, such as ``20 done, 1 failed, 17 left``; what is none is left out."""
    parts = (
        (counts.done, "done"),
        (counts.already, Progress.ALREADY.value),
        (counts.failed, "failed"),
        (counts.unknown, "unknown"),
        (counts.left, "left"),
    )
    told = [f"{number:,} {word}" for number, word in parts if number]
    return ", ".join(told) or "nothing to do"


def pace_words(counts: Counts, ended_before: int, seconds: float) -> str:
    """How fast it goes and how long the rest takes, once that can be told."""
    ended = counts.ended - ended_before
    if ended <= 0 or seconds <= 0:
        return ""
    rate = ended / seconds
    rate_words = f"{rate:.0f}/s" if rate >= 1 else f"{rate * 60:.0f}/min"
    if not counts.left:
        return rate_words
    left = counts.left / rate
    minutes, rest = divmod(round(left), 60)
    time_words = f"{minutes} min {rest} s" if minutes else f"{rest} s"
    return f"{rate_words}, about {time_words} to go"


def change_words(plan: Plan) -> str:
    """How many things a plan does, such as ``37 changes``."""
    return counted(len(plan.work), "change") if plan.writes else counted(len(plan.work), "mail")
