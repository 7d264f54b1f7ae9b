"""The store under many threads: each change is kept."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from smtp_tui.sandbox.accounts import ALL_TEAMS, TENANT_ID
from smtp_tui.sandbox.store import Store, StoredRecord

MANY = 200


def _stored(store: Store) -> StoredRecord:
    return store.add(StoredRecord("A", (), TENANT_ID, ALL_TEAMS))


def test_of_changes_at_the_same_time_none_is_lost() -> None:
    store = Store(None)
    record = _stored(store)
    changes = [{"name": f"p{number}", "value": number} for number in range(MANY)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads are switched as often as Python can
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda change: store.change(record.id, [change]), changes))
    finally:
        sys.setswitchinterval(before)
    kept = store.get(record.id)
    assert kept is not None
    assert len(kept.values) == MANY


def test_a_change_of_a_record_that_is_gone_makes_none() -> None:
    store = Store(None)
    record = _stored(store)
    assert [store.delete(record.id), store.delete(record.id)] == [True, False]
    assert store.change(record.id, [{"name": "port", "value": 25}]) is None
    assert store.all() == ()
