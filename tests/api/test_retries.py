"""What is sent again by itself: a read, once, where nothing can have happened. A write never."""

from __future__ import annotations

import socket
import time
from contextlib import suppress

import pytest

from smtp_tui.api.client import Limits
from smtp_tui.api.errors import ApiError, HostUnreachable, ServerFault, TooManyRequests
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.sandbox import Fault, FaultKind, Operation, Sandbox
from tests.api.desk import IMPATIENT, QUICK, READS, WRITES, Desk, desk, elsewhere

FAULTS_OF_WRITES = (
    Fault(FaultKind.UNAUTHORIZED, count=None),
    Fault(FaultKind.TOO_MANY, count=None, retry_after="0"),
    Fault(FaultKind.SERVER_ERROR, count=None),
    Fault(FaultKind.BAD_GATEWAY, count=None),
    Fault(FaultKind.UNAVAILABLE, count=None),
    Fault(FaultKind.RAW, count=None, status=504, headers=(("Retry-After", "0"),)),
    Fault(FaultKind.RESET, count=None),
    Fault(FaultKind.RESET, count=None, after_work=True),
    Fault(FaultKind.HANG, count=None),
    Fault(FaultKind.TRUNCATED, count=None),
    Fault(FaultKind.DRIPPING, count=None, seconds=0.1),
    Fault(FaultKind.REDIRECT, count=None, status=307),
    Fault(FaultKind.LOGIN_PAGE, count=None),
)


@pytest.mark.parametrize("fault", FAULTS_OF_WRITES, ids=lambda fault: str(fault.kind))
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_is_sent_once_whatever_comes_back(
    sandbox: Sandbox, name: str, fault: Fault
) -> None:
    async with desk(sandbox, limits=IMPATIENT) as held:
        sandbox.faults.add(fault)
        with suppress(ApiError):
            await held.do(name)
        sandbox.faults.clear()
        await held.listed()
    assert len(sandbox.requests) == 2, "the write once, and the list after it"


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize("name", READS)
async def test_a_read_is_repeated_after_a_proxy_said_so_and_then_succeeds(
    work: Desk, name: str, status: int
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=status))
    assert await work.do(name) is not None
    assert len(work.sandbox.requests) == 2


@pytest.mark.parametrize("name", READS)
async def test_a_read_is_tried_twice_at_most(work: Desk, name: str) -> None:
    work.sandbox.faults.add(Fault(FaultKind.BAD_GATEWAY, count=None))
    error = await work.refused(name)
    assert isinstance(error, ServerFault)
    assert len(work.sandbox.requests) == 2


@pytest.mark.parametrize(
    "fault",
    [
        Fault(FaultKind.TOO_MANY, retry_after="0"),
        Fault(FaultKind.SERVER_ERROR),
        Fault(FaultKind.UNAUTHORIZED),
        Fault(FaultKind.FORBIDDEN),
        Fault(FaultKind.NOT_FOUND),
        Fault(FaultKind.RESET),
        Fault(FaultKind.TRUNCATED),
        Fault(FaultKind.NOT_JSON),
        Fault(FaultKind.REDIRECT),
        Fault(FaultKind.RAW, status=501),
    ],
    ids=lambda fault: str(fault.kind),
)
async def test_a_read_is_not_repeated_for_another_reason(work: Desk, fault: Fault) -> None:
    work.sandbox.faults.add(fault)
    await work.refused("list")
    assert len(work.sandbox.requests) == 1


async def test_a_read_that_timed_out_is_not_repeated(sandbox: Sandbox) -> None:
    async with desk(sandbox, limits=IMPATIENT) as held:
        sandbox.faults.add(Fault(FaultKind.HANG, count=None))
        await held.refused("list")
    assert len(sandbox.requests) == 1


async def test_a_read_waits_as_long_as_the_server_asks(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=503, headers=(("Retry-After", "1"),)))
    began = time.monotonic()
    await work.listed()
    assert time.monotonic() - began >= 1.0


@pytest.mark.parametrize("asked", ["3", "3600", "999999999999", "Wed, 21 Oct 2099 07:28:00 GMT"])
async def test_a_longer_wait_than_the_limit_is_left_to_the_person(work: Desk, asked: str) -> None:
    headers = (("Retry-After", asked),)
    work.sandbox.faults.add(Fault(FaultKind.RAW, status=503, headers=headers, count=None))
    began = time.monotonic()
    error = await work.refused("list")
    assert time.monotonic() - began < QUICK.longest_retry_after
    assert asked in error.advice
    assert len(work.sandbox.requests) == 1


async def test_a_date_to_come_back_at_is_told_and_not_waited_for(work: Desk) -> None:
    date = "Wed, 21 Oct 2099 07:28:00 GMT"
    work.sandbox.faults.add(Fault(FaultKind.TOO_MANY, retry_after=date))
    error = await work.refused("list")
    assert isinstance(error, TooManyRequests)
    assert error.advice == f"The server asks to wait until {date}."


async def test_a_read_is_tried_again_after_no_connection_was_made(work: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = elsewhere(work, port)
    with pytest.raises(HostUnreachable):
        await SmtpConnections(client).list()
    await client.aclose()
    assert [(one.status, one.failure) for one in work.activity.exchanges] == [
        (None, "The connection was refused: nothing listens on that port")
    ] * 2


async def test_a_write_that_found_no_connection_is_not_tried_again(work: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = elsewhere(work, port)
    with pytest.raises(HostUnreachable) as caught:
        await SmtpConnections(client).patch(work.request("patch"))
    await client.aclose()
    assert not caught.value.outcome_unknown
    assert len(work.activity.exchanges) == 1


async def test_a_login_is_sent_once(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.BAD_GATEWAY, Operation.TOKEN, count=None))
    with pytest.raises(ServerFault):
        await work.identity.log_in("admin", SecretStr("admin-password"))
    assert len(work.sandbox.requests) == 1


async def test_the_tenant_call_is_a_read(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.BAD_GATEWAY, Operation.TENANT))
    assert (await work.identity.tenant()).id == Sandbox.tenant_id
    assert len(work.sandbox.requests) == 2


def test_the_limits_that_the_program_runs_with_are_those_that_are_promised() -> None:
    assert Limits().longest_retry_after == 10.0
    assert Limits().body == 64 * 1024 * 1024
