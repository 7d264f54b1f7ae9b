"""The records of many profiles at once: each part stands on its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import pytest

from smtp_tui.api.clock import Clock
from smtp_tui.api.errors import StatusError
from smtp_tui.api.models import RecordList
from smtp_tui.cli.running import session_of
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import EnvironmentToken, PromptToken
from smtp_tui.workflows.many_lists import ManyLists, Part, State
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.waiting import until
from tests.workflows.scripted import ScriptedOperator

NAMES = ("quick", "slow", "hanging", "down", "ended", "busy")
SLOW = 0.3


@pytest.fixture
def hosts() -> Iterator[dict[str, Sandbox]]:
    """Six hosts, each with a record that bears the name of its profile."""
    with ExitStack() as stack:
        found = {name: stack.enter_context(Sandbox()) for name in NAMES}
        for name, sandbox in found.items():
            sandbox.add_record(name.upper(), {"hostname": "mx.example", "port": 587})
        yield found


def hinder(hosts: dict[str, Sandbox]) -> None:
    """Make each host what its name says."""
    hosts["slow"].faults.add(Fault(FaultKind.DELAY, Operation.LIST, seconds=SLOW, count=None))
    hosts["hanging"].faults.add(Fault(FaultKind.HANG, Operation.LIST, count=None))
    hosts["down"].stop()
    hosts["ended"].expire_tokens()
    hosts["busy"].faults.add(Fault(FaultKind.TOO_MANY, Operation.LIST, count=None))


@asynccontextmanager
async def lists_of(
    hosts: dict[str, Sandbox], tmp_path: Path, heard: list[str] | None = None
) -> AsyncIterator[ManyLists]:
    """The lists of all these hosts, each with a session of its own."""
    environ = {
        "SMTP_TUI_CONFIG_DIR": str(tmp_path / "config"),
        "SMTP_TUI_STATE_DIR": str(tmp_path / "state"),
        **{name.upper(): sandbox.admin_token for name, sandbox in hosts.items()},
    }
    async with AsyncExitStack() as stack:
        parts = []
        for name, sandbox in hosts.items():
            token = EnvironmentToken(name.upper())
            profile = Profile(name, sandbox.base_url, tenant=sandbox.tenant_id, token=token)
            session = await stack.enter_async_context(session_of(profile, environ))
            parts.append(Part(profile, session))
        yield ManyLists(parts, Clock(), (heard if heard is not None else []).append)


def states(lists: ManyLists) -> dict[str, State]:
    return {name: part.state for name, part in lists.parts.items()}


def records(lists: ManyLists, name: str) -> list[str]:
    return [record.name for record in lists.parts[name].answer.records]


async def gets(lists: ManyLists, name: str, state: State) -> None:
    """Wait until a part is so."""
    await until(lambda: states(lists)[name] is state)


async def test_each_part_stands_on_its_own_and_a_hanging_host_holds_nobody_up(
    hosts: dict[str, Sandbox], tmp_path: Path
) -> None:
    hinder(hosts)
    async with lists_of(hosts, tmp_path) as lists:
        assert set(states(lists).values()) == {State.WAITING}
        reading = asyncio.create_task(lists.read_all())
        await gets(lists, "quick", State.FRESH)
        assert states(lists)["slow"] is State.READING
        await gets(lists, "slow", State.FRESH)
        await gets(lists, "down", State.DOWN)
        await gets(lists, "ended", State.SIGN_IN)
        await gets(lists, "busy", State.DOWN)
        assert states(lists)["hanging"] is State.READING
        assert records(lists, "quick") == ["QUICK"]
        assert records(lists, "slow") == ["SLOW"]
        error = lists.parts["busy"].error
        assert isinstance(error, StatusError)
        assert error.status == 429
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        assert states(lists)["hanging"] is State.WAITING


async def test_each_host_is_sent_the_token_of_its_own_profile_and_no_other(
    hosts: dict[str, Sandbox], tmp_path: Path
) -> None:
    async with lists_of(hosts, tmp_path) as lists:
        await lists.read_all()
    for sandbox in hosts.values():
        (request,) = sandbox.requests
        assert request.headers["authorization"] == f"Bearer {sandbox.admin_token}"


async def test_a_reading_that_fails_or_is_stopped_leaves_the_records_from_before(
    hosts: dict[str, Sandbox], tmp_path: Path
) -> None:
    async with lists_of(hosts, tmp_path) as lists:
        await lists.read_all()
        assert set(states(lists).values()) == {State.FRESH}
        hinder(hosts)
        reading = asyncio.create_task(lists.read_all())
        await gets(lists, "down", State.STALE)
        await gets(lists, "busy", State.STALE)
        await gets(lists, "ended", State.SIGN_IN)
        assert states(lists)["hanging"] is State.READING
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        assert states(lists)["hanging"] is State.FRESH
        assert all(records(lists, name) == [name.upper()] for name in NAMES)


async def test_an_older_reading_never_takes_the_place_of_a_newer_one(
    hosts: dict[str, Sandbox], tmp_path: Path
) -> None:
    quick = hosts["quick"]
    late = Fault(FaultKind.DELAY, Operation.LIST, seconds=SLOW, after_work=True)
    async with lists_of(hosts, tmp_path) as lists:
        quick.faults.add(late)
        older = asyncio.create_task(lists.read("quick"))
        await asyncio.to_thread(quick.wait_for_requests, 1)
        quick.add_record("NEWER", {"hostname": "mx.example"})
        await lists.read("quick")
        newer = lists.parts["quick"]
        await older
        assert lists.parts["quick"] is newer
        assert records(lists, "quick") == ["QUICK", "NEWER"]


async def test_nobody_is_asked_for_a_token_until_a_person_chooses_a_profile(
    hosts: dict[str, Sandbox], tmp_path: Path
) -> None:
    ended = hosts["ended"]
    ended.expire_tokens()
    async with lists_of(hosts, tmp_path) as lists:
        await lists.read_all()
        assert lists.parts["ended"].asks
        operator = ScriptedOperator(token=ended.issue_token())
        await lists.read("ended", operator)
        assert len(operator.asked) == 1
        assert states(lists)["ended"] is State.FRESH


async def test_a_profile_that_cannot_be_used_is_down_and_asked_nothing(
    hosts: dict[str, Sandbox], tmp_path: Path
) -> None:
    heard: list[str] = []
    profile = Profile("odd", "not a host", token=PromptToken())
    lists = ManyLists([Part(profile, None, asks="not a host")], Clock(), heard.append)
    await lists.read_all()
    assert states(lists) == {"odd": State.DOWN}
    assert lists.parts["odd"].answer == RecordList()
    assert heard == []
