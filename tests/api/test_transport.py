"""Answers that are odd, cut off, early, long or forged, over real sockets.

Most of what is held here is done by httpx and h11; the tests guard that it stays so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from smtp_tui.api.errors import HostUnreachable, NoAnswer, StatusError
from smtp_tui.api.requests import Request
from smtp_tui.api.transport import Limits
from smtp_tui.sandbox.certificate import Certificate
from tests.api.desk import send
from tests.api.peer import (
    CHUNKED,
    FORGED,
    MANY,
    OK,
    WHOLE,
    Peer,
    Scheme,
    client,
    end,
    peer,
    reading,
    reset,
    saying,
    writing,
)


@pytest.fixture(autouse=True)
def _no_look_for_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection but that of the request, so that they can be counted."""

    async def no(*_: object) -> bool:
        return False

    monkeypatch.setattr("smtp_tui.api.transport.speaks_tls", no)


ANSWERS = {
    "plain": WHOLE,
    "chunks": CHUNKED + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\nX-T: 1\r\n\r\n",
    "length twice": OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    "folded header": OK + b"X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok",
    "interim": b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 X\r\n\r\n" + WHOLE,
    "longer than told": WHOLE + b"more",
    "another answer at its end": WHOLE + FORGED,
    "chunks and another answer": CHUNKED + b"2\r\nok\r\n0\r\n\r\n" + FORGED,
    "to be closed": OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok",
    "of HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_no_byte_beyond_an_answer_is_taken_for_the_next_one(name: str) -> None:
    async with peer(saying(ANSWERS[name], WHOLE)) as server, client(server.port) as one:
        assert (await send(one, reading("/1"))) == b"ok"
        assert (await send(one, reading("/2"))) == b"ok"
    assert len(server.requests) == server.connections == 2


async def test_a_body_that_its_status_forbids_is_not_read() -> None:
    forged = b"HTTP/1.1 204 N\r\nContent-Length: 9\r\n\r\nforged..."
    async with peer(saying(forged)) as server, client(server.port) as one:
        assert (await send(one, writing())) == b""


NO_ANSWERS = {
    "two lengths": OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "a list of lengths": OK + b"Content-Length: 2, 3\r\n\r\nok!",
    "a length beyond numbers": OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nok",
    "a length below none": OK + b"Content-Length: -2\r\n\r\nok",
    "an unknown coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\nok",
    "a chunk beyond numbers": CHUNKED + b"f" * 30 + b"\r\nok\r\n",
    "a chunk without its end": CHUNKED + b"2\r\nok0\r\n\r\n",
    "an extension without end": CHUNKED + b"1;" + b"x" * 200_000,
    "trailers without end": CHUNKED + b"0\r\n" + b"X-A: b\r\n" * 25_000,
    "a long header": OK + b"X-A: " + b"a" * 200_000 + b"\r\n\r\n",
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + WHOLE,
    "a status that is none": b"HTTP/1.1 099 No\r\nContent-Length: 2\r\n\r\nok",
    "a banner": b"220 mail.example.com ESMTP\r\n\r\n",
    "a null in a header": OK + b"X-A: \0\r\nContent-Length: 2\r\n\r\nok",
}


@pytest.mark.parametrize("name", NO_ANSWERS)
async def test_what_is_no_answer_leaves_a_write_unknown_and_is_read_no_further(name: str) -> None:
    async with peer(saying(NO_ANSWERS[name], WHOLE)) as server, client(server.port) as one:
        with pytest.raises(NoAnswer) as caught:
            await send(one, writing())
        assert caught.value.outcome_unknown
        assert (await send(one, reading())) == b"ok"
    assert len(server.requests) == server.connections == 2


async def test_interim_answers_without_end_are_given_up() -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.read(reader)
        while True:
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()

    limits = Limits(total=0.3)
    async with peer(talk) as server, client(server.port, limits=limits) as one:
        with pytest.raises(NoAnswer, match="No complete answer within 0"):
            await send(one, writing())
    assert len(server.requests) == 1


CUTS = {
    "before the answer": b"",
    "in the status": b"HTTP/1.1 20",
    "in the headers": OK + b"Content-",
    "after an interim answer": b"HTTP/1.1 100 Continue\r\n\r\n",
    "before the body": OK + b"Content-Length: 2\r\n\r\n",
    "in the body": OK + b"Content-Length: 2\r\n\r\no",
    "in a chunk": CHUNKED + b"2\r\no",
    "before the last chunk": CHUNKED + b"2\r\nok\r\n",
    "in the trailers": CHUNKED + b"2\r\nok\r\n0\r\n",
}


@pytest.mark.parametrize(("how", "scheme"), [(end, "http"), (reset, "http"), (end, "https")])
@pytest.mark.parametrize("name", CUTS)
async def test_half_an_answer_is_never_taken_for_a_whole_one_nor_its_request_sent_again(
    certificate: Certificate, name: str, how: Callable[[asyncio.StreamWriter], None], scheme: Scheme
) -> None:
    tls = certificate.server_context() if scheme == "https" else None
    talk = saying(CUTS[name], then=how)
    async with peer(talk, tls) as server, client(server.port, scheme) as one:
        with pytest.raises(NoAnswer):
            await send(one, writing())
    assert len(server.requests) == server.connections == 1


async def test_a_body_up_to_the_end_is_none_where_the_line_breaks() -> None:
    half = saying(OK + b"\r\nhalf of it", then=reset)
    async with peer(half) as server, client(server.port) as one:
        with pytest.raises(NoAnswer):
            await send(one, reading())


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_long_body_is_whole_where_the_line_ends_behind_it(
    certificate: Certificate, scheme: Scheme
) -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.read(reader)
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % MANY)
        for _ in range(MANY // 65536):
            writer.write(b"x" * 65536)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    tls = certificate.server_context() if scheme == "https" else None
    async with peer(talk, tls) as server, client(server.port, scheme) as one:
        assert len(await send(one, reading())) == MANY


async def test_what_cannot_be_put_into_a_request_is_not_sent_at_all() -> None:
    async with peer(saying(WHOLE)) as server, client(server.port) as one:
        request = writing()
        with pytest.raises(HostUnreachable, match="The address cannot be used"):
            await send(one, Request(request.operation, "PO ST", "/1"))
    assert server.requests == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_refusal_before_the_request_was_read_is_heard(
    certificate: Certificate, scheme: Scheme
) -> None:
    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Too large\r\nContent-Length: 3\r\n\r\nbig")
        await writer.drain()
        await reader.readexactly(100)

    tls = certificate.server_context() if scheme == "https" else None
    async with peer(talk, tls) as server, client(server.port, scheme) as one:
        with pytest.raises(StatusError, match="413: big"):
            await send(one, writing("x" * 100_000))


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_request_that_nobody_reads_is_given_up_and_no_more_of_it_is_sent(
    certificate: Certificate, scheme: Scheme
) -> None:
    got = 0

    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        await given_up.wait()
        while data := await reader.read(65536):
            got += len(data)

    given_up = asyncio.Event()
    limits = Limits(read=0.2)
    tls = certificate.server_context() if scheme == "https" else None
    async with peer(talk, tls) as server, client(server.port, scheme, limits=limits) as one:
        with pytest.raises(NoAnswer, match="silent for 0"):
            await send(one, writing("x" * 4 * MANY))
        given_up.set()
        await server.has(lambda: server.open == 0)
    assert got < 4 * MANY
