"""The journal of writes: what was about to be written to which record, and what came of it.

Lines are only added, each on the disk before the call returns. The file is rotated at
``ROTATE_BYTES``, and the oldest of ``FILES_KEPT`` is dropped.
"""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import force_setattr

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
from smtp_tui.state.files import FileProblem, locked, own_path, problem_of
from smtp_tui.state.lines import append_line, read_lines

FILE_NAME: Final = "audit.jsonl"
ROTATE_BYTES: Final = 5 * 1024 * 1024
FILES_KEPT: Final = 10
CAP: Final = 64 * 1024 * 1024
MAX_TEXT: Final = 4_000
_VERSION: Final = 1
REPLACED: Final = "replaced"
CLEARED: Final = "cleared"
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
        for field in ("name", "before", "after"):
            _shorten(self, field)


def _shorten(value: Struct, field: str) -> None:
    text = getattr(value, field)
    if text is not None:
        force_setattr(value, field, text[:MAX_TEXT])


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


class JournalEntry(Struct, frozen=True):
    """One line of the journal; ``at`` in UTC.

    ``operation`` is create, patch, delete, test_saved or test_values; ``recipient`` that of a test.
    ``words`` say why a write was not done.
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

    def __post_init__(self) -> None:
        force_setattr(self, "at", utc(self.at))
        for field in ("record_id", "record_name", "words"):
            _shorten(self, field)


class Reading(Struct, frozen=True):
    """What the journal holds, oldest first; ``unreadable`` counts the lines that are none."""

    entries: tuple[JournalEntry, ...] = ()
    unreadable: int = 0


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

    def append(self, entry: JournalEntry) -> None:
        """Add one line; when this returns the disk has it."""
        with locked(self._path):
            with self._problems():
                self._rotate()
            append_line(self._path, json.dumps(plain(entry)), sync=True)

    def read(self, newest: int | None = None) -> Reading:
        """The entries of all files, oldest first; the last ``newest`` of them where given.

        ``unreadable`` counts the lines that were looked at for that.
        """
        try:
            with locked(self._path):
                return self._read(newest)
        except FileProblem:
            return self._read(newest)  # a place that cannot be written to can still be read

    def _read(self, newest: int | None) -> Reading:
        entries: list[JournalEntry] = []
        unreadable = 0
        for file in self._files():
            parsed = [_parse(line) for line in read_lines(file, CAP)]
            found = [entry for entry in parsed if entry is not None]
            entries = found + entries
            unreadable += len(parsed) - len(found)
            if newest is not None and len(entries) >= newest:
                return Reading(tuple(entries[-newest:]), unreadable)
        return Reading(tuple(entries), unreadable)

    def _files(self) -> list[Path]:
        """The files, newest first: the one written to, then those rotated away."""
        real = own_path(self._path)
        rotated = [real.with_name(f"{real.name}.{n}") for n in range(1, self._files_kept)]
        return [real, *rotated]

    def _rotate(self) -> None:
        files = self._files()
        if not files[0].exists() or files[0].stat().st_size < self._rotate_bytes:
            return
        for older, newer in zip(reversed(files[1:]), reversed(files[:-1]), strict=True):
            if newer.exists():
                newer.replace(older)

    @contextmanager
    def _problems(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise problem_of(self._path, error) from None


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
        "changes": [
            {"name": one.name, "before": one.before, "after": one.after} for one in entry.changes
        ],
        "recipient": entry.recipient,
        "outcome": entry.outcome.value if entry.outcome is not None else None,
        "status": entry.status,
        "request_id": entry.request_id,
        "words": entry.words,
    }


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
        )
    except ValueError:  # FieldError is one, and so is an unknown phase or a secret in the file
        return None


def _change(item: object) -> JournalChange:
    if not isinstance(item, dict):
        raise FieldError("has a change that is no object")
    return JournalChange(
        text_field(item, "name"), optional_text(item, "before"), optional_text(item, "after")
    )
