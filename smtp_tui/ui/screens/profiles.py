"""Choosing where the next key presses go: the profiles, with a switch for this process only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from smtp_tui.api.target import HostRefused
from smtp_tui.profiles.model import (
    ENVIRONMENT,
    CommandToken,
    EnvironmentToken,
    LoginToken,
    Profile,
    PromptToken,
    TokenSource,
)
from smtp_tui.profiles.reading import Profiles, ProfilesFileError
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.screens.base import Dialog
from smtp_tui.ui.screens.check import CheckDialog
from smtp_tui.ui.screens.confirm import ConfirmDialog
from smtp_tui.ui.screens.first_start import FirstStartScreen
from smtp_tui.ui.screens.profile_form import ProfileFormScreen
from smtp_tui.ui.session import Services
from smtp_tui.ui.text import clean, shortened
from smtp_tui.ui.widgets.bars import PlainText
from smtp_tui.ui.widgets.records_table import Column, RecordsTable, Row

_COLUMNS = (
    Column("sign", "", 1),
    Column("name", "PROFILE", 12, flexible=True),
    Column("host", "HOST", 24, flexible=True),
    Column("tenant", "TENANT", 13, priority=1),
    Column("access", "ACCESS", 9, priority=2),
    Column("team", "TEAM", 6, flexible=True, priority=3),
    Column("token", "TOKEN", 12, flexible=True, priority=4),
)


@dataclass(frozen=True, slots=True)
class Switch:
    """The answer of the dialog: use this profile from now on, in this process."""

    profile: Profile


class ProfilesDialog(Dialog[Switch | None]):
    """Enter switches; D makes one the default for the next start, which is another thing."""

    BOX_TITLE = "Profiles"
    DEFAULT_CSS = """
    ProfilesDialog > #box { width: 100; }
    ProfilesDialog RecordsTable { height: 10; margin: 0 0 1 0; }
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

    def __init__(self, services: Services, current: Profile | None) -> None:
        super().__init__()
        self._services = services
        self._current = current
        self._profiles = Profiles()

    def compose_box(self) -> Iterable[Widget]:
        """Filter, table, what is wrong, keys."""
        yield Input(placeholder="filter", id="profile-filter", compact=True)
        yield RecordsTable(_COLUMNS, id="profiles")
        yield PlainText("", id="profiles-said")
        yield PlainText(
            "Enter switches this window · n new · e edit · c clone · d delete\n"
            "x check · D makes default · / filter · esc back    * in use   d default",
            classes="hint",
        )

    def on_mount(self) -> None:
        """Read the file and start on the profile in use."""
        self._load()
        table = self.query_one(RecordsTable)
        table.focus()
        if self._current is not None:
            table.move_to(self._current.name)

    def _load(self) -> None:
        try:
            self._profiles = self._services.store.load()
        except (ProfilesFileError, FileProblem) as error:
            self._say(str(error))
        self._fill()

    @property
    def _all(self) -> tuple[Profile, ...]:
        extra = [one for one in self._services.extra_profiles if not self._profiles.named(one.name)]
        return (*extra, *self._profiles.profiles)

    def _fill(self) -> None:
        words = self.query_one("#profile-filter", Input).value.casefold().split()
        rows = [self._row(profile) for profile in self._all]
        self.query_one(RecordsTable).rows = tuple(
            row for row in rows if all(word in " ".join(row.cells).casefold() for word in words)
        )
        self.query_one(RecordsTable).styles.height = max(4, min(12, len(rows) + 1))
        if not rows:
            self._say("No profile yet: n makes one.")

    def _row(self, profile: Profile) -> Row:
        in_use = self._current is not None and profile.name == self._current.name
        sign = "*" if in_use else "d" if profile.name == self._profiles.default else ""
        return Row(
            profile.name,
            (
                sign,
                clean(profile.name, 80),
                clean(_host(profile), 80),
                shortened(clean(profile.tenant, 80), 13),
                profile.access.value,
                clean(profile.team, 40),
                token_words(profile.token),
            ),
        )

    def _say(self, text: str) -> None:
        self.query_one("#profiles-said", PlainText).update(clean(text))

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

    @work(group="dialog", exclusive=True, description="a new profile")
    async def _new(self) -> None:
        found = await self.app.push_screen_wait(FirstStartScreen(self._services))
        if found is None:
            return
        if self._services.stored(found.name):
            self._load()
            self.query_one(RecordsTable).move_to(found.name)
        else:
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
        if self._services.stored(chosen.name):
            self._edit(chosen, chosen.name)
        else:
            self._say(f"{chosen.name} comes from the environment; c saves it as a profile.")

    def action_clone(self) -> None:
        """A new profile filled from the one under the cursor."""
        if self._chosen is not None:
            name = "saved" if self._chosen.name == ENVIRONMENT else f"{self._chosen.name}-copy"
            self._edit(replace(self._chosen, name=name), None)

    @work(group="dialog", exclusive=True, description="edit a profile")
    async def _edit(self, profile: Profile | None, stored_as: str | None) -> None:
        form = ProfileFormScreen(self._services, profile, stored_as)
        saved = await self.app.push_screen_wait(form)
        if saved is not None:
            self._load()
            self.query_one(RecordsTable).move_to(saved.name)

    def action_delete(self) -> None:
        """Delete the profile under the cursor, after a question."""
        chosen = self._chosen
        if chosen is None:
            return
        if self._current is not None and chosen.name == self._current.name:
            self._say("This profile is in use; switch to another one first.")
        elif not self._services.stored(chosen.name):
            self._say(f"{chosen.name} is not in the file, so there is nothing to delete.")
        else:
            self._delete(chosen)

    @work(group="dialog", exclusive=True, description="delete a profile")
    async def _delete(self, profile: Profile) -> None:
        question = ConfirmDialog(
            f"Delete profile {clean(profile.name, 40)}?",
            Content(f"Host {clean(profile.host, 80)}. Nothing on the server changes."),
            "Delete",
            self._services.clock,
        )
        if await self.app.push_screen_wait(question):
            self._change(lambda: self._services.store.remove(profile.name))

    def action_default(self) -> None:
        """Start with this profile from now on."""
        chosen = self._chosen
        if chosen is not None and self._change(
            lambda: self._services.store.set_default(chosen.name)
        ):
            self._say(f"{chosen.name} is the default now; this window stays where it is.")

    def _change(self, change) -> bool:  # type: ignore[no-untyped-def]
        try:
            change()
        except (ProfilesFileError, ProfileRefused, FileProblem) as error:
            self._say(str(error))
            return False
        self._load()
        return True


def _host(profile: Profile) -> str:
    try:
        return profile.target().origin.text
    except HostRefused:
        return profile.host


def token_words(source: TokenSource) -> str:
    """Where a token comes from, in a word or two."""
    match source:
        case EnvironmentToken(variable):
            return f"${variable}"
        case CommandToken(argv):
            return f"command {argv[0]}" if argv else "command"
        case LoginToken(user):
            return f"login {user}"
        case PromptToken():
            return "asked for"
