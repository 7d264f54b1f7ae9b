from __future__ import annotations

import hashlib
import json
import os
import pwd
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from smtp_tui.api.models import is_secret_name
from smtp_tui.api.writes import WriteOutcome
from smtp_tui.state.encoding import plain
from smtp_tui.state.files import LONGEST_LINE, FileProblem, locked, read_lines
from smtp_tui.state.journal import (
    ENTRY_BYTES,
    Actor,
    EntryKind,
    Journal,
    JournalChange,
    JournalEntry,
    Omitted,
    actor_of,
    fitted,
)
from tests.state.processes import run_together, start
from tests.state.test_files import at_most

INTENT = JournalEntry(
    kind=EntryKind.INTENT,
    write_id="0123456789abcdef",
    at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    user="root",
    ssh_client="192.0.2.1",
    profile="production",
    host="cam.example.com:30000",
    tenant="tenant",
    team="all",
    namespace="default",
    operation="patch",
    record_id="5e8f",
    record_name="PRIMARY \x1b[31m\nü",
    changes=(
        JournalChange("port", "25", "587"),
        JournalChange("password", "set", "replaced"),
        JournalChange("from", None, ""),
    ),
)
OUTCOME = replace(
    INTENT, kind=EntryKind.OUTCOME, outcome=WriteOutcome.DONE, status=200, request_id="r-1"
)


def numbers(journal: Journal) -> list[int | None]:
    return [entry.status for entry in journal.read().entries]


def test_intent_and_outcome_are_read_back_as_they_were_in_order(tmp_path: Path) -> None:
    Journal(tmp_path).append(INTENT)
    Journal(tmp_path).append(OUTCOME)
    reading = Journal(tmp_path).read()
    assert reading.entries == (INTENT, OUTCOME)
    assert reading.unreadable == 0
    assert Journal(tmp_path).read(newest=1).entries == (OUTCOME,)


def test_a_line_is_one_json_object_with_everything_an_auditor_asks_for(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(OUTCOME)
    lines = journal.path.read_text().split("\n")
    assert len(lines) == 2
    values = json.loads(lines[0])
    assert values["at"] == "2026-03-01T12:00:00Z"
    assert (values["user"], values["ssh_client"]) == ("root", "192.0.2.1")
    assert values["changes"][0] == {"name": "port", "before": "25", "after": "587"}


def test_the_file_is_private(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    journal.append(INTENT)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_secret_is_journalled_only_as_what_became_of_it() -> None:
    for before, after in (("hunter2", "set"), ("set", "hunter2"), (None, "")):
        with pytest.raises(ValueError, match="password is a secret"):
            JournalChange("password", before, after)
    assert JournalChange("password", "unknown", "cleared").after == "cleared"


def test_damaged_lines_are_counted_and_spoil_no_other(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(INTENT)
    line = journal.path.read_text()
    with journal.path.open("a") as appended:
        appended.write(line.replace("intent", "intend"))
        appended.write(line.replace('"after": "replaced"', '"after": "hunter2"'))
        appended.write(line.replace('"v": 1', '"v": 2'))
        appended.write(line[: len(line) // 2])
    journal.append(OUTCOME)
    reading = journal.read()
    assert reading.entries == (INTENT, OUTCOME)
    assert reading.unreadable == 4


def aged(directory: Path, days: float) -> None:
    """Let every file rotated away be older by so many days than the entries that follow."""
    then = OUTCOME.at.timestamp() - days * 86_400
    for file in directory.glob("audit.jsonl.*"):
        os.utime(file, (then, then))


def names(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir() if file.name.startswith("audit")}


def test_old_files_beyond_the_number_that_is_kept_are_dropped_and_reported(
    tmp_path: Path,
) -> None:
    journal = Journal(tmp_path, rotate_bytes=2_000, files_kept=3)
    said = []
    for number in range(60):
        aged(tmp_path, 91)
        said.append(journal.append(replace(OUTCOME, status=number)))
    kept = numbers(journal)
    assert kept == list(range(60 - len(kept), 60))
    assert names(tmp_path) == {"audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"}
    assert all((tmp_path / name).stat().st_size < 3_000 for name in names(tmp_path))
    assert set(said) == {"", "writes up to 2025-11-30 were removed"}


def test_nothing_is_dropped_before_90_days_however_many_files_that_makes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, rotate_bytes=2_000, files_kept=3)
    for number in range(60):
        aged(tmp_path, 89)
        assert journal.append(replace(OUTCOME, status=number)) == ""
    assert numbers(journal) == list(range(60))
    assert len(names(tmp_path)) > 10


HOSTILE_TEXTS = st.text(
    st.characters(codec=None, min_codepoint=0, max_codepoint=0x10FFFF, categories=None),
    max_size=50,
).flatmap(lambda text: st.sampled_from([text, text * 1_000, text * 3_000]))

PLAIN_NAMES = HOSTILE_TEXTS.map(lambda text: f"x-{text}").filter(
    lambda name: not is_secret_name(name)
)


@given(
    texts=st.tuples(*[HOSTILE_TEXTS] * 4),
    changes=st.lists(st.tuples(PLAIN_NAMES, HOSTILE_TEXTS, HOSTILE_TEXTS), max_size=8),
)
@settings(max_examples=40)
def test_an_entry_is_at_most_64_kib_and_says_what_it_left_out(
    texts: tuple[str, str, str, str], changes: list[tuple[str, str, str]]
) -> None:
    host, tenant, record_name, words = texts
    given_changes = tuple(JournalChange(name, before, after) for name, before, after in changes)
    entry = replace(
        INTENT,
        host=host,
        tenant=tenant,
        record_name=record_name,
        words=words,
        changes=given_changes,
    )
    kept = fitted(entry)
    line = json.dumps(plain(kept))
    assert len(line) < ENTRY_BYTES
    omitted = kept.omitted.count if kept.omitted is not None else 0
    assert len(kept.changes) + omitted == len(changes)
    assert fitted(kept) == kept or omitted
    for before, after in ((words, kept.words), (host, kept.host)):
        digest = hashlib.sha256(before.encode("utf-8", "surrogatepass")).hexdigest()
        shortened = after.endswith(f"… ({len(before):,} characters, SHA-256 {digest})")
        assert after == before or shortened


def test_deletes_of_a_huge_record_keep_the_history_and_can_be_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(INTENT)
    huge = tuple(JournalChange(f"parameter-{n}", "x" * 100, None) for n in range(20_000))
    for _ in range(5):
        journal.append(replace(INTENT, changes=huge))
    first, *others = Journal(tmp_path).read().entries
    assert first == INTENT
    assert names(tmp_path) == {"audit.jsonl"}
    for entry in others:
        assert entry.changes == huge[: len(entry.changes)]
        rest = [
            {"name": left.name, "before": left.before, "after": left.after}
            for left in huge[len(entry.changes) :]
        ]
        digest = hashlib.sha256(json.dumps(rest).encode()).hexdigest()
        assert entry.omitted == Omitted(len(rest), digest)
    assert journal.path.stat().st_size < 6 * ENTRY_BYTES


def test_a_line_that_is_too_long_is_skipped_and_counted_wherever_it_stands(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(INTENT)
    with journal.path.open("ab") as file:
        for _ in range(2):
            file.write(b'{"v": 1, "words": "' + b"x" * 21 * 1024 * 1024 + b'"}\n')
    journal.append(OUTCOME)
    with journal.path.open("ab") as file:
        file.write(b"x" * (LONGEST_LINE + 1))  # torn off: no line end follows
    reading = journal.read()
    assert reading.entries == (INTENT, OUTCOME)
    assert (reading.unreadable, reading.overlong) == (0, 3)


def test_a_line_as_long_as_may_be_is_read(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"x" * 10 + b"\n" + b"y" * 11 + b"\n" + b"z" * 10)
    file.chmod(0o600)
    lines, overlong = read_lines(file, longest=10)
    assert [line.strip() for line in lines] == ["x" * 10, "z" * 10]
    assert overlong == 1


def test_a_disk_that_is_full_stops_the_append_and_leaves_no_half_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.append(INTENT)
    before = journal.path.read_bytes()
    with at_most(len(before) + 100), pytest.raises(FileProblem, match="file size limit"):
        journal.append(OUTCOME)
    assert journal.path.read_bytes() == before
    journal.append(OUTCOME)
    assert journal.read().entries == (INTENT, OUTCOME)


def test_a_pipe_in_place_of_the_journal_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "audit.jsonl")
    with pytest.raises(FileProblem, match="not a regular file"):
        Journal(tmp_path).append(INTENT)
    with pytest.raises(FileProblem, match="not a regular file"):
        Journal(tmp_path).read()


def test_the_actor_is_the_user_of_the_system_and_the_ssh_client() -> None:
    name = pwd.getpwuid(os.getuid()).pw_name
    assert actor_of({"USER": "mallory"}) == Actor(name)
    assert actor_of({"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"}) == Actor(name, "192.0.2.1")
    assert actor_of({"SUDO_USER": "alice"}).user == f"{name} (sudo by alice)"


WRITER = """
import sys
from msgspec.structs import replace
from pathlib import Path
from smtp_tui.state.journal import Journal
from tests.state.test_journal import OUTCOME
journal = Journal(Path(sys.argv[1]), rotate_bytes=20_000, files_kept=40)
print("ready")
sys.stdin.readline()
for step in range(50):
    journal.append(replace(OUTCOME, status=step, profile=sys.argv[2]))
    print(step)
"""


def test_processes_that_append_at_once_lose_nothing_through_rotations(tmp_path: Path) -> None:
    run_together(WRITER, 4, str(tmp_path))
    reading = Journal(tmp_path, files_kept=40).read()
    assert reading.unreadable == 0
    for number in range(4):
        mine = [entry.status for entry in reading.entries if entry.profile == str(number)]
        assert mine == list(range(50))


AT_THE_LIMIT = """
import fcntl, sys
from msgspec.structs import replace
from pathlib import Path
from smtp_tui.state.journal import Journal
from tests.state.test_journal import OUTCOME
flock, told = fcntl.flock, []
def telling(descriptor, operation):
    if not told:
        told.append(print("waits"))
    return flock(descriptor, operation)
fcntl.flock = telling
Journal(Path(sys.argv[1]), rotate_bytes=1).append(replace(OUTCOME, profile=sys.argv[2]))
"""


def test_two_processes_at_the_size_limit_rotate_only_while_they_hold_the_lock(
    tmp_path: Path,
) -> None:
    Journal(tmp_path, rotate_bytes=1).append(INTENT)
    before = (tmp_path / "audit.jsonl").read_bytes()
    with locked(tmp_path / "audit.jsonl"):
        running = [start(AT_THE_LIMIT, str(tmp_path), name) for name in ("one", "two")]
        for process in running:
            assert process.stdout is not None
            assert process.stdout.readline() == "waits\n"
        assert names(tmp_path) == {"audit.jsonl"}
        assert (tmp_path / "audit.jsonl").read_bytes() == before
    for process in running:
        process.communicate(timeout=60)
        assert process.returncode == 0
    kept = [entry.profile for entry in Journal(tmp_path).read().entries]
    assert kept[0] == "production"
    assert sorted(kept[1:]) == ["one", "two"]
    assert names(tmp_path) == {"audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"}
