from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.state.drafts import DraftStore, SavedDraft
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.files import FileProblem
from tests.state.processes import start
from tests.state.test_files import at_most

KEY = RecordKey("https://cam.example.com:30000", "tenant", "5e8f")
NEW = RecordKey(KEY.origin_url, KEY.tenant, None)
OPENED = (("hostname", "mail.example.com"), ("port", "25"))
DRAFT = SavedDraft(
    key=KEY,
    record_name="PRIMARY",
    saved_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
    texts=(("hostname", "mail.example.com"), ("port", "587 \x1b ü")),
    opened=OPENED,
)


def test_a_draft_is_there_after_a_restart_as_it_was_typed(tmp_path: Path) -> None:
    kept = DraftStore(tmp_path).save(DRAFT)
    assert (kept.pid, kept.host) == (os.getpid(), os.uname().nodename)
    assert kept == replace(DRAFT, pid=kept.pid, host=kept.host, token=kept.token)
    assert DraftStore(tmp_path).list_for(KEY) == (kept,)
    assert DraftStore(tmp_path).list_for(NEW) == ()
    assert DraftStore(tmp_path).list_for(replace(KEY, tenant="another")) == ()


def test_a_later_draft_of_the_same_form_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    store.save(DRAFT)
    last = store.save(replace(DRAFT, texts=(("port", "465"),)))
    store.save(replace(DRAFT, key=NEW))
    assert store.list_for(KEY) == (last,)
    assert len(store.all()) == 2


def test_two_processes_never_overwrite_each_others_draft(tmp_path: Path) -> None:
    first, second = DraftStore(tmp_path), DraftStore(tmp_path)
    earlier = first.save(DRAFT)
    later = second.save(replace(DRAFT, saved_at=DRAFT.saved_at + timedelta(minutes=1)))
    assert first.list_for(KEY) == (later, earlier)
    first.discard(earlier)
    assert second.list_for(KEY) == (later,)


def test_discarding_a_draft_of_another_process_forgets_it_and_twice_is_no_problem(
    tmp_path: Path,
) -> None:
    kept = DraftStore(tmp_path).save(DRAFT)
    store = DraftStore(tmp_path)
    store.discard(kept)
    store.discard(kept)
    assert store.all() == ()


def test_a_secret_is_not_kept(tmp_path: Path) -> None:
    secret = ("Password", "hunter2")
    store = DraftStore(tmp_path)
    kept = store.save(replace(DRAFT, texts=(*DRAFT.texts, secret), opened=(secret, *OPENED)))
    assert (kept.texts, kept.opened) == (DRAFT.texts, OPENED)
    (file,) = store.directory.iterdir()
    assert "hunter2" not in file.read_text()
    file.write_text(file.read_text().replace('"port"', '"password"'))
    (read,) = store.list_for(KEY)
    assert (read.texts, read.opened) == (DRAFT.texts[:1], OPENED[:1])


def test_a_draft_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    kept = store.save(DRAFT)
    bad = store.directory / "bad.draft.json"
    for text in ("{", "{}", '{"token": "../../x"}', "\x00"):
        bad.write_text(text)
        bad.chmod(0o600)
        assert store.all() == (kept,)


def test_a_token_that_is_a_path_leads_to_no_other_file(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    kept = store.save(DRAFT)
    file = next(store.directory.iterdir())
    file.write_text(file.read_text().replace(kept.token, "x/../../victim"))
    assert store.all() == ()


def test_it_is_known_whether_the_process_that_typed_it_still_runs(tmp_path: Path) -> None:
    kept = DraftStore(tmp_path).save(DRAFT)
    assert kept.in_use is True
    ended = start("print()")
    ended.communicate(timeout=30)
    assert replace(kept, pid=ended.pid).in_use is False
    assert replace(kept, pid=10**30).in_use is False
    assert replace(kept, host="elsewhere").in_use is False


def test_what_a_killed_process_left_is_cleared_away_and_what_one_is_writing_is_not(
    tmp_path: Path,
) -> None:
    store = DraftStore(tmp_path)
    kept = store.save(DRAFT)
    ended = start("print()")
    ended.communicate(timeout=30)
    dead, alive = (
        store.directory / f".some.draft.json.{pid}.{'a' * 16}.tmp" for pid in (ended.pid, kept.pid)
    )
    dead.touch()
    alive.touch()
    assert store.all() == (kept,)
    assert (dead.exists(), alive.exists()) == (False, True)


def test_a_full_disk_is_reported_and_leaves_the_last_draft(tmp_path: Path) -> None:
    store = DraftStore(tmp_path)
    kept = store.save(DRAFT)
    with at_most(1024), pytest.raises(FileProblem, match="file size limit"):
        store.save(replace(DRAFT, texts=(("hostname", "x" * 5000),)))
    assert store.list_for(KEY) == (kept,)


SAVING = """
import sys
from pathlib import Path
from smtp_tui.state.drafts import DraftStore
from tests.state.test_drafts import DRAFT
DraftStore(Path(sys.argv[1])).save(DRAFT)
"""


def test_a_save_forgets_the_drafts_of_this_process_only(tmp_path: Path) -> None:
    process = start(SAVING, str(tmp_path))
    process.communicate(timeout=30)
    assert process.returncode == 0
    mine = DraftStore(tmp_path).save(DRAFT)
    others = DraftStore(tmp_path).save(replace(DRAFT, record_name="SECONDARY"))
    DraftStore(tmp_path).discard_saved(KEY, "PRIMARY")
    left = DraftStore(tmp_path).list_for(KEY)
    assert mine not in left
    assert others in left
    assert [draft.pid == os.getpid() for draft in left].count(False) == 1
