"""What a server said of a failure becomes one line of plain words."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.errors import WORDS_LIMIT, read_error

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["error", "message", "details", "messages", "x"]), inner)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            {"error": {"statusCode": 401, "message": "Authorization Required"}},
            "Authorization Required",
        ),
        ({"error": "invalid_grant", "error_description": "Wrong password."}, "Wrong password."),
        ({"error": "invalid_grant"}, "invalid_grant"),
        ({"status": 500, "error": "Internal Server Error", "message": "No."}, "No."),
        ({"error": {"code": "ECONNREFUSED"}}, "ECONNREFUSED"),
        ({"error": {"statusCode": 500}, "message": "outside"}, "outside"),
        ({"errorMessage": "CAM said so"}, "CAM said so"),
        ({"error": {"message": "two\n lines\tand  tabs"}}, "two lines and tabs"),
        ({"error": {"message": "<html><title>Oh</title>"}}, "an HTML page titled “Oh”"),
        ({"error": {"message": ["a", "b"]}}, ""),
        ("just text", "just text"),
        ([1, 2], ""),
        ({}, ""),
        (None, ""),
    ],
)
def test_the_words_are_those_meant_for_a_person(body: object, words: str) -> None:
    assert read_error(json.dumps(body).encode()).words == words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"<p>Sorry,<br/>not <b class='x'>today</b></p>", "Sorry, not today"),
        (b"550 <someone@example.com> unknown", "550 <someone@example.com> unknown"),
        (b"<HTML><BODY><H1 id=1>Down &amp; out</H1>", "an HTML page titled “Down & out”"),
        (b"<!doctype html><p>", "an HTML page"),
        (b"\xef\xbb\xbf<!DOCTYPE html><title>T</title>", "an HTML page titled “T”"),
        (b"<?xml version='1.0'?><e/>", "an HTML page"),
        (b"caf\xe9", "caf�"),
    ],
)
def test_a_body_that_is_no_json_is_told_without_its_tags(body: bytes, words: str) -> None:
    assert read_error(body).words == words


def test_long_words_are_cut_and_their_length_told() -> None:
    said = read_error(b"word " * 1000).words
    assert len(said) < WORDS_LIMIT + 30
    assert said.endswith("… (4999 characters)")


@pytest.mark.parametrize("length", [301, 70_000, 1_200_000, 5_000_000])
def test_a_long_error_is_parsed_before_it_is_cut_and_its_true_length_told(length: int) -> None:
    """``details`` come first, so that a cut body would be no JSON any more."""
    message = "x" * length
    body = json.dumps({"error": {"details": ["y" * length], "message": message}}).encode()
    assert read_error(body).words == f"{'x' * WORDS_LIMIT}… ({length} characters)"
    assert read_error(body).alone


def test_a_long_error_keeps_its_code_and_its_words_by_field() -> None:
    details = {"context": "z" * 1_200_000, "messages": {"port": ["is bad"]}}
    body = json.dumps({"error": {"details": details, "code": "NOT_FOUND"}}).encode()
    assert read_error(body).code == "NOT_FOUND"
    assert read_error(body).fields == (("port", "is bad"),)


def test_the_same_message_twice_is_told_once() -> None:
    body = json.dumps({"error": {"details": {"messages": {"name": ["presence", "presence"]}}}})
    assert read_error(body.encode()).fields == (("name", "presence"),)


@pytest.mark.parametrize("text", ["<h1", "<title>", "<!--", "<a ", "<", "<p>", " "])
def test_no_page_takes_long_to_read(text: str) -> None:
    began = time.monotonic()
    read_error((text * 300_000).encode())
    assert time.monotonic() - began < 2.0


@given(st.binary(max_size=200) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_body_has_words_on_one_line(body: bytes) -> None:
    words = read_error(body).words
    assert "\n" not in words
    assert all(isinstance(said, str) for field in read_error(body).fields for said in field)


def test_the_words_by_field_are_joined_and_odd_ones_left_out() -> None:
    messages = {"port": ["is not a number", "is too big"], "name": "bad", "x": [7, {"y": 1}]}
    body = json.dumps({"error": {"details": {"messages": messages}}}).encode()
    assert read_error(body).fields == (
        ("port", "is not a number; is too big"),
        ("name", "bad"),
        ("x", ""),
    )


@pytest.mark.parametrize("body", [b"", b"[]", b'{"error": 1}', b'{"error": {"details": []}}'])
def test_a_body_without_words_by_field_has_none(body: bytes) -> None:
    assert read_error(body).fields == ()
