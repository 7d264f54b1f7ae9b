"""Two lists side by side: what is paired, what differs, and what makes them alike."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.clock import Clock
from smtp_tui.api.models import Parameter, ParameterValue, Record, SecretState
from smtp_tui.api.requests import Operation
from smtp_tui.state.history import TestHistory
from smtp_tui.workflows.compare import Match, Pair, compare_lists, entry_towards
from smtp_tui.workflows.plan import Plan, PlanEntry
from smtp_tui.workflows.progress import Progress
from smtp_tui.workflows.run import Run
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestMails
from tests.failing_sandbox import Sandbox
from tests.workflows.scripted import ScriptedOperator


def record(name: str, side: str = "l", **values: ParameterValue) -> Record:
    """A record with these values; its id says on which side it is."""
    parameters = tuple(Parameter(name, value) for name, value in values.items())
    return Record(f"{side}-{name}", name, parameters)


def entries_towards(pairs: Iterable[Pair], profile: str) -> tuple[PlanEntry, ...]:
    """What makes the right sides like the left ones."""
    entries = (entry_towards(pair, profile) for pair in pairs)
    return tuple(entry for entry in entries if entry is not None)


def test_records_are_paired_by_name_and_sorted_by_it() -> None:
    left = [record("b", port=25), record("A", port=25), record("only")]
    right = [record("A", "r", port=587), record("b", "r", port="25"), record("other", "r")]
    pairs = compare_lists(left, right)
    assert [(pair.name, pair.match) for pair in pairs] == [
        ("A", Match.DIFFERENT),
        ("b", Match.SAME),
        ("only", Match.ONLY_LEFT),
        ("other", Match.ONLY_RIGHT),
    ]
    assert [each.words for each in pairs[0].differences] == ["port 25 | 587"]


def test_of_two_records_of_one_name_each_is_held_against_one() -> None:
    pairs = compare_lists([record("a"), record("a")], [record("a", "r")])
    assert [pair.match for pair in pairs] == [Match.SAME, Match.ONLY_LEFT]


def test_a_password_is_no_difference_and_is_not_copied() -> None:
    left = record("a", port=25, password=SecretState.SET)
    right = record("a", "r", port=587, password=SecretState.NOT_SET)
    pairs = compare_lists([left, record("b", port=1, password=SecretState.SET)], [right])
    assert [each.name for each in pairs[0].differences] == ["port"]
    entries = entries_towards(pairs, "p")
    assert [(entry.operation, entry.patch.names) for entry in entries] == [
        (Operation.PATCH, ("port",)),
        (Operation.CREATE, ("port",)),
    ]


def test_towards_the_left_is_the_turned_pair() -> None:
    pairs = compare_lists([record("a", port=25), record("b")], [record("a", "r", port=587)])
    entries = entries_towards((pair.turned for pair in pairs), "left")
    assert [(entry.operation, entry.record_id) for entry in entries] == [
        (Operation.PATCH, "l-a"),
        (Operation.DELETE, "l-b"),
    ]
    assert entries[0].changes == ("port 25 → 587",)


NAMES = st.sampled_from(["A", "B", "C", "D"])
VALUES = st.dictionaries(
    st.sampled_from(["hostname", "port", "username", "extra"]),
    st.sampled_from(["", "a.example", "b.example", 25, 587, "25", None, True, 1.5]),
)
LISTS = st.dictionaries(NAMES, VALUES, max_size=4)


def made(found: dict[str, dict[str, ParameterValue]], side: str) -> list[Record]:
    """The records that a drawn list stands for."""
    return [record(name, side, **values) for name, values in found.items()]


@given(LISTS, LISTS)
def test_every_record_stands_in_one_pair_and_a_list_is_like_itself(
    left: dict[str, dict[str, ParameterValue]], right: dict[str, dict[str, ParameterValue]]
) -> None:
    lefts, rights = made(left, "l"), made(right, "r")
    pairs = compare_lists(lefts, rights)
    assert sorted(p.left.id for p in pairs if p.left) == sorted(r.id for r in lefts)
    assert sorted(p.right.id for p in pairs if p.right) == sorted(r.id for r in rights)
    assert {pair.match for pair in compare_lists(lefts, lefts)} <= {Match.SAME}
    assert entries_towards(compare_lists(lefts, lefts), "p") == ()


async def test_after_the_plan_both_sides_are_the_same(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    left = [
        record("A", hostname="a.example", port=25, extra=True),
        record("B", hostname="b.example", port="587"),
    ]
    sandbox.add_record("A", {"hostname": "old.example", "port": 25, "username": "x"})
    sandbox.add_record("C", {"hostname": "c.example", "port": 25})
    right = (await session.connections.list()).records
    plan = Plan("Make alike", entries_towards(compare_lists(left, right), session.profile.name))
    mails = TestMails(TestHistory(tmp_path))
    run = Run("run", plan, lambda _: session, ScriptedOperator(), mails, Clock())
    await run.carry_out()
    assert {result.progress for result in run.results} == {Progress.DONE}
    now = (await session.connections.list()).records
    assert {pair.match for pair in compare_lists(left, now)} == {Match.SAME}
