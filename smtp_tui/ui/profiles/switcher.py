"""The profiles: switch to one for this process, and edit those in the file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.errors import CertificateRefused
from smtp_tui.api.target import HostRefused, Target
from smtp_tui.profiles.model import ENVIRONMENT, Profile
from smtp_tui.profiles.sources import EnvironmentToken, source_words
from smtp_tui.profiles.store import ProfileRefused, Profiles
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, shortened, time_left
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, opens_screen
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.profiles.check import CheckDialog
from smtp_tui.ui.profiles.form import FirstStartScreen, ProfileFormScreen
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import Column, FilteredTable, RecordsTable, Row
from smtp_tui.workflows.check_profile import Stage, Step, look
from smtp_tui.workflows.session import Session

_COLUMNS: Final = (
    Column("sign", "", 1),
    Column("name", "PROFILE", 12, flexible=True),
    Column("host", "HOST", 26, flexible=True),
    Column("tenant", "TENANT", 13, priority=1),
    Column("state", "STATE", 12, priority=2),
    Column("access", "ACCESS", 9, priority=3),
    Column("token", "TOKEN", 12, flexible=True, priority=4),
    Column("team", "TEAM", 6, flexible=True, priority=5),
)
_LOOK_SECONDS: Final = 3.0
"""The time limit of each step of a look at a host."""
_LOOKING: Final = "…"


class ProfilesDialog(Dialog[Profile | None]):
    """The result is the profile to use from now on; the default is for the next start."""

    TITLE = "Profiles"
    DEFAULT_CSS = """
    ProfilesDialog > #box { width: 100; }
    ProfilesDialog FilteredTable { height: auto; margin: 0 0 1 0; }
    ProfilesDialog RecordsTable { height: 10; }
    ProfilesDialog #profiles-said { display: none; text-style: bold; }
    """
    ACTIONS = (
        *("dialog.cancel", "profiles.new", "profiles.edit", "profiles.clone", "profiles.check"),
        *("profiles.delete", "profiles.default"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("q", "cancel", show=False),
        Binding("slash", "filter", show=False),
    ]

    def __init__(self, services: Services, session: Session | None) -> None:
        super().__init__()
        self._services = services
        self._session = session
        self._in_use = session.profile.name if session is not None else None
        self._profiles = Profiles()
        self._states: dict[str, str] = {}
        self._recent: tuple[str, ...] = ()
        self._list = FilteredTable(_COLUMNS, back="dialog.cancel")
        self._details, self._said = PlainText(), PlainText(id="profiles-said")

    def compose_box(self) -> Iterable[Widget]:
        """Table, details, what is wrong, keys."""
        if self._services.choice is not None and self._services.choice.remark:
            yield PlainText(clean(f"At the start: {self._services.choice.remark}", 400))
        yield from (self._list, self._details, self._said)
        key = {action_id: bound(self, action_id).first_key for action_id in self.ACTIONS}
        yield PlainText(
            f"Enter switches this window · {key['profiles.new']} new · {key['profiles.edit']} edit"
            f" · {key['profiles.clone']} clone · {key['profiles.delete']} delete\n"
            f"{key['profiles.check']} check · {key['profiles.default']} makes default · / filter"
            f" · {self.cancel_key} back    * in use   d default",
            classes="hint",
        )

    def on_mount(self) -> None:
        """Read the file and start on the profile in use."""
        self._list.table.focus()
        self._load()

    @opens_screen
    async def _load(self) -> None:
        """Read the file as if a screen were opened, so that keys typed ahead wait for it."""
        await self._read(self._in_use)

    async def _read(self, chosen: str | None = None) -> None:
        """Read the file, look at the hosts, and put the cursor on a profile."""
        self._recent = await self._services.recent()
        problem = ""
        try:
            self._profiles = await asyncio.to_thread(self._services.store.load)
        except FileProblem as error:
            problem = str(error)
        if not self.is_attached:
            return  # closed meanwhile
        self.fill()
        if problem:
            self._say(problem)
        for profile in self._all:
            if profile.name not in self._states:
                self._states[profile.name] = _LOOKING
                self._look_at(profile)
        if chosen is not None:
            self._list.table.move_to(chosen)

    def _stored(self, profile: Profile) -> bool:
        """Return whether the file has a profile of this name."""
        return self._profiles.named(profile.name) is not None

    @property
    def _all(self) -> list[Profile]:
        """The last used first; those never used follow in their own order."""
        extra = (profile for profile in self._services.extra_profiles if not self._stored(profile))
        ranks = {name: rank for rank, name in enumerate(self._recent)}
        profiles = (*extra, *self._profiles.profiles)
        return sorted(profiles, key=lambda profile: ranks.get(profile.name, len(ranks)))

    @property
    def _chosen(self) -> Profile | None:
        cursor = self._list.table.cursor_id
        return next((profile for profile in self._all if profile.name == cursor), None)

    @on(Input.Changed)
    def fill(self) -> None:
        """Show the profiles that hold the words of the filter."""
        table, rows = self._list.table, tuple(map(self._row, self._all))
        table.rows = self._list.matching(rows)
        table.notice = self._list.nothing_found if rows else ""
        table.styles.height = max(4, min(12, len(rows) + 1))
        self.show_details()
        if not rows:
            self._say(f"No profile yet: {bound(self, 'profiles.new').first_key} makes one.")

    def _row(self, profile: Profile) -> Row:
        in_use = profile.name == self._in_use
        cells = (
            "*" if in_use else "d" if profile.name == self._profiles.default else "",
            clean(profile.name, 80),
            clean(profile.shown_host, 80),
            shortened(clean(profile.tenant, 80), 13),
            self._states.get(profile.name, _LOOKING),
            profile.access.value,
            token_state(self._services, profile),
            clean(profile.team, 40),
        )
        return Row(profile.name, cells)

    @work(group="look", description="look at a host")
    async def _look_at(self, profile: Profile) -> None:
        """Look at a host in a worker of its own, so that a dead one delays no other."""
        try:
            state = await reachability(self._services.target_of(profile))
        except HostRefused:
            state = "no host"
        self._states[profile.name] = state
        if self.is_attached:
            self.fill()

    @on(RecordsTable.CursorMoved)
    def show_details(self) -> None:
        """Show what the table has no room for."""
        profile = self._chosen
        if profile is None:
            return
        parts = (
            clean(profile.shown_host, 80),
            f"tenant {clean(profile.tenant, 80) or 'not known'}",
            f"team {clean(profile.team, 40)}",
            f"namespace {clean(profile.namespace, 40) or 'none'}",
            profile.access.value,
            f"token {token_state(self._services, profile)}",
            self._states.get(profile.name, _LOOKING).strip(_LOOKING),
        )
        self._details.update(" · ".join(filter(None, parts)))

    def _say(self, text: str) -> None:
        self._said.update(clean(text))
        self._said.display = bool(text)

    @on(RecordsTable.Opened)
    @on(Input.Submitted)
    def switch(self) -> None:
        """Use the profile under the cursor."""
        if self._chosen is not None:
            self.dismiss(self._chosen)

    def action_filter(self) -> None:
        """Open the filter."""
        self._list.open_filter()

    def action_cancel(self) -> None:
        """Close the filter, or go back with nothing done."""
        if not self._list.close_filter():
            self.dismiss(None)

    @opens_screen
    async def action_new(self) -> None:
        """Set up a new profile."""
        found = await self.app.push_screen_wait(FirstStartScreen(self._services, self._session))
        if found is None:
            return
        await self._read(found.name)
        if not self._stored(found):
            self.dismiss(found)

    def action_check(self) -> None:
        """Try the profile step by step."""
        if self._chosen is not None:
            self.app.push_screen(CheckDialog(self._services, self._chosen))

    def action_edit(self) -> None:
        """Edit the profile; one that is not in the file is saved there."""
        chosen = self._chosen
        if chosen is not None and self._stored(chosen):
            self._edit(chosen, chosen.name, chosen.name)
        elif chosen is not None:
            self._edit(_storable(chosen, chosen.name), None, chosen.name)

    def action_clone(self) -> None:
        """Edit a copy of the profile."""
        if self._chosen is not None:
            self._edit(_storable(self._chosen, f"{self._chosen.name}-copy"), None, None)

    @opens_screen
    async def _edit(self, profile: Profile, stored_as: str | None, edited: str | None) -> None:
        """Show the form of a profile.

        ``stored_as`` is its name in the file. ``edited`` is the name of the profile that it
        replaces: if that is in use, the new one is used at once.
        """
        form = ProfileFormScreen(self._services, self._session, profile, stored_as)
        if edited and stored_as is None:
            form.title = f"Save the profile {edited} to the file"
        saved = await self.app.push_screen_wait(form)
        if saved is not None and edited is not None and edited == self._in_use:
            self.dismiss(saved)
        elif saved is not None:
            self._states.pop(saved.name, None)
            await self._read(saved.name)

    @opens_screen
    async def action_delete(self) -> None:
        """Delete the profile, after a question."""
        chosen = self._chosen
        if chosen is None:
            return
        if chosen.name == self._in_use:
            self._say("This profile is in use; switch to another one first.")
        elif not self._stored(chosen):
            self._say(f"{chosen.name} is not in the file, so there is nothing to delete.")
        else:
            body = Content(f"Host {clean(chosen.host, 80)}. Nothing on the server changes.")
            title = f"Delete profile {clean(chosen.name, 40)}?"
            answers, clock = ((False, "Cancel"), (True, "Delete")), self._services.clock
            question = QuestionDialog(title, body, answers, clock, escape=False)
            if await self.app.push_screen_wait(question):
                self._change(lambda: self._services.store.remove(chosen.name))

    def action_default(self) -> None:
        """Start with this profile from now on."""
        if self._chosen is not None:
            name = self._chosen.name
            words = f"{name} is the default now; this window stays where it is."
            self._change(lambda: self._services.store.set_default(name), words)

    @work(group="profiles file", description="change the profiles")
    async def _change(self, change: Callable[[], object], words: str = "") -> None:
        """Change the file in a thread, and say how that went."""
        self._say("Writing the profiles …")
        try:
            await asyncio.to_thread(change)
        except (ProfileRefused, FileProblem) as error:
            words = str(error)
        await self._read()
        self._say(words)


def _storable(profile: Profile, name: str) -> Profile:
    """Return it as the file takes it; the name of the profile of the variables is reserved."""
    name = "saved" if profile.name == ENVIRONMENT else name
    return replace(profile, name=name, variables=None)


async def reachability(target: Target) -> str:
    """Return in a word or two whether the server answers with a good certificate; sends nothing."""
    steps: list[Step] = []
    if await look(target, steps.append, _LOOK_SECONDS):
        return "answers"
    last = steps[-1]
    if isinstance(last.error, CertificateRefused):
        return "CERT CHANGED" if last.error.pinned else "untrusted"
    return "no such host" if last.stage is Stage.NAME else "no answer"


def token_state(services: Services, profile: Profile) -> str:
    """Return how long the token of a profile stays valid, or where one would come from."""
    words = clean(source_words(profile.token), 48)
    try:
        held = services.tokens_of(profile, services.target_of(profile))
    except HostRefused:
        return words
    if held.token() is not None:
        if held.expires_at is None:
            return f"held ({held.words})"
        left = time_left((held.expires_at - held.clock.now()).total_seconds())
        return f"{left} ({held.words})"
    if isinstance(profile.token, EnvironmentToken):
        there = "set" if services.environ.get(profile.token.variable) else "not set"
        return f"{words} {there}"
    return words
