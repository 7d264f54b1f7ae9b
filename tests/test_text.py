"""Text from outside becomes text that cannot drive a terminal, nor hide in it."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.text import (
    after_colon,
    age,
    clean,
    clean_block,
    counted,
    moment,
    shortened,
    time_left,
)

HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
NASTY = st.lists(  # as an alphabet of `st.text` the rare characters would stay rare
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x07\x00\r\n\t\x7f\x9b\u202e\u2066\u200b\u200d\ufeff\u2028\ud800"),
    )
).map("".join)


@given(NASTY)
def test_one_line_holds_no_character_that_is_not_seen(text: str) -> None:
    shown = clean(text)
    assert not [character for character in shown if unicodedata.category(character) in HIDDEN]


@given(NASTY)
def test_a_block_holds_none_either_but_its_line_ends(text: str) -> None:
    shown = clean_block(text).replace("\n", "")
    assert not [character for character in shown if unicodedata.category(character) in HIDDEN]


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_what_can_be_seen_is_left_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(st.text("ab\x1b", max_size=60), st.integers(1, 50))
def test_what_is_too_long_is_cut_and_its_length_told(text: str, limit: int) -> None:
    shown = clean(text, limit)
    if len(text) > limit:
        assert shown == f"{clean(text[:limit])}… ({len(text)} characters)"
    else:
        assert "characters" not in shown


def test_a_block_that_is_too_long_tells_its_length() -> None:
    shown = clean_block("x" * 30_000)
    assert shown.endswith("30,000 characters in all")
    assert len(shown) < 30_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("two\nlines", "two\\nlines"),
        ("tab\there", "tab\\there"),
        ("gpj\u202eexe", "gpj\\u202eexe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("[/nope]", "[/nope]"),
        ("e\u0301", "e\u0301"),
        ("\u0301e", "\\u0301e"),
        ("Z\u0335\u0489\u20dd", "Z\u0335\\u0489\\u20dd"),
        ("Größe 東京", "Größe 東京"),
    ],
)
def test_each_hidden_character_has_a_stand_in_that_names_it(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_block_keeps_its_lines_whichever_way_they_end() -> None:
    assert clean_block("one\r\ntwo\n\tthree\r") == "one\ntwo\n    three\\r"


@given(st.text("abcdef", max_size=40), st.integers(0, 45))
def test_a_shortened_text_is_never_wider_than_asked_and_keeps_both_ends(
    text: str, width: int
) -> None:
    shown = shortened(text, width)
    assert len(shown) <= width
    if len(text) <= width:
        assert shown == text
    elif width >= 3:
        head, _, tail = shown.partition("…")
        assert text.startswith(head)
        assert text.endswith(tail)
        assert tail


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-3, "0s"), (0, "0s"), (59.9, "59s"), (60, "1m"), (3_599, "59m"), (7_200, "2h"), (2e5, "2d")],
)
def test_an_age_is_told_in_one_unit(seconds: float, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "over"), (-9, "over"), (30, "30s"), (299, "4m"), (43_199, "11h59m"), (3_660, "1h01m")],
)
def test_the_time_left_of_a_token_is_told_to_the_minute_and_over_when_it_is(
    seconds: float, words: str
) -> None:
    assert time_left(seconds) == words


def test_a_moment_nobody_told_is_said_to_be_so() -> None:
    assert moment(None) == "unknown"
    assert moment(datetime(2020, 4, 1, 8, 5, tzinfo=UTC)) == "2020-04-01 08:05 UTC"


def test_a_sentence_after_a_colon_has_neither_capital_nor_full_stop() -> None:
    assert after_colon("A port is a number.") == "a port is a number"
    assert after_colon("TLS is needed.") == "TLS is needed"
    assert after_colon("") == ""


def test_one_function_makes_plurals() -> None:
    assert [counted(number, "entry", "entries") for number in (0, 1, 1200)] == [
        *("0 entries", "1 entry", "1,200 entries")
    ]
    assert counted(2, "line") == "2 lines"
