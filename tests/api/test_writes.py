"""Each write is journalled before it leaves and when it ended, and none gets past that."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from smtp_tui.api.client import Client
from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import Call, NotJournalled, NotSent, UnderWay
from smtp_tui.api.requests import Answer, Write, delete_request
from smtp_tui.api.smtp_connections import SmtpConnections
from smtp_tui.api.target import Access
from smtp_tui.api.writes import Ended, WriteOutcome, was_not_sent
from tests.api.desk import (
    BODY_PASSWORD,
    IMPATIENT,
    READS,
    WRITES,
    Desk,
    HeldToken,
    Pad,
    desk,
    elsewhere,
)
from tests.api.peer import Peer, peer
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.waiting import turns

TESTS = ("test_values", "test_saved")


@dataclass
class SlowPad(Pad):
    """A journal that takes its time, until `go`: with the intent, or with the outcome."""

    slow_end: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def keep(self, write: Write, ended: Ended | None) -> str:
        if (ended is not None) is self.slow_end:
            self.begun.set()
            await self.go.wait()
        return await super().keep(write, ended)


def ended(pad: Pad) -> Ended:
    """The outcome on a pad that holds one write whole: its intent first, then this."""
    (intent, none), (outcome, how) = pad.lines
    assert none is None
    assert intent.id == outcome.id
    assert how is not None
    return how


@pytest.mark.parametrize("name", WRITES)
async def test_nothing_is_sent_before_the_intent_is_kept(sandbox: Sandbox, name: str) -> None:
    pad = SlowPad()
    async with desk(sandbox, journal=pad) as held:
        writing = asyncio.create_task(held.do(name))
        await pad.begun.wait()
        assert list(sandbox.requests) == []
        pad.go.set()
        await writing
    assert len(sandbox.requests) == 1
    outcome = WriteOutcome.MAIL_ACCEPTED if name in TESTS else WriteOutcome.DONE
    assert ended(pad).outcome is outcome


@pytest.mark.parametrize("name", WRITES)
async def test_what_is_kept_holds_no_secret(work: Desk, name: str) -> None:
    await work.do(name)
    assert len(work.pad.lines) == 2
    for write, _ in work.pad.lines:
        assert write.request.secrets() == ()
        assert BODY_PASSWORD not in repr(write) + write.request.masked_body()


@pytest.mark.parametrize("name", READS)
async def test_a_read_is_not_journalled(work: Desk, name: str) -> None:
    await work.do(name)
    assert work.pad.lines == []


@pytest.mark.parametrize("name", ["patch", "test_saved"])
@pytest.mark.parametrize(
    ("fault", "outcome", "status"),
    [
        (Fault(FaultKind.HANG), WriteOutcome.UNKNOWN, None),
        (Fault(FaultKind.RESET, after_work=True), WriteOutcome.UNKNOWN, None),
        (Fault(FaultKind.BAD_GATEWAY), WriteOutcome.UNKNOWN, 502),
        (Fault(FaultKind.FORBIDDEN), WriteOutcome.REFUSED, 403),
        (Fault(FaultKind.UNAUTHORIZED), WriteOutcome.REFUSED, 401),
    ],
)
async def test_whatever_goes_wrong_is_kept_as_what_it_is(
    sandbox: Sandbox, name: str, fault: Fault, outcome: WriteOutcome, status: int | None
) -> None:
    sandbox.faults.add(fault)
    async with desk(sandbox, limits=IMPATIENT) as held:
        error = await held.refused(name)
    how = ended(held.pad)
    assert (how.outcome, how.status) == (outcome, status)
    assert how.words == error.why


@pytest.mark.parametrize("name", ["create", "patch", "delete"])
async def test_a_login_page_in_place_of_an_answer_is_kept_as_not_known(
    work: Desk, name: str
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.LOGIN_PAGE))
    await work.refused(name)
    assert ended(work.pad).outcome is WriteOutcome.UNKNOWN


async def test_a_write_without_a_token_is_kept_as_not_sent(sandbox: Sandbox) -> None:
    async with desk(sandbox, token=None) as held:
        await held.refused("patch")
    assert ended(held.pad).outcome is WriteOutcome.NOT_SENT


async def test_a_delete_of_what_is_gone_is_kept_as_that_and_a_create_with_its_new_id(
    work: Desk,
) -> None:
    await work.connections.write(delete_request(work.scope, "5e7a1c0d3b2f4a6890109999"))
    assert ended(work.pad).outcome is WriteOutcome.GONE
    work.pad.lines.clear()
    await work.do("create")
    created = next(record for record in work.sandbox.records() if record.name == "NEW")
    assert ended(work.pad).record_id == created.id


async def test_a_write_nobody_waits_for_any_more_is_kept_when_it_ends(work: Desk) -> None:
    work.sandbox.faults.add(Fault(FaultKind.DELAY, seconds=0.2))
    waiting = asyncio.create_task(work.do("delete"))
    await work.asked(1)
    waiting.cancel()
    await work.client.aclose()
    assert ended(work.pad).outcome is WriteOutcome.DONE


async def silent(server: Peer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a connection, and shake no hands."""
    while await reader.read(65536):
        pass


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("by", ["leaving", "an interrupt"])
async def test_a_write_given_up_while_it_connects_was_surely_not_sent(
    work: Desk, name: str, by: str
) -> None:
    async with peer(silent) as server:
        other = elsewhere(work, server.port, scheme="https")
        waiting = asyncio.create_task(replace(work, connections=SmtpConnections(other)).do(name))
        await server.has(lambda: server.open == 1)
        if by == "leaving":
            (left,) = await other.aclose(0)
            assert not left.sent
        else:
            other.writes.stops_unsent = True
            waiting.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await waiting
        assert await other.aclose() == ()
    assert was_not_sent(stopped.value)
    assert ended(work.pad).outcome is WriteOutcome.NOT_SENT


async def test_a_write_that_is_left_while_it_connects_goes_on_where_it_is_not_given_up(
    work: Desk,
) -> None:
    async with peer(silent) as server:
        other = elsewhere(work, server.port, scheme="https")
        waiting = asyncio.create_task(SmtpConnections(other).write(work.request("delete")))
        await server.has(lambda: server.open == 1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await waiting
        assert not was_not_sent(stopped.value), "it may still be sent"
        assert other.writes.under_way
        await other.aclose(0)


async def test_a_write_stopped_while_a_name_is_compared_was_surely_not_sent(
    sandbox: Sandbox,
) -> None:
    async with desk(sandbox, access=Access.PROTECTED) as held:
        sandbox.faults.add(Fault(FaultKind.HANG, Operation.GET))
        held.client.confirm(held.request("delete"), "OLD")
        writing = asyncio.create_task(held.do("delete"))
        await held.asked(1)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await writing
    assert was_not_sent(stopped.value)
    assert held.pad.lines == []


@pytest.mark.parametrize(
    ("reached", "outcome"),
    [
        ("its intent is kept", WriteOutcome.NOT_SENT),
        ("it is sent", WriteOutcome.UNKNOWN),
        ("its outcome is kept", WriteOutcome.DONE),
    ],
)
async def test_a_write_given_up_on_leaving_is_kept_as_what_is_known_of_it(
    sandbox: Sandbox, reached: str, outcome: WriteOutcome
) -> None:
    if outcome is WriteOutcome.UNKNOWN:
        sandbox.faults.add(Fault(FaultKind.HANG))
    pad = SlowPad(slow_end=outcome is WriteOutcome.DONE)
    if outcome is WriteOutcome.UNKNOWN:
        pad.go.set()
    async with desk(sandbox, journal=pad) as held:
        waiting = asyncio.create_task(held.do("patch"))
        await (held.asked(1) if pad.go.is_set() else pad.begun.wait())
        assert [write.id for write in held.client.writes.under_way]
        leaving = asyncio.create_task(held.client.aclose(0))
        await turns(10)  # in which it is given up
        pad.go.set()
        given_up = await leaving
        assert [left.sent for left in given_up] == {
            WriteOutcome.NOT_SENT: [False],
            WriteOutcome.UNKNOWN: [True],
            WriteOutcome.DONE: [],
        }[outcome]
        (ended_so,) = await asyncio.gather(waiting, return_exceptions=True)
        stopped = isinstance(ended_so, asyncio.CancelledError)
        assert stopped is (outcome is not WriteOutcome.DONE), reached
        assert not list(held.client.writes.under_way)
    how = pad.lines[-1][1]
    assert how is not None
    assert how.outcome is outcome
    assert len(sandbox.requests) == (outcome is not WriteOutcome.NOT_SENT)


@pytest.mark.parametrize("name", WRITES)
async def test_without_a_journal_a_protected_profile_sends_nothing_and_another_one_warns(
    sandbox: Sandbox, name: str
) -> None:
    async with desk(sandbox, access=Access.PROTECTED) as held:
        held.pad.problem = "the disk is full"
        held.client.confirm(held.request(name), "NEW" if name == "create" else "OLD")
        error = await held.refused(name)
    assert type(error) is NotJournalled
    assert "the disk is full" in error.why
    assert not error.outcome_unknown
    assert all(request.operation == Operation.GET for request in sandbox.requests)
    async with desk(sandbox) as held:
        held.pad.problem = "the disk is full"
        await held.do(name)
    assert held.pad.warnings == ["the disk is full"] * 2


async def test_a_profile_left_while_a_name_is_compared_sends_no_write(sandbox: Sandbox) -> None:
    async with desk(sandbox, access=Access.PROTECTED) as held:
        sandbox.faults.add(Fault(FaultKind.DELAY, Operation.GET, seconds=0.3))
        held.client.confirm(held.request("delete"), "OLD")
        writing = asyncio.create_task(held.refused("delete"))
        await held.asked(1)
        await held.client.aclose()
        assert not (await writing).outcome_unknown
    assert held.pad.lines == []
    assert [request.operation for request in sandbox.requests] == [Operation.GET]


async def test_a_profile_left_before_a_read_is_repeated_asks_no_more(sandbox: Sandbox) -> None:
    async with desk(sandbox) as held:
        sandbox.faults.add(Fault(FaultKind.UNAVAILABLE, retry_after="1"))
        answered = asyncio.Event()
        held.activity.listen(answered.set)
        reading = asyncio.create_task(held.refused("list"))
        await answered.wait()
        await held.client.aclose()
        assert type(await reading) is NotSent
    assert len(sandbox.requests) == 1


CHANGES = ("create", "patch", "delete")


def second_writes() -> list[tuple[str, str, bool]]:
    """A write under way, a second one, and whether that is refused."""
    about_one = ("patch", "delete", "test_saved")
    pairs = [(first, second) for first in WRITES for second in WRITES]
    return [
        (
            first,
            second,
            (first == second == "create")
            or (
                first in about_one
                and second in about_one
                and (first in CHANGES or second not in CHANGES)
            ),
        )
        for first, second in pairs
    ]


@pytest.mark.parametrize(("first", "second", "refused"), second_writes())
async def test_a_second_write_to_a_record_that_has_one_under_way_is_refused_and_not_sent(
    work: Desk, first: str, second: str, refused: bool
) -> None:
    work.sandbox.faults.add(Fault(FaultKind.HANG))
    waiting = asyncio.create_task(work.do(first))
    await work.asked(1)
    error = await work.error_of(second)
    assert (type(error) is UnderWay) is refused
    assert len(work.sandbox.requests) == (1 if refused else 2)
    assert len(work.pad.lines) == (1 if refused else 3)
    await work.client.writes.give_up()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert work.activity.writes == []
    assert type(await work.error_of(first)) is not UnderWay


@pytest.mark.parametrize("first", ["patch", "delete"])
async def test_a_second_write_is_refused_by_another_client_of_this_run_too(
    work: Desk, first: str
) -> None:
    token = HeldToken(work.sandbox.admin_token)
    other = Client(work.client.target, token, work.activity, Clock(), work.pad)
    work.sandbox.faults.add(Fault(FaultKind.HANG))
    waiting = asyncio.create_task(work.do(first))
    await work.asked(1)
    with pytest.raises(UnderWay):
        await SmtpConnections(other).write(work.request("delete"))
    await work.client.writes.give_up()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(work.sandbox.requests) == 1
    await other.aclose()


class Faulty(Exception):
    """What a listener or a judge raises that has a fault."""


@pytest.mark.parametrize("name", WRITES)
async def test_a_listener_that_raises_leaves_no_write_without_its_outcome(
    work: Desk, name: str
) -> None:
    raised: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))

    def listener() -> None:
        raise Faulty

    work.activity.listen(listener)
    await work.do(name)
    await turns()
    assert [type(report["exception"]) for report in raised] == [Faulty]
    outcome = WriteOutcome.MAIL_ACCEPTED if name in TESTS else WriteOutcome.DONE
    assert ended(work.pad).outcome is outcome


async def test_a_warning_that_raises_does_not_keep_a_write_from_its_end(work: Desk) -> None:
    raised: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))

    class Grumpy(Pad):
        def warn(self, problem: str) -> None:
            raise Faulty

    token = HeldToken(work.sandbox.admin_token)
    pad = Grumpy(problem="the disk is full")
    other = Client(work.client.target, token, work.activity, Clock(), pad)
    assert await SmtpConnections(other).write(work.request("delete"))
    await turns()
    assert len(raised) == 2
    await other.aclose()


async def test_a_fault_between_answer_and_outcome_is_journalled_as_not_known(work: Desk) -> None:
    def judge(answer: Answer, call: Call) -> tuple[None, Ended]:
        raise Faulty

    with pytest.raises(Faulty):
        await work.client.write(work.request("patch"), judge)
    assert ended(work.pad).outcome is WriteOutcome.UNKNOWN
