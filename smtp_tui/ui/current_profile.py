"""The profile in use: its session, the switch to another one, and the writes that were left."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual.worker import Worker

from smtp_tui.api.target import HostRefused, Target
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import source_words
from smtp_tui.profiles.token_command import LINES_KEPT
from smtp_tui.state.encoding import RecordKey
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.base import DraftsChanged, WriteEnded
from smtp_tui.ui.connections.screen import ConnectionsScreen
from smtp_tui.ui.messages import MessagesApp, tell
from smtp_tui.ui.services import Services
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import ListPlace, Session

if TYPE_CHECKING:
    from smtp_tui.api.requests import Write
    from smtp_tui.api.writes import Unattended
    from smtp_tui.workflows.look_up import Found


class CurrentProfile:
    """Keeps one session in use, on a screen mode of its own, so that a switch ends all its screens.

    A session that was left stays until its writes have ended, and then they are reported. Those of
    the screen of all profiles stay until the program ends, or until their profile is in use.
    ``targets`` are all that were used, ``previous`` is the profile before this one.
    """

    def __init__(self, app: MessagesApp, services: Services) -> None:
        self.session: Session | None = None
        self.previous: Profile | None = None
        self.targets: list[Target] = []
        self._app = app
        self._services = services
        self._left: list[Session] = []
        self._beside: dict[str, Session] = {}
        self._places: dict[tuple[str, RecordKey], ListPlace] = {}
        self._switching = asyncio.Lock()
        self._remembering = asyncio.Lock()
        self._command_lines: tuple[str, ...] = ()
        self._numbers = itertools.count()
        services.reports.write_ended = self._write_ended
        services.drafts.changed = self._drafts_changed
        services.reports.command_said = self._command_said
        services.reports.warn = self._warn

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The session in use, those beside it, and those that still have writes under way."""
        in_use = (self.session,) if self.session is not None else ()
        return (*self._left, *self._beside.values(), *in_use)

    def beside(self, profile: Profile) -> Session:
        """The session of one of all profiles: that in use, or one beside it.

        Raises ``HostRefused``.
        """
        if self.session is not None and self.session.profile == profile:
            return self.session
        session = self._beside[profile.name] = self._from_beside(profile)
        return session

    def _from_beside(self, profile: Profile) -> Session:
        """Take the session beside, if the profile is still the same, or else a new one."""
        session = self._beside.pop(profile.name, None)
        if session is not None and session.profile == profile:
            return session
        if session is not None:
            self._leave(session)
        session = self._new_session(profile)
        self.targets.append(session.target)
        return session

    def start(self, profile: Profile) -> None:
        """Use the profile of the start. Raises ``HostRefused``."""
        self.session = self._new_session(profile)
        self.targets.append(self.session.target)
        choice = self._services.choice
        self.session.memory.overrules = choice.wordings if choice is not None else ()

    def _new_session(self, profile: Profile) -> Session:
        """A session that goes on where the profile was left in this run."""
        session = self._services.session(profile)
        where = (profile.name, session.key(None))
        session.memory.place = self._places.setdefault(where, session.memory.place)
        return session

    def screen(self, session: Session) -> ConnectionsScreen:
        """The home screen of a session."""
        return ConnectionsScreen(session, self._services)

    @property
    def switching(self) -> bool:
        """Whether another profile is about to be used."""
        return self._switching.locked()

    async def use(self, profile: Profile | None) -> None:
        """Use another profile, or the one before: a new session on a new screen.

        Switches follow one another.
        """
        async with self._switching:
            profile = profile or self.previous
            if profile is not None:
                await self._use(await self._services.in_file(profile.name) or profile)

    async def _use(self, profile: Profile) -> None:
        try:
            session = self._from_beside(profile)
        except HostRefused as error:
            words = f"{clean(profile.name)}: {error}"
            tell(self._app, words, about=About.PROFILE, kind=Kind.BAD)
            return
        before = self.session
        if before is not None and before.profile.name != profile.name:
            self.previous = before.profile
        self.session = session
        await self._show(session)
        self._app.clear_messages()
        self._app.run_worker(self._remember_use(profile))
        if before is not None:
            self._leave(before)

    def _leave(self, session: Session) -> None:
        self._left.append(session)
        self._app.run_worker(self._finish(session))

    async def _show(self, session: Session) -> None:
        """Show another session: first end the workers of the old screens, then those screens."""
        app = self._app
        for worker in tuple(app.workers):
            if worker.node is not app:
                worker.cancel()
        await asyncio.sleep(0)
        before, mode = app.current_mode, f"session {next(self._numbers)}"
        app.add_mode(mode, lambda: self.screen(session))
        await app.switch_mode(mode)
        await app.remove_mode(before)

    async def _finish(self, session: Session) -> None:
        """Drop what the left profile was asked; its writes end first, and are then reported."""
        await session.aclose()
        self._left = [left for left in self._left if left is not session]

    async def _remember_use(self, profile: Profile) -> None:
        words, used = "The last profile could not be saved", self._services.settings.used
        async with self._remembering:  # in the order of the switches
            await self._services.reports.attempt(words, used, profile.name)

    def _write_ended(self, session: Session, ended: Unattended) -> None:
        # Not a coroutine yet: while the app closes, the worker never begins.
        _: Worker[None] = self._app.run_worker(partial(self._follow_up, session, ended))

    def _warn(self, words: str) -> None:
        """Warn, but later: whoever warns, such as the journal, must not depend on the screen."""
        words = clean(words, 400)
        self._app.call_later(partial(tell, self._app, words, about=words, kind=Kind.WARNING))

    def _drafts_changed(self) -> None:
        """Called in any thread, also by a write that outlives the program."""
        if self._app.is_running:
            self._app.call_later(self._tell_drafts_changed)

    def _tell_drafts_changed(self) -> None:
        for screen in self._app.screen_stack:
            screen.post_message(DraftsChanged())

    async def _follow_up(self, session: Session, ended: Unattended) -> None:
        """Look what the server holds, report it, and have the screens read it again."""
        from smtp_tui.workflows.look_up import look_up

        in_use = any(session is each for each in (self.session, *self._beside.values()))
        asked = session if in_use else self._services.session(session.profile)
        try:
            found = await look_up(asked.connections, ended.write, ended.error)
        finally:
            if not in_use:
                await asked.aclose()
        if found.done or (ended.error is None and not found.contradicts):
            with suppress(FileProblem):  # at worst a draft is offered once more
                await asyncio.to_thread(self._forget_draft, session, ended.write)
        words, good = report_words(ended, found)
        self._app.forget(About.WAITING)
        kind = Kind.GOOD if good else Kind.BAD
        about = f"write {ended.write.id}"
        tell(self._app, clean(words, 400), about=about, kind=kind, lasting=True)
        for screen in self._app.screen_stack:
            screen.post_message(WriteEnded(session, ended.write.request.record_id))

    def _forget_draft(self, session: Session, write: Write) -> None:
        key, record = session.key(write.request.record_id), write.record
        name = record.name if record is not None else write.request.new_name
        self._services.drafts.discard_saved(key, name or "")

    def _command_said(self, profile: Profile, line: str) -> None:
        """Show the last lines of a token command while it is waited for; none once it has ended."""
        if not line:
            self._command_lines = ()
            self._app.forget(About.TOKEN)
            return
        self._command_lines = (*self._command_lines, clean(line, 200))[-LINES_KEPT:]
        words = f"{clean(profile.name, 40)}: {clean(source_words(profile.token), 60)} says"
        tell(self._app, "\n  ".join((words, *self._command_lines)), about=About.TOKEN)

    def keep_token(self) -> None:
        """Get the next token before this one ends, whatever is on the screen."""
        for session in (self.session, *self._beside.values()):
            if session is not None and session.tokens.due:
                from smtp_tui.workflows.sign_in import keep_fresh

                self._app.run_worker(keep_fresh(session))


def report_words(ended: Unattended, found: Found) -> tuple[str, bool]:
    """How a write ended that nobody waited for, and whether that is good news."""
    profile = ended.write.target.name
    what = f"{profile}: {ended.write.request.operation.value}"
    if ended.error is None:
        if found.contradicts:
            return f"{what} – {found.words}", False
        if ended.gone:
            return f"{what} – the record was already deleted", True
        return f"{what} – done after you left", True
    if found.done is not None:
        said = "but it was done" if found.done else "and it was not done"
        return f"{what} – no answer, {said}", found.done
    return f"{profile}: {'; '.join(ended.error.lines()[:2])}", False
