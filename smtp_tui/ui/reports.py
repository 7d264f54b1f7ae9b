"""What is told of a write that nobody waited for any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from msgspec import Struct

if TYPE_CHECKING:
    from smtp_tui.api.writes import Unattended

REPORT_SECONDS: Final = 15.0
"""How long a report stands, over further switches too."""


class Report(Struct, frozen=True):
    """How it ended, with the name of its profile; ``at`` in seconds of the clock."""

    words: str
    bad: bool
    at: float

    @classmethod
    def of(cls, ended: Unattended, at: float, found: bool | None = None) -> Self:
        """The report of such a write; ``found`` is what a look afterwards said of a lost answer."""
        what = f"{ended.profile}: {ended.request.operation.value}"
        if ended.error is None:
            return cls(f"{what} – done, after you left", False, at)
        if found is not None:
            said = "it was done" if found else "it was not done"
            return cls(f"{what} – no answer came; read again: {said}", not found, at)
        return cls(f"{ended.profile}: {'; '.join(ended.error.lines()[:2])}", True, at)
