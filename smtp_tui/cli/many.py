"""What the commands on many records share: profiles side by side, a plan, one yes, a run."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct, field

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError
from smtp_tui.api.models import Record
from smtp_tui.api.requests import Operation
from smtp_tui.api.target import Access, HostRefused, Scope
from smtp_tui.cli.exit_codes import ExitCode, Refusal, UsageError
from smtp_tui.cli.failing import VERDICT_CODES, code_of, tell
from smtp_tui.cli.operator import CommandOperator
from smtp_tui.cli.output import show_line, show_many
from smtp_tui.cli.running import (
    Environ,
    check_may,
    known_profiles,
    name_profile,
    name_store,
    session_of,
    several_profiles,
    tell_unreadable,
)
from smtp_tui.cli.say import ask, inform, is_terminal, on_terminal, say, show, warn
from smtp_tui.cli.shapes import outcome_of
from smtp_tui.cli.signals import run_until_told
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CredentialError, LoginToken, PromptToken
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.files import FileProblem, state_directory
from smtp_tui.state.history import TestHistory
from smtp_tui.state.runs import RunStore
from smtp_tui.text import clean, counted
from smtp_tui.workflows.backup import write_backup
from smtp_tui.workflows.plan import Fold, Listed, Place, Plan, PlanEntry
from smtp_tui.workflows.plan_file import plan_json
from smtp_tui.workflows.progress import Progress, Reason, Result
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import ensure_token, read_signed_in
from smtp_tui.workflows.test_email import TestMails

_WORST: Final = (
    *(ExitCode.UNKNOWN_OUTCOME, ExitCode.MAIL_REJECTED, ExitCode.MAIL_UNREACHABLE),
    *(ExitCode.FAILED, ExitCode.CONFLICT, ExitCode.TOKEN, ExitCode.UNREACHABLE),
    *(ExitCode.NOT_FOUND, ExitCode.REFUSED, ExitCode.USAGE),
    *(ExitCode.WOULD_CHANGE, ExitCode.OK),
)
"""What a run over many came to is the first of these that any part of it came to."""
_REASONS: Final = {
    Reason.CONFLICT: ExitCode.CONFLICT,
    Reason.GONE: ExitCode.NOT_FOUND,
    Reason.NO_TOKEN: ExitCode.TOKEN,
    Reason.REFUSED: ExitCode.REFUSED,
}
_MARKS: Final = {
    Operation.CREATE: "+",
    Operation.PATCH: "~",
    Operation.DELETE: "-",
    Operation.TEST_SAVED: ">",
}
_NAMES_IN_A_LINE: Final = 6
_SECONDS_BETWEEN_LINES: Final = 2.0

T = TypeVar("T")
ManyWork: TypeAlias = "Callable[[Sessions], Awaitable[None]]"


class Many(Struct, frozen=True):
    """A command on several profiles; ``codes`` is what its parts came to so far."""

    options: argparse.Namespace
    environ: Environ
    profiles: tuple[Profile, ...]
    codes: list[ExitCode] = field(default_factory=list)

    def do(self, work: ManyWork) -> ExitCode:
        """Do ``work`` with the sessions; the answer is the worst that any part came to."""

        async def whole() -> None:
            """Work, and finish the writes under way."""
            async with AsyncExitStack() as opened:
                found, names = {}, name_store(self.environ)
                for profile in self.profiles:
                    read_only = self.options.read_only
                    session = session_of(profile, self.environ, read_only=read_only, names=names)
                    found[profile.name] = await opened.enter_async_context(session)
                await work(Sessions(self, found, CommandOperator(self.options)))

        if self.profiles:
            run_until_told(whole())
        return worst(self.codes)

    def tell_none(self, *, asked: bool) -> None:
        """Say that there is no such record; that is an error where some were ``asked`` for."""
        if not asked:
            inform("There are no records.")
        else:
            say("No record matches.")
            self.codes.append(ExitCode.NOT_FOUND)

    def failed(self, profile: str, error: Exception) -> None:
        """Say what went wrong with one profile; the others go on."""
        say(f"profile {profile}:")
        self.codes.append(tell(error))


def worst(codes: Iterable[ExitCode]) -> ExitCode:
    """The code that says most of what went wrong."""
    return min((ExitCode.OK, *codes), key=_WORST.index)


def begin_many(
    options: argparse.Namespace, environ: Environ, writes: Operation | None = None
) -> Many:
    """Choose the profiles; where each leads to is printed on stderr before anything else.

    One of several that may not be used is told, and left out. Raises what ``failing.is_expected``
    knows.
    """
    known = known_profiles(environ)
    several = several_profiles(options)
    if several and options.profile is not None:
        raise UsageError("--profile cannot be used with --profiles or --all-profiles")
    choice = None if several else known.decided(options.profile)
    if choice is not None:
        profiles: Iterable[Profile] = (choice.profile,)
    elif options.all_profiles:
        profiles = known.all
    else:
        names = dict.fromkeys(name.strip() for name in options.profiles.split(","))
        profiles = [known.named(name) for name in names]
    many = Many(options, environ, (*profiles,))
    if not many.profiles:
        known.decided(None)  # which says what to do
    if options.all_profiles:
        for broken in known.profiles.broken:
            many.failed(broken.readable.name, broken.problem)
    usable = Many(options, environ, tuple(_usable(many, writes)), many.codes)
    if choice is not None and choice.remark:
        inform(choice.remark)
    return usable


def _usable(many: Many, writes: Operation | None) -> Iterator[Profile]:
    """The profiles in which the command may do what it is for, each place once."""
    told = writes is not None or is_terminal(sys.stderr)
    places: dict[tuple[str, Scope], str] = {}
    for profile in many.profiles:
        try:
            if told:
                name_profile(profile)
            check_may(profile, many.options, writes)
        except (ApiError, HostRefused) as error:
            if len(many.profiles) == 1:
                raise
            many.failed(profile.name, error)
            continue
        target = profile.target()
        first = places.setdefault((target.origin.url, target.scope), profile.name)
        if first == profile.name:
            yield profile
        else:
            inform(f"profile {profile.name} leads to the same records as {first}: left out")


class Sessions(Struct, frozen=True):
    """The sessions of a command, by profile."""

    many: Many
    by_profile: Mapping[str, Session]
    operator: CommandOperator

    async def lists(self) -> tuple[Listed, ...]:
        """The records of all profiles; of one that cannot be read it is told why.

        Tokens that are typed are asked for first, one after the other.
        """
        sessions = [*self.by_profile.values()]
        for session in [*sessions]:
            typed = isinstance(session.tokens.source, LoginToken | PromptToken)
            sign_in = partial(ensure_token, session, self.operator)
            if typed and await self._tried(session, sign_in) is None:
                sessions.remove(session)
        found = await asyncio.gather(*map(self._list, sessions))
        return tuple(listed for listed in found if listed is not None)

    def each_once(self, found: Mapping[str, Iterable[Record]]) -> dict[str, tuple[Record, ...]]:
        """The records by profile, one to which two profiles lead with the first of them."""
        seen: dict[RecordKey, str] = {}
        return {
            name: tuple(
                record
                for record in records
                if seen.setdefault(self.by_profile[name].key(record.id), name) == name
            )
            for name, records in found.items()
        }

    async def _list(self, session: Session) -> Listed | None:
        name, read = session.profile.name, session.list
        reading = partial(read_signed_in, session, self.operator, read, f"Reading {name}")
        found = await self._tried(session, reading)
        if found is None:
            return None
        if found.unreadable:
            told = tell_unreadable(found, name if len(self.by_profile) > 1 else "")
            self.many.codes.append(told)
        return Listed(Place.of(session, len(found.records)), found)

    async def _tried(self, session: Session, step: Callable[[], Awaitable[T]]) -> T | None:
        """What a step for one of several profiles gives; None where it failed, which is told."""
        try:
            return await step()
        except (ApiError, CredentialError) as error:
            if len(self.by_profile) == 1:
                raise
            self.many.failed(session.profile.name, error)
            return None

    def confirm(self, plan: Plan) -> None:
        """Have a plan confirmed that was shown. Raises :class:`Refusal` without a yes.

        In a protected profile only the number of records counts, typed or as ``--confirm-count``.
        A plan that changes much of a list needs the number too, or ``--force``; and so does one
        that destroys, unless ``--yes`` is given.
        """
        options = self.many.options
        work = len(plan.work)
        if options.confirm_count is not None:
            if options.confirm_count == work:
                return
            many = f"the plan is for {counted(work, 'record')}, not {options.confirm_count:,}"
            raise Refusal(f"nothing was sent: {many}", ExitCode.REFUSED)
        names = {entry.profile for entry in plan.work}
        guarded = [
            name for name in names if self.by_profile[name].target.access is Access.PROTECTED
        ]
        protected = plan.writes and bool(guarded)
        large = bool(plan.large) and not options.force
        for line in plan.large:
            say(f"It changes much of a list: {line}")
        if options.yes and not protected and not large:
            return
        if not on_terminal():
            instead = "there is no terminal to ask on; use --yes"
            if protected:
                instead = f"the profile {sorted(guarded)[0]} is protected; use --confirm-count N"
            elif large:
                instead = "the plan changes much of a list; use --force or --confirm-count N"
            raise Refusal(f"nothing was sent: {instead}", ExitCode.REFUSED)
        if protected or large or plan.destroys:
            question = f"Type the number of records to confirm ({work}):"
            expected = str(work)
        else:
            question, expected = "Apply? Type yes to confirm:", "yes"
        if ask(question).strip().lower() != expected:
            raise Refusal("nothing was sent: not confirmed", ExitCode.REFUSED)

    async def carry_out(self, plan: Plan) -> None:
        """Run a plan that was confirmed, and say what came of each record."""
        state = state_directory(self.many.environ)
        now = Clock().now()
        if plan.destroys:
            for file in await asyncio.to_thread(write_backup, state, plan, now):
                inform(f"Backup of the records as they are: {file}")
        store = RunStore(state)
        run_id = await _kept(store, plan, now)
        mails = TestMails(TestHistory(state))
        lines = _Lines(self.many.options)
        operator = _Unasked(self.many.options)
        run = Run(
            run_id, plan, self._session, operator, mails, Clock(), lambda n: lines.tell(run, n)
        )
        try:
            await run.carry_out()
        except asyncio.CancelledError:
            say(f"Interrupted: {_counts(run)}. What was sent is in the journal: smtp-tui audit.")
            say("The screen offers the rest at its next start.")
            raise
        if not run.counts.left:
            await _forgotten(store, run_id)
        inform(f"{_counts(run)}.")
        self.many.codes.extend(map(_code, run.results))
        if self.many.options.jsonl:
            lines.tell_rest(run)
        else:
            outcomes = map(outcome_of, plan.entries, run.results)
            show_many(self.many.options, outcomes)

    def _session(self, profile: str) -> Session:
        session = self.by_profile.get(profile)
        if session is None:
            raise LookupError(f"the profile {profile} cannot be used")
        return session


async def _kept(store: RunStore, plan: Plan, now: datetime) -> str:
    """Keep a plan until it has been carried out; its id. Where that fails it is told."""
    try:
        return await asyncio.to_thread(lambda: store.begin(plan_json(plan, now)))
    except FileProblem as problem:
        warn(f"the run cannot be gone on with if it is ended: {problem}")
        return os.urandom(8).hex()


async def _forgotten(store: RunStore, run_id: str) -> None:
    """Forget a run that has ended. What came of it counts, whether or not that works."""
    try:
        await asyncio.to_thread(store.end, run_id)
    except FileProblem as problem:
        warn(f"the screen will offer this run again: {problem}")


class _Unasked(CommandOperator):
    """An operator for a run: a token that is not given fails the record, and no more."""

    async def new_token(self, session: Session, why: str) -> bool:
        """Ask where somebody sits there; what goes wrong then is a no."""
        try:
            return await super().new_token(session, why)
        except (CredentialError, EOFError) as problem:
            say(f"profile {session.profile.name}: {problem or 'no answer'}")
            return False


class _Lines:
    """What a run says on stderr: each record that is not done, and how far it is.

    With ``--jsonl`` it also prints each outcome, as it comes.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._printed: set[int] = set()
        self._clock = Clock()
        self._told_at = self._clock.monotonic()

    def tell(self, run: Run, number: int) -> None:
        """Tell what came of an entry."""
        entry, result = run.plan.entries[number], run.results[number]
        if result.progress not in (Progress.LEFT, Progress.UNDER_WAY):
            self._print(run, number)
        if result.progress in (Progress.FAILED, Progress.UNKNOWN) or (
            result.progress is Progress.DONE and result.words
        ):
            verdict = f"{result.verdict.value}: " if result.verdict else ""
            word = f"{result.progress.value}: {verdict}{result.words}"
            say(f"  {entry.profile} · {entry.named}: {word}")
        if self._clock.monotonic() - self._told_at > _SECONDS_BETWEEN_LINES:
            self._told_at = self._clock.monotonic()
            counts = run.counts
            failed = f" · {counts.failed} failed" if counts.failed else ""
            inform(f"  {counts.ended:,} of {len(run.plan.entries):,}{failed} …")

    def tell_rest(self, run: Run) -> None:
        """Print what came of the entries of which nothing was told."""
        for number in range(len(run.plan.entries)):
            self._print(run, number)

    def _print(self, run: Run, number: int) -> None:
        if number not in self._printed:
            self._printed.add(number)
            outcome = outcome_of(run.plan.entries[number], run.results[number])
            show_line(self._options, outcome)


def _counts(run: Run) -> str:
    """How many records are how far, in words."""
    found = Counter(result.progress.value for result in run.results)
    return ", ".join(f"{found[each.value]} {each.value}" for each in Progress if found[each.value])


def _code(result: Result) -> ExitCode:
    match result.progress:
        case Progress.DONE | Progress.ALREADY:
            return ExitCode.OK
        case Progress.UNKNOWN:
            return ExitCode.UNKNOWN_OUTCOME
    if result.verdict is not None:
        return VERDICT_CODES[result.verdict]
    if isinstance(result.because, ApiError):
        return code_of(result.because)
    return _REASONS[result.because] if result.because is not None else ExitCode.FAILED


# A plan in words


def show_plan(sessions: Sessions, plan: Plan) -> None:
    """Print a plan on stderr, with the requests that it sends."""
    for line in plan_lines(plan, sessions):
        inform(line)


def print_plan(sessions: Sessions, plan: Plan) -> None:
    """Print a plan on stdout, with the requests that it would send."""
    show("\n".join(plan_lines(plan, sessions)))


def plan_lines(plan: Plan, sessions: Sessions | None = None) -> Iterator[str]:
    """A plan as lines: what is done to which records, profile by profile."""
    shared = {
        key
        for key, count in Counter((e.profile, e.named) for e in plan.entries).items()
        if count > 1
    }
    profile = ""
    for fold in plan.folds:
        if fold.profile != profile:
            profile = fold.profile
            yield _where(plan, profile)
        sends = fold.entries[0].sends
        names = sorted(_named(entry, shared) for entry in fold.entries) if sends else []
        words = fold.words
        if len(names) == 1:
            words = _one_words(fold, names.pop())
        yield f"  {_MARKS[fold.operation] if sends else '='} {clean(words, 2_000)}"
        for start in range(0, len(names), _NAMES_IN_A_LINE):
            yield f"      {', '.join(names[start : start + _NAMES_IN_A_LINE])}"
        if sessions is not None and sends:
            yield from _request_lines(fold, sessions.by_profile[profile])


def _one_words(fold: Fold, named: str) -> str:
    """What is done to one record, such as ``change RELAY: port 25 → 587``."""
    done = f"{fold.entries[0].verb} {named}"
    what = ", ".join(fold.changes)
    if fold.operation is Operation.TEST_SAVED:
        return f"{done} with a mail {what}"
    return f"{done}: {what}" if what else done


def _named(entry: PlanEntry, shared: set[tuple[str, str]]) -> str:
    """The record, with its id where another one reads the same."""
    if (entry.profile, entry.named) not in shared:
        return entry.named
    return f"{entry.named} ({clean(entry.record_id or 'new', 100)})"


def _where(plan: Plan, profile: str) -> str:
    place = plan.place(profile)
    if place is None:
        return clean(profile)
    scope = f"tenant {place.tenant} · team {place.team}"
    return clean(f"{profile} · {place.origin_url} · {scope} · {counted(place.records, 'record')}")


def _request_lines(fold: Fold, session: Session) -> Iterator[str]:
    """The request of the first entry of a fold; those of the others differ in their records."""
    request = fold.entries[0].request(session.target.scope)
    assert request is not None  # a fold that sends has one
    body = request.masked_body()
    line = f"{request.method} {session.target.origin.url}{request.address} {body}".rstrip()
    yield f"      {'each like ' if len(fold.entries) > 1 else ''}{clean(line, 4_000)}"
