"""Records copied to another profile: what is there, what is lacking, and their secrets."""

from __future__ import annotations

import pytest

from tests.failing_sandbox import Operation, Sandbox
from tests.ui.helpers import Ui, opened


def europe(sandbox: Sandbox) -> dict[str, dict[str, object]]:
    """The values of the records in the other tenant, by name."""
    records = sandbox.records(sandbox.other_tenant_id)
    return {record.name: dict(record.values) for record in records}


def filled(sandbox: Sandbox) -> None:
    """Four records of two logins, two of which the other tenant has, one with another port."""
    login = {"hostname": "mx.example", "username": "u", "password": "p"}
    for number in range(4):
        values = {**login, "port": 587, "username": f"u{number // 2}"}
        sandbox.add_record(f"RELAY-{number}", values)
    other = {"tenant": sandbox.other_tenant_id}
    sandbox.add_record("RELAY-2", {**login, "port": 587, "username": "u1"}, **other)
    sandbox.add_record("RELAY-3", {**login, "port": 25, "username": "u1"}, **other)


async def to_europe(ui: Ui) -> None:
    """Mark all, and choose the other profile."""
    await ui.sees("Connections 4")
    await ui.press("asterisk", "C")
    await ui.sees("Copy 4 records to", "demo-europe")
    await ui.press("enter")
    await ui.sees("No server tells a secret", "password of u0 at mx.example (2 records)")


@pytest.mark.parametrize("typed", ["new-word", ""])
async def test_copies_get_the_secret_that_is_typed_once_and_none_is_emptied(
    sandbox: Sandbox, typed: str
) -> None:
    filled(sandbox)
    async with opened(sandbox) as ui:
        await to_europe(ui)
        await ui.press(*typed, "enter")
        await ui.sees(
            "EUROPE", "create 2 records", "change port 25 → 587", "leave 1 record as it is"
        )
        ui.clock.forward(1)
        assert "new-word" not in ui.text()
        if ui.shows("to confirm"):
            await ui.type("3")
        await ui.press("enter")
        await ui.sees("Copy 3 records to demo-europe", "3 done, 1 already so")
        held = europe(sandbox)
        assert [held[f"RELAY-{number}"]["port"] for number in range(4)] == [587] * 4
        assert [held[f"RELAY-{n}"].get("password") for n in range(2)] == [typed or None] * 2
        assert [held[f"RELAY-{n}"]["password"] for n in (2, 3)] == ["p"] * 2
        assert len(ui.requests(Operation.CREATE)) == 2
        assert len(ui.requests(Operation.MODIFY)) == 1


async def test_esc_at_the_secrets_copies_nothing(sandbox: Sandbox) -> None:
    filled(sandbox)
    async with opened(sandbox) as ui:
        await to_europe(ui)
        await ui.press("escape")
        await ui.sees("Connections 4", "4 marked")
        assert ui.requests(Operation.CREATE) == []
