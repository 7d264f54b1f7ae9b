"""Through a proxy that the profile names: it passes TLS on, sees no secret, and is told apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec.structs import replace

from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, CertificateRefused, HostUnreachable
from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import HostRefused, Pinned, Proxy, parse_proxy
from smtp_tui.api.tls import fingerprint
from smtp_tui.api.transport import Limits
from tests.api.desk import QUICK, Desk, HeldToken, desk
from tests.api.peer import Peer, Talk, peer
from tests.failing_sandbox import Sandbox, SandboxOptions


async def passes_on(
    proxy: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """A proxy as it should be."""
    request = await proxy.read(reader)
    host, _, port = request.split()[1].decode().rpartition(":")
    far_reader, far_writer = await asyncio.open_connection(host.strip("[]"), int(port))
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
            sink.close()

    await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))


def says(answer: bytes) -> Talk:
    """A proxy that answers this to everything, and hangs up."""

    async def talk(proxy: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await proxy.read(reader)
        writer.write(answer)
        await writer.drain()

    return talk


async def hangs(proxy: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A proxy that never answers."""
    await proxy.read(reader)
    await reader.read()


@asynccontextmanager
async def behind(talk: Talk, limits: Limits = QUICK) -> AsyncIterator[tuple[Desk, Peer]]:
    """A desk whose sandbox has TLS and is reached through a proxy that behaves so."""
    with Sandbox(SandboxOptions(tls=True)) as sandbox:
        async with desk(sandbox) as held, peer(talk) as proxy:
            origin = replace(held.client.target.origin, proxy=Proxy("127.0.0.1", proxy.port))
            target = replace(held.client.target, origin=origin, identity=origin)
            token = HeldToken(sandbox.admin_token)
            client = Client(target, token, held.activity, Clock(), held.pad, limits)
            yield replace_client(held, client), proxy
            await client.aclose()


def replace_client(held: Desk, client: Client) -> Desk:
    """The desk with another client."""
    return Desk(
        held.sandbox, client, SmtpConnections(client), held.activity, held.record_id, held.pad
    )


async def test_records_are_read_and_written_through_the_proxy_which_sees_no_secret() -> None:
    async with behind(passes_on) as (held, proxy):
        before = len((await held.listed()).records)
        await held.do("create")
        assert len((await held.listed()).records) == before + 1
        port = held.client.target.origin.port
        assert len(proxy.requests) >= 3
        for request in proxy.requests:
            assert request.startswith(f"CONNECT 127.0.0.1:{port} ".encode())
            assert held.sandbox.admin_token.encode() not in request


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "It refused to connect (403"),
        (b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "(407"),
        (b"220 no proxy at all\r\n\r\n", "Proxy 127.0.0.1:"),
        (b"", "Proxy 127.0.0.1:"),
    ],
)
@pytest.mark.parametrize("name", ["list", "create"])
async def test_a_proxy_that_does_not_connect_is_named_and_nothing_was_sent(
    name: str, answer: bytes, words: str
) -> None:
    async with behind(says(answer)) as (held, _):
        error = await held.refused(name)
        assert isinstance(error, HostUnreachable)
        assert "Proxy 127.0.0.1:" in error.why
        assert words in error.why
        assert not error.outcome_unknown
        assert held.sandbox.requests == ()


async def test_a_proxy_that_hangs_uses_up_the_time_for_a_connection() -> None:
    limits = Limits(connect=0.4, read=30, total=60, retry_pause=0.01)
    async with behind(hangs, limits) as (held, _):
        error = await held.refused("create")
        assert isinstance(error, HostUnreachable)
        assert error.proxy.startswith("127.0.0.1:")
        assert not error.outcome_unknown


async def test_a_proxy_where_nothing_listens_is_named() -> None:
    async with behind(passes_on) as (held, proxy):
        nowhere = replace(held.client.target.origin, proxy=Proxy("127.0.0.1", 9))
        target = replace(held.client.target, origin=nowhere, identity=nowhere)
        client = Client(target, HeldToken("token"), held.activity, Clock(), held.pad, QUICK)
        with pytest.raises(ApiError) as caught:
            await SmtpConnections(client).list()
        await client.aclose()
    assert caught.value.why.startswith("Proxy 127.0.0.1:9 of the profile: Connection refused")
    advice = caught.value.advice[0].text
    assert advice == 'Check the proxy 127.0.0.1:9, which the profile names under "proxy"'
    assert proxy.requests == []


async def test_the_certificate_of_the_server_is_verified_through_the_proxy() -> None:
    async with behind(passes_on) as (held, _):
        seen = await shown_certificate(held.client.target.origin, 5.0)
        path = held.sandbox.certificate_path
        assert path is not None
        other = Pinned("0" * 64)
        target = replace(held.client.target, trust=other)
        client = Client(target, HeldToken("t"), held.activity, Clock(), held.pad, QUICK)
        with pytest.raises(CertificateRefused):
            await SmtpConnections(client).list()
        await client.aclose()
        assert len(fingerprint(seen)) == 64
        assert held.sandbox.requests == ()


@pytest.mark.parametrize(
    ("text", "proxy"),
    [
        ("http://proxy.example.com:3128", Proxy("proxy.example.com", 3128)),
        ("proxy:80/", Proxy("proxy", 80)),
        ("http://[2001:db8::1]:3128", Proxy("2001:db8::1", 3128)),
    ],
)
def test_a_proxy_is_read_as_people_type_it(text: str, proxy: Proxy) -> None:
    assert parse_proxy(text) == proxy
    assert parse_proxy(proxy.text) == proxy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://proxy.example.com:3128", "must be http"),
        ("socks5://proxy.example.com:1080", "must be http"),
        ("http://user:secret@proxy.example.com:3128", "user or password is not supported"),
        ("proxy.example.com", "needs a port"),
        ("", "needs a port"),
        ("http://proxy.example.com:0", "port"),
    ],
)
def test_what_is_no_proxy_is_refused_in_words_that_repeat_no_secret(text: str, words: str) -> None:
    with pytest.raises(HostRefused) as caught:
        parse_proxy(text)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
