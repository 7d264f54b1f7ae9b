"""The connection of a request: its own, verified, and closed whatever ends the request."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path

import pytest

from smtp_tui.api.errors import ApiError, CertificateRefused, HostUnreachable, NotSent
from smtp_tui.api.target import CaFile, SystemTrust
from smtp_tui.api.transport import Limits
from smtp_tui.sandbox.certificate import Certificate
from tests.api.desk import send
from tests.api.peer import CHUNKED, OK, WHOLE, Peer, Scheme, client, peer, reading, saying, writing
from tests.waiting import turns


async def test_every_request_has_a_connection_of_its_own() -> None:
    async with peer(saying(WHOLE)) as server, client(server.port) as one:
        for request in (reading(), reading(), writing(), reading()):
            await send(one, request)
            await server.has(lambda: server.open == 0)
    assert len(server.requests) == server.connections == 4


async def test_a_handshake_that_never_ends_is_given_up_and_its_connection_closed() -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass

    limits = Limits(connect=0.2)
    async with peer(talk) as server, client(server.port, "https", limits=limits) as one:
        with pytest.raises(HostUnreachable, match="TLS handshake did not finish within 0"):
            await send(one, reading())
        await server.has(lambda: server.open == 0)
    gc.collect()  # a socket that was left open is an error


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_whenever_a_request_is_cancelled_its_connection_is_closed(
    certificate: Certificate, scheme: Scheme
) -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            path = (await self.read(reader)).split()[1]
            for part in (CHUNKED, b"3\r\n%b\r\n" % path[1:], b"0\r\n\r\n"):
                writer.write(part)
                await turns()

    tls = certificate.server_context() if scheme == "https" else None
    answered = 0
    async with peer(talk, tls) as server, client(server.port, scheme) as one:
        for later in count():  # each is cancelled one turn of the loop later than the one before
            task = asyncio.create_task(send(one, reading("/100")))
            await turns(later)
            task.cancel()
            await asyncio.wait((task,))
            answered += not task.cancelled()
            if answered == 10:
                break
        assert (await send(one, reading("/999"))) == b"999"
        await server.has(lambda: server.open == 0)
    gc.collect()  # a socket that was left open is an error


@asynccontextmanager
async def held_handshake(
    certificate: Certificate,
) -> AsyncIterator[tuple[Peer, asyncio.Event, asyncio.Event]]:
    """A server that was connected to when the first event is set, and shakes hands after the
    second one."""
    connected, go = asyncio.Event(), asyncio.Event()

    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await go.wait()
        await writer.start_tls(certificate.server_context())
        await saying(WHOLE)(self, reader, writer)

    async with peer(talk) as server:
        yield server, connected, go


async def test_nothing_is_sent_on_a_connection_that_was_made_for_a_profile_that_was_left(
    certificate: Certificate,
) -> None:
    async with (
        held_handshake(certificate) as (server, connected, go),
        client(server.port, "https") as one,
    ):
        task = asyncio.create_task(send(one, reading()))
        await connected.wait()
        await one.aclose()
        go.set()
        with pytest.raises(NotSent):
            await task
    assert server.requests == []


async def test_a_read_that_was_to_use_the_old_trust_is_sent_with_the_new_one(
    certificate: Certificate,
) -> None:
    async with (
        held_handshake(certificate) as (server, connected, go),
        client(server.port, "https") as one,
    ):
        task = asyncio.create_task(send(one, reading()))
        await connected.wait()
        await one.trust(SystemTrust())
        go.set()
        with pytest.raises(CertificateRefused):
            await task
    assert server.requests == []


async def test_twenty_requests_at_once_get_each_its_own_answer() -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await self.read(reader)).split()[1]
        await self.has(lambda: len(self.requests) >= 20)
        writer.write(OK + b"Content-Length: %d\r\n\r\n%b" % (len(path), path))
        await writer.drain()

    paths = [f"/{number}" for number in range(20)]
    async with peer(talk) as server, client(server.port) as one:
        answers = await asyncio.gather(*(send(one, reading(path)) for path in paths))
    assert [answer.decode() for answer in answers] == paths


@contextmanager
def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> Iterator[list[str]]:
    """Names stand for these addresses; gives the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str | bytes, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host.decode() if isinstance(host, bytes) else host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in addresses
        ]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked


async def test_a_name_is_looked_up_as_it_was_written(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "xn--strae-oqa.example"  # which decoded and encoded again is strasse.example
    async with peer(saying(WHOLE)) as server, client(server.port, host=name) as one:
        with named(monkeypatch, "127.0.0.1") as asked:
            await send(one, reading())
    assert asked == [name]


async def test_where_one_address_refuses_the_next_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with peer(saying(WHOLE)) as server, client(server.port, host="many.example") as one:
        with named(monkeypatch, "127.0.0.2", "127.0.0.1"):
            assert (await send(one, writing())) == b"ok"
    assert server.connections == 1


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (("127.0.0.1",), "nothing listens on that port"),
        (("127.0.0.2", "127.0.0.1"), "nothing listens on that port"),
    ],
    ids=["one", "two"],
)
async def test_where_every_address_refuses_that_is_said(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...], words: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with client(port, host="many.example") as one:
        with named(monkeypatch, *addresses), pytest.raises(HostUnreachable, match=words):
            await send(one, writing())


def has_ipv6() -> bool:
    """Whether this machine has a loopback of IPv6; containers may lack it."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.0.0.2",
        pytest.param("::1", marks=pytest.mark.skipif(not has_ipv6(), reason="no IPv6 here")),
    ],
)
async def test_a_certificate_is_judged_by_the_name_or_address_that_was_asked_for(
    certificate: Certificate, tmp_path: Path, host: str
) -> None:
    path = tmp_path / "ca.pem"
    path.write_text(certificate.certificate)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(WHOLE)
        writer.close()

    bound = host.replace("localhost", "127.0.0.1")
    server = await asyncio.start_server(talk, bound, 0, ssl=certificate.server_context())
    async with (
        server,
        client(server.sockets[0].getsockname()[1], "https", host, trust=CaFile(path)) as one,
    ):
        if host != "127.0.0.2":
            assert (await send(one, reading())) == b"ok"
            return
        with pytest.raises(CertificateRefused, match="it belongs to another host") as caught:
            await send(one, reading())
    assert isinstance(caught.value, ApiError)
