"""What was typed into a form and not saved: kept so that a lost line or a crash loses nothing.

One file per form and process, so that two processes never overwrite each other's. Secrets are not
kept: a password is typed again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import force_setattr, replace

from smtp_tui.state.fields import (
    FieldError,
    Pairs,
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
from smtp_tui.state.files import (
    FileProblem,
    clear_leftovers,
    ensure_directory,
    problem_of,
    read_text,
    write_atomic,
)
from smtp_tui.state.places import RecordKey

DIRECTORY_NAME: Final = "drafts"
_SUFFIX: Final = ".draft.json"
_PIDS: Final = 2**31


class SavedDraft(Struct, frozen=True):
    """The plain parameters of one form: ``texts`` as typed, ``opened`` as they were before.

    ``token`` names the process that typed it. Raises ``ValueError`` for a secret among the texts.
    """

    key: RecordKey
    record_name: str
    saved_at: datetime
    texts: Pairs
    opened: Pairs
    pid: int = 0
    host: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        refuse_secrets(self.texts)
        refuse_secrets(self.opened)
        force_setattr(self, "saved_at", utc(self.saved_at))

    @property
    def in_use(self) -> bool | None:
        """Whether the process that typed it still runs; None on another host, where none can say.

        A process that took over the number of an ended one counts as running.
        """
        if self.host != os.uname().nodename:
            return None
        return _runs(self.pid)


class Shelf(Struct, frozen=True):
    """All kept drafts, newest first, and the files that could not be read: none is passed over."""

    drafts: tuple[SavedDraft, ...] = ()
    unreadable: tuple[FileProblem, ...] = ()


class DraftStore:
    """The drafts in one state directory. Every method raises :class:`FileProblem`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / DIRECTORY_NAME
        self._token = os.urandom(8).hex()

    @property
    def directory(self) -> Path:
        """Where the drafts lie, for messages."""
        return self._directory

    def save(self, draft: SavedDraft) -> SavedDraft:
        """Keep a draft in place of this process's last one for the same record.

        Gives it as it is kept, with the process it belongs to.
        """
        host = os.uname().nodename
        mine = replace(draft, pid=os.getpid(), host=host, token=self._token)
        ensure_directory(self._directory)
        write_atomic(self._file(mine), _text(mine))
        return mine

    def list_for(self, key: RecordKey) -> tuple[SavedDraft, ...]:
        """The drafts for one record, newest first, those of other processes too."""
        return tuple(draft for draft in self.shelf().drafts if draft.key == key)

    def shelf(self) -> Shelf:
        """Every draft there is. What a killed process left half-written is cleared away."""
        drafts: list[SavedDraft] = []
        unreadable: list[FileProblem] = []
        for file in self._files():
            try:
                text = read_text(file)
                if text is not None:
                    drafts.append(_parse(text))
            except FileProblem as problem:
                unreadable.append(problem)
            except FieldError as error:
                unreadable.append(FileProblem(file, str(error)))
        drafts.sort(key=lambda draft: draft.saved_at, reverse=True)
        return Shelf(tuple(drafts), tuple(unreadable))

    def discard(self, draft: SavedDraft) -> None:
        """Forget a draft, once saved or given up; one that is gone already is no problem."""
        try:
            self._file(draft).unlink(missing_ok=True)
        except OSError as error:
            raise problem_of(self._file(draft), error) from None

    def discard_saved(self, key: RecordKey, record_name: str) -> None:
        """Forget what this process kept of one record, because it was saved after all."""
        for draft in self.list_for(key):
            if draft.pid == os.getpid() and draft.record_name == record_name:
                self.discard(draft)

    def _file(self, draft: SavedDraft) -> Path:
        import hashlib  # noqa: PLC0415 - the first frame does not need it

        key = json.dumps([draft.key.origin_url, draft.key.tenant, draft.key.record_id])
        digest = hashlib.sha256(key.encode()).hexdigest()[:24]
        return self._directory / f"{digest}-{draft.token or self._token}{_SUFFIX}"

    def _files(self) -> list[Path]:
        try:
            found = list(self._directory.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise problem_of(self._directory, error) from None
        clear_leftovers(self._directory, lambda _, pid: not _runs(pid))
        return sorted(file for file in found if file.name.endswith(_SUFFIX))


def _runs(pid: int) -> bool:
    if not 0 < pid < _PIDS:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _text(draft: SavedDraft) -> str:
    values: Mapping[str, object] = {
        "v": 1,
        "origin": draft.key.origin_url,
        "tenant": draft.key.tenant,
        "record": draft.key.record_id,
        "name": draft.record_name,
        "saved_at": stamp(draft.saved_at),
        "pid": draft.pid,
        "host": draft.host,
        "token": draft.token,
        "texts": draft.texts,
        "opened": draft.opened,
    }
    return json.dumps(values, indent=1) + "\n"


def _parse(text: str) -> SavedDraft:
    values = load_object(text)
    key = RecordKey(
        text_field(values, "origin"), text_field(values, "tenant"), optional_text(values, "record")
    )
    token = text_field(values, "token")
    if not token.isalnum():
        raise FieldError("has a token that names no process")
    return SavedDraft(
        key=key,
        record_name=text_field(values, "name"),
        saved_at=time_field(values, "saved_at"),
        texts=without_secrets(pairs_field(values, "texts")),
        opened=without_secrets(pairs_field(values, "opened")),
        pid=number_field(values, "pid"),
        host=text_field(values, "host"),
        token=token,
    )
