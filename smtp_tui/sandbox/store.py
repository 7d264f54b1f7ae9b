"""The sandbox's records in SQLite, so that they survive a restart on the same file.

The file holds passwords and the certificate's key. The rules for it are those of ssh for its own
files: nobody but the user (or root) may be able to read the file, to replace it, or to put a link
in its place.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import stat
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.sandbox.accounts import namespace_of
from smtp_tui.sandbox.parameters import Parameter, masked, merged, values

_MOST_STEPS: Final = 1000
SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT UNIQUE NOT NULL,
    name TEXT NOT NULL,
    parameters TEXT NOT NULL,
    created_at TEXT NOT NULL,
    tenant TEXT NOT NULL,
    team TEXT NOT NULL,
    namespace TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StoredRecord(Struct, frozen=True):
    """A record as it is stored, with the real password. Only `answer` may leave the server.

    The store chooses `id` and `created_at` (ISO 8601, UTC) of a record that is added without them.
    """

    name: str
    connection_parameters: tuple[Parameter, ...]
    tenant: str
    team: str
    id: str = ""
    created_at: str = ""

    @property
    def values(self) -> dict[str, object]:
        """Parameter name to stored value."""
        return values(self.connection_parameters)

    def answer(self) -> dict[str, object]:
        """The record as the API shows it, secrets masked."""
        return {
            "id": self.id,
            "name": self.name,
            "connection_parameters": masked(self.connection_parameters),
            "created_at": self.created_at,
            "tenantId": self.tenant,
            "namespaceId": namespace_of(self.team).uid,
        }


class Store:
    """Records, and a few settings that survive a restart. May be used from any thread."""

    def __init__(self, path: Path | None) -> None:
        """Open the file, or create it; None is a store in memory.

        Raises `OSError` for a file that other users have access to.
        """
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            ":memory:" if path is None else _private_file(path), check_same_thread=False
        )
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, record: StoredRecord) -> StoredRecord:
        """Add a record to the end of the list, with an id and a time if it has none."""
        with self._lock:
            # The id follows from the number of records so far: the same steps give the same one.
            ((sequence,),) = self._rows(
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'records'"
            )
            number = hashlib.sha256(f"record {sequence}".encode()).hexdigest()[:24]
            record = replace(
                record, id=record.id or number, created_at=record.created_at or utc_now()
            )
            self._rows(
                "INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                record.id,
                record.name,
                json.dumps(record.connection_parameters),
                record.created_at,
                record.tenant,
                record.team,
                namespace_of(record.team).uid,
            )
        return record

    def all(self) -> tuple[StoredRecord, ...]:
        """Every record, oldest first."""
        return tuple(map(_record, self._rows("SELECT * FROM records ORDER BY sequence")))

    def get(self, record_id: str) -> StoredRecord | None:
        """One record by its id."""
        rows = self._rows("SELECT * FROM records WHERE id = ?", record_id)
        return _record(rows[0]) if rows else None

    def change(self, record_id: str, changes: Iterable[Parameter]) -> StoredRecord | None:
        """Merge parameters into a record by name and return it; None if there is no such record."""
        with self._lock:
            record = self.get(record_id)
            if record is None:
                return None
            parameters = merged(record.connection_parameters, changes)
            self._rows(
                "UPDATE records SET parameters = ? WHERE id = ?", json.dumps(parameters), record_id
            )
        return replace(record, connection_parameters=parameters)

    def delete(self, record_id: str) -> bool:
        """Remove a record; False if there is no such record."""
        with self._lock, self._database:
            deleted = self._database.execute("DELETE FROM records WHERE id = ?", (record_id,))
        return deleted.rowcount > 0

    def setting(self, name: str) -> str | None:
        """A setting that an earlier run kept."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return rows[0][0] if rows else None

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a setting for the next run."""
        self._rows("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)

    def _rows(self, statement: str, *arguments: str) -> list[tuple[str, ...]]:
        """Run a statement, keep what it changed, and return what it found."""
        with self._lock, self._database:
            return self._database.execute(statement, arguments).fetchall()


def _record(row: tuple[str, ...]) -> StoredRecord:
    _, record_id, name, parameters, created_at, tenant, team, _ = row
    return StoredRecord(name, tuple(json.loads(parameters)), tenant, team, record_id, created_at)


def utc_now() -> str:
    """The time as the server writes it: ISO 8601 with milliseconds and a Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _private_file(path: Path) -> Path:
    """Create the file with mode 0600 if it is missing, and return where it really is.

    Raises `OSError` with `filename` set, unless nobody else can read or write the file; the file
    belongs to the user; and the directories are safe, see `_check_directories`.
    """
    real = Path(os.path.realpath(path))
    _check_directories(Path.cwd() / path, real)
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        opened = os.open(real, flags | os.O_CREAT | os.O_EXCL, 0o600)
        os.fchmod(opened, 0o600)  # a umask may have taken the owner's bits too
    except FileExistsError:
        opened = os.open(real, flags)
    found = os.fstat(opened)
    os.close(opened)
    mode = stat.S_IMODE(found.st_mode)
    if not stat.S_ISREG(found.st_mode):
        raise _refused(real, "it is not a regular file")
    if found.st_uid != os.geteuid():
        raise _refused(real, "it belongs to another user")
    if mode & 0o077:
        raise _refused(real, f"it is open to others (mode {mode:04o}, not 0600)")
    return real


def _check_directories(path: Path, real: Path) -> None:
    """Raise `OSError` if others may replace the file, or put an SQLite journal beside it.

    Every directory and link that is met on the way belongs to the user or to root. Nobody else can
    write to such a directory, unless it is sticky, as /tmp is, and is not the file's own.
    """
    trusted = {0, os.geteuid()}
    for step in (real.parent, *_steps(path)):
        found = step.lstat()
        mode, link = stat.S_IMODE(found.st_mode), stat.S_ISLNK(found.st_mode)
        if found.st_uid not in trusted:
            what = "link" if link else "directory"
            raise _refused(step, f"the {what} belongs to another user")
        if not link and mode & 0o022 and (step == real.parent or not mode & stat.S_ISVTX):
            raise _refused(step, f"others can write to the directory (mode {mode:04o})")


def _steps(path: Path) -> Iterator[Path]:
    """The directories and links that the system goes through to the file, in that order."""
    at, left = Path(path.anchor), [*reversed(path.parts[1:])]
    for _ in range(_MOST_STEPS):
        yield at
        if not left:
            return
        step = at.parent if left[-1] == ".." else at / left[-1]
        left.pop()
        if step.is_symlink():
            yield step
            target = Path(os.readlink(step))
            at = Path(target.anchor) if target.is_absolute() else at
            left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
        elif left:
            at = step
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def _refused(path: Path, why: str) -> OSError:
    return PermissionError(errno.EPERM, why, str(path))
