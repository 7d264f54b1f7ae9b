"""Any bytes become records or words; one bad record never takes the others down."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.decode import (
    MOST_ENTRIES,
    MOST_VALUES,
    Undecodable,
    decode_json,
    decode_list,
    decode_record,
    record_of,
)
from smtp_tui.api.models import JsonValue, Parameter, SecretState
from smtp_tui.api.redaction import masked

ANY_JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "name", "value", "connection_parameters", "created_at", "secured"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)
RECORD_LIKE = st.fixed_dictionaries(
    {"id": ANY_JSON | st.text(min_size=1), "connection_parameters": ANY_JSON},
    optional={"name": ANY_JSON, "created_at": ANY_JSON | st.datetimes().map(str)},
)


def _list(*records: object) -> bytes:
    return json.dumps(records).encode()


def _said(decode: Callable[[bytes], object], body: bytes) -> str:
    """Why a body was refused; empty where it was read."""
    try:
        decode(body)
    except Undecodable as error:
        return str(error)
    return ""


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-16")))
def test_any_bytes_are_read_or_refused_in_words(body: bytes) -> None:
    for decode in (decode_json, decode_list, decode_record):
        said = _said(decode, body)
        assert not said or said.startswith(("the answer", "a ", "null"))
        assert said.isprintable()


@given(st.lists(ANY_JSON | RECORD_LIKE, max_size=6))
def test_every_entry_of_a_list_is_a_record_or_counted(entries: list[JsonValue]) -> None:
    body = json.dumps(entries).encode()
    why = _said(decode_list, body)
    assert not why or "NaN" in why or "Infinity" in why
    if why:
        return
    found = decode_list(body)
    assert len(found.records) + len(found.unreadable) == len(entries)
    assert json.dumps(
        [parameter.text for record in found.records for parameter in record.parameters]
    )


@given(st.text(alphabet='{}[]",:1a\\tn ', max_size=60))
def test_what_is_read_is_what_any_reader_of_json_reads(text: str) -> None:
    if _said(decode_json, text.encode()):
        with pytest.raises(ValueError):  # noqa: PT011 - that it is one, whatever its words
            json.loads(text)
    else:
        assert decode_json(text.encode()) == json.loads(text)


@given(st.sampled_from(["password", "apiKey", "smtp-pass", "X_TOKEN"]), ANY_JSON)
def test_no_value_under_a_secrets_name_is_kept(name: str, value: JsonValue) -> None:
    record = record_of({"id": "a", "connection_parameters": [{"name": name, "value": value}]})
    assert isinstance(record.parameters[0].value, SecretState)


@pytest.mark.parametrize(
    ("pair", "state"),
    [
        ({"name": "password", "value": "*****"}, SecretState.SET),
        ({"name": "password", "value": "U2FsdGVkX1"}, SecretState.SET),
        ({"name": "password", "value": ""}, SecretState.UNKNOWN),
        ({"name": "password", "value": None}, SecretState.UNKNOWN),
        ({"name": "password"}, SecretState.UNKNOWN),
        ({"name": "Password", "value": "x"}, SecretState.UNKNOWN),
    ],
)
def test_what_is_known_of_a_password(pair: dict[str, JsonValue], state: SecretState) -> None:
    record = record_of({"id": "a", "connection_parameters": [pair]})
    assert record.password is state


def test_what_recurs_in_a_list_is_kept_once() -> None:
    pairs = [{"name": "port", "value": 587}, {"name": "password", "value": "*"}]
    body = [
        {"id": key, "connection_parameters": pairs, "tenantId": "a tenant", "namespaceId": "a team"}
        for key in "ab"
    ]
    first, second = decode_list(json.dumps(body).encode()).records
    for one, other in zip(first.parameters, second.parameters, strict=True):
        assert one is other
    assert first.tenant_id is second.tenant_id
    assert first.namespace_id is second.namespace_id


@given(st.lists(st.sampled_from([1, True, 1.0, 0, False, 0.0, -0.0, "1", None, "", [1], [True]])))
def test_a_value_keeps_its_type_beside_one_that_is_equal(values: list[JsonValue]) -> None:
    body = [
        {"id": f"{number}", "connection_parameters": [{"name": "x", "value": value}]}
        for number, value in enumerate(values)
    ]
    records = decode_list(json.dumps(body).encode()).records
    assert [repr(record.parameters[0].value) for record in records] == [*map(repr, values)]


@pytest.mark.parametrize("secured", [True, "true", "True", " TRUE "])
def test_a_parameter_that_the_server_calls_secured_is_a_secret(secured: JsonValue) -> None:
    pair: JsonValue = {"name": "pin", "value": "1234", "secured": secured}
    parameter = record_of({"id": "a", "connection_parameters": [pair]}).parameter("pin")
    assert parameter is not None
    assert parameter.secret


@pytest.mark.parametrize("secured", [False, "false", None])
def test_a_parameter_that_is_not_secured_is_shown(secured: JsonValue) -> None:
    pair: JsonValue = {"name": "pin", "value": "1234", "secured": secured}
    assert record_of({"id": "a", "connection_parameters": [pair]}).text("pin") == "1234"


@pytest.mark.parametrize("secured", [True, "true"])
@pytest.mark.parametrize("name", ["hostname", "port", "username"])
def test_a_documented_parameter_is_no_secret_whatever_the_server_calls_it(
    name: str, secured: JsonValue
) -> None:
    pair: JsonValue = {"name": name, "value": "587", "secured": secured}
    record = record_of({"id": "a", "connection_parameters": [pair]})
    assert record.text(name) == "587"
    assert masked([pair]) == [pair]


@pytest.mark.parametrize("secured", [False, "false"])
def test_a_password_is_a_secret_whatever_the_server_calls_it(secured: JsonValue) -> None:
    pair: JsonValue = {"name": "password", "value": "x-Sentinel", "secured": secured}
    assert "Sentinel" not in repr(record_of({"id": "a", "connection_parameters": [pair]}))


def test_a_value_with_a_secret_inside_is_a_secret_as_a_whole() -> None:
    pair: JsonValue = {"name": "auth", "value": [{"user": "u", "pass": "x-Sentinel"}]}
    record = record_of({"id": "a", "connection_parameters": [pair]})
    assert "Sentinel" not in repr(record)
    assert record.parameters[0].secret


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (None, "expected a record, found null"),
        (7, "expected a record, found a number or truth value"),
        ([], "expected a record, found a list"),
        ("x", "expected a record, found a text"),
        ({}, "a record without an id"),
        ({"id": ""}, "a record without an id"),
        ({"id": None}, "a record without an id"),
        ({"id": True}, "a record without an id"),
        ({"id": 5.5}, "a record without an id"),
        ({"id": ["5"]}, "a record without an id"),
        ({"id": ".."}, "a record with an unusable id"),
        ({"id": "a/b"}, "a record with an unusable id"),
        ({"id": "a\\b"}, "a record with an unusable id"),
        ({"id": "a\nb"}, "a record with an unusable id"),
    ],
)
def test_a_bad_entry_is_counted_and_said_with_its_place(entry: JsonValue, why: str) -> None:
    found = decode_list(_list({"id": "good"}, entry, {"id": "other"}))
    assert [record.id for record in found.records] == ["good", "other"]
    assert [(entry.position, entry.why) for entry in found.unreadable] == [(2, why)]


def test_an_unreadable_entry_keeps_its_name_so_that_people_recognise_it() -> None:
    found = decode_list(_list({"name": "PRIMARY"}, {"id": "..", "name": 5}, None))
    assert [entry.name for entry in found.unreadable] == ["PRIMARY", "", ""]


@pytest.mark.parametrize(("number", "digits"), [(5, "5"), (0, "0"), (10**30, "1" + "0" * 30)])
def test_a_numeric_id_is_its_digits(number: int, digits: str) -> None:
    record = record_of({"id": number, "name": "N"})
    assert (record.id, record.oddities) == (digits, ())


def test_records_that_share_an_id_are_all_listed_and_flagged() -> None:
    found = decode_list(
        _list(
            {"id": "5", "name": "FIRST"},
            {"id": "6", "name": "OTHER"},
            "no record",
            {"id": 5, "name": "SECOND"},
        )
    )
    assert [record.name for record in found.records] == ["FIRST", "OTHER", "SECOND"]
    assert [entry.position for entry in found.unreadable] == [3]
    words = "entries 1 and 4 of the list have the same id"
    assert [record.oddities for record in found.records] == [(words,), (), (words,)]


def test_a_member_named_twice_is_an_oddity_of_its_record() -> None:
    body = b'[{"id": "a", "name": "N", "name": "M", "tenantId": "t", "tenantId": "t"}]'
    (record,) = decode_list(body).records
    assert record.name == "M"
    assert record.oddities == (
        "name occurs twice; the last one is used",
        "tenantId occurs twice; the last one is used",
    )


@pytest.mark.parametrize("second", [b'"b"', b'"a"', b"1"])
def test_a_record_with_two_ids_cannot_be_read(second: bytes) -> None:
    found = decode_list(b'[{"id": "a", "name": "N", "id": %b}, {"id": "c"}]' % second)
    assert [record.id for record in found.records] == ["c"]
    assert [(entry.name, entry.why) for entry in found.unreadable] == [
        ("N", "a record with two ids")
    ]


@pytest.mark.parametrize("depth", [51, 400, 900])
def test_a_value_too_deep_to_show_takes_only_its_record_down(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    pair = f'{{"name": "x", "value": {deep}}}'
    records = (
        f'"id": "a", "connection_parameters": [{pair}]',
        f'"id": "b", "name": {deep}',
        '"id": "c"',
    )
    body = "[" + ", ".join(f"{{{members}}}" for members in records) + "]"
    found = decode_list(body.encode())
    assert [record.id for record in found.records] == ["c"]
    assert {entry.why for entry in found.unreadable} == {"a record that is nested too deeply"}


@pytest.mark.parametrize(
    ("record", "oddity"),
    [
        ({"name": 5}, "the name is not text"),
        ({}, "the name is not text"),
        ({"name": "N", "connection_parameters": {}}, "the parameters are not a list"),
        ({"name": "N", "connection_parameters": [1]}, "a parameter without a name was ignored"),
        ({"name": "N", "created_at": "yesterday"}, "the creation time cannot be read"),
        ({"name": "N", "created_at": 5}, "the creation time cannot be read"),
        (
            {"name": "N", "created_at": "0001-01-01T00:00:00+14:00"},
            "the creation time cannot be read",
        ),
        ({"name": "N", "created_at": "9999-12-31T23:00:00Z"}, "the creation time cannot be read"),
    ],
)
def test_an_odd_record_is_shown_and_what_is_odd_is_said(
    record: dict[str, JsonValue], oddity: str
) -> None:
    assert record_of({"id": "a", **record}).oddities == (oddity,)


def test_a_parameter_twice_counts_the_last_time_and_says_so() -> None:
    pairs: JsonValue = [{"name": "port", "value": 25}, {"name": "port", "value": 587}]
    record = record_of({"id": "a", "name": "N", "connection_parameters": pairs})
    assert record.text("port") == "587"
    assert record.oddities == ("the parameter port occurs twice; the last one is used",)


def test_a_parameter_with_two_values_counts_the_last_and_says_so() -> None:
    body = b'{"id":"a","name":"N","connection_parameters":[{"name":"port","value":1,"value":2}]}'
    record = decode_record(body)
    assert record.text("port") == "2"
    assert record.oddities == ("the parameter port has value twice; the last one is used",)


def test_a_good_record_has_nothing_odd_and_all_its_parts() -> None:
    record = record_of(
        {
            "id": "5e",
            "name": "PRIMARY",
            "connection_parameters": [
                {"name": "port", "value": "25", "label": "Port", "description": "of the relay"}
            ],
            "created_at": "2020-03-05T09:10:11.123Z",
            "tenantId": "t",
            "namespaceId": "n",
        }
    )
    assert record.oddities == ()
    assert record.created_at == datetime(2020, 3, 5, 9, 10, 11, 123000, UTC)
    assert (record.tenant_id, record.namespace_id) == ("t", "n")
    assert record.parameters == (Parameter("port", "25"),)


@given(st.datetimes(datetime(1970, 1, 2), datetime(8999, 1, 1)), st.integers(-14, 14))
def test_a_creation_time_is_read_with_its_zone_and_can_be_turned_to_any(
    moment: datetime, hours: int
) -> None:
    there = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    record = record_of({"id": "a", "name": "N", "created_at": there.isoformat()})
    assert record.created_at == there
    assert record.created_at is not None
    assert record.created_at.astimezone(timezone(timedelta(hours=-14)))


@pytest.mark.parametrize(
    ("digits", "text"), [("1e999", "1e999"), ("-1e999", "-1e999"), ("1.5", "1.5")]
)
def test_a_number_beyond_every_float_stays_as_it_was_written(digits: str, text: str) -> None:
    pair = f'{{"name": "x", "value": {digits}}}'
    record = decode_record(f'{{"id": "a", "connection_parameters": [{pair}]}}'.encode())
    assert record.text("x") == text


def test_a_long_number_that_python_reads_is_kept_to_the_last_digit() -> None:
    number = "9" * 4000
    pair = f'{{"name": "x", "value": {number}}}'
    record = decode_record(f'{{"id": "a", "connection_parameters": [{pair}]}}'.encode())
    assert record.text("x") == number


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "the answer is empty"),
        (b" \r\n", "the answer is empty"),
        (b"[1", "the answer is not JSON (line 1 column 3)"),
        (b"[-Infinity]", "the answer contains -Infinity, which is not JSON"),
        (b"\xff", "the answer is not UTF-8 text (byte 0)"),
        (
            b"\n<!DOCTYPE html><h1>Hi &amp; bye</h1>",
            "the answer is an HTML page titled “Hi & bye”, not JSON",
        ),
        (b"[" * 100_000, "the answer is nested too deeply"),
        (b"1" * 5000, "the answer contains a number with thousands of digits"),
    ],
)
def test_what_is_no_json_is_said_in_words(body: bytes, why: str) -> None:
    with pytest.raises(Undecodable) as caught:
        decode_json(body)
    assert str(caught.value) == why


MANY = MOST_VALUES + 1


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * MANY + b"[]]",
        b"[" + b"0," * MANY + b"0]",
        b"{" + b'"a":0,' * MANY + b'"a":0}',
        b'["[{,\\""' + b",{}" * MANY + b"]",
        b"[" + b"[]," * MANY + b'"unterminated',
    ],
    ids=["lists", "numbers", "members", "after a text", "cut off"],
)
def test_an_answer_of_too_many_values_is_refused_before_any_is_built(body: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Undecodable) as caught:
            decode_json(body)
        assert tracemalloc.get_traced_memory()[1] < 2 * len(body)
    finally:
        tracemalloc.stop()
    assert str(caught.value) == f"the answer contains more than {MOST_VALUES:,} values"


def test_what_stands_inside_a_text_is_no_value() -> None:
    text = '[{,\\"' * MANY
    assert decode_json(json.dumps([text]).encode()) == [text]


def test_the_order_of_the_server_is_kept() -> None:
    found = decode_list(_list(*({"id": f"{number}"} for number in (3, 1, 2))))
    assert [record.id for record in found.records] == ["3", "1", "2"]


def test_an_oddity_that_is_found_often_is_told_once_with_its_count() -> None:
    port = {"name": "port", "value": 25}
    parameters = [port] * 14 + [{"value": 1}] * 3 + [{"name": "hostname", "value": "a"}] * 2
    body = {"id": "1", "name": "A", "connection_parameters": parameters}
    record = decode_record(json.dumps(body).encode())
    assert record.oddities == (
        "a parameter without a name was ignored (3 times)",
        "the parameter port occurs 14 times; the last one is used",
        "the parameter hostname occurs twice; the last one is used",
    )


@pytest.mark.slow
def test_a_hundred_thousand_records_are_read() -> None:
    parameters = ",".join(
        f'{{"name":"{name}","value":"a value"}}'
        for name in ("hostname", "port", "username", "password")
    )
    entries = ",".join(
        f'{{"id":"{number:024x}","name":"RELAY","connection_parameters":[{parameters}],'
        '"created_at":"2020-04-01T08:05:00.000Z","tenantId":"t","namespaceId":"n"}'
        for number in range(100_000)
    )
    found = decode_list(f"[{entries}]".encode())
    assert (len(found.records), found.unreadable) == (100_000, ())


def test_more_entries_than_are_read_are_refused_before_any_is_judged() -> None:
    with pytest.raises(Undecodable) as caught:
        decode_list(b"[" + b"1," * MOST_ENTRIES + b"1]")
    assert str(caught.value) == f"the answer contains more than {MOST_ENTRIES:,} entries"
