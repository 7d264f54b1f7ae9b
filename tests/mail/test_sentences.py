"""What is said of a value is a whole sentence, whichever check says it."""

import re

import pytest

from smtp_tui.mail.parameters import parameter_remarks, port_remarks
from smtp_tui.mail.recipient import parse_recipient
from smtp_tui.mail.remarks import Remark

ODD_TEXTS = (
    *("", " ", "a b", " a", "a\x1bb", "a\nb", "a\u200bb", "\ud800", "é", "a" * 300),
    *("33073", "1.2.3", "300.1.1.1", "127.0.0.1", "::1", "[::1]", "fe80::1%eth0", "2001:db8::zz"),
    *("http://a", "user@a", "a/b", "a:25", "a..b", "a.", "-a.b", "localhost", "relay", "bücher.de"),
    *("0", "465", "70000", "x", "•••", "***", "a@b", "a@b@c", "a@127.0.0.1", "a@[127.0.0.1]"),
)
SENTENCE = re.compile(r"[A-Z][^A-Z]?.*(?:\.|: \S+|xn--…)\Z")
UNFIT = re.compile(r"\b(?:has|have) no an? |\ba an?\b|\b1 \w+s\b|  |\.\.(?!\.)")
"""What comes of a sentence made of parts that do not fit."""


def _remarks(text: str) -> tuple[Remark, ...]:
    found = [*parse_recipient(text)[1]]
    for name in ("hostname", "port", "username", "password", "apiKey", "other"):
        found += parameter_remarks(name, text)
    return tuple(found)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=ascii)
def test_what_is_said_of_a_value_is_a_sentence(text: str) -> None:
    for remark in _remarks(text):
        assert SENTENCE.match(remark.text), remark.text
        assert not UNFIT.search(remark.text), remark.text


@pytest.mark.parametrize("hostname", ["smtp.gmail.com", "mail.example.com"])
def test_what_is_said_of_a_port_is_a_sentence(hostname: str) -> None:
    for port in (22, 25, 80, 443, 465, 587, 993, 2465, 2525, 2587):
        for remark in port_remarks(hostname, port):
            assert SENTENCE.match(remark.text), remark.text


def test_digits_alone_are_no_host_name_and_it_is_said_plainly() -> None:
    (remark,) = parameter_remarks("hostname", "33073")
    assert remark.text == "Not a valid host name or IP address."
