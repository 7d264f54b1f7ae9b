"""The last test mails of each record, for LAST TEST in the table and the list in the detail.

A file that only grows, so that a test of ten thousand records writes each result once; what is no
longer shown is dropped when the file has doubled. Saves stand in it too, because a test from before
a save tells little, and a changed password shows in no value.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct
from msgspec.structs import force_setattr

from smtp_tui.state.fields import (
    FieldError,
    Pairs,
    list_field,
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
_VERSION: Final = 1

__all__ = ["RecordKey", "TestHistory", "TestRun", "Tested"]


class TestRun(Struct, frozen=True):
    """One test mail and what came of it.

    ``at`` is when it was sent, in UTC; ``milliseconds`` count from then to the answer. ``values``
    are the parameters it was sent with, ``unsaved`` the names of those that were typed and not
    saved. Raises ``ValueError`` for a secret among the values.
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
    unsaved: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_secrets(self.values)
        force_setattr(self, "at", utc(self.at))
        force_setattr(self, "words", self.words[:MAX_WORDS])


class Tested(Struct, frozen=True):
    """A test mail, and whether the record was saved after it was sent."""

    run: TestRun
    saved_since: bool


class TestHistory:
    """The test mails sent from this state directory, by any process; remembered in memory too."""

    __test__ = False  # not a test case, whatever its name

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._runs: dict[RecordKey, tuple[TestRun, ...]] = {}
        self._saved: dict[RecordKey, datetime] = {}
        self._guard = threading.Lock()
        self._compact_at = COMPACT_BYTES

    @property
    def path(self) -> Path:
        """The file, for messages."""
        return self._path

    def load(self) -> None:
        """Read what all processes have written so far; lines that cannot be read are passed over.

        Raises :class:`FileProblem`; what is known in memory stays.
        """
        for line in read_lines(self._path).lines:
            parsed = _parse(line)
            if parsed is not None:
                self.remember(*parsed)

    def add(self, key: RecordKey, run: TestRun) -> None:
        """Remember one test mail, in memory first.

        Raises :class:`FileProblem` where it could not be written; it is then shown until the end
        of this process.
        """
        self.remember(key, run)
        self._append(key, run)

    def saved(self, key: RecordKey, at: datetime) -> None:
        """Remember that a save changed the record, in memory first. Raises :class:`FileProblem`."""
        self.remember(key, at)
        self._append(key, at)

    def _append(self, key: RecordKey, event: _Event) -> None:
        with locked(self._path):
            size = append_line(self._path, _line(key, event), sync=False)
            if size > self._compact_at:
                self._compact()

    @property
    def known(self) -> bool:
        """Whether any test is known: where none is, nobody has to ask for each of many records."""
        return bool(self._runs)

    def tests(self, key: RecordKey) -> tuple[Tested, ...]:
        """The test mails of one record, newest first, each with whether a save came after it."""
        saved = self._saved.get(key)
        return tuple(
            Tested(run, saved is not None and run.at < saved) for run in self._runs.get(key, ())
        )

    def newest(self, key: RecordKey) -> Tested | None:
        """The newest test mail of one record, with whether a save came after it."""
        runs = self._runs.get(key)
        if not runs:
            return None
        saved = self._saved.get(key)
        return Tested(runs[0], saved is not None and runs[0].at < saved)

    def recipient_of(self, profile: str) -> str:
        """Where the newest test mail of a profile went, or an empty text."""
        runs = [some[0] for some in tuple(self._runs.values()) if some[0].profile == profile]
        return max(runs, key=lambda run: run.at).recipient if runs else ""

    def runs(self, key: RecordKey) -> tuple[TestRun, ...]:
        """The test mails of one record, newest first, at most ``RUNS_KEPT``."""
        return self._runs.get(key, ())

    def remember(self, key: RecordKey, event: _Event) -> None:
        """Know a test mail or a save in memory; :meth:`add` and :meth:`saved` write it too.

        Threads call this, so it holds a lock.
        """
        with self._guard:
            if isinstance(event, datetime):
                self._saved[key] = max(utc(event), self._saved.get(key, utc(event)))
                return
            known = self._runs.get(key, ())
            if event not in known:
                newest = sorted((event, *known), key=lambda one: one.at, reverse=True)
                self._runs[key] = tuple(newest[:RUNS_KEPT])

    def _compact(self) -> None:
        """Write the file anew with what is still shown; called with the lock held."""
        lines = read_lines(self._path).lines
        if any(_is_newer(line) for line in lines):
            return  # a newer program writes here too: its lines are not ours to drop
        for line in lines:
            parsed = _parse(line)
            if parsed is not None:
                self.remember(*parsed)
        runs = [(run.at, key, run) for key, some in self._runs.items() for run in some]
        runs.sort(key=lambda run: run[0])
        kept: list[tuple[RecordKey, _Event]] = [(key, run) for _, key, run in runs[-MAX_RUNS:]]
        tested = {key for key, _ in kept}
        kept += [(key, at) for key, at in self._saved.items() if key in tested]
        text = "".join(f"{_line(key, event)}\n" for key, event in kept)
        write_atomic(self._path, text)
        self._compact_at = max(COMPACT_BYTES, 2 * len(text.encode()))


_Event: TypeAlias = TestRun | datetime
"""What a line tells: a test mail, or the moment of a save."""


def _line(key: RecordKey, event: _Event) -> str:
    place = {"v": _VERSION, "origin": key.origin_url, "tenant": key.tenant, "record": key.record_id}
    if isinstance(event, datetime):
        return json.dumps({**place, "saved": stamp(event)})
    return json.dumps(
        {
            **place,
            "at": stamp(event.at),
            "profile": event.profile,
            "recipient": event.recipient,
            "values": event.values,
            "unsaved": event.unsaved,
            "verdict": event.verdict,
            "phase": event.phase,
            "words": event.words,
            "ms": event.milliseconds,
        }
    )


def _parse(line: str) -> tuple[RecordKey, _Event] | None:
    try:
        values = load_object(line)
        if number_field(values, "v") != _VERSION:
            return None
        key = RecordKey(
            text_field(values, "origin"),
            text_field(values, "tenant"),
            optional_text(values, "record"),
        )
        return key, time_field(values, "saved") if "saved" in values else _parse_run(values)
    except FieldError:
        return None


def _parse_run(values: Mapping[str, object]) -> TestRun:
    unsaved = list_field(values, "unsaved") if "unsaved" in values else []
    return TestRun(
        time_field(values, "at"),
        text_field(values, "profile"),
        text_field(values, "recipient"),
        without_secrets(pairs_field(values, "values")),
        text_field(values, "verdict"),
        text_field(values, "phase"),
        text_field(values, "words"),
        number_field(values, "ms"),
        tuple(name for name in unsaved if isinstance(name, str)),
    )


def _is_newer(line: str) -> bool:
    try:
        return number_field(load_object(line), "v") > _VERSION
    except FieldError:
        return False
