"""What the app tells whatever is on the screen: how a left write ended, gaps in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smtp_tui.api.clock import Clock
from smtp_tui.ui.keys_in_order import KeysInOrder
from smtp_tui.ui.reports import REPORT_SECONDS, Report
from smtp_tui.ui.text import clean

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from smtp_tui.api.writes import Unattended


class ReportingApp(KeysInOrder):
    """An app that keeps its reports, so that a switch of the profile does not take them away."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.reports: list[Report] = []
        self._report_clock = clock

    def report(self, ended: Unattended, found: bool | None = None) -> None:
        """How a write ended that nobody waited for, with the name of the profile it went to."""
        self._keep_report(Report.of(ended, self._report_clock.monotonic(), found))

    def report_test(self, words: str) -> None:
        """What came of a test mail that nobody waited for any more."""
        self._keep_report(Report(words, False, self._report_clock.monotonic()))

    def _keep_report(self, report: Report) -> None:
        self.reports.append(report)
        self._show_report(report)

    def warn(self, words: str) -> None:
        """What a person should know, whatever is on the screen."""
        self.notify(clean(words, 400), markup=False, severity="warning", timeout=REPORT_SECONDS)

    def _show_report(self, report: Report) -> None:
        severity: SeverityLevel = "error" if report.bad else "information"
        words = clean(report.words, 400)
        self.notify(words, severity=severity, markup=False, timeout=REPORT_SECONDS)

    def clear_messages(self) -> None:
        """Messages of the left profile go with it; the reports name theirs, and stay."""
        self.clear_notifications()
        now = self._report_clock.monotonic()
        for report in self.reports:
            if now - report.at < REPORT_SECONDS:
                self._show_report(report)
