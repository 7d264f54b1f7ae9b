"""The app: the keys that work everywhere, and the parts of the program that it joins."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterable
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, cast

from msgspec.structs import replace
from textual import on, work
from textual.app import SystemCommand
from textual.binding import BindingType, Keymap
from textual.command import CommandPalette
from textual.driver import Driver
from textual.events import Event, Key
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Input

from smtp_tui import ui
from smtp_tui.api.activity import Exchange
from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.model import Profile
from smtp_tui.ui.actions import APP_ACTIONS, BY_ID, Action, Situation, bindings
from smtp_tui.ui.base import TICK, Dialog, FullScreen, WriteEnded
from smtp_tui.ui.current_profile import CurrentProfile
from smtp_tui.ui.keymap import with_keys
from smtp_tui.ui.leaving import Leaving
from smtp_tui.ui.messages import MessagesApp, Offer, tell
from smtp_tui.ui.services import Services
from smtp_tui.ui.terminal.driver import TerminalDriver
from smtp_tui.ui.terminal.frame_diff import FrameDiff
from smtp_tui.ui.terminal.reader import CopyTold, Told
from smtp_tui.ui.terminal.shutdown import WRITE_SECONDS, Shutdown
from smtp_tui.ui.terminal.typed_ahead import TypedAhead
from smtp_tui.ui.theme import ANSI, APP_CSS, THEMES, role_defaults
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session

if TYPE_CHECKING:
    from smtp_tui.state.runs import KeptRun
    from smtp_tui.ui.all_profiles.screen import AllProfilesScreen

AT_REST = 1.0
"""Seconds after which the first rows are there, or are waited for."""


class SmtpTui(MessagesApp):
    """One window on one profile at a time; everything it needs is handed in."""

    TITLE = "smtp-tui"
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app.command_palette", *APP_ACTIONS)]
    DEFAULT_MODE = "start"  # a mode for each session, so that a switch ends all its screens
    ALLOW_SELECT = False  # the terminal's own selection, with shift if the mouse is taken
    CSS = APP_CSS

    def __init__(
        self,
        services: Services,
        profile: Profile | None,
        start_problem: str = "",
        shutdown: Shutdown | None = None,
        *,
        enhanced_keyboard: bool = False,
        theme: str = ANSI.name,
    ) -> None:
        self._frames = FrameDiff()
        driver = partial(TerminalDriver, frames=self._frames, enhanced_keyboard=enhanced_keyboard)
        # The terminal's own colours while it begins: without them NO_COLOR paints black on black.
        super().__init__(cast("type[Driver]", driver), ansi_color=True)
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme
        self.ansi_color = None  # as the theme has it
        self.animation_level = "none"
        self._services = services
        self._kept_theme = theme
        self._chosen_keys: Keymap = {}
        self._start_problem = start_problem
        self._ends = shutdown
        self._all: AllProfilesScreen | None = None
        self.typed_ahead = TypedAhead(self, self._hand_on, self._opening)
        self._current = CurrentProfile(self, services)
        self.leaving = Leaving(self, services.clock, self._sessions, lambda: services.run_under_way)
        if profile is not None and not start_problem:
            try:
                self._current.start(profile)
            except HostRefused as error:
                self._start_problem = f"The host of the profile {profile.name}: {error}"

    def on_mount(self) -> None:
        """The connections; what hinders them; or the form of a first profile."""
        if self._ends is not None:
            self._ends.attend(self, lambda: self.typed_ahead.busy, self.leaving.keep)
        self.add_mode(self.DEFAULT_MODE, self.get_default_screen)  # or it could not be removed
        self.set_interval(TICK, self._current.keep_token)
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        self.set_timer(AT_REST, self._load_screens)
        self.set_timer(AT_REST, self._look_for_runs)
        if self._start_problem:
            from smtp_tui.ui.profiles.check import StartProblemScreen

            self.push_screen(StartProblemScreen(self._services.clock, self._start_problem))
        elif self._services.several is not None:
            self.action_all_profiles()
        elif self._current.session is None:
            self._first_start()

    def _sessions(self) -> tuple[Session, ...]:
        """All that may have writes under way."""
        run = self._services.run_under_way
        return (*self._current.sessions, *(run.sessions if run is not None else ()))

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The roles of colours that a theme of Textual does not know."""
        return role_defaults(self.current_theme, colours=not self.no_color)

    def _theme_changed(self, theme: Theme) -> None:
        if theme.name != self._kept_theme:
            self._kept_theme = theme.name
            self.run_worker(self._keep_theme(theme.name), group="theme")

    async def _keep_theme(self, name: str) -> None:
        words, keep = "The theme could not be saved", self._services.keep_theme
        await self._services.reports.attempt(words, keep, name)

    def get_default_screen(self) -> Screen[Any]:
        """The connections, at once, if there is a profile."""
        session = self._current.session
        return super().get_default_screen() if session is None else self._current.screen(session)

    async def on_unmount(self) -> None:
        """Finish the writes under way and close the client, whichever way the program ends.

        A program that was told to end waits a little and no more.
        """
        told = self._ends is not None and self._ends.number is not None
        await self.leaving.close(WRITE_SECONDS if told else None)

    async def on_event(self, event: Event) -> None:
        """Take keys one at a time."""
        await self.typed_ahead.take(event)

    async def _hand_on(self, event: Event) -> None:
        """Handle an event. Why the key before did nothing is old with the next one."""
        if isinstance(event, Key) and not event.is_forwarded:
            self.forget(About.IMPOSSIBLE)
        await super().on_event(event)

    def _opening(self) -> bool:
        """Whether another screen is about to come up, or the palette still searches."""
        screen = self.screen
        if self._current.switching:
            return True
        if isinstance(screen, CommandPalette):
            return any(each.node is screen and each.is_running for each in self.workers)
        opening = screen.opening if isinstance(screen, FullScreen | Dialog) else None
        return opening is not None and opening.is_running

    def on_told(self, event: Told) -> None:
        """Tell what the terminal has to say."""
        kind = Kind.WARNING if event.bad else Kind.PLAIN
        tell(self, event.words, about=About.TERMINAL, kind=kind)

    def on_copy_told(self, event: CopyTold) -> None:
        """Tell which way the text went that was copied last."""
        self.tell_copied(event.words, sent=not event.bad)

    @on(Driver.SignalResume)
    def action_redraw(self) -> None:
        """Send the whole screen, whatever another program wrote over it."""
        self._frames.forget()
        self.refresh()

    async def action_quit(self) -> None:
        """Quit; asks if something typed would be lost, and says what it waits for."""
        self.leaving.leave()

    action_leave = action_quit

    @work
    async def _first_start(self) -> None:
        from smtp_tui.ui.profiles.form import FIRST_START, FirstStartScreen

        if await asyncio.to_thread(self._services.store.path.exists):
            await self._choose_profile()
            return
        profile = await self.push_screen_wait(FirstStartScreen(self._services, None, FIRST_START))
        if profile is None:
            self.exit()
        else:
            await self._current.use(profile)

    def action_profiles(self) -> None:
        """Choose a profile, unless a form holds something that a switch would lose."""
        if not self._would_lose_text():
            self.run_worker(self._choose_profile(), group="profiles", exclusive=True)

    async def _choose_profile(self) -> None:
        from smtp_tui.ui.profiles.switcher import ProfilesDialog

        dialog = ProfilesDialog(self._services, self._current.session)
        answer = await self.push_screen_wait(dialog)
        if answer is not None:  # in its own worker: the next press of the key ends this one
            self.run_worker(self._current.use(answer))
        elif self._all is not None and self._all is self.screen:
            self._all.open_profiles()  # one may have been changed meanwhile
        elif self._current.session is None:
            self.exit()

    def action_all_profiles(self) -> None:
        """Show the records of all profiles; where they are open below, go one step back to them."""
        from smtp_tui.ui.all_profiles.screen import AllProfilesScreen

        top = self.screen
        if not any(screen is self._all for screen in self.screen_stack):
            alone = self._current.session is None
            self._all = AllProfilesScreen(self._services, self._current.beside, alone=alone)
            self.push_screen(self._all, self._left_all)
        elif isinstance(top, FullScreen) and top is not self._all and not self._would_lose_text():
            top.action_back()

    def _left_all(self, changed: tuple[Session, ...] | None) -> None:
        """Have the list below read again what was changed."""
        for session in changed or ():
            for screen in self.screen_stack:
                screen.post_message(WriteEnded(session, None))

    @property
    def _in_all(self) -> bool:
        """Whether all profiles are in front, with a profile in use below."""
        used = self._current.session is not None
        return used and self._all is not None and self._all is self.screen

    def action_previous_profile(self) -> None:
        """Back to the profile before, unless a form holds something typed."""
        if self._in_all and self._all is not None:
            self._all.leave()
        elif not self._would_lose_text():
            self.run_worker(self._current.use(None))

    def _would_lose_text(self) -> bool:
        """Whether a switch would lose what is typed, which is then said; a save goes on."""
        lost = any(not text.saving() for text in self.leaving.unsaved())
        if lost:
            words = "Save or leave the form first; a switch would lose your changes."
            tell(self, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)
        return lost

    def action_compare(self) -> None:
        """Compare the profile in use with another one, or with a file."""
        session = self._current.session
        if session is not None and not self._would_lose_text():
            from smtp_tui.ui.compare.screen import compare

            self.run_worker(compare(self, self._services, session), group="compare", exclusive=True)

    def action_activity(self) -> None:
        """Show every request of this run."""
        from smtp_tui.ui.logs.activity import ActivityScreen

        self.push_screen(ActivityScreen(self._current.session, self._services, self._curl))

    def _curl(self, exchange: Exchange) -> str:
        """The request as curl, at the host it went to, which may be another profile's by now."""
        from smtp_tui.api.curl import curl_line

        for target in reversed(self._current.targets):
            origins = (target.origin.url, target.identity_origin.url)
            if target.name == exchange.profile and exchange.origin in origins:
                return curl_line(target, exchange.request)
        return ""

    def action_journal(self) -> None:
        """Show every write of this user."""
        from smtp_tui.ui.logs.journal import JournalScreen

        services, session = self._services, self._current.session
        if not isinstance(self.screen, JournalScreen):
            self.push_screen(JournalScreen(session, services.clock, services.journal))

    @work(group="screens", description="load the other screens")
    async def _load_screens(self) -> None:
        """Load the other screens, so that the first key of each need not; then collect garbage
        again, but never look at what was made so far: that stays.
        """
        await asyncio.to_thread(_import_all, ui)
        gc.freeze()
        gc.enable()

    @work(group="runs", description="look for runs that ended early")
    async def _look_for_runs(self) -> None:
        """Say that a run ended early, once the first rows are there."""
        kept = await self._runs_left()
        if kept:
            from smtp_tui.ui.bulk.rest import tell_rest

            await tell_rest(self, self._services, kept)

    async def _runs_left(self) -> tuple[KeptRun, ...]:
        """The runs that were begun by programs that have ended, newest first."""
        words, read = "Runs that ended early cannot be read", self._services.run_store.all
        found = await self._services.reports.attempt(words, read) or ()
        mine = self._services.run_id
        return tuple(run for run in found if not run.in_use and run.id != mine)

    @work(group="runs", exclusive=True, description="show the run")
    async def action_run(self) -> None:
        """Show the run of this program, or offer the rest of one that ended early."""
        from smtp_tui.ui.bulk.rest import offer_rest
        from smtp_tui.ui.bulk.run import RunScreen

        services, session = self._services, self._current.session
        if isinstance(self.screen, RunScreen):
            return
        if not services.run_id:
            kept = await self._runs_left()
            if not kept:
                words = "No run yet: it begins with marked records."
                tell(self, words, about=About.IMPOSSIBLE)
            if not kept or not await offer_rest(self, services, kept[0]):
                return
        self.push_screen(RunScreen(session, services))

    def action_script(self) -> None:
        """Offer what this session changed and mailed as a script."""
        from smtp_tui.ui.dialogs import CopyDialog
        from smtp_tui.workflows.command_line import script

        activity = self._services.activity
        text = script(activity.exchanges, activity.forgotten)
        if text:
            of, action = "what this session changed", "app.script"
            self.push_screen(CopyDialog({"script": text}, of=of, action=action))
        elif activity.forgotten:
            words = "The newest requests changed nothing and sent no mail."
            tell(self, words, about=About.IMPOSSIBLE, offer=Offer("app.journal", "shows the older"))
        else:
            words = "Nothing was changed or mailed in this session yet."
            tell(self, words, about=About.IMPOSSIBLE)

    def action_mailbox(self) -> None:
        """Show the demo's mailbox."""
        from smtp_tui.ui.logs.mailbox import MailboxScreen

        services, session = self._services, self._current.session
        if services.mailbox is not None:
            self.push_screen(MailboxScreen(session, services.clock, services.mailbox))

    def action_help(self) -> None:
        """Show the keys of this screen."""
        from smtp_tui.ui.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            ids, situation = self._offered(self.screen)
            if self._services.mailbox is not None:
                ids = (*ids, "app.mailbox")
            self.push_screen(HelpScreen(self.screen, ids, situation))

    def _offered(self, screen: Screen[object]) -> tuple[tuple[str, ...], Situation]:
        """The actions of a screen besides those everywhere, and what they depend on."""
        ids = screen.ACTIONS if isinstance(screen, Dialog | FullScreen) else ()
        situation = screen.situation if isinstance(screen, FullScreen) else Situation()
        previous = self._current.previous is not None or self._in_all
        return ids, replace(situation, previous_profile=previous)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a mailbox in the demo only, and a profile before after the first switch."""
        if action == "mailbox":
            return self._services.mailbox is not None
        if action == "previous_profile":
            return True if self._current.previous is not None or self._in_all else None
        return True

    def on_key(self, event: Key) -> None:
        """Say why a key does nothing now on the screen in front.

        Each key comes by here, so the screen is not asked for all of its bindings.
        """
        ids, situation = self._offered(self.screen)
        for action in (BY_ID[each] for each in (*ids, "app.previous_profile")):
            keys = self._chosen_keys.get(action.id, action.keys).split(",")
            if event.key in keys and event.key != "enter":
                why = action.unavailable(situation)
                if why is not None:
                    words = f"{action.label_now(situation)}: {why}"
                    tell(self.screen, words, about=About.IMPOSSIBLE, kind=Kind.WARNING)

    def set_keymap(self, keymap: Keymap) -> None:
        """Use the keys that a person chose for actions, by the ids of these."""
        self._chosen_keys = keymap
        super().set_keymap(keymap)

    @on(CommandPalette.Opened)
    def still_palette(self) -> None:
        """Keep the palette still: its cursor, and the hidden sign of a search."""
        for field in self.screen.query(Input):
            field.cursor_blink = False
        for sign in self.screen.query("LoadingIndicator"):
            sign.auto_refresh = None

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that is possible here, by name."""
        ids, situation = self._offered(screen)
        for action in with_keys(screen, dict.fromkeys((*ids, "app.back"))):
            if action.unavailable(situation) is None:
                yield _command(screen, action)
        yield SystemCommand("Theme", "Choose the colours; they are kept", self.action_change_theme)
        for action in with_keys(screen, APP_ACTIONS):
            if self.check_action(action.verb, ()) and action.unavailable(situation) is None:
                yield _command(self, action)


def _command(where: Screen[object] | SmtpTui, action: Action) -> SystemCommand:
    """The action by name, with its key; ``where`` runs it as its key would."""
    run = partial(where.run_action, action.verb)
    return SystemCommand(action.label, f"{action.help}  ({action.key_display})", run)


def _import_all(package: ModuleType) -> None:
    """Import all modules of a package."""
    from pkgutil import walk_packages

    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
