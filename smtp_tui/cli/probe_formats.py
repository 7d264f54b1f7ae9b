"""What probes found, as text and as JSON."""

from __future__ import annotations

import socket
import textwrap
from collections.abc import Sequence
from enum import Enum
from typing import Final

from msgspec import Struct

from smtp_tui.api.tls import Certificate
from smtp_tui.cli.say import table
from smtp_tui.cli.shapes import (
    Attempted,
    Concluded,
    ConcludedOfRecord,
    LastTest,
    NotTried,
    Probed,
    ProbedRecord,
    Said,
    ShownCertificate,
    ShownFailure,
    ShownStep,
    ShownTls,
)
from smtp_tui.probe.model import Failure, Probe, Result, Side, StepResult, TlsFound, Way
from smtp_tui.probe.words import (
    also_tried,
    came_to,
    first_line,
    in_short,
    not_tried,
    not_tried_at_all,
)
from smtp_tui.state.history import TestRun
from smtp_tui.text import cell_width, clean, duration, moment, record_name
from smtp_tui.workflows.probe_record import Views, views_of

HOW: Final = {
    Way.NO_TLS: "--plain",
    Way.TLS_FIRST: "--tls",
    Way.STARTTLS: "--starttls",
    Way.UNSAFE: "--insecure",
}
"""The options that do what advice speaks of."""
_SIDES: Final = {Side.HERE: "here", Side.SERVER: "server", Side.NOTE: "note"}
_INDENT: Final = " " * 33
"""Where the words of a step begin."""


class Named(Struct, frozen=True):
    """A record that leads to a relay, and CAM's newest test email of it."""

    profile: str
    record_id: str
    name: str
    newest: TestRun | None


class Looked(Struct, frozen=True):
    """A probe, and the records that lead to its address."""

    probe: Probe
    records: tuple[Named, ...]

    @property
    def address(self) -> str:
        """Host and port, cleaned."""
        return clean(self.probe.ask.address.text)


# Text


def title(probe: Probe) -> str:
    """Where is looked at, and from which machine."""
    where = f"{probe.ask.address.text} from this machine ({socket.gethostname()}), not from CAM"
    return clean(where)


def step_text(step: StepResult, width: int | None = None) -> str:
    """A step, how long it took, what it found, and what a failure means."""
    first, *more = [*step.words.split("\n"), *step.details]
    if step.failure is not None:
        advice = step.failure.advised(HOW)
        parameter = f"Check: {step.failure.parameter}" if step.failure.parameter else ""
        more += filter(None, (step.failure.meaning, advice, parameter))
    took = duration(step.seconds)
    head = f"  {step.result.value:<7}  {step.step.value:<11}  {took:>7}  "
    lines = [_wrapped(head, first, width), *(_wrapped(_INDENT, each, width) for each in more)]
    return "\n".join(lines)


def _wrapped(head: str, text: str, width: int | None) -> str:
    """A line, cleaned; one that is wider than the terminal goes on under its beginning."""
    line = head + clean(text)
    if width is None or cell_width(line) <= width:
        return line.rstrip()
    return textwrap.fill(line, max(width, 60), subsequent_indent=" " * len(head))


def dialogue_text(probe: Probe) -> str:
    """All that was said, secrets masked."""
    return "\n".join(f"  {line.side.value} {clean(line.text)}".rstrip() for line in probe.dialogue)


def result_text(looked: Looked, width: int | None = None) -> str:
    """What else was tried, and what it comes to, beside CAM's view where a record leads there."""
    probe = looked.probe
    tried = [_attempt(name, other, width) for name, other in also_tried(probe)]
    lines = [probe.suggestion.told(HOW)] if probe.suggestion is not None else []
    for said, names in _views_of(looked).items():
        lines += (*names, *said)
    lines += filter(None, (not_tried_at_all(probe),))
    return "\n".join(
        [*(("Also tried", *tried) if tried else ()), *(_wrapped("", each, width) for each in lines)]
    )


def _attempt(name: str, other: Probe, width: int | None) -> str:
    head = f"  {_result(other).value:<7}  {name:<11}  {duration(other.seconds):>7}  "
    return _wrapped(head, came_to(other), width)


def _views_of(looked: Looked) -> dict[tuple[str, ...], list[str]]:
    """What is said of the records, each once, with the names of those that it is said of."""
    if not looked.records:
        alone = views_of(looked.probe, None).conclusion
        return {(f"{alone.both} {alone.means}",): []}
    found: dict[tuple[str, ...], list[str]] = {}
    for named in looked.records:
        views = views_of(looked.probe, named.newest)
        both, run = views.conclusion, views.run
        last = ""
        if run is not None:
            last = f"CAM's last test, {moment(run.at)}: {run.verdict}. {first_line(run.words)}"
        lines = last.rstrip(), f"{both.both} {both.means}", both.not_proven, views.remark
        name = f"{named.profile} · {record_name(named.name, named.record_id)}"
        found.setdefault(tuple(filter(None, lines)), []).append(name)
    return found


def summary(looked: Sequence[Looked]) -> str:
    """A table of several probes, a line for each."""
    heading = ("ADDRESS", "HERE", "CAM", "TIME", "TLS", "DAYS", "RECORDS", "REMARK")
    return table(heading, [_row(each) for each in looked])


def _row(looked: Looked) -> tuple[str, ...]:
    probe, tls = looked.probe, looked.probe.tls
    runs = [views_of(probe, named.newest).run for named in looked.records]
    verdicts = dict.fromkeys(run.verdict for run in runs if run is not None)
    return (
        probe.ask.address.text,
        _result(probe).value,
        ", ".join(verdicts) or "-",
        duration(probe.seconds),
        tls.version if tls is not None else "-",
        str(tls.days_left) if tls is not None and tls.days_left is not None else "-",
        ", ".join(record_name(named.name, named.record_id) for named in looked.records) or "-",
        in_short(probe),
    )


# JSON


def shown_probe(looked: Looked) -> Probed:
    """All that was found; null where there is nothing."""
    probe = looked.probe
    address = probe.ask.address
    return Probed(
        address.text,
        address.hostname,
        address.port,
        probe.ask.security.value,
        socket.gethostname(),
        _result(probe).value,
        round(probe.seconds, 6),
        _failure(probe.failure),
        tuple(map(_step, probe.steps)),
        probe.greeting or None,
        probe.offers,
        None if probe.tls is None else _tls(probe.tls),
        tuple(Said(_SIDES[each.side], each.text) for each in probe.dialogue),
        tuple(NotTried(word(step), why) for step, why in not_tried(probe).items()),
        None if probe.other_way is None else _attempted(probe.other_way),
        tuple(map(_attempted, probe.others)),
        None if probe.suggestion is None else probe.suggestion.told(HOW),
        Concluded(*_views(views_of(probe, None))),
        tuple(_record(each, probe) for each in looked.records),
    )


def _attempted(probe: Probe) -> Attempted:
    ask = probe.ask
    found = probe.failed is None, probe.tls is not None, came_to(probe)
    return Attempted(ask.address.port, ask.security.value, *found)


def _result(probe: Probe) -> Result:
    if probe.failed is not None:
        return Result.FAILED
    return Result.NOTE if probe.notes else Result.OK


def word(of: Enum) -> str:
    """The name of a step or a reason for a program, which stays when the words are changed."""
    return of.name.lower().replace("_", "-")


def _step(step: StepResult) -> ShownStep:
    seconds = round(step.seconds, 6)
    return ShownStep(word(step.step), step.result.value, seconds, step.words, step.details)


def _failure(failure: Failure | None) -> ShownFailure | None:
    if failure is None:
        return None
    return ShownFailure(
        word(failure.reason),
        failure.words,
        failure.meaning,
        failure.advised(HOW),
        failure.parameter,
    )


def _tls(tls: TlsFound) -> ShownTls:
    chain = tuple(map(_certificate, tls.chain))
    first = chain[0] if chain else None
    return ShownTls(tls.version, tls.cipher, tls.trusted, tls.problems, tls.days_left, first, chain)


def _certificate(found: Certificate) -> ShownCertificate:
    return ShownCertificate(
        found.names,
        found.subject,
        found.issuer,
        found.not_before.isoformat() if found.not_before else None,
        found.not_after.isoformat() if found.not_after else None,
        found.sha256,
    )


def _views(views: Views) -> tuple[str, str, str | None]:
    said = views.conclusion
    return said.both, said.means, said.not_proven or None


def _record(named: Named, probe: Probe) -> ProbedRecord:
    views = views_of(probe, named.newest)
    run = views.run
    return ProbedRecord(
        named.profile,
        named.record_id,
        named.name,
        None if run is None else LastTest(run.at.isoformat(), run.verdict, run.phase, run.words),
        ConcludedOfRecord(*_views(views), views.remark or None),
    )
