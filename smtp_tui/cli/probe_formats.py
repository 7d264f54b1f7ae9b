"""What probes found, as text, as JSON, for Nagios and for Prometheus.

Formats: Monitoring Plugins Development Guidelines (the output of a plugin, performance data), and
Prometheus' text exposition format 0.0.4.
"""

from __future__ import annotations

import re
import socket
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import Enum, IntEnum
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
    ended_ago,
    first_line,
    in_short,
    not_tried,
    not_tried_at_all,
)
from smtp_tui.state.history import TestRun
from smtp_tui.text import cell_width, clean, counted, duration, moment, record_name
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


# Nagios


class State(IntEnum):
    """The exit codes of a plugin."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


_WORST: Final = (State.CRITICAL, State.UNKNOWN, State.WARNING, State.OK)
"""What is not known is worse than a warning: it may hide anything."""
_MOST_TOLD: Final = 5


class Thresholds(Struct, frozen=True):
    """More seconds, or fewer days of the certificate than these, are worth that state."""

    warning: float | None = None
    critical: float | None = None
    days_warning: int | None = None
    days_critical: int | None = None


def nagios_line(
    looked: Sequence[Looked], limits: Thresholds, *, whole: bool = True
) -> tuple[State, str]:
    """The state and the one line of a plugin; not ``whole`` where not all could be probed."""
    found = [(each, *_judged(each.probe, limits)) for each in looked]
    states = {state for _, state, _ in found} | (set() if whole and looked else {State.UNKNOWN})
    state = next(each for each in _WORST if each in states)
    if not found:
        words = "nothing could be probed"
    elif len(found) == 1 and whole:
        words = found[0][2]
    else:
        bad = [f"{each.address}: {words}" for each, state, words in found if state is not State.OK]
        more = len(bad) - _MOST_TOLD
        bad[_MOST_TOLD:] = [f"and {more} more"] if more > 0 else []
        bad += [] if whole else ["not all could be probed"]
        of = f"{sum(each[1] is State.OK for each in found)} of {counted(len(found), 'relay')} good"
        words = "; ".join((of, *bad))
    data = " ".join(part for each in looked for part in _perfdata(each, limits, len(looked) > 1))
    return state, f"SMTP {state.name} - {_harmless(words)}{f' | {data}' if data else ''}"


def unknown_line(words: str) -> str:
    """The line of a plugin that could not look."""
    return f"SMTP {State.UNKNOWN.name} - {_harmless(words)}"


def _harmless(words: str) -> str:
    """Text for the line: a ``|`` would begin performance data, a line break end it."""
    return clean(words, 1_000).replace("|", "/")


def _judged(probe: Probe, limits: Thresholds) -> tuple[State, str]:
    """The state of a relay, and why."""
    if probe.failed is not None:
        return State.CRITICAL, came_to(probe)
    tls, days = probe.tls, probe.tls.days_left if probe.tls is not None else None
    states = [_slow(probe.seconds, limits), _ends(days, limits)]
    parts = [f"{probe.seconds:.3f} s", tls.version if tls is not None else "no TLS"]
    if days is not None:
        parts.append(f"certificate {counted(days, 'day') if days >= 0 else ended_ago(days)}")
    elif limits.days_warning is not None:
        parts.append("no certificate")
    parts += tls.problems if tls is not None else ()
    return next(each for each in _WORST if each in states), ", ".join(parts)


def _slow(seconds: float, limits: Thresholds) -> State:
    if limits.critical is not None and seconds > limits.critical:
        return State.CRITICAL
    late = limits.warning is not None and seconds > limits.warning
    return State.WARNING if late else State.OK


def _ends(days: int | None, limits: Thresholds) -> State:
    """The state for a certificate that ends; where days are wanted, it has to have some."""
    if limits.days_warning is None:
        return State.OK
    if (
        days is None
        or days < 0
        or (limits.days_critical is not None and days < limits.days_critical)
    ):
        return State.CRITICAL
    return State.WARNING if days < limits.days_warning else State.OK


def _perfdata(looked: Looked, limits: Thresholds, several: bool) -> Iterator[str]:
    """``label=value[unit];warning;critical;minimum`` for what was measured."""
    probe = looked.probe
    before = re.sub(r"[^A-Za-z0-9._:\[\]-]", "_", looked.address) + "_" if several else ""
    quote = "'" if several else ""
    if probe.failed is None:
        late = f"{_number(limits.warning)};{_number(limits.critical)}"
        yield f"{quote}{before}time{quote}={probe.seconds:.6f}s;{late};0"
    if probe.tls is not None and probe.tls.days_left is not None:
        ends = f"{_at_least(limits.days_warning)};{_at_least(limits.days_critical)}"
        yield f"{quote}{before}days{quote}={probe.tls.days_left};{ends}"


def _number(limit: float | None) -> str:
    return "" if limit is None else f"{limit:g}"


def _at_least(limit: int | None) -> str:
    """A range that warns below its start."""
    return "" if limit is None else f"{limit}:"


# Prometheus


_METRICS: Final = {
    "smtp_tui_probe_success": "Whether the relay answered and refused nothing that was asked.",
    "smtp_tui_probe_duration_seconds": "How long each step of the probe took.",
    "smtp_tui_probe_certificate_expiry_timestamp_seconds": "When the relay's certificate ends.",
    "smtp_tui_probe_last_run_timestamp_seconds": "When the relay was probed.",
    "smtp_tui_probe_record_info": "A record that leads to this relay; always 1.",
}


def prometheus_text(looked: Iterable[Looked], now: datetime) -> str:
    """All metrics, each with its help and type once, and no sample twice."""
    samples: dict[str, dict[str, str]] = {name: {} for name in _METRICS}
    for each in looked:
        for name, labels, value in _samples(each, now):
            told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
            samples[f"smtp_tui_probe_{name}"][told] = value
    lines = []
    for metric, values in samples.items():
        if values:
            lines += [f"# HELP {metric} {_METRICS[metric]}", f"# TYPE {metric} gauge"]
            lines += [f"{metric}{{{labels}}} {value}" for labels, value in values.items()]
    return "".join(f"{line}\n" for line in lines)


def _samples(looked: Looked, now: datetime) -> Iterator[tuple[str, dict[str, str], str]]:
    """The samples of one relay: name, labels and value."""
    probe, here = looked.probe, {"address": looked.address}
    yield "success", here, str(int(probe.failed is None))
    for step in probe.steps:
        yield "duration_seconds", {**here, "step": word(step.step)}, f"{step.seconds:.6f}"
    end = probe.tls.chain[0].not_after if probe.tls is not None and probe.tls.chain else None
    if end is not None:
        yield "certificate_expiry_timestamp_seconds", here, f"{end.timestamp():.0f}"
    yield "last_run_timestamp_seconds", here, f"{now.timestamp():.0f}"
    for named in looked.records:
        labels = {"profile": named.profile, "record": named.name, "id": named.record_id}
        yield "record_info", {**here, **labels}, "1"


def _escaped(text: str) -> str:
    """The value of a label, cleaned first: an exporter refuses a whole file for one bad sign."""
    return clean(text).replace("\\", "\\\\").replace('"', '\\"')
