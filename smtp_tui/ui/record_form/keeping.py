"""Keeping what a form holds, so that a lost line or a crash loses nothing; never its secrets."""

from __future__ import annotations

import threading

from smtp_tui.api.clock import Clock
from smtp_tui.editing.draft import Draft
from smtp_tui.state.drafts import DraftStore, SavedDraft
from smtp_tui.state.places import RecordKey


class DraftKeeper:
    """The draft of one form on the disk. ``keep`` and ``discard`` block, raise ``FileProblem``."""

    def __init__(self, store: DraftStore, clock: Clock, key: RecordKey, base: Draft) -> None:
        self._store = store
        self._clock = clock
        self._key = key
        self._base = base
        self._kept: SavedDraft | None = None
        self._given_up = False
        self._lock = threading.Lock()

    def rebase(self, base: Draft) -> None:
        """The form compares with another record now."""
        self._base = base

    def keep(self, draft: Draft) -> None:
        """Write what is typed, in place of what this form wrote before."""
        with self._lock:
            if self._given_up:
                return
            self._kept = self._store.save(
                SavedDraft(
                    key=self._key,
                    record_name=draft.name,
                    saved_at=self._clock.now(),
                    texts=draft.texts,
                    opened=self._base.texts,
                )
            )

    def discard(self) -> None:
        """Forget it, as nothing is changed any more."""
        with self._lock:
            if self._kept is not None:
                self._store.discard(self._kept)
                self._kept = None

    def give_up(self) -> None:
        """Write nothing any more, also where a write waits for its turn; does not block."""
        self._given_up = True
