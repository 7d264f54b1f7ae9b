"""The journal as the client writes it: real requests, real files, every field, no secret."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import NotJournalled
from smtp_tui.api.models import Assignment
from smtp_tui.api.requests import patch_request
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access
from smtp_tui.api.writes import Ended, WriteOutcome
from smtp_tui.state.auditor import Auditor
from smtp_tui.state.journal import EntryKind, Journal, JournalChange, JournalEntry, actor_of
from smtp_tui.state.written import NO_OUTCOME, writes_of
from tests.api.desk import BODY_PASSWORD, IMPATIENT, WRITES, Desk, as_it_came, desk
from tests.failing_sandbox import Fault, FaultKind, Sandbox
from tests.state.test_files import at_most
from tests.waiting import turns, wait_for

ACTOR = actor_of({"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"})


class Audited:
    """An auditor on files below a directory, and what it told a person."""

    def __init__(self, directory: Path) -> None:
        self.journal = Journal(directory)
        self.said: list[str] = []
        self.auditor = Auditor(lambda: self.journal, ACTOR, Clock(), self.said.append)

    def entries(self) -> tuple[JournalEntry, ...]:
        reading = self.journal.read()
        assert reading.unreadable == 0
        return reading.entries


@pytest.fixture
def audited(tmp_path: Path) -> Audited:
    return Audited(tmp_path / "state")


@pytest.fixture
def sandbox() -> object:
    with Sandbox() as running:
        yield running


async def write(held: Desk, name: str) -> None:
    """Do a write as the screens do, knowing the record it is about."""
    request, record = held.request(name), await held.record()
    match name:
        case "create":
            await held.connections.write(request)
        case "patch" | "delete":
            await held.connections.write(request, record)
        case "test_saved":
            await held.connections.test(request, as_it_came, record)
        case _:
            await held.connections.test(request, as_it_came)


NEW = (
    JournalChange("hostname", None, "127.0.0.1"),
    JournalChange("port", None, 25),
    JournalChange("password", None, "set"),
)
CHANGES = {
    "create": NEW,
    "patch": (JournalChange("password", "set", "replaced"),),
    "delete": (
        JournalChange("hostname", "mail.example.com", None),
        JournalChange("port", 25, None),
        JournalChange("password", "set", None),
    ),
    "test_values": NEW,
    "test_saved": (JournalChange("password", "set", "replaced"),),
}


@pytest.mark.parametrize("name", WRITES)
async def test_each_write_is_journalled_with_everything_an_auditor_asks_for(
    sandbox: Sandbox, audited: Audited, name: str
) -> None:
    async with desk(sandbox, journal=audited.auditor) as held:
        await write(held, name)
        host = held.client.target.origin.text
    intent, outcome = audited.entries()
    assert (intent.kind, outcome.kind) == (EntryKind.INTENT, EntryKind.OUTCOME)
    assert intent.write_id == outcome.write_id
    assert (intent.user, intent.ssh_client) == (ACTOR.user, "192.0.2.1")
    assert (intent.profile, intent.host) == ("work", host)
    assert (intent.tenant, intent.team, intent.namespace) == (sandbox.tenant_id, "all", "default")
    assert intent.operation == name
    assert intent.record_name == {"create": "NEW", "test_values": ""}.get(name, "OLD")
    stored = name in ("patch", "delete", "test_saved")
    assert intent.record_id == (held.record_id if stored else None)
    assert intent.recipient == ("ops@example.com" if name.startswith("test") else None)
    changes = [
        JournalChange(change.name, change.before, sandbox.smtp_port)
        if (change.name, change.after) == ("port", 25)
        else change
        for change in CHANGES[name]
    ]
    assert list(intent.changes) == changes
    assert outcome.changes == (), "changes stand once"
    assert outcome.status in (200, 400)
    assert outcome.request_id
    assert outcome.outcome in (WriteOutcome.DONE, WriteOutcome.MAIL_ACCEPTED)


@pytest.mark.parametrize("name", WRITES)
async def test_no_secret_reaches_the_file(sandbox: Sandbox, audited: Audited, name: str) -> None:
    async with desk(sandbox, journal=audited.auditor) as held:
        await write(held, name)
    content = audited.journal.path.read_bytes()
    for secret in (BODY_PASSWORD, "stored-Sentinel-1", sandbox.admin_token):
        assert secret.encode() not in content


async def test_a_cleared_password_and_a_changed_value_are_journalled(
    sandbox: Sandbox, audited: Audited
) -> None:
    assignments = (Assignment("port", 587), Assignment("password", SecretStr("")))
    async with desk(sandbox, journal=audited.auditor) as held:
        record = await held.record()
        request = patch_request(held.scope, record.id, assignments)
        await held.connections.write(request, record)
    assert audited.entries()[0].changes == (
        JournalChange("port", 25, 587),
        JournalChange("password", "set", "cleared"),
    )


async def test_the_intent_is_on_the_disk_while_the_server_is_still_silent(
    sandbox: Sandbox, audited: Audited
) -> None:
    sandbox.faults.add(Fault(FaultKind.HANG))
    async with desk(sandbox, journal=audited.auditor, limits=IMPATIENT) as held:
        writing = asyncio.create_task(held.refused("delete"))
        await held.asked(1)
        (intent,) = audited.entries()
        (found,) = writes_of([intent])
        assert (found.outcome_words, found.words) == ("unknown", NO_OUTCOME)
        error = await writing
        assert error.write is not None
        await held.client.writes.keep(error.write, Ended(WriteOutcome.FOUND_NOT_DONE))
    lines = audited.entries()
    assert [entry.outcome for entry in lines] == [
        None,
        WriteOutcome.UNKNOWN,
        WriteOutcome.FOUND_NOT_DONE,
    ]
    assert {entry.write_id for entry in lines} == {intent.write_id}
    (found,) = writes_of(lines)
    assert found.outcome is WriteOutcome.FOUND_NOT_DONE
    assert "The server was silent" in found.words


def directory_in_its_place(place: Path) -> None:
    (place / "audit.jsonl").mkdir(parents=True)


def foreign_owner(place: Path) -> None:
    place.mkdir(mode=0o700)
    (place / "audit.jsonl").touch(0o600)
    os.chown(place / "audit.jsonl", 12_345, -1)


def open_to_everyone(place: Path) -> None:
    place.mkdir()
    place.chmod(0o777)
    (place / "audit.jsonl").touch(0o600)


def pipe_in_its_place(place: Path) -> None:
    place.mkdir(mode=0o700)
    os.mkfifo(place / "audit.jsonl", 0o600)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (directory_in_its_place, "is a directory, not a file"),
        pytest.param(
            foreign_owner,
            "belongs to another user",
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away"),
        ),
        (open_to_everyone, "others can write"),
        (pipe_in_its_place, "is not a regular file"),
    ],
)
async def test_a_place_that_cannot_be_written_stops_protected_profiles_and_warns_others_once(
    sandbox: Sandbox, audited: Audited, spoil: Callable[[Path], None], words: str
) -> None:
    spoil(audited.journal.path.parent)
    async with desk(sandbox, journal=audited.auditor, access=Access.PROTECTED) as held:
        error = await held.refused("test_saved")
        assert isinstance(error, NotJournalled)
        assert words in error.why
        assert str(audited.journal.path.parent) in error.why
    assert list(sandbox.requests) == []
    async with desk(sandbox, journal=audited.auditor) as held:
        await held.do("patch")
        await held.do("patch")
    assert len(sandbox.requests) == 2
    assert len(audited.said) == 1
    assert words in audited.said[0]


async def test_what_is_dropped_from_a_full_journal_is_reported(
    sandbox: Sandbox, audited: Audited
) -> None:
    audited.journal = Journal(audited.journal.path.parent, rotate_bytes=1, files_kept=2)
    async with desk(sandbox, journal=audited.auditor) as held:
        await held.do("patch")
        (rotated,) = audited.journal.path.parent.glob("audit.jsonl.*")
        os.utime(rotated, (0, 0))
        await held.do("patch")
    full = "The journal of writes was full: writes up to 1970-01-01 were removed"
    assert audited.said == [full]


async def test_a_full_disk_is_reported_and_again_when_it_comes_back(
    sandbox: Sandbox, audited: Audited
) -> None:
    async with desk(sandbox, journal=audited.auditor) as held:
        with at_most(0):
            await held.do("patch")
            await held.do("patch")
        assert len(audited.said) == 1
        assert "file size limit" in audited.said[0]
        await held.do("patch")
        assert len(audited.entries()) == 2
        with at_most(0):
            await held.do("patch")
    assert len(audited.said) == 2


async def test_a_disk_that_does_not_answer_holds_up_nothing_but_the_write(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    answers = threading.Event()
    said: list[str] = []

    def slow() -> Journal:
        answers.wait(10)
        return Journal(tmp_path)

    auditor = Auditor(slow, ACTOR, Clock(), said.append, patience=0.2)
    try:
        async with desk(sandbox, journal=auditor) as held:
            writing = asyncio.create_task(held.do("delete"))
            assert (await held.record()).name == "OLD"
            await writing
    finally:
        answers.set()
    assert said == ["The journal of writes has a gap: the disk has not answered within 0.2 s"]


async def test_writes_are_read_newest_first_each_with_the_id_of_its_record(
    sandbox: Sandbox, audited: Audited
) -> None:
    async with desk(sandbox, journal=audited.auditor) as held:
        await write(held, "patch")
        await write(held, "create")
        await write(held, "delete")
    created = next(record.id for record in sandbox.records() if record.name == "NEW")
    assert [(write.begun.operation, write.record_id) for write in writes_of(audited.entries())] == [
        ("delete", held.record_id),
        ("create", created),
        ("patch", held.record_id),
    ]


async def test_lines_keep_their_order_and_none_is_lost_where_a_write_is_given_up_meanwhile(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    asked = 0

    def slow_at_first() -> Journal:
        nonlocal asked
        asked += 1
        if asked == 1:
            time.sleep(0.3)  # a disk that takes its time; another thread would be faster
        return Journal(tmp_path)

    auditor = Auditor(slow_at_first, ACTOR, Clock(), print)
    async with desk(sandbox, journal=auditor) as held:
        writing = [asyncio.create_task(held.do(name)) for name in ("delete", "create")]
        await asyncio.to_thread(wait_for, lambda: asked == 1)
        leaving = asyncio.create_task(held.client.aclose(0))
        await turns(5)
        for task in asyncio.all_tasks():  # as a second signal does
            if task not in (leaving, asyncio.current_task()):
                task.cancel()
        await asyncio.wait(writing)
        assert [left.sent for left in await leaving] == [False, False]
        await asyncio.to_thread(wait_for, lambda: len(Journal(tmp_path).read().entries) == 4)
    entries = Journal(tmp_path).read().entries
    kinds = [entry.kind for entry in entries]
    assert kinds == [EntryKind.INTENT] * 2 + [EntryKind.OUTCOME] * 2, "the intents stand first"
    writes = writes_of(entries)
    assert {write.begun.operation for write in writes} == {"delete", "create"}
    for write in writes:
        assert [entry.outcome for entry in write.outcomes] == [WriteOutcome.NOT_SENT]
    assert list(sandbox.requests) == []


async def test_lines_that_come_together_are_written_together_and_each_before_its_request(
    sandbox: Sandbox, audited: Audited
) -> None:
    audited.entries()
    async with desk(sandbox, journal=audited.auditor) as held:
        await asyncio.gather(*(held.do(name) for name in ("create", "patch", "test_values")))
    entries = audited.entries()
    assert [entry.kind for entry in entries[:3]] == [EntryKind.INTENT] * 3
    assert len(entries) == 6
    assert all(len(write.outcomes) == 1 for write in writes_of(entries))
