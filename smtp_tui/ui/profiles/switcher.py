"""Choosing where the next key presses go: the profiles, with a switch for this process only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.model import ENVIRONMENT, Profile
from smtp_tui.profiles.reading import Profiles
from smtp_tui.profiles.store import ProfileRefused
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
    reachability,
    row,
    token_state,
)
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.inputs import Paste, TextInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.table import RecordsTable, Row
from smtp_tui.workflows.session import Session


class Switch(Struct, frozen=True):
    """The answer of the dialog: use this profile from now on, in this process."""

    profile: Profile


class ProfilesDialog(Dialog[Switch | None]):
    """Enter switches; D makes one the default for the next start, which is another thing."""

    BOX_TITLE = "Profiles"
    DEFAULT_CSS = """
    ProfilesDialog > #box { width: 100; }
    ProfilesDialog RecordsTable { height: 10; margin: 0 0 1 0; }
    ProfilesDialog #profiles-said { display: none; text-style: bold; }
    ProfilesDialog #profiles-said.-shown { display: block; }
    ProfilesDialog #profile-filter { height: 1; display: none; }
    ProfilesDialog #profile-filter.-open { display: block; }
    """
    ACTIONS = (
        "dialog.cancel",
        "profiles.new",
        "profiles.edit",
        "profiles.clone",
        "profiles.check",
        "profiles.delete",
        "profiles.default",
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
        self._current = session.profile if session is not None else None
        self._profiles = Profiles()
        self._states: dict[str, str] = {}
        self._recent: tuple[str, ...] = ()

    def compose_box(self) -> Iterable[Widget]:
        """Filter, table, what is wrong, keys."""
        if self._services.choice is not None and self._services.choice.remark:
            yield PlainText(clean(f"At the start: {self._services.choice.remark}", 400))
        yield TextInput(placeholder="filter", id="profile-filter", takes=Paste.WORDS)
        yield RecordsTable(COLUMNS, id="profiles")
        yield PlainText("", id="profile-details")
        yield PlainText("", id="profiles-said")
        key = {one: bound(self, one).first_key for one in self.ACTIONS}
        yield PlainText(
            f"Enter switches this window · {key['profiles.new']} new · {key['profiles.edit']} edit"
            f" · {key['profiles.clone']} clone · {key['profiles.delete']} delete\n"
            f"{key['profiles.check']} check · {key['profiles.default']} makes default · / filter"
            f" · {self.cancel_key} back    * in use   d default",
            classes="hint",
        )

    def on_mount(self) -> None:
        """Read the file and start on the profile in use."""
        self.query_one(RecordsTable).focus()
        self._load(self._current.name if self._current is not None else None)

    @opens_screen
    async def _load(self, chosen: str | None) -> None:
        """Read the file, and put the cursor on a profile; keys typed ahead wait for it."""
        await self._read(chosen)

    async def _read(self, chosen: str | None = None) -> None:
        self._recent = await self._services.recent()
        problem = ""
        try:
            self._profiles = await asyncio.to_thread(self._services.store.load)
        except FileProblem as error:
            problem = str(error)
        if not self._open:
            return
        if problem:
            self._say(problem)
        self._fill()
        self._look()
        if chosen is not None:
            self.query_one(RecordsTable).move_to(chosen)

    @property
    def _open(self) -> bool:
        """Whether the dialog still has its widgets; an answer may come while it closes."""
        return bool(self.query(RecordsTable))

    def _stored(self, profile: Profile) -> bool:
        """Whether a profile stands in the file, as it was read last."""
        return self._profiles.named(profile.name) is not None

    @property
    def _all(self) -> tuple[Profile, ...]:
        extra = [one for one in self._services.extra_profiles if not self._profiles.named(one.name)]
        return tuple(last_used_first((*extra, *self._profiles.profiles), self._recent))

    def _fill(self) -> None:
        words = self.query_one("#profile-filter", Input).value.casefold().split()
        rows = [self._row(profile) for profile in self._all]
        self.query_one(RecordsTable).rows = tuple(
            one for one in rows if all(word in " ".join(one.cells).casefold() for word in words)
        )
        self._show_details()
        self.query_one(RecordsTable).styles.height = max(4, min(12, len(rows) + 1))
        if not rows:
            self._say(f"No profile yet: {bound(self, 'profiles.new').first_key} makes one.")

    def _row(self, profile: Profile) -> Row:
        in_use = self._current is not None and profile.name == self._current.name
        sign = "*" if in_use else "d" if profile.name == self._profiles.default else ""
        state = self._states.get(profile.name, LOOKING)
        return row(profile, sign, state, token_state(self._services, profile))

    def _look(self) -> None:
        """Look at each profile by itself, so that a dead host delays none of the others."""
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
        if self._open:
            self._fill()

    @on(RecordsTable.CursorMoved)
    def _show_details(self) -> None:
        """All of the profile under the cursor, for what the table has no room for."""
        chosen = self._chosen
        if chosen is not None:
            state = self._states.get(chosen.name, LOOKING)
            words = details(chosen, state, token_state(self._services, chosen))
            self.query_one("#profile-details", PlainText).update(words)

    def _say(self, text: str) -> None:
        for said in self.query("#profiles-said").results(PlainText):  # none once it is closed
            said.update(clean(text))
            said.set_class(bool(text), "-shown")

    @property
    def _chosen(self) -> Profile | None:
        cursor = self.query_one(RecordsTable).cursor_id
        return next((one for one in self._all if one.name == cursor), None)

    @on(RecordsTable.Opened)
    def switch(self, event: RecordsTable.Opened) -> None:
        """Use the profile under the cursor."""
        event.stop()
        if self._chosen is not None:
            self.dismiss(Switch(self._chosen))

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one("#profile-filter", Input)
        field.set_class(True, "-open")
        field.focus()

    @on(Input.Changed, "#profile-filter")
    def narrow(self) -> None:
        """Show only what holds the words."""
        self._fill()

    @on(Input.Submitted, "#profile-filter")
    def switch_filtered(self, event: Input.Submitted) -> None:
        """Enter in the filter switches to the row under the cursor."""
        event.stop()
        if self._chosen is not None:
            self.dismiss(Switch(self._chosen))

    def action_new(self) -> None:
        """A new profile."""
        self._new()

    @opens_screen
    async def _new(self) -> None:
        found = await self.app.push_screen_wait(FirstStartScreen(self._services, self._session))
        if found is None:
            return
        await self._read(found.name)
        if not self._stored(found):
            self.dismiss(Switch(found))

    def action_check(self) -> None:
        """Try the profile under the cursor step by step."""
        if self._chosen is not None:
            self.app.push_screen(CheckDialog(self._services, self._chosen))

    def action_edit(self) -> None:
        """Change the profile under the cursor."""
        chosen = self._chosen
        if chosen is None:
            return
        if self._stored(chosen):
            self._edit(chosen, chosen.name, chosen.name)
        else:
            before = replace(chosen, name=_storable(chosen.name), variables=None)
            self._edit(before, None, chosen.name)

    def action_clone(self) -> None:
        """A new profile filled from the one under the cursor."""
        if self._chosen is not None:
            before = self._chosen.name
            name = _storable(before) if before == ENVIRONMENT else f"{before}-copy"
            self._edit(replace(self._chosen, name=name, variables=None), None, None)

    @opens_screen
    async def _edit(self, profile: Profile, stored_as: str | None, edited: str | None) -> None:
        """A form of the profile; ``edited`` is the name of the one that it takes the place of."""
        title = f"Save the profile {edited} to the file" if edited and stored_as is None else ""
        form = ProfileFormScreen(self._services, self._session, profile, stored_as, title)
        saved = await self.app.push_screen_wait(form)
        if saved is not None and self._current is not None and edited == self._current.name:
            self.dismiss(Switch(saved))  # what was changed holds at once, not after the next start
        elif saved is not None:
            self._states.pop(saved.name, None)
            await self._read(saved.name)

    def action_delete(self) -> None:
        """Delete the profile under the cursor, after a question."""
        chosen = self._chosen
        if chosen is None:
            return
        if self._current is not None and chosen.name == self._current.name:
            self._say("This profile is in use; switch to another one first.")
        elif not self._stored(chosen):
            self._say(f"{chosen.name} is not in the file, so there is nothing to delete.")
        else:
            self._delete(chosen)

    @opens_screen
    async def _delete(self, profile: Profile) -> None:
        question = confirm(
            f"Delete profile {clean(profile.name, 40)}?",
            Content(f"Host {clean(profile.host, 80)}. Nothing on the server changes."),
            "Delete",
            self._services.clock,
        )
        if await self.app.push_screen_wait(question):
            self._remove(profile)

    def action_default(self) -> None:
        """Start with this profile from now on."""
        if self._chosen is not None:
            self._make_default(self._chosen)

    @work(group="profiles file", description="delete a profile")
    async def _remove(self, profile: Profile) -> None:
        await self._change(lambda: self._services.store.remove(profile.name), "")

    @work(group="profiles file", description="make a profile the default")
    async def _make_default(self, profile: Profile) -> None:
        words = f"{profile.name} is the default now; this window stays where it is."
        await self._change(lambda: self._services.store.set_default(profile.name), words)

    async def _change(self, change: Callable[[], object], words: str) -> None:
        """Change the file, waiting for others who write it, and say what came of it."""
        self._say("Writing the profiles …")
        try:
            await asyncio.to_thread(change)
        except (ProfileRefused, FileProblem) as error:
            words = str(error)
        await self._read()
        self._say(words)


def _storable(name: str) -> str:
    """A name under which a profile can stand in the file; that of the variables cannot."""
    return "saved" if name == ENVIRONMENT else name
