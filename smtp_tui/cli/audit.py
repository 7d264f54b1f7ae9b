"""``audit``: the journal of writes, for people and for scripts. Asks no server."""

from __future__ import annotations

import argparse
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from smtp_tui.api.clock import Clock
from smtp_tui.cli.exit_codes import ExitCode
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import clean, remark, show
from smtp_tui.cli.shapes import table
from smtp_tui.state.encoding import plain
from smtp_tui.state.journal import Journal, Wanted, Written, writes_of
from smtp_tui.state.places import state_directory

_AGE: Final = re.compile(r"([0-9]{1,6})([mhd])\Z")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def show_journal(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the writes that are wanted, newest first; what cannot be read is counted."""
    wanted = Wanted(
        profile=options.profile,
        record=options.record,
        since=None if options.since is None else _moment(options.since, Clock().now()),
        unfinished=options.unfinished,
    )
    journal = Journal(state_directory(environ))
    reading = journal.read()
    found = [one for one in writes_of(reading.entries) if wanted.holds(one)]
    if options.json:
        for one in found:
            show(json.dumps(_plain(one)).replace("\x7f", "\\u007f"))
    elif found:
        show(_table(found))
    if not found:
        remark("The journal holds no such write.")
    if reading.unreadable:
        lines = "1 line" if reading.unreadable == 1 else f"{reading.unreadable} lines"
        remark(f"{lines} of {clean(str(journal.path))} cannot be read.")
    if reading.overlong:
        lines = "1 line" if reading.overlong == 1 else f"{reading.overlong} lines"
        remark(f"{lines} of {clean(str(journal.path))} longer than 1 MiB skipped.")
    return ExitCode.OK


def _moment(text: str, now: datetime) -> datetime:
    """A day, a time or an age; what names no zone is in UTC. Raises :class:`Refusal`."""
    age = _AGE.match(text)
    try:
        if age is not None:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Refusal("--since: give a time such as 2026-03-01T12:00, or 90m, 12h, 7d") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _table(found: list[Written]) -> str:
    rows = [
        (
            one.begun.at.strftime("%Y-%m-%d %H:%M:%SZ"),
            one.begun.profile,
            one.begun.operation,
            one.begun.record_name or one.record_id or "-",
            one.outcome.value,
            str(one.status or "-"),
            one.begun.user,
        )
        for one in found
    ]
    return table(("TIME", "PROFILE", "OPERATION", "RECORD", "OUTCOME", "STATUS", "USER"), rows)


def _plain(one: Written) -> dict[str, object]:
    """A write as one object: its intent, and what is known last of its outcome."""
    begun = {name: value for name, value in plain(one.begun).items() if name not in ("v", "phase")}
    ended = plain(one.last)["at"] if one.outcomes else None
    return begun | {
        "record_id": one.record_id,
        "outcome": one.outcome.value,
        "ended_at": ended,
        "status": one.status,
        "request_id": one.request_id,
        "words": one.words,
    }
