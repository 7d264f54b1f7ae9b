"""A screen whose text outlives it: kept as a draft at each rest, and at an unforeseen end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TypeVar

from textual import work

from smtp_tui.editing.draft import Draft
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.base import FullScreen
from smtp_tui.ui.record_form.keeping import DraftKeeper
from smtp_tui.ui.services import Services
from smtp_tui.workflows.session import Session

Result = TypeVar("Result")


class KeptScreen(FullScreen[Result]):
    """``latest`` is what is typed now; ``done`` is set once it was saved, kept or given up."""

    def __init__(
        self, session: Session, services: Services, base: Draft, typed: Draft | None
    ) -> None:
        super().__init__(session, services.clock)
        self.session = session
        self.services = services
        key = session.key(base.record_id)
        self._base = base
        self._keeper = DraftKeeper(services.drafts, services.clock, key, base)
        self.latest = typed or base
        self.done = False
        self._closes_with: tuple[Result | None] | None = None

    def rebase(self, base: Draft) -> None:
        """Compare with another record from now on; only while nothing was typed."""
        self._base = self.latest = base
        self._keeper.rebase(base)

    def keep_text(self) -> None:
        """Write the draft to the disk at once, as before the program ends."""
        if self.latest.texts != self._base.texts and not self.done:
            self._keeper.keep(self.latest)

    def forget_text(self) -> None:
        """It was saved, or the person gave it up."""
        self.done = True
        self._keeper.give_up()
        asyncio.get_running_loop().run_in_executor(None, self._discard)

    def _discard(self) -> None:
        with suppress(FileProblem):  # at worst it is offered once more
            self._keeper.discard()

    def close(self, result: Result | None) -> None:
        """Close for good, once no dialog stands over it: what was kept is not needed any more."""
        self.forget_text()
        if self.is_active:
            self.dismiss(result)
        else:
            self._closes_with = (result,)

    def on_screen_resume(self) -> None:
        """Close now, where the form was done under a dialog."""
        if self._closes_with is not None:
            self.dismiss(*self._closes_with)

    async def on_unmount(self) -> None:
        """A screen that is closed from outside keeps what it held."""
        with suppress(FileProblem):  # said at the last rest; there is no screen to say it on now
            await asyncio.to_thread(self.keep_text)

    @work(group="draft", exclusive=True, description="keep a draft")
    async def keep(self) -> None:
        """Keep what is typed, or forget it where nothing is changed any more."""
        changed = self.latest.texts != self._base.texts
        try:
            await asyncio.to_thread(self.keep_text if changed else self._keeper.discard)
        except FileProblem as error:
            self.services.held.tell_once(f"The draft is not kept: {error}")

    async def kept(self) -> str:
        """Keep for later and be done; in words why that cannot be, and then stay."""
        try:
            await asyncio.to_thread(self.keep_text)
        except FileProblem as error:
            return f"The draft cannot be kept: {clean(str(error))}"
        self.done = True
        return ""
