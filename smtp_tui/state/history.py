"""The last test mails of each record, for LAST TEST in the table and the list in the detail.

A file that only grows, so that a test of ten thousand records writes each result once; what is no
longer shown is dropped when the file has doubled.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from smtp_tui.state.fields import (
    FieldError,
    Pairs,
    load_object,
    number_field,
    optional_text,
    pairs_field,
    refuse_secrets,
    stamp,
    text_field,
    time_field,
    utc,
    without_secrets,
)
from smtp_tui.state.files import locked, write_atomic
from smtp_tui.state.lines import append_line, read_lines
from smtp_tui.state.places import RecordKey

FILE_NAME: Final = "tests.jsonl"
RUNS_KEPT: Final = 20
MAX_RUNS: Final = 20_000
MAX_WORDS: Final = 4_000
COMPACT_BYTES: Final = 1024 * 1024
CAP: Final = 64 * 1024 * 1024
_VERSION: Final = 1

__all__ = ["RecordKey", "TestHistory", "TestRun"]


@dataclass(frozen=True, slots=True)
class TestRun:
    """One test mail and what came of it; ``at`` in UTC, ``milliseconds`` from send to answer.

    ``values`` are the parameters it was sent with. Raises ``ValueError`` for a secret among them.
    """

    __test__ = False  # not a test case, whatever its name

    at: datetime
    profile: str
    recipient: str
    values: Pairs
    verdict: str
    phase: str
    words: str
    milliseconds: int

    def __post_init__(self) -> None:
        refuse_secrets(self.values)
        object.__setattr__(self, "at", utc(self.at))
        object.__setattr__(self, "words", self.words[:MAX_WORDS])


class TestHistory:
    """The test mails sent from this state directory, by any process; remembered in memory too."""

    __test__ = False  # not a test case, whatever its name

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._runs: dict[RecordKey, tuple[TestRun, ...]] = {}
        self._compact_at = COMPACT_BYTES

    @property
    def path(self) -> Path:
        """The file, for messages."""
        return self._path

    def load(self) -> None:
        """Read what all processes have written so far; lines that cannot be read are passed over.

        Raises :class:`FileProblem`; what is known in memory stays.
        """
        for line in read_lines(self._path, CAP):
            parsed = _parse(line)
            if parsed is not None:
                self._remember(*parsed)

    def add(self, key: RecordKey, run: TestRun) -> None:
        """Remember one test mail, in memory first.

        Raises :class:`FileProblem` where it could not be written; it is then shown until the end
        of this process.
        """
        self._remember(key, run)
        with locked(self._path):
            size = append_line(self._path, _line(key, run), sync=False)
            if size > self._compact_at:
                self._compact()

    def runs(self, key: RecordKey) -> tuple[TestRun, ...]:
        """The test mails of one record, newest first, at most ``RUNS_KEPT``."""
        return self._runs.get(key, ())

    def last(self, key: RecordKey) -> TestRun | None:
        """The newest test mail of one record."""
        return next(iter(self.runs(key)), None)

    def _remember(self, key: RecordKey, run: TestRun) -> None:
        known = self._runs.get(key, ())
        if run not in known:
            newest = sorted((run, *known), key=lambda one: one.at, reverse=True)
            self._runs[key] = tuple(newest[:RUNS_KEPT])

    def _compact(self) -> None:
        """Write the file anew with what is still shown; called with the lock held."""
        lines = read_lines(self._path, CAP)
        if any(_is_newer(line) for line in lines):
            return  # a newer program writes here too: its lines are not ours to drop
        for line in lines:
            parsed = _parse(line)
            if parsed is not None:
                self._remember(*parsed)
        runs = [(run.at, _line(key, run)) for key, some in self._runs.items() for run in some]
        runs.sort(key=lambda one: one[0])
        text = "".join(f"{line}\n" for _, line in runs[-MAX_RUNS:])
        write_atomic(self._path, text)
        self._compact_at = max(COMPACT_BYTES, 2 * len(text.encode()))


def _line(key: RecordKey, run: TestRun) -> str:
    return json.dumps(
        {
            "v": _VERSION,
            "origin": key.origin_url,
            "tenant": key.tenant,
            "record": key.record_id,
            "at": stamp(run.at),
            "profile": run.profile,
            "recipient": run.recipient,
            "values": run.values,
            "verdict": run.verdict,
            "phase": run.phase,
            "words": run.words,
            "ms": run.milliseconds,
        }
    )


def _parse(line: str) -> tuple[RecordKey, TestRun] | None:
    try:
        values = load_object(line)
        if number_field(values, "v") != _VERSION:
            return None
        key = RecordKey(
            text_field(values, "origin"),
            text_field(values, "tenant"),
            optional_text(values, "record"),
        )
        run = TestRun(
            time_field(values, "at"),
            text_field(values, "profile"),
            text_field(values, "recipient"),
            without_secrets(pairs_field(values, "values")),
            text_field(values, "verdict"),
            text_field(values, "phase"),
            text_field(values, "words"),
            number_field(values, "ms"),
        )
    except FieldError:
        return None
    return key, run


def _is_newer(line: str) -> bool:
    try:
        return number_field(load_object(line), "v") > _VERSION
    except FieldError:
        return False
