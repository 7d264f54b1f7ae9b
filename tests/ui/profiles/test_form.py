"""The form of a profile: every setting of the file can be written, and mistakes stand under it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access, Pinned, Unverified
from smtp_tui.profiles.model import Environment, Profile
from smtp_tui.profiles.sources import CommandToken, LoginToken, PromptToken
from smtp_tui.profiles.store import ProfileStore
from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import Ui, opened

FIELDS = (
    "name",
    "host",
    "port",
    "tenant",
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


async def _edit(ui: Ui, field: str, text: str) -> None:
    """Type a text in place of what stands in a field of the profile in use."""
    await ui.sees("PRIMARY")
    await ui.press("p")
    await ui.sees("PROFILE")
    await ui.press("e")
    await ui.sees("Profile one")
    steps = FIELDS.index(field) - FIELDS.index("host")
    await ui.press(*["tab"] * steps, "home", "ctrl+k")
    await ui.type(text)


@pytest.mark.parametrize(
    ("field", "text", "wanted"),
    [
        ("access", "protected", {"access": Access.PROTECTED}),
        ("environment", "test", {"environment": Environment.TEST}),
        ("token", "login admin", {"token": LoginToken("admin")}),
        ("token", "command pass show cam", {"token": CommandToken(("pass", "show", "cam"))}),
        ("trust", "off", {"trust": Unverified()}),
        ("trust", "pin " + "ab" * 32, {"trust": Pinned("ab" * 32)}),
        ("allow_http", "yes", {"allow_http": True}),
        ("test_emails", "no", {"test_emails": False}),
        ("identity_url", "login.example:8443", {"identity_url": "login.example:8443"}),
    ],
)
async def test_each_setting_can_be_written(
    demo: Sandbox, tmp_path: Path, field: str, text: str, wanted: dict[str, object]
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        before = _stored(tmp_path)
        await _edit(ui, field, text)
        await ui.press("ctrl+s")
        await ui.loses("Profile one")
    assert _stored(tmp_path) == replace(before, **wanted)


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("access", "all", "must be one of normal, protected, read-only"),
        ("token", "abc", "$VARIABLE, login USER"),
        ("trust", "pin 12", "64 hexadecimal digits"),
        ("port", "x", "a number from 1 to 65535"),
    ],
)
async def test_a_mistake_is_shown_under_its_field_and_nothing_is_saved(
    demo: Sandbox, tmp_path: Path, field: str, text: str, words: str
) -> None:
    async with opened(demo, profile=_kept(tmp_path), directory=tmp_path, size=(80, 24)) as ui:
        before = _stored(tmp_path)
        await _edit(ui, field, text)
        await ui.press("ctrl+s")
        await ui.sees(words)
    assert _stored(tmp_path) == before


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
        await _edit(ui, "access", "read-only")
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
