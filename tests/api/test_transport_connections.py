"""Which connection a request is sent on, and what becomes of it, over real sockets."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from smtp_tui.api.target import CaFile
from smtp_tui.sandbox.certificate import Certificate
from tests.api.peer import (
    CHUNKED,
    FORGED,
    MANY,
    OK,
    WHOLE,
    Peer,
    Scheme,
    client,
    peer,
    saying,
)


async def test_a_write_on_a_kept_connection_that_ends_is_not_sent_again() -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.read(reader)
        writer.write(WHOLE)
        await self.read(reader)

    async with peer(talk) as server, client(server.port) as one:
        await one.get("/1")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await one.patch("/2", content=b"{}")
        assert len(server.requests) == 2
    assert server.connections == 1


async def test_a_connection_that_rested_too_long_is_not_used_again() -> None:
    async with peer(saying(WHOLE)) as server, client(server.port, fresh=0.0) as one:
        await one.get("/1")
        await one.get("/2")
    assert server.connections == 2


@contextmanager
def unseen(ends: Callable[[socket.socket], None]) -> Iterator[tuple[int, Callable[[], None]]]:
    """A server in a thread, and what has it do this to its idle connection while the loop stands
    still. It answers "ok" to the first request of each connection."""
    go, done = threading.Event(), threading.Event()

    def serve() -> None:
        for first in (True, False):
            line, _ = listening.accept()
            with line:
                line.recv(65536)
                line.sendall(WHOLE)
                if first:
                    go.wait(10)
                    ends(line)
                    done.set()
                with suppress(OSError):  # the client need not read what it did not ask for
                    line.recv(65536)

    def act() -> None:
        go.set()
        assert done.wait(10)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1], act
        thread.join(10)


@pytest.mark.parametrize(
    "ends",
    [
        lambda line: line.shutdown(socket.SHUT_RDWR),
        lambda line: line.shutdown(socket.SHUT_WR),
        lambda line: line.sendall(FORGED),
        lambda line: line.sendall(b"HTTP/1.1 408 Too late\r\nConnection: close\r\n\r\n"),
    ],
    ids=["closed", "half closed", "forged", "408"],
)
async def test_what_came_on_an_idle_connection_while_nobody_looked_meets_no_write(
    ends: Callable[[socket.socket], None],
) -> None:
    with unseen(ends) as (port, act):
        async with client(port) as one:
            await one.get("/1")
            act()  # without a turn of the loop in which it could be seen
            answer = await one.patch("/2", content=b"{}")
    assert (answer.status_code, answer.content) == (200, b"ok")


async def test_an_idle_connection_that_is_flooded_is_closed_and_nothing_of_it_kept() -> None:
    sent = 0

    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await self.read(reader)
        writer.write(WHOLE)
        await idle.wait()
        while sent < 8 * MANY:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536

    idle = asyncio.Event()
    async with peer(talk) as server, client(server.port) as one:
        await one.get("/")
        idle.set()
        await server.has(lambda: server.open == 0)
    assert sent < 2 * MANY  # what the buffers of the system take


async def test_a_handshake_that_never_ends_is_given_up_and_its_connection_closed() -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65536):
            pass

    async with peer(talk) as server, client(server.port, "https") as one:
        with pytest.raises(httpx.ConnectTimeout):
            await one.get("/", timeout=httpx.Timeout(5.0, connect=0.2))
        await server.has(lambda: server.open == 0)
    gc.collect()  # a socket that was left open is an error


@pytest.mark.parametrize("fresh", [60.0, 0.0], ids=["kept", "new"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_whenever_a_request_is_cancelled_its_connection_is_whole_or_closed(
    certificate: Certificate, scheme: Scheme, fresh: float
) -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            path = (await self.read(reader)).split()[1]
            for part in (CHUNKED, b"3\r\n%b\r\n" % path[1:], b"0\r\n\r\n"):
                writer.write(part)
                await asyncio.sleep(0)

    tls = certificate.server_context() if scheme == "https" else None
    ends = set()
    async with peer(talk, tls) as server, client(server.port, scheme, fresh=fresh) as one:
        for turns in range(60):
            task = asyncio.create_task(one.get(f"/{100 + turns}"))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait((task,))
            ends.add(task.cancelled())
            assert (await one.get(f"/{200 + turns}")).content == b"%d" % (200 + turns)
        await server.has(lambda: server.open <= 1)
    assert ends == {True, False}
    gc.collect()  # a socket that was left open is an error


async def test_nothing_is_sent_on_a_connection_that_was_closed_while_it_was_made() -> None:
    async with peer(saying(WHOLE)) as server, client(server.port) as one:
        task = asyncio.create_task(one.get("/"))
        await asyncio.sleep(0)
        await one.aclose()
        with pytest.raises(httpx.ConnectError):
            await task
    assert server.requests == []


async def test_twenty_requests_at_once_get_each_its_own_answer() -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            path = (await self.read(reader)).split()[1]
            await self.has(lambda: len(self.requests) >= 20)
            writer.write(OK + b"Content-Length: %d\r\n\r\n%b" % (len(path), path))

    paths = [f"/{number}" for number in range(20)]
    async with peer(talk) as server, client(server.port) as one:
        for _ in range(2):
            answers = await asyncio.gather(*(one.get(path) for path in paths))
            assert [answer.text for answer in answers] == paths
    assert server.connections == 20
    assert len(server.requests) == 40


@contextmanager
def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> Iterator[list[str]]:
    """Names stand for these addresses; the answer are the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
            for address in addresses
        ]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield asked


async def test_a_name_is_looked_up_as_it_was_written_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "xn--strae-oqa.example"  # which decoded and encoded again is strasse.example
    async with peer(saying(WHOLE)) as server, client(server.port, host=name) as one:
        with named(monkeypatch, "127.0.0.1") as asked:
            await one.get("/")
            await one.get(f"http://elsewhere.example:{server.port}/")
    assert asked == [name]


async def test_where_one_address_refuses_the_next_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with peer(saying(WHOLE)) as server, client(server.port, host="many.example") as one:
        with named(monkeypatch, "127.0.0.2", "127.0.0.1"):
            assert (await one.get("/")).content == b"ok"
    assert server.connections == 1


@pytest.mark.parametrize(
    ("addresses", "number"),
    [
        (("127.0.0.1",), errno.ECONNREFUSED),
        (("127.0.0.2", "127.0.0.1"), errno.ECONNREFUSED),
        ((), None),
    ],
    ids=["one", "two", "none"],
)
async def test_where_every_address_refuses_the_error_has_the_number_of_the_first(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...], number: int | None
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    async with client(port, host="many.example") as one:
        with named(monkeypatch, *addresses), pytest.raises(httpx.ConnectError) as caught:
            await one.get("/")
    assert isinstance(caught.value.__cause__, OSError)
    assert caught.value.__cause__.errno == number


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
            assert (await one.get("/")).content == b"ok"
            return
        with pytest.raises(httpx.ConnectError) as caught:
            await one.get("/")
    assert isinstance(caught.value.__cause__, ssl.SSLCertVerificationError)
