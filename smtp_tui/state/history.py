"""The last test emails of each record, for LAST TEST in the table and the list beside the record.

The file only grows, so that a test of ten thousand records writes each result once; what is no
longer shown is dropped when the file has doubled. The time at which a secret was saved is stored
too: a test from before it says little, and no value shows the change.
"""

from __future__ import annotations

import json
import threading
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct, convert, field
from msgspec.structs import force_setattr

from smtp_tui.state import encoding
from smtp_tui.state.files import append_line, locked, read_lines, write_atomic

RUNS_KEPT: Final = 20
MAX_RUNS: Final = 20_000
MAX_WORDS: Final = 4_000
COMPACT_BYTES: Final = 1024 * 1024


class PasswordUsed(Enum):
    """Whose password a test email used; the values are what is told of it."""

    STORED = "stored password"
    STORED_IF_ANY = "stored password, if there is one"
    NONE = "no password"
    TYPED = "password typed"
    CLEARED = "password cleared"
    NO_LOGIN = "no login"


class TestRun(Struct, frozen=True):
    """One test email and its result.

    ``at`` is when it was sent, in UTC; ``milliseconds`` is the time until the answer. ``values``
    are the parameters it was sent with, without secrets; ``unsaved`` the names of those that were
    typed and not saved. ``password`` is None in a line of before it was kept.
    """

    at: datetime
    profile: str
    recipient: str
    values: encoding.Pairs
    verdict: str
    phase: str
    words: str
    milliseconds: encoding.Integer = field(name="ms")
    unsaved: tuple[str, ...] = ()
    password: PasswordUsed | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "at", encoding.utc(self.at))
        force_setattr(self, "values", encoding.without_secrets(self.values))
        force_setattr(self, "words", self.words[:MAX_WORDS])


class _Save(Struct, frozen=True):
    """The moment at which a secret of a record was saved, in UTC.

    ``tested`` are the times of the test emails that were sent with the very secret.
    """

    saved: datetime
    tested: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        force_setattr(self, "saved", encoding.utc(self.saved))
        force_setattr(self, "tested", tuple(map(encoding.utc, self.tested)))


_Event: TypeAlias = TestRun | _Save


class Tested(Struct, frozen=True):
    """A test email, and what is known of the secrets of its record since.

    ``secret_saved`` is whether another secret was saved after it was sent, ``typed_saved`` whether
    the one that was typed for it is the one that was saved.
    """

    run: TestRun
    secret_saved: bool
    typed_saved: bool = False


class TestHistory:
    """The test emails sent from this state directory, by any process; in memory and in ``path``."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "tests.jsonl"
        self._runs: dict[encoding.RecordKey, tuple[TestRun, ...]] = {}
        self._saved: dict[encoding.RecordKey, _Save] = {}
        self._events: list[encoding.RecordKey] = []
        self._guard = threading.Lock()
        self._compact_at = COMPACT_BYTES

    def load(self) -> bool:
        """Read what all processes have written so far; unreadable lines are skipped.

        Returns whether some are from a newer program. Raises :class:`FileProblem`; what is in
        memory stays.
        """
        newer = False
        for line in read_lines(self.path)[0]:
            try:
                values = encoding.read_line(line)
                key = convert(values, encoding.RecordKey)
                event = convert(values, _Save) if "saved" in values else convert(values, TestRun)
            except ValueError as error:
                newer |= isinstance(error, encoding.NewerVersion)
            else:
                self.remember(key, event)
        return newer

    def saved_secret(
        self, key: encoding.RecordKey, at: datetime, tested: tuple[datetime, ...] = ()
    ) -> None:
        """Note that a save changed a secret of the record. Raises as :meth:`add`.

        The tests of the times ``tested`` were sent with that secret.
        """
        self.add(key, _Save(at, tested))

    def add(self, key: encoding.RecordKey, event: _Event) -> None:
        """Add one test email or save, in memory first.

        Raises :class:`FileProblem` where it could not be written; it then holds until this process
        ends.
        """
        self.remember(key, event)
        with locked(self.path):
            size = append_line(self.path, json.dumps(encoding.plain(key, event)), sync=False)
            if size > self._compact_at:
                self._compact()

    @property
    def known(self) -> bool:
        """Whether any test is known; if none is, there is no need to ask for each record."""
        return bool(self._runs)

    def tests(self, key: encoding.RecordKey) -> tuple[Tested, ...]:
        """The test emails of one record, newest first, at most ``RUNS_KEPT``."""
        saved = self._saved.get(key)
        runs = self._runs.get(key, ())
        if saved is None:
            return tuple(Tested(run, secret_saved=False) for run in runs)
        same = frozenset(saved.tested)
        return tuple(
            Tested(run, run.at < saved.saved and run.at not in same, run.at in same) for run in runs
        )

    def since(self, count: int) -> tuple[int, frozenset[encoding.RecordKey]]:
        """The number of events so far, and the records of those after the first ``count``."""
        events = self._events[count:]
        return count + len(events), frozenset(events)

    def newest(self, key: encoding.RecordKey) -> Tested | None:
        """The newest test email of one record."""
        return next(iter(self.tests(key)), None)

    def recipient_of(self, profile: str) -> str:
        """The recipient of a profile's newest test email, or an empty text."""
        newest = [runs[0] for runs in tuple(self._runs.values())]
        runs = [run for run in newest if run.profile == profile]
        return max(runs, key=lambda run: run.at).recipient if runs else ""

    def remember(self, key: encoding.RecordKey, event: _Event) -> None:
        """Keep a test email or a save in memory only. Threads call this, so it holds a lock."""
        with self._guard:
            known, saved = self._runs.get(key, ()), self._saved.get(key)
            if isinstance(event, _Save) and (saved is None or event.saved > saved.saved):
                self._saved[key] = event
            elif isinstance(event, TestRun) and event not in known:
                newest = sorted((event, *known), key=lambda run: run.at, reverse=True)
                self._runs[key] = tuple(newest[:RUNS_KEPT])
            else:
                return
            self._events.append(key)

    def _compact(self) -> None:
        """Write the file again with what is still shown; call it with the file's lock held."""
        if self.load():
            return  # a newer program writes here too: its lines are not ours to drop
        runs = [(key, run) for key, some in self._runs.items() for run in some]
        runs.sort(key=lambda test: test[1].at)
        kept: list[tuple[encoding.RecordKey, _Event]] = [*runs[-MAX_RUNS:]]
        tested = {key for key, _ in kept}
        kept += [(key, save) for key, save in self._saved.items() if key in tested]
        text = "".join(f"{json.dumps(encoding.plain(key, event))}\n" for key, event in kept)
        write_atomic(self.path, text)
        self._compact_at = max(COMPACT_BYTES, 2 * len(text.encode()))
