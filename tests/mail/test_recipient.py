"""A recipient is one address, and what is sent is one line of ASCII."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.mail.remarks import Severity

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    "text",
    [
        "you@example.com",
        "You.B+c@Mail.example.org",
        "o'brien@example.ie",
        "x@xn--bcher-kva.de",
        "ops@mail.corp.local",
        "you@relay.test",
    ],
)
def test_a_plain_address_is_sent_as_typed(text: str) -> None:
    assert parse_recipient(text) == (text, ())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Enter the recipient"),
        ("you", "must have an @"),
        ("@example.com", "something before"),
        ("you@", "something after"),
        ("a@example.com,b@example.com", "one address"),
        ("a@example.com;b@example.com", "one address"),
        ("a@b@example.com", "one address"),
        ("You <you@example.com>", "display name"),
        ("you@example.com\r\nBcc: x@example.com", "one address"),
        ("you@example.com\r\n", "control"),
        ("you\x00@example.com", "control"),
        ("you\ud800@example.com", "not text"),
        ("you @example.com", "SPACE"),
        (" you@example.com", "SPACE"),
        ("a" * 65 + "@example.com", "too long before"),
        ("a@" + "b" * 64 + ".com", "so many characters"),
        ("a@" + "b." * 130 + "com", "too long after"),
        (".you@example.com", "start with a period"),
        ("y..ou@example.com", "two periods"),
        ('"you"@example.com', "Quoting"),
        ("münchen@example.com", "before the @"),
        ("you@exam_ple.com", "invalid characters"),
        ("you@example..com", "two periods"),
        ("you@10.0.0.1", "IP address"),
        ("you@[10.0.0.300]", "IPv4 address"),
        ("you@straße.example", "no unique ASCII form"),
        ("you@ＥＸＡＭＰＬＥ.com", "no unique ASCII form"),
    ],
)
def test_a_wrong_recipient_is_refused_with_the_reason(text: str, reason: str) -> None:
    address, (remark,) = parse_recipient(text)
    assert address is None
    assert remark.severity is Severity.ERROR
    assert reason in remark.text


@pytest.mark.parametrize("text", ["you@mailhost", "you@localhost", "you@[10.0.0.25]"])
def test_an_unusual_domain_is_allowed_with_a_warning(text: str) -> None:
    address, (remark,) = parse_recipient(text)
    assert address == text
    assert remark.severity is Severity.WARNING


def test_an_international_domain_is_sent_as_a_labels_and_says_so() -> None:
    address, (remark,) = parse_recipient("you@bücher.example")
    assert address == "you@xn--bcher-kva.example"
    assert remark.severity is Severity.HINT
    assert "xn--bcher-kva.example" in remark.text


@given(ANY_TEXT | st.from_regex(r"\A\S{0,70}@[^\s@]{1,260}\Z"))
def test_what_is_sent_is_always_one_line_of_ascii_within_the_limit(text: str) -> None:
    address, remarks = parse_recipient(text)
    assert all(remark.text.strip() for remark in remarks)
    if address is not None:
        assert address.isascii()
        assert address.isprintable()
        assert address.count("@") == 1
        assert len(address) <= 254
