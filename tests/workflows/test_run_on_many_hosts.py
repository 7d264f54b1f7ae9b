"""A run over twelve hosts, most of which fail in a way of their own: 240 records, each once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.clock import Clock
from smtp_tui.api.target import Access
from smtp_tui.cli.running import known_profiles, session_of
from smtp_tui.editing.patch import Change
from smtp_tui.editing.values import ABSENT
from smtp_tui.state.history import TestHistory
from smtp_tui.state.journal import Journal
from smtp_tui.state.written import writes_of
from smtp_tui.workflows.plan import Place, Plan, PlanEntry, change_entries
from smtp_tui.workflows.progress import Progress
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMails
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.workflows.scripted import ScriptedOperator

RECORDS = 20
PROFILES = (
    *("fine", "also fine", "slow", "hanging", "down", "ended token", "read-only", "protected"),
    *("asks to wait", "drops answers", "refuses some", "changed meanwhile"),
)


class Host(Struct, frozen=True):
    """One host with its records, and the session that leads to it."""

    sandbox: Sandbox
    session: Session
    ids: tuple[str, ...]

    @property
    def ports(self) -> Counter[object]:
        """How many records have each port."""
        return Counter(record.values["port"] for record in self.sandbox.records())

    @property
    def changes(self) -> Counter[str]:
        """How often the change of each record was asked for."""
        asked = (each for each in self.sandbox.requests if each.operation == Operation.MODIFY)
        return Counter(each.body.decode() for each in asked)


@pytest_asyncio.fixture
async def hosts(tmp_path: Path) -> AsyncIterator[dict[str, Host]]:
    async with AsyncExitStack() as stack:
        found = {}
        for name in PROFILES:
            sandbox = stack.enter_context(Sandbox())
            state = {"SMTP_TUI_CONFIG_DIR": str(tmp_path), "SMTP_TUI_STATE_DIR": str(tmp_path)}
            environ = {**sandbox.environment(), **state}
            profile = replace(known_profiles(environ).decided(None).profile, name=name)
            if name == "protected":
                profile = replace(profile, access=Access.PROTECTED)
            only = name == "read-only"
            session = await stack.enter_async_context(session_of(profile, environ, read_only=only))
            await session.tokens.fetch()
            values = {"hostname": "mx.example", "port": 25}
            ids = tuple(sandbox.add_record(f"RELAY-{n}", values) for n in range(RECORDS))
            found[name] = Host(sandbox, session, ids)
        yield found


async def planned(hosts: dict[str, Host]) -> Plan:
    """The plan that moves every record to port 587."""
    entries: list[PlanEntry] = []
    places = []
    for name, host in hosts.items():
        records = (await host.session.connections.list()).records
        entries += change_entries(name, records, [Change("port", ABSENT, 587)])
        places.append(Place.of(host.session, len(records)))
        host.sandbox.forget_requests()
    return Plan("Change", tuple(entries), tuple(places))


def go_wrong(hosts: dict[str, Host]) -> str:
    """Have most hosts fail; returns the token that the one without needs."""

    def fail(name: str, fault: Fault) -> None:
        hosts[name].sandbox.faults.add(fault)

    fail("slow", Fault(FaultKind.DELAY, Operation.MODIFY, seconds=0.1, count=None))
    fail("hanging", Fault(FaultKind.HANG, Operation.GET, count=None))
    fail("asks to wait", Fault(FaultKind.TOO_MANY, Operation.GET, count=2, retry_after="1"))
    fail("drops answers", Fault(FaultKind.RESET_MID_HEAD, Operation.MODIFY, count=None))
    fail("refuses some", Fault(FaultKind.INVALID, Operation.MODIFY, count=5))
    hosts["down"].sandbox.stop()
    ended = hosts["ended token"].sandbox
    ended.expire_tokens()
    for record_id in hosts["changed meanwhile"].ids[:7]:
        hosts["changed meanwhile"].sandbox.change_record(record_id, {"port": 2525})
    return ended.issue_token()


async def run_until(run: Run, over: Callable[[], bool]) -> None:
    """Carry out until nothing but what hangs is under way; then stop waiting for that."""
    task = asyncio.create_task(run.carry_out())
    async with asyncio.timeout(60):
        while not over():
            await asyncio.wait({task}, timeout=0.05)
    task.cancel()
    await asyncio.wait({task})


@pytest.mark.slow
async def test_every_host_gets_its_own_end_and_nothing_is_sent_twice(
    hosts: dict[str, Host], tmp_path: Path
) -> None:
    plan = await planned(hosts)
    token = go_wrong(hosts)
    operator = ScriptedOperator(token=token)
    mails = TestMails(TestHistory(tmp_path))
    run = Run("run", plan, lambda name: hosts[name].session, operator, mails, Clock())

    def of(name: str) -> Counter[str]:
        results = zip(plan.entries, run.results, strict=True)
        return Counter(r.progress.value for entry, r in results if entry.profile == name)

    def over() -> bool:
        hanging = sum(of("hanging").values()) - of("hanging")[Progress.FAILED.value]
        return run.counts.left == hanging

    await run_until(run, over)
    done, failed = {"done": RECORDS}, {"failed": RECORDS}
    assert {name: dict(of(name)) for name in PROFILES} == {
        "fine": done,
        "also fine": done,
        "slow": done,
        "hanging": {"under way": 4, "left": 16},
        "down": failed,
        "ended token": done,
        "read-only": failed,
        "protected": done,
        "asks to wait": done,
        "drops answers": done,
        "refuses some": {"done": 15, "failed": 5},
        "changed meanwhile": {"done": 13, "failed": 7},
    }
    assert len(operator.asked) == 1
    for name, host in hosts.items():
        sent = {"hanging": 0, "down": 0, "read-only": 0, "changed meanwhile": 13}
        assert len(host.changes) == sent.get(name, RECORDS), name
        assert set(host.changes.values()) <= {1}, name
    assert hosts["changed meanwhile"].ports == {587: 13, 2525: 7}
    assert hosts["refuses some"].ports == {587: 15, 25: 5}
    assert hosts["read-only"].ports == hosts["hanging"].ports == {25: RECORDS}
    written = writes_of(Journal(tmp_path).read().entries)
    assert {write.begun.run for write in written} == {"run"}
    assert all(write.outcomes for write in written)
