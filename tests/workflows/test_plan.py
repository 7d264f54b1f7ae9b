"""A plan as a value: what it sends, what it folds, what it asks for; and as JSON."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.models import Parameter, Record, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.api.secret import SecretStr
from smtp_tui.api.target import Access
from smtp_tui.editing.patch import Change, Patch
from smtp_tui.editing.values import ABSENT
from smtp_tui.workflows.plan import (
    Place,
    Plan,
    PlanEntry,
    change_entries,
    delete_entries,
    mail_entries,
)
from smtp_tui.workflows.plan_file import NotAPlan, plan_json, read_plan

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
TO_587 = (Change("port", ABSENT, 587),)


def record(number: int, port: int | str = 25) -> Record:
    """A record with that port."""
    hostname = Parameter("hostname", f"mx{number}.example")
    return Record(f"id-{number}", f"RELAY-{number}", (hostname, Parameter("port", port)))


def place(records: int, profile: str = "prod") -> Place:
    """The place of a list of that length."""
    return Place(profile, "https://cam.example", "t", "all", "default", records)


def test_a_record_that_is_so_already_is_skipped() -> None:
    entries = change_entries("prod", [record(1), record(2, 587), record(3, "587")], TO_587)
    plan = Plan("Change", entries)
    assert [entry.record_id for entry in plan.work] == ["id-1"]
    assert [entry.record_id for entry in plan.skipped] == ["id-2", "id-3"]
    assert plan.work[0].changes == ("port 25 → 587",)


def test_each_record_gets_its_own_value_before() -> None:
    entries = change_entries("prod", [record(1, 25), record(2, 465)], TO_587)
    assert [entry.changes for entry in entries] == [("port 25 → 587",), ("port 465 → 587",)]


def test_equal_changes_are_folded_by_profile_the_largest_first() -> None:
    ports = [25, 465, 25, 25, 587]
    records = [record(number, port) for number, port in enumerate(ports)]
    entries = (
        *change_entries("prod", records, TO_587),
        *delete_entries("test", records[:2]),
        *mail_entries("test", records[:1], "to@example.com"),
    )
    assert [(fold.profile, fold.words) for fold in Plan("Change", entries).folds] == [
        ("prod", "change port 25 → 587 in 3 records"),
        ("prod", "change port 465 → 587 in 1 record"),
        ("prod", "leave 1 record as it is"),
        ("test", "delete 2 records"),
        ("test", "test 1 record with a mail to to@example.com"),
    ]


@pytest.mark.parametrize(
    ("touched", "records", "large"),
    [(3, 10, False), (4, 10, True), (9, 9, False), (300, 1000, False), (301, 1000, True)],
)
def test_a_plan_that_changes_much_of_a_large_list_says_so(
    touched: int, records: int, *, large: bool
) -> None:
    entries = delete_entries("prod", map(record, range(touched)))
    plan = Plan("Delete", entries, (place(records),))
    assert bool(plan.large) == large
    assert plan.asks_number([Access.NORMAL]) == large
    assert plan.asks_number([Access.NORMAL, Access.PROTECTED])


def test_tests_and_what_is_so_already_count_for_nothing() -> None:
    records = [record(number, 587) for number in range(20)]
    entries = (*change_entries("prod", records, TO_587), *mail_entries("prod", records, "a@b.c"))
    plan = Plan("Change", entries, (place(20),))
    assert not plan.large
    assert not plan.asks_number([Access.PROTECTED])
    assert not plan.destroys


def test_a_delete_and_a_cleared_secret_destroy() -> None:
    cleared = change_entries("prod", [record(1)], [Change("password", ABSENT, SecretStr(""))])
    assert Plan("", cleared).destroys
    assert Plan("", delete_entries("prod", [record(1)])).destroys
    assert not Plan("", change_entries("prod", [record(1)], TO_587)).destroys


def test_a_set_password_is_always_sent_and_never_compared() -> None:
    held = Record("1", "A", (Parameter("password", SecretState.SET),))
    (entry,) = change_entries("prod", [held], [Change("password", ABSENT, SecretStr("new one"))])
    assert entry.changes == ("password will be replaced",)


def test_a_dropped_entry_is_gone_and_no_equal_one() -> None:
    entries = delete_entries("prod", [record(1), record(1), record(2)])
    left = Plan("Delete", entries).without([entries[0]])
    assert left.entries == entries[1:]


VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers(), max_size=2)
SECRETS = st.text(st.characters(categories=["L", "N"]), max_size=8).map(SecretStr)


@given(
    st.lists(
        st.tuples(st.sampled_from(["port", "extra", "x y"]), VALUES, VALUES),
        max_size=3,
        unique_by=lambda each: each[0],
    ),
    st.none() | SECRETS,
)
def test_a_plan_is_the_same_after_json_and_holds_no_secret(
    plain: list[tuple[str, object, object]], secret: SecretStr | None
) -> None:
    parameters = [Parameter(name, before) for name, before, _ in plain]  # type: ignore[arg-type]
    changes = [Change(name, before, after) for name, before, after in plain]  # type: ignore[arg-type]
    if secret is not None:
        parameters.append(Parameter("password", SecretState.UNKNOWN))
        changes.append(Change("password", SecretState.UNKNOWN, secret))
    held = Record("1", "A", tuple(parameters), AT, "t", "n")
    plan = Plan(
        "All",
        (
            PlanEntry("p", Operation.PATCH, held, patch=Patch(tuple(changes))),
            PlanEntry("q", Operation.CREATE, name="B", patch=Patch(tuple(changes))),
            *delete_entries("q", [held]),
            *mail_entries("q", [held], "to@example.com"),
        ),
        (place(1, "p"), place(3, "q")),
    )
    kept = read_plan(plan_json(plan, AT))
    typed = {number: secret for number in kept.secrets if secret is not None}
    assert kept.plan(typed) == plan
    assert kept.made_at == AT


def test_equal_secrets_are_asked_for_once_and_never_written() -> None:
    one, other = SecretStr("tiger-7"), SecretStr("lion-8")
    entries = (
        *change_entries("p", [record(1), record(2)], [Change("password", ABSENT, one)]),
        *change_entries("p", [record(3)], [Change("password", ABSENT, other), *TO_587]),
    )
    text = plan_json(Plan("Rotate", entries, (place(3, "p"),)), AT)
    assert "tiger" not in text
    assert "lion" not in text
    kept = read_plan(text)
    assert kept.secrets == {1: "password of 2 records", 2: "password of RELAY-3"}
    plan = kept.plan({1: one})
    assert [entry.patch.names for entry in plan.work] == [("password",), ("password",), ("port",)]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "title": 3}', '{"schema": 1}']
)
def test_what_is_no_plan_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotAPlan, match=r"no plan|no JSON"):
        read_plan(text)


def test_a_plan_that_does_not_say_where_a_profile_leads_is_refused() -> None:
    text = plan_json(Plan("Delete", delete_entries("prod", [record(1)])), AT)
    with pytest.raises(NotAPlan, match="does not say where the profile prod leads"):
        read_plan(text)
