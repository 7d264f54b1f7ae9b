"""Making a connection: one time for all of it, words for what went wrong, and whose it is then."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import pytest
from msgspec.structs import replace

from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import ApiError, CertificateRefused, HostUnreachable
from smtp_tui.api.reach import connect
from smtp_tui.api.target import Origin
from smtp_tui.api.tls import tls_reason
from smtp_tui.api.transport import Limits
from smtp_tui.sandbox.certificate import Certificate
from tests.api.desk import QUICK, WRITES, Desk, HeldToken, elsewhere, send
from tests.api.peer import OK, Peer, Scheme, Talk, peer
from tests.api.test_transport_connections import named

SECONDS = 0.5
BRIEF = Limits(connect=SECONDS, read=30.0, total=60.0, retry_pause=0.01)


def at(held: Desk, host: str, port: int, scheme: Scheme, limits: Limits = BRIEF) -> Client:
    """A client like the one at the desk, for another host."""
    origin = Origin(scheme, host, port)
    target = replace(held.client.target, origin=origin, identity=origin)
    return Client(
        target, HeldToken(held.sandbox.admin_token), held.activity, Clock(), held.pad, limits
    )


@contextmanager
def full(*addresses: str) -> Iterator[int]:
    """A port that takes no connection on any of these addresses, and does not refuse one."""
    with ExitStack() as stack:
        port = 0
        for address in addresses:
            listening = stack.enter_context(socket.socket())
            listening.bind((address, port))
            listening.listen(0)
            port = listening.getsockname()[1]
            for _ in range(4):
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex((address, port))
        yield port


async def silent(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the connection and say nothing."""
    while await reader.read(65536):
        pass


async def refusal(held: Desk, client: Client, name: str) -> tuple[ApiError, float]:
    """The error of a request, and how long it took."""
    began = time.monotonic()
    with pytest.raises(ApiError) as caught:
        await send(client, held.request(name))
    await client.aclose()
    return caught.value, time.monotonic() - began


@pytest.mark.parametrize("name", ["list", "patch"])
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_all_addresses_of_a_host_share_the_time_for_a_connection(
    work: Desk, monkeypatch: pytest.MonkeyPatch, scheme: Scheme, name: str
) -> None:
    addresses = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
    with full(*addresses) as port, named(monkeypatch, *addresses):
        error, took = await refusal(work, at(work, "many.example", port, scheme), name)
    assert type(error) is HostUnreachable
    assert error.why == "No connection within 0.5 s"
    assert SECONDS <= took < 2 * SECONDS


async def test_a_look_at_a_host_gives_each_address_its_share_of_the_time() -> None:
    with full("127.0.0.1") as port, socket.create_server(("127.0.0.2", port)):
        silent_one, other = "127.0.0.1", "127.0.0.2"
        origin = Origin("http", "many.example", port)
        began = time.monotonic()
        assert await connect(origin, (silent_one, other), SECONDS) == other
        assert time.monotonic() - began < SECONDS
        with pytest.raises(HostUnreachable, match="No connection within 0"):
            await connect(origin, (silent_one, silent_one), SECONDS)
        assert time.monotonic() - began < 3 * SECONDS


@pytest.mark.parametrize("name", ["list", "patch"])
async def test_tls_has_what_is_left_of_the_time_and_the_words_say_that_it_was_tls(
    work: Desk, name: str
) -> None:
    async with peer(silent) as server:
        error, took = await refusal(work, at(work, "127.0.0.1", server.port, "https"), name)
    assert type(error) is HostUnreachable
    assert error.why == (
        "The server accepted the connection, but the TLS handshake did not finish within 0.5 s"
    )
    assert SECONDS <= took < 2 * SECONDS


async def test_the_time_for_a_connection_does_not_run_while_the_answer_is_waited_for(
    work: Desk,
) -> None:
    async def slow(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.read(reader)
        await asyncio.sleep(2 * SECONDS)  # has to outlast the time for a connection
        writer.write(OK + b"Content-Length: 2\r\n\r\n[]")

    async with peer(slow) as server:
        client = at(work, "127.0.0.1", server.port, "http")
        assert (await send(client, work.request("list"))) == b"[]"
        await client.aclose()


async def test_plain_http_to_a_port_of_tls_says_so(work: Desk, certificate: Certificate) -> None:
    async with peer(silent, certificate.server_context()) as server:
        error, _ = await refusal(work, elsewhere(work, server.port), "list")
    assert type(error) is HostUnreachable
    assert error.why.startswith("The server speaks TLS on this port")
    assert "https://" in error.why


NGINX = (
    b"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>"
)
GO = b"Client sent an HTTP request to an HTTPS server.\n"
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"


@asynccontextmanager
async def mixed(answer: bytes, tls: ssl.SSLContext) -> AsyncIterator[int]:
    """A port that speaks TLS, and tells whoever does not so in its own way."""
    async with peer(silent, tls) as behind:

        async def front(
            self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            first = await reader.read(65536)
            if not first.startswith(b"\x16"):
                writer.write(answer)
                await writer.drain()
                return
            back, forth = await asyncio.open_connection("127.0.0.1", behind.port)
            forth.write(first)

            async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
                while data := await source.read(65536):
                    to.write(data)
                to.close()

            await asyncio.gather(pass_on(back, writer), pass_on(reader, forth))

        async with peer(front) as server:
            yield server.port


def bad_request(body: bytes) -> bytes:
    return b"HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        *(("list", answer) for answer in (bad_request(NGINX), bad_request(GO), ALERT, b"")),
        *(("patch", answer) for answer in (bad_request(NGINX), bad_request(GO))),
    ],
)
async def test_however_a_port_of_tls_refuses_plain_http_the_words_are_the_same(
    work: Desk, certificate: Certificate, name: str, answer: bytes
) -> None:
    async with mixed(answer, certificate.server_context()) as port:
        error, _ = await refusal(work, elsewhere(work, port), name)
    assert type(error) is HostUnreachable
    assert error.why.startswith("The server speaks TLS on this port")
    *_, exchange = work.activity.exchanges
    assert exchange.status == (400 if answer.startswith(b"HTTP") else None)
    assert exchange.failure == error.why


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("answer", [ALERT, b""], ids=["alert", "end"])
async def test_a_write_without_an_answer_is_unknown_although_its_port_speaks_tls_too(
    work: Desk, certificate: Certificate, name: str, answer: bytes
) -> None:
    async with mixed(answer, certificate.server_context()) as port:
        error, _ = await refusal(work, elsewhere(work, port), name)
    assert error.outcome_unknown
    assert error.why.startswith("The connection ended")
    assert "The server speaks TLS on this port: write https://" in error.why


@pytest.mark.parametrize(
    "answer", [bad_request(b"no"), b"", b"\x00\x01"], ids=["refused", "end", "binary"]
)
async def test_a_plain_port_that_fails_is_not_said_to_speak_tls(work: Desk, answer: bytes) -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(answer)

    async with peer(talk) as server:
        error, _ = await refusal(work, elsewhere(work, server.port), "list")
    assert "TLS" not in error.why


async def hangs_up(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65536)


async def answers(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65536)
    writer.write(bad_request(b"no"))


@pytest.mark.parametrize("error", [ssl.SSLEOFError, ssl.SSLZeroReturnError])
def test_an_end_during_the_handshake_has_one_reason_however_it_is_seen(
    error: type[ssl.SSLError],
) -> None:
    assert "speak TLS on this port" in tls_reason(error(8, "closed (EOF) (_ssl.c:1006)"))


@pytest.mark.parametrize("talk", [hangs_up, answers])
async def test_tls_to_a_port_of_plain_http_says_so(work: Desk, talk: Talk) -> None:
    async with peer(talk) as server:
        error, _ = await refusal(work, elsewhere(work, server.port, scheme="https"), "list")
    assert type(error) is CertificateRefused
    assert "speak TLS on this port" in error.why
    assert "_ssl" not in error.why


@pytest.mark.parametrize("name", WRITES)
async def test_a_late_second_answer_is_not_taken_for_the_answer_to_a_write(
    work: Desk, name: str
) -> None:
    """The server answers a read twice, the second time when the next request is on its way."""

    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (await self.read(reader)).startswith(b"GET"):
            writer.write(OK + b"Content-Length: 2\r\n\r\n[]")
            await self.read(reader)
            writer.write(OK + b'Content-Length: 11\r\n\r\n{"count":9}')
        else:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            while await self.read(reader):
                pass

    async with peer(talk) as server:
        client = elsewhere(work, server.port, limits=QUICK)
        await send(client, work.request("list"))
        with pytest.raises(ApiError) as caught:
            await send(client, work.request(name))
        await client.aclose()
    assert "403" in caught.value.why


@pytest.mark.parametrize(
    "error",
    [
        ssl.SSLError(1, "[X509: NO_CERTIFICATE_OR_CRL_FOUND] no certificate found (_ssl.c:4154)"),
        ssl.SSLError(1, "unknown error (_ssl.c:4154)"),
        ssl.SSLError(1, "The handshake operation timed out"),
        ssl.SSLError(1, "(_ssl.c:1)"),
        ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] bad (_ssl.c:1006)"),
    ],
)
def test_no_error_of_openssl_is_told_with_its_marks(error: ssl.SSLError) -> None:
    words = tls_reason(error)
    assert not any(mark in words for mark in ("_ssl", "[", "(", ":1"))
    assert words.rstrip(": ") == words
