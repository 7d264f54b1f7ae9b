"""The profiles: switch to one for this process, and edit those in the file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.model import ENVIRONMENT, Profile
from smtp_tui.profiles.store import ProfileRefused, Profiles
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, opens_screen
from smtp_tui.ui.dialogs.question import confirm
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.profiles.check import CheckDialog
from smtp_tui.ui.profiles.first_start import FirstStartScreen
from smtp_tui.ui.profiles.form import ProfileFormScreen
from smtp_tui.ui.profiles.rows import (
    COLUMNS,
    LOOKING,
    details,
    last_used_first,
    profile_row,
    reachability,
    token_state,
)
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import FilteredTable, RecordsTable, Row
from smtp_tui.workflows.session import Session


class ProfilesDialog(Dialog[Profile | None]):
    """The result is the profile to use from now on; the default is for the next start."""

    TITLE = "Profiles"
    DEFAULT_CSS = """
    ProfilesDialog > #box { width: 100; }
    ProfilesDialog FilteredTable { height: auto; margin: 0 0 1 0; }
    ProfilesDialog RecordsTable { height: 10; }
    ProfilesDialog #profiles-said { display: none; text-style: bold; }
    ProfilesDialog #profiles-said.-shown { display: block; }
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
        self._list = FilteredTable(COLUMNS, back="dialog.cancel")
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
        if problem:
            self._say(problem)
        self.fill()
        self._look()
        if chosen is not None:
            self._list.table.move_to(chosen)

    def _stored(self, profile: Profile) -> bool:
        """Return whether the file has a profile of this name."""
        return self._profiles.named(profile.name) is not None

    @property
    def _all(self) -> tuple[Profile, ...]:
        extra = (each for each in self._services.extra_profiles if not self._stored(each))
        return tuple(last_used_first((*extra, *self._profiles.profiles), self._recent))

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
        sign = "*" if in_use else "d" if profile.name == self._profiles.default else ""
        state = self._states.get(profile.name, LOOKING)
        return profile_row(profile, sign, state, token_state(self._services, profile))

    def _look(self) -> None:
        """Look at each host in a worker of its own, so that a dead one delays no other."""
        for profile in self._all:
            if profile.name not in self._states:
                self._states[profile.name] = LOOKING
                self.run_worker(self._look_at(profile), group="look", description="look at a host")

    async def _look_at(self, profile: Profile) -> None:
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
        chosen = self._chosen
        if chosen is not None:
            state = self._states.get(chosen.name, LOOKING)
            self._details.update(details(chosen, state, token_state(self._services, chosen)))

    def _say(self, text: str) -> None:
        self._said.update(clean(text))
        self._said.set_class(bool(text), "-shown")

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
        if chosen is None:
            return
        if self._stored(chosen):
            self._edit(chosen, chosen.name, chosen.name)
        else:
            before = replace(chosen, name=_storable(chosen.name), variables=None)
            self._edit(before, None, chosen.name)

    def action_clone(self) -> None:
        """Edit a copy of the profile."""
        if self._chosen is not None:
            before = self._chosen.name
            name = _storable(before) if before == ENVIRONMENT else f"{before}-copy"
            self._edit(replace(self._chosen, name=name, variables=None), None, None)

    @opens_screen
    async def _edit(self, profile: Profile, stored_as: str | None, edited: str | None) -> None:
        """Show the form of a profile.

        ``stored_as`` is its name in the file. ``edited`` is the name of the profile that it
        replaces: if that is in use, the new one is used at once.
        """
        title = f"Save the profile {edited} to the file" if edited and stored_as is None else ""
        form = ProfileFormScreen(self._services, self._session, profile, stored_as, title)
        saved = await self.app.push_screen_wait(form)
        if saved is not None and edited is not None and edited == self._in_use:
            self.dismiss(saved)
        elif saved is not None:
            self._states.pop(saved.name, None)
            await self._read(saved.name)

    def action_delete(self) -> None:
        """Delete the profile, after a question."""
        chosen = self._chosen
        if chosen is None:
            return
        if chosen.name == self._in_use:
            self._say("This profile is in use; switch to another one first.")
        elif not self._stored(chosen):
            self._say(f"{chosen.name} is not in the file, so there is nothing to delete.")
        else:
            self._delete(chosen)

    @opens_screen
    async def _delete(self, profile: Profile) -> None:
        name, host = clean(profile.name, 40), clean(profile.host, 80)
        body = Content(f"Host {host}. Nothing on the server changes.")
        question = confirm(f"Delete profile {name}?", body, "Delete", self._services.clock)
        if await self.app.push_screen_wait(question):
            self._change(lambda: self._services.store.remove(profile.name))

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


def _storable(name: str) -> str:
    """Return a name that the file takes; the name of the vendor's variables is reserved."""
    return "saved" if name == ENVIRONMENT else name
