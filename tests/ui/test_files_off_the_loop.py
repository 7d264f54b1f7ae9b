"""No key waits for a file: another process may hold a lock, and a disk may be slow.

The lock is held until the keys have done what they do. A program that waited for it in its event
loop would show nothing until it gives the lock up, and what it had to write would be lost.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import CaFile
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.store import ProfileStore
from smtp_tui.state.history import TestHistory
from smtp_tui.state.names import NameStore
from smtp_tui.state.settings import SettingsStore
from tests.failing_sandbox import Operation, Sandbox, SandboxOptions
from tests.state.processes import start
from tests.ui.helpers import Ui, opened
from tests.ui.records import sandbox_with_records

HOLD = """
import sys
from pathlib import Path
from smtp_tui.state.files import locked
with locked(Path(sys.argv[1])):
    print("held")
    sys.stdin.readline()
"""


@contextmanager
def held(file: Path) -> Iterator[Callable[[], None]]:
    """Another process holds the lock of a file; gives what lets it go."""
    holder = start(HOLD, str(file))
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    def release() -> None:
        holder.communicate("go\n", timeout=60)

    try:
        yield release
    finally:
        holder.kill()
        holder.communicate()


def stored(directory: Path, **changes: object) -> Callable[[Profile], Profile]:
    """The demo's profile under two names in the file; the first one is used."""

    def keep(profile: Profile) -> Profile:
        store = ProfileStore(directory / "config")
        store.add(replace(profile, name="one", label="", **changes))
        store.add(replace(profile, name="two", label="", **changes))
        return replace(profile, name="one", label="", **changes)

    return keep


async def test_a_switch_of_the_profile_waits_for_no_lock(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, directory=tmp_path, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        file = tmp_path / "state" / "settings.json"
        with held(file) as release:
            await ui.press("p")
            await ui.sees("PROFILE", "STATE", "demo-europe")
            await ui.press("j", "enter")
            await ui.sees("EU-RELAY", "EU-ALERTS")
            await ui.press("slash", *"alerts")
            await ui.sees("1 of 3")
            assert not file.exists()
            release()
            recent = SettingsStore(file.parent)
            await ui.until(lambda: recent.load().recent[:1] == ("demo-europe",), "what was used")


async def test_the_names_of_a_list_that_was_read_are_kept_for_the_shells(
    demo: Sandbox, tmp_path: Path
) -> None:
    names = NameStore(tmp_path / "state")
    used: list[Profile] = []

    def seen(profile: Profile) -> Profile:
        used.append(profile)
        return profile

    async with opened(demo, directory=tmp_path, size=(80, 24), profile=seen) as ui:
        await ui.until(lambda: "PRIMARY" in names.of(used[0].place), "the names")


async def test_making_a_profile_the_default_waits_for_no_lock(
    demo: Sandbox, tmp_path: Path
) -> None:
    keep = stored(tmp_path)
    async with opened(demo, profile=keep, directory=tmp_path, size=(100, 30)) as ui:
        await ui.sees("PRIMARY")
        store = ProfileStore(tmp_path / "config")
        with held(store.path) as release:
            await ui.press("p", "j", "D")
            await ui.sees("Writing the profiles")
            await ui.press("slash", *"one")
            await ui.until(lambda: "  two" not in ui.text(), "the filter to narrow")
            assert store.load().default == "one"
            release()
            await ui.until(lambda: store.load().default == "two", "the default")
            await ui.sees("two is now the default")


async def test_saving_a_profile_waits_for_no_lock(demo: Sandbox, tmp_path: Path) -> None:
    keep = stored(tmp_path)
    async with opened(demo, profile=keep, directory=tmp_path, size=(100, 30)) as ui:
        await ui.sees("PRIMARY")
        store = ProfileStore(tmp_path / "config")
        with held(store.path) as release:
            await ui.press("p", "j", "e")
            await ui.sees("Profile two")
            await ui.press(*["tab"] * 8, *"TWO", "ctrl+s")
            await ui.sees("Saving the profile")
            await ui.press("ctrl+p")
            await ui.sees("Search for commands")
            await ui.press("escape")
            release()
            await ui.loses("Profile two")
        found = store.load().named("two")
        assert found is not None
        assert found.label == "TWO"


async def test_a_test_email_waits_for_no_lock(demo: Sandbox, tmp_path: Path) -> None:
    keep = stored(tmp_path, recipient="")
    async with opened(demo, profile=keep, directory=tmp_path, size=(100, 30)) as ui:
        await ui.sees("PRIMARY")
        store = ProfileStore(tmp_path / "config")
        history = tmp_path / "state" / "tests.jsonl"
        with held(store.path) as release_profiles, held(history) as release_history:
            await ui.press("t")
            await ui.sees("enter Send")
            await ui.type("ops@example.com")
            await ui.press("enter")
            await ui.asked(Operation.TEST_SAVED)
            await ui.sees("Server response")
            await ui.press("escape", "j")
            await ui.loses("Test email")
            assert not history.exists()
            release_profiles()
            release_history()

            def kept() -> bool:
                found, runs = store.load().named("one"), TestHistory(history.parent)
                runs.load()
                return found is not None and found.recipient == "ops@example.com" and runs.known

            await ui.until(kept, "the recipient and the outcome in their files")


async def test_a_write_waits_for_the_journal_and_no_key_does(demo: Sandbox, tmp_path: Path) -> None:
    async with opened(demo, directory=tmp_path, size=(100, 30)) as ui:
        await ui.sees("PRIMARY")
        with held(ui.services.journal.path) as release:
            await ui.press("d")
            await ui.sees("Delete ")
            ui.clock.forward(1)
            await ui.press("tab", "enter")
            await ui.press("slash", *"batch")
            await ui.sees("1 of 6")
            assert not ui.requests(Operation.DELETE)
            release()
            await ui.asked(Operation.DELETE)
        assert len(ui.services.journal.read().entries) > 0


_watched: list[tuple[Path, list[str]]] = []
"""The directory that is watched now, and what the event loop did to files in it."""
_FILE_EVENTS = frozenset(
    ("open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.remove", "os.chmod")
)


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if not _watched or event not in _FILE_EVENTS:
        return
    if threading.current_thread() is not threading.main_thread():
        return
    directory, noted = _watched[-1]
    path = arguments[0]
    if isinstance(path, str | bytes | os.PathLike) and os.fsdecode(path).startswith(str(directory)):
        noted.append(f"{event} {os.fsdecode(path)}")


@pytest.fixture
def on_the_loop(tmp_path: Path) -> Iterator[list[str]]:
    """What this thread does to files of the program from now on."""
    if "_note" not in _hooked:
        sys.addaudithook(_note)
        _hooked.append("_note")
    noted: list[str] = []
    _watched.append((tmp_path, noted))
    yield noted
    _watched.clear()


_hooked: list[str] = []


def test_the_watch_sees_a_file_that_is_opened(on_the_loop: list[str], tmp_path: Path) -> None:
    SettingsStore(tmp_path).used("one")
    assert any("settings.json" in path for path in on_the_loop)


async def _round(ui: Ui) -> None:
    """Go through all that reads or writes a file."""
    await ui.sees("PRIMARY")
    await ui.press("s", "p")
    await ui.sees("PROFILE", "STATE", "  two")
    await ui.press("j", "e")
    await ui.sees("Profile two")
    await ui.press("x", "ctrl+s")
    await ui.loses("Profile two")
    await ui.press("D")
    await ui.sees("is now the default")
    await ui.press("k", "enter")
    await ui.sees("PRIMARY")
    await ui.press("e")
    await ui.sees("Hostname")
    await ui.type("x")
    await ui.press("escape")
    await ui.sees("Leave?")
    ui.clock.forward(1)
    await ui.press("down", "down", "enter")  # keeps it as a draft
    await ui.sees("NAME ▲")
    await ui.press("t")
    await ui.sees("enter Send")
    await ui.press("enter")
    await ui.sees("Server response")
    await ui.press("escape")
    await ui.press("A")
    await ui.sees("Journal of writes", "test ")
    await ui.press("escape")


async def test_no_file_is_touched_in_the_event_loop_whatever_is_pressed(
    tmp_path: Path, on_the_loop: list[str]
) -> None:
    with sandbox_with_records(SandboxOptions(tls=True, mail_timeout=1.0)) as server:
        assert server.certificate_path is not None
        authority = tmp_path / "ca.pem"
        authority.write_bytes(server.certificate_path.read_bytes())
        keep = stored(tmp_path, trust=CaFile(authority), recipient="ops@example.com")

        def begin(profile: Profile) -> Profile:
            kept = keep(profile)
            on_the_loop.clear()
            return kept

        async with opened(server, profile=begin, directory=tmp_path, size=(100, 30)) as ui:
            await _round(ui)
    assert on_the_loop == []
