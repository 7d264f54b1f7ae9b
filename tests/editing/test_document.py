"""A document says what records should be: nothing is lost in it, and mistakes have a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.models import Parameter, Record, SecretState, is_secret_name
from smtp_tui.editing.document import (
    DesiredRecord,
    DocumentProblem,
    FromCommand,
    FromEnvironment,
    FromPerson,
    NotADocument,
    document_schema,
    read_document,
)
from smtp_tui.editing.document_text import document_json, document_yaml
from smtp_tui.editing.values import is_same, value_in
from tests.editing.strategies import records

ODD = ("no", "yes", "on", "null", "~", "", "1e3", "0123", "0x1F", "1_000", "25", ".5", "true")
MORE_ODD = (
    "=",
    "<<",
    "- a",
    "# no",
    "a: b",
    "a #b",
    " a ",
    "'",
    '"',
    "\\",
    "\n",
    "\t",
    "*a",
    "&a",
    "!a",
)
HIDDEN = (
    "\x1b[2J",
    "\x85",
    "\u2028",
    "\ufeff",
    "\x7f",
    "\U000e0001",
    "😀",
    "é",
    "\x00",
    "Z\u0335\u0489\u20dd",
)


def one(text: str) -> DesiredRecord:
    """The only record of a document."""
    (record,) = read_document(text).records
    return record


def with_value(value: str) -> str:
    """A document with one value, as it is typed."""
    return f"schema: 1\nrecords:\n- name: A\n  parameters:\n    note: {value}\n"


@pytest.mark.parametrize("text", [*ODD, *MORE_ODD, *HIDDEN])
def test_a_text_stays_the_text_that_it_is(text: str) -> None:
    record = Record("1", text or "-", (Parameter("port", text), Parameter(text, text)))
    for written in (document_yaml([record]), document_json([record])):
        found = one(written)
        assert (found.name, found.values) == (text or "-", {"port": text, text: text})


@pytest.mark.slow
@given(st.lists(records(), max_size=3))
def test_what_is_written_is_what_is_read(listed: list[Record]) -> None:
    named = [
        Record(str(number), f"{number}{each.name}", each.parameters)
        for number, each in enumerate(listed)
    ]
    for text in (document_yaml(named), document_json(named)):
        for before, after in zip(named, read_document(text).records, strict=True):
            plain = {p.name for p in before.parameters if not is_secret_name(p.name)}
            plain = {n for n in plain if not isinstance(value_in(before, n), SecretState)}
            assert (after.name, set(after.values)) == (before.name, plain)
            assert after.secrets == {}
            assert all(is_same(value_in(before, name), after.values[name]) for name in plain)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        *(("no", "no"), ("0123", "0123"), ("1_000", "1_000"), ("587", 587), ('"587"', "587")),
        *(("true", True), ("null", None), ("", None), ("1.5", 1.5), ("[1, a]", [1, "a"])),
        *(("!!str 25", "25"), ("! 25", "25"), ("|-\n      25", "25")),
        *(("0x1F", "0x1F"), ("12:30:45", "12:30:45"), ("2026-01-01", "2026-01-01")),
    ],
)
def test_only_what_json_takes_for_a_number_is_one(typed: str, value: object) -> None:
    assert one(with_value(typed)).values == {"note": value}
    assert type(one(with_value(typed)).values["note"]) is type(value)


def test_no_stored_secret_is_written_and_a_comment_says_that_one_is_there() -> None:
    record = Record("1", "A", (Parameter("password", SecretState.SET), Parameter("apiKey", "x9")))
    assert "# password: stored" in document_yaml([record])
    assert "x9" not in document_yaml([record]) + document_json([record])


def test_a_secret_is_where_it_comes_from() -> None:
    text = (
        "schema: 1\nrecords:\n"
        "- {name: A, parameters: {password: {env: A_PW}}}\n"
        "- {name: B, parameters: {password: {command: [pass, b], always: true}}}\n"
        "- {name: C, parameters: {apiKey: {prompt: true}}}\n"
    )
    found = [dict(record.secrets) for record in read_document(text).records]
    assert found == [
        {"password": FromEnvironment(env="A_PW")},
        {"password": FromCommand(command=("pass", "b"), always=True)},
        {"apiKey": FromPerson(prompt=True)},
    ]


RECORD = "schema: 1\nrecords:\n- name: A\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "this is empty"),
        ("schema: 1\nrecords: [", 3, 1, "this is no valid YAML"),
        ("schema: 1\nrecords: []\nnote: \x01\n", 3, 1, "a character that YAML does not allow"),
        ("schema: 2\nrecords: []", 1, 1, "reads schema 1 only"),
        ("schema: 1\nrecods: []", 2, 1, 'unknown key "recods"; did you mean "records"?'),
        ('{\n\t"schema": 1,\n\t"recods": []\n}', 3, 2, 'unknown key "recods"'),
        ('{"schema": 1, "records": [{"name": "A"},\n {"name": 5}]}', 2, 3, '"name" must be text'),
        (RECORD + "  parametrs: {}", 4, 3, 'did you mean "parameters"?'),
        (RECORD + "- parameters: {}", 4, 3, '"name" is missing'),
        (RECORD + "- name: 5", 4, 3, '"name" must be text'),
        (RECORD + "- name: A", 4, 3, 'a second record named "A"; the first is in line 3'),
        (RECORD + "  name: B", 4, 3, '"name" stands here twice'),
        (RECORD + "  parameters: &a {}\n- {name: B, parameters: *a}", 5, 25, "alias"),
        (RECORD + "  parameters: {port: !!int '5'}", 4, 22, "the tag"),
        (RECORD + "  parameters: {password: hunter2}", 4, 16, "must not be in the file"),
        (RECORD + "  parameters: {apiKey: 5}", 4, 16, "apiKey is a secret"),
        (RECORD + "  parameters: {password: {evn: A}}", 4, 16, 'did you mean "env"?'),
        (RECORD + "  parameters: {password: {env: A, alwys: true}}", 4, 35, '"always"'),
        (RECORD + "  parameters: {password: {command: []}}", 4, 27, "must not be empty"),
        (RECORD + "  parameters: {password: {prompt: false}}", 4, 27, "must be true"),
        ("- " * 100_000, 1, 123, "nested too deeply"),
        ("schema: 1\nrecords: []\n---\nschema: 1", 3, 1, "a second document"),
        ("schema: 1\n? [a]\n: 1", 2, 3, "a key must be text"),
        (with_value("[" * 90 + "]" * 90), 5, 68, "nested too deeply"),
    ],
)
def test_a_mistake_is_told_in_plain_words_with_its_line_and_column(
    text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(NotADocument) as refused:
        read_document(text)
    told = [(each.line, each.column) for each in refused.value.problems if words in each.words]
    assert told == [(line, column)]
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["[", "- ", "{a: ", "? ", "[? "])
def test_a_text_that_is_nested_without_end_is_refused(text: str) -> None:
    with pytest.raises(NotADocument) as refused:
        read_document(text * 100_000)
    words = ("nested too deeply", "no valid YAML", "a key must be text")
    assert any(each in str(refused.value) for each in words)


def test_records_of_one_name_are_told_apart_by_their_ids() -> None:
    twins = [Record(number, "A", (Parameter("port", int(number)),)) for number in "12"]
    for text in (document_yaml(twins), document_json(twins)):
        assert [record.id for record in read_document(text).records] == ["1", "2"]
    assert "id:" not in document_yaml(twins[:1])


def test_the_json_schema_names_what_a_document_may_hold() -> None:
    schema = json.dumps(document_schema())
    for key in ('"schema"', '"records"', '"parameters"', '"env"', '"command"', '"prompt"'):
        assert key in schema


PIECES = st.lists(
    st.sampled_from(
        (
            *(
                "schema: 1",
                "records:",
                "- ",
                "name: ",
                "A",
                "id: ",
                "parameters:",
                "{",
                "}",
                "[",
                "]",
            ),
            *(
                "\n",
                "  ",
                "    ",
                ",",
                ": ",
                "? ",
                "&a ",
                "*a",
                "!!int ",
                "|",
                ">",
                "'",
                '"',
                "#",
                "\\",
            ),
            *("password: ", "env: X", "command: ", "prompt: ", "true", "9" * 5_000, "1e999", "-"),
            *(
                "\t",
                "\x00",
                "\x85",
                "\ufeff",
                "%YAML 1.1",
                "---",
                "...",
                "\\ud83d",
                "null",
                "~",
                "<<: ",
            ),
        )
    ),
    max_size=40,
).map("".join)


@pytest.mark.slow
@given(PIECES | PIECES.map(lambda text: f"schema: 1\nrecords:\n- name: A\n  {text}") | st.text())
def test_any_text_is_a_document_or_refused_with_a_place(text: str) -> None:
    problems: tuple[DocumentProblem, ...] = ()
    try:
        found = read_document(text)
    except NotADocument as refused:
        problems = refused.problems
    else:
        assert read_document(document_yaml(each.as_record() for each in found.records))
    assert all(each.line >= 1 and each.column >= 1 for each in problems)
