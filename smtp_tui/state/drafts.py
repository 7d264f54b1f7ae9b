"""What was typed into a form and not saved: kept so that a lost line or a crash loses nothing.

There is one file for each form and process, so that two processes never overwrite each other's
drafts. Secrets are not kept: a password must be entered again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import force_setattr, replace

from smtp_tui.state import encoding
from smtp_tui.state.files import FileProblem, clear_leftovers, problems_of, read_text, write_atomic
from smtp_tui.typed import typed


class SavedDraft(Struct, frozen=True):
    """The plain parameters of one form: ``texts`` as typed, ``opened`` as they were before.

    Secrets among them are left out. ``saved_at`` is in UTC. ``pid``, ``host`` and ``token`` name
    the process that saved it.
    """

    key: encoding.RecordKey
    record_name: str = msgspec.field(name="name")
    saved_at: datetime
    texts: encoding.Pairs
    opened: encoding.Pairs
    pid: encoding.Integer = 0
    host: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "texts", encoding.without_secrets(self.texts))
        force_setattr(self, "opened", encoding.without_secrets(self.opened))
        force_setattr(self, "saved_at", encoding.utc(self.saved_at))

    @property
    def in_use(self) -> bool:
        """Whether the process that saved it still runs on this host."""
        return is_running(self.host, self.pid)


class DraftStore:
    """The drafts of one state directory. Every method raises :class:`FileProblem`.

    ``changed`` is called after each write, in the thread that wrote.
    """

    def __init__(self, directory: Path) -> None:
        self.changed: Callable[[], object] = lambda: None
        self.directory = directory / "drafts"
        self._token = os.urandom(8).hex()

    def save(self, draft: SavedDraft) -> SavedDraft:
        """Save a draft in place of this process's last one for the same record.

        Returns it as it is stored, with the process it belongs to.
        """
        mine = replace(draft, pid=os.getpid(), host=os.uname().nodename, token=self._token)
        values = encoding.plain(mine)
        text = json.dumps({**values.pop("key"), **values}, indent=1)
        write_atomic(self._file(mine), f"{text}\n")
        self.changed()
        return mine

    def take_over(self, draft: SavedDraft) -> None:
        """Make a draft this process's own, so that it is neither lost nor offered twice."""
        if self.save(draft).token != draft.token:
            self.discard(draft)

    def list_for(self, key: encoding.RecordKey) -> tuple[SavedDraft, ...]:
        """The drafts for one record, newest first, including those of other processes."""
        return tuple(draft for draft in self.all() if draft.key == key)

    def all(self) -> tuple[SavedDraft, ...]:
        """Every draft that can be read. Temporary files of killed processes are removed."""
        clear_leftovers(self.directory, lambda _, pid: not _runs(pid))
        drafts: list[SavedDraft] = []
        with problems_of(self.directory):
            files = [*self.directory.iterdir()] if self.directory.exists() else []
        for file in files:
            with suppress(FileProblem, ValueError):
                values = encoding.read_object(read_text(file) or "")
                draft = typed({**values, "key": values}, SavedDraft)
                if self._file(draft) == file:
                    drafts.append(draft)
        return tuple(sorted(drafts, key=lambda draft: draft.saved_at, reverse=True))

    def discard(self, draft: SavedDraft) -> None:
        """Remove a draft, once saved or given up; it may be gone already."""
        with problems_of(self._file(draft)):
            self._file(draft).unlink(missing_ok=True)
        self.changed()

    def discard_saved(self, key: encoding.RecordKey, record_name: str) -> None:
        """Remove this process's drafts of one record, because it was saved."""
        for draft in self.list_for(key):
            if draft.pid == os.getpid() and draft.record_name == record_name:
                self.discard(draft)

    def _file(self, draft: SavedDraft) -> Path:
        key = json.dumps([draft.key.origin_url, draft.key.tenant, draft.key.record_id])
        return self.directory / f"{encoding.sha256(key)[:24]}-{draft.token}.draft.json"


def is_running(host: str, pid: int) -> bool:
    """Whether a process runs on this host, whose name is ``host``.

    Another one that has its number counts as well.
    """
    return host == os.uname().nodename and _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass
    return pid > 0
