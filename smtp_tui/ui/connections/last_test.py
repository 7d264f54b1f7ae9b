"""LAST TEST in the table: the verdict of the newest test, unless it no longer holds."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from smtp_tui.api.models import Record
from smtp_tui.state.history import Tested, TestRun
from smtp_tui.text import age


class Standing(Enum):
    """Whether a test still says something about the record as it is now."""

    CURRENT = ""
    BEFORE_CHANGE = "before change"
    OTHER_VALUES = "other values"


def standing(tested: Tested, record: Record) -> Standing:
    """Compare what was tested with what the record holds now.

    A test is outdated by a save after it, from here or seen in the values. A test of values that
    were never saved says nothing about the record.
    """
    if tested.saved_since:
        return Standing.BEFORE_CHANGE
    if tested.run.unsaved:
        return Standing.OTHER_VALUES
    if dict(tested.run.values) != record.plain_values():
        return Standing.BEFORE_CHANGE
    return Standing.CURRENT


def last_test_words(tested: Tested | None, record: Record, now: datetime) -> str:
    """Return verdict and age of the newest test, or why its verdict does not hold now."""
    if tested is None:
        return "-"
    words = standing(tested, record).value or tested.run.verdict
    return f"{words} {ago(tested.run, now)}"


def ago(run: TestRun, now: datetime) -> str:
    """Return the age of a test, to the minute so that the table is seldom repainted."""
    seconds = (now - run.at).total_seconds()
    return "now" if seconds < 60 else age(seconds)
