"""Certificates on the screen: the first meeting, and a changed pin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Trust, parse_origin
from smtp_tui.api.tls import read_certificate, spaced
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.store import ProfileStore
from tests.failing_sandbox import Operation, Sandbox, SandboxOptions
from tests.ui.helpers import Ui, opened
from tests.ui.records import sandbox_with_records

SMALL, SMALLEST = (80, 24), (60, 20)


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with sandbox_with_records(SandboxOptions(tls=True)) as sandbox:
        yield sandbox


def _with(trust: Trust) -> Callable[[Profile], Profile]:
    return lambda profile: replace(profile, trust=trust)


def _stored(directory: Path, trust: Trust) -> Callable[[Profile], Profile]:
    """The profile of the demo, kept in the file under another name."""

    def keep(profile: Profile) -> Profile:
        kept = replace(profile, name="production", trust=trust)
        ProfileStore(directory / "config").add(kept)
        return kept

    return keep


async def _fingerprint(server: Sandbox) -> str:
    origin = parse_origin(server.base_url)
    return read_certificate(await shown_certificate(origin, 5.0)).sha256


async def _confirm(ui: Ui) -> None:
    """Move from Cancel to the other button, when the question was read."""
    await ui.press("tab")  # after which the question is drawn, and its time runs
    ui.clock.forward(5)
    await ui.press("enter")


@pytest.mark.parametrize("size", [SMALL, SMALLEST])
async def test_the_first_meeting_shows_what_ssh_would_show(
    server: Sandbox, size: tuple[int, int]
) -> None:
    sha256 = await _fingerprint(server)
    async with opened(server, size=size) as ui:
        await ui.sees("Unknown certificate", *spaced(sha256).split("\n"))
        await ui.sees("self-signed", "CN=smtp-tui sandbox", "Issuer", "itself", "Valid")
        await ui.sees("Cancel", "Trust this certificate")
        assert server.requests == (), "the token was on its way before anyone was asked"


async def test_a_confirmed_certificate_is_pinned_in_the_file_and_the_list_is_read(
    server: Sandbox, tmp_path: Path
) -> None:
    keep = _stored(tmp_path, SystemTrust())
    async with opened(server, profile=keep, directory=tmp_path) as ui:
        await ui.sees("Unknown certificate")
        await _confirm(ui)
        await ui.sees("PRIMARY", "Pinned for the profile production")
    found = ProfileStore(tmp_path / "config").load().named("production")
    assert found is not None
    assert found.trust == Pinned(await _fingerprint(server))


async def test_enter_typed_ahead_trusts_nothing(server: Sandbox) -> None:
    async with opened(server) as ui:
        await ui.sees("Unknown certificate")
        await ui.press("tab", "enter")
        await ui.sees("Unknown certificate")
        assert server.requests == ()


async def test_enter_alone_does_not_trust(server: Sandbox) -> None:
    async with opened(server) as ui:
        await ui.sees("Unknown certificate")
        ui.clock.forward(5)
        await ui.press("enter")
        await ui.sees("is not trusted: it is self-signed")
        assert server.requests == ()


async def test_r_shows_the_certificate_once_more(server: Sandbox) -> None:
    async with opened(server) as ui:
        await ui.sees("Unknown certificate")
        await ui.press("escape")
        await ui.loses("Unknown certificate")
        await ui.press("r")
        await ui.sees("Unknown certificate")


async def test_without_a_file_it_is_trusted_for_this_run_which_is_said(server: Sandbox) -> None:
    async with opened(server, size=(160, 36)) as ui:
        await ui.sees("Unknown certificate")
        await _confirm(ui)
        await ui.sees("PRIMARY", "Trusted for this run only")
        await ui.press("p")
        await ui.sees("PROFILE")
        await ui.press("enter")
        await ui.sees("PRIMARY")
        assert not ui.shows("Unknown certificate"), "a profile that is come back to asked again"


async def test_a_changed_certificate_stops_everything_with_old_and_new_side_by_side(
    server: Sandbox,
) -> None:
    pinned = await _fingerprint(server)
    async with opened(server, profile=_with(Pinned(pinned)), size=SMALL) as ui:
        await ui.sees("PRIMARY")
    server.change_certificate()
    server.forget_requests()
    shown = await _fingerprint(server)
    async with opened(server, profile=_with(Pinned(pinned)), size=SMALL) as ui:
        await ui.sees("THE CERTIFICATE CHANGED", "- Old", "+ New")
        await ui.sees(*spaced(pinned).split("\n"), *spaced(shown).split("\n"))
        assert not ui.app.screen.query("Button"), "one more way back than the border names"
        ui.clock.forward(5)
        await ui.press("tab", "enter", "escape")
        await ui.loses("THE CERTIFICATE CHANGED")
        await ui.sees("The certificate changed")
        assert server.requests == ()


async def test_a_verified_connection_is_not_marked(server: Sandbox) -> None:
    async with opened(server, profile=_with(Pinned(await _fingerprint(server)))) as ui:
        await ui.sees("PRIMARY")
        assert not ui.shows("NOT VERIFIED")
        assert ui.requests(Operation.LIST)


async def _name_ca_file(ui: Ui, path: Path) -> None:
    """Type a path into the field above the buttons, and press Enter there."""
    await ui.press("shift+tab", "end", "ctrl+u")
    if path != Path():
        await ui.paste(str(path))
    ui.clock.forward(5)
    await ui.press("enter")


def _authority(server: Sandbox, path: Path) -> Path:
    """A CA file that verifies the sandbox, whose certificate signs itself."""
    assert server.certificate_path is not None
    path.write_bytes(server.certificate_path.read_bytes())
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("size", [SMALL, SMALLEST])
async def test_a_ca_file_that_verifies_the_server_is_kept_in_the_profile_and_the_list_is_read(
    server: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    authority = _authority(server, tmp_path / "ca.pem")
    keep = _stored(tmp_path, SystemTrust())
    async with opened(server, profile=keep, directory=tmp_path, size=size) as ui:
        await ui.sees("Unknown certificate")
        await _name_ca_file(ui, authority)
        await ui.sees("PRIMARY", "The profile production trusts")
    found = ProfileStore(tmp_path / "config").load().named("production")
    assert found is not None
    assert found.trust == CaFile(authority)


def _written(path: Path, content: str | None) -> Path:
    if content == "another":
        with Sandbox(SandboxOptions(tls=True)) as other:
            return _authority(other, path)
    if content:
        path.write_text(content)
        path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        ("no certificate", "it contains no PEM"),
        ("another", "is not trusted"),
        ("", "Type the path of a CA file"),
    ],
)
async def test_a_ca_file_that_does_not_verify_the_server_is_refused_under_its_field(
    server: Sandbox, tmp_path: Path, content: str | None, words: str
) -> None:
    path = _written(tmp_path / "ca.pem", content)
    async with opened(server, size=SMALL) as ui:
        await ui.sees("Unknown certificate")
        await _name_ca_file(ui, Path() if content == "" else path)
        await ui.sees("Unknown certificate", words)
        assert server.requests == ()
