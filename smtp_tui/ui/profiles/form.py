"""A profile as a form: only the host is needed, everything else may stay as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from smtp_tui.mail.remarks import Remark, Severity
from smtp_tui.profiles.model import FIELDS, Problem, Profile, check_profile
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import FullScreen, TypedText, opens_screen
from smtp_tui.ui.dialogs.question import leave_unsaved
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session


class ProfileFormScreen(FullScreen[Profile | None]):
    """Edits one profile of the file; closes when it is saved or left."""

    ACTIONS = KEYS = ("profiles.save", "form.revert", "form.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        *FIELD_KEYS,
    ]
    DEFAULT_CSS = """
    ProfileFormScreen VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ProfileFormScreen #profile-title { text-style: bold; margin-bottom: 1; }
    ProfileFormScreen #profile-said { height: auto; margin-top: 1; text-style: bold; }
    """

    def __init__(
        self,
        services: Services,
        session: Session | None,
        profile: Profile,
        stored_as: str | None,
        title: str = "",
    ) -> None:
        super().__init__(session, services.clock)
        self._services = services
        self._profile = profile
        self._stored_as = stored_as
        self._saving = False
        self.typed = TypedText(lambda: self.unsaved)
        self._heading = title or (f"Profile {stored_as}" if stored_as else "New profile")

    def compose_body(self) -> Iterable[Widget]:
        """The title, the fields, and why a save was refused."""
        with VerticalScroll(can_focus=False):
            yield PlainText(clean(self._heading), id="profile-title")
            for field in FIELDS:
                text = field.text(self._profile)
                yield Field(field.name, text, label=field.label, hint=field.hint)
            yield PlainText("", id="profile-said")

    def on_mount(self) -> None:
        """Start on the name of a new profile, on the host of a stored one."""
        first = "host" if self._stored_as or self._profile.name else "name"
        self._fields[first].input.focus()

    @property
    def _fields(self) -> dict[str, Field]:
        return {field.parameter: field for field in self.query(Field)}

    def _read(self) -> tuple[Profile, tuple[Problem, ...]]:
        """The profile as typed, and what is wrong with it."""
        typed = {name: field.text.strip() for name, field in self._fields.items()}
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for field in FIELDS:
            try:
                if typed[field.name] != field.text(self._profile):
                    values[field.name] = field.parse(typed[field.name])
            except ValueError as error:
                problems.append((field.name, str(error)))
        profile = replace(self._profile, **values)
        return profile, (*problems, *check_profile(profile))

    @on(Field.Edited)
    def _edited(self) -> None:
        self.query_one("#profile-said", PlainText).update("")

    def action_save(self) -> None:
        """Check and save."""
        if self._saving:
            return
        profile, problems = self._read()
        for name, field in self._fields.items():
            wrong = (words for where, words in problems if where == name)
            field.show(False, tuple(Remark(Severity.ERROR, words) for words in wrong))
        if problems:
            self._fields[problems[0][0]].input.focus()
        else:
            self._saving = True
            self._save(profile)

    @work(group="profiles file", description="save a profile")
    async def _save(self, profile: Profile) -> None:
        """Write the file, waiting for other processes that write it; the fields keep their text."""
        store, name = self._services.store, self._stored_as
        self._say("Saving the profile …")
        self.query_one(VerticalScroll).disabled = True
        try:
            if name is None:
                await asyncio.to_thread(store.add, profile)
            else:
                await asyncio.to_thread(store.replace, name, profile)
        except (ProfileRefused, FileProblem) as error:
            self._saving = False
            self.query_one(VerticalScroll).disabled = False
            self._fields["name" if name is None else "host"].input.focus()
            self._say(str(error))
        else:
            self.dismiss(profile)

    def _say(self, text: str) -> None:
        self.query_one("#profile-said", PlainText).update(clean(text))

    def action_revert(self) -> None:
        """Put the original text back in the focused field."""
        for field in self.query(Field):
            if field.has_focus_within:
                field.revert()

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose anything that was typed."""
        return any(field.changed for field in self.query(Field))

    def action_back(self) -> None:
        """Leave; asks first if something would be lost."""
        if self._saving:
            return  # a save ends by itself, at the latest when the lock has not come free
        if self.unsaved:
            self._ask_to_leave()
        else:
            self.dismiss(None)

    @opens_screen
    async def _ask_to_leave(self) -> None:
        if await self.app.push_screen_wait(leave_unsaved(self._services.clock)):
            self.dismiss(None)
