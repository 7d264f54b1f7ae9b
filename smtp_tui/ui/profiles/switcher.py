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
from smtp_tui.profiles.model import ENVIRONMENT, Environment, Profile
from smtp_tui.profiles.sources import EnvironmentToken, source_words
from smtp_tui.profiles.store import BrokenProfile, ProfileRefused, Profiles
from smtp_tui.profiles.toml import TomlProblem
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, clean_block, shortened, time_left
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, opens_screen
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import forget
from smtp_tui.ui.profiles.check import CheckDialog
from smtp_tui.ui.profiles.form import FirstStartScreen, ProfileFormScreen, saved_words
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.bars import key_content
from smtp_tui.ui.widgets.filtered_table import FilteredTable, notice_content
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.ui.widgets.rows import Column, Look, Row
from smtp_tui.ui.widgets.table import RecordsTable
from smtp_tui.workflows.check_profile import Stage, Step, look
from smtp_tui.workflows.operator import About
from smtp_tui.workflows.session import Session

_COLUMNS: Final = (
    Column("number", "", 3),
    Column("name", "PROFILE", 12, flexible=True),
    Column("label", "LABEL", 10, flexible=True, priority=2),
    Column("host", "HOST", 16, flexible=True),
    Column("state", "STATE", 14, flexible=True, priority=1),
    Column("access", "ACCESS", 9, flexible=True, priority=3),
    Column("tenant", "TENANT", 13, flexible=True, priority=4),
    Column("token", "TOKEN", 12, flexible=True, priority=5),
    Column("team", "TEAM", 6, flexible=True, priority=6),
)
_LOOK_SECONDS: Final = 3.0
"""The time limit of each step of a look at a host."""
_LOOKING: Final = "…"
_NUMBER, _LABEL, _HOST, _STATE = 0, 2, 3, 4
_SIGN_ROLES: Final = {"✓": "good", "✗": "bad", "▲": "warn"}
_ENVIRONMENT_ROLES: Final = {
    Environment.PRODUCTION: "bad",
    Environment.STAGING: "warn",
    Environment.TEST: "good",
    Environment.OTHER: "accent",
}
_NUMBERED: Final = 9
"""So many profiles have a key of their own: the digit before their name."""


class ProfilesDialog(Dialog[Profile | None]):
    """The result is the profile to use from now on; the default is for the next start."""

    TITLE = "Profiles"
    WIDTH = 130
    DEFAULT_CSS = """
    ProfilesDialog FilteredTable { height: auto; }
    ProfilesDialog RecordsTable { height: 10; }
    ProfilesDialog #profiles-said { display: none; text-style: bold; color: $warn; }
    """
    ACTIONS = (
        *("dialog.cancel", "profiles.new", "profiles.edit", "profiles.clone", "profiles.check"),
        *("profiles.delete", "profiles.default"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("q", "cancel", show=False),
        Binding("slash", "filter", show=False),
        *(
            Binding(str(number), f"switch_to({number})", show=False)
            for number in range(1, _NUMBERED + 1)
        ),
    ]

    def __init__(self, services: Services, session: Session | None) -> None:
        super().__init__()
        self._services = services
        self._session = session
        self._in_use = session.profile.name if session is not None else None
        self._profiles = Profiles()
        self._states: dict[Profile, str] = {}
        self._problem = ""
        self._recent: tuple[str, ...] = ()
        self._list = FilteredTable(_COLUMNS, back="dialog.cancel", counts=False)
        self._details, self._said = PlainText(), PlainText(id="profiles-said")
        self._hint = PlainText(classes="hint")

    def compose_box(self) -> Iterable[Widget]:
        """Table, details, what is wrong, and what Enter does."""
        if self._services.choice is not None and self._services.choice.remark:
            yield PlainText(clean(f"At the start: {self._services.choice.remark}", 400))
        yield from (self._list, self._details, self._said)
        self._hint.update(f"Enter or 1–{_NUMBERED}: switch (this session only) · • in use")
        yield self._hint

    def keys(self) -> Iterable[tuple[str, str]]:
        """What can be done: with the profile under the cursor, if it is a good one, and without."""
        for action_id in self.ACTIONS[1:]:
            able = not self._problem if action_id == "profiles.new" else self._chosen is not None
            if able:
                yield bound(self, action_id).first_key, bound(self, action_id).label.lower()
        if self._list.table.rows or self._list.filter_text:
            yield "/", "filter"
        yield self.cancel_key, "back"

    def on_mount(self) -> None:
        """Read the file and start on the profile in use."""
        self.set_focus(self._list.table)
        self._list.watch_filter(self.fill)
        self.watch(self._list.table, "cursor_id", self.show_details, init=False)
        self._load()

    @opens_screen
    async def _load(self) -> None:
        """Read the file as if a screen were opened, so that keys typed ahead wait for it."""
        await self._read(self._in_use)

    async def _read(self, chosen: str | None = None) -> None:
        """Read the file, look at the hosts, and put the cursor on a profile."""
        self._recent = await self._services.recent()
        self._problem = ""
        try:
            self._profiles = await asyncio.to_thread(self._services.store.load)
            if self._profiles.problem is not None:
                raise self._profiles.problem
        except TomlProblem as problem:
            self._problem = f"{problem.reason}\n{problem.remedy}."
        except FileProblem as problem:
            self._problem = str(problem)
        if not self.is_attached:
            return  # closed meanwhile
        self.fill()
        self._say("")
        for profile in self._all:
            if profile not in self._states:
                self._states[profile] = _LOOKING
                self._look_at(profile)
        if chosen is not None:
            self._list.table.move_to(chosen)

    def _stored(self, profile: Profile) -> bool:
        """Return whether the file has a profile of this name."""
        return self._profiles.named(profile.name) is not None

    @property
    def _all(self) -> list[Profile]:
        """The last used first; those never used follow in their own order."""
        ranks = {name: rank for rank, name in enumerate(self._recent)}
        return sorted(self._numbered, key=lambda profile: ranks.get(profile.name, len(ranks)))

    @property
    def _numbered(self) -> tuple[Profile, ...]:
        """In the order of the file, so that a profile keeps its number whichever was used last."""
        extra = (profile for profile in self._services.extra_profiles if not self._stored(profile))
        return (*extra, *self._profiles.profiles)

    @property
    def _chosen(self) -> Profile | None:
        cursor = self._list.table.cursor_id
        return next((profile for profile in self._all if profile.name == cursor), None)

    @property
    def _broken(self) -> BrokenProfile | None:
        """The broken profile under the cursor."""
        cursor = self._list.table.cursor_id
        return next((broken for broken in self._profiles.broken if broken.name == cursor), None)

    def _usable(self) -> Profile | None:
        """The profile under the cursor; says why it cannot be used if it is broken."""
        if self._broken is not None:
            self._say(f"✗ {self._broken.name} cannot be used. {self._broken.problem.remedy}.")
        return self._chosen

    def fill(self) -> None:
        """Show the profiles that hold the words of the filter."""
        table = self._list.table
        numbers = {profile.name: number for number, profile in enumerate(self._numbered, start=1)}
        rows = tuple(self._row(numbers[profile.name], profile) for profile in self._all)
        rows += tuple(map(_broken_row, self._profiles.broken))
        table.rows = self._list.matching(rows)
        table.notice = self._list.nothing_found if rows else self._nothing_there()
        table.styles.height = max(4, min(12, len(rows) + 1)) if rows else 10
        self.show_details()

    def _nothing_there(self) -> Content:
        """What stands in place of the profiles while there are none."""
        if self._problem:
            title = f"✗ {self._services.store.path.name} cannot be used"
            return notice_content(title, clean_block(self._problem), Content())
        new = key_content(bound(self, "profiles.new").first_key, "makes one")
        return notice_content("No profile yet", "", new)

    def _row(self, number: int, profile: Profile) -> Row:
        default = " (default)" if profile.name == self._profiles.default else ""
        key = str(number) if number <= _NUMBERED else ""
        cells = (
            f"{key:<2}{'•' if profile.name == self._in_use else ''}",
            f"{clean(profile.name, 80)}{default}",
            clean(profile.label or profile.environment.value.upper(), 40),
            clean(profile.shown_host, 80),
            self._states.get(profile, _LOOKING),
            profile.access.value,
            clean(profile.tenant_name, 40) or shortened(clean(profile.tenant, 80), 13),
            token_state(self._services, profile),
            clean(profile.team, 40),
        )
        looks = (
            Look(_NUMBER, "accent"),
            Look(_LABEL, _ENVIRONMENT_ROLES[profile.environment]),
            *_state_look(cells[_STATE]),
        )
        return Row(profile.name, cells, looks)

    @work(group="look", description="look at a host")
    async def _look_at(self, profile: Profile) -> None:
        """Look at a host in a worker of its own, so that a dead one delays no other."""
        try:
            state = await reachability(self._services.target_of(profile))
        except HostRefused:
            state = "✗ no host"
        self._states[profile] = state
        if self._list.is_attached:  # it leaves before its screen does
            self.fill()

    def show_details(self) -> None:
        """Show what the table has no room for, and what can be done."""
        self.show_keys()
        self._hint.display = bool(self._all)
        if self._broken is not None:
            problem = self._broken.problem
            reason = Content.styled(f"✗ {clean(problem.reason)}", "bold $bad")
            self._details.update(Content.assemble(reason, f"\n{clean(problem.remedy)}."))
            return
        profile = self._chosen
        if profile is None:
            self._details.update("")
            return
        words = {
            "tenant": clean(f"{profile.tenant_name} {profile.tenant}", 80).strip() or "not known",
            "team": clean(profile.team, 40),
            "namespace": clean(profile.namespace, 40) or "none",
            "access": profile.access.value,
            "token": token_state(self._services, profile),
        }
        parts = [Content.assemble((f"{label} ", "dim"), text) for label, text in words.items()]
        host = Content.styled(clean(profile.shown_host, 80), "bold")
        lines = [host, parts[0], Content("  ").join(parts[1:4]), parts[4]]
        self._details.update(Content("\n").join(lines))

    def _say(self, text: str, *, good: bool = False) -> None:
        """Say something, or else what is wrong with the file, if that stands nowhere else."""
        text = text or (self._problem if self._list.table.rows else "")
        words = clean_block(text)
        self._said.update(Content.styled(f"✓ {words}", "$good") if good else words)
        self._said.display = bool(text)

    @on(RecordsTable.Opened)
    @on(Input.Submitted)
    def switch(self) -> None:
        """Use the profile under the cursor."""
        chosen = self._usable()
        if chosen is not None:
            self.dismiss(chosen)

    def action_switch_to(self, number: int) -> None:
        """Use the profile with this number, whatever the filter shows."""
        if number <= len(self._numbered):
            self.dismiss(self._numbered[number - 1])

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
        form = FirstStartScreen(self._services, self._session)
        found = await self.app.push_screen_wait(form)
        if found is not None and form.opens:
            self.dismiss(found)
        elif found is not None:
            await self._show_saved(found)

    async def _show_saved(self, profile: Profile) -> None:
        """Show it among the others, and say that it is saved; no message is due later."""
        forget(self.app, About.PROFILE)
        self._states.pop(profile, None)
        await self._read(profile.name)
        self._say(saved_words(profile, self._services), good=True)

    def action_check(self) -> None:
        """Try the profile step by step."""
        chosen = self._usable()
        if chosen is not None:
            self.app.push_screen(CheckDialog(self._services, chosen))

    def action_edit(self) -> None:
        """Edit the profile; one that is not in the file is saved there."""
        chosen = self._usable()
        if chosen is not None and self._stored(chosen):
            self._edit(chosen, chosen.name, chosen.name)
        elif chosen is not None:
            self._edit(_storable(chosen, chosen.name), None, chosen.name)

    def action_clone(self) -> None:
        """Edit a copy of the profile."""
        chosen = self._usable()
        if chosen is not None:
            self._edit(_storable(chosen, f"{chosen.name}-copy"), None, None)

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
            await self._show_saved(saved)

    @opens_screen
    async def action_delete(self) -> None:
        """Delete the profile, after a question."""
        chosen = self._usable()
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
            question.profile = chosen
            if await self.app.push_screen_wait(question):
                self._change(lambda: self._services.store.remove(chosen.name))

    def action_default(self) -> None:
        """Use this profile when smtp-tui starts."""
        chosen = self._usable()
        if chosen is not None:
            words = f"{chosen.name} is now the default; this session does not change."
            self._change(lambda: self._services.store.set_default(chosen.name), words)

    @work(group="profiles file", description="change the profiles")
    async def _change(self, change: Callable[[], object], words: str = "") -> None:
        """Change the file in a thread, and say how that went."""
        self._say("Writing the profiles …")
        good = bool(words)
        try:
            await asyncio.to_thread(change)
        except (ProfileRefused, FileProblem) as error:
            words, good = str(error), False
        await self._read()
        self._say(words, good=good)


def _broken_row(broken: BrokenProfile) -> Row:
    """The row of a profile that cannot be used, last in the list and without a number."""
    words = clean(broken.problem.reason, 200)
    cells = ("", clean(broken.name, 80), "", words, "✗ broken", *("",) * 4)
    return Row(broken.name, cells, (Look(_HOST, "bad"), *_state_look("✗ broken")))


def _state_look(state: str) -> tuple[Look, ...]:
    """The look of a state, as its sign says it."""
    role = _SIGN_ROLES.get(state[:1])
    return (Look(_STATE, role),) if role is not None else ()


def _storable(profile: Profile, name: str) -> Profile:
    """Return it as the file takes it; the name of the profile of the variables is reserved."""
    name = "saved" if profile.name == ENVIRONMENT else name
    return replace(profile, name=name, variables=None)


async def reachability(target: Target) -> str:
    """Return in a word or two whether the server answers with a good certificate; sends nothing."""
    steps: list[Step] = []
    if await look(target, steps.append, _LOOK_SECONDS):
        return "✓ reachable"
    last = steps[-1]
    if isinstance(last.error, CertificateRefused):
        return "✗ CERT CHANGED" if last.error.pinned else "▲ untrusted"
    return "✗ no such host" if last.stage is Stage.NAME else "✗ no answer"


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
