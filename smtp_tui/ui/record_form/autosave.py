"""What is typed in a form is kept on the disk while it is typed.

A lost line or a crash loses nothing that way. Secrets are never kept.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress

from smtp_tui.state.drafts import DraftStore, SavedDraft
from smtp_tui.state.files import FileProblem


class Autosave:
    """Keeps what one form holds on the disk.

    ``latest`` is what is to be kept, None while nothing is changed. ``done`` is set once what is
    typed was saved, kept for later or given up.
    """

    def __init__(self, store: DraftStore) -> None:
        self.latest: SavedDraft | None = None
        self.done = False
        self._store = store
        self._kept: SavedDraft | None = None
        self._lock = threading.Lock()

    def keep(self) -> None:
        """Write what is typed in place of what this form wrote before, or remove that.

        Blocks, and raises ``FileProblem``.
        """
        with self._lock:
            if self.latest is not None:
                self._kept = self._store.save(self.latest)
            elif self._kept is not None:
                self._store.discard(self._kept)
                self._kept = None

    def give_up(self) -> None:
        """Remove the draft and write none any more, in a thread; a write under way is undone."""
        self.done, self.latest = True, None
        asyncio.get_running_loop().run_in_executor(None, self._remove)

    def _remove(self) -> None:
        with suppress(FileProblem):  # at worst it is offered once more
            self.keep()
