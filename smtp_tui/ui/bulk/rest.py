"""The rest of a run that ended early: said at the next start, and offered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace
from textual.content import Content

from smtp_tui.api.secret import SecretStr
from smtp_tui.state.files import FileProblem
from smtp_tui.state.written import writes_of
from smtp_tui.text import clean, counted, moment, shortened
from smtp_tui.ui.bulk.ask_secrets import SecretsDialog
from smtp_tui.ui.bulk.current_run import ABOUT, counts_words
from smtp_tui.ui.bulk.plan import reviewed
from smtp_tui.ui.bulk.profiles import sessions_of
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.messages import Offer, forget, tell
from smtp_tui.workflows.operator import Kind
from smtp_tui.workflows.plan import Plan
from smtp_tui.workflows.plan_file import KeptPlan, NotAPlan, plan_json, read_plan
from smtp_tui.workflows.progress import Counts, Progress, Result, count, results_of, settled

if TYPE_CHECKING:
    from textual.app import App

    from smtp_tui.state.runs import KeptRun
    from smtp_tui.ui.services import Services

_NAMED: Final = 3
"""How many profiles are named."""
_TYPE_AGAIN: Final = "No file holds a secret, so type it again. What stays blank is not changed."
_LEFT_OUT: Final = "Not sent: its secret was not typed."
_ELSEWHERE: Final = "It was begun on the host {}: go on only if it has ended there."
_ANOTHERS: Final = "Another program took the rest of this run. Nothing was done here."


class _Answer(Enum):
    """What becomes of the rest of a run."""

    GO_ON = "Go on with the rest"
    DISCARD = "Discard the rest"
    LATER = "Later"


class Rest(Struct, frozen=True):
    """A run that ended early, with what the journal tells of it."""

    kept: KeptRun
    plan: KeptPlan
    results: tuple[Result, ...]

    @property
    def counts(self) -> Counts:
        """How far it came."""
        return count(self.results)

    @property
    def goes_on(self) -> bool:
        """Whether anything of it can be done yet."""
        return any(each.can_retry or not each.progress.ended for each in self.results)

    @property
    def words(self) -> str:
        """How many changes it has, how far it came, and in which profiles."""
        many = counted(len(self.results), "change")
        names = [clean(place.profile, 40) for place in self.plan.places]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        where = ", ".join(names[:_NAMED]) + more
        return f"A run of {many} ended early: {counts_words(self.counts)}; profile {where}."

    @property
    def where(self) -> str:
        """A line for each profile: where it leads to."""
        return "\n".join(
            f"{clean(place.profile, 40)} · {clean(place.origin_url, 80)} · tenant"
            f" {shortened(clean(place.tenant, 80), 13)}"
            for place in self.plan.places[:_NAMED]
        )


async def read_rest(services: Services, kept: KeptRun) -> Rest:
    """Read the plan, and in the journal what was sent of it, which then knows the end of more.

    Raises ``FileProblem`` and :class:`~smtp_tui.workflows.plan_file.NotAPlan`.
    """

    def read() -> Rest:
        """In a thread: the journal may be long."""
        plan = read_plan(kept.plan)
        writes = writes_of(services.journal.read().entries)
        whole = plan.plan({number: SecretStr(what) for number, what in plan.secrets.items()})
        results = results_of(whole, kept.id, plan.made_at, writes)
        with suppress(FileProblem):  # the next write tells that the journal cannot be written
            found = settled(whole, results, kept.id, writes)
            services.journal.end(found, services.clock.now())
        return Rest(kept, plan, tuple(results))

    return await asyncio.to_thread(read)


async def tell_rest(app: App[Any], services: Services, kept: tuple[KeptRun, ...]) -> None:
    """Say that a run ended early, and how far it came; forget those of which nothing is left."""
    for run in kept:
        try:
            rest = await read_rest(services, run)
            words = rest.words
        except (FileProblem, NotAPlan) as problem:
            words = f"A run ended early, and its plan cannot be read: {clean(str(problem), 200)}"
            break
        if rest.goes_on:
            break
        await _forget(services, run)
        tell(app, f"{words} Nothing of it is left.", about=ABOUT, lasting=True)
    else:
        return
    offer = Offer("app.run", "goes on with it, or discards it")
    tell(app, words.removesuffix("."), about=ABOUT, kind=Kind.WARNING, lasting=True, offer=offer)


async def offer_rest(app: App[Any], services: Services, kept: KeptRun) -> bool:
    """Offer to go on with a run, or to discard it; whether it goes on. For workers only."""
    rest: Rest | None = None
    try:
        rest = await read_rest(services, kept)
        made = f"Its plan was made at {moment(rest.plan.made_at)}."
        words = f"{rest.words}\n{rest.where}\n{made} The journal told what was sent."
        if kept.elsewhere:
            words += f"\n{_ELSEWHERE.format(clean(kept.elsewhere, 100))}"
    except (FileProblem, NotAPlan) as problem:
        words = f"Its plan cannot be read: {clean(str(problem), 400)}"
    ways = [way for way in _Answer if rest is not None or way is not _Answer.GO_ON]
    question = QuestionDialog(
        "A run ended early",
        Content(words),
        tuple((way, way.value) for way in ways),
        services.clock,
        escape=_Answer.LATER,
        danger=(_Answer.DISCARD,),
    )
    answer = await app.push_screen_wait(question)
    if answer is _Answer.DISCARD:
        await _discard(app, services, kept)
    return answer is _Answer.GO_ON and rest is not None and await _go_on(app, services, rest)


async def _discard(app: App[Any], services: Services, kept: KeptRun) -> None:
    """Forget the rest of a run, unless another program goes on with it."""
    mine = await _forget(services, kept)
    if mine:
        tell(app, "The rest of the run is discarded.", about=ABOUT)
    elif mine is not None:
        tell(app, _ANOTHERS, about=ABOUT, kind=Kind.WARNING)


async def _forget(services: Services, kept: KeptRun) -> bool | None:
    """Forget a run; False where another program has it, None where the file stays."""
    attempt, store = services.reports.attempt, services.run_store
    mine = await attempt("The run is offered again", store.take_over, kept)
    if mine:
        await attempt("The run is offered again", store.end, kept.id)
    return mine


async def _go_on(app: App[Any], services: Services, rest: Rest) -> bool:
    """Ask for the secrets and review what is left; whether the run goes on."""
    asks = rest.plan.secrets
    secrets = await app.push_screen_wait(SecretsDialog(asks, _TYPE_AGAIN)) if asks else {}
    if secrets is None:
        return False
    plan = rest.plan.plan(secrets)
    results = _without_secrets(rest, plan)
    sessions = await sessions_of(services, plan.profiles)
    missing = [name for name in plan.profiles if name not in sessions]
    if missing:
        words = f"These profiles are needed, and cannot be used: {', '.join(missing)}"
        tell(app, clean(words, 300), about=ABOUT, kind=Kind.BAD)
        return False
    results = tuple(Result() if each.can_retry else each for each in results)
    told = zip(plan.entries, results, strict=True)
    left = plan.without(entry for entry, each in told if each.progress.ended)
    approved = await reviewed(app, services, left, sessions, set())
    if approved is None:
        return False
    plan, results = _without_dropped(plan, results, approved)
    kept = replace(rest.kept, plan=await asyncio.to_thread(plan_json, plan, rest.plan.made_at))
    taken = await services.current_run.take_up(app, kept, plan, results, sessions)
    forget(app, ABOUT)  # that it ended early
    if not taken:
        tell(app, _ANOTHERS, about=ABOUT, kind=Kind.WARNING)
    return taken


def _without_secrets(rest: Rest, plan: Plan) -> tuple[Result, ...]:
    """The results, where those whose only change is a secret that was not typed have failed."""
    return tuple(
        Result(Progress.FAILED, _LEFT_OUT) if lacks and not each.progress.ended else each
        for lacks, each in zip(rest.plan.lacking(plan), rest.results, strict=True)
    )


def _without_dropped(
    plan: Plan, results: Iterable[Result], approved: Plan
) -> tuple[Plan, tuple[Result, ...]]:
    """The plan without what was dropped in the review, and the results of what stays."""
    kept = {id(entry) for entry in approved.entries}
    told = [*zip(plan.entries, results, strict=True)]
    gone = [each for each, result in told if not result.progress.ended and id(each) not in kept]
    dropped = {id(entry) for entry in gone}
    return plan.without(gone), tuple(result for each, result in told if id(each) not in dropped)
