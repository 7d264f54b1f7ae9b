"""What probes found, for the programs that watch relays: Nagios and Prometheus.

Formats: Monitoring Plugins Development Guidelines (the output of a plugin, performance data), and
Prometheus' text exposition format 0.0.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Final

from msgspec import Struct

from smtp_tui.cli.probe_formats import Looked, word
from smtp_tui.probe.model import Probe
from smtp_tui.probe.words import came_to, ended_ago
from smtp_tui.text import clean, counted

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
