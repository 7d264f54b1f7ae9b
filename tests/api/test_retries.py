"""What is sent again by itself: a read, once, where nothing can have happened. A write never."""

from __future__ import annotations

import socket
import time

import pytest

from smtp_tui.api.errors import HostUnreachable, ServerFault, TooManyRequests
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.transport import Limits
from tests.api.desk import QUICK, Desk, elsewhere
from tests.failing_sandbox import Fault, FaultKind


async def test_a_read_waits_as_long_as_the_server_asks(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=503, headers=(("Retry-After", "1"),)))
    began = time.monotonic()
    await work.listed()
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("3", "wait 3 s"),
        ("3600", "wait 3600 s"),
        ("86399", "wait 86399 s"),
        ("Wed, 21 Oct 2099 07:28:00 GMT", "wait until Wed, 21 Oct 2099 07:28:00 GMT."),
        ("Wed, 21 Oct 2099 07:28:00 +0200", "wait until Wed, 21 Oct 2099 05:28:00 GMT."),
        ("86400", "Wait a moment, then try again."),
        ("99999999", "Wait a moment, then try again."),
        ("9" * 5000, "Wait a moment, then try again."),
    ],
)
async def test_a_longer_wait_than_the_limit_is_left_to_the_person(
    work: Desk, asked: str, words: str
) -> None:
    headers = (("Retry-After", asked),)
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=503, headers=headers, count=None))
    began = time.monotonic()
    error = await work.refused("list")
    assert time.monotonic() - began < QUICK.longest_retry_after
    assert words in " ".join(error.lines())
    assert len(work.sandbox.requests) == 1


@pytest.mark.parametrize(
    "asked", ["-5; soon", "-5", "1e3", "soon", "²", "Wed, 99 Oct 2099 07:28:00 GMT", "0x10", ""]
)
async def test_a_wait_that_makes_no_sense_is_not_told_and_the_read_is_repeated(
    work: Desk, asked: str
) -> None:
    headers = (("Retry-After", asked),) if asked.isascii() else ()
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=503, headers=headers, count=None))
    error = await work.refused("list")
    assert error.advice == ServerFault.usual_advice
    assert len(work.sandbox.requests) == 2
    work.sandbox.faults.clear()
    work.sandbox.faults.add(Fault(FaultKind.TOO_MANY, retry_after=asked))
    assert (await work.refused("patch")).advice == TooManyRequests.usual_advice


async def test_a_read_is_tried_again_after_no_connection_was_made(work: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = elsewhere(work, port)
    with pytest.raises(HostUnreachable):
        await SmtpConnections(client).list()
    await client.aclose()
    assert [(exchange.status, exchange.failure) for exchange in work.activity.exchanges] == [
        (None, "Connection refused: nothing listens on that port")
    ] * 2


async def test_a_write_that_found_no_connection_is_not_tried_again(work: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = elsewhere(work, port)
    with pytest.raises(HostUnreachable) as caught:
        await SmtpConnections(client).write(work.request("patch"))
    await client.aclose()
    assert not caught.value.outcome_unknown
    assert len(work.activity.exchanges) == 1


def test_the_limits_that_the_program_runs_with_are_those_that_are_promised() -> None:
    assert Limits().longest_retry_after == 10.0
    assert Limits().body == 64 * 1024 * 1024
