"""Two profiles, or a profile and a file, side by side, and the plan that makes them alike."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from smtp_tui.api.target import Access
from smtp_tui.sandbox.accounts import OTHER_TENANT_ID
from tests.failing_sandbox import Fault, FaultKind, Operation, Sandbox
from tests.ui.bulk.steps import edit_all, read_and_enter
from tests.ui.helpers import Ui, opened

MAIL = {"hostname": "mx.example", "port": 25}


@pytest.fixture
def two(sandbox: Sandbox) -> Sandbox:
    """A sandbox with records in both tenants: SAME and MOVED in both, a third in one each."""
    for tenant, port, own in ((None, 25, "WEST"), (OTHER_TENANT_ID, 587, "EAST")):
        sandbox.add_record("SAME", MAIL, tenant=tenant)
        sandbox.add_record("MOVED", {**MAIL, "port": port}, tenant=tenant)
        sandbox.add_record(own, {**MAIL, "password": "tiger-7"}, tenant=tenant)
    return sandbox


@asynccontextmanager
async def compared(
    sandbox: Sandbox, *typed: str, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Ui]:
    """The comparison with the other profile, or with what is typed."""
    async with opened(sandbox, size=size) as ui:
        await ui.sees("MOVED")
        await ui.press("equals_sign")
        await ui.sees("Compare with", "demo-europe")
        await ui.type("".join(typed))
        await ui.press("enter")
        yield ui


def values(sandbox: Sandbox, tenant: str | None) -> dict[str, object]:
    """The port of each record of a tenant."""
    return {record.name: record.values["port"] for record in sandbox.records(tenant)}


async def test_it_shows_what_differs_by_name_and_how(two: Sandbox) -> None:
    async with compared(two) as ui:
        await ui.sees("1 different · 1 only left · 1 only right · 1 same")
        assert "port 25 | 587" in ui.line("MOVED")
        assert "only left" in ui.line("WEST")
        assert "only right" in ui.line("EAST")
        assert "SAME" not in ui.text()
        await ui.press("full_stop")
        await ui.sees("SAME")


async def test_a_profile_that_there_is_not_is_said_once_until_something_else_is_typed(
    two: Sandbox,
) -> None:
    async with compared(two, "nowhere") as ui:
        await ui.sees('✗ There is no profile "nowhere".')
        assert ui.text().lower().count("there is no") == 1
        await ui.press("ctrl+u")
        await ui.loses("There is no profile")
        assert ui.shows("demo-europe")


@pytest.mark.parametrize(
    ("key", "tenant", "port", "new"),
    [("greater_than_sign", OTHER_TENANT_ID, 25, "WEST"), ("less_than_sign", None, 587, "EAST")],
)
async def test_marked_differences_become_a_plan_in_either_direction(
    two: Sandbox, key: str, tenant: str | None, port: int, new: str
) -> None:
    async with compared(two) as ui:
        await ui.sees("MOVED")
        await ui.press("slash", *"moved", "enter", "space", "escape")
        await ui.press("slash", *new.lower(), "enter", "space", "escape")
        await ui.sees("2 marked")
        await ui.press(key)
        await ui.sees("No server tells a secret", "password of")
        await ui.press(*"lion-8", "enter")
        await ui.sees("WHAT WILL BE SENT")
        assert two.requests[-1].method == "GET"
        await read_and_enter(ui)
        await ui.sees("2 done")
        found = values(two, tenant or two.records()[0].tenant)
        assert found["MOVED"] == port
        assert found[new] == 25
    created = [record for record in two.records() if record.name == new]
    assert {record.values["password"] for record in created} == {"tiger-7", "lion-8"}


async def test_two_that_are_the_same_say_so(sandbox: Sandbox) -> None:
    for tenant in (None, OTHER_TENANT_ID):
        sandbox.add_record("MOVED", MAIL, tenant=tenant)
    async with compared(sandbox) as ui:
        await ui.sees("Both sides have the same 1 record.", "Passwords cannot be compared")


async def test_a_file_is_compared_and_never_written(two: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "wanted.yaml"
    text = "schema: 1\nrecords:\n- name: MOVED\n  parameters: { hostname: mx.example, port: 465 }\n"
    file.write_text(text)
    async with compared(two, str(file)) as ui:
        await ui.sees("wanted.yaml", "port 25 | 465")
        await ui.press("slash", *"moved", "enter", "greater_than_sign")
        await ui.sees("A file is not changed here")
        await ui.press("less_than_sign")
        await ui.sees("WHAT WILL BE SENT")
        await read_and_enter(ui)
        await ui.sees("1 done")
    assert values(two, two.records()[0].tenant)["MOVED"] == 465
    assert file.read_text() == text


async def test_what_a_file_does_not_name_stays(two: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "wanted.yaml"
    file.write_text("schema: 1\nrecords: []\n")
    async with compared(two, str(file)) as ui:
        await ui.sees("3 only left")
        await ui.press("asterisk", "less_than_sign")
        await ui.sees("What the file does not name stays")
        assert not ui.shows("WHAT WILL BE SENT")


async def test_a_read_only_profile_is_not_made_like_another(two: Sandbox) -> None:
    async with opened(
        two, size=(80, 24), profile=lambda one: replace(one, access=Access.READ_ONLY)
    ) as ui:
        await ui.sees("MOVED")
        await ui.press("equals_sign")
        await ui.sees("demo-europe")
        await ui.press("enter")
        await ui.sees("1 different")
        await ui.press("less_than_sign")
        await ui.sees("The profile demo is read-only.")


async def test_nothing_is_begun_while_a_run_is_under_way(two: Sandbox) -> None:
    async with opened(two, size=(80, 24)) as ui:
        two.faults.add(Fault(FaultKind.DELAY, Operation.MODIFY, seconds=2.0, count=None))
        await edit_all(ui, 3)
        await read_and_enter(ui)
        await ui.asked(Operation.MODIFY)
        await ui.press("escape", "escape", "equals_sign")
        await ui.sees("demo-europe")
        await ui.press("enter")
        await ui.sees("only left")
        await ui.press("greater_than_sign")
        await ui.sees("A run is under way; one at a time")


async def test_a_file_that_cannot_be_read_is_told_with_its_line(
    two: Sandbox, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text("schema: 1\nrecords: 3\n")
    async with compared(two, str(file)) as ui:
        await ui.sees("Not compared", "line 2")


async def test_a_side_that_cannot_be_read_is_told_and_can_be_read_again(two: Sandbox) -> None:
    async with opened(two, size=(80, 24)) as ui:
        await ui.sees("MOVED")
        two.faults.add(Fault(FaultKind.FORBIDDEN, Operation.LIST))
        await ui.press("equals_sign")
        await ui.sees("demo-europe")
        await ui.press("enter")
        await ui.sees("Not compared", "403")
        await ui.press("r")
        await ui.sees("1 different")


async def test_enter_shows_both_records_with_all_parameters(two: Sandbox) -> None:
    async with compared(two) as ui:
        await ui.sees("MOVED")
        await ui.press("slash", *"moved", "enter", "enter")
        await ui.sees("PARAMETER", "hostname", "~ port")
        await ui.press("escape")
        await ui.loses("PARAMETER")
