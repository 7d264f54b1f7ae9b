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
_SIGNS: Final = {Step.PASSED: "✓", Step.FAILED: "✗", Step.UNDECIDED: "?"}
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

    A sign says what is known: passed, failed, or not decided. An unknown step before the one that
    failed has a question mark too, for it may have taken place.
    """
    way = way_of(outcome)
    at = [phase for phase, _ in way].index(outcome.phase) if way else 0
    steps = [_step(phase, step, outcome, index < at) for index, (phase, step) in enumerate(way)]
    between = Content.styled(_BETWEEN, "dim")
    line = between.join(steps)
    if line.cell_length <= room:
        return line
    first = [phase for phase, _ in way].index(Phase.SENDER)
    return Content.assemble(
        between.join(steps[:first]),
        (" ──", "dim"),
        "\n",
        ("── ", "dim"),
        between.join(steps[first:]),
    )


def _step(phase: Phase, step: Step, outcome: TestOutcome, earlier: bool) -> Content:
    name = phase.value
    if step is Step.PASSED:
        return Content.assemble(name, " ", (_SIGNS[step], "$good"))
    if step is Step.NOT_KNOWN:
        asked = earlier and outcome.verdict is not Verdict.ACCEPTED
        return Content.styled(f"{name} ?" if asked else name, "dim")
    return Content.styled(f"{name} {_SIGNS[step]}", f"bold ${VERDICTS[outcome.verdict]}")


# The values that are used


class _Value(Struct, frozen=True):
    """A parameter that is used, cleaned; ``wrong`` is the role of one to look at."""

    unsaved: bool
    label: str
    text: str
    wrong: str

    def content(self, label_cells: int, gutter: bool) -> Content:
        """The label and the value, with a sign before an unsaved one and after a wrong one."""
        sign = f"{CHANGED} " if self.unsaved else "  "
        look = "bold" if self.unsaved else ""
        value = Content.styled(self.text, look)
        if self.wrong:
            value = Content.styled(f"{self.text} ✗", f"bold ${self.wrong}")
        label = Content.styled(padded(self.label, label_cells), "dim")
        return Content.assemble((sign, "$warn") if gutter else "", label, " ", value)


def values_content(subject: TestSubject, room: int, outcome: TestOutcome | None) -> Content:
    """Every value that is used, in two columns, and whether it is saved.

    Those to look at are in the colour of the verdict. Two values of which one is too long for a
    column have a line each.
    """
    role = VERDICTS[outcome.verdict] if outcome is not None else ""
    wrong = dict.fromkeys(wrong_values(outcome), role)
    values = [
        _Value(unsaved, clean(name, _LONGEST_LABEL), clean(text), wrong.get(name, ""))
        for unsaved, name, text in subject.lines()
    ]
    label_cells = max(cell_width(value.label) for value in values)
    gutter = any(value.unsaved for value in values)
    contents = [value.content(label_cells, gutter) for value in values]
    heading = Content.styled(f"Values: {subject.words}", "dim")
    return Content("\n").join([heading, *_in_columns(contents, room)])


def wrong_values(outcome: TestOutcome | None) -> tuple[str, ...]:
    """The parameters to look at: with the password the username, where the words name that too."""
    if outcome is None or outcome.verdict is Verdict.ACCEPTED or outcome.parameter is None:
        return ()
    named = "username" in f"{outcome.meaning} {outcome.advice}"
    both = outcome.parameter == "password" and named
    return ("password", "username") if both else (outcome.parameter,)


def _in_columns(contents: list[Content], room: int) -> Iterator[Content]:
    """Yield lines of two contents each, or of one where half of the room is too short for both."""
    half = room // 2 - _GAP
    longest = max((cells for cells in map(_cells, contents) if cells <= half), default=0)
    column = min(half, longest + _GAP) + _GAP
    for left, *more in (contents[at : at + 2] for at in range(0, len(contents), 2)):
        if more and max(map(_cells, (left, *more))) <= half:
            yield Content.assemble(left, " " * (column - left.cell_length), *more)
        else:
            yield from (left, *more)


def _cells(content: Content) -> int:
    return content.cell_length
