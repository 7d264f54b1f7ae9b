"""A profile as a form: the host first, everything else may be left as it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from enum import Enum
from typing import ClassVar, Final, TypeVar

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.target import Access
from smtp_tui.mail.parameters import parse_port
from smtp_tui.mail.remarks import Remark, Severity
from smtp_tui.profiles.model import Colour, Profile, check_profile
from smtp_tui.profiles.reading import ProfilesFileError
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.profiles.texts import (
    TOKEN_FORMS,
    TRUST_FORMS,
    parse_token,
    parse_trust,
    token_text,
    trust_text,
)
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import FullScreen, TypedText, opens_screen
from smtp_tui.ui.dialogs.question import confirm
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.fields import Field
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.session import Session

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=Enum)

_FIELDS: Final = (
    ("name", "Name", "a short word, such as production"),
    ("host", "Host", "cam.example.com, or https://cam.example.com:30000"),
    ("port", "Port", "blank: that of the host or its scheme"),
    ("tenant", "Tenant", "the tenant id (CAM_TENANT_ID)"),
    ("team", "Team", "all for an administrator, else the team's id"),
    ("namespace", "Namespace", "sent with changes and tests of saved records"),
    ("access", "Access", "normal, protected or read-only"),
    ("label", "Label", "a word shown in the header, such as PROD"),
    ("colour", "Colour", "of the label: " + ", ".join(one.value for one in Colour)),
    ("token", "Token", TOKEN_FORMS),
    ("identity_url", "Login at", "blank: port 8443 of the host"),
    ("trust", "Trust", TRUST_FORMS),
    ("allow_http", "Plain http", "yes or no; to this machine it is always allowed"),
    ("recipient", "Test to", "the address that test emails go to"),
)


class ProfileFormScreen(FullScreen[Profile | None]):
    """Writes one profile to the file; closes when it is saved or left."""

    ACTIONS = KEYS = ("profiles.save", "form.revert", "form.back")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(*ACTIONS),
        Binding("tab", "app.focus_next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
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
        """Title, fields, what was refused."""
        with VerticalScroll(can_focus=False):
            yield PlainText(clean(self._heading), id="profile-title")
            for name, label, hint in _FIELDS:
                yield Field(name, _text_of(self._profile, name), label=label, hint=hint)
            yield PlainText("", id="profile-said")

    def on_mount(self) -> None:
        """Start on the name of a new profile, on the host of a stored one."""
        first = "host" if self._stored_as or self._profile.name else "name"
        self._fields[first].input.focus()

    @property
    def _fields(self) -> dict[str, Field]:
        return {field.parameter: field for field in self.query(Field)}

    def _read(self) -> tuple[Profile, tuple[tuple[str, str], ...]]:
        """The profile as typed, and what is wrong with it by field."""
        texts = {name: field.text.strip() for name, field in self._fields.items()}
        before = self._profile
        problems: list[tuple[str, str]] = []

        def read(name: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
            if texts[name] == _text_of(before, name):
                return otherwise  # as it was, to the letter
            try:
                return parse(texts[name])
            except ValueError as error:
                problems.append((name, str(error)))
                return otherwise

        profile = replace(
            before,
            name=texts["name"],
            host=texts["host"],
            port=read("port", _port, before.port),
            tenant=texts["tenant"],
            team=texts["team"] or "all",
            namespace=texts["namespace"],
            access=read("access", _access, before.access),
            label=texts["label"],
            colour=read("colour", _colour, before.colour),
            token=read("token", parse_token, before.token),
            identity_url=texts["identity_url"] or None,
            trust=read("trust", parse_trust, before.trust),
            allow_http=read("allow_http", _flag, before.allow_http),
            recipient=texts["recipient"],
        )
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
            said = [words for where, words in problems if where == name]
            field.show(False, tuple(Remark(Severity.ERROR, words) for words in said))
        if problems:
            named = self._fields.get(problems[0][0])
            if named is not None:
                named.input.focus()
            else:
                self._say(problems[0][1])
            return
        self._saving = True
        self._save(profile)

    @work(group="profiles file", description="save a profile")
    async def _save(self, profile: Profile) -> None:
        """Write the file, waiting for others who write it; the fields stay as they are."""
        store, name = self._services.store, self._stored_as
        self._say("Saving the profile …")
        self.query_one(VerticalScroll).disabled = True
        try:
            if name is None:
                await asyncio.to_thread(store.add, profile)
            else:
                await asyncio.to_thread(store.replace, name, profile)
        except (ProfilesFileError, ProfileRefused, FileProblem) as error:
            self._saving = False
            self.query_one(VerticalScroll).disabled = False
            self._fields["name" if name is None else "host"].input.focus()
            self._say(str(error))
        else:
            self.dismiss(profile)

    def _say(self, text: str) -> None:
        self.query_one("#profile-said", PlainText).update(clean(text))

    def action_revert(self) -> None:
        """Put the opened text back in the field with the cursor."""
        for field in self.query(Field):
            if field.has_focus_within:
                field.revert()

    @property
    def unsaved(self) -> bool:
        """Whether anything was typed that leaving would lose."""
        return any(field.changed for field in self.query(Field))

    def action_back(self) -> None:
        """Leave; asks where something would be lost."""
        if self._saving:
            return  # it ends by itself: others are waited for as long as a lock is
        if self.unsaved:
            self._ask_to_leave()
        else:
            self.dismiss(None)

    @opens_screen
    async def _ask_to_leave(self) -> None:
        question = confirm(
            "Leave without saving?",
            Content("The profile was changed and not saved."),
            "Discard changes",
            self._services.clock,
        )
        if await self.app.push_screen_wait(question):
            self.dismiss(None)


def _text_of(profile: Profile, name: str) -> str:
    special = {
        "access": profile.access.value,
        "colour": profile.colour.value,
        "token": token_text(profile.token),
        "trust": trust_text(profile.trust),
        "allow_http": "yes" if profile.allow_http else "no",
    }
    return special[name] if name in special else str(getattr(profile, name) or "")


def _port(text: str) -> int | None:
    if not text:
        return None
    port = parse_port(text)
    if port is None:
        raise ValueError("a port is a number from 1 to 65535")
    return port


def _access(text: str) -> Access:
    return _choice(Access, text or Access.NORMAL.value)


def _colour(text: str) -> Colour:
    return _choice(Colour, text or Colour.NONE.value)


def _choice(choices: type[Choice], text: str) -> Choice:
    for one in choices:
        if one.value == text.lower():
            return one
    raise ValueError("one of: " + ", ".join(str(one.value) for one in choices))


def _flag(text: str) -> bool:
    if text.lower() in ("yes", "y", "no", "n", ""):
        return text.lower().startswith("y")
    raise ValueError("yes or no")
