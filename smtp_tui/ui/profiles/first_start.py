"""A new profile from a host and a login: the rest is found, shown step by step, saved if wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList

from smtp_tui.mail.remarks import Remark, Severity
from smtp_tui.profiles.model import Profile, check_name, check_stored
from smtp_tui.profiles.sources import LoginToken, PromptToken, clean_token
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean, sentence
from smtp_tui.ui.base import FullScreen, TypedText, opens_screen
from smtp_tui.ui.dialogs.question import leave_unsaved
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.profiles.check import steps_text
from smtp_tui.ui.profiles.form import ProfileFormScreen
from smtp_tui.ui.profiles.found import Found, proposed_name, teams_of
from smtp_tui.ui.services import Services
from smtp_tui.ui.waiting import Wait, waiting
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field, HiddenField, Paste, SecretInput
from smtp_tui.ui.widgets.plain_text import PlainText
from smtp_tui.workflows.check_profile import (
    Stage,
    Steps,
    check_profile,
    failed,
    try_list,
    with_login,
)
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import log_in

if TYPE_CHECKING:
    from smtp_tui.api.identity import Tenant

FIRST_START = (
    "No profile yet, and no CAM_HOST in the environment. Give the host"
    " and how to log in: tenant, team and namespace are found."
)


class FirstStartScreen(FullScreen[Profile | None]):
    """Host and login in, profile out; None where it was left."""

    KEYS = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "go", "Check, then save", priority=True, id="profiles.save"),
        Binding("escape", "back", "Leave", id="dialog.cancel"),
        *FIELD_KEYS,
    ]
    DEFAULT_CSS = """
    FirstStartScreen VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    FirstStartScreen #first-title { text-style: bold; }
    FirstStartScreen .part { margin-top: 1; height: auto; }
    FirstStartScreen Button, FirstStartScreen Button.-primary {
        width: auto; min-width: 0; margin-right: 2; padding: 0 1;
        background: ansi_default; color: ansi_default; text-style: none;
    }
    FirstStartScreen Button:focus { text-style: bold reverse; }
    FirstStartScreen #found { height: auto; display: none; }
    FirstStartScreen.-found #found { display: block; }
    FirstStartScreen.-found #before, FirstStartScreen.-found #why { display: none; }
    FirstStartScreen #first-keys { dock: bottom; height: 1; text-style: dim; padding: 0 1; }
    """

    def __init__(self, services: Services, used: Session | None, why: str = "") -> None:
        super().__init__(used, services.clock)
        self._services = services
        self._used = used
        self._why = why
        self._session: Session | None = None
        self._steps: Steps = ()
        self._checked: tuple[str, ...] = ()
        self._tenant: Tenant | None = None
        self.typed = TypedText(lambda: self.unsaved)

    def compose_body(self) -> Iterable[Widget]:
        """What is typed, what is found, what to do with it."""
        with VerticalScroll(can_focus=False):
            yield PlainText("Connect to a CAM server", id="first-title")
            if self._why:
                yield PlainText(clean(self._why), id="why")
            with Vertical(classes="part"):
                hint = "cam.example.com, or cam.example.com:30000"
                yield Field("host", "", label="Host", hint=hint)
                hint = "blank: port 8443 of the host, else the same"
                yield Field("identity_url", "", label="Login at", hint=hint)
                yield Field("user", "", label="User", hint="or leave blank, with a token")
                yield HiddenField("password", label="Password", hint="kept in memory only")
                yield HiddenField(
                    "token", label="or Token", hint="a bearer token", takes=Paste.TOKEN
                )
            with Horizontal(classes="part", id="before"):
                yield Button("Check", action="screen.go", compact=True)
                yield Button("All fields", action="screen.all_fields", compact=True)
            yield PlainText("", id="steps", classes="part")
            yield Found(id="found", classes="part")
            yield PlainText("", id="first-said")
        save, leave = bound(self, "profiles.save").first_key, bound(self, "dialog.cancel").last_key
        yield PlainText(f"{save} checks, then saves · tab next · {leave} leaves", id="first-keys")

    def on_mount(self) -> None:
        """Start on the host."""
        self._fields["host"].input.focus()

    @property
    def _fields(self) -> dict[str, Field]:
        return {field.parameter: field for field in self.query(Field)}

    @property
    def unsaved(self) -> bool:
        """Whether anything was typed that leaving would lose."""
        return any(field.changed for field in self.query(Field))

    def _say(self, words: str) -> None:
        self.query_one("#first-said", PlainText).update(sentence(words))

    @on(Field.Edited)
    def _edited(self) -> None:
        """What was found belongs to what was typed before."""
        if self.has_class("-found") and self._texts() != self._checked:
            self.set_class(False, "-found")
            self.query_one("#steps", PlainText).update("")

    def _texts(self) -> tuple[str, ...]:
        """What the answers of the server depend on."""
        return tuple(field.text for name, field in self._fields.items() if name != "name")

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        """Enter goes on; after the password, token or name it does what is next."""
        event.stop()
        last = any(
            self._fields[name].has_focus_within and self._fields[name].text
            for name in ("password", "token", "name")
        )
        if last:
            self.action_go()
        else:
            self.focus_next()

    def action_go(self) -> None:
        """Check; once all was found, save and open."""
        if self.has_class("-found"):
            self.action_finish(True)
        else:
            self._check()

    def _typed(self) -> Profile:
        """The profile as far as it was typed."""
        texts = {name: field.text.strip() for name, field in self._fields.items()}
        by_login = bool(texts["user"]) and not self._fields["token"].text
        return Profile(
            name=proposed_name(texts["host"]),
            host=texts["host"],
            identity_url=texts["identity_url"],
            token=LoginToken(texts["user"]) if by_login else PromptToken(),
        )

    def _problems(self, profile: Profile) -> bool:
        """Say under each field what is wrong with it; whether anything is."""
        wrong = dict(check_stored(profile))
        if "host" in wrong and profile.host.startswith("http:"):
            wrong["host"] += " (under All fields, at Plain http)"
        if isinstance(profile.token, LoginToken):
            if not self._fields["password"].text:
                wrong["password"] = "the password of that user"
        elif not self._fields["token"].text:
            wrong["user"] = "a user and a password are needed, or a token"
        for name, field in self._fields.items():
            findings = (Remark(Severity.ERROR, wrong[name]),) if name in wrong else ()
            field.show(False, findings)
        first = next((name for name in self._fields if name in wrong), None)
        if first is not None:
            self._fields[first].input.focus()
        return first is not None

    @work(group="check", exclusive=True, description="check a new profile")
    async def _check(self) -> None:
        profile = self._typed()
        self._say("")
        if self._problems(profile):
            return
        self._checked = self._texts()
        if self._session is not None:
            await self._session.aclose()
        # A certificate that is confirmed here is kept with the profile, when that is saved.
        session = replace(self._services.session(profile), keep_trust=lambda _asked, _trust: "")
        self._session = session
        with waiting(self, "Checking the profile"):
            self._steps = await check_profile(
                session, ScreenOperator(self), self._show, lambda: self._token(session)
            )
        self._tenant = self._steps[-1].tenant
        if failed(self._steps) or self._tenant is None:
            if self._steps[-1].stage is Stage.TENANT:
                self._say("Not every server tells its tenant: All fields takes it by hand.")
            return
        self.set_class(True, "-found")
        self._found.offer(teams_of(self._tenant.namespaces), profile.name)
        if not self._found.several:
            await self._try_list()

    def _show(self, steps: Steps, running: bool) -> None:
        shown = self.query_one("#steps", PlainText)
        shown.update(steps_text(steps, running, shown.size.width))
        shown.scroll_visible(animate=False)

    async def _token(self, session: Session) -> None:
        """The token that was typed, or one for the user. Raises as a login does."""
        typed = self._fields["token"].text
        if typed:
            session.tokens.accept(clean_token(typed))
            return
        if not session.profile.identity_url:
            session.client.target = await with_login(session.client.target)
        password = self._fields["password"].input
        assert isinstance(password, SecretInput)
        await log_in(session, ScreenOperator(self), password.secret)

    @on(OptionList.OptionHighlighted)
    def _chosen_team(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.has_class("-found"):
            self.run_worker(self._try_list(), group="check", exclusive=True)

    async def _try_list(self) -> None:
        """The last step, for the team that is chosen."""
        assert self._session is not None
        client = self._services.make_client(self._profile.target(), self._session.tokens)
        try:
            with waiting(self, "Reading the connections"):
                step = await try_list(client)
        finally:
            await client.aclose()
        self._show((*self._steps, step), False)
        self.call_after_refresh(self.query_one(VerticalScroll).scroll_end, animate=False)

    @property
    def _found(self) -> Found:
        return self.query_one(Found)

    @property
    def _profile(self) -> Profile:
        """The profile with all that was found."""
        assert self._session is not None
        assert self._tenant is not None
        target = self._session.client.target
        profile = self._session.profile
        if target.identity is not None and not profile.identity_url:
            profile = replace(profile, identity_url=target.identity.url)
        return replace(
            profile,
            name=self._found.profile_name,
            tenant=self._tenant.id,
            team=self._found.team.id,
            namespace=self._found.team.namespace,
            trust=target.trust,
        )

    @work(group="finish", exclusive=True, description="save a new profile")
    async def action_finish(self, save: bool) -> None:
        """Open what was found, with the token that found it; saved only when wanted."""
        if not self.has_class("-found") or self._session is None:
            return
        profile = self._profile
        wrong = check_name(profile.name)
        if wrong is not None:
            self._found.refuse_name(wrong)
            return
        if save:
            try:
                await asyncio.to_thread(self._services.store.add, profile)
            except (ProfileRefused, FileProblem) as error:
                self._say(str(error))
                return
        self._services.adopt(profile, self._session.tokens)
        self.dismiss(profile)

    @opens_screen
    async def action_all_fields(self) -> None:
        """Go on in the form with all fields of a profile."""
        form = ProfileFormScreen(self._services, self._used, self._typed(), None)
        profile = await self.app.push_screen_wait(form)
        if profile is not None:
            self.dismiss(profile)

    def stopped(self, wait: Wait) -> None:
        """No step is under way any more."""
        super().stopped(wait)
        self._show((), False)
        self._say("Stopped waiting.")

    def action_back(self) -> None:
        """Stop waiting, or leave; asks where something would be lost."""
        if self.stop_waiting():
            return
        if self.unsaved:
            self._ask_to_leave()
        else:
            self.dismiss(None)

    @opens_screen
    async def _ask_to_leave(self) -> None:
        if await self.app.push_screen_wait(leave_unsaved(self._services.clock)):
            self.dismiss(None)

    async def on_unmount(self) -> None:
        """Close what was used to find out."""
        if self._session is not None:
            await self._session.aclose()
