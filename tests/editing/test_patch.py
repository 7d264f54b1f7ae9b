"""From a draft to what is sent, example by example; the properties stand beside this file."""

from __future__ import annotations

import pytest

from smtp_tui.api.models import Assignment, JsonValue, Parameter, Record, SecretState
from smtp_tui.api.secret import SecretStr
from smtp_tui.editing.draft import Clear, Replace, clone_draft, draft_of, new_draft
from smtp_tui.editing.patch import Change, Patch, patch_for
from smtp_tui.editing.values import ABSENT, DraftProblem
from tests.editing.strategies import apply


def record(**parameters: JsonValue | SecretState) -> Record:
    return Record("5f0", "X", tuple(Parameter(name, each) for name, each in parameters.items()))


def sent(opened: Record, name: str, typed: str) -> list[tuple[str, object]]:
    patch = patch_for(draft_of(opened).with_text(name, typed), opened)
    return [(each.name, each.value) for each in patch.assignments()]


@pytest.mark.parametrize("stored", [25, "25"])
@pytest.mark.parametrize("typed", ["25", " 25 ", "025"])
def test_a_port_that_reads_the_same_is_untouched_whatever_its_type(
    stored: JsonValue, typed: str
) -> None:
    assert sent(record(port=stored), "port", typed) == []


@pytest.mark.parametrize("stored", [25, "25", None, "", True])
def test_a_port_that_changes_is_sent_as_a_number(stored: JsonValue) -> None:
    assignment = patch_for(
        draft_of(record(port=stored)).with_text("port", " 587\n"), record(port=stored)
    ).assignments()
    assert [(each.name, type(each.value), each.value) for each in assignment] == [
        ("port", int, 587)
    ]


@pytest.mark.parametrize("typed", ["", "smtp", "²", "٣", "-1", "9" * 30])
def test_a_port_that_is_no_digits_is_sent_as_the_text_it_is(typed: str) -> None:
    assert sent(record(port=25), "port", typed) == [("port", typed)]


@pytest.mark.parametrize("name", ["hostname", "username"])
def test_space_around_a_hostname_or_username_is_not_sent(name: str) -> None:
    assert sent(record(**{name: "a"}), name, " b\t\n") == [(name, "b")]
    assert sent(record(**{name: "a"}), name, " a ") == []
    assert sent(record(**{name: " a "}), name, " a ") == []
    assert sent(record(**{name: " a "}), name, "a") == [(name, "a")]


def test_space_in_any_other_parameter_is_kept() -> None:
    assert sent(record(banner="a"), "banner", " a ") == [("banner", " a ")]


@pytest.mark.parametrize("typed", ["", "  "])
@pytest.mark.parametrize("name", ["username", "banner"])
def test_what_was_absent_and_is_left_blank_is_not_sent(name: str, typed: str) -> None:
    assert sent(record(hostname="a"), name, typed) == []


def test_what_was_absent_and_is_filled_in_is_added() -> None:
    opened = record(hostname="a")
    patch = patch_for(draft_of(opened).with_text("username", "relay"), opened)
    assert patch.changes == (Change("username", ABSENT, "relay"),)


def test_a_text_that_is_blanked_is_sent_blank() -> None:
    assert sent(record(username="relay"), "username", " ") == [("username", "")]


def test_null_stays_null_until_something_is_typed_which_is_text() -> None:
    assert sent(record(username=None), "username", "") == []
    assert sent(record(username=None), "username", "null") == [("username", "null")]


@pytest.mark.parametrize(
    ("stored", "typed", "value"),
    [
        (True, "false", False),
        (30, " 45", 45),
        (30, "1.5", 1.5),
        ([1], "[1, 2]", [1, 2]),
        ({"a": 1}, '{"a": null}', {"a": None}),
    ],
)
def test_a_value_that_is_no_text_keeps_its_json_type(
    stored: JsonValue, typed: str, value: JsonValue
) -> None:
    [(_, after)] = sent(record(option=stored), "option", typed)
    assert (type(after), after) == (type(value), value)


@pytest.mark.parametrize("typed", ['{"b":2,"a":1}', ' {"a": 1, "b": 2}'])
def test_json_that_is_only_written_differently_is_no_change(typed: str) -> None:
    assert sent(record(option={"a": 1, "b": 2}), "option", typed) == []


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        (True, "yes"),
        (True, "1"),
        (True, ""),
        (30, '"45"'),
        (30, "true"),
        (30, "NaN"),
        (30, "1e999"),
        (30, "9" * 5000),
        ([1], "[" * 100_000),
        ({"a": 1}, "null"),
    ],
)
def test_json_of_another_kind_or_none_at_all_is_a_problem_of_that_field(
    stored: JsonValue, typed: str
) -> None:
    opened = record(option=stored)
    with pytest.raises(DraftProblem) as caught:
        patch_for(draft_of(opened).with_text("option", typed), opened)
    assert caught.value.name == "option"
    assert caught.value.words.startswith("the stored value is ")


def test_half_a_character_is_a_problem_of_its_field_and_not_of_the_request() -> None:
    opened = record(hostname="a", password=SecretState.SET)
    for draft in (
        draft_of(opened).with_text("hostname", "b\udc80"),
        draft_of(opened).with_secret("password", Replace(SecretStr("b\udc80"))),
    ):
        with pytest.raises(DraftProblem, match="broken character"):
            patch_for(draft, opened)


def test_a_kept_secret_is_never_part_of_a_patch() -> None:
    opened = record(port=25, password=SecretState.SET)
    assert patch_for(draft_of(opened).with_text("port", "587"), opened).names == ("port",)


def test_a_cleared_secret_is_sent_blank_and_a_replaced_one_as_typed() -> None:
    opened = record(password=SecretState.SET)
    draft = draft_of(opened)
    assert patch_for(draft.with_secret("password", Clear()), opened).assignments() == (
        Assignment("password", SecretStr("")),
    )
    typed = draft.with_secret("password", Replace(SecretStr(" hunter2 ")))
    assert patch_for(typed, opened).assignments() == (
        Assignment("password", SecretStr(" hunter2 ")),
    )


@pytest.mark.parametrize("typed", ["", "*****", "••••••••", "*"])
def test_a_mask_or_nothing_is_no_replacement(typed: str) -> None:
    opened = record(password=SecretState.SET)
    draft = draft_of(opened).with_secret("password", Replace(SecretStr(typed)))
    for attempt in (lambda: patch_for(draft, opened), lambda: patch_for(draft, None).assignments()):
        with pytest.raises(DraftProblem) as caught:
            attempt()
        assert caught.value.name == "password"


def test_a_change_cannot_be_built_of_a_mask_or_an_open_secret() -> None:
    with pytest.raises(ValueError, match="mask"):
        Change("pin", SecretState.SET, SecretStr("***"))
    with pytest.raises(ValueError, match="SecretStr"):
        Change("password", SecretState.SET, "hunter2")


def test_a_secret_that_the_server_gave_openly_is_not_in_the_change() -> None:
    opened = record(password="hunter2")
    patch = patch_for(draft_of(opened).with_secret("password", Clear()), opened)
    assert patch.changes == (Change("password", SecretState.SET, SecretStr("")),)


def test_a_text_drafted_before_the_server_made_it_a_secret_is_refused() -> None:
    draft = draft_of(record(pin="1")).with_text("pin", "2")
    with pytest.raises(DraftProblem, match="secret"):
        patch_for(draft, record(pin=SecretState.SET))


def test_changes_stand_in_form_order_with_the_password_after_the_username() -> None:
    opened = record(zone="a", password=SecretState.SET, port=25, hostname="a")
    draft = draft_of(opened).with_text("zone", "b").with_text("hostname", "b")
    draft = draft.with_text("username", "u").with_secret("password", Clear())
    assert patch_for(draft, opened).names == ("hostname", "username", "password", "zone")


def test_a_draft_of_another_record_is_refused() -> None:
    opened = record(port=25)
    with pytest.raises(ValueError, match="another record"):
        patch_for(draft_of(opened), Record("other", "X"))
    with pytest.raises(ValueError, match="another record"):
        patch_for(draft_of(opened).as_new(), opened)


def test_a_parameter_stands_in_a_patch_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Patch((Change("port", 25, 26), Change("port", 25, 27)))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("port", 25, 587), "port 25 → 587"),
        (Change("port", "25", 587), 'port "25" → 587'),
        (Change("username", "", "relay"), 'username (blank) → "relay"'),
        (Change("username", None, "relay"), 'username null → "relay"'),
        (Change("username", ABSENT, "relay"), 'username will be added: "relay"'),
        (Change("tls", True, False), "tls true → false"),
        (Change("password", SecretState.SET, SecretStr("h")), "password will be replaced"),
        (Change("password", SecretState.UNKNOWN, SecretStr("h")), "password will be replaced"),
        (Change("password", ABSENT, SecretStr("h")), "password will be replaced"),
        (Change("password", SecretState.NOT_SET, SecretStr("h")), "password will be set"),
        (Change("password", SecretState.SET, SecretStr("")), "password will be cleared"),
    ],
)
def test_the_review_says_what_changes_in_plain_words(change: Change, words: str) -> None:
    assert change.words() == words


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        (Change("port", 25, 587), ("- port 25", "+ port 587")),
        (Change("port", "25", 587), ('- port "25"', "+ port 587")),
        (Change("username", ABSENT, "relay"), ('+ username "relay"',)),
        (
            Change("password", SecretState.SET, SecretStr("secret-9")),
            ("- password (stored)", "+ password (8 characters, hidden)"),
        ),
        (
            Change("password", SecretState.UNKNOWN, SecretStr("s")),
            ("- password (not known)", "+ password (1 character, hidden)"),
        ),
        (
            Change("password", SecretState.NOT_SET, SecretStr("s")),
            ("+ password (1 character, hidden)",),
        ),
        (Change("password", SecretState.SET, SecretStr("")), ("- password (stored)",)),
    ],
)
def test_a_diff_shows_what_is_removed_and_added_and_of_a_secret_its_length(
    change: Change, lines: tuple[str, ...]
) -> None:
    assert change.diff() == lines


def test_nothing_is_removed_in_the_diff_of_a_new_record() -> None:
    change = Change("password", ABSENT, SecretStr("secret-9"))
    assert change.diff(new=True) == ("+ password (8 characters, hidden)",)


def test_a_creation_sends_what_is_filled_in_and_a_typed_password() -> None:
    draft = new_draft("NEW", hostname=" mail.example.com ", port="587").with_text("zone", " ")
    assert patch_for(draft, None).assignments() == (
        Assignment("hostname", "mail.example.com"),
        Assignment("port", 587),
    )
    typed = draft.with_secret("password", Replace(SecretStr("hunter2")))
    assert patch_for(typed, None).assignments()[-1] == Assignment("password", SecretStr("hunter2"))
    assert (
        patch_for(draft.with_secret("password", Clear()), None).assignments()
        == patch_for(draft, None).assignments()
    )


def test_a_clone_keeps_json_types_and_leaves_secrets_out() -> None:
    source = record(hostname="a", port="25", tls=True, password=SecretState.SET, pin=None)
    patch = patch_for(clone_draft(source), None, like=source)
    assert [(change.name, change.after) for change in patch.changes] == [
        ("hostname", "a"), ("port", 25), ("tls", True),
    ]  # fmt: skip
    assert {change.before for change in patch.changes} == {ABSENT}


def test_applying_changes_the_value_that_counts_and_no_other() -> None:
    opened = Record("5f0", "X", (Parameter("port", 1), Parameter("port", 2), Parameter("a", 3)))
    patch = Patch((Change("port", 2, 4), Change("b", ABSENT, 5)))
    assert apply(opened, patch).parameters == (
        Parameter("port", 1),
        Parameter("port", 4),
        Parameter("a", 3),
        Parameter("b", 5),
    )
