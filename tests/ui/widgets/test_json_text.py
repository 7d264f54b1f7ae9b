"""JSON in colours: which part of a text has which role."""

import json

from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.ui.widgets.json_text import json_content

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def roles(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], str(span.style)) for span in json_content(text).spans]


def test_names_strings_and_other_values_of_json_each_have_their_role() -> None:
    assert roles(
        '{"port": 587, "on": true, "value": "a: \\"b\\"", "none": null, "x" : -1.5e+3}'
    ) == [
        ('"port"', "$accent"),
        ("587", "$unknown"),
        ('"on"', "$accent"),
        ("true", "$unknown"),
        ('"value"', "$accent"),
        ('"a: \\"b\\""', "$good"),
        ('"none"', "$accent"),
        ("null", "$unknown"),
        ('"x"', "$accent"),
        ("-1.5e+3", "$unknown"),
    ]


def test_a_masked_secret_in_json_is_dim() -> None:
    assert roles('{"value": "**********"}')[1] == ('"**********"', "dim")
    assert roles('{"value": "••••"}')[1] == ('"••••"', "dim")


def test_text_that_is_no_json_has_no_colour() -> None:
    assert roles("(no body)") == []
    assert roles('the answer was "cut') == []
    assert roles("smtp2.example.com refused id5e7a1") == []


@given(VALUES)
def test_json_in_colours_reads_as_before(value: object) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    assert json_content(text).plain == text
