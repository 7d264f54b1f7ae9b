"""What came of a test email, as a person reads it: verdict, the way of the mail, values used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from textual.content import Content

from smtp_tui.mail.outcome import Phase, Step, TestOutcome, Verdict, way_of
from smtp_tui.text import cell_width, clean, padded
from smtp_tui.ui.theme import VERDICTS
from smtp_tui.workflows.test_email import TestMail, TestSubject

CHANGED: Final = "●"
"""The sign of a value that is not saved."""
_LOOKS: Final = {
    Step.PASSED: ("✓", "$good", "$good"),
    Step.FAILED: ("✗", "bold $bad", "bold $bad"),
    Step.UNDECIDED: ("?", "bold $unknown", "bold $unknown"),
    Step.NOT_KNOWN: ("", "", "dim"),
}
"""The sign of a step, its style and that of the step's name."""
_BETWEEN: Final = " ── "
_LONGEST_LABEL: Final = 20
_GAP: Final = 2


def verdict_content(mail: TestMail, outcome: TestOutcome) -> Content:
    """The verdict as a banner, facts beside it; what it means, and what to try.

    The advice is dim only where nothing has to be mended.
    """
    role = VERDICTS[outcome.verdict]
    banner = Content.styled(
        f" {outcome.verdict.sign} {outcome.verdict.value} ", f"bold reverse ${role}"
    )
    lines = [Content.assemble(banner, "  ", _facts(mail, outcome)), Content()]
    lines.append(Content(clean(outcome.meaning)))
    if outcome.advice:
        quiet = outcome.verdict is Verdict.ACCEPTED
        lines.append(Content.styled(outcome.advice, "dim" if quiet else ""))
    if outcome.request_id and outcome.verdict is Verdict.UNKNOWN:
        lines.append(Content.assemble(("Request id ", "dim"), clean(outcome.request_id)))
    return Content("\n").join(lines)


def _facts(mail: TestMail, outcome: TestOutcome) -> Content:
    """The step that failed, or who took the mail; how long it took, and who tried."""
    parts = [Content(clean(fact, 90)) for fact in mail.facts]
    if outcome.failed_step:
        parts[0] = Content.assemble("at ", (outcome.failed_step, "bold"))
    if outcome.verdict is not Verdict.ACCEPTED:
        parts.append(Content("from the CAM host"))
    return Content(" · ").join(parts)


def refused_content(lines: Iterable[str]) -> Content:
    """Why no mail was sent at all: the lines of an error, but for its headline."""
    banner = Content.styled(" ✗ NOT SENT ", "bold reverse $bad")
    head = Content.assemble(banner, "  no mail was sent")
    return Content("\n").join([head, Content(), *(Content(clean(line, 2000)) for line in lines)])


def way_content(outcome: TestOutcome, room: int) -> Content:
    """The way of the mail as steps, on two lines where one has no room; blank if nothing is known.

    A sign says what is known: passed, failed, or not decided.
    """
    steps = [(phase, _step(phase, step)) for phase, step in way_of(outcome)]
    if sum(content.cell_length + len(_BETWEEN) for _, content in steps) - len(_BETWEEN) <= room:
        return Content.styled(_BETWEEN, "dim").join(content for _, content in steps)
    at = [phase for phase, _ in steps].index(Phase.SENDER)
    between = Content.styled(_BETWEEN, "dim")
    first, second = (
        between.join(content for _, content in part) for part in (steps[:at], steps[at:])
    )
    return Content.assemble(first, (" ──", "dim"), "\n", ("── ", "dim"), second)


def _step(phase: Phase, step: Step) -> Content:
    sign, look, name_look = _LOOKS[step]
    if step is Step.PASSED:
        name_look = ""
    name = Content.styled(phase.value, name_look)
    return Content.assemble(name, " ", (sign, look)) if sign else name


# The values that are used


class _Value(Struct, frozen=True):
    """A parameter that is used, cleaned; ``wrong`` is whether to look at it."""

    unsaved: bool
    label: str
    text: str
    wrong: bool

    def content(self, label_cells: int, gutter: bool) -> Content:
        """The label and the value, with a sign before an unsaved one and after a wrong one."""
        sign = f"{CHANGED} " if self.unsaved else "  "
        look = "bold" if self.unsaved else ""
        value = Content.styled(self.text, look)
        if self.wrong:
            value = Content.styled(f"{self.text} ✗", "bold $bad")
        label = Content.styled(padded(self.label, label_cells), "dim")
        return Content.assemble((sign, "$warn") if gutter else "", label, " ", value)


def values_content(subject: TestSubject, room: int, wrong: str | None = None) -> Content:
    """Every value that is used, in two columns, and whether it is saved.

    ``wrong`` is the parameter to look at. A value that is too long for a column has a line.
    """
    values = [
        _Value(unsaved, clean(name, _LONGEST_LABEL), clean(text), name == wrong)
        for unsaved, name, text in subject.lines()
    ]
    label_cells = max(cell_width(value.label) for value in values)
    gutter = any(value.unsaved for value in values)
    contents = [value.content(label_cells, gutter) for value in values]
    heading = Content.styled(f"Values: {subject.words}", "dim")
    return Content("\n").join([heading, *_in_columns(contents, room)])


def _in_columns(contents: list[Content], room: int) -> Iterator[Content]:
    """Yield lines of two contents each, or of one that is too long for half of the room."""
    half = room // 2 - _GAP
    longest = max((cells for cells in map(_cells, contents) if cells <= half), default=0)
    column = min(half, longest + _GAP) + _GAP
    left: Content | None = None
    for content in contents:
        fits = content.cell_length <= half
        if left is not None and fits:
            yield Content.assemble(left, " " * (column - left.cell_length), content)
            left = None
            continue
        if left is not None:
            yield left
        left = content if fits else None
        if not fits:
            yield content
    if left is not None:
        yield left


def _cells(content: Content) -> int:
    return content.cell_length
