"""The sandbox's records in SQLite, so that they survive a restart on the same file."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import astuple, replace

from smtp_tui.sandbox.data_file import open_data_file
from smtp_tui.sandbox.parameters import Parameter, masked, merged, values

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

    id: str
    name: str
    connection_parameters: tuple[Parameter, ...]
    created_at: str
    tenant: str
    team: str
    namespace: str

    @property
    def values(self) -> dict[str, object]:
        """Parameter name to stored value."""
        return values(self.connection_parameters)

    def answer(self) -> dict[str, object]:
        """The record as the API shows it, secrets masked."""
        shown = {
            "name": self.name,
            "connection_parameters": masked(self.connection_parameters),
            "created_at": self.created_at,
            "tenantId": self.tenant,
            "namespaceId": self.namespace,
        }
        if self.id.isascii() and self.id.isdigit() and len(self.id) < 16:
            return {**shown, "id": int(self.id)}  # as LoopBack's memory connector does
        return {"id": self.id, **shown}


class Store:
    """Records, and a few settings that survive a restart. May be used from any thread."""

    def __init__(self, path: Path | None, numeric_ids: bool = False) -> None:
        """Open the file, or create it; None is a store in memory.

        With `numeric_ids` new records are numbered. Raises `OSError` for a file that other users
        have access to, see `data_file`.
        """
        self._numeric_ids = numeric_ids
        self._lock = threading.RLock()
        self._database = sqlite3.connect(
            ":memory:" if path is None else open_data_file(path), check_same_thread=False
        )
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(self, record: StoredRecord) -> StoredRecord:
        """Add a record to the end of the list, with an id and a time if it has none."""
        with self._lock, self._database:
            record = replace(
                record,
                id=record.id or self._next_id(),
                created_at=record.created_at or utc_now(),
            )
            identity, name, parameters, *rest = astuple(record)
            self._database.execute(
                "INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                (identity, name, json.dumps(parameters), *rest),
            )
        return record

    def all(self, tenant: str | None = None) -> tuple[StoredRecord, ...]:
        """The records of one tenant, or of all, oldest first."""
        rows = self._rows(
            "SELECT * FROM records WHERE ? IS NULL OR tenant = ? ORDER BY sequence", tenant, tenant
        )
        return tuple(_record(*row) for row in rows)

    def get(self, record_id: str) -> StoredRecord | None:
        """One record by its id."""
        rows = self._rows("SELECT * FROM records WHERE id = ?", record_id)
        return _record(*rows[0]) if rows else None

    def change(self, record_id: str, changes: Iterable[Parameter]) -> StoredRecord | None:
        """Merge parameters into a record by name and return it; None if there is no such record."""
        with self._lock, self._database:
            record = self.get(record_id)
            if record is None:
                return None
            parameters = merged(record.connection_parameters, changes)
            self._database.execute(
                "UPDATE records SET parameters = ? WHERE id = ?",
                (json.dumps(parameters), record_id),
            )
        return replace(record, connection_parameters=parameters)

    def delete(self, record_id: str) -> bool:
        """Remove a record; False if there is no such record."""
        with self._lock, self._database:
            cursor = self._database.execute("DELETE FROM records WHERE id = ?", (record_id,))
        return cursor.rowcount == 1

    def setting(self, name: str) -> str | None:
        """A setting that an earlier run kept."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a setting for the next run."""
        with self._lock, self._database:
            self._database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def _rows(self, query: str, *arguments: str | None) -> list[tuple[str, ...]]:
        with self._lock:
            return self._database.execute(query, arguments).fetchall()

    def _next_id(self) -> str:
        """An id that follows from the number of records so far: the same steps give the same."""
        rows = self._rows("SELECT seq FROM sqlite_sequence WHERE name = 'records'")
        sequence = 1 + (int(rows[0][0]) if rows else 0)
        if self._numeric_ids:
            return str(sequence)
        return hashlib.sha256(f"record {sequence}".encode()).hexdigest()[:24]


def _record(_: str, identity: str, name: str, parameters: str, *rest: str) -> StoredRecord:
    return StoredRecord(identity, name, tuple(json.loads(parameters)), *rest)


def utc_now() -> str:
    """The time as the server writes it: ISO 8601 with milliseconds and a Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
