"""The dialog of profiles: their order, what is found out about each, switching and the default."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Pinned
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import EnvironmentToken
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.ui.services import Services
from tests.failing_sandbox import Sandbox, SandboxOptions
from tests.ui.helpers import Ui, opened


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _beside(*others: Callable[[Profile], Profile]) -> Callable[[Services], Services]:
    """The demo's profile, and others made from it."""

    def made(services: Services) -> Services:
        first = services.extra_profiles[0]
        return replace(services, extra_profiles=(first, *(other(first) for other in others)))

    return made


def _named(name: str, **changes: object) -> Callable[[Profile], Profile]:
    return lambda profile: replace(profile, name=name, label="", **changes)


async def _open_dialog(ui: Ui) -> None:
    await ui.sees("PRIMARY")
    await ui.press("p")
    await ui.sees("PROFILE", "STATE")


async def test_a_silent_host_delays_none_of_the_others(demo: Sandbox, silent_port: int) -> None:
    silent = _named("a-silent-one", host=f"https://127.0.0.1:{silent_port}")
    async with opened(demo, services=_beside(silent), size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.until(lambda: "answers" in _row(ui, "demo "), "the answer of the other host")
        assert "…" in _row(ui, "a-silent-one"), "it was waited for"
        await ui.until(lambda: "no answer" in _row(ui, "a-silent-one"), "the time limit")


async def test_each_way_not_to_be_reached_has_its_word(demo: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        closed = server.getsockname()[1]
    with Sandbox(SandboxOptions(tls=True)) as tls:
        others = (
            _named("closed", host=f"http://127.0.0.1:{closed}"),
            _named("nameless", host="no-such-host.invalid"),
            _named("unknown", host=tls.base_url),
            _named("changed", host=tls.base_url, trust=Pinned("0" * 64)),
        )
        async with opened(demo, services=_beside(*others), size=(100, 24)) as ui:
            await _open_dialog(ui)
            for name, words in (
                ("demo ", "answers"),
                ("closed", "no answer"),
                ("nameless", "no such host"),
                ("unknown", "untrusted"),
                ("changed", "CERT CHANGED"),
            ):
                await ui.until(lambda name=name, words=words: words in _row(ui, name), words)  # type: ignore[misc]
        assert tls.requests == (), "a look at a host sent a request"


async def test_the_token_of_each_profile_is_told_without_the_token(demo: Sandbox) -> None:
    other = _named("other", token=EnvironmentToken("NOT_THERE"))
    async with opened(demo, services=_beside(other), size=(120, 30)) as ui:
        await _open_dialog(ui)
        await ui.sees("token held ($SANDBOX_TOKEN)")
        await ui.press("j")
        await ui.sees("token $NOT_THERE not set")


async def test_the_profile_used_last_stands_first(demo: Sandbox) -> None:
    others = (_named("second"), _named("third"))
    async with opened(demo, services=_beside(*others), size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.press("j", "j", "enter")
        await ui.until(lambda: " third " in ui.lines()[0], "the switch")
        await _open_dialog(ui)
        order = [ui.text().index(f"  {name} ") for name in ("third", "demo", "second")]
        assert order == sorted(order)


async def test_minus_toggles_between_two_profiles(demo: Sandbox) -> None:
    async with opened(demo, services=_beside(_named("second")), size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.press("j", "enter")
        await ui.until(lambda: " second " in ui.lines()[0], "the switch")
        for label in ("DEMO", "second", "DEMO"):
            await ui.press("minus")
            await ui.until(lambda label=label: f" {label} " in ui.lines()[0], label)  # type: ignore[misc]


async def test_the_filter_narrows_and_enter_switches(demo: Sandbox) -> None:
    others = (_named("second"), _named("third"))
    async with opened(demo, services=_beside(*others), size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.press("slash", *"thi")
        await ui.loses("second")
        await ui.press("enter")
        await ui.until(lambda: " third " in ui.lines()[0], "the switch")


async def test_a_switch_is_for_this_process_and_the_default_another_key(
    demo: Sandbox, tmp_path: Path
) -> None:
    store = ProfileStore(tmp_path / "config")

    def keep(profile: Profile) -> Profile:
        store.add(replace(profile, name="one"))
        store.add(replace(profile, name="two"))
        return replace(profile, name="one")

    async with opened(demo, profile=keep, directory=tmp_path, size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.press("slash", *"two", "enter")
        await ui.sees("PRIMARY")
        assert store.load().default == "one"
        await _open_dialog(ui)
        await ui.press("D")
        await ui.sees("two is the default now; this window stays where it is")
        assert store.load().default == "two"


async def test_profiles_that_cannot_be_read_are_not_told_as_none(
    demo: Sandbox, tmp_path: Path
) -> None:
    store = ProfileStore(tmp_path / "config")
    store.path.parent.mkdir(mode=0o700)
    store.path.write_text("no profiles\n")

    def without_others(services: Services) -> Services:
        return replace(services, extra_profiles=())

    async with opened(demo, services=without_others, directory=tmp_path, problem="broken") as ui:
        await ui.sees("p profiles")
        await ui.press("p")
        await ui.sees("PROFILE", "profiles.toml")
        assert not ui.shows("No profile yet")


def _row(ui: Ui, name: str) -> str:
    """The line of the table with that profile."""
    rows = (line for line in ui.lines() if line.lstrip().startswith("│"))
    return next((line for line in rows if f"  {name}" in line), "")
