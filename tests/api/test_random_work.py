"""Made-up work of a person, another client and a failing server, in any order.

The real client and the real sandbox, in a protected profile: whatever happens, one confirmed action
makes at most one write, what is told of it is true, and what is read afterwards is what is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from smtp_tui.api.errors import AccessRefused, ApiError
from smtp_tui.api.models import Assignment
from smtp_tui.api.requests import Operation as Called
from smtp_tui.api.requests import Request, create_request, delete_request, patch_request
from smtp_tui.api.target import Access
from smtp_tui.state.settings import Sort
from smtp_tui.ui.connections.rows import RecordsView
from tests.api.desk import QUICK, desk
from tests.api.faults import FAULTS
from tests.failing_sandbox import Operation, Sandbox

pytestmark = pytest.mark.slow

Result = TypeVar("Result")
AT_ONCE = sorted(name for name, case in FAULTS.items() if case.limits == QUICK)
SOME_FAULT = st.none() | st.sampled_from(AT_ONCE)
NAMES = st.sampled_from(["ONE", "TWO", "[/nope]", "a\u202eb", "é", "e\u0301", ""])
PORTS = st.integers(0, 70_000) | st.sampled_from(["25", "", "x"])
PLACES = st.integers(0, 9)
EXAMPLES = 40
CALLS = {
    Called.CREATE: Operation.CREATE,
    Called.PATCH: Operation.MODIFY,
    Called.DELETE: Operation.DELETE,
}
"""What the sandbox calls the writes: a fault is for the write, not for the reads around it."""
STEPS = 15
Truth = dict[str, tuple[str, object]]


class Work(RuleBasedStateMachine):
    """One desk at one sandbox. `gone` are ids that were there once."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.sandbox = Sandbox()
        entered = self.stack.enter_async_context(desk(self.sandbox, access=Access.PROTECTED))
        self.held = self.run(entered)
        self.gone: list[str] = []
        self.sent = 0

    def teardown(self) -> None:
        """Close what is open."""
        self.run(self.stack.aclose())
        self.runner.close()
        self.sandbox.stop()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Let the client work until it is done."""
        return self.runner.run(work)

    def stored(self) -> Truth:
        """Each record's name and port, by id, as the sandbox holds them."""
        return {
            record.id: (record.name, record.values.get("port")) for record in self.sandbox.records()
        }

    def some_id(self, place: int) -> str:
        """The id of a record that is there, or was."""
        ids = [*self.stored(), *self.gone]
        return ids[place % len(ids)]

    def name_of(self, record_id: str) -> str:
        """The name a person reads off the screen and types."""
        return self.stored().get(record_id, ("gone", None))[0]

    def write(self, request: Request, typed: str | None, fault: str | None) -> None:
        """Confirm (or not) and send once; compare what is told with what was done."""
        before, asked, pad = self.stored(), self.writes(), len(self.held.pad.lines)
        plan = (
            []
            if fault is None
            else [replace(FAULTS[fault].fault, operation=CALLS[request.operation])]
        )
        self.sandbox.faults.add(*plan)
        error: ApiError | None = None
        unclear = False
        if typed is not None:
            self.held.client.confirm(request, typed)
        try:
            _, written = self.run(self.held.connections.write(request))
            unclear = written.unreadable != ""
        except ApiError as raised:
            error = raised
        self.sandbox.faults.clear()
        sent = self.writes() - asked
        assert sent <= (typed is not None), "at most one write, and none without a confirmation"
        assert len(self.held.pad.lines) - pad <= 2
        changed = self.stored() != before
        assert sent or not changed, "nothing changes that was not sent"
        if isinstance(error, AccessRefused):
            assert not sent
        assert not changed or error is None or error.outcome_unknown, f"done, and told as {error}"
        may_change_nothing = request.operation is Called.PATCH or typed == "gone"
        assert changed or error or unclear or may_change_nothing, "told as done, and not done"
        self.gone += [record_id for record_id in before if record_id not in self.stored()]

    def writes(self) -> int:
        """How many requests the sandbox has seen that are no reads."""
        return sum(request.method != "GET" for request in self.sandbox.requests)

    @rule(name=NAMES, port=PORTS, confirmed=st.booleans(), fault=SOME_FAULT)
    def create(self, name: str, port: int | str, confirmed: bool, fault: str | None) -> None:
        values = (Assignment("hostname", "h.example"), Assignment("port", port))
        request = create_request(self.held.scope, name, values)
        self.write(request, name if confirmed else None, fault)

    @rule(place=PLACES, port=PORTS, confirmed=st.booleans(), fault=SOME_FAULT)
    def patch(self, place: int, port: int | str, confirmed: bool, fault: str | None) -> None:
        record_id = self.some_id(place)
        request = patch_request(self.held.scope, record_id, (Assignment("port", port),))
        self.write(request, self.name_of(record_id) if confirmed else None, fault)

    @rule(place=PLACES, typed=NAMES | st.none(), fault=SOME_FAULT)
    def delete(self, place: int, typed: str | None, fault: str | None) -> None:
        record_id = self.some_id(place)
        request = delete_request(self.held.scope, record_id)
        name = self.name_of(record_id)
        self.write(request, typed, fault)
        assert typed == name or record_id not in self.gone or name == "gone"

    @rule(place=PLACES, name=NAMES)
    def someone_else_deletes_and_adds(self, place: int, name: str) -> None:
        record_id = self.some_id(place)
        if record_id in self.stored():
            self.sandbox.delete_record(record_id)
            self.gone.append(record_id)
        self.sandbox.add_record(name, {"hostname": "other.example", "port": 2525})

    @rule(operation=st.sampled_from(["list", "get", "tenant"]), fault=st.sampled_from(AT_ONCE))
    def read(self, operation: str, fault: str) -> None:
        before, asked = self.stored(), len(self.sandbox.requests)
        self.sandbox.faults.add(FAULTS[fault].fault)
        self.run(self.held.error_of(operation))
        self.sandbox.faults.clear()
        assert len(self.sandbox.requests) - asked <= 2
        assert self.stored() == before

    @invariant()
    def the_table_after_a_refresh_equals_the_store(self) -> None:
        answer = self.run(self.held.listed())
        rows = RecordsView(answer, lambda _: (), Sort("demo"), datetime.now(UTC)).rows(
            "", Sort("demo")
        )
        assert answer.unreadable == ()
        assert [row.id for row in rows] == list(self.stored())
        for record in answer.records:
            name, port = self.stored()[record.id]
            parameter = record.parameter("port")
            assert (record.name, parameter.value if parameter else None) == (name, port)


TestWork = Work.TestCase
TestWork.settings = settings(
    max_examples=EXAMPLES if settings().derandomize else 1_000, stateful_step_count=STEPS
)
