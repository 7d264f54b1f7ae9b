"""What the transport makes of answers that are odd, cut off, early or long, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from msgspec import Struct

from smtp_tui.api.errors import HostUnreachable, Operation, Place
from smtp_tui.api.failures import raise_in_words
from smtp_tui.api.transport import MOST_HEADER_BYTES
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
    end,
    peer,
    reset,
    saying,
)


class Told(Struct, frozen=True):
    """An answer, what is read of it, and whether its connection is used again."""

    answer: bytes
    body: bytes = b"ok"
    again: bool = False


ANSWERS = {
    "plain": Told(WHOLE, again=True),
    "chunks": Told(CHUNKED + b"1\r\no\r\n1;x=y\r\nk\r\n0\r\nX-T: 1\r\n\r\n", again=True),
    "length twice": Told(OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", again=True),
    "folded header": Told(OK + b"X-A: b\r\n c\r\nContent-Length: 2\r\n\r\nok", again=True),
    "interim": Told(b"HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 103 X\r\n\r\n" + WHOLE, again=True),
    "204 with a length": Told(b"HTTP/1.1 204 N\r\nContent-Length: 9\r\n\r\n", b"", again=True),
    "304 with a length": Told(b"HTTP/1.1 304 N\r\nContent-Length: 9\r\n\r\n", b"", again=True),
    "204 with a body": Told(b"HTTP/1.1 204 N\r\nContent-Length: 9\r\n\r\nforged...", b""),
    "longer than told": Told(WHOLE + b"more"),
    "another answer at its end": Told(WHOLE + FORGED),
    "chunks and another answer": Told(CHUNKED + b"2\r\nok\r\n0\r\n\r\n" + FORGED),
    "to be closed": Told(OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"),
    "of HTTP/1.0": Told(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_no_byte_beyond_an_answer_is_taken_for_the_next_one(name: str) -> None:
    told = ANSWERS[name]
    async with peer(saying(told.answer, WHOLE)) as server, client(server.port) as one:
        assert (await one.get("/1")).content == told.body
        assert (await one.get("/2")).content == b"ok"
    assert server.connections == (1 if told.again else 2)
    assert len(server.requests) == 2


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
    "a long header": OK + b"X-A: " + b"a" * 2 * MOST_HEADER_BYTES + b"\r\n\r\n",
    "interim answers without end": b"HTTP/1.1 100 Continue\r\n\r\n" * 1000,
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n" + WHOLE,
    "a status that is none": b"HTTP/1.1 099 No\r\nContent-Length: 2\r\n\r\nok",
    "a banner": b"220 mail.example.com ESMTP\r\n\r\n",
    "a null in a header": OK + b"X-A: \0\r\nContent-Length: 2\r\n\r\nok",
}


@pytest.mark.parametrize("name", NO_ANSWERS)
async def test_what_is_no_answer_is_an_error_of_its_own_and_its_connection_is_left(
    name: str,
) -> None:
    async with peer(saying(NO_ANSWERS[name], WHOLE)) as server, client(server.port) as one:
        with pytest.raises(httpx.RemoteProtocolError):
            await one.patch("/1", content=b"{}")
        assert (await one.get("/2")).content == b"ok"
    assert server.connections == 2
    assert len(server.requests) == 2


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


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("how", [end, reset])
@pytest.mark.parametrize("name", CUTS)
async def test_half_an_answer_is_never_taken_for_a_whole_one_nor_its_request_sent_again(
    certificate: Certificate, name: str, how: Callable[[asyncio.StreamWriter], None], scheme: Scheme
) -> None:
    tls = certificate.server_context() if scheme == "https" else None
    talk = saying(CUTS[name], then=how)
    async with peer(talk, tls) as server, client(server.port, scheme) as one:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await one.patch("/1", content=b"{}")
    assert len(server.requests) == server.connections == 1


async def test_a_body_up_to_the_end_is_none_where_the_line_breaks() -> None:
    async with (
        peer(saying(OK + b"\r\nhalf of it", then=reset)) as server,
        client(server.port) as one,
    ):
        with pytest.raises(httpx.ReadError):
            await one.get("/")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_body_is_taken_in_as_fast_as_it_is_read_and_whole_where_the_line_ends_behind_it(
    certificate: Certificate, scheme: Scheme
) -> None:
    sent = 0

    async def talk(self: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await self.read(reader)
        writer.write(OK + b"Content-Length: %d\r\n\r\n" % (4 * MANY))
        while sent < 4 * MANY:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536
        writer.close()
        await writer.wait_closed()

    tls = certificate.server_context() if scheme == "https" else None
    async with (
        peer(talk, tls) as server,
        client(server.port, scheme) as one,
        one.stream("GET", "/") as answer,
    ):
        before = -1
        while sent > before:  # until nothing moves any more
            before = sent
            for _ in range(200):
                await asyncio.sleep(0)
        assert sent < 2 * MANY  # what the buffers of the system take
        assert len(await answer.aread()) == 4 * MANY


async def test_what_cannot_be_put_into_a_request_is_not_sent_at_all_and_told_so() -> None:
    async with peer(saying(WHOLE)) as server, client(server.port) as one:
        with pytest.raises(httpx.LocalProtocolError) as caught:
            await one.patch("/", headers={"X-A": "a\nb"})
        with pytest.raises(HostUnreachable):
            raise_in_words(caught.value, Place(Operation.PATCH, "cam.example.com"), 1.0)
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
        answer = await one.patch("/", content=b"x" * MANY)
        assert (answer.status_code, answer.content) == (413, b"big")


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
    tls = certificate.server_context() if scheme == "https" else None
    async with peer(talk, tls) as server, client(server.port, scheme) as one:
        with pytest.raises(httpx.ReadTimeout):
            await one.patch("/", content=b"x" * 4 * MANY, timeout=httpx.Timeout(5.0, read=0.2))
        given_up.set()
        await server.has(lambda: server.open == 0)
    assert got < 4 * MANY
