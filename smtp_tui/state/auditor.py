"""Writes what is about to be sent into the journal, and then what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Final

from msgspec import Struct, field
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
    Value,
)

_BITS: Final = 64
"""An integer of so many bits or more is kept as text."""
_CLOSE: Final = 0.01
"""Seconds after a line within which another one is taken for one of many."""
_PAUSE: Final = 0.002
"""Seconds for which one of many waits for more."""


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
