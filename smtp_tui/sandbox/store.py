"""The sandbox's records in SQLite, so that a restart on the same file finds them."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

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
    """A record as it is stored, the real password included: for tests, never for an answer."""

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
        is_number = self.id.isascii() and self.id.isdigit() and len(self.id) < 16
        if is_number:  # as LoopBack's memory connector numbers them
            return {**shown, "id": int(self.id)}
        return {"id": self.id, **shown}


class NewRecord(Struct, frozen=True):
    """A record to be stored; id and time are made up by the store when they are not given."""

    name: str
    parameters: tuple[Parameter, ...]
    tenant: str
    team: str
    namespace: str
    id: str | None = None
    created_at: str | None = None


class Store:
    """Records, and a few settings that have to survive a restart; safe to use from any thread."""

    def __init__(self, path: Path | None, numeric_ids: bool = False) -> None:
        """Open the file, making it when it is missing; None is a store in memory.

        With `numeric_ids` new records are numbered.

        Raises `OSError` for a file that others can get at, see `data_file`.
        """
        if path is not None:
            path = open_data_file(path)
        self._numeric_ids = numeric_ids
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._database.executescript(SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, record: NewRecord) -> StoredRecord:
        """Store a new record at the end of the list."""
        with self._lock, self._database:
            cursor = self._database.execute(
                "INSERT INTO records VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record.id or os.urandom(12).hex(),
                    record.name,
                    json.dumps(record.parameters),
                    record.created_at or _now(),
                    record.tenant,
                    record.team,
                    record.namespace,
                ),
            )
            sequence = cursor.lastrowid
            if record.id is None:
                # Known only now; from the sequence, so that the same steps give the same ids.
                made = str(sequence) if self._numeric_ids else _made_id(sequence)
                self._database.execute(
                    "UPDATE records SET id = ? WHERE sequence = ?", (made, sequence)
                )
            row = self._database.execute(
                "SELECT * FROM records WHERE sequence = ?", (sequence,)
            ).fetchone()
        return _record(row)

    def all(self, tenant: str | None = None) -> tuple[StoredRecord, ...]:
        """The records of one tenant, or of all, oldest first."""
        with self._lock:
            rows = self._database.execute(
                "SELECT * FROM records WHERE ? IS NULL OR tenant = ? ORDER BY sequence",
                (tenant, tenant),
            ).fetchall()
        return tuple(_record(row) for row in rows)

    def get(self, record_id: str) -> StoredRecord | None:
        """One record by its id."""
        with self._lock:
            row = self._database.execute(
                "SELECT * FROM records WHERE id = ?", (record_id,)
            ).fetchone()
        return None if row is None else _record(row)

    def change(self, record_id: str, changes: Iterable[Parameter]) -> StoredRecord | None:
        """Merge parameters into a record by name and return it; None when there is none."""
        with self._lock, self._database:
            row = self._database.execute(
                "SELECT * FROM records WHERE id = ?", (record_id,)
            ).fetchone()
            if row is None:
                return None
            record = _record(row)
            parameters = tuple(merged(record.connection_parameters, changes))
            self._database.execute(
                "UPDATE records SET parameters = ? WHERE id = ?",
                (json.dumps(parameters), record_id),
            )
        return replace(record, connection_parameters=parameters)

    def delete(self, record_id: str) -> bool:
        """Remove a record; False when there was none."""
        with self._lock, self._database:
            cursor = self._database.execute("DELETE FROM records WHERE id = ?", (record_id,))
        return cursor.rowcount == 1

    def setting(self, name: str) -> str | None:
        """A setting kept by an earlier run."""
        with self._lock:
            row = self._database.execute(
                "SELECT value FROM settings WHERE name = ?", (name,)
            ).fetchone()
        return None if row is None else str(row[0])

    def keep_setting(self, name: str, value: str) -> None:
        """Keep a setting for the next run."""
        with self._lock, self._database:
            self._database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))


def _record(row: tuple[str, ...]) -> StoredRecord:
    _, identity, name, parameters, created_at, tenant, team, namespace = row
    return StoredRecord(
        identity, name, tuple(json.loads(parameters)), created_at, tenant, team, namespace
    )


def _made_id(sequence: int | None) -> str:
    return hashlib.sha256(f"record {sequence}".encode()).hexdigest()[:24]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
