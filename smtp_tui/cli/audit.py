"""``audit``: the journal of writes, for people and for scripts. It sends nothing."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from smtp_tui.api.clock import Clock
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.cli.exit_codes import ExitCode, UsageError
from smtp_tui.cli.output import Rows, show_many
from smtp_tui.cli.running import Environ
from smtp_tui.cli.say import inform, say
from smtp_tui.cli.shapes import Write
from smtp_tui.state.encoding import plain
from smtp_tui.state.files import state_directory
from smtp_tui.state.journal import Journal
from smtp_tui.state.names import callable_by
from smtp_tui.state.written import Written, writes_of
from smtp_tui.text import counted
from smtp_tui.typed import typed

_AGE: Final = re.compile(r"([0-9]{1,6})([mhd])\Z")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def show_journal(options: argparse.Namespace, environ: Environ) -> ExitCode:
    """Print the wanted writes, newest first; lines that cannot be read are counted."""
    since = None if options.since is None else _moment(options.since, Clock().now())

    def wanted(write: Written) -> bool:
        """Whether the options ask for a write; a record is named by its id or its whole name."""
        begun = write.begun
        return (
            options.profile in (None, begun.profile)
            and options.record in (None, write.record_id, begun.record_name)
            and (since is None or begun.at >= since)
            and (not options.unfinished or write.outcome is WriteOutcome.UNKNOWN)
        )

    journal = Journal(state_directory(environ))
    content = journal.read()
    writes = [*filter(wanted, writes_of(content.entries))]
    pairs = ((write.record_id, write.begun.record_name) for write in writes)
    named = (pair for pair in pairs if any(pair))  # values that are tested are no record
    rows, names = partial(_rows, writes), partial(callable_by, named)
    show_many(options, map(shown_write, writes), rows, names)
    if not writes:
        inform("No write in the journal matches.")
    missing = {"could not be read": content.unreadable, "over 1 MiB skipped": content.overlong}
    for words, count in missing.items():
        if count:
            say(f"{counted(count, 'line')} of {journal.path} {words}")
    return ExitCode.OK


def _moment(text: str, now: datetime) -> datetime:
    """A day, a time or an age; without a zone it is UTC. Raises :class:`Refusal`."""
    age = _AGE.match(text)
    try:
        if age is not None:
            return now - timedelta(**{_UNITS[age[2]]: int(age[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(
            "--since must be a time such as 2026-03-01T12:00, or an age such as 90m, 12h or 7d"
        ) from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _rows(writes: list[Written]) -> Rows:
    rows = [
        (
            write.begun.at.strftime("%Y-%m-%d %H:%M:%SZ"),
            write.begun.profile,
            write.operation,
            write.begun.record_name or write.record_id or "-",
            write.outcome_words,
            str(write.status or "-"),
            write.begun.user,
        )
        for write in writes
    ]
    return ("TIME", "PROFILE", "OPERATION", "RECORD", "OUTCOME", "STATUS", "USER"), rows


def shown_write(write: Written) -> Write:
    """A write as one object: its intent, and its latest outcome."""
    values = plain(write.begun)
    values |= {
        "record_id": write.record_id,
        "outcome": write.outcome.value,
        "verdict": write.verdict,
        "ended_at": plain(write.last)["at"] if write.outcomes else None,
        "status": write.status,
        "request_id": write.request_id,
        "words": write.words,
    }
    return typed(values, Write)
