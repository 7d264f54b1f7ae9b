"""Leaving the program: what is asked first, and what is waited for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from textual import work

from smtp_tui.api.clock import Clock
from smtp_tui.state.files import FileProblem
from smtp_tui.ui.base import FullScreen, TypedText
from smtp_tui.ui.reporting import ReportingApp
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.api.writes import Write


class LeavingApp(ReportingApp):
    """Asks where something typed would be lost, and waits for writes, visibly.

    ``given_up`` are the writes whose outcome it left without.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.given_up: list[Write] = []
        self._leaving_clock = clock

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The session in use, and those that were left and still have writes under way."""
        return ()

    @property
    def _under_way(self) -> tuple[Write, ...]:
        return tuple(write for session in self.sessions for write in session.under_way)

    def _waits(self) -> bool:
        """Whether a write is under way, or what follows it: the look after a lost answer."""
        return bool(self._under_way) or any(text.saving() for text in self.unsaved())

    async def action_quit(self) -> None:
        """Textual's own key for leaving asks too."""
        self.action_leave()

    def action_leave(self) -> None:
        """Quit; asks where something typed would be lost, and says what it waits for."""
        from smtp_tui.ui.dialogs.leaving import LeavingDialog

        if isinstance(self.screen, LeavingDialog):
            return
        writes = self._under_way
        if any(not (writes and text.saving()) for text in self.unsaved()):
            self._ask_to_quit()
        elif writes:
            self._wait_to_quit(writes)
        else:
            self.exit()

    def unsaved(self) -> list[TypedText]:
        """What is typed on the screens and was not saved."""
        screens = [screen for screen in self.screen_stack if isinstance(screen, FullScreen)]
        texts = [screen.typed for screen in screens if screen.typed is not None]
        return [text for text in texts if text.unsaved()]

    @work(group="quit", exclusive=True, description="ask before quitting")
    async def _ask_to_quit(self) -> None:
        from smtp_tui.ui.dialogs.leaving import QUIT_DISCARD, QUIT_KEEP, quit_question

        keeps = all(text.keep for text in self.unsaved())
        answer = await self.push_screen_wait(quit_question(self._leaving_clock, keeps=keeps))
        if answer == QUIT_KEEP:
            problem = await asyncio.to_thread(self._keep_texts)
            if problem:
                self.warn(f"Not left: {problem}")
                return
        elif answer == QUIT_DISCARD:
            for text in self.unsaved():
                text.forget()
        else:
            return
        if self._under_way:
            await self._quit_after(self._under_way)
        else:
            self.exit()

    def _keep_texts(self) -> str:
        """Write what is typed to the disk; in words why that cannot be."""
        try:
            for text in self.unsaved():
                if text.keep is not None:
                    text.keep()
        except FileProblem as error:
            return str(error)
        return ""

    @work(group="quit", exclusive=True, description="wait for a write before quitting")
    async def _wait_to_quit(self, writes: tuple[Write, ...]) -> None:
        await self._quit_after(writes)

    async def _quit_after(self, writes: tuple[Write, ...]) -> None:
        from smtp_tui.ui.dialogs.leaving import Leaving, LeavingDialog

        dialog = LeavingDialog(self._leaving_clock, writes, self._waits)
        match await self.push_screen_wait(dialog):
            case Leaving.NOW:
                for session in self.sessions:
                    self.given_up += await session.aclose(seconds=0)
                self.exit()
            case Leaving.ENDED if self.unsaved():
                self.warn("Not left: what you typed was not saved.")
            case Leaving.ENDED:
                self.exit()
