"""The journal of writes: what was about to be written to which record, and with what outcome.

Lines are only added, each is on the disk before the call returns, and none is longer than
``ENTRY_BYTES``. The file is rotated at ``ROTATE_BYTES``. ``FILES_KEPT`` files are kept, and however
many more hold a write of the last ``KEPT``.
"""

from __future__ import annotations

import json
import os
import pwd
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import asdict, force_setattr, replace

from smtp_tui.api.models import SecretState, is_secret_name
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state import files
from smtp_tui.state.encoding import Integer, plain, read_line, sha256, utc
from smtp_tui.state.files import FileProblem
from smtp_tui.typed import typed

Part = TypeVar("Part", bound=Struct)
FILE_NAME: Final = "audit.jsonl"
ROTATE_BYTES: Final = 5 * 1024 * 1024
FILES_KEPT: Final = 10
KEPT: Final = timedelta(days=90)
ENTRY_BYTES: Final = 64 * 1024
TEXT_BYTES: Final = 4 * 1024
REPLACED: Final = "replaced"
CLEARED: Final = "cleared"
_ROTATED: Final = re.compile(rf"{re.escape(FILE_NAME)}\.(?P<number>[1-9][0-9]{{0,8}})\Z")
_SECRET_WORDS: Final = frozenset({REPLACED, CLEARED, *(state.value for state in SecretState)})
Value: TypeAlias = str | Integer | None
"""A parameter in the journal: its text, an integer as such; None where there was no parameter."""


class EntryKind(Enum):
    """An intent precedes the request, an outcome follows it; both have the same ``write_id``."""

    INTENT = "intent"
    OUTCOME = "outcome"


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


_LONGEST_OMITTED: Final = Omitted(10**18, "0" * 64)


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

    def end(self, found: Iterable[tuple[JournalEntry, WriteOutcome]], at: datetime) -> None:
        """Add outcomes that were found out later to the entries of writes that have none."""
        for begun, outcome in found:
            bare = replace(begun, changes=(), omitted=None, words="")
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
