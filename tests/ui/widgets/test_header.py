"""The header line: whose records these are, on every screen and over every dialog."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.screen import Screen

import smtp_tui.ui
from smtp_tui.api.models import Parameter, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access, Unverified
from smtp_tui.editing.document_text import document_yaml
from smtp_tui.editing.patch import Change
from smtp_tui.editing.values import ABSENT
from smtp_tui.profiles.choosing import VARIABLE, Choice
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import LoginToken, PromptToken
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.files import write_atomic
from smtp_tui.ui.profiles.check import StartProblemScreen
from smtp_tui.ui.services import Services
from smtp_tui.ui.sign_in import ChangedDialog, FirstMeetingDialog
from smtp_tui.ui.theme import THEMES
from smtp_tui.workflows.plan import Place, Plan, change_entries
from smtp_tui.workflows.plan_file import plan_json
from tests.failing_sandbox import (
    ADMINISTRATOR,
    Fault,
    FaultKind,
    Operation,
    Sandbox,
    SandboxOptions,
)
from tests.ui.bulk.steps import left_behind
from tests.ui.forms import BATCH
from tests.ui.helpers import Ui, opened, style
from tests.ui.records import sandbox_with_records

MARK = "TLS NOT VERIFIED"
SMALLEST = (60, 20)
WITHOUT_UNVERIFIED = {
    dialog.__name__ for dialog in (ChangedDialog, FirstMeetingDialog, StartProblemScreen)
}
"""Certificates are asked about where they are verified; a start that failed uses no profile."""


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with sandbox_with_records(SandboxOptions(tls=True, mail_timeout=1.0)) as sandbox:
        yield sandbox


def _screens() -> set[str]:
    """The names of all screens and dialogs of the program."""
    found = set()
    for module in pkgutil.walk_packages(smtp_tui.ui.__path__, "smtp_tui.ui."):
        for name, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            ours = one.__module__.startswith("smtp_tui.ui.")
            if issubclass(one, Screen) and ours and not one.__subclasses__():
                found.add(name)
    return found


def _unverified(directory: Path) -> Callable[[Profile], Profile]:
    """A profile of the file that logs in and verifies nothing."""

    def made(profile: Profile) -> Profile:
        token = LoginToken(ADMINISTRATOR.name)
        kept = replace(
            profile, name="one", trust=Unverified(), token=token, identity_url=profile.host
        )
        ProfileStore(directory / "config").add(kept)
        return kept

    return made


def _beside(services: Services) -> Services:
    """The same once more, its token being asked for."""
    first = services.extra_profiles[0]
    return replace(
        services, extra_profiles=(first, replace(first, name="two", token=PromptToken()))
    )


class _Walk:
    """Goes from screen to screen and looks at the first line of each."""

    def __init__(self, ui: Ui) -> None:
        self.ui = ui
        self.seen: set[str] = set()
        self.unmarked: list[str] = []

    async def look(self, *texts: str) -> None:
        """The screen that shows these texts, and its header."""
        await self.ui.sees(*texts)
        name = type(self.ui.app.screen).__name__
        self.seen.add(name)
        header = self.ui.lines()[0]
        if not all(
            part in header for part in (" DEMO ", "one", self.ui.sandbox.base_url[8:], MARK)
        ):
            self.unmarked.append(f"{name} {texts}: {header}")

    async def go(self, keys: str, *texts: str) -> None:
        """Press keys, parted by spaces, and look."""
        await self.ui.press(*keys.split())
        await self.look(*texts)

    async def back(self, *texts: str) -> None:
        """One step back, to where these texts stand."""
        await self.ui.press("escape")
        await self.look(*texts)


async def _through_records(walk: _Walk) -> None:
    await walk.go("enter", "Created")
    await walk.go("y", "curl", "JSON")
    await walk.back("Created")
    await walk.back("NAME ▲")
    await walk.go("t", "Send to")
    await walk.go("enter", "UNREACHABLE")
    await walk.back("NAME ▲")
    await _through_a_probe(walk)
    await walk.go("A", "Journal of writes", "BATCH")
    await walk.go("enter", "╭─ ", "test")
    await walk.back("Journal of writes")
    await walk.back("NAME ▲")
    await walk.go("d", "Delete BATCH?")
    await walk.back("NAME ▲")
    await walk.go("D", "No drafts")
    await walk.back("NAME ▲")
    await walk.go("a", "METHOD", "PATH")
    await walk.back("NAME ▲")
    await walk.go("m", "Mailbox")
    await walk.go("question_mark", "search the keys")
    await walk.back("Mailbox")
    await walk.back("NAME ▲")
    await walk.go("colon", "Search for commands")
    await walk.back("NAME ▲")
    walk.ui.sandbox.faults.add(Fault(FaultKind.MISSING_ID, Operation.LIST))
    await walk.go("r", "6 unreadable")
    await walk.go("U", "6 entries could not be read")
    await walk.back("6 unreadable")
    await walk.go("r", "NAME ▲", "BATCH")


async def _through_a_probe(walk: _Walk) -> None:
    """Of the sandbox's own mail server."""
    await walk.go("j j j j x", "PRIMARY", "From CAM")
    await walk.go("d", "this machine   < the server")
    await walk.back("From CAM")
    await walk.go("l", "Login, recipient, TLS")
    await walk.back("From CAM")
    await walk.back("NAME ▲")
    await walk.ui.press("g")


async def _through_a_form(walk: _Walk) -> None:
    await walk.go("e", "Edit BATCH", "Hostname")
    await walk.go("ctrl+g", "Gmail")
    await walk.back("Hostname")
    await walk.ui.press("tab", "end", "ctrl+u", *"587")
    walk.ui.sandbox.change_record(BATCH, {"port": 2525})
    await walk.go("ctrl+s", "Change BATCH?")
    await walk.go("enter", "Changed on both sides")
    await walk.back("Hostname")
    await walk.go("escape", "Leave?")
    await walk.back("Hostname")
    await walk.go("ctrl+t", "Send to")
    await walk.back("Hostname")
    await walk.ui.press("ctrl+r", "escape")


async def _through_leaving(walk: _Walk) -> None:
    """What is asked when the program is left with a write under way."""
    fault = Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.0)
    walk.ui.sandbox.faults.add(fault)
    await walk.go("e", "Edit BATCH", "Hostname")
    await walk.ui.press("tab", "end", "ctrl+u", *"465")
    await walk.go("ctrl+s", "Change BATCH?")
    await walk.ui.press("enter")
    await walk.ui.asked(Operation.MODIFY)
    await walk.go("ctrl+c", "A write is under way")
    await walk.ui.press("escape")
    await walk.ui.sees("Saved BATCH", "NAME ▲")


async def _through_many(walk: _Walk) -> None:
    """What is done to marked records, and a run that ended early with a secret in its plan."""
    record = Record("1", "GONE", (Parameter("password", SecretState.SET),))
    changes = [Change("password", ABSENT, SecretStr("secret"))]
    services = walk.ui.services
    place = Place.of(services.session(services.extra_profiles[0]), 6)
    plan = Plan("Change 1 record", change_entries("one", [record], changes), (place,))
    left_behind(services.run_store, plan_json(plan, walk.ui.clock.now()))
    await walk.go("R", "A run ended early")
    walk.ui.clock.forward(1)
    await walk.go("enter", "No file holds a secret")
    await walk.back("NAME ▲")
    await walk.go("asterisk", "6 marked")
    await walk.go("d", "Delete 6 records?")
    await walk.back("NAME ▲")
    await walk.go("e", "Edit 6 records")
    await walk.back("NAME ▲")
    await walk.go("C", "Copy 6 records to", "two")
    await walk.back("NAME ▲")
    await walk.ui.press("asterisk", "G", "space")
    await walk.go("t", "One mail for each")
    await walk.go("enter", "Test 1 record?")
    walk.ui.clock.forward(1)
    await walk.go("enter", "OUTCOME", "REJECTED", "· ended")
    await walk.go("enter", "profile one", "to you@sandbox.example")
    await walk.back("· ended")
    await walk.back("NAME ▲")
    await walk.ui.press("asterisk", "asterisk")


async def _through_a_comparison(walk: _Walk, file: Path) -> None:
    """With a document: the profile that it is held against is named where it does not verify."""
    record = Record("1", "BATCH", (Parameter("hostname", "mx.example"), Parameter("port", 1)))
    write_atomic(file, document_yaml([record], ()))
    await walk.go("equals_sign", "Compare with", "two")
    await walk.ui.type(str(file))
    for key, text in (("enter", "BATCH"), ("enter", "mx.example")):
        await walk.ui.press(key)
        await walk.ui.sees(" compare ", f"{MARK}  one", text)
        walk.seen.add(type(walk.ui.app.screen).__name__)
    await walk.ui.press("escape")
    await walk.back("NAME ▲")


async def _through_all_profiles(walk: _Walk) -> None:
    """Where no profile is in use, those are named that do not verify."""
    for key, text in (("P", "all profiles"), ("i", "States of the profiles")):
        await walk.ui.press(key)
        await walk.ui.sees(text, f"{MARK}  two, one")
        assert MARK in walk.ui.lines()[0]
        walk.seen.add(type(walk.ui.app.screen).__name__)
    await walk.ui.press("escape", "q")
    await walk.look("NAME ▲")


async def _through_profiles(walk: _Walk) -> None:
    await walk.go("p", "PROFILE")
    await walk.go("x", "✓ list")
    await walk.back("PROFILE")
    await walk.go("n", "Connect to a CAM server")
    await walk.back("PROFILE")
    await walk.go("e", "Profile one")
    await walk.go("x escape", "Leave without saving?")
    await walk.back("Profile one")
    await walk.ui.press("ctrl+r", "escape")
    await walk.look("PROFILE")
    await walk.back("NAME ▲")


async def _through_questions(walk: _Walk) -> None:
    """What is asked by itself: the password at first, a token after a switch."""
    await walk.look("Log in", "password")
    await walk.ui.type(walk.ui.sandbox.password())
    await walk.go("enter", "NAME ▲", "BATCH")


async def test_no_verification_is_marked_in_the_header_of_every_screen_and_over_every_dialog(
    server: Sandbox, tmp_path: Path
) -> None:
    wanted = _unverified(tmp_path)
    async with opened(
        server, profile=wanted, services=_beside, directory=tmp_path, size=SMALLEST
    ) as ui:
        walk = _Walk(ui)
        await _through_questions(walk)
        await _through_records(walk)
        await _through_a_form(walk)
        await walk.look("NAME ▲")
        await _through_leaving(walk)
        await _through_many(walk)
        await _through_a_comparison(walk, tmp_path / "records.yaml")
        await _through_all_profiles(walk)
        await _through_profiles(walk)
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("slash", *"two", "enter")
        await ui.sees("Token", "paste the bearer token")
        assert MARK in ui.lines()[0]
        walk.seen.add(type(ui.app.screen).__name__)
    assert walk.unmarked == []
    assert walk.seen - {"CommandPalette"} == _screens() - WITHOUT_UNVERIFIED


async def test_where_no_profile_is_in_use_the_header_says_so(demo: Sandbox) -> None:
    async with opened(demo, problem="line 3 of the file is wrong", size=SMALLEST) as ui:
        await ui.sees("line 3 of the file is wrong", " p Profiles")
        assert ui.lines()[0].strip() == "no profile in use"
        await ui.press("a")
        await ui.sees("No requests yet")
        assert ui.lines()[0].strip() == "no profile in use"


async def test_a_profile_without_a_label_is_named_once(demo: Sandbox) -> None:
    def plain(profile: Profile) -> Profile:
        return replace(profile, name="cam", label="", environment=Environment.OTHER)

    async with opened(demo, profile=plain) as ui:
        await ui.sees("BATCH")
        for keys in ((), ("t",), ("escape", "d"), ("escape", "p")):
            await ui.press(*keys)
            named = [line for line in ui.lines() if demo.base_url in line]
            doubled = [line for line in named if line.count("cam ") > 1]
            assert doubled == [], keys
        assert len(named) > 1, "the dialog names the host too"


async def test_without_colours_label_and_mark_are_in_reverse_video_and_access_is_a_bold_word(
    server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    def loud(profile: Profile) -> Profile:
        access, environment = Access.PROTECTED, Environment.PRODUCTION
        return replace(
            profile, label="PROD", environment=environment, access=access, trust=Unverified()
        )

    async with opened(server, profile=loud, size=(100, 24)) as ui:
        await ui.sees("BATCH")
        for word in (" PROD ", f" {MARK} "):
            assert style(ui, "ProfileBar", word).reverse, word
        assert style(ui, "ProfileBar", "PROTECTED").bold
        assert not style(ui, "ProfileBar", "127.0.0.1").reverse


async def test_at_60_columns_long_names_hide_neither_the_host_nor_the_access(
    demo: Sandbox,
) -> None:
    def long(profile: Profile) -> Profile:
        name = "production-of-the-north"
        return replace(profile, name=name, label="PRODUCTION", access=Access.PROTECTED)

    async with opened(demo, size=SMALLEST, profile=long) as ui:
        await ui.sees("Connections 6")
        header = " ".join(ui.lines()[:2])
        assert "PRODUCTION  production-of-the-north  PROTECTED " in header
        assert demo.base_url in header
        await ui.press("d")
        await ui.sees("Delete BATCH?", "PROTECTED", demo.base_url)


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_in_each_theme_the_header_stays_in_sight_over_a_dialog(
    demo: Sandbox, theme: str
) -> None:
    async with opened(demo) as ui:
        ui.app.theme = theme
        await ui.sees("Connections 6")
        await ui.press("p")
        await ui.sees("PROFILE", "STATE")
        assert "DEMO" in ui.lines()[0]


async def test_a_proxy_is_named_in_the_header_beside_the_host(server: Sandbox) -> None:
    def through(profile: Profile) -> Profile:
        return replace(profile, proxy="http://127.0.0.1:9", trust=Unverified())

    async with opened(server, profile=through) as ui:
        await ui.sees("via 127.0.0.1:9")
        assert f"{server.base_url[8:]} via 127.0.0.1:9" in ui.lines()[0]


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (80, ("· by SMTP_TUI_PROFILE", "tenant ICP Account")),
        (120, ("· SMTP_TUI_PROFILE overrides other", "tenant ICP Account", "team all", "held")),
    ],
)
async def test_what_chose_the_profile_is_said_in_fewer_words_before_the_tenant_is_left_out(
    demo: Sandbox, width: int, words: tuple[str, ...]
) -> None:
    def chosen(services: Services) -> Services:
        choice = Choice(services.extra_profiles[0], VARIABLE, (("other", "the default"),))
        return replace(services, choice=choice)

    async with opened(demo, services=chosen, size=(width, 24)) as ui:
        await ui.sees("PRIMARY")
        for each in words:
            assert each in ui.lines()[0], ui.lines()[0]
