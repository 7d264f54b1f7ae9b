"""The journal of writes: what was about to be written to which record, and with what outcome.

Lines are only added, each is on the disk before the call returns, and none is longer than
``ENTRY_BYTES``. The file is rotated at ``ROTATE_BYTES``. ``FILES_KEPT`` files are kept, and however
many more hold a write of the last ``KEPT``.
"""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import asdict, force_setattr, replace

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import JsonValue, Record, SecretState, is_secret_name, value_text
from smtp_tui.api.redaction import masked
from smtp_tui.api.requests import TESTS, Write
from smtp_tui.api.secret import MASK
from smtp_tui.api.writes import Ended, WriteOutcome
from smtp_tui.state import files
from smtp_tui.state.encoding import Integer, plain, read_line, sha256, utc
from smtp_tui.state.files import FileProblem
from smtp_tui.typed import typed

Part = TypeVar("Part", bound=Struct)

FILE_NAME: Final = "audit.jsonl"
ROTATE_BYTES: Final = 5 * 1024 * 1024
FILES_KEPT: Final = 10
KEPT: Final = timedelta(days=90)
_BITS: Final = 64
"""An integer of so many bits or more is kept as text."""
_CLOSE: Final = 0.01
"""Seconds after a line within which another one is taken for one of many."""
_PAUSE: Final = 0.002
"""Seconds for which one of many waits for more."""
ENTRY_BYTES: Final = 64 * 1024
TEXT_BYTES: Final = 4 * 1024
REPLACED: Final = "replaced"
CLEARED: Final = "cleared"
_ROTATED: Final = re.compile(rf"{re.escape(FILE_NAME)}\.(?P<number>[1-9][0-9]{{0,8}})\Z")
_SECRET_WORDS: Final = frozenset({REPLACED, CLEARED, *(state.value for state in SecretState)})
_WORDS: Final = {
    "patch": "change",
    "test_saved": "test",
    "test_values": "test of unsaved values",
}
"""What is told of an operation, where it is not the word that is stored."""
_TESTS: Final = frozenset(each.name.lower() for each in TESTS)
VERDICTS: Final = {
    WriteOutcome.MAIL_ACCEPTED: "ACCEPTED",
    WriteOutcome.MAIL_REJECTED: "REJECTED",
    WriteOutcome.MAIL_UNREACHABLE: "UNREACHABLE",
    WriteOutcome.UNKNOWN: "UNKNOWN",
}
"""The verdict of a test email, by the outcome that is stored."""
NO_OUTCOME: Final = "No outcome recorded: the program ended first, or the write is still under way."


class EntryKind(Enum):
    """An intent precedes the request, an outcome follows it; both have the same ``write_id``."""

    INTENT = "intent"
    OUTCOME = "outcome"


Value: TypeAlias = str | Integer | None
"""A parameter in the journal: its text, an integer as such; None where there was no parameter."""


class JournalChange(Struct, frozen=True):
    """One parameter before and after.

    Raises ``ValueError`` where the text of a secret is more than what became of it.
    """

    name: str
    before: Value
    after: Value

    def __post_init__(self) -> None:
        if is_secret_name(self.name):
            for value in (self.before, self.after):
                if value is not None and value not in _SECRET_WORDS:
                    raise ValueError(f"the value of {self.name} is a secret and is not journalled")


class Omitted(Struct, frozen=True):
    """Changes that did not fit into an entry: how many, and the SHA-256 of their JSON.

    That is the array of their objects as the journal writes them, so that whoever has the record
    can prove what it was.
    """

    count: Integer
    sha256: str


class Actor(Struct, frozen=True):
    """The user of the operating system and, over ssh, the client's address."""

    user: str
    ssh_client: str | None = None


def actor_of(environ: Mapping[str, str]) -> Actor:
    """The user this process runs as, according to the system and not to the environment."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = f"uid {os.getuid()}"
    through = environ.get("SUDO_USER")
    ssh = environ.get("SSH_CONNECTION", environ.get("SSH_CLIENT", "")).split()
    return Actor(f"{user} (sudo by {through})" if through else user, ssh[0] if ssh else None)


_LONGEST_OMITTED: Final = Omitted(10**18, "0" * 64)


class JournalEntry(Struct, frozen=True):
    """One line of the journal; ``at`` is in UTC.

    ``operation`` is create, patch, delete, test_saved or test_values; ``recipient`` is that of a
    test. ``words`` say why a write was not done. Only the intent has ``changes``; ``omitted`` are
    those it had no room for. ``run`` is the id that all writes of a run have in common, blank for a
    single one.
    """

    kind: EntryKind = msgspec.field(name="phase")
    write_id: str = msgspec.field(name="write")
    at: datetime
    user: str
    ssh_client: str | None
    profile: str
    host: str
    tenant: str
    team: str
    namespace: str
    operation: str
    record_id: str | None
    record_name: str
    changes: tuple[JournalChange, ...] = ()
    recipient: str | None = None
    outcome: WriteOutcome | None = None
    status: Integer | None = None
    request_id: str | None = None
    words: str = ""
    omitted: Omitted | None = None
    run: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "at", utc(self.at))


class JournalContent(Struct, frozen=True):
    """The entries of the journal, oldest first.

    ``unreadable`` counts the lines that are no entry, ``overlong`` those skipped for their length.
    """

    entries: tuple[JournalEntry, ...] = ()
    unreadable: int = 0
    overlong: int = 0


class Journal:
    """The journal of one state directory, shared by all processes; ``path`` is the newest file.

    Every method raises :class:`smtp_tui.state.files.FileProblem`.
    """

    def __init__(
        self, directory: Path, rotate_bytes: int = ROTATE_BYTES, files_kept: int = FILES_KEPT
    ) -> None:
        self.path = directory / FILE_NAME
        self._rotate_bytes = rotate_bytes
        self._files_kept = files_kept

    def append(self, *entries: JournalEntry) -> str:
        """Add a line for each entry; all are on the disk when this returns.

        Returns what was dropped to make room for them, in words; empty if nothing was.
        """
        lines = "\n".join(json.dumps(plain(fitted(entry))) for entry in entries)
        with files.locked(self.path) as real:
            with files.problems_of(self.path):
                dropped = self._rotate(real, entries[-1].at)
            files.append_line(self.path, lines, sync=True)
        return dropped

    def end(self, found: Iterable[tuple[Written, WriteOutcome]], at: datetime) -> None:
        """Add the outcomes of writes that have none, or none that is known, found out later."""
        for write, outcome in found:
            bare = replace(write.begun, changes=(), omitted=None, words="")
            told = replace(bare, kind=EntryKind.OUTCOME, status=None, request_id=None)
            self.append(replace(told, at=at, outcome=outcome))

    def read(self, newest: int | None = None) -> JournalContent:
        """The entries of all files, oldest first; only the last ``newest`` if given.

        ``unreadable`` and ``overlong`` count only lines of the files that were read for that.
        """
        with suppress(FileProblem), files.locked(self.path):
            return self._read(newest)
        return self._read(newest)  # a place that cannot be written to can still be read

    def _read(self, newest: int | None) -> JournalContent:
        entries: list[JournalEntry] = []
        unreadable = overlong = 0
        for file in self._files():
            lines, skipped = files.read_lines(file)
            found: list[JournalEntry] = []
            for line in lines:
                with suppress(ValueError):  # a secret among the changes is one too
                    found.append(typed(read_line(line), JournalEntry))
            entries = found + entries
            unreadable += len(lines) - len(found)
            overlong += skipped
            if newest is not None and len(entries) >= newest:
                entries = entries[-newest:]
                break
        return JournalContent(tuple(entries), unreadable, overlong)

    def _files(self) -> list[Path]:
        """The files, newest first: the one that is written to, then the rotated ones."""
        real = files.own_path(self.path)
        with files.problems_of(self.path):
            names = os.listdir(real.parent) if real.parent.exists() else []
        rotated = [match for name in names if (match := _ROTATED.match(name))]
        rotated.sort(key=lambda match: int(match["number"]))
        return [real, *(real.with_name(match.string) for match in rotated)]

    def _rotate(self, real: Path, now: datetime) -> str:
        """Make room if the file is full; returns what was dropped for that, in words.

        Those files are dropped that are neither among the newest nor young enough to be kept.
        """
        if not real.exists() or real.stat().st_size < self._rotate_bytes:
            return ""
        kept = self._files()
        for number, file in reversed([*enumerate(kept, start=1)]):
            file.replace(real.with_name(f"{real.name}.{number}"))
        files.sync_directory(real.parent)
        dropped: list[float] = []
        for file in reversed(self._files()[self._files_kept :]):
            written = file.stat().st_mtime
            if now.timestamp() - written <= KEPT.total_seconds():
                break
            file.unlink()
            dropped.append(written)
        if not dropped:
            return ""
        day = datetime.fromtimestamp(max(dropped), UTC).date()
        return f"writes up to {day} were removed"


def fitted(entry: JournalEntry) -> JournalEntry:
    """The entry with its texts shortened, and as many of its changes as ``ENTRY_BYTES`` holds."""
    bare = replace(_shortened(entry), changes=(), omitted=_LONGEST_OMITTED)
    room = ENTRY_BYTES - len(json.dumps(plain(bare))) - 1
    changes: list[JournalChange] = []
    for change in map(_shortened, entry.changes):
        room -= len(json.dumps(msgspec.to_builtins(change))) + 2
        if room < 0:
            break
        changes.append(change)
    left = entry.changes[len(changes) :]
    digest = sha256(json.dumps(msgspec.to_builtins(left)))
    omitted = Omitted(len(left), digest) if left else None
    return replace(bare, changes=tuple(changes), omitted=omitted)


def _shortened(part: Part) -> Part:
    """A struct with each of its texts in at most TEXT_BYTES of JSON."""
    texts = {name: text for name, text in asdict(part).items() if isinstance(text, str)}
    return replace(part, **{name: _short(text) for name, text in texts.items()})


def _short(text: str) -> str:
    """The text, or its beginning with its length and SHA-256."""
    if len(json.dumps(text)) <= TEXT_BYTES:
        return text
    rest = f"… ({len(text):,} characters, SHA-256 {sha256(text)})"
    room = TEXT_BYTES - len(json.dumps(rest))
    kept = text[:room]
    while len(json.dumps(kept)) > room:
        kept = kept[: len(kept) * room // len(json.dumps(kept))]
    return kept + rest


class _Line(Struct, eq=False):
    """A line that waits to be written, even where nobody awaits it any more.

    ``kept`` gets why it was not written, blank if it was, and what was dropped to make room.
    """

    entry: Callable[[], JournalEntry]
    kept: asyncio.Future[tuple[str, str]]

    def tell(self, problem: str, dropped: str) -> None:
        """Say what came of it, from the thread that writes."""
        with suppress(RuntimeError):  # the event loop has ended, and with it whoever waited
            self.kept.get_loop().call_soon_threadsafe(self._set, (problem, dropped))

    def _set(self, told: tuple[str, str]) -> None:
        if not self.kept.done():
            self.kept.set_result(told)


class Auditor(Struct):
    """The :class:`~smtp_tui.api.writes.WriteLog` of all clients of one run.

    ``journal`` is called before each writing and may raise ``FileProblem``. ``say`` tells a person
    of a gap in the journal: once for each reason, and again if it comes back.
    ``patience`` are seconds after which a disk that does not answer counts as one that cannot be
    written to.

    One thread writes, so that lines stand in the order in which they were given; the lines that
    came while it wrote go to the disk together. In a run they come so close that it waits for more:
    to write four costs as much as to write one. Python waits for it at the end of the program.
    """

    journal: Callable[[], Journal]
    actor: Actor
    clock: Clock
    say: Callable[[str], object]
    patience: float = 15.0
    _said: str = ""
    _written_at: float = 0.0
    _waiting: deque[_Line] = field(default_factory=deque)
    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "journal"))

    def warn(self, problem: str) -> None:
        """Tell the person, unless it was told already and nothing was journalled since."""
        if problem != self._said:
            self._said = problem
            self.say(f"The journal of writes has a gap: {problem}")

    async def keep(self, write: Write, ended: Ended | None) -> str:
        """Journal the intent or the outcome; why it is not on the disk, empty if it is."""
        entry = partial(self._entry, write, ended, self.clock.now())
        line = _Line(entry, asyncio.get_running_loop().create_future())
        self._waiting.append(line)
        self._thread.submit(self._write)
        try:
            async with asyncio.timeout(self.patience):
                problem, dropped = await line.kept
        except TimeoutError:
            return f"the disk has not answered within {self.patience:g} s"
        if problem:
            return problem
        self._said = ""
        if dropped:
            self.say(f"The journal of writes was full: {dropped}")
        return ""

    def _write(self) -> None:
        """Write the lines that wait, in one go; an earlier call may have written them all."""
        if self._waiting and time.monotonic() - self._written_at < _CLOSE:
            time.sleep(_PAUSE)
        lines = [self._waiting.popleft() for _ in range(len(self._waiting))]
        problem, dropped = "smtp-tui failed with an internal error", ""
        try:
            if lines:
                dropped = self.journal().append(*(line.entry() for line in lines))
            problem = ""
        except FileProblem as error:
            problem = str(error)
        finally:
            self._written_at = time.monotonic()
            for line in lines:
                line.tell(problem, dropped)
                dropped = ""  # which is told once

    def _entry(self, write: Write, ended: Ended | None, at: datetime) -> JournalEntry:
        """The entry of a write's outcome, or of its intent. It may be long: made in the thread."""
        target, request, record = write.target, write.request, write.record
        intent = JournalEntry(
            kind=EntryKind.INTENT,
            write_id=write.id,
            at=at,
            user=self.actor.user,
            ssh_client=self.actor.ssh_client,
            profile=target.name,
            host=target.origin.text,
            tenant=target.scope.tenant,
            team=target.scope.team,
            namespace=target.scope.namespace,
            operation=request.operation.name.lower(),
            record_id=request.record_id,
            record_name=record.name if record else request.new_name or "",
            recipient=request.recipient,
            run=write.run,
        )
        if ended is None:
            return replace(intent, changes=_changes(write))
        found = asdict(ended) | {"record_id": request.record_id or ended.record_id}
        return replace(intent, kind=EntryKind.OUTCOME, **found)


def _changes(write: Write) -> tuple[JournalChange, ...]:
    """What the request assigns, and what the record was seen to hold before."""
    record = write.record
    if write.request.method == "DELETE" and record is not None:
        names = dict.fromkeys(parameter.name for parameter in record.parameters)
        return tuple(JournalChange(name, _before(record, name), None) for name in names)
    changes = []
    for name, value in write.request.assigned():
        before = _before(record, name)
        changes.append(JournalChange(name, before, _after(name, value, before)))
    return tuple(changes)


def _before(record: Record | None, name: str) -> Value:
    parameter = record.parameter(name) if record is not None else None
    if parameter is None:
        return None
    value = parameter.value
    if isinstance(value, SecretState):
        return value.value
    return SecretState.SET.value if is_secret_name(name) else journal_value(value)


def journal_value(value: JsonValue) -> str | int:
    """A value as the journal holds it, secrets masked."""
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < _BITS:
        return value
    return value_text(masked(value))


def _after(name: str, value: JsonValue, before: Value) -> str | int:
    """A value as the journal holds it; of a secret only what became of it."""
    if value != MASK and not is_secret_name(name):
        return journal_value(value)
    if not value:
        return CLEARED
    return SecretState.SET.value if before in (None, SecretState.NOT_SET.value) else REPLACED


class Written(Struct, frozen=True):
    """One write: its intent, and its outcomes in the order in which they were journalled.

    ``begun`` is an outcome where the intent is missing: it could not be written or was dropped.
    """

    begun: JournalEntry
    outcomes: tuple[JournalEntry, ...] = ()

    @property
    def operation(self) -> str:
        """What was to be done, in words."""
        stored = self.begun.operation
        if stored == "test_saved" and self.begun.changes:
            stored = "test_values"
        return _WORDS.get(stored, stored)

    @property
    def verdict(self) -> str | None:
        """The verdict of a test email; None of another write, and where no mail was sent."""
        return VERDICTS.get(self.outcome) if self.begun.operation in _TESTS else None

    @property
    def outcome_words(self) -> str:
        """The verdict of a test email, or what came of another write."""
        unknown = self.outcome is WriteOutcome.UNKNOWN
        return self.verdict or ("unknown" if unknown else self.outcome.value)

    @property
    def last(self) -> JournalEntry:
        """The latest entry."""
        return self.outcomes[-1] if self.outcomes else self.begun

    @property
    def outcome(self) -> WriteOutcome:
        """The latest outcome; unknown for a write that has none."""
        return self.last.outcome or WriteOutcome.UNKNOWN

    @property
    def record_id(self) -> str | None:
        """The record's id; that of a new record comes with the answer."""
        return self.last.record_id or self.begun.record_id

    @property
    def status(self) -> int | None:
        """The HTTP status of the answer, whatever was found afterwards."""
        return next((entry.status for entry in self.outcomes if entry.status is not None), None)

    @property
    def request_id(self) -> str | None:
        """The server's id of the request, if it sent one."""
        return next((entry.request_id for entry in self.outcomes if entry.request_id), None)

    @property
    def words(self) -> str:
        """Why it was not done, or why the outcome is not known."""
        if not self.outcomes:
            return NO_OUTCOME
        return next((entry.words for entry in self.outcomes if entry.words), "")


def writes_of(entries: Iterable[JournalEntry]) -> tuple[Written, ...]:
    """The writes that these entries tell of, newest first."""
    by_write: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        by_write.setdefault(entry.write_id, []).append(entry)
    writes: list[Written] = []
    for found in reversed(by_write.values()):
        outcomes = tuple(entry for entry in found if entry.kind is EntryKind.OUTCOME)
        intents = (entry for entry in found if entry.kind is EntryKind.INTENT)
        writes.append(Written(next(intents, found[0]), outcomes))
    return tuple(sorted(writes, key=lambda write: write.begun.at, reverse=True))
