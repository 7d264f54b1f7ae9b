"""First start: a host and a login in, a working profile out, each step shown, saved if wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.events import Paste
from textual.widgets import OptionList

from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.target import Pinned, SystemTrust, parse_origin
from smtp_tui.api.tls import read_certificate
from smtp_tui.cli.screen import demo_services
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import LoginToken, PromptToken
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.ui.app import SmtpTui
from smtp_tui.ui.widgets.fields import TextInput
from tests.failing_sandbox import (
    ADMINISTRATOR,
    USER,
    Account,
    BackEnd,
    Fault,
    FaultKind,
    Operation,
    Sandbox,
    SandboxOptions,
)
from tests.ui.helpers import HeldClock, Ui, opened
from tests.ui.records import sandbox_with_records

STEPS = ("name", "connect", "certificate", "token", "tenant", "list")


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with sandbox_with_records(SandboxOptions(tls=True)) as sandbox:
        yield sandbox


@asynccontextmanager
async def first_start(
    sandbox: Sandbox, directory: Path, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Ui]:
    clock = HeldClock()
    services, profile = demo_services(sandbox, directory, clock)
    services = replace(services, extra_profiles=(), environ={})
    app = SmtpTui(services, None)
    async with app.run_test(size=size, notifications=True) as pilot:
        ui = Ui(app, pilot, sandbox, services, profile, clock)
        await ui.sees("Connect to a CAM server", "Host")
        yield ui


async def _log_in(ui: Ui, account: Account = ADMINISTRATOR, password: str = "") -> None:
    await ui.type(ui.sandbox.base_url)
    await ui.press("tab", "tab")
    await ui.type(account.name)
    await ui.press("enter")
    await ui.type(password or ui.sandbox.password(account))
    await ui.press("enter")


def _stored(directory: Path) -> tuple[Profile, ...]:
    return ProfileStore(directory / "config").load().profiles


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_a_host_and_a_login_are_enough(
    demo: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with first_start(demo, tmp_path, size) as ui:
        assert ui.lines()[-1].split()[:2] == ["ctrl+s", "Check"]
        await _log_in(ui)
        await ui.sees("✓ list", "6 records for team all", "Save and open")
        assert ui.lines()[-1].split()[:4] == ["ctrl+s", "Save", "and", "open"]
        assert _stored(tmp_path) == (), "saved before anyone wanted it"
        await ui.press("ctrl+s")
        await ui.sees("PRIMARY", "ICP Account", "✓ Saved profile")
        assert len(ui.requests(Operation.TOKEN)) == 1, "the password was asked for twice"
    (profile,) = _stored(tmp_path)
    assert (profile.tenant, profile.tenant_name) == (demo.tenant_id, "ICP Account")
    assert (profile.team, profile.namespace) == ("all", "default")
    assert profile.token == LoginToken("admin")
    assert profile.trust == SystemTrust()


async def test_all_that_was_typed_and_found_is_in_sight_on_a_small_screen(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("✓ list", "Host ", "Team ", "namespace mail", "Label ", "Save and open")
        teams, host = ui.app.screen.query_one(OptionList), ui.app.screen.query(TextInput)[0]
        assert (teams.region.x, teams.region.right) == (host.region.x, host.region.right)


@pytest.mark.parametrize("size", [(80, 24), (160, 24)])
async def test_where_a_profile_was_saved_is_said_at_the_foot(
    demo: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with first_start(demo, tmp_path, size) as ui:
        await _log_in(ui)
        await ui.sees("✓ list")
        await ui.press("ctrl+s")
        await ui.sees("✓ Saved profile cam in")
        lines = [line[: line.find("│", 1)].strip("│ ") for line in ui.lines()]
        assert "config/profiles.toml" in "".join(lines)
        assert lines[-3], "the message stands above the foot"


async def test_each_step_is_shown(demo: Sandbox, tmp_path: Path) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees(*(f"✓ {step}" for step in STEPS))


async def test_several_namespaces_are_a_choice(demo: Sandbox, tmp_path: Path) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("team all · namespace default", "team all · namespace mail")
        await ui.press("down", "ctrl+s")
        await ui.sees("PRIMARY")
    assert _stored(tmp_path)[0].namespace == "mail"


async def test_without_colours_the_team_that_is_chosen_is_underlined(
    demo: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("team all · namespace mail")
        teams = ui.app.screen.query_one(OptionList)
        await ui.until(lambda: teams.has_focus, "the focus on the teams")
        underlined = [
            any(part.style and part.style.underline for part in teams.render_line(row))
            for row in (0, 1)
        ]
        assert underlined == [True, False]


async def test_a_user_of_one_team_gets_that_team(demo: Sandbox, tmp_path: Path) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui, USER)
        await ui.sees("records for team mail-operators")
        await ui.press("ctrl+s")
        await ui.sees("PRIMARY", "SECONDARY")
        assert not ui.shows("BATCH"), "records of another team"
    assert _stored(tmp_path)[0].team == "mail-operators"
    assert _stored(tmp_path)[0].namespace == "mail"


async def test_a_token_will_do_instead(demo: Sandbox, tmp_path: Path) -> None:
    token = demo.issue_token()
    async with first_start(demo, tmp_path) as ui:
        await ui.type(demo.base_url)
        await ui.press("tab", "tab", "tab", "tab")
        ui.app.post_message(Paste(token))
        await ui.press("enter")
        await ui.sees("✓ list")
        await ui.press("ctrl+s")
        await ui.sees("PRIMARY")
    assert _stored(tmp_path)[0].token == PromptToken()


async def test_nothing_is_saved_where_that_is_not_wanted(demo: Sandbox, tmp_path: Path) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("Open without saving")
        await ui.press("enter", "enter", "enter", "enter", "tab", "enter")
        await ui.sees("PRIMARY")
    assert _stored(tmp_path) == ()


async def test_a_wrong_password_fails_at_the_token_and_says_why(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui, password="wrong")
        await ui.sees("✓ certificate", "✗ token", "user name or the password is not", "· tenant")
        assert not ui.requests(Operation.TENANT)


async def test_a_host_that_does_not_exist_fails_at_the_name(demo: Sandbox, tmp_path: Path) -> None:
    async with first_start(demo, tmp_path) as ui:
        await ui.type("no-such-host.invalid")
        await ui.press("tab", "tab", *"me", "enter", *"pw", "enter")
        await ui.sees("✗ name", "Host name not found", "· connect")


async def test_a_host_that_is_none_is_refused_under_its_field(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path) as ui:
        await ui.type("user@host")
        await ui.press("ctrl+s")
        await ui.sees("without '@'")
        assert not ui.shows("✗ name")


async def test_a_server_of_plain_http_is_told_how_to_be_written_and_what_the_rule_is(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path, (60, 20)) as ui:
        await ui.type(demo.base_url.removeprefix("http://"))
        await ui.press("tab", "tab", *"me", "enter", *"pw", "enter")
        await ui.sees("✗ certificate", "does not speak TLS", "write http://", "the profile must")
        assert demo.requests == ()
        await ui.press("home", "shift+tab", "shift+tab", "shift+tab", "home", "ctrl+k")
        await ui.type("http://cam.example.com")
        await ui.press("ctrl+s")
        await ui.sees("plain http is allowed to this machine", "All fields, at Plain http")


async def test_a_tenant_that_is_not_told_can_be_given_by_hand(
    demo: Sandbox, tmp_path: Path
) -> None:
    demo.take_down(BackEnd.TENANT)
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("✓ token", "✗ tenant", "All fields")


async def test_a_self_signed_certificate_is_shown_before_the_password_leaves(
    server: Sandbox, tmp_path: Path
) -> None:
    async with first_start(server, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("Unknown certificate")
        assert server.requests == ()
        ui.clock.forward(5)
        await ui.press("tab", "enter")
        await ui.sees("✓ certificate", "pinned", "✓ list")
        await ui.press("ctrl+s")
        await ui.sees("PRIMARY")
    shown = read_certificate(await shown_certificate(parse_origin(server.base_url), 5.0))
    trust = _stored(tmp_path)[0].trust
    assert isinstance(trust, Pinned)
    assert trust.sha256 == shown.sha256


async def test_what_was_typed_since_makes_what_was_found_void(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("Save and open")
        await ui.press("shift+tab", "shift+tab", "end", "ctrl+u")
        await ui.loses("Save and open")
        await ui.press("ctrl+s")
        await ui.sees("✗ enter the password of that user")
    assert _stored(tmp_path) == ()


async def test_label_and_environment_are_asked_for_and_enter_goes_on_field_by_field(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path, (80, 30)) as ui:
        await _log_in(ui, USER)
        await ui.sees("Save as", "production   staging   test  ‹other›", "empty: cam")
        await ui.type("cam-dev")
        await ui.press("enter", "t")
        await ui.sees("‹test›", "empty: TEST")
        await ui.press("enter", *"LAB", "enter", "enter")
        await ui.sees("PRIMARY", " LAB ")
    (profile,) = _stored(tmp_path)
    assert (profile.environment, profile.label) == (Environment.TEST, "LAB")


@pytest.mark.parametrize(
    ("host", "environment"),
    [
        ("cam-prod.example.com", Environment.PRODUCTION),
        ("https://cam.uat.example.com:8443", Environment.STAGING),
        ("demo.example.com", Environment.TEST),
        ("cam.example.com", Environment.OTHER),
    ],
)
async def test_the_environment_is_suggested_from_the_host(
    demo: Sandbox, tmp_path: Path, host: str, environment: Environment
) -> None:
    async with first_start(demo, tmp_path) as ui:
        await ui.type(host)
        await ui.app.screen.run_action("screen.all_fields")
        await ui.sees("New profile", f"‹{environment.value}›")


async def test_fields_that_were_edited_while_a_check_ran_are_not_offered_with_what_it_found(
    demo: Sandbox, tmp_path: Path
) -> None:
    demo.faults.add(Fault(FaultKind.DELAY, Operation.TENANT, seconds=1.0))
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.asked(Operation.TENANT)
        await ui.press("shift+tab", *"x")
        await ui.sees("Not checked: the fields were edited meanwhile")
        assert not ui.shows("Save as")
    assert _stored(tmp_path) == ()


async def test_x_checks_the_profile_under_the_cursor_and_changes_nothing(demo: Sandbox) -> None:
    async with opened(demo, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("p", "x")
        await ui.sees(*(f"✓ {step}" for step in STEPS))
        demo.take_down(BackEnd.API)
        await ui.press("r")
        await ui.sees("✓ tenant", "✗ list", "502")
        demo.bring_up(BackEnd.API)
        await ui.press("escape", "escape")
        await ui.sees("PRIMARY", "BATCH")


@asynccontextmanager
async def new_profile(sandbox: Sandbox, directory: Path) -> AsyncIterator[Ui]:
    """The form of a new profile, where everything was found; one that is in use has the name cam.

    Its file is in the directory.
    """
    store = ProfileStore(directory / "config")

    def keep(profile: Profile) -> Profile:
        used = replace(profile, name="cam", label="")
        store.add(used)
        return used

    async with opened(sandbox, profile=keep, directory=directory, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("p")
        await ui.sees("PROFILE", "cam (default)")
        await ui.press("n")
        await ui.sees("Connect to a CAM server")
        await _log_in(ui, USER)
        await ui.sees("✓ list", "Save and open")
        yield ui


async def test_a_name_that_is_taken_is_refused_under_its_field_where_it_is_seen(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with new_profile(demo, tmp_path) as ui:
        await ui.press("ctrl+s")
        await ui.sees("Save as", '✗ a profile named "cam" already exists')
        lines = ui.lines()
        (field,) = (number for number, line in enumerate(lines) if "Save as" in line)
        assert "already exists" in lines[field + 1], ui.text()
        assert isinstance(ui.app.focused, TextInput)
        assert ui.app.focused.value == "cam"
        await ui.press("end", "2", "ctrl+s")
        await ui.until(lambda: " cam2 " in ui.lines()[0], "the new profile")
    assert [profile.name for profile in _stored(tmp_path)] == ["cam", "cam2"]


async def test_a_new_profile_that_is_saved_and_opened_is_in_use(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with new_profile(demo, tmp_path) as ui:
        await ui.press("end", "2", "ctrl+s")
        await ui.until(lambda: " cam2 " in ui.lines()[0], "the new profile")
        await ui.sees("✓ Saved profile cam2", "PRIMARY")


async def test_a_profile_that_is_only_saved_is_told_among_the_others(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with new_profile(demo, tmp_path) as ui:
        await ui.app.screen.run_action("screen.all_fields")
        await ui.sees("New profile")
        await ui.press("shift+tab", "end", "2", "tab", "tab", "tab")
        await ui.type(demo.tenant_id)
        await ui.press("ctrl+s")
        await ui.sees("✓ Saved profile cam2 in", "cam (default)")
        assert " cam " in ui.lines()[0]
        await ui.press("escape")
        await ui.loses("cam (default)")
        assert not ui.shows("Saved profile cam2"), "it is told twice"


async def test_the_chosen_team_is_marked_without_the_focus_too_and_j_and_k_choose(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with first_start(demo, tmp_path) as ui:
        await _log_in(ui)
        await ui.sees("‹team all · namespace default›", " team all · namespace mail ")
        await ui.until(lambda: _is_bold(ui, "Team"), "a label that stands out")
        await ui.press("j", "tab")
        await ui.sees(" team all · namespace default ", "‹team all · namespace mail›")
        await ui.until(lambda: not _is_bold(ui, "Team"), "a quiet label")
        await ui.press("shift+tab", "k")
        await ui.sees("‹team all · namespace default›")


def _is_bold(ui: Ui, label: str) -> bool:
    return any("bold" in span.look for span in ui.spans() if span.text.strip() == label)
