"""Whose token it is: a refused one is told with its origin, and none goes to an edited host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import (
    CommandToken,
    EnvironmentToken,
    LoginToken,
    PromptToken,
    TokenSource,
)
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.helpers import Ui, opened


@pytest.fixture
def other() -> Iterator[Sandbox]:
    """The host that the profile is edited to lead to."""
    with Sandbox() as running:
        yield running


async def _give_token(ui: Ui, source: TokenSource, of: Sandbox) -> None:
    if isinstance(source, PromptToken):
        await ui.sees("paste the bearer token")
        await ui.paste(of.issue_token())
        await ui.press("enter")
    elif isinstance(source, LoginToken):
        await ui.sees("Log in", "User admin")
        await ui.type(ui.sandbox.password())
        await ui.press("enter")


def _flat(ui: Ui) -> str:
    return " ".join(" ".join(line.strip(" │") for line in ui.lines()).split())


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        (EnvironmentToken("SANDBOX_TOKEN"), "came from the variable SANDBOX_TOKEN"),
        (CommandToken(("cat", "token")), "came from the command cat"),
        (LoginToken("admin"), "came from the login of admin"),
        (PromptToken(), "was typed"),
    ],
    ids=["variable", "command", "login", "typed"],
)
async def test_a_refused_token_is_told_with_where_it_came_from(
    demo: Sandbox,
    tmp_path: Path,
    source: TokenSource,
    origin: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(demo.issue_token())

    def using(profile: Profile) -> Profile:
        return replace(profile, token=source, identity_url=demo.base_url)

    async with opened(demo, profile=using) as ui:
        await _give_token(ui, source, demo)
        await ui.sees("PRIMARY")
        demo.faults.add(Fault(FaultKind.UNAUTHORIZED, Operation.LIST, count=None))
        await ui.press("r")
        words = f"401: Authorization Required. The token {origin}"
        await ui.until(lambda: words in _flat(ui), words)


@pytest.mark.parametrize("source", [PromptToken(), LoginToken("admin")], ids=["typed", "login"])
async def test_after_its_host_was_edited_no_token_of_a_profile_arrives_there(
    demo: Sandbox, other: Sandbox, tmp_path: Path, source: TokenSource
) -> None:
    def stored(profile: Profile) -> Profile:
        kept = replace(profile, name="one", token=source, identity_url=demo.base_url)
        ProfileStore(tmp_path / "config").add(kept)
        return kept

    def without_variables(services: Services) -> Services:
        return replace(services, environ={})

    async with opened(demo, profile=stored, services=without_variables, directory=tmp_path) as ui:
        await _give_token(ui, source, demo)
        await ui.sees("PRIMARY")
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("e")
        await ui.sees("Profile one")
        await ui.press("home", "ctrl+k")
        await ui.type(other.base_url)
        await ui.press("ctrl+s")
        asks = "Log in" if isinstance(source, LoginToken) else "paste the bearer token"
        await ui.sees(other.base_url, asks)
        assert not other.requests
        (before,) = {request.headers["authorization"] for request in ui.requests(Operation.LIST)}
        await _give_token(ui, source, other)
        await ui.until(lambda: other.requests, "the edited host to be asked")
        assert before not in {request.headers.get("authorization") for request in other.requests}


async def test_the_profile_of_the_variables_is_edited_into_one_of_the_file_and_used_at_once(
    demo: Sandbox, tmp_path: Path
) -> None:
    def vendors(profile: Profile) -> Profile:
        return replace(profile, name="environment", label="")

    async with opened(demo, profile=vendors, directory=tmp_path, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        await ui.press("p")
        await ui.sees("switch (this session only)")
        await ui.press("e")
        await ui.sees("Save the profile environment to the file", "saved")
        await ui.press("shift+tab", "end", "ctrl+u")
        await ui.type("production")
        await ui.press("ctrl+s")
        await ui.until(lambda: " production " in ui.lines()[0], "the saved profile in use")
        await ui.sees("PRIMARY")
    found = ProfileStore(tmp_path / "config").load().named("production")
    assert found is not None
    assert (found.host, found.tenant) == (demo.base_url, demo.tenant_id)
