"""The form of a profile: every setting of the file can be written, and mistakes stand under it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access, CaFile, Pinned, Unverified
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import CommandToken, EnvironmentToken, LoginToken, PromptToken
from smtp_tui.profiles.store import ProfileStore
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import Ui, opened

FIELDS = (
    "name",
    "host",
    "port",
    "tenant",
    "tenant_name",
    "team",
    "namespace",
    "access",
    "environment",
    "label",
    "token",
    "identity_url",
    "trust",
    "allow_http",
    "test_emails",
    "recipient",
)


def _kept(directory: Path, **changes: object) -> Callable[[Profile], Profile]:
    def keep(profile: Profile) -> Profile:
        kept = replace(profile, name="one", **changes)
        ProfileStore(directory / "config").add(kept)
        return kept

    return keep


def _stored(directory: Path) -> Profile:
    found = ProfileStore(directory / "config").load().named("one")
    assert found is not None
    return found


async def _go(ui: Ui, field: str) -> None:
    """Open the form of the profile in use, on a field of it."""
    await ui.sees("PRIMARY")
    await ui.press("p")
    await ui.sees("PROFILE")
    await ui.press("e")
    await ui.sees("Profile one")
    await ui.press(*["enter"] * _steps_to(field))


def _steps_to(field: str) -> int:
    """How often Enter is pressed from the host: the token of the sandbox has a value of its own."""
    steps = FIELDS.index(field) - FIELDS.index("host")
    return steps + (FIELDS.index(field) > FIELDS.index("token"))


async def _edit(ui: Ui, field: str, text: str) -> None:
    """Type a text in place of what stands in a field of the profile in use."""
    await _go(ui, field)
    await ui.press("home", "ctrl+k")
    await ui.type(text)


@pytest.mark.parametrize(
    ("field", "keys", "text", "wanted"),
    [
        ("access", ("p",), "", {"access": Access.PROTECTED}),
        ("access", ("right", "right"), "", {"access": Access.READ_ONLY}),
        ("access", ("left",), "", {"access": Access.READ_ONLY}),
        ("environment", ("s",), "", {"environment": Environment.STAGING}),
        ("environment", ("home",), "", {"environment": Environment.PRODUCTION}),
        ("token", ("p",), "", {"token": PromptToken()}),
        ("token", ("l", "enter"), "admin", {"token": LoginToken("admin")}),
        (
            "token",
            ("c", "enter"),
            "pass show cam",
            {"token": CommandToken(("pass", "show", "cam"))},
        ),
        ("token", ("enter", "ctrl+u"), "OTHER", {"token": EnvironmentToken("OTHER")}),
        ("trust", ("o",), "", {"trust": Unverified()}),
        ("trust", ("end",), "", {"trust": Unverified()}),
        ("trust", ("p", "enter"), "ab" * 32, {"trust": Pinned("ab" * 32)}),
        ("trust", ("p", "enter"), f"login {'ab' * 32}", {"trust": Pinned("", "ab" * 32)}),
        ("trust", ("c", "enter"), "/x/ca.pem", {"trust": CaFile(Path("/x/ca.pem"))}),
        ("allow_http", ("y",), "", {"allow_http": True}),
        ("test_emails", ("space",), "", {"test_emails": False}),
        ("identity_url", (), "login.example:8443", {"identity_url": "login.example:8443"}),
    ],
)
async def test_each_setting_can_be_chosen_or_written(
    demo: Sandbox,
    tmp_path: Path,
    field: str,
    keys: tuple[str, ...],
    text: str,
    wanted: dict[str, object],
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        before = _stored(tmp_path)
        await _go(ui, field)
        await ui.press(*keys)
        await ui.type(text)
        await ui.press("ctrl+s")
        await ui.loses("Profile one")
    assert _stored(tmp_path) == replace(before, **wanted)


@pytest.mark.parametrize(
    ("field", "keys", "words"),
    [
        ("token", ("l",), "needs a user name"),
        ("token", ("c",), "needs a program to start"),
        ("token", ("enter", "ctrl+u"), "not the name of an environment variable"),
        ("trust", ("p", "enter", "1", "2"), "64 hexadecimal digits"),
        ("trust", ("p",), "needs a SHA-256 fingerprint"),
        ("trust", ("c",), "needs the path of a CA file"),
        ("port", ("x",), "a number from 1 to 65535"),
    ],
)
async def test_a_mistake_is_shown_under_its_field_and_nothing_is_saved(
    demo: Sandbox, tmp_path: Path, field: str, keys: tuple[str, ...], words: str
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        before = _stored(tmp_path)
        await _go(ui, field)
        await ui.press(*keys)
        await ui.press("ctrl+s")
        await ui.sees(words)
    assert _stored(tmp_path) == before


async def test_all_choices_are_in_sight_and_the_chosen_one_is_marked(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _go(ui, "access")
        await ui.sees("‹normal›  protected   read-only", "‹system›  CA file   pin   off")
        await ui.press("right")
        await ui.sees("normal  ‹protected›  read-only", "was normal")
        await ui.press("ctrl+r")
        await ui.sees("‹normal›")
        await ui.loses("was normal")


async def test_what_is_typed_for_a_choice_has_a_label(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _go(ui, "token")
        await ui.sees("  variable   SANDBOX_TOKEN")
        await ui.press("l")
        await ui.sees("  login      the user; the password is asked for")
        await ui.press("p")
        await ui.loses("  login     ")


async def test_the_whole_form_fits_on_a_small_screen_in_groups_that_stand_apart(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _go(ui, "host")
        lines = [line.strip(" │┃") for line in ui.lines()]
        firsts = [after for before, after in pairwise(lines) if not before]
        assert [line[:11].strip() for line in firsts] == ["Access", "Token", "Test emails"]
        await ui.sees("Name ", "Test to ")


async def test_a_choice_keeps_what_was_typed_for_it(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _go(ui, "token")
        await ui.sees("‹variable›", "SANDBOX_TOKEN")
        await ui.press("l", "enter")
        await ui.type("admin")
        await ui.press("shift+tab", "v")
        await ui.loses("admin")
        await ui.sees("SANDBOX_TOKEN")
        await ui.press("l")
        await ui.sees("admin")


async def test_a_choice_can_be_clicked(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _go(ui, "access")
        line = ui.app.focused
        assert line is not None
        await ui.pilot.click(line, offset=(len("‹normal›  pro"), 0))
        await ui.sees("‹protected›")


async def test_another_tenant_takes_no_name_of_the_one_before_into_the_header(
    demo: Sandbox, tmp_path: Path
) -> None:
    keep = _kept(tmp_path, tenant_name="ICP Account")
    async with opened(demo, profile=keep, directory=tmp_path, size=(120, 30)) as ui:
        await ui.until(lambda: "tenant ICP Account" in ui.lines()[0], "the name in the header")
        await _edit(ui, "tenant", demo.other_tenant_id)
        await ui.press("ctrl+s")
        await ui.until(lambda: demo.other_tenant_id in ui.lines()[0], "the id in the header")
    assert _stored(tmp_path).tenant_name == ""


async def test_enter_goes_on_and_saves_after_the_last_field(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _edit(ui, "label", "EU")
        await ui.press(*["enter"] * (_steps_to("recipient") - _steps_to("label") + 1))
        await ui.loses("Profile one")
    assert _stored(tmp_path).label == "EU"


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_every_field_can_be_reached(
    demo: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=size) as ui:
        await _edit(ui, "recipient", "me@example.com")
        await ui.sees("me@example.com")


async def test_a_change_of_the_profile_in_use_takes_effect_at_once(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        await _go(ui, "access")
        await ui.press("r")
        await ui.press("ctrl+s")
        await ui.until(lambda: "READ-ONLY" in ui.lines()[0], "the header of the changed profile")
        await ui.sees("PRIMARY")
        demo.forget_requests()
        await ui.press("d", "e")
        await ui.press("r")
        await ui.asked(Operation.LIST)
        assert [request.operation for request in demo.requests] == [Operation.LIST]


async def test_the_token_of_a_profile_is_not_sent_to_the_host_that_it_is_edited_to(
    demo: Sandbox, tmp_path: Path
) -> None:
    keep = _kept(tmp_path, token=PromptToken())
    with Sandbox() as other:
        async with opened(demo, profile=keep, directory=tmp_path, size=(80, 24)) as ui:
            await ui.sees("asks for a token")
            await ui.paste(demo.admin_token)
            await ui.press("enter")
            await _edit(ui, "host", other.base_url)
            await ui.press("ctrl+s")
            await ui.loses("Profile one")
            await ui.sees("asks for a token")
            await ui.paste(other.admin_token)
            await ui.press("enter")
            await ui.sees("No SMTP connections")
        bearers = {request.headers["authorization"] for request in other.requests}
    assert bearers == {f"Bearer {other.admin_token}"}


async def test_leaving_a_changed_profile_asks_first_and_shows_what_would_be_lost_as_a_danger(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path) as ui:
        await _go(ui, "host")
        await ui.type("x")
        await ui.press("escape")
        await ui.sees("Leave without saving?", "Stay", "Discard changes")
        danger = [button.has_class("-danger") for button in ui.app.screen.query("Button")]
        assert danger == [False, True]


async def test_a_proxy_is_in_the_form_of_a_profile_that_has_one(
    demo: Sandbox, tmp_path: Path
) -> None:
    kept = _kept(tmp_path, proxy="http://127.0.0.1:3128", host="https://127.0.0.1:9")
    async with opened(demo, profile=kept, directory=tmp_path, size=(80, 30)) as ui:
        await ui.sees("via 127.0.0.1:3128")
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("e")
        await ui.sees("Profile one", "Proxy  ", "http://127.0.0.1:3128")
