"""The journal of writes: what was about to be written to which record, and what came of it.

Lines are only added, each on the disk before the call returns, and none longer than
``ENTRY_BYTES``. The file is rotated at ``ROTATE_BYTES``. ``FILES_KEPT`` files are kept, and however
many more hold a write of the last ``KEPT``.
"""

from __future__ import annotations

import json
import os
import pwd
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from smtp_tui.api.models import SecretState, is_secret_name
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.fields import (
    FieldError,
    list_field,
    load_object,
    number_field,
    optional_number,
    optional_text,
    stamp,
    text_field,
    time_field,
    utc,
)
from smtp_tui.state.files import FileProblem, locked, own_path, problem_of, sync_directory
from smtp_tui.state.lines import append_line, read_lines

FILE_NAME: Final = "audit.jsonl"
ROTATE_BYTES: Final = 5 * 1024 * 1024
FILES_KEPT: Final = 10
KEPT: Final = timedelta(days=90)
ENTRY_BYTES: Final = 64 * 1024
TEXT_BYTES: Final = 4 * 1024
_VERSION: Final = 1
REPLACED: Final = "replaced"
CLEARED: Final = "cleared"
_ROTATED: Final = re.compile(rf"{re.escape(FILE_NAME)}\.(?P<number>[1-9][0-9]{{0,8}})\Z")
_TEXTS: Final = (
    *("write_id", "profile", "host", "tenant", "team", "namespace", "operation"),
    *("record_id", "record_name", "recipient", "request_id", "words"),
)
_SECRET_WORDS: Final = frozenset({REPLACED, CLEARED, *(state.value for state in SecretState)})


class Phase(Enum):
    """An intent stands before the write is sent, an outcome after it; one ``write_id`` for both."""

    INTENT = "intent"
    OUTCOME = "outcome"


class JournalChange(Struct, frozen=True):
    """One parameter before and after, as text; None where there was none.

    Raises ``ValueError`` where a secret's text is more than a word on what became of it.
    """

    name: str
    before: str | None
    after: str | None

    def __post_init__(self) -> None:
        if is_secret_name(self.name):
            for text in (self.before, self.after):
                if text is not None and text not in _SECRET_WORDS:
                    raise ValueError(f"the value of {self.name} is a secret and is not journalled")


class Omitted(Struct, frozen=True):
    """Changes that did not fit into an entry: how many, and the SHA-256 of their JSON.

    That is the array of their objects as the journal writes them, so that who has the record can
    prove what it was.
    """

    count: int
    sha256: str


class Actor(Struct, frozen=True):
    """Who works here: the user of the operating system and, over ssh, the client's address."""

    user: str
    ssh_client: str | None = None


def actor_of(environ: Mapping[str, str]) -> Actor:
    """The user this process runs as, from the system and not from what the environment says."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = f"uid {os.getuid()}"
    through = environ.get("SUDO_USER")
    ssh = environ.get("SSH_CONNECTION", environ.get("SSH_CLIENT", "")).split()
    return Actor(f"{user} (sudo by {through})" if through else user, ssh[0] if ssh else None)


_NOTHING: Final = Omitted(10**18, "0" * 64)


class JournalEntry(Struct, frozen=True):
    """One line of the journal; ``at`` in UTC.

    ``operation`` is create, patch, delete, test_saved or test_values; ``recipient`` that of a test.
    ``words`` say why a write was not done. ``changes`` stand in the intent only; ``omitted`` are
    those for which it had no room.
    """

    phase: Phase
    write_id: str
    at: datetime
    actor: Actor
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
    status: int | None = None
    request_id: str | None = None
    words: str = ""
    omitted: Omitted | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "at", utc(self.at))


class Reading(Struct, frozen=True):
    """What the journal holds, oldest first.

    ``unreadable`` counts the lines that are no entry, ``overlong`` those skipped for their length.
    """

    entries: tuple[JournalEntry, ...] = ()
    unreadable: int = 0
    overlong: int = 0


class Journal:
    """The journal of one state directory, shared by all processes.

    Every method raises :class:`smtp_tui.state.files.FileProblem`.
    """

    def __init__(
        self, directory: Path, rotate_bytes: int = ROTATE_BYTES, files_kept: int = FILES_KEPT
    ) -> None:
        self._path = directory / FILE_NAME
        self._rotate_bytes = rotate_bytes
        self._files_kept = files_kept

    @property
    def path(self) -> Path:
        """The file that is written to now."""
        return self._path

    def append(self, entry: JournalEntry) -> str:
        """Add one line; when this returns the disk has it.

        Tells in words what was dropped to make room for it, in an empty text that nothing was.
        """
        line = json.dumps(plain(fitted(entry)))
        with locked(self._path):
            with self._problems():
                dropped = self._rotate(entry.at)
            append_line(self._path, line, sync=True)
        return dropped

    def read(self, newest: int | None = None) -> Reading:
        """The entries of all files, oldest first; the last ``newest`` of them where given.

        ``unreadable`` and ``overlong`` count the lines that were looked at for that.
        """
        try:
            with locked(self._path):
                return self._read(newest)
        except FileProblem:
            return self._read(newest)  # a place that cannot be written to can still be read

    def _read(self, newest: int | None) -> Reading:
        entries: list[JournalEntry] = []
        unreadable = overlong = 0
        for file in self._files():
            read = read_lines(file)
            parsed = [_parse(line) for line in read.lines]
            found = [entry for entry in parsed if entry is not None]
            entries = found + entries
            unreadable += len(parsed) - len(found)
            overlong += read.overlong
            if newest is not None and len(entries) >= newest:
                return Reading(tuple(entries[-newest:]), unreadable, overlong)
        return Reading(tuple(entries), unreadable, overlong)

    def _files(self) -> list[Path]:
        """The files there are, newest first: the one written to, then those rotated away."""
        real = own_path(self._path)
        with self._problems():
            names = os.listdir(real.parent) if real.parent.exists() else []
        rotated = [match for name in names if (match := _ROTATED.match(name))]
        rotated.sort(key=lambda match: int(match["number"]))
        return [real, *(real.with_name(match.string) for match in rotated)]

    def _rotate(self, now: datetime) -> str:
        """Make room in a file that is full; in words what was dropped for that."""
        files = self._files()
        if not files[0].exists() or files[0].stat().st_size < self._rotate_bytes:
            return ""
        real = files[0]
        for number, file in reversed([*enumerate(files, start=1)]):
            file.replace(real.with_name(f"{real.name}.{number}"))
        sync_directory(real.parent)
        return self._drop([*reversed(self._files()[1:])], now)

    def _drop(self, oldest_first: list[Path], now: datetime) -> str:
        """Remove the files that are neither among the newest nor young enough to be kept."""
        dropped: list[float] = []
        for file in oldest_first[: max(0, len(oldest_first) + 1 - self._files_kept)]:
            written = file.stat().st_mtime
            if now.timestamp() - written <= KEPT.total_seconds():
                break
            file.unlink()
            dropped.append(written)
        if not dropped:
            return ""
        return f"writes up to {_day(max(dropped))} were dropped from it"

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise problem_of(self._path, error) from None


def fitted(entry: JournalEntry) -> JournalEntry:
    """The entry with its texts shortened and as many of its changes as ENTRY_BYTES holds."""
    changes = [
        JournalChange(_shortened(one.name) or "", _shortened(one.before), _shortened(one.after))
        for one in entry.changes
    ]
    texts = {name: _shortened(getattr(entry, name)) for name in _TEXTS}
    actor = Actor(_shortened(entry.actor.user) or "", _shortened(entry.actor.ssh_client))
    bare = replace(entry, changes=(), omitted=_NOTHING, actor=actor, **texts)
    room = ENTRY_BYTES - len(json.dumps(plain(bare))) - 1
    fit = 0
    for one in changes:
        room -= len(json.dumps(_plain_change(one))) + 2
        if room < 0:
            break
        fit += 1
    return replace(bare, changes=tuple(changes[:fit]), omitted=_omitted(entry.changes[fit:]))


def _day(timestamp: float) -> str:
    try:
        return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return "a time that is not known"


def _shortened(text: str | None) -> str | None:
    """The text, or its beginning with its length and SHA-256, in at most TEXT_BYTES of JSON."""
    if text is None or len(json.dumps(text)) <= TEXT_BYTES:
        return text
    rest = f"… ({len(text):,} characters, SHA-256 {_sha256(text)})"
    room = TEXT_BYTES - len(json.dumps(rest))
    kept = text[:room]
    while len(json.dumps(kept)) > room:
        kept = kept[: len(kept) * room // len(json.dumps(kept))]
    return kept + rest


def _omitted(changes: tuple[JournalChange, ...]) -> Omitted | None:
    if not changes:
        return None
    content = json.dumps([_plain_change(one) for one in changes])
    return Omitted(len(changes), _sha256(content))


def _sha256(text: str) -> str:
    import hashlib  # noqa: PLC0415 - the first frame does not need it

    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain(entry: JournalEntry) -> dict[str, object]:
    """An entry as the JSON object of its line; a mask or a word stands for every secret."""
    return {
        "v": _VERSION,
        "phase": entry.phase.value,
        "write": entry.write_id,
        "at": stamp(entry.at),
        "user": entry.actor.user,
        "ssh_client": entry.actor.ssh_client,
        "profile": entry.profile,
        "host": entry.host,
        "tenant": entry.tenant,
        "team": entry.team,
        "namespace": entry.namespace,
        "operation": entry.operation,
        "record_id": entry.record_id,
        "record_name": entry.record_name,
        "changes": [_plain_change(one) for one in entry.changes],
        "omitted": entry.omitted and {"count": entry.omitted.count, "sha256": entry.omitted.sha256},
        "recipient": entry.recipient,
        "outcome": entry.outcome.value if entry.outcome is not None else None,
        "status": entry.status,
        "request_id": entry.request_id,
        "words": entry.words,
    }


def _plain_change(change: JournalChange) -> dict[str, str | None]:
    return {"name": change.name, "before": change.before, "after": change.after}


def _parse(line: str) -> JournalEntry | None:
    try:
        values = load_object(line)
        if number_field(values, "v") != _VERSION:
            return None
        outcome = optional_text(values, "outcome")
        return JournalEntry(
            phase=Phase(text_field(values, "phase")),
            write_id=text_field(values, "write"),
            at=time_field(values, "at"),
            actor=Actor(text_field(values, "user"), optional_text(values, "ssh_client")),
            profile=text_field(values, "profile"),
            host=text_field(values, "host"),
            tenant=text_field(values, "tenant"),
            team=text_field(values, "team"),
            namespace=text_field(values, "namespace"),
            operation=text_field(values, "operation"),
            record_id=optional_text(values, "record_id"),
            record_name=text_field(values, "record_name"),
            changes=tuple(_change(item) for item in list_field(values, "changes")),
            recipient=optional_text(values, "recipient"),
            outcome=None if outcome is None else WriteOutcome(outcome),
            status=optional_number(values, "status"),
            request_id=optional_text(values, "request_id"),
            words=text_field(values, "words"),
            omitted=_parse_omitted(values.get("omitted")),
        )
    except ValueError:  # FieldError is one, and so is an unknown phase or a secret in the file
        return None


def _change(item: object) -> JournalChange:
    if not isinstance(item, dict):
        raise FieldError("has a change that is no object")
    return JournalChange(
        text_field(item, "name"), optional_text(item, "before"), optional_text(item, "after")
    )


def _parse_omitted(value: object) -> Omitted | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise FieldError("has omitted changes that are no object")
    return Omitted(number_field(value, "count"), text_field(value, "sha256"))
