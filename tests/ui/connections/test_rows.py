"""From records to rows: what is filtered, how it is sorted, what a cell says."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from smtp_tui.api.models import Parameter, Record, RecordList, SecretState
from smtp_tui.state import history
from smtp_tui.state.settings import Sort
from smtp_tui.ui.connections.rows import (
    SORT_KEYS,
    RecordsView,
    Tests,
    highlights,
    hint_words,
    order_words,
)
from smtp_tui.ui.widgets.rows import Look

NOW = datetime(2020, 6, 1, 12, 0, tzinfo=UTC)
AS_SERVED = Sort("demo")


def record(number: int, name: str = "", **parameters: object) -> Record:
    """A record with an id of that number; values keep their type."""
    found = tuple(
        Parameter(key, value)  # type: ignore[arg-type]
        for key, value in parameters.items()
    )
    return Record(f"id-{number}", name or f"NAME-{number}", found)


def view(*records: Record, tests: dict[str, history.Tested] | None = None) -> RecordsView:
    def of(record_id: str) -> tuple[history.Tested, ...]:
        return (tests[record_id],) if tests and record_id in tests else ()

    return RecordsView(RecordList(records), of, AS_SERVED, NOW)


def run(verdict: str, seconds_ago: float) -> history.Tested:
    at = NOW - timedelta(seconds=seconds_ago)
    return history.Tested(
        history.TestRun(at, "demo", "a@b.example", (), verdict, "", "", 10), secret_saved=False
    )


def ids(found: RecordsView, filter_text: str = "", order: Sort = AS_SERVED) -> list[str]:
    return [row.id for row in found.rows(filter_text, order)]


def test_every_word_of_the_filter_must_be_held_in_any_parameter_whatever_the_case() -> None:
    found = view(
        record(1, "Primary", hostname="smtp.one.example"),
        record(2, "Second", hostname="SMTP.two.example", note="primary too"),
        record(3, "Third", hostname="relay.example"),
    )
    assert ids(found, "PRIMARY smtp") == ["id-1", "id-2"]
    assert ids(found, "relay two") == []


def test_the_filter_finds_an_id_and_never_the_state_of_a_password() -> None:
    found = view(record(1, password=SecretState.NOT_SET), record(2))
    assert ids(found, "id-2") == ["id-2"]
    assert ids(found, "not set") == []


def test_a_term_of_the_filter_asks_one_parameter_and_an_unknown_one_is_a_plain_word() -> None:
    found = view(
        record(1, "Mail", hostname="smtp.one.example", port=587, username="relay"),
        record(2, "Relay", hostname="mail.two.example", port="2587", username="invoices"),
        record(3, "Third", hostname="three.example", port=25, note="MAIL at 10:30 587"),
    )
    for text, expected in (
        ("host:MAIL", "2"),
        ("name:mail", "1"),
        ("user:re", "1"),
        ("port:587", "1"),
        ("port:58", ""),
        ("587", "123"),
        ("port:", "123"),
        ("mail port:25", "3"),
        ("host:example port:587", "1"),
        ("10:30", "3"),
        ("colour:mail", ""),
    ):
        assert ids(found, text) == [f"id-{number}" for number in expected], text


def test_last_asks_the_verdict_of_the_newest_test_or_that_there_was_none() -> None:
    tests = {"id-1": run("REJECTED", 60), "id-2": run("ACCEPTED", 60)}
    found = view(record(1, "rejected"), record(2), record(3, "rejected"), tests=tests)
    assert ids(found, "last:rejected") == ["id-1"]
    assert ids(found, "last:REJ") == ["id-1"]
    assert ids(found, "last:never") == ["id-3"]
    assert ids(found, "last:accepted rejected") == []
    tests["id-3"] = run("REJECTED", 0)
    found.look_again(NOW, {"id-3"})
    assert ids(found, "last:rejected") == ["id-1", "id-3"]


def test_what_to_highlight_is_what_was_searched_for() -> None:
    assert highlights("PRI host:Mail port:587 last:rejected x:y user:") == (
        *("pri", "mail", "587", "x:y"),
    )
    assert highlights("") == ()


def test_ports_sort_as_numbers_and_what_is_no_number_comes_last() -> None:
    found = view(
        record(1, port=587), record(2, port="25"), record(3, port="x"), record(4, port=465)
    )
    assert ids(found, order=Sort("demo", "port")) == ["id-2", "id-4", "id-1", "id-3"]
    assert ids(found, order=Sort("demo", "port", descending=True)) == [
        "id-3",
        "id-1",
        "id-4",
        "id-2",
    ]


def test_names_sort_without_regard_to_case() -> None:
    found = view(record(1, "beta"), record(2, "Alpha"), record(3, "GAMMA"))
    assert ids(found, order=Sort("demo", "name")) == ["id-2", "id-1", "id-3"]


def test_the_newest_test_comes_first_and_what_was_never_tested_last() -> None:
    tests = {"id-1": run("ACCEPTED", 600), "id-3": run("REJECTED", 5)}
    found = view(record(1), record(2), record(3), tests=tests)
    assert ids(found, order=Sort("demo", "last_test")) == ["id-3", "id-1", "id-2"]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("column", SORT_KEYS[:-1])
def test_records_that_sort_alike_stand_in_the_same_order_whatever_the_servers(
    column: str | None, reverse: bool
) -> None:
    """Same name but for its case, same port and host, never tested: the id decides."""
    records = [record(number, name, port=25) for number, name in enumerate(["A", "a", "A", "b"])]
    orders = [
        ids(view(*shuffled), order=Sort("demo", column, reverse))
        for shuffled in permutations(records)
    ]
    assert all(order == orders[0] for order in orders)


def test_no_column_is_the_order_of_the_server() -> None:
    found = view(record(3, "C"), record(1, "A"), record(2, "B"))
    assert ids(found) == ["id-3", "id-1", "id-2"]


def test_the_order_is_told_in_words() -> None:
    assert order_words(Sort("demo", "name")) == "sorted by name"
    assert (
        order_words(Sort("demo", "last_test", descending=True)) == "sorted by last test, reversed"
    )
    assert order_words(Sort("demo")) == "in the server's order"


def test_a_port_that_looks_wrong_carries_a_sign_and_a_colour_and_has_words_for_it() -> None:
    records = (record(1, port=587), record(2, port=465), record(3, hostname="h"))
    good, bad, none = view(*records).rows("", Sort("demo"))
    assert [row.cells[2].strip() for row in (good, bad, none)] == ["587", "465 !", "!"]
    assert [Look(2, "warn") in row.looks for row in (good, bad, none)] == [False, True, True]
    assert hint_words(records[0]) == ""
    assert hint_words(records[1]).startswith("465 ")
    assert hint_words(records[2]) == "no port set"


def test_an_oddity_of_the_answer_is_told_before_the_port() -> None:
    odd = Record("id-1", "", (Parameter("port", 465),), oddities=("the name is not text",))
    (row,) = view(odd).rows("", Sort("demo"))
    assert row.cells[0] == "(no name)"
    assert hint_words(odd) == "the name is not text"


def test_the_last_three_verdicts_are_told_as_signs_in_their_colours_newest_first() -> None:
    tests = tuple(
        run(verdict, 300 * age)
        for age, verdict in enumerate(("UNREACHABLE", "REJECTED", "ACCEPTED", "UNKNOWN"), 1)
    )
    found = RecordsView(RecordList((record(1), record(2))), of_first(tests), AS_SERVED, NOW)
    tested, never = found.rows("", AS_SERVED)
    assert (tested.cells[4], never.cells[4]) == ("▲✗✓ 5m", "never")
    assert [look.role for look in tested.looks if look.column == 4] == [
        *("warn", "bad", "good", "quiet")
    ]


def of_first(tests: tuple[history.Tested, ...]) -> Tests:
    return lambda record_id: tests if record_id == "id-1" else ()


@pytest.mark.parametrize(
    ("tested", "words"),
    [
        (history.Tested(run("ACCEPTED", 300).run, secret_saved=True), "✓ 5m, outdated"),
        (
            replace(run("REJECTED", 300), run=replace(run("REJECTED", 300).run, unsaved=("port",))),
            "✗ 5m, unsaved",
        ),
    ],
)
def test_a_verdict_that_does_not_hold_any_more_has_a_word_and_no_colour(
    tested: history.Tested, words: str
) -> None:
    (row,) = view(record(1), tests={"id-1": tested}).rows("", AS_SERVED)
    assert row.cells[4] == words
    assert {look.role for look in row.looks if look.column == 4} == {"quiet"}


@given(st.text(st.sampled_from("a[/]\x1b\n\u202e\u200b"), max_size=400))
def test_no_cell_holds_what_could_drive_the_terminal(text: str) -> None:
    found = view(record(1, text, hostname=text, port=text, username=text))
    (row,) = found.rows("", Sort("demo", "name"))
    assert not set("".join(row.cells)) & set("\x1b\n\u202e\u200b")


def test_a_record_is_found_by_its_id_and_an_unknown_id_is_none() -> None:
    found = view(record(1), record(2))
    one = found.record("id-2")
    assert one is not None
    assert one.name == "NAME-2"
    assert found.record("id-9") is None
    assert found.record(None) is None
    assert len(found) == 2


@pytest.mark.parametrize(
    "others",
    [
        ("PRIMARY", "PRIMARY"),
        ("PRIMARY", "primary"),
        ("PRIMARY", "РRIМАRУ"),
        ("PRIMARY", "PRI\u200bMARY"),
        ("PRIMARY", "PRIMARY "),
        ("RELAY0", "RELAYO"),
        ("caf\u00e9", "cafe\u0301"),
        ("", "   "),
    ],
)
def test_names_that_read_the_same_are_told_apart_by_their_ids(others: tuple[str, str]) -> None:
    records = [Record(f"id-{at}-{at}aaa", name, ()) for at, name in enumerate((*others, "ALONE"))]
    cells = [row.cells[0] for row in view(*records).rows("", AS_SERVED)]
    assert [cell[:6] for cell in cells] == ["0aaa· ", "1aaa· ", "ALONE"]


def test_a_name_of_spaces_says_so() -> None:
    (row,) = view(Record("1", "   ", ())).rows("", AS_SERVED)
    assert row.cells[0] == "(blank: 3)"
