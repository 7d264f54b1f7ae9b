"""Certificates that are met, or that change, in the middle of work, and at the login server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, parse_origin
from smtp_tui.api.tls import read_certificate, spaced
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import LoginToken
from smtp_tui.profiles.store import ProfileStore
from tests.failing_sandbox import (
    ADMINISTRATOR,
    Fault,
    FaultKind,
    Operation,
    Sandbox,
    SandboxOptions,
)
from tests.ui.forms import BATCH
from tests.ui.helpers import Ui, opened
from tests.ui.records import sandbox_with_records


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with sandbox_with_records(SandboxOptions(tls=True, mail_timeout=1.0)) as sandbox:
        yield sandbox


async def _fingerprint(server: Sandbox) -> str:
    origin = parse_origin(server.base_url)
    return read_certificate(await shown_certificate(origin, 5.0)).sha256


def _stored(directory: Path, **changes: object) -> Callable[[Profile], Profile]:
    """The profile of the demo, kept in the file under another name."""

    def keep(profile: Profile) -> Profile:
        kept = replace(profile, name="production", **changes)
        ProfileStore(directory / "config").add(kept)
        return kept

    return keep


def _trust(directory: Path) -> Trust:
    found = ProfileStore(directory / "config").load().named("production")
    assert found is not None
    return found.trust


async def _confirm(ui: Ui) -> None:
    """Move from Cancel to the other button, when the question was read."""
    await ui.press("tab")  # after which the question is drawn, and its time runs
    ui.clock.forward(5)
    await ui.press("enter")


@asynccontextmanager
async def _changed_at_work(server: Sandbox, directory: Path, trust: Trust) -> AsyncIterator[Ui]:
    """The records on the screen, and a server that shows another certificate from now on."""
    keep = _stored(directory, trust=trust)
    async with opened(server, profile=keep, directory=directory, size=(80, 24)) as ui:
        await ui.sees("PRIMARY")
        server.change_certificate()
        server.faults.add(Fault(FaultKind.RESET, Operation.LIST))
        await ui.press("r")
        await ui.until(
            lambda: ui.shows("stale") or ui.shows("SHA-256") or ui.shows("- Old"), "news"
        )
        if not ui.shows("stale"):  # the list was read over a new connection
            await ui.press("escape")
            await ui.sees("stale")
        server.forget_requests()
        yield ui


async def _try_to_write(ui: Ui, words: str) -> None:
    """Create, delete, test and change, as far as the dialog with these words; each is left."""
    for keys, before, confirm in (
        ("n", "New connection", "ctrl+s"),
        ("d", "Delete BATCH?", ""),
        ("t", "enter Send", ""),
        ("e", "Edit BATCH", "ctrl+s"),
    ):
        await ui.press(keys)
        await ui.sees(before)
        if keys == "n":
            await ui.type("NEWCOMER\trelay.example.com\t25")
        if keys == "e":
            await ui.press("x")
        if confirm:
            await ui.press(confirm)
            await ui.sees("Apply" if keys == "e" else "Create NEWCOMER?")
        if keys == "d":
            await _confirm(ui)
        else:
            await ui.press("enter")
        await ui.sees(words)
        if keys != "e":
            await ui.press("escape")
            await ui.loses(words)
            await _leave(ui)


async def _leave(ui: Ui) -> None:
    await ui.press("escape")
    if ui.shows("Leave?"):
        ui.clock.forward(1)
        await ui.press("up", "enter")  # the last of the ways out: discard it
    await ui.sees("NAME ▲")


async def test_an_unknown_certificate_is_shown_before_each_kind_of_write_and_nothing_is_lost(
    server: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.certificate_path is not None
    kept = tmp_path / "authorities.pem"
    kept.write_text(server.certificate_path.read_text())
    monkeypatch.setenv("SSL_CERT_FILE", str(kept))  # so the first certificate verifies
    async with _changed_at_work(server, tmp_path, SystemTrust()) as ui:
        await _try_to_write(ui, "Unknown certificate")
        assert server.requests == (), "something was sent to a server that nobody trusted"
        await _confirm(ui)
        await ui.sees("Saved BATCH")
        assert len(ui.requests(Operation.MODIFY)) == 1
    assert server.record(BATCH).values["hostname"] == "x"
    assert _trust(tmp_path) == Pinned(await _fingerprint(server))


async def test_a_changed_certificate_stops_each_kind_of_write(
    server: Sandbox, tmp_path: Path
) -> None:
    pin = Pinned(await _fingerprint(server))
    async with _changed_at_work(server, tmp_path, pin) as ui:
        await _try_to_write(ui, "THE CERTIFICATE CHANGED")
        await ui.press("escape")
        await ui.sees("Edit BATCH", "Hostname     x", "The certificate changed")
        assert server.requests == ()
    assert _trust(tmp_path) == pin


async def test_a_changed_certificate_is_met_anew_only_after_system_was_typed_in_place_of_the_pin(
    server: Sandbox, tmp_path: Path
) -> None:
    keep = _stored(tmp_path, trust=Pinned("ab" * 32))
    async with opened(server, profile=keep, directory=tmp_path, size=(60, 20)) as ui:
        await ui.sees("THE CERTIFICATE CHANGED", *spaced("ab" * 32).split("\n"))
        await ui.sees("its trust to system", "Back")
        await ui.press(*"ypetrx", "space", "ctrl+s", "tab", "y")
        await ui.sees("THE CERTIFICATE CHANGED")
        assert _trust(tmp_path) == Pinned("ab" * 32)
        await ui.press("escape", "p")
        await ui.sees("PROFILE", "CERT CHANGED")
        await ui.press("e")
        await ui.sees("Profile production")
        await ui.press(*["tab"] * 12, "s", "ctrl+s")
        await ui.sees("Unknown certificate", *spaced(await _fingerprint(server)).split("\n"))
        assert server.requests == ()
        await _confirm(ui)
        await ui.sees("PRIMARY")
    assert _trust(tmp_path) == Pinned(await _fingerprint(server))


async def test_the_login_server_s_own_certificate_is_shown_before_the_password_goes_there(
    server: Sandbox, tmp_path: Path
) -> None:
    api = await _fingerprint(server)
    with Sandbox(SandboxOptions(tls=True)) as login:
        token = LoginToken(ADMINISTRATOR.name)
        keep = _stored(tmp_path, trust=Pinned(api), token=token, identity_url=login.base_url)
        async with opened(server, profile=keep, directory=tmp_path, size=(80, 24)) as ui:
            await ui.sees("Log in")
            await ui.type(login.password())
            await ui.press("enter")
            first = await _fingerprint(login)
            await ui.sees("Unknown certificate", login.base_url.removeprefix("https://"))
            await ui.sees(*spaced(first).split("\n"))
            assert login.requests == ()
            await _confirm(ui)
            await ui.until(lambda: login.requests, "the login")
            assert _trust(tmp_path) == Pinned(api, first)
            login.change_certificate()
            login.forget_requests()
        async with opened(server, profile=lambda _: keep_as_it_is(tmp_path), size=(80, 24)) as ui:
            await ui.sees("Log in")
            await ui.type(login.password())
            await ui.press("enter")
            await ui.sees("THE CERTIFICATE CHANGED", *spaced(first).split("\n"))
            assert login.requests == ()


def keep_as_it_is(directory: Path) -> Profile:
    """The profile that the session before has left in the file."""
    found = ProfileStore(directory / "config").load().named("production")
    assert found is not None
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda profile: replace(profile, trust=CaFile(Path("/etc/authority.pem"))),
        lambda profile: replace(profile, trust=Pinned("ab" * 32)),
        lambda profile: replace(profile, host="https://another.example.com"),
        lambda profile: replace(profile, identity_url="https://login.example.com"),
    ],
    ids=["CA file", "another pin", "host", "login server"],
)
async def test_a_confirmed_certificate_replaces_nothing_that_was_changed_meanwhile(
    server: Sandbox, tmp_path: Path, change: Callable[[Profile], Profile]
) -> None:
    store = ProfileStore(tmp_path / "config")
    async with opened(server, profile=_stored(tmp_path), directory=tmp_path, size=(100, 30)) as ui:
        await ui.sees("Unknown certificate")
        changed = change(keep_as_it_is(tmp_path))
        store.replace("production", changed)
        before = store.path.read_bytes()
        await _confirm(ui)
        await ui.sees("The certificate is not trusted", "changed in the file meanwhile")
        assert store.path.read_bytes() == before
        assert server.requests == ()


async def test_a_confirmed_certificate_is_kept_beside_other_changes_of_the_profile(
    server: Sandbox, tmp_path: Path
) -> None:
    store = ProfileStore(tmp_path / "config")
    async with opened(server, profile=_stored(tmp_path), directory=tmp_path, size=(100, 30)) as ui:
        await ui.sees("Unknown certificate")
        store.replace("production", replace(keep_as_it_is(tmp_path), label="PROD"))
        await _confirm(ui)
        await ui.sees("PRIMARY")
    kept = keep_as_it_is(tmp_path)
    assert (kept.label, kept.trust) == ("PROD", Pinned(await _fingerprint(server)))
