"""A profile as a form: all of its fields, or the few from which a login finds the others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from contextlib import aclosing
from typing import Any, ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, OptionList

from smtp_tui.mail.remarks import error
from smtp_tui.profiles.model import (
    BY_NAME,
    FIELDS,
    Environment,
    Problem,
    Profile,
    changed,
    check_name,
    check_profile,
    check_stored,
    guessed_environment,
)
from smtp_tui.profiles.sources import LoginToken, PromptToken, clean_token
from smtp_tui.profiles.store import ProfileRefused
from smtp_tui.profiles.tokens import Tokens
from smtp_tui.state.files import FileProblem
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import FullScreen, TypedText, opens_screen
from smtp_tui.ui.dialogs import QuestionDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import Wait, tell, waiting
from smtp_tui.ui.operator import ScreenOperator
from smtp_tui.ui.profiles.check import StepsText
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.bars import key_content
from smtp_tui.ui.widgets.choice import ChoiceField
from smtp_tui.ui.widgets.fields import FIELD_KEYS, Field, FieldsPane, Paste, SecretInput
from smtp_tui.ui.widgets.plain_text import PlainText, harmless, visible
from smtp_tui.workflows import check_profile as check
from smtp_tui.workflows.operator import About, Kind
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import log_in

FIRST_START: Final = (
    "No profile yet, and CAM_HOST is not set. Enter the host and a login;"
    " tenant, team and namespace are detected automatically."
)


_ROOMY: Final = 38
"""Lines of the terminal from which on there is a blank one between the fields of a profile."""


_FIRST: Final = ("access", "token", "test_emails")
"""The first field of each group after the place: rights and looks, sign-in, test emails."""


class ProfileScreen(FullScreen[Profile | None]):
    """A form that ends with a profile, or with None where it was left."""

    BACK = "form.back"
    marks: ClassVar[bool] = False
    """Whether a changed field is marked, with what it was."""
    DEFAULT_CSS = """
    ProfileScreen .-roomy Field, ProfileScreen Field.-first { margin-top: 1; }
    ProfileScreen Field TextInput { max-width: 70; }
    ProfileScreen #said { display: none; margin-top: 1; text-style: bold; }
    """

    def __init__(self, services: Services, session: Session | None) -> None:
        super().__init__(session, services.clock)
        self.typed = TypedText(lambda: self.unsaved)
        self._services = services
        self._body = FieldsPane()
        self._said = PlainText(id="said")

    @property
    def fields(self) -> dict[str, Field]:
        """The fields by their names."""
        return {field.parameter: field for field in self.query(Field)}

    @property
    def focused_field(self) -> Field | None:
        """The field with the cursor."""
        return next((field for field in self.query(Field) if field.has_focus_within), None)

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose anything that was typed."""
        return any(field.changed for field in self.query(Field))

    def on_resize(self) -> None:
        """Part the fields where there is room for that."""
        self._body.set_class(self.size.height >= _ROOMY, "-roomy")

    def say(self, words: str) -> None:
        """Say something below the fields, where it is seen; blank words take it back."""
        self._said.update(clean(words[:1].upper() + words[1:]))
        self._said.display = bool(words)
        if words:
            self.call_after_refresh(self._said.scroll_visible, animate=False)

    @on(Field.Edited)
    def take_back(self) -> None:
        """What was said is about what was typed before."""
        self.say("")

    def refuses(self, problems: Iterable[Problem]) -> bool:
        """Say under each field what is wrong, and go to the first; whether there is anything."""
        found = tuple(problems)
        for name, field in self.fields.items():
            remarks = tuple(error(words) for where, words in found if where == name)
            field.show(field.changed and self.marks, remarks)
        wrong = [field for field in self.query(Field) if field.remarks]
        if wrong:
            wrong[0].begin()
            self.call_after_refresh(wrong[0].scroll_visible, animate=False)  # the remark too
        return bool(wrong)

    def save(
        self, profile: Profile, stored_as: str | None = None, tokens: Tokens | None = None
    ) -> None:
        """Write the profile to the file, where it is ``stored_as`` that by now, and close.

        ``tokens`` are those of the profile from then on.
        """
        if not self._body.disabled:
            focused, self._body.disabled = self.focused, True
            self._save(profile, stored_as, tokens, focused)

    @work(group="profiles file", description="save a profile")
    async def _save(
        self,
        profile: Profile,
        stored_as: str | None,
        tokens: Tokens | None,
        focused: Widget | None,
    ) -> None:
        """Wait for other processes that write the file, too; the fields keep their text."""
        store = self._services.store
        self.say("Saving the profile …")
        try:
            if stored_as is None:
                await asyncio.to_thread(store.add, profile)
            else:
                await asyncio.to_thread(store.replace, stored_as, profile)
        except (ProfileRefused, FileProblem) as problem:
            self._body.disabled = False
            self.set_focus(focused, scroll_visible=False)
            self.say("")
            found = problem.problems if isinstance(problem, ProfileRefused) else ()
            if not self.refuses(found):
                self.say(str(problem))
        else:
            if tokens is not None:
                self._services.adopt(profile, tokens)
            words = saved_words(profile, self._services)
            tell(self.app, words, about=About.PROFILE, kind=Kind.GOOD, lasting=True)
            self.dismiss(profile)

    def action_back(self) -> None:
        """Stop waiting, or leave; asks where something would be lost."""
        if self.stop_waiting() or self._body.disabled:
            return  # a save ends by itself, at the latest when the lock has not come free
        if self.unsaved:
            self._ask_to_leave()
        else:
            self.dismiss(None)

    @opens_screen
    async def _ask_to_leave(self) -> None:
        body = Content("There are unsaved changes.")
        answers = ((False, "Stay"), (True, "Discard changes"))
        clock = self._services.clock
        title, danger = "Leave without saving?", (True,)
        question = QuestionDialog(title, body, answers, clock, escape=False, danger=danger)
        if await self.app.push_screen_wait(question):
            self.dismiss(None)


def saved_words(profile: Profile, services: Services) -> str:
    """What is said once a profile is in the file. Cleaned."""
    return f"Saved profile {clean(profile.name, 40)} in {clean(str(services.store.path), 200)}"


class ProfileFormScreen(ProfileScreen):
    """Edits a profile, ``stored_as`` a name in the file or new: all may stay but for the host."""

    ACTIONS = KEYS = ("profiles.save", "form.revert", "form.back")
    marks = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS), *FIELD_KEYS]

    def __init__(
        self, services: Services, session: Session | None, profile: Profile, stored_as: str | None
    ) -> None:
        super().__init__(services, session)
        self.title = f"Profile {stored_as}" if stored_as else "New profile"
        self._profile = profile
        self._stored_as = stored_as
        self._shown = [field for field in FIELDS if not field.rare or field.text(profile)]

    def compose_body(self) -> Iterable[Widget]:
        """All that a profile has, and why a save was refused."""
        self.panel.show(clean(self.title or ""))
        with self._body:
            for field in self._shown:
                text, choices = field.text(self._profile), field.codec.choices
                widget = Field(field.name, text, label=field.label, hint=field.hint)
                if choices:
                    widget = ChoiceField(field.name, text, choices, label=field.label)
                widget.set_class(field.name in _FIRST, "-first")
                yield widget
            yield self._said

    def on_mount(self) -> None:
        """Start on the name of a new profile, on the host of a stored one."""
        first = "host" if self._stored_as or self._profile.name else "name"
        self.fields[first].begin()

    @on(Field.Edited)
    def mark_changes(self) -> None:
        """Mark what differs from what is stored."""
        for field in self.query(Field):
            field.show(field.changed, field.remarks)

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        """Enter goes on; after the last field it saves."""
        event.stop()
        if self.focused_field is [*self.query(Field)][-1]:
            self.action_save()
        else:
            self.focus_next()

    def _read(self) -> tuple[Profile, tuple[Problem, ...]]:
        """The profile as typed, and what is wrong with it."""
        typed = {name: field.text.strip() for name, field in self.fields.items()}
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for field in self._shown:
            try:
                if typed[field.name] != field.text(self._profile):
                    values[field.name] = field.parse(typed[field.name])
            except ValueError as problem:
                problems.append((field.name, str(problem)))
        profile = changed(self._profile, **values)
        return profile, (*problems, *check_profile(profile))

    def action_save(self) -> None:
        """Check and save."""
        profile, problems = self._read()
        if not self.refuses(problems):
            self.save(profile, self._stored_as)

    def action_revert(self) -> None:
        """Put the original text back in the focused field."""
        if self.focused_field is not None:
            self.focused_field.revert()


_NAMED_HERE: Final = ("name", "environment", "label")
"""The fields that are asked for once a profile was found."""


class _Found(Struct, frozen=True):
    """What a check found: a profile but for its team, the teams by id and namespace, a token.

    ``texts`` is what was typed for it.
    """

    profile: Profile
    teams: dict[tuple[str, str], str]
    tokens: Tokens
    steps: check.Steps
    texts: tuple[str, ...]


class TeamsList(OptionList):
    """The teams below each other; the chosen one stands between arrows, as in a choice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]
    DEFAULT_CSS = """
    TeamsList { max-width: 70; max-height: 6; background: $background; }
    TeamsList > .option-list--option { padding: 0 !important; }
    TeamsList > .option-list--option-highlighted {
        color: $field; background: $field-background; text-style: bold;
    }
    TeamsList:nocolor > .option-list--option-highlighted { text-style: bold underline !important; }
    """

    def show(self, teams: Iterable[str]) -> None:
        """Show these teams, the first one chosen."""
        self._words = [clean(words, 100) for words in teams]
        self.set_options(harmless(f" {words} ") for words in self._words)
        self.highlighted = 0  # which is told, so that the list of that team is read

    @on(OptionList.OptionHighlighted)
    def mark(self, event: OptionList.OptionHighlighted) -> None:
        """Put the arrows around the chosen one."""
        for index, words in enumerate(self._words):
            chosen = index == event.option_index
            self.replace_option_prompt_at_index(
                index, harmless(f"‹{words}›" if chosen else f" {words} ")
            )


class FirstStartScreen(ProfileScreen):
    """Host and login in, profile out: checked step by step, and saved where that is wanted.

    ``opens`` is whether it is to be used now: in the form with all fields it was only saved.
    """

    ACTIONS = ("profiles.save", "form.back")
    KEYS = ()
    TITLE = "Connect to a CAM server"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*ACTIONS), *FIELD_KEYS]
    DEFAULT_CSS = """
    FirstStartScreen #keys { height: 1; dock: bottom; }
    FirstStartScreen.-covered #keys { visibility: hidden; }
    FirstStartScreen .part { margin-top: 1; height: auto; }
    FirstStartScreen #teams { height: auto; }
    FirstStartScreen #teams > PlainText { width: 14; padding-left: 2; text-style: dim; }
    FirstStartScreen #teams.-focus > PlainText { text-style: bold; }
    FirstStartScreen.-found #asked { margin-top: 0; }
    FirstStartScreen #found { display: none; }
    FirstStartScreen.-found #found { display: block; }
    FirstStartScreen.-found #before, FirstStartScreen.-found #why { display: none; }
    """

    def __init__(self, services: Services, used: Session | None, why: str = "") -> None:
        super().__init__(services, used)
        self._used = used
        self._why = why
        self.opens = True
        self._found: _Found | None = None
        self._steps = StepsText(classes="part")
        self._teams = TeamsList(compact=True)
        self._keys = PlainText(id="keys")

    def compose(self) -> ComposeResult:
        """The screen, and a key line that says what a save does now."""
        yield from super().compose()
        yield self._keys

    def compose_body(self) -> Iterable[Widget]:
        """What is typed, what is found, what to do with it."""
        with self._body:
            yield from self._fields()
            yield self._said

    def on_mount(self) -> None:
        """Nothing is found yet."""
        self._show_found(None)

    def _show_found(self, found: _Found | None) -> None:
        """Show the rest of the form once there is a profile, and what the keys do now."""
        self._found = found
        self.set_class(found is not None, "-found")
        save, leave = (bound(self, action_id).last_key for action_id in self.ACTIONS)
        saves = "Save and open" if found is not None else "Check"
        keys = ((save, saves), ("enter", "Next field"), (leave, "Leave"))
        self._keys.update(Content.assemble(*(key_content(*key) for key in keys)))

    def _fields(self) -> Iterable[Widget]:
        if self._why:
            yield PlainText(clean(self._why), id="why")
        with Vertical(classes="part", id="asked"):
            hint = "cam.example.com, or cam.example.com:30000"
            yield Field("host", "", label="Host", hint=hint)
            hint = "empty: port 8443, else the port of the host"
            yield Field("identity_url", "", label="Login at", hint=hint)
            yield Field("user", "", label="User", hint="or leave empty, and enter a token")
            yield Field(
                "password", "", label="Password", hint="kept in memory only", takes=Paste.PASSWORD
            )
            yield Field("token", "", label="or Token", hint="a bearer token", takes=Paste.TOKEN)
        with Horizontal(classes="part", id="before"):
            yield Button("Check", action="screen.save", compact=True)
            yield Button("All fields", action="screen.all_fields", compact=True)
        yield self._steps
        with Vertical(classes="part", id="found"):
            with Horizontal(id="teams"):
                yield PlainText("Team")
                yield self._teams
            yield Field("name", "", label="Save as", hint="a short word, such as production")
            choices = BY_NAME["environment"].codec.choices
            yield ChoiceField("environment", Environment.OTHER.value, choices, label="Environment")
            yield Field("label", "", label="Label")
            with Horizontal(classes="part"):
                yield Button("Save and open", id="save", action="screen.save", compact=True)
                yield Button("Open without saving", action="screen.finish(False)", compact=True)

    @on(Field.Edited)
    def forget_found(self) -> None:
        """What was found belongs to what was typed before."""
        if self._found is not None and self._texts() != self._found.texts:
            self._show_found(None)
            self._steps.update("")
        elif self._found is not None:
            self._suggest_label(self._chosen(self._found))

    def _suggest_label(self, profile: Profile) -> None:
        """Show in the empty field what is shown without a label."""
        badge = replace(profile, label="").badge
        self.fields["label"].input.placeholder = visible(f"empty: {clean(badge, 40)}")

    def _texts(self) -> tuple[str, ...]:
        """What the answers of the server depend on."""
        fields = self.fields.items()
        return tuple(field.text for name, field in fields if name not in _NAMED_HERE)

    @on(Input.Submitted)
    def next_field(self, event: Input.Submitted) -> None:
        """Enter goes on; after the password or token it checks."""
        event.stop()
        field = self.focused_field
        if field is not None and field.text and field.parameter in ("password", "token"):
            self.action_save()
        else:
            self.focus_next()

    def action_save(self) -> None:
        """Check; once all was found, save and open."""
        if self._found is not None:
            self.action_finish(True)
        else:
            self._check()

    def _typed(self) -> Profile:
        """The profile as far as it was typed."""
        texts = {name: field.text.strip() for name, field in self.fields.items()}
        by_login = bool(texts["user"]) and not self.fields["token"].text
        return Profile(
            name=proposed_name(texts["host"]),
            host=texts["host"],
            environment=guessed_environment(texts["host"]),
            identity_url=texts["identity_url"],
            token=LoginToken(texts["user"]) if by_login else PromptToken(),
        )

    def _problems(self, profile: Profile) -> Iterable[Problem]:
        """What is wrong with what was typed."""
        for name, words in check_stored(profile):
            plain_http = name == "host" and profile.host.startswith("http:")
            yield name, f"{words} (under All fields, at Plain http)" if plain_http else words
        if isinstance(profile.token, LoginToken):
            if not self.fields["password"].text:
                yield "password", "enter the password of that user"
        elif not self.fields["token"].text:
            yield "user", "enter a user and a password, or a token"

    @work(group="check", exclusive=True, description="check a new profile")
    async def _check(self) -> None:
        profile, texts = self._typed(), self._texts()
        self.say("")
        if self.refuses(self._problems(profile)):
            return
        # A certificate that is confirmed here is kept with the profile, when that is saved.
        session = replace(self._services.session(profile), keep_trust=lambda _asked, _trust: "")
        async with aclosing(session):
            with waiting(self, "Checking the profile"):
                steps = await check.check_profile(
                    session, ScreenOperator(self), self._steps.show, lambda: self._token(session)
                )
        if texts != self._texts():
            self._steps.update("")
            self.say("Not checked: the fields were edited meanwhile.")
            return
        tenant, target = steps[-1].tenant, session.client.target
        if tenant is None:
            if steps[-1].stage is check.Stage.TENANT:
                self.say("Not every server reports its tenant: enter it under All fields.")
            return
        login = target.identity.url if target.identity is not None else ""
        url = profile.identity_url or login
        found = {"tenant": tenant.id, "tenant_name": clean(tenant.name, 80).strip()}
        profile = replace(profile, trust=target.trust, identity_url=url, **found)
        teams = {
            (space.team_id, space.uid): (
                f"team {space.team_name or space.team_id} · namespace {space.uid}"
            )
            for space in tenant.namespaces
        }
        teams = teams or {("all", ""): "team all"}  # an administrator's, where none is told
        self._offer(_Found(profile, teams, session.tokens, steps, texts))

    async def _token(self, session: Session) -> None:
        """The token that was typed, or one for the user. Raises as a login does."""
        typed = self.fields["token"].text
        if typed:
            session.tokens.accept(clean_token(typed))
            return
        if not session.profile.identity_url:
            session.client.target = await check.with_login(session.client.target)
        password = self.fields["password"].input
        assert isinstance(password, SecretInput)
        await log_in(session, ScreenOperator(self), password.secret)

    def _offer(self, found: _Found) -> None:
        """Show what was found, and start on the choice where there is one."""
        self._show_found(found)
        for name in _NAMED_HERE:
            self.fields[name].text = BY_NAME[name].text(found.profile)
        self._suggest_label(found.profile)
        self._teams.show(found.teams.values())
        several = len(found.teams) > 1
        self.query_one("#teams").display = several
        if several:
            self._teams.focus()
        else:
            self.fields["name"].begin()

    def on_descendant_focus(self) -> None:
        """Let the label of the teams stand out while the keys go there, as that of a field."""
        self.query_one("#teams").set_class(self._teams.has_focus, "-focus")

    on_descendant_blur = on_descendant_focus

    @on(OptionList.OptionHighlighted)
    def read_list(self, event: OptionList.OptionHighlighted) -> None:
        """Try to read the list of the team that is chosen."""
        event.stop()
        if self._found is not None:
            self._try_list(self._found)

    @on(OptionList.OptionSelected)
    def take_team(self, event: OptionList.OptionSelected) -> None:
        """Go on with the team that is chosen."""
        event.stop()
        self.fields["name"].begin()

    @work(group="check", exclusive=True, description="read the list of a team")
    async def _try_list(self, found: _Found) -> None:
        """The last step, for the team that is chosen."""
        target = self._chosen(found).target()
        async with aclosing(self._services.make_client(target, found.tokens)) as client:
            with waiting(self, "Reading the connections"):
                step = await check.try_list(client)
        self._steps.show((*found.steps, step), False)
        self.call_after_refresh(self._body.scroll_end, animate=False)

    def _chosen(self, found: _Found) -> Profile:
        """The profile with all that was found, under the name that was typed."""
        team, namespace = list(found.teams)[self._teams.highlighted or 0]
        named = {name: BY_NAME[name].parse(self.fields[name].text.strip()) for name in _NAMED_HERE}
        return replace(found.profile, team=team, namespace=namespace, **named)

    def action_finish(self, save: bool) -> None:
        """Open what was found, with the token that found it; saved only when wanted."""
        if self._found is None:
            return
        profile = self._chosen(self._found)
        if self.refuses(check_stored(profile)):
            return
        if save:
            self.save(profile, tokens=self._found.tokens)
        else:
            self._services.adopt(profile, self._found.tokens)
            self.dismiss(profile)

    @opens_screen
    async def action_all_fields(self) -> None:
        """Go on in the form with all fields of a profile."""
        form = ProfileFormScreen(self._services, self._used, self._typed(), None)
        profile = await self.app.push_screen_wait(form)
        if profile is not None:
            self.opens = False
            self.dismiss(profile)

    def stopped(self, wait: Wait) -> None:
        """No step is under way any more."""
        super().stopped(wait)
        self._steps.show((), False)
        self.say("Stopped waiting.")


def proposed_name(host: str) -> str:
    """A short name from the host: its first label, or a word where it is an address."""
    label = re.split("[.:/]", host.rpartition("://")[2])[0]
    address = label.isdigit() or label.startswith("[")
    return "cam" if address or check_name(label) is not None else label
