"""LAST TEST in the table: the verdict of the newest test, and how much it still says."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from smtp_tui.api.models import Record
from smtp_tui.state.history import Tested, TestRun
from smtp_tui.text import age


class Standing(Enum):
    """How much a test still says about the record as it is now."""

    CURRENT = ""
    BEFORE_CHANGE = "before change"
    OTHER_VALUES = "other values"


def standing(tested: Tested, record: Record) -> Standing:
    """Compare what was tested with what the record holds now.

    A save after the test, from here or seen in the values, makes it old; a test with values that
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
    """The newest test of a record: its verdict and age, or why its verdict does not hold now."""
    if tested is None:
        return "-"
    words = standing(tested, record).value or tested.run.verdict
    return f"{words} {ago(tested.run, now)}"


def ago(run: TestRun, now: datetime) -> str:
    """The age of a test by the minute, so that it changes no oftener than one looks."""
    seconds = (now - run.at).total_seconds()
    return "now" if seconds < 60 else age(seconds)
