"""The store under many threads: each change is kept, and each record is deleted once."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from smtp_tui.sandbox.accounts import ALL_TEAMS, TENANT_ID
from smtp_tui.sandbox.store import Store, StoredRecord

MANY = 200


@contextmanager
def _restless() -> Iterator[ThreadPoolExecutor]:
    """Threads that are switched as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            yield threads
    finally:
        sys.setswitchinterval(before)


def _stored(store: Store) -> StoredRecord:
    return store.add(StoredRecord("A", (), TENANT_ID, ALL_TEAMS))


def test_of_changes_at_the_same_time_none_is_lost() -> None:
    store = Store(None)
    record = _stored(store)
    with _restless() as threads:
        changes = [{"name": f"p{number}", "value": number} for number in range(MANY)]
        list(threads.map(lambda change: store.change(record.id, [change]), changes))
    kept = store.get(record.id)
    assert kept is not None
    assert len(kept.values) == MANY


def test_of_deletes_at_the_same_time_one_finds_the_record() -> None:
    store = Store(None)
    with _restless() as threads:
        for _ in range(MANY // 8):
            record_id = _stored(store).id
            assert sum(threads.map(store.delete, [record_id] * 8)) == 1


def test_a_change_of_a_record_that_is_gone_makes_none() -> None:
    store = Store(None)
    record = _stored(store)
    store.delete(record.id)
    assert store.change(record.id, [{"name": "port", "value": 25}]) is None
    assert store.all() == ()
