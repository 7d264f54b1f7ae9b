"""The app: the keys that work everywhere, and the one place where sessions are exchanged."""

from __future__ import annotations

import asyncio
import gc
import itertools
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette
from textual.screen import Screen
from textual.widgets import Input

from smtp_tui.api.activity import Exchange
from smtp_tui.api.confirmation import new_name
from smtp_tui.api.requests import record_id_of
from smtp_tui.api.target import HostRefused, Target
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.running import LINES_KEPT
from smtp_tui.profiles.sources import source_words
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import BY_ID, Situation, bindings, unavailable
from smtp_tui.ui.base import TICK, WIDE, Dialog, FullScreen
from smtp_tui.ui.commands import APP_ACTIONS, command
from smtp_tui.ui.connections.record_actions import RecordScreen
from smtp_tui.ui.connections.screen import ConnectionsScreen
from smtp_tui.ui.keymap import rebound
from smtp_tui.ui.leaving import LeavingApp
from smtp_tui.ui.services import Services
from smtp_tui.ui.terminal.shutdown import WRITE_SECONDS, Ends
from smtp_tui.ui.theme import APP_CSS
from smtp_tui.ui.widgets.inputs import PasteRefused
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.api.writes import Unattended, Write

AT_REST = 1.0
"""Seconds after which the first rows are there, or are waited for."""


class SmtpTui(LeavingApp):
    """One window on one profile at a time; everything it needs is handed in."""

    TITLE = "smtp-tui"
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app.command_palette", *APP_ACTIONS)]
    DEFAULT_MODE = "start"  # a mode for each session, so that a switch ends all its screens
    ALLOW_SELECT = False  # the terminal's own selection, with shift where the mouse is taken
    VERTICAL_BREAKPOINTS = [(0, "-short"), (24, "-tall")]  # noqa: RUF012 - declared so
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - declared so
    CSS = APP_CSS

    def __init__(
        self,
        services: Services,
        profile: Profile | None,
        start_problem: str = "",
        ends: Ends | None = None,
    ) -> None:
        super().__init__(services.clock)
        self.theme = "ansi-dark"
        self.animation_level = "none"
        self._services = services
        self._previous: Profile | None = None
        self._targets: list[Target] = []
        self._session: Session | None = None
        self._ends = ends
        self._left: list[Session] = []
        self._switching = asyncio.Lock()
        self._remembering = asyncio.Lock()
        self._command_lines: tuple[str, ...] = ()
        self._numbers = itertools.count()
        services.held.report = self._ended
        services.held.report_test = self.report_test
        services.held.warn = self.warn
        services.held.command_says = self._command_says
        self._start_problem = start_problem
        if profile is not None and not start_problem:
            try:
                session = services.session(profile)
                session.memory.overrules = services.choice.short if services.choice else ""
                self._take(session)
            except HostRefused as error:
                self._start_problem = f"The host of the profile {profile.name}: {error}"

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The session in use, and those that were left and still have writes under way."""
        return (*self._left, self._session) if self._session is not None else ()

    def _take(self, session: Session) -> None:
        self._session = session
        self._targets.append(session.target)

    def on_mount(self) -> None:
        """The connections; what hinders them; or the form of a first profile."""
        if self._ends is not None:
            self._ends.attend(self)
        self.add_mode(self.DEFAULT_MODE, self.get_default_screen)  # or it could not be removed
        self.set_interval(TICK, self._keep_token)
        self.set_timer(AT_REST, _collect_again)
        if self._start_problem:
            from smtp_tui.ui.profiles.start_problem import StartProblemScreen

            self.push_screen(StartProblemScreen(self._services.clock, self._start_problem))
        elif self._session is None:
            self._first_start()

    def get_default_screen(self) -> Screen[Any]:
        """The connections, at once, where there is a profile."""
        if self._session is None:
            return super().get_default_screen()
        return ConnectionsScreen(self._session, self._services)

    async def on_unmount(self) -> None:
        """Finish the writes under way and close the client, whichever way the program ends.

        Told to end, it waits a little and no more; ``given_up`` are the writes it left.
        """
        told = self._ends is not None and self._ends.number is not None
        for session in self.sessions:
            self.given_up += await session.aclose(WRITE_SECONDS if told else None)

    @work(group="start", description="first start")
    async def _first_start(self) -> None:
        from smtp_tui.ui.profiles.first_start import FIRST_START, FirstStartScreen

        if await asyncio.to_thread(self._services.store.path.exists):
            await self._choose_profile()
            return
        profile = await self.push_screen_wait(FirstStartScreen(self._services, None, FIRST_START))
        if profile is None:
            self.exit()
        else:
            await self.use(profile)

    async def use(self, profile: Profile) -> None:
        """Use another profile: a new session on a new screen. Switches follow one another."""
        async with self._switching:
            await self._use(profile)

    async def _use(self, profile: Profile) -> None:
        profile = await self._services.current(profile)
        try:
            session = self._services.session(profile)
        except HostRefused as error:
            words = f"{clean(profile.name)}: {error}"
            self.tell(words, about=About.PROFILE, kind=Kind.BAD)
            return
        before = self._session
        if before is not None and before.profile.name != profile.name:
            self._previous = before.profile
        session.memory.introduced = before is None
        self._take(session)
        await self._show(session)
        self.clear_messages()
        self.run_worker(self._remember_use(profile), group="remember", description="last profile")
        if before is not None:
            self._leave(before)

    async def _show(self, session: Session) -> None:
        """Show another session: end what the screens await, while they are whole, and then them."""
        for worker in tuple(self.workers):
            if worker.node is not self:
                worker.cancel()
        await asyncio.sleep(0)
        before, mode = self.current_mode, f"session {next(self._numbers)}"
        self.add_mode(mode, lambda: ConnectionsScreen(session, self._services))
        await self.switch_mode(mode)
        await self.remove_mode(before)

    def _leave(self, session: Session) -> None:
        """Drop what the left profile was asked; its writes are finished, and then reported."""
        self._left.append(session)

        async def close() -> None:
            await session.aclose()
            self._left.remove(session)

        self.run_worker(close(), group="leave", description="finish the writes of a left profile")

    def _ended(self, session: Session, ended: Unattended) -> None:
        """A write ended that nobody waited for, in the profile in use or in one that was left."""
        self.run_worker(self._look_and_report(session, ended), group="report")

    async def _look_and_report(self, session: Session, ended: Unattended) -> None:
        """Look what the server holds, tell it, and have the list read again."""
        from smtp_tui.workflows.outcomes import follow_up

        in_use = session is self._session
        asked = session if in_use else self._services.session(session.profile)
        try:
            found = await follow_up(asked.connections, ended)
        finally:
            if not in_use:
                await asked.aclose()
        if found.done or (ended.error is None and not found.contradicts):
            with suppress(FileProblem):  # at worst a draft is offered once more
                await asyncio.to_thread(self._forget_draft, session, ended.write)
        self.report(ended, found)
        for screen in self.screen_stack:
            if isinstance(screen, RecordScreen) and screen.session is session:
                screen.written(record_id_of(ended.request))

    def _forget_draft(self, session: Session, write: Write) -> None:
        key, record = session.key(record_id_of(write.request)), write.record
        name = record.name if record is not None else new_name(write.request)
        self._services.drafts.discard_saved(key, name or "")

    async def _remember_use(self, profile: Profile) -> None:
        try:
            async with self._remembering:  # in the order of the switches
                await asyncio.to_thread(self._services.settings.used, profile.name)
        except FileProblem as error:
            self._services.held.tell_once(f"The last profile is not remembered: {error}")

    def _command_says(self, profile: Profile, line: str) -> None:
        """Show the last lines of a token command for as long as it is waited for."""
        if not line:
            self._command_lines = ()
            self.forget(About.TOKEN)
            return
        self._command_lines = (*self._command_lines, clean(line, 200))[-LINES_KEPT:]
        words = f"{clean(profile.name, 40)}: {clean(source_words(profile.token), 60)} says"
        self.tell("\n  ".join((words, *self._command_lines)), about=About.TOKEN)

    def _keep_token(self) -> None:
        """Have the next token before this one ends, whatever is on the screen."""
        session = self._session
        if session is not None and session.tokens.due:
            from smtp_tui.workflows.sign_in import keep_fresh

            self.run_worker(keep_fresh(session), group="token", description="renew the token")

    def action_profiles(self) -> None:
        """Choose a profile, unless a form holds something that a switch would lose."""
        if self._would_lose_text():
            return
        self._switch_profile()

    @work(group="profiles", exclusive=True, description="choose a profile")
    async def _switch_profile(self) -> None:
        await self._choose_profile()

    async def _choose_profile(self) -> None:
        from smtp_tui.ui.profiles.switcher import ProfilesDialog, Switch

        answer = await self.push_screen_wait(ProfilesDialog(self._services, self._session))
        if isinstance(answer, Switch):
            await self.use(answer.profile)
        elif self._session is None:
            self.exit()

    def action_previous_profile(self) -> None:
        """Back to the profile before, unless a form holds something typed."""
        if self._would_lose_text():
            return
        self.run_worker(self._use_previous(), group="previous", description="switch back")

    async def _use_previous(self) -> None:
        async with self._switching:
            if self._previous is not None:
                await self._use(self._previous)

    def action_activity(self) -> None:
        """What was asked and answered."""
        from smtp_tui.ui.logs.activity import ActivityScreen

        services = self._services
        self.push_screen(
            ActivityScreen(self._session, services.clock, services.activity, self._curl)
        )

    def _curl(self, exchange: Exchange) -> str:
        """The request as curl, at the host it went to, which may be another profile's by now."""
        from smtp_tui.api.curl import curl_line

        for target in reversed(self._targets):
            origins = (target.origin.url, target.identity_origin.url)
            if target.name == exchange.profile and exchange.origin in origins:
                return curl_line(target, exchange.request)
        return ""

    def action_journal(self) -> None:
        """What was written, and what came of it."""
        from smtp_tui.ui.logs.journal import JournalScreen

        if not isinstance(self.screen, JournalScreen):
            services = self._services
            self.push_screen(JournalScreen(self._session, services.clock, services.journal))

    def action_mailbox(self) -> None:
        """The demo's mailbox."""
        from smtp_tui.ui.logs.mailbox import MailboxScreen

        services = self._services
        if services.mailbox is not None:
            self.push_screen(MailboxScreen(self._session, services.clock, services.mailbox))

    def action_help(self) -> None:
        """The keys of this screen."""
        from smtp_tui.ui.dialogs.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            ids, situation = self._offered(self.screen)
            if self._services.mailbox is not None:
                ids = (*ids, "app.mailbox")
            self.push_screen(HelpScreen(ids, situation, rebound(self.screen)))

    def _offered(self, screen: Screen[object]) -> tuple[tuple[str, ...], Situation]:
        """The actions of a screen beside those everywhere, and what they depend on."""
        ids = screen.ACTIONS if isinstance(screen, (Dialog, FullScreen)) else ()
        situation = screen.situation if isinstance(screen, FullScreen) else Situation()
        return ids, replace(situation, previous_profile=self._previous is not None)

    def _would_lose_text(self) -> bool:
        """Whether a switch would lose what is typed, which is then said; a save goes on."""
        lost = any(not text.saving() for text in self.unsaved())
        if lost:
            words = "Save or leave the form first: a switch would lose what is typed."
            self.tell(words, about=About.FORM, kind=Kind.WARNING)
        return lost

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a mailbox in the demo only, and a profile before after the first switch."""
        if action == "mailbox":
            return self._services.mailbox is not None
        if action == "previous_profile":
            return True if self._previous is not None else None
        return True

    @on(PasteRefused)
    def say_refused(self, event: PasteRefused) -> None:
        """Say why a field without a line for it did not take a pasted text."""
        self.notify(event.words, severity="warning")

    @on(CommandPalette.Opened)
    def still_palette(self) -> None:
        """The palette stands still too: its cursor, and the hidden sign of a search."""
        for field in self.screen.query(Input):
            field.cursor_blink = False
        for sign in self.screen.query("LoadingIndicator"):
            sign.auto_refresh = None

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that is possible here, by name."""
        chosen = rebound(screen)
        ids, situation = self._offered(screen)
        for action_id in dict.fromkeys((*ids, "app.back")):
            if unavailable(action_id, situation) is None:
                yield command(screen, chosen.get(action_id, BY_ID[action_id]))
        for action_id in APP_ACTIONS:
            if self.check_action(BY_ID[action_id].verb, ()):
                yield command(self, chosen.get(action_id, BY_ID[action_id]))


def _collect_again() -> None:
    """Look for garbage again, but never among what the start has made: that stays."""
    gc.freeze()
    gc.enable()
