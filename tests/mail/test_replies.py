"""The decoder reads what real servers and mailers write, and says so when it cannot."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.mail.replies import LOOKED_AT, accepted_by, decode
from smtp_tui.mail.reply_model import Acceptance, Phase, Verdict
from smtp_tui.mail.reply_table import all_rows
from tests.mail import reply_texts_client, reply_texts_envelope, reply_texts_login
from tests.mail.reply_case import Case

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=400)
CASES = reply_texts_client.CASES + reply_texts_login.CASES + reply_texts_envelope.CASES
PARAMETERS = {"hostname", "port", "username", "password", "to", None}


@pytest.mark.parametrize("case", CASES, ids=[case.text[:60] for case in CASES])
def test_a_real_text_is_read_with_its_phase_verdict_and_parameter(case: Case) -> None:
    reading = decode(case.text)
    assert reading.known
    assert (reading.phase, reading.verdict_hint, reading.parameter) == (
        case.phase,
        case.verdict,
        case.parameter,
    ), reading


def test_there_are_at_least_sixty_different_real_texts_from_named_sources() -> None:
    assert len({case.text for case in CASES}) >= 60
    assert all(case.source for case in CASES)


def test_a_known_reading_always_has_a_meaning_an_advice_and_a_source() -> None:
    for case in CASES:
        reading = decode(case.text)
        assert reading.meaning.endswith(".")
        assert reading.advice.endswith(".")
        assert reading.source


def test_every_row_names_its_source_and_a_parameter_that_exists() -> None:
    for row in all_rows():
        assert row.source
        assert row.parameter in PARAMETERS
        assert row.codes or row.enhanced or row.patterns


def test_every_pattern_compiles_and_is_written_for_lower_case_text() -> None:
    for row in all_rows():
        for pattern in row.patterns:
            re.compile(pattern)
            assert not re.search(r"(?<!\\)[A-Z]", pattern), pattern


@pytest.mark.parametrize(
    ("text", "reply_code", "enhanced"),
    [
        ("535-5.7.8 Username and Password not accepted", 535, "5.7.8"),
        ("Message failed: 552 5.3.4 too big", 552, "5.3.4"),
        ("(550, b'5.1.1 no such user')", 550, "5.1.1"),
        ("Could not connect to SMTP host: h, port: 25, response: 554", 554, None),
        ("Sorry: 5.7.57 not authenticated", None, "5.7.57"),
        ("connect ECONNREFUSED 10.5.1.2:550", None, None),
        ("connect ETIMEDOUT 5.7.1.4:25", None, None),
        ("gave up after 500 ms", None, None),
        ("read timed out: 450 seconds", None, None),
    ],
)
def test_codes_are_found_and_numbers_that_are_none_are_left_alone(
    text: str, reply_code: int | None, enhanced: str | None
) -> None:
    reading = decode(text)
    assert (reading.reply_code, reading.enhanced) == (reply_code, enhanced)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("504 5.5.2 <cam>: Sender address rejected: need fully-qualified address", "full domain"),
        ("450 4.3.2 Service unavailable", "for now only"),
        ("Message failed: 450 4.3.2 Service unavailable", "for now only"),
        ("451 4.7.1 Try again later", "for now only"),
        ("554 5.7.1 <h[192.0.2.7]>: Client host rejected: Access denied", "did not log in"),
        ("Unexpected socket close", "instead of saying hello"),
    ],
)
def test_a_reading_says_what_matters(text: str, words: str) -> None:
    reading = decode(text)
    assert words in f"{reading.meaning} {reading.advice}"


@pytest.mark.parametrize(
    "text",
    [
        "401 Unauthorized",
        "500 Internal Server Error",
        "Error: 502 Bad Gateway",
        "503 Service Unavailable",
        "HTTP 503",
        "Request failed with status code 503",
        'statusCode: "500"',
    ],
)
def test_a_status_of_http_is_no_reply_of_a_mail_server(text: str) -> None:
    assert not decode(text).known
    assert decode(text).reply_code is None


@pytest.mark.parametrize(
    "text", ["", "   ", "Something odd happened", "Internal Server Error", "🙂"]
)
def test_a_text_nobody_knows_is_said_to_be_unknown(text: str) -> None:
    reading = decode(text)
    assert not reading.known
    assert reading.verdict_hint is Verdict.UNKNOWN
    assert reading.phase is Phase.UNKNOWN
    assert reading.parameter is None


def test_the_code_of_the_mailer_helps_where_its_words_do_not() -> None:
    assert decode("it did not work", "ECONNREFUSED").phase is Phase.CONNECT
    assert decode("no", "535").phase is Phase.LOGIN
    assert decode("no", "EAUTH").parameter == "password"


def test_an_acceptance_is_never_called_a_delivery() -> None:
    for case in CASES:
        if case.verdict is Verdict.ACCEPTED:
            assert "whether it is delivered" in decode(case.text).meaning


@pytest.mark.parametrize(
    ("text", "server", "queue_id"),
    [
        ("250 2.0.0 Ok: queued as 4F1A2B3C4D", None, "4F1A2B3C4D"),
        ("250 Ok: queued as Xy_z-1AbCdEfGhIjKlMnOpQ==", None, "Xy_z-1AbCdEfGhIjKlMnOpQ=="),
        ("250 OK: queued as <abc123@mail.example.com>.", None, "abc123@mail.example.com"),
        (
            "250 2.6.0 <a@b> [InternalId=123456, Hostname=AM0PR01.prod.outlook.com] 9 bytes "
            "Queued mail for delivery",
            "AM0PR01.prod.outlook.com",
            "123456",
        ),
        ("250 2.6.0 <a@b> [InternalId=274498] Queued mail for delivery", None, "274498"),
        ("250 2.0.0 OK  1376056636 i3si9508927obz.16 - gsmtp", "gsmtp", "i3si9508927obz.16"),
        ("250 OK id=1qABCD-0001xy-2Z", None, "1qABCD-0001xy-2Z"),
        ("250 ok 1700000000 qp 12345", None, "qp 12345"),
        ("250 2.0.0 3AMDhK12004321 Message accepted for delivery", None, "3AMDhK12004321"),
        (
            "250 Message Queued (5A6B7C8D-1111-2222-3333-444455556666.1)",
            None,
            "5A6B7C8D-1111-2222-3333-444455556666.1",
        ),
        (
            "250 Ok 0102018c1234abcd-12345678-abcd-1234-abcd-1234567890ab-000000",
            None,
            "0102018c1234abcd-12345678-abcd-1234-abcd-1234567890ab-000000",
        ),
        ("250 Queued (0.123 seconds)", None, None),
        ("250 OK", None, None),
        ("250 Great success", None, None),
        ("", None, None),
    ],
)
def test_server_and_queue_id_are_read_where_the_reply_tells_them(
    text: str, server: str | None, queue_id: str | None
) -> None:
    assert accepted_by(text) == Acceptance(server, queue_id)


@given(text=ANY_TEXT, code=st.none() | ANY_TEXT)
def test_no_text_and_no_code_makes_the_decoder_raise(text: str, code: str | None) -> None:
    assert decode(text, code).meaning
    assert isinstance(accepted_by(text), Acceptance)


@pytest.mark.parametrize(
    "piece", ["a", " ", "\n", "550-", "(((", "mail ", "authentication ", "250 ok ", "5.7.", "5" * 9]
)
def test_a_huge_text_is_decoded_at_once(piece: str) -> None:
    """The bound is loose for slow machines: a pattern that backtracks would take minutes here."""
    text = piece * (3_000_000 // len(piece))
    started = time.perf_counter()
    decode(text)
    accepted_by(text)
    assert time.perf_counter() - started < 2


def test_only_the_start_of_a_text_is_looked_at() -> None:
    assert not decode("x" * LOOKED_AT + " connect ECONNREFUSED 10.0.0.1:25").known
