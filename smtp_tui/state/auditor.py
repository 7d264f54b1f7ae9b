"""Journals the writes of the clients, in a thread: a slow disk holds up nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict, replace

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import JsonValue, Record, SecretState, is_secret_name, value_text
from smtp_tui.api.redaction import masked
from smtp_tui.api.requests import Write
from smtp_tui.api.secret import MASK
from smtp_tui.api.writes import Ended
from smtp_tui.state.files import FileProblem
from smtp_tui.state.journal import (
    CLEARED,
    REPLACED,
    Actor,
    EntryKind,
    Journal,
    JournalChange,
    JournalEntry,
)


class Auditor(Struct):
    """The :class:`~smtp_tui.api.writes.WriteLog` of all clients of one run.

    ``journal`` is called for each entry and may raise ``FileProblem``. ``say`` tells a person of a
    gap in the journal: once for each reason, and again if it comes back. ``patience`` are seconds
    after which a disk that does not answer counts as one that cannot be written to.
    """

    journal: Callable[[], Journal]
    actor: Actor
    clock: Clock
    say: Callable[[str], object]
    patience: float = 15.0
    _said: str = ""

    async def intend(self, write: Write) -> str:
        """Journal the intent; returns why it is not on the disk, empty if it is."""
        return await self._append(write, None)

    async def ended(self, write: Write, ended: Ended) -> str:
        """Journal the outcome; returns why it is not on the disk, empty if it is."""
        return await self._append(write, ended)

    def warn(self, problem: str) -> None:
        """Tell the person, unless it was told already and nothing was journalled since."""
        if problem != self._said:
            self._said = problem
            self.say(f"The journal of writes has a gap: {problem}")

    async def _append(self, write: Write, ended: Ended | None) -> str:
        at = self.clock.now()
        try:
            async with asyncio.timeout(self.patience):
                dropped = await asyncio.to_thread(
                    lambda: self.journal().append(self._entry(write, ended, at))
                )
        except FileProblem as problem:
            return str(problem)
        except TimeoutError:
            return f"the disk has not answered within {self.patience:g} seconds"
        self._said = ""
        if dropped:
            self.say(f"The journal of writes was full: {dropped}")
        return ""

    def _entry(self, write: Write, ended: Ended | None, at: datetime) -> JournalEntry:
        """The entry of a write's outcome, or of its intent. It may be long: run it in a thread."""
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


def _before(record: Record | None, name: str) -> str | None:
    parameter = record.parameter(name) if record is not None else None
    if parameter is None:
        return None
    value = parameter.value
    if isinstance(value, SecretState):
        return value.value
    return SecretState.SET.value if is_secret_name(name) else value_text(masked(value))


def _after(name: str, value: JsonValue, before: str | None) -> str:
    """A value as the journal holds it; of a secret only what became of it."""
    if value != MASK and not is_secret_name(name):
        return value_text(masked(value))
    if not value:
        return CLEARED
    return SecretState.SET.value if before in (None, SecretState.NOT_SET.value) else REPLACED
