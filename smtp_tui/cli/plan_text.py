"""A plan in words: what is done to which records, and the requests that it sends."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import JsonValue
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.output import show_one, show_whole
from smtp_tui.cli.say import show
from smtp_tui.text import clean, counted
from smtp_tui.workflows.plan import Fold, Plan, PlanEntry
from smtp_tui.workflows.plan_file import plan_json
from smtp_tui.workflows.session import Session

_MARKS: Final = {
    Operation.CREATE: "+",
    Operation.PATCH: "~",
    Operation.DELETE: "-",
    Operation.TEST_SAVED: ">",
}
_NAMES_IN_A_LINE: Final = 6


def show_plan(
    options: argparse.Namespace,
    plan: Plan,
    sessions: Mapping[str, Session] | None = None,
    sources: Mapping[SecretStr, JsonValue] | None = None,
) -> None:
    """Print a plan on stdout; ``sources`` as in :func:`plan_json`."""
    if options.json:
        told = json.loads(plan_json(plan, Clock().now(), sources))
        (show_whole if options.dry_run else show_one)(options, told)
    else:
        show("\n".join(plan_lines(plan, sessions)) or "No difference.")


def plan_lines(plan: Plan, sessions: Mapping[str, Session] | None = None) -> Iterator[str]:
    """A plan as lines, profile by profile; with the ``sessions`` of these, its requests too."""
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
            yield from _request_lines(fold, sessions[profile])


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
