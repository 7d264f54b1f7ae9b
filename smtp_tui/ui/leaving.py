"""Leaving the program: what is asked first, and what is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Final

from textual.content import Content

from smtp_tui.api.clock import Clock
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, record_name
from smtp_tui.ui.base import FullScreen, TypedText
from smtp_tui.ui.messages import MessagesApp, tell
from smtp_tui.workflows.operator import Kind
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.api.requests import Write
    from smtp_tui.api.writes import GivenUp
    from smtp_tui.ui.bulk.current_run import CurrentRun
    from smtp_tui.ui.dialogs import QuestionDialog

_LOOK: Final = 0.25
"""Seconds between two looks whether the writes have ended."""
_LEAVING_NOW: Final = Content(
    "Leaving now does not stop what was sent."
    " Its outcome will then be unknown; smtp-tui audit lists it."
)


class Answer(Enum):
    """What a person answers to a question before leaving; ENDED is given by the program."""

    STAY = "stay"
    KEEP = "keep what is typed"
    DISCARD = "discard what is typed"
    NOW = "leave now"
    ENDED = "the writes have ended"


class Leaving:
    """Asks before something typed would be lost, and waits for writes, visibly.

    ``given_up`` are the writes that were left before their end.
    """

    def __init__(
        self,
        app: MessagesApp,
        clock: Clock,
        sessions: Callable[[], tuple[Session, ...]],
        run: Callable[[], CurrentRun | None],
    ) -> None:
        self.given_up: list[GivenUp] = []
        self._app = app
        self._clock = clock
        self._sessions = sessions
        self._run = run
        self._question: QuestionDialog[Answer] | None = None

    @property
    def _writes(self) -> tuple[Write, ...]:
        return tuple(write for session in self._sessions() for write in session.under_way)

    def unsaved(self) -> list[TypedText]:
        """What is typed on the screens and not saved."""
        return [text for text in self._texts() if text.unsaved()]

    def _texts(self) -> list[TypedText]:
        screens = [screen for screen in self._app.screen_stack if isinstance(screen, FullScreen)]
        return [screen.typed for screen in screens if screen.typed is not None]

    def keep(self) -> None:
        """Write what is typed to drafts; blocks. Raises the first ``FileProblem``, after all."""
        problem: FileProblem | None = None
        for text in self._texts():
            try:
                text.keep()
            except FileProblem as error:
                problem = problem or error
        if problem is not None:
            raise problem

    def leave(self) -> None:
        """Quit; asks if something typed would be lost, and says what it waits for."""
        if self._app.screen is not self._question:
            self._app.run_worker(self._leave(), group="leave", exclusive=True)

    async def _leave(self) -> None:
        """Exit, once what is typed may be left and the writes have ended or are given up."""
        writes = self._writes
        lost = any(not (writes and text.saving()) for text in self.unsaved())
        if lost and not await self._kept_or_discarded():
            return
        if not await self._run_stopped():
            return
        if self._writes:
            answer = await self._wait()
            if answer is Answer.NOW:
                await self.close(seconds=0)
            elif answer is Answer.STAY:
                return
            elif self.unsaved():
                self._stay("what you typed was not saved.")
                return
        self._app.exit()

    async def _run_stopped(self) -> bool:
        """Stop a run, whose rest the next start offers; False to stay."""
        from smtp_tui.ui.dialogs import QuestionDialog

        current = self._run()
        if current is None or current.run is None:
            return True
        answers = ((Answer.STAY, "Stay"), (Answer.NOW, "Stop the run and quit"))
        question = QuestionDialog(
            "Quit?", _run_content(current), answers, self._clock, escape=Answer.STAY
        )
        timer = self._app.set_interval(_LOOK, lambda: question.ask(_run_content(current)))
        try:
            answer = await self._app.push_screen_wait(question)
        finally:
            timer.stop()
        if answer is Answer.NOW:
            current.run.stop()
        return answer is Answer.NOW

    async def _kept_or_discarded(self) -> bool:
        """Ask what becomes of what is typed, and do it; False to stay."""
        from smtp_tui.ui.dialogs import QuestionDialog

        draft = ((Answer.KEEP, "Quit and keep a draft (without the password)"),)
        answers = (
            (Answer.STAY, "Stay"),
            *(draft if all(text.keeps() for text in self.unsaved()) else ()),
            (Answer.DISCARD, "Discard and quit"),
        )
        body = Content("There are unsaved changes.")
        title = "Quit without saving?"
        stay, danger = Answer.STAY, (Answer.DISCARD,)
        question = QuestionDialog(title, body, answers, self._clock, escape=stay, danger=danger)
        answer = await self._app.push_screen_wait(question)
        try:
            if answer is Answer.KEEP:
                await asyncio.to_thread(self.keep)
        except FileProblem as error:
            self._stay(str(error))
            return False
        if answer is Answer.DISCARD:
            for text in self.unsaved():
                text.forget()
        return answer is not Answer.STAY

    async def _wait(self) -> Answer:
        """Wait for the writes under way, unless the person would rather stay or leave now."""
        from smtp_tui.ui.dialogs import QuestionDialog

        body = Content("\n").join([*map(_line, self._writes), Content(""), _LEAVING_NOW])
        answers = ((Answer.STAY, "Stay"), (Answer.NOW, "Leave now"))
        title = "A write is under way"
        stay, danger = Answer.STAY, (Answer.NOW,)
        ends = "smtp-tui quits when the server has answered"
        dialog = QuestionDialog(
            title, body, answers, self._clock, escape=stay, danger=danger, waits_for=ends
        )
        self._question = dialog
        timer = self._app.set_interval(_LOOK, partial(self._look, dialog))
        try:
            return await self._app.push_screen_wait(dialog)
        finally:
            timer.stop()

    def _look(self, dialog: QuestionDialog[Answer]) -> None:
        """Answer the question once no write is under way, nor the read after it."""
        waits = self._writes or any(text.saving() for text in self.unsaved())
        if dialog.is_active and not waits:
            dialog.dismiss(Answer.ENDED)

    def _stay(self, why: str) -> None:
        tell(self._app, clean(f"Not closed: {why}", 400), kind=Kind.WARNING)

    async def close(self, seconds: float | None) -> None:
        """Close the clients, waiting so long for writes under way; None waits for all of them."""
        for session in self._sessions():
            self.given_up += await session.aclose(seconds)


def _run_content(run: CurrentRun) -> Content:
    """How far the run is, and what becomes of its rest."""
    state = "A run is under way." if run.under_way else "The run has ended."
    lines = [state, run.words]
    if run.under_way or (run.run is not None and run.run.counts.left):
        rest = "The next start offers the rest of it." if run.kept else "Its rest is lost."
        lines.append(rest)
    return Content("\n".join(lines))


def _line(write: Write) -> Content:
    record = write.record
    name = f" {record_name(record.name, record.id)}" if record is not None else ""
    what = f"{write.request.operation.value}{name}"
    return Content.assemble(
        Content.styled(clean(write.target.name, 40), "bold"), f" · {clean(what, 100)}"
    )
