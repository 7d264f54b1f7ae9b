"""What a probe found, as a person reads it: steps, other ports, both views, dialogue."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from textual.content import Content

from smtp_tui.mail.outcome import Verdict
from smtp_tui.probe.model import Ask, Failure, Probe, Result, Security, Side, StepResult, Way
from smtp_tui.probe.words import also_tried, came_to, in_short, not_tried_at_all
from smtp_tui.state.history import TestRun
from smtp_tui.text import clean, clean_block, cut_to_cells, duration, padded
from smtp_tui.ui.connections.rows import ago, verdict_role, verdict_sign
from smtp_tui.workflows.probe_record import Views
from smtp_tui.workflows.two_views import Here, here_of

_SIGNS: Final = {
    Result.OK: ("✓", "$good"),
    Result.NOTE: ("!", "$warn"),
    Result.FAILED: ("✗", "bold $bad"),
    Result.SKIPPED: ("·", "dim"),
}
_LOOKS: Final = {
    Here.GOOD: ("✓ answers", "good"),
    Here.CERTIFICATE: ("! answers", "warn"),
    Here.SAYS_NO: ("✗ refuses", "bad"),
    Here.TROUBLE: ("✗ fails", "bad"),
    Here.OTHER_TLS: ("✗ fails", "bad"),
    Here.UNREACHABLE: ("▲ not reached", "warn"),
}
"""What a probe came to, after a sign, and the role of that."""
_SECURITY: Final = {
    Security.TLS: "begins TLS at once",
    Security.STARTTLS: "insists on STARTTLS",
    Security.PLAIN: "does without TLS",
}
"""How TLS begins, where that was chosen."""
_LABEL: Final = 11
_INDENT: Final = _LABEL + 3
_TIME: Final = 8
_LINES: Final = 8
"""The most lines below a step; the dialogue has all of them."""
_WORDS: Final = 1_000


def role_of(probe: Probe, views: Views) -> str:
    """The role of both views together: what works from here and not for CAM is no plain yes."""
    _, role = look_of(probe)
    works = views.run is None or views.run.verdict == Verdict.ACCEPTED.value
    return role if works or role != "good" else "warn"


def look_of(probe: Probe) -> tuple[str, str]:
    """What a probe came to, and the role of that; what works with a remark is no plain yes."""
    here = here_of(probe)
    remarked = probe.notes or probe.failed is not None
    return _LOOKS[Here.CERTIFICATE if here is Here.GOOD and remarked else here]


def where_content(ask: Ask, machine: str) -> Content:
    """Where it looks, from which machine, and what else it asks."""
    lines = [
        Content.assemble(
            (clean(ask.address.text, 100), "bold"),
            f" from this machine ({clean(machine, 40)}), not from CAM",
        )
    ]
    asks = [_SECURITY[ask.security]] if ask.security in _SECURITY else []
    if ask.password is not None:
        asks.append(f"logs in as {clean(ask.username, 60)}")
    if ask.recipient:
        sender = clean(ask.sender, 80) or "<>"
        asks.append(f"asks whether it takes mail from {sender} to {clean(ask.recipient, 80)}")
    if asks:
        lines.append(Content(f"It {', '.join(asks)}. No mail is sent."))
    return Content("\n").join(lines)


# The steps


def steps_content(probe: Probe, room: int, how: Mapping[Way, str], *, running: bool) -> Content:
    """The steps that have ended, with what was found and the time; the one under way has dots.

    ``how`` says how what the advice tells is done here.
    """
    lines = [line for step in probe.steps for line in _step(step, room, how)]
    if running:
        name = "other ports" if probe.under_way is None else probe.under_way.value
        if probe.under_way is not None or probe.failed is not None:
            lines.append(Content.styled(f"· {name:<{_LABEL}} …", "dim"))
    if tried := [*_also_tried(probe, room)]:
        lines += [Content(), Content.styled("Also tried", "dim"), *tried]
    return Content("\n").join(lines)


def _step(step: StepResult, room: int, how: Mapping[Way, str]) -> Iterator[Content]:
    label = step.step.value
    look = "bold $bad" if step.result is Result.FAILED else ""
    took = "" if step.result is Result.SKIPPED else duration(step.seconds)
    yield from _row(_SIGNS[step.result], label, step.words, look, took, room)
    for line in step.details[:_LINES]:
        yield from _below(line, "$warn" if line in step.remarks else "dim", room)
    if step.details[_LINES:]:
        yield from _below(f"… and {len(step.details) - _LINES} more lines", "dim", room)
    if step.failure is not None:
        for words in _why(step.failure, how):
            yield from _below(words, "", room)


def _why(failure: Failure, how: Mapping[Way, str]) -> Iterable[str]:
    return filter(None, (failure.meaning, failure.advised(how)))


def _row(
    sign: tuple[str, str], label: str, words: str, look: str, took: str, room: int
) -> Iterator[Content]:
    """A line with its time at the right, and the rest of its words below them."""
    cells = max(20, room - _INDENT - _TIME)
    first, *more = _wrapped(words, cells)
    yield Content.assemble(
        sign,
        (f" {label:<{_LABEL}} ", "dim"),
        (padded(first, cells), look),
        (f"{took:>{_TIME}}", "dim"),
    )
    yield from (Content.styled(" " * _INDENT + line, look) for line in more)


def _below(words: str, look: str, room: int) -> Iterator[Content]:
    for line in _wrapped(words, max(20, room - _INDENT)):
        yield Content.styled(" " * _INDENT + line, look)


def _wrapped(words: str, cells: int) -> list[str]:
    lines = clean_block(words, _WORDS).split("\n")
    return [part for line in lines for part in textwrap.wrap(line, cells) or [""]]


def _also_tried(probe: Probe, room: int) -> Iterator[Content]:
    for name, other in also_tried(probe):
        sign = _SIGNS[Result.OK if other.failed is None else Result.FAILED]
        yield from _row(sign, name, came_to(other), "", duration(other.seconds), room)


# Both views


def views_content(
    probe: Probe,
    views: Views,
    newest: TestRun | None,
    now: datetime,
    room: int,
    how: Mapping[Way, str],
) -> Content:
    """What was found from here and what CAM found last, and what both say together."""
    found = views.conclusion
    suggestion = probe.suggestion.told(how) if probe.suggestion is not None else ""
    lines = [
        _from_here(probe, room),
        _from_cam(views.run, newest, now, room),
        Content(),
        Content.styled(found.both, "bold"),
        Content(found.means),
        Content.styled(found.not_proven, "dim"),
        Content.styled(clean(not_tried_at_all(probe)), "dim"),
        Content.styled(f"! {clean(views.remark, 200)}", "$warn") if views.remark else Content(),
        Content.styled(f"! {clean(suggestion)}", "bold $warn") if suggestion else Content(),
    ]
    first, rest = lines[:3], lines[3:]
    return Content("\n").join([*first, *(line for line in rest if line)])


def _from_here(probe: Probe, room: int) -> Content:
    words, role = look_of(probe)
    said = f"in {duration(probe.seconds)}"
    if probe.failed is not None:
        said = f"at {probe.failed.step.value}: {probe.failed.words}"
    elif probe.notes:
        said = in_short(probe)
    return _view("From here", (words, f"bold ${role}"), said, room)


def _from_cam(run: TestRun | None, newest: TestRun | None, now: datetime, room: int) -> Content:
    if newest is None:
        return _view("From CAM", ("not tested yet", ""), "", room)
    if run is None:
        values = dict(newest.values)
        where = f"{values.get('hostname', '')}:{values.get('port', '')}"
        return _view(
            "From CAM", ("tested with other values", ""), f"{where} {_ago(newest, now)}", room
        )
    accepted = run.verdict == Verdict.ACCEPTED.value
    said = " · ".join(filter(None, ("" if accepted else run.phase, _ago(run, now), run.words)))
    verdict = f"{verdict_sign(run)} {clean(run.verdict, 20)}"
    return _view("From CAM", (verdict, f"bold ${verdict_role(run)}"), said, room)


def _ago(run: TestRun, now: datetime) -> str:
    age = ago(run, now)
    return age if age == "now" else f"{age} ago"


def _view(label: str, found: tuple[str, str], said: str, room: int) -> Content:
    head = Content.assemble((f"{label:<{_LABEL}}", "dim"), found)
    left = room - head.cell_length - 3
    said = cut_to_cells(clean(said.partition("\n")[0], _WORDS), left) if left > 0 else ""
    return Content.assemble(head, f" · {said}" if said else "")


# The dialogue


def dialogue_content(probe: Probe) -> Content:
    """Every line that was said, after a sign of who said it."""
    looks = {Side.HERE: "bold $accent", Side.SERVER: "bold", Side.NOTE: "dim"}
    return Content("\n").join(
        Content.assemble(
            (line.side.value, looks[line.side]),
            (f" {clean(line.text)}", "dim" if line.side is Side.NOTE else ""),
        )
        for line in probe.dialogue
    )


def dialogue_text(probe: Probe) -> str:
    """The same as text, to be copied."""
    return "\n".join(f"{line.side.value} {clean(line.text)}" for line in probe.dialogue)
