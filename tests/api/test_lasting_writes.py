"""A write that went out is finished, whoever stopped waiting for it, and its outcome is kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from smtp_tui.api.activity import Activity, Exchange
from smtp_tui.api.errors import NoAnswer, NotSent
from smtp_tui.api.target import Pinned, Unverified
from smtp_tui.api.writes import Unattended
from tests.api.desk import BODY_PASSWORD, IMPATIENT, WRITES, Desk, desk
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox, SandboxOptions


async def _exchanges(activity: Activity, count: int) -> tuple[Exchange, ...]:
    """What was exchanged, once it is that many."""
    enough = asyncio.Event()

    def look() -> None:
        if len(activity.exchanges) >= count:
            enough.set()

    end = activity.listen(look)
    look()
    async with asyncio.timeout(5):
        await enough.wait()
    end()
    return activity.exchanges


@pytest.mark.parametrize("name", WRITES)
async def test_a_write_nobody_waits_for_any_more_is_done_and_its_outcome_kept(
    work: Desk, name: str
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.DELAY, seconds=0.2, after_work=True))
    waiting = asyncio.create_task(work.do(name))
    await work.asked(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    (exchange,) = await _exchanges(work.activity, 1)
    assert exchange.status in (200, 400)
    assert exchange.failure == ""
    assert len(work.sandbox.requests) == 1


async def test_closing_waits_for_the_write_under_way(sandbox: Sandbox) -> None:
    async with desk(sandbox) as held:
        sandbox.faults.add(Fault(FaultKind.DELAY, seconds=0.3))
        waiting = asyncio.create_task(held.do("create"))
        await held.asked(1)
        await held.client.aclose()
        assert [exchange.status for exchange in held.activity.exchanges] == [200]
        assert await waiting is not None
    assert [record.name for record in sandbox.records()] == ["OLD", "NEW"]


async def test_closing_after_the_waiting_was_given_up_still_finishes_the_write(
    sandbox: Sandbox,
) -> None:
    async with desk(sandbox) as held:
        sandbox.faults.add(Fault(FaultKind.DELAY, seconds=0.3))
        waiting = asyncio.create_task(held.do("delete"))
        await held.asked(1)
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        await held.client.aclose()
        assert [exchange.status for exchange in held.activity.exchanges] == [200]
    assert sandbox.records() == ()


async def test_a_write_that_fails_with_nobody_waiting_is_kept_as_failed(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.DELAY, seconds=0.2))
    work.sandbox.faults.add(Fault(FaultKind.FORBIDDEN, Operation.DELETE))
    reading = asyncio.create_task(work.listed())
    await work.asked(1)
    writing = asyncio.create_task(work.do("delete"))
    await work.asked(2)
    writing.cancel()
    await reading
    exchanges = await _exchanges(work.activity, 2)
    failed = next(exchange for exchange in exchanges if exchange.request.method == "DELETE")
    assert failed.status == 403
    assert failed.failure == "The server answered 403: Access Denied"


@pytest.mark.parametrize("fails", [False, True])
async def test_the_end_of_such_a_write_is_told_once_and_without_a_secret(
    sandbox: Sandbox, fails: bool
) -> None:
    told: list[Unattended] = []
    heard = asyncio.Event()

    def hear(ended: Unattended) -> None:
        told.append(ended)
        heard.set()

    kind = FaultKind.HANG if fails else FaultKind.DELAY
    sandbox.faults.add(Fault(kind, seconds=0.2, after_work=True))
    async with desk(sandbox, limits=IMPATIENT) as work:
        work.client.writes.report = hear
        waiting = asyncio.create_task(work.do("patch"))
        await work.asked(1)
        waiting.cancel()
        async with asyncio.timeout(5):
            await heard.wait()
    (ended,) = told
    assert ended.write.target.name == "work"
    assert isinstance(ended.error, NoAnswer) is fails
    assert BODY_PASSWORD not in ended.write.request.secrets()
    if ended.error is not None:
        assert ended.error.__context__ is None
        assert ended.error.__traceback__ is None


async def test_a_read_that_is_cancelled_ends_and_says_so(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.HANG))
    waiting = asyncio.create_task(work.listed())
    await work.asked(1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    (exchange,) = work.activity.exchanges
    assert (exchange.status, exchange.failure) == (None, "Stopped before the answer arrived")
    assert (await work.record()).name == "OLD", "the client works on"


@pytest.mark.parametrize("name", ["list", *WRITES])
async def test_a_closed_client_sends_nothing(sandbox: Sandbox, name: str) -> None:
    async with desk(sandbox) as held:
        await held.client.aclose()
        error = await held.refused(name)
        await held.client.aclose()
    assert type(error) is NotSent
    assert not error.outcome_unknown
    assert sandbox.requests == ()


async def test_a_new_trust_counts_at_once_and_breaks_no_write_under_way() -> None:
    with Sandbox(SandboxOptions(tls=True)) as server:
        async with desk(server, trust=Unverified()) as held:
            server.faults.add(Fault(FaultKind.DELAY, seconds=0.3))
            writing = asyncio.create_task(held.do("create"))
            await held.asked(1)
            await held.client.trust(Pinned("0" * 64))
            assert await writing is not None
            error = await held.refused("list")
        assert isinstance(error, NotSent)
        assert len(server.requests) == 1
