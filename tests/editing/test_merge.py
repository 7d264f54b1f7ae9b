"""Opened, yours, server now: the whole table for one parameter, then what else a review is told."""

from __future__ import annotations

import pytest

from smtp_tui.api.models import JsonValue, Parameter, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Clear, Draft, Keep, Replace, SecretEdit, draft_of
from smtp_tui.editing.merge import Comparison, Conflict, Side, TheirChange, compare, resolve
from smtp_tui.editing.patch import Change, Patch, patch_for
from smtp_tui.editing.values import ABSENT, Known

NOTHING, SENT, THEIRS, ALREADY, CONFLICT = "nothing", "sent", "theirs", "already", "conflict"
NOT_SET, SET, UNKNOWN = SecretState.NOT_SET, SecretState.SET, SecretState.UNKNOWN

# One row for each opened value and edit, one column for each value the server may hold now.
TEXT_NOW: tuple[Known, ...] = (ABSENT, None, "", "a", "b", "c")
TEXT_TABLE: tuple[tuple[Known, str | None, tuple[str, ...]], ...] = (
    (ABSENT, None, (NOTHING, THEIRS, THEIRS, THEIRS, THEIRS, THEIRS)),
    (ABSENT, "", (NOTHING, THEIRS, THEIRS, THEIRS, THEIRS, THEIRS)),
    (ABSENT, "b", (SENT, CONFLICT, CONFLICT, CONFLICT, ALREADY, CONFLICT)),
    (None, None, (THEIRS, NOTHING, THEIRS, THEIRS, THEIRS, THEIRS)),
    (None, "", (THEIRS, NOTHING, THEIRS, THEIRS, THEIRS, THEIRS)),
    (None, "b", (CONFLICT, SENT, CONFLICT, CONFLICT, ALREADY, CONFLICT)),
    ("", None, (THEIRS, THEIRS, NOTHING, THEIRS, THEIRS, THEIRS)),
    ("", "", (THEIRS, THEIRS, NOTHING, THEIRS, THEIRS, THEIRS)),
    ("", "b", (CONFLICT, CONFLICT, SENT, CONFLICT, ALREADY, CONFLICT)),
    ("a", None, (THEIRS, THEIRS, THEIRS, NOTHING, THEIRS, THEIRS)),
    ("a", "", (ALREADY, ALREADY, ALREADY, SENT, CONFLICT, CONFLICT)),
    ("a", "b", (CONFLICT, CONFLICT, CONFLICT, SENT, ALREADY, CONFLICT)),
)
TYPED: Replace = Replace(SecretStr("hunter2"))
SECRET_NOW: tuple[Known, ...] = (ABSENT, UNKNOWN, NOT_SET, SET)
SECRET_TABLE: tuple[tuple[Known, SecretEdit, tuple[str, ...]], ...] = (
    (ABSENT, Keep(), (NOTHING, NOTHING, THEIRS, THEIRS)),
    (ABSENT, TYPED, (SENT, SENT, CONFLICT, CONFLICT)),
    (ABSENT, Clear(), (SENT, SENT, ALREADY, CONFLICT)),
    (UNKNOWN, Keep(), (NOTHING, NOTHING, THEIRS, THEIRS)),
    (UNKNOWN, TYPED, (SENT, SENT, CONFLICT, CONFLICT)),
    (UNKNOWN, Clear(), (SENT, SENT, ALREADY, CONFLICT)),
    (NOT_SET, Keep(), (THEIRS, THEIRS, NOTHING, THEIRS)),
    (NOT_SET, TYPED, (CONFLICT, CONFLICT, SENT, CONFLICT)),
    (NOT_SET, Clear(), (CONFLICT, CONFLICT, SENT, CONFLICT)),
    (SET, Keep(), (THEIRS, THEIRS, THEIRS, NOTHING)),
    (SET, TYPED, (CONFLICT, CONFLICT, CONFLICT, SENT)),
    (SET, Clear(), (CONFLICT, CONFLICT, ALREADY, SENT)),
)


def holding(name: str, value: Known) -> Record:
    return Record("5f0", "X", () if value is ABSENT else (Parameter(name, value),))


def record(**parameters: JsonValue | SecretState) -> Record:
    return Record("5f0", "X", tuple(Parameter(name, each) for name, each in parameters.items()))


def outcome(comparison: Comparison) -> str:
    kinds = {
        SENT: bool(comparison.patch),
        THEIRS: bool(comparison.theirs),
        ALREADY: bool(comparison.already),
        CONFLICT: bool(comparison.conflicts),
    }
    found = [kind for kind, present in kinds.items() if present]
    assert len(found) <= 1
    return found[0] if found else NOTHING


def check(opened: Record, draft: Draft, now: Record, expected: str, name: str) -> None:
    mine = patch_for(draft, opened)
    comparison = compare(opened, mine, now)
    assert outcome(comparison) == expected
    assert comparison.clean == (expected in (NOTHING, SENT))
    if expected == CONFLICT:
        [chosen] = resolve(comparison, {name: Side.MINE}).changes
        assert chosen.after == mine.changes[0].after
        assert not resolve(comparison, {name: Side.THEIRS})
    else:
        assert resolve(comparison, {}) == comparison.patch


@pytest.mark.parametrize(
    ("opened", "typed", "now", "expected"),
    [
        (opened, typed, now, expected)
        for opened, typed, row in TEXT_TABLE
        for now, expected in zip(TEXT_NOW, row, strict=True)
    ],
)
def test_every_meeting_of_one_plain_parameter_has_its_outcome(
    opened: Known, typed: str | None, now: Known, expected: str
) -> None:
    before = holding("username", opened)
    draft = draft_of(before)
    if typed is not None:
        draft = draft.with_text("username", typed)
    check(before, draft, holding("username", now), expected, "username")


@pytest.mark.parametrize(
    ("opened", "edit", "now", "expected"),
    [
        (opened, edit, now, expected)
        for opened, edit, row in SECRET_TABLE
        for now, expected in zip(SECRET_NOW, row, strict=True)
    ],
)
def test_every_meeting_of_one_secret_has_its_outcome(
    opened: Known, edit: SecretEdit, now: Known, expected: str
) -> None:
    before = holding("password", opened)
    draft = draft_of(before).with_secret("password", edit)
    check(before, draft, holding("password", now), expected, "password")


def test_the_tables_hold_every_combination() -> None:
    assert {(opened, typed) for opened, typed, _ in TEXT_TABLE} == {
        (opened, typed) for opened in (ABSENT, None, "", "a") for typed in (None, "", "b")
    }
    assert {(opened, edit) for opened, edit, _ in SECRET_TABLE} == {
        (opened, edit) for opened in SECRET_NOW for edit in (Keep(), TYPED, Clear())
    }


@pytest.mark.parametrize(("opened", "now"), [(25, "25"), ("25", 25)])
def test_a_port_that_only_changed_its_type_was_changed_by_nobody(
    opened: JsonValue, now: JsonValue
) -> None:
    before = record(port=opened)
    comparison = compare(
        before, patch_for(draft_of(before).with_text("port", "587"), before), record(port=now)
    )
    assert comparison.patch == Patch((Change("port", now, 587),))
    assert comparison.clean


def test_both_sides_are_kept_where_they_do_not_meet_and_theirs_is_told() -> None:
    opened = record(hostname="a", port=25, old=1)
    mine = patch_for(draft_of(opened).with_text("port", "587"), opened)
    comparison = compare(opened, mine, record(hostname="b", port=25, new=2))
    assert comparison.patch == mine
    assert comparison.theirs == (
        TheirChange("hostname", "a", "b"),
        TheirChange("old", 1, ABSENT),
        TheirChange("new", ABSENT, 2),
    )
    assert [change.words() for change in comparison.theirs] == [
        'hostname "a" → "b"',
        "old was removed",
        "new was added: 2",
    ]


def test_a_choice_is_told_against_the_value_of_now_and_stands_in_form_order() -> None:
    opened = record(port=25, zone="a")
    draft = draft_of(opened).with_text("port", "587").with_text("zone", "b")
    comparison = compare(opened, patch_for(draft, opened), record(port=465, zone="a"))
    assert comparison.conflicts == (Conflict("port", 25, 587, 465),)
    assert comparison.conflicts[0].columns == ("25", "587", "465")
    merged = resolve(comparison, {"port": Side.MINE})
    assert merged.changes == (Change("port", 465, 587), Change("zone", "a", "b"))


@pytest.mark.parametrize(
    "choices", [{}, {"port": Side.MINE, "hostname": Side.MINE}, {"hostname": Side.THEIRS}]
)
def test_every_conflict_needs_a_choice_and_nothing_else_has_one(choices: dict[str, Side]) -> None:
    opened = record(port=25)
    mine = patch_for(draft_of(opened).with_text("port", "587"), opened)
    with pytest.raises(ValueError, match="one choice"):
        resolve(compare(opened, mine, record(port=465)), choices)


def test_a_name_that_changed_meanwhile_is_told() -> None:
    opened = record(port=25)
    comparison = compare(opened, Patch(), Record("5f0", "Y", opened.parameters))
    assert comparison.name_changed
    assert not comparison.clean


def test_two_different_records_are_never_compared() -> None:
    with pytest.raises(ValueError, match="different records"):
        compare(record(port=25), Patch(), Record("other", "X"))


@pytest.mark.parametrize("name", ["password", "pin"])
def test_no_secret_shows_in_a_comparison_even_where_the_server_gave_it_openly(name: str) -> None:
    opened = record(port=25, **{name: NOT_SET})
    now = record(port=25, **{name: "hunter2"})
    told = compare(opened, Patch(), now)
    assert told.theirs == (TheirChange(name, NOT_SET, SET),)
    mine = patch_for(draft_of(opened).with_secret(name, Replace(SecretStr("s3cret"))), opened)
    met = compare(opened, mine, now)
    assert met.conflicts[0].columns == ("none", "new value (hidden)", "stored")
    assert "hunter2" not in repr((told, met))
    assert "s3cret" not in repr(met)
