from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.state import history
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.files import FileProblem
from smtp_tui.state.history import RUNS_KEPT, TestHistory, TestRun
from tests.state.processes import run_together
from tests.state.test_files import at_most

KEY = RecordKey("https://cam.example.com:30000", "tenant", "5e8f")
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def run(
    minute: int = 0, words: str = "250 ok", values: tuple[tuple[str, str], ...] = ()
) -> TestRun:
    return TestRun(
        at=START + timedelta(minutes=minute),
        profile="production",
        recipient="ops@example.com",
        values=values,
        verdict="ACCEPTED",
        phase="data",
        words=words,
        milliseconds=12,
    )


def runs_of(history: TestHistory, key: RecordKey = KEY) -> tuple[TestRun, ...]:
    return tuple(test.run for test in history.tests(key))


def loaded(directory: Path) -> TestHistory:
    found = TestHistory(directory)
    found.load()
    return found


def test_what_was_added_is_there_after_a_restart_newest_first(tmp_path: Path) -> None:
    values = (("hostname", "mail.example.com"), ("port", "587"))
    runs = [run(minute, "550 5.1.1 [/nope] ü\x1b[31m\n", values) for minute in range(3)]
    first = TestHistory(tmp_path)
    for added in (runs[1], runs[0], runs[2]):
        first.add(KEY, added)
    again = loaded(tmp_path)
    assert runs_of(again) == runs_of(first) == (runs[2], runs[1], runs[0])
    assert runs_of(again)[0] == runs[2]
    assert runs_of(again, RecordKey(KEY.origin_url, "another tenant", KEY.record_id)) == ()


def test_the_last_twenty_of_each_record_are_shown(tmp_path: Path) -> None:
    some = TestHistory(tmp_path)
    for minute in range(RUNS_KEPT + 5):
        some.add(KEY, run(minute))
    for found in (some, loaded(tmp_path)):
        assert [test.at.minute for test in runs_of(found)] == list(range(24, 4, -1))


def test_a_secret_is_not_stored(tmp_path: Path) -> None:
    TestHistory(tmp_path).add(KEY, run(values=(("port", "25"), ("Password", "hunter2"))))
    file = tmp_path / "tests.jsonl"
    assert "hunter2" not in file.read_text()
    file.write_text(file.read_text().replace('"port"', '"password"'))
    (last,) = runs_of(loaded(tmp_path))
    assert last.values == ()


def test_a_time_is_kept_in_utc_and_needs_a_zone() -> None:
    local = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    values = ("p", "r", (), "ACCEPTED", "data", "", 1)
    assert TestRun(local, *values).at == START
    assert TestRun(local, *values).at.tzinfo is UTC
    with pytest.raises(ValueError, match="needs a zone"):
        TestRun(datetime(2026, 3, 1), *values)


def test_damaged_lines_spoil_no_other(tmp_path: Path) -> None:
    TestHistory(tmp_path).add(KEY, run(1))
    file = tmp_path / "tests.jsonl"
    whole = file.read_text()
    bad = ("", "null", "[" * 100_000, '{"v": 1}', whole[: len(whole) // 2], '{"v": "1"}', "\x00")
    with file.open("a") as appended:
        appended.write("\n".join(bad))
    TestHistory(tmp_path).add(KEY, run(2))
    assert [test.at.minute for test in runs_of(loaded(tmp_path))] == [2, 1]


def test_a_file_that_cannot_be_written_keeps_the_run_in_memory(tmp_path: Path) -> None:
    some = TestHistory(tmp_path)
    some.add(KEY, run(1))
    before = (tmp_path / "tests.jsonl").read_bytes()
    with at_most(len(before) + 50), pytest.raises(FileProblem, match="file size limit"):
        some.add(KEY, run(2))
    assert (tmp_path / "tests.jsonl").read_bytes() == before
    assert [test.at.minute for test in runs_of(some)] == [2, 1]


def test_a_file_that_has_grown_is_compacted_to_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "COMPACT_BYTES", 20_000)
    others = TestHistory(tmp_path)
    others.add(RecordKey(KEY.origin_url, KEY.tenant, "other"), run(59))
    some = TestHistory(tmp_path)
    for number in range(200):
        some.add(KEY, run(number))
    assert len((tmp_path / "tests.jsonl").read_bytes()) < 25_000
    again = loaded(tmp_path)
    assert runs_of(again) == runs_of(some)
    assert len(runs_of(again, RecordKey(KEY.origin_url, KEY.tenant, "other"))) == 1


def test_lines_of_a_newer_program_are_never_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "COMPACT_BYTES", 1_000)
    newer = '{"v": 2, "what": "it may hold"}\n'
    (tmp_path / "tests.jsonl").write_text(newer)
    for number in range(50):
        TestHistory(tmp_path).add(KEY, run(number))
    assert newer in (tmp_path / "tests.jsonl").read_text()


ADDER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtp_tui.state import history
from smtp_tui.state.history import TestHistory, TestRun
from smtp_tui.state.encoding import RecordKey
history.COMPACT_BYTES = 5_000
directory, number = Path(sys.argv[1]), sys.argv[-1]
some = TestHistory(directory)
print("ready")
sys.stdin.readline()
for step in range(50):
    key = RecordKey("https://h", "t", f"{number}-{step // 10}")
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=step)
    some.add(key, TestRun(at, "p", "r", (), "ACCEPTED", "data", "x" * 500, step))
    print(step)
"""


def test_processes_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    run_together(ADDER, 4, str(tmp_path))
    found = loaded(tmp_path)
    for number in range(4):
        kept = [runs_of(found, RecordKey("https://h", "t", f"{number}-{ten}")) for ten in range(5)]
        assert [test.milliseconds for ten in kept for test in reversed(ten)] == list(range(50))


def test_a_saved_secret_marks_the_tests_before_it_and_not_those_after_it(tmp_path: Path) -> None:
    some = TestHistory(tmp_path)
    some.add(KEY, run(1))
    some.saved_secret(KEY, START + timedelta(minutes=2))
    some.saved_secret(KEY, START)
    some.add(KEY, run(3))
    for found in (some, loaded(tmp_path)):
        assert [test.secret_saved for test in found.tests(KEY)] == [False, True]
        newest = found.newest(KEY)
        assert newest is not None
        assert (newest.run.at.minute, newest.secret_saved) == (3, False)


def test_a_test_with_the_secret_that_was_saved_holds_until_another_one_is_saved(
    tmp_path: Path,
) -> None:
    some = TestHistory(tmp_path)
    some.add(KEY, run(0))
    some.add(KEY, run(1))
    some.saved_secret(KEY, START + timedelta(minutes=2), (run(1).at,))
    for found in (some, loaded(tmp_path)):
        tests = found.tests(KEY)
        assert [(test.secret_saved, test.typed_saved) for test in tests] == [
            (False, True),
            (True, False),
        ]
    some.saved_secret(KEY, START + timedelta(minutes=3))
    for found in (some, loaded(tmp_path)):
        assert {(test.secret_saved, test.typed_saved) for test in found.tests(KEY)} == {
            (True, False)
        }


def test_it_tells_which_records_were_tested_since_a_look_and_a_line_read_again_is_no_test(
    tmp_path: Path,
) -> None:
    other, history = replace(KEY, record_id="77"), TestHistory(tmp_path)
    history.add(KEY, run(1))
    history.saved_secret(KEY, START)
    seen, keys = history.since(0)
    assert keys == {KEY}
    history.load()
    assert history.since(seen) == (seen, frozenset())
    history.saved_secret(other, START)
    assert history.since(seen)[1] == {other}


def test_what_was_typed_and_not_saved_is_named_after_a_restart(tmp_path: Path) -> None:
    changed = replace(run(), unsaved=("port", "password"))
    TestHistory(tmp_path).add(KEY, changed)
    assert runs_of(loaded(tmp_path)) == (changed,)


def test_a_profile_knows_where_its_newest_test_went(tmp_path: Path) -> None:
    some = TestHistory(tmp_path)
    other = RecordKey(KEY.origin_url, KEY.tenant, "other")
    some.add(KEY, replace(run(5), recipient="newest@example.com"))
    some.add(other, replace(run(1), recipient="older@example.com"))
    some.add(other, replace(run(9), recipient="else@example.com", profile="staging"))
    assert loaded(tmp_path).recipient_of("production") == "newest@example.com"
    assert loaded(tmp_path).recipient_of("nobody") == ""


def test_compacting_keeps_the_saves_of_the_records_it_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = TestHistory(tmp_path)
    some.add(KEY, run(1))
    some.saved_secret(KEY, START + timedelta(minutes=2))
    some.saved_secret(RecordKey(KEY.origin_url, KEY.tenant, "never tested"), START)
    monkeypatch.setattr(history, "COMPACT_BYTES", 10)
    TestHistory(tmp_path).add(KEY, run(0))
    newest = loaded(tmp_path).newest(KEY)
    assert newest is not None
    assert newest.secret_saved
    assert "never tested" not in (tmp_path / "tests.jsonl").read_text()
