"""Certificates over real TLS: judged before any request exists, so that no byte of a token leaves.

Each server records what it is asked; where a certificate is refused, that is nothing at all.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.activity import Activity
from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import CertificateRefused, HostUnreachable
from smtp_tui.api.identity import log_in
from smtp_tui.api.reach import connect, judge, resolve, shown_certificate
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import (
    CaFile,
    Origin,
    Pinned,
    Scope,
    SystemTrust,
    Target,
    Trust,
    Unverified,
    parse_origin,
)
from smtp_tui.api.tls import (
    CA_BYTES,
    UNREADABLE,
    Certificate,
    fingerprint,
    read_certificate,
    spaced,
)
from smtp_tui.profiles.sources import PromptToken
from smtp_tui.profiles.tokens import Tokens
from tests.api.desk import Pad
from tests.failing_sandbox import CertificateKind, Sandbox, SandboxOptions, certificate_of

OTHER_PIN = "0" * 64


@pytest.fixture
def server() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        yield sandbox


def _ca_file(server: Sandbox) -> CaFile:
    assert server.certificate_path is not None
    return CaFile(server.certificate_path)


def _target(server: Sandbox, trust: Trust) -> Target:
    origin = parse_origin(server.base_url)
    return Target("test", origin, Scope(server.tenant_id), trust=trust, identity=origin)


@asynccontextmanager
async def _client(server: Sandbox, target: Target) -> AsyncIterator[Client]:
    tokens = Tokens(PromptToken(), {}, tuple)
    tokens.accept(SecretStr(server.admin_token))
    client = Client(target, tokens, Activity(), Clock(), Pad())
    try:
        yield client
    finally:
        await client.aclose()


async def _list(server: Sandbox, trust: Trust) -> int:
    async with _client(server, _target(server, trust)) as client:
        return len((await SmtpConnections(client).list()).records)


async def _refused(server: Sandbox, trust: Trust) -> CertificateRefused:
    with pytest.raises(CertificateRefused) as caught:
        await _list(server, trust)
    assert server.requests == (), "something was sent before the certificate was judged"
    return caught.value


async def _shown(server: Sandbox) -> Certificate:
    return read_certificate(await shown_certificate(parse_origin(server.base_url), 5.0))


async def test_a_self_signed_certificate_is_refused_before_anything_is_sent(
    server: Sandbox,
) -> None:
    error = await _refused(server, SystemTrust())
    assert "self-signed" in error.why
    assert error.untrusted


async def test_a_ca_file_verifies_the_certificate_it_signed(server: Sandbox) -> None:
    assert await _list(server, _ca_file(server)) == 0
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("kind", "words"),
    [(CertificateKind.WRONG_NAME, "another host"), (CertificateKind.EXPIRED, "expired")],
)
async def test_a_ca_file_does_not_excuse_what_is_wrong_with_a_certificate(
    kind: CertificateKind, words: str
) -> None:
    with Sandbox(SandboxOptions(tls=True), certificate_of(kind)) as server:
        error = await _refused(server, _ca_file(server))
    assert words in error.why


@pytest.mark.parametrize(
    "content",
    [
        b"no certificate\n",
        b"",
        b"\n",
        b"\xff\xfe",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n",
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    ],
)
async def test_a_ca_file_that_is_none_sends_nothing(
    server: Sandbox, tmp_path: Path, content: bytes
) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_bytes(content)
    error = await _refused(server, CaFile(empty))
    assert error.why == f"the CA file {empty} cannot be used: it contains no PEM certificate"
    assert not error.untrusted


async def test_comments_in_a_ca_file_may_hold_any_bytes(server: Sandbox, tmp_path: Path) -> None:
    commented = tmp_path / "ca.pem"
    commented.write_bytes(b"\xff\xfe # M\xfcller\n" + _ca_file(server).path.read_bytes())
    assert await _list(server, CaFile(commented)) == 0


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _open_to_others(path: Path) -> None:
    path.write_text("")
    path.chmod(0o666)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(CA_BYTES + 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_pipe, "is not a regular file"),
        (_device, "is not a regular file"),
        (Path.mkdir, "is a directory, not a file"),
        (_open_to_others, "others can write to it"),
        (_huge, "is longer than"),
        (lambda path: None, "there is no such file"),
    ],
)
async def test_a_ca_file_that_is_no_private_regular_file_is_refused_at_once(
    server: Sandbox, tmp_path: Path, make: Callable[[Path], object], words: str
) -> None:
    make(tmp_path / "ca.pem")
    async with asyncio.timeout(10):
        error = await _refused(server, CaFile(tmp_path / "ca.pem"))
    assert words in error.why


@pytest.mark.parametrize("kind", list(CertificateKind))
async def test_a_pin_trusts_that_certificate_whatever_is_wrong_with_it(
    kind: CertificateKind,
) -> None:
    with Sandbox(SandboxOptions(tls=True), certificate_of(kind)) as server:
        shown = await _shown(server)
        assert server.requests == (), "looking at a certificate sends no request"
        assert await _list(server, Pinned(shown.sha256)) == 0


async def test_another_certificate_than_the_pinned_one_stops_everything(server: Sandbox) -> None:
    error = await _refused(server, Pinned(OTHER_PIN))
    assert error.pinned == OTHER_PIN
    assert error.seen == (await _shown(server)).sha256


async def test_a_pin_holds_although_the_new_certificate_would_verify(server: Sandbox) -> None:
    pin = Pinned((await _shown(server)).sha256)
    assert await _list(server, pin) == 0
    server.forget_requests()
    server.change_certificate()
    assert await _list(server, _ca_file(server)) == 0, "the new one is good for its CA file"
    server.forget_requests()
    error = await _refused(server, pin)
    assert error.pinned == pin.sha256 != error.seen


async def test_only_the_explicit_setting_takes_any_certificate(server: Sandbox) -> None:
    assert await _list(server, Unverified()) == 0


async def test_a_login_tells_no_password_to_a_certificate_that_is_refused(server: Sandbox) -> None:
    async with _client(server, _target(server, SystemTrust())) as client:
        with pytest.raises(CertificateRefused):
            await log_in(client, "admin", SecretStr(server.password()))
    assert server.requests == ()


async def test_the_server_of_the_login_has_a_pin_of_its_own(server: Sandbox) -> None:
    with Sandbox(SandboxOptions(tls=True)) as identity:
        api_pin, login_pin = (await _shown(server)).sha256, (await _shown(identity)).sha256
        apart = replace(_target(server, Pinned(api_pin)), identity=parse_origin(identity.base_url))
        async with _client(server, apart) as client:
            with pytest.raises(CertificateRefused):
                await log_in(client, "admin", SecretStr(identity.password()))
        assert identity.requests == ()
        both = replace(apart, trust=apart.pinned(apart.identity_origin, login_pin))
        assert both.trust == Pinned(api_pin, login_pin)
        async with _client(server, both) as client:
            issued = await log_in(client, "admin", SecretStr(identity.password()))
            await SmtpConnections(client).list()
        assert issued.access_token


def test_a_pin_for_the_login_alone_leaves_the_api_to_the_system() -> None:
    origin = Origin("https", "cam.example")
    target = Target("test", origin, Scope("t"))
    pinned = replace(target, trust=target.pinned(target.identity_origin, OTHER_PIN))
    assert pinned.trust_for(origin) == SystemTrust()
    assert pinned.trust_for(pinned.identity_origin) == Pinned(OTHER_PIN)
    assert pinned.meets_first(origin)
    assert not pinned.meets_first(pinned.identity_origin)


@pytest.mark.parametrize(
    ("trust", "offered"),
    [
        (SystemTrust(), True),
        (CaFile(Path("/ca.pem")), False),
        (Pinned(OTHER_PIN), False),
        (Unverified(), False),
    ],
)
def test_a_certificate_is_offered_only_where_nothing_else_was_chosen(
    trust: Trust, offered: bool
) -> None:
    origin = Origin("https", "cam.example")
    assert Target("test", origin, Scope("t"), trust=trust).meets_first(origin) is offered


async def test_what_is_shown_of_a_certificate_is_what_stands_in_it(server: Sandbox) -> None:
    der = await shown_certificate(parse_origin(server.base_url), 5.0)
    shown = read_certificate(der)
    assert shown.sha256 == fingerprint(der)
    assert shown.subject == shown.issuer == "CN=smtp-tui sandbox"
    assert shown.self_signed
    assert shown.not_before is not None
    assert shown.not_after is not None
    assert shown.not_before < datetime.now(UTC) < shown.not_after
    assert "127.0.0.1" in shown.names
    assert "localhost" in shown.names


def test_a_certificate_that_cannot_be_read_still_has_its_fingerprint() -> None:
    shown = read_certificate(b"not a certificate")
    assert shown.sha256 == fingerprint(b"not a certificate")
    assert shown.subject == UNREADABLE
    assert not shown.self_signed


def test_a_fingerprint_is_shown_in_pairs_on_two_lines() -> None:
    lines = spaced("ab" * 32).split("\n")
    assert lines == [":".join(["AB"] * 16)] * 2


async def test_a_host_is_judged_step_by_step_without_a_request(server: Sandbox) -> None:
    origin = parse_origin(server.base_url)
    addresses = await resolve(origin, 5.0)
    address = await connect(origin, addresses, 5.0)
    assert address == "127.0.0.1"
    await judge(origin, address, _ca_file(server), 5.0)
    with pytest.raises(CertificateRefused, match="self-signed"):
        await judge(origin, address, SystemTrust(), 5.0)
    assert server.requests == ()


async def test_a_name_that_does_not_exist_is_said() -> None:
    with pytest.raises(HostUnreachable, match="Host name not found"):
        await resolve(Origin("https", "no-such-host.invalid"), 20.0)


async def test_a_port_where_nothing_listens_is_said(server: Sandbox) -> None:
    origin = parse_origin(server.base_url)
    server.stop()
    with pytest.raises(HostUnreachable, match="nothing listens"):
        await connect(origin, await resolve(origin, 5.0), 5.0)


async def test_a_server_without_tls_is_told_from_an_untrusted_one() -> None:
    with Sandbox() as plain:
        origin = Origin("https", "127.0.0.1", plain.port)
        with pytest.raises(CertificateRefused, match="does not speak TLS") as caught:
            await shown_certificate(origin, 5.0)
        assert not caught.value.untrusted
