"""What is silent, slow, cut off, too large or not where it should be, over real sockets.

After a write each of these means that nobody knows; nothing is ever told as not done that may have
been done.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from smtp_tui.api.errors import ApiError, BadAnswer, CertificateRefused, HostUnreachable, NoAnswer
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import CaFile, Pinned, SystemTrust, Unverified
from smtp_tui.api.transport import Limits
from tests.api.desk import IMPATIENT, WRITES, Desk, desk, elsewhere
from tests.failing_sandbox import Fault, FaultKind, Sandbox, SandboxOptions

# Without TLS they stand in the table of faults.
LOST = [
    (Fault(FaultKind.RESET), "The connection was lost before the answer was complete"),
    (
        Fault(FaultKind.RESET, after_work=True),
        "The connection was lost before the answer was complete",
    ),
    (Fault(FaultKind.RESET_MID_BODY), "The connection was lost before the answer was complete"),
    (Fault(FaultKind.TRUNCATED), "The connection ended before the answer was complete"),
    (Fault(FaultKind.HANG), "The server was silent for 0.3 s"),
    (Fault(FaultKind.HANG, after_work=True), "The server was silent for 0.3 s"),
    (Fault(FaultKind.DRIPPING, seconds=0.1), "No complete answer within 0.6 s"),
]


@pytest.fixture
def secure() -> Iterator[Sandbox]:
    with Sandbox(SandboxOptions(tls=True)) as running:
        yield running


def _name(value: object) -> str:
    return f"{value.kind}-{value.after_work}" if isinstance(value, Fault) else ""


@pytest.mark.parametrize(("fault", "words"), LOST, ids=_name)
@pytest.mark.parametrize("name", ["list", "patch"])
async def test_a_lost_answer_is_told_as_that_over_tls_and_after_a_write_as_unknown(
    secure: Sandbox, name: str, fault: Fault, words: str
) -> None:
    async with desk(secure, limits=IMPATIENT) as held:
        secure.faults.add(fault)
        error = await held.refused(name)
    assert type(error) is NoAnswer
    assert words in error.why
    assert error.outcome_unknown is (name in WRITES)
    assert len(error.lines()) <= 6
    assert len(secure.requests) == 1


async def test_a_create_whose_answer_was_lost_may_have_been_done_and_is_not_denied(
    secure: Sandbox,
) -> None:
    async with desk(secure, limits=IMPATIENT) as held:
        secure.faults.add(Fault(FaultKind.HANG, after_work=True))
        error = await held.refused("create")
        assert error.what.startswith("Outcome unknown: create the connection at ")
        assert error.lines()[2] == "Check the record on the server before you repeat it."
        assert [record.name for record in (await held.listed()).records] == ["OLD", "NEW"]


async def test_a_list_just_inside_the_limit_is_read(sandbox: Sandbox) -> None:
    async with desk(sandbox, limits=Limits(body=4 * 1024 * 1024)) as held:
        sandbox.faults.add(Fault(FaultKind.BIG, megabytes=2))
        assert len((await held.listed()).records) == 2048


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x" * 300, "identity, gzip"])
async def test_a_compressed_answer_is_refused_unread(work: Desk, encoding: str) -> None:
    headers = (("Content-Encoding", encoding),)
    work.sandbox.faults.add(Fault(FaultKind.RAW, headers=headers, body=b"[]"))
    error = await work.refused("list")
    assert type(error) is BadAnswer
    assert "compressed" in error.why
    assert len(error.why) < 100


async def test_an_answer_that_says_it_is_not_encoded_is_read(work: Desk) -> None:
    headers = (("Content-Encoding", "Identity"),)
    work.sandbox.faults.add(Fault(FaultKind.RAW, headers=headers, body=b"[]"))
    assert (await work.listed()).records == ()


@asynccontextmanager
async def _saying(data: bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """The port of a server that says these bytes to whoever sends something, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await reader.read(65536):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _refused_elsewhere(held: Desk, port: int, scheme: str = "http") -> ApiError:
    client = elsewhere(held, port, scheme=scheme, limits=IMPATIENT)
    with pytest.raises(ApiError) as caught:
        await SmtpConnections(client).write(held.request("patch"))
    await client.aclose()
    return caught.value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"220 mail.example.com ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 200_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        bytes(range(256)),
    ],
    ids=["nothing", "smtp", "no length", "endless header", "bad chunk", "noise"],
)
async def test_what_does_not_speak_http_is_told_in_words(work: Desk, data: bytes) -> None:
    async with _saying(data) as port:
        error = await _refused_elsewhere(work, port)
    assert type(error) is NoAnswer
    assert error.outcome_unknown
    assert error.why == "The connection ended before the answer was complete, or it is not HTTP"


async def test_noise_after_the_handshake_leaves_a_write_unknown(work: Desk) -> None:
    with Sandbox(SandboxOptions(tls=True)) as server:
        async with _mangling(server.port) as port:
            error = await _refused_elsewhere(work, port, "https")
    assert type(error) is NoAnswer
    assert error.outcome_unknown


@asynccontextmanager
async def _mangling(target: int) -> AsyncIterator[int]:
    """A relay to a TLS server that spoils what comes back once the request is on its way."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        far_writer.write(await reader.read(65536))
        writer.write(await far_reader.read(65536))
        await reader.read(65536)
        writer.write(b"\x17\x03\x03\x00\x20" + b"noise" * 7)
        far_writer.close()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_server_without_tls_is_said_and_nothing_is_unknown(work: Desk) -> None:
    error = await _refused_elsewhere(work, work.sandbox.port, "https")
    assert type(error) is CertificateRefused
    assert error.why.startswith("The server does not speak TLS on this port")
    assert "port" in " ".join(error.lines())
    assert not error.outcome_unknown
    assert work.sandbox.requests == ()


async def test_a_host_that_hangs_up_in_the_handshake_got_nothing(work: Desk) -> None:
    async with _saying(b"") as port:
        error = await _refused_elsewhere(work, port, "https")
    assert type(error) is CertificateRefused
    assert error.why.startswith("The server closed the connection during the TLS handshake")
    assert not error.outcome_unknown


async def test_a_closed_port_is_said_as_that(work: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = await _refused_elsewhere(work, port)
    assert type(error) is HostUnreachable
    assert error.why == "Connection refused: nothing listens on that port"
    assert error.lines()[0].startswith("Could not change the connection at http://127.0.0.1")


async def test_a_port_that_takes_no_more_connections_is_said_after_the_time_for_it(
    work: Desk,
) -> None:
    limits = Limits(connect=0.3, retry_pause=0.01)
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for waiter in waiting:
            waiter.setblocking(False)
            waiter.connect_ex(("127.0.0.1", port))
        client = elsewhere(work, port, limits=limits)
        with pytest.raises(HostUnreachable, match="No connection within 0"):
            await SmtpConnections(client).list()
        await client.aclose()
        for waiter in waiting:
            waiter.close()


@pytest.mark.parametrize("trust", [SystemTrust(), Pinned("0" * 64)], ids=["system", "pin"])
@pytest.mark.parametrize("name", ["list", *WRITES])
async def test_a_certificate_that_is_not_trusted_gets_no_request_at_all(
    name: str, trust: SystemTrust | Pinned
) -> None:
    with Sandbox(SandboxOptions(tls=True)) as server:
        async with desk(server, trust=trust) as held:
            error = await held.refused(name)
        assert server.requests == ()
    assert type(error) is CertificateRefused
    assert not error.outcome_unknown
    assert "certificate" in error.why
    assert len(error.lines()) <= 6


async def test_a_ca_file_and_no_check_at_all_both_reach_the_server() -> None:
    with Sandbox(SandboxOptions(tls=True)) as server:
        assert server.certificate_path is not None
        for trust in (CaFile(server.certificate_path), Unverified()):
            async with desk(server, trust=trust) as held:
                assert (await held.record()).name == "OLD"
