"""Every kind of call against every fault, over a real socket: how it ends, what is read of it, and
how often it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from smtp_tui.api.errors import ApiError, BadAnswer, NoAnswer, ServerFault
from tests.api.desk import QUICK, Desk, desk
from tests.api.faults import FAULTS, MAILS, WRITES, pairs
from tests.failing_sandbox import FaultKind, Sandbox, SandboxOptions

ODD_WORDS = re.compile(
    r"<|>|Traceback|Error\(|httpx|httpcore|json\.|None|Exception|ssl\.c|Operation\.|\\x|\bint\b"
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    """One sandbox for all; each test has a record and a client of its own."""
    with Sandbox(SandboxOptions(mail_timeout=1.0)) as running:
        yield running


def _reads_well(error: ApiError, operation: str) -> None:
    """Plain and short: the operation, the host, why, and what to do next."""
    lines = error.lines()
    assert 3 <= len(lines) <= 6
    assert error.call.operation.value in lines[0] or operation in MAILS
    assert error.call.host in lines[0]
    for line in lines:
        assert not ODD_WORDS.search(line), line
        assert line[0].isupper()
        assert len(line) < 500


@pytest.mark.parametrize(("name", "operation"), list(pairs()))
async def test_a_fault_ends_in_its_error_is_told_in_words_and_no_write_is_sent_twice(
    shared: Sandbox, name: str, operation: str
) -> None:
    case = FAULTS[name]
    end = case.ends[operation]
    async with desk(shared, limits=case.limits) as held:
        before = len(shared.requests)
        shared.faults.add(case.fault)
        error = await held.error_of(operation)
        shared.faults.clear()
        assert len(shared.requests) - before == end.requests
        if case.limits == QUICK:
            await _still_works(held)
    if error is None or end.error is None:
        assert (error, end.error) == (None, None)
        return
    assert type(error) is end.error, error
    assert end.why in error.why
    assert end.advice in " ".join(error.lines())
    unknown = isinstance(error, NoAnswer | BadAnswer | ServerFault)
    assert error.outcome_unknown is (unknown and operation in (*WRITES, *MAILS))
    _reads_well(error, operation)


async def _still_works(held: Desk) -> None:
    """The next request goes through, without a cookie of the last answer."""
    for record in held.sandbox.records():
        held.sandbox.delete_record(record.id)
    assert (await held.listed()).records == ()
    assert "cookie" not in held.sandbox.requests[-1].headers


def test_every_fault_that_the_sandbox_knows_is_in_the_table() -> None:
    assert {case.fault.kind for case in FAULTS.values()} == set(FaultKind)
