"""What the app tells whatever is on the screen: how a left write ended, gaps in the journal."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from smtp_tui.api.clock import Clock
from smtp_tui.text import clean
from smtp_tui.ui.messages import Message
from smtp_tui.ui.terminal.keys_in_order import KeysInOrder
from smtp_tui.workflows.operator import About, Kind

if TYPE_CHECKING:
    from smtp_tui.api.writes import Unattended
    from smtp_tui.workflows.outcomes import Found


class ReportingApp(KeysInOrder):
    """An app that keeps its reports, so that a switch of the profile does not take them away."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.reports: list[Message] = []
        self._report_clock = clock

    def report(self, ended: Unattended, found: Found) -> None:
        """How a write ended that nobody waited for, with the name of the profile it went to.

        ``found`` is what a look afterwards said of it.
        """
        words, good = report_words(ended, found)
        self.forget(About.WAITING)
        self._report(words, f"write {ended.write.id}", Kind.GOOD if good else Kind.BAD)

    def report_test(self, words: str) -> None:
        """What came of a test mail that nobody waited for any more."""
        self._report(words, f"test {len(self.reports)}", Kind.PLAIN)

    def _report(self, words: str, about: str, kind: Kind) -> None:
        words = clean(words, 400)
        self.reports.append(Message(words, about, kind, lasting=True))
        self.tell(words, about=about, kind=kind, lasting=True)

    def warn(self, words: str) -> None:
        """What a person should know, whatever is on the screen.

        Told later: whoever warns, such as the journal, must not depend on the screen.
        """
        words = clean(words, 400)
        self.call_later(partial(self.tell, words, about=words[:20], kind=Kind.WARNING))


def report_words(ended: Unattended, found: Found) -> tuple[str, bool]:
    """How such a write ended, and whether that is good news."""
    what = f"{ended.profile}: {ended.request.operation.value}"
    if ended.error is None:
        if found.contradicts:
            return f"{what} – {found.words}", False
        return f"{what} – done, after you left", True
    if found.done is not None:
        said = "it was done" if found.done else "it was not done"
        return f"{what} – no answer came; read again: {said}", found.done
    return f"{ended.profile}: {'; '.join(ended.error.lines()[:2])}", False
