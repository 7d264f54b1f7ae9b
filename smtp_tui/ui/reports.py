"""What is told of a write whose profile was left before it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from smtp_tui.api.writes import Unattended

REPORT_SECONDS: Final = 15.0
"""How long a report stands, over further switches too."""


@dataclass(frozen=True, slots=True)
class Report:
    """How it ended, with the name of its profile; ``at`` in seconds of the clock."""

    words: str
    bad: bool
    at: float

    @classmethod
    def of(cls, ended: Unattended, at: float) -> Self:
        """The report of a write that nobody awaited any more."""
        if ended.error is None:
            what = ended.request.operation.value
            words = f"{ended.profile}: {what} – done, after you left that profile"
        else:
            words = f"{ended.profile}: {'; '.join(ended.error.lines()[:2])}"
        return cls(words, ended.error is not None, at)
