"""How each profile stands, and what its relays came to in their last tests, in a line or two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from textual.content import Content

from smtp_tui.mail.outcome import Verdict
from smtp_tui.text import clean
from smtp_tui.ui.connections.rows import RecordsView
from smtp_tui.ui.theme import VERDICTS
from smtp_tui.workflows.many_lists import Part, State

SIGNS: Final = {
    State.WAITING: ("·", "dim"),
    State.READING: ("…", "$accent"),
    State.FRESH: ("✓", "$good"),
    State.STALE: ("▲", "$warn"),
    State.SIGN_IN: ("?", "$unknown"),
    State.DOWN: ("✗", "$bad"),
}
"""The sign and the look of each state."""
_GAP: Final = "   "
_NAME: Final = 24
"""The most cells of a profile's name."""


def strip_content(parts: Sequence[Part], width: int, lines: int) -> Content:
    """Return the profiles with their states; of those that do not fit, how many there are of each.

    A profile that is fresh is named by its sign alone, for any other the word of its state stands
    there too. Where not all fit, those that are fresh come last.
    """
    content, shown = _strip(parts, width, lines)
    if shown < len(parts):
        parts = sorted(parts, key=lambda part: part.state is State.FRESH)
        content, _ = _strip(parts, width, lines)
    return content


def _strip(parts: Sequence[Part], width: int, lines: int) -> tuple[Content, int]:
    def left(number: int) -> Content:
        """How many are not shown, by their states."""
        states = Counter(part.state for part in parts[number:])
        counts = " ".join(f"{count} {SIGNS[state][0]}" for state, count in states.items())
        return _more(len(parts) - number, f": {counts}")

    return _wrapped([_state(part) for part in parts], width, lines, left)


def _state(part: Part) -> Content:
    sign, look = SIGNS[part.state]
    word = "" if part.state is State.FRESH else f" {part.state.value}"
    return Content.assemble((sign, look), f" {clean(part.profile.name, _NAME)}", (word, look))


def summary_content(views: Mapping[str, RecordsView], width: int, lines: int) -> Content:
    """Return the number of records by last verdict, per profile, in the order of the strip.

    Where not all fit, those with failures come first.
    """
    names = [name for name in views if len(views[name])]
    content, shown = _summary(names, views, width, lines)
    if shown < len(names):
        names.sort(key=lambda name: -sum(views[name].failed.values()))
        content, _ = _summary(names, views, width, lines)
    return content


def _summary(
    names: Sequence[str], views: Mapping[str, RecordsView], width: int, lines: int
) -> tuple[Content, int]:
    chips = [
        Content.assemble((f"{clean(name, _NAME)}: ", "dim"), verdict_counts(views[name]))
        for name in names
    ]
    if chips:
        chips[0] = Content.assemble(("last tests  ", "dim"), chips[0])
    return _wrapped(chips, width, lines, lambda number: _more(len(chips) - number))


def _more(count: int, states: str = "") -> Content:
    return Content.styled(f"+{count} more{states}", "bold")


def _wrapped(
    chips: Sequence[Content], width: int, lines: int, more: Callable[[int], Content]
) -> tuple[Content, int]:
    """Return the chips on lines of this width, and how many; ``more`` stands for the others."""
    gap, shown, number = len(_GAP), [], 0
    for line in range(lines):
        row: list[Content] = []
        room = width + gap
        all_fit = sum(chip.cell_length + gap for chip in chips[number:]) <= room
        if line == lines - 1 and not all_fit:
            room -= more(number).cell_length + gap
        while number < len(chips) and (chips[number].cell_length + gap <= room or not row):
            row.append(chips[number].truncate(width))
            room -= row[-1].cell_length + gap
            number += 1
        shown.append(row)
    if number < len(chips):
        shown[-1].append(more(number))
    return Content("\n").join(Content(_GAP).join(row) for row in shown if row), number


def verdict_counts(view: RecordsView) -> Content:
    """Return the number of a profile's records for each last verdict, and of those without one."""
    counts = [
        Content.styled(f"{view.verdicts[verdict]:,} {verdict.sign}", f"${VERDICTS[verdict]}")
        for verdict in Verdict
        if view.verdicts[verdict]
    ]
    others = (("outdated", view.outdated), ("never", view.never))
    counts += [Content.styled(f"{count:,} {word}", "dim") for word, count in others if count]
    return Content(" ").join(counts)
