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

LOOK = "look at a host"


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _joined(ui: Ui) -> str:
    """The words on the screen, wherever they are wrapped."""
    return " ".join(ui.text().replace("│", " ").split())


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
        await ui.until(lambda: "reachable" in _row(ui, "demo "), "the answer of the other host")
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
                ("demo ", "reachable"),
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
        await ui.sees("held ($SANDBOX_TOKEN)")
        await ui.press("j")
        await ui.sees("$NOT_THERE not set")


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
        await ui.sees("two is now the default; this session does not change")
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
        await ui.sees("p for the profiles")
        assert ui.lines()[-1].split() == ["p", "Profiles", "ctrl+c", "Quit", "?", "Help"]
        await ui.press("p")
        await ui.sees("PROFILE", "line 1: not valid TOML", "Fix line 1 of")
        assert ui.text().lower().count("esc back") == 1
        assert not ui.shows("No profile yet")
        await ui.press("slash", "x", "backspace")
        await ui.sees("line 1: not valid TOML")


BROKEN = '\n[profiles.broken]\nhost = "h"\nacces = "read-only"\n'


def _beside_a_broken_one(directory: Path) -> Callable[[Profile], Profile]:
    """The profile in use is in the file, beside another one and one that is broken."""

    def keep(profile: Profile) -> Profile:
        store = ProfileStore(directory / "config")
        used = replace(profile, name="one", label="")
        store.add(used)
        store.add(replace(used, name="two"))
        with store.path.open("a") as file:
            file.write(BROKEN)
        return used

    return keep


async def test_a_broken_profile_is_listed_with_line_and_reason_and_the_others_work(
    demo: Sandbox, tmp_path: Path
) -> None:
    async with opened(
        demo, profile=_beside_a_broken_one(tmp_path), directory=tmp_path, size=(80, 24)
    ) as ui:
        await _open_dialog(ui)
        await ui.until(lambda: "✗ broken" in _row(ui, "broken"), "the broken one in the list")
        await ui.press("G")
        await ui.sees('Unknown key "acces"; did you mean "access"?', "Fix line ")
        for key in ("enter", "e", "c", "x", "d", "D"):
            await ui.press("k", "j", key)
            await ui.sees("broken cannot be used. Fix line ")
            assert type(ui.app.screen).__name__ == "ProfilesDialog"
        await ui.press("k", "enter")
        await ui.until(lambda: " two " in ui.lines()[0], "the switch to a good one")
    assert (tmp_path / "config" / "profiles.toml").read_text().endswith(BROKEN)


async def test_where_all_profiles_are_broken_the_list_does_not_say_that_there_are_none(
    demo: Sandbox, tmp_path: Path
) -> None:
    store = ProfileStore(tmp_path / "config")
    store.path.parent.mkdir(mode=0o700)
    store.path.write_text(f"schema = 1\n{BROKEN}")

    def without_others(services: Services) -> Services:
        return replace(services, extra_profiles=())

    async with opened(demo, services=without_others, directory=tmp_path, problem="broken") as ui:
        await ui.sees("p for the profiles")
        await ui.press("p")
        await ui.sees("✗ broken", 'Unknown key "acces"')
        assert not ui.shows("No profile yet")


async def test_a_misspelt_default_is_told_beside_the_profiles(
    demo: Sandbox, tmp_path: Path
) -> None:
    store = ProfileStore(tmp_path / "config")

    def keep(profile: Profile) -> Profile:
        store.add(replace(profile, name="one"))
        store.path.write_text(store.path.read_text().replace('"one"', '"oen"', 1))
        return replace(profile, name="one")

    async with opened(demo, profile=keep, directory=tmp_path, size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.sees("no profile with the default's name", "Fix line 2 of")
        await ui.press("D")
        await ui.until(lambda: 'did you mean "one"' in _joined(ui), "the advice")


async def test_the_digits_switch_to_the_first_nine_profiles(demo: Sandbox) -> None:
    others = tuple(_named(f"other-{number}") for number in range(2, 12))
    async with opened(demo, services=_beside(*others), size=(80, 24)) as ui:
        await _open_dialog(ui)
        assert " 9    other-9 " in _row(ui, "other-9")
        assert " 10 " not in ui.text()
        await ui.press("3")
        await ui.until(lambda: " other-3 " in ui.lines()[0], "the switch to the third")
        await _open_dialog(ui)
        await ui.press("slash", "2")
        await ui.sees("  2  ")
        assert " other-3 " in ui.lines()[0], "a digit in the filter is a text"


async def test_a_profile_keeps_its_digit_whichever_was_used_last(demo: Sandbox) -> None:
    async with opened(demo, services=_beside(_named("second")), size=(80, 24)) as ui:
        for name in (" second ", " second ", " DEMO "):
            await _open_dialog(ui)
            assert " 2" in _row(ui, "second").partition("second")[0]
            await ui.press("1" if name == " DEMO " else "2")
            await ui.until(lambda name=name: name in ui.lines()[0], name)  # type: ignore[misc]


async def test_the_default_is_told_in_a_word(demo: Sandbox, tmp_path: Path) -> None:
    def keep(profile: Profile) -> Profile:
        kept = replace(profile, name="one")
        ProfileStore(tmp_path / "config").add(kept)
        return kept

    async with opened(demo, profile=keep, directory=tmp_path, size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.sees("one (default)")


async def test_a_late_look_at_a_host_is_not_told_of_the_host_that_took_its_place(
    demo: Sandbox, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def keep(profile: Profile) -> Profile:
            used = replace(profile, name="one", label="")
            store = ProfileStore(tmp_path / "config")
            store.add(used)
            silent = f"https://127.0.0.1:{server.getsockname()[1]}"
            store.add(replace(used, name="two", host=silent))
            return used

        async with opened(demo, profile=keep, directory=tmp_path, size=(100, 24)) as ui:
            await _open_dialog(ui)
            looks = [worker for worker in ui.app.workers if worker.description == LOOK]
            await ui.press("j", "e")
            await ui.sees("Profile two")
            await ui.press("home", "ctrl+k")
            await ui.type(demo.base_url)
            await ui.press("ctrl+s")
            await ui.until(lambda: "reachable" in _row(ui, "two"), "the answer of the new host")
            server.close()  # which ends the look that still waits for it
            await ui.until(lambda: all(look.is_finished for look in looks), "the late look")
            assert "reachable" in _row(ui, "two")


async def test_the_check_of_the_environment_s_profile_shows_its_port(demo: Sandbox) -> None:
    host, _, port = demo.base_url.rpartition(":")
    environment = _named("environment", host=host, port=int(port))
    async with opened(demo, services=_beside(environment), size=(80, 24)) as ui:
        await _open_dialog(ui)
        await ui.press("j", "x")
        await ui.sees("Check", f"environment · {demo.base_url}")


def _row(ui: Ui, name: str) -> str:
    """The line of the table with that profile."""
    rows = (line for line in ui.lines() if line.lstrip().startswith("│"))
    return next((line for line in rows if f"  {name}" in line), "")
