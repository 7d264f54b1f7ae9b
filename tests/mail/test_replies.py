"""The table of replies is sound, and real texts are read as what they mean."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.mail.outcome import Phase, Verdict
from smtp_tui.mail.replies import LOOKED_AT, Accepted, Reading, Row, accepted_by, read, table
from tests.mail.reply_texts import CASES, Case

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=400)
SECTIONS = (table().mailer, table().server, table().code)
ROWS = [row for rows in SECTIONS for row in rows]


def reading_of(text: str, code: str = "") -> Reading:
    reading = read(text, code)
    assert reading is not None
    return reading


@pytest.mark.parametrize("row", ROWS, ids=[row.example[:60] for row in ROWS])
def test_the_example_of_a_row_is_decided_by_that_row(row: Row) -> None:
    assert reading_of(row.example).row is row


def test_every_code_that_a_row_names_alone_is_decided_by_that_row() -> None:
    for row in table().code:
        if row.patterns:
            continue
        for code in row.codes if not row.enhanced else ():
            assert reading_of(f"{code.replace('xx', '59')} Refused").row is row
        for enhanced in row.enhanced if not row.codes else ():
            code = enhanced.replace("x.x", "0.99").replace("x", "5")
            assert reading_of(f"{code} Refused").row is row


def test_every_row_is_written_as_the_table_says() -> None:
    for row in ROWS:
        assert row.codes or row.enhanced or row.patterns, row
        assert all(re.fullmatch(r"[2-5](\d\d|xx)", code) for code in row.codes), row
        assert all(re.fullmatch(r"[245x](\.\d+\.\d+|\.x\.x)", code) for code in row.enhanced), row
        assert row.meaning.endswith("."), row
        assert row.advice.endswith("."), row
        assert row.source, row


def test_every_pattern_compiles_and_is_written_for_lower_case_text() -> None:
    of_rows = [pattern for row in ROWS for pattern in row.patterns]
    of_clues = [pattern for clue in table().clue for pattern in clue.patterns]
    for pattern in of_rows + of_clues:
        re.compile(pattern)
        assert not re.search(r"(?<!\\)[A-Z]", pattern), pattern


def test_nothing_stands_twice_in_the_table() -> None:
    for rows in SECTIONS:
        conditions = [
            (row.codes, row.enhanced, pattern) for row in rows for pattern in row.patterns or ("",)
        ]
        assert len(set(conditions)) == len(conditions)
    examples = [row.example for row in ROWS]
    assert len(set(examples)) == len(examples)


@pytest.mark.parametrize("case", CASES, ids=[case.text[:60] for case in CASES])
def test_a_real_text_is_read_with_its_verdict_phase_and_parameter(case: Case) -> None:
    reading = reading_of(case.text)
    assert (reading.row.verdict, reading.phase, reading.parameter) == case[1:], reading


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
        ("read timed out: 450 seconds", None, None),
    ],
)
def test_codes_are_found_and_numbers_that_are_none_are_left_alone(
    text: str, reply_code: int | None, enhanced: str | None
) -> None:
    reading = reading_of(text)
    assert (reading.reply_code, reading.enhanced) == (reply_code, enhanced)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("504 5.5.2 <cam>: Sender address rejected: need fully-qualified address", "full domain"),
        ("450 4.3.2 Service unavailable", "temporary"),
        ("Message failed: 450 4.3.2 Service unavailable", "temporary"),
        ("451 4.7.1 Try again later", "temporary"),
        ("554 5.7.1 <h[192.0.2.7]>: Client host rejected: Access denied", "did not log in"),
        ("Unexpected socket close", "instead of sending its greeting"),
    ],
)
def test_a_reading_says_what_matters(text: str, words: str) -> None:
    row = reading_of(text).row
    assert words in f"{row.meaning} {row.advice}"


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
    assert read(text) is None


@pytest.mark.parametrize(
    "text", ["", "   ", "Something odd happened", "gave up after 500 ms", "🙂"]
)
def test_a_text_that_no_row_knows_has_no_reading(text: str) -> None:
    assert read(text) is None


def test_the_code_of_the_mailer_helps_where_its_words_do_not() -> None:
    assert reading_of("it did not work", "ECONNREFUSED").phase is Phase.CONNECT
    assert reading_of("no", "535").phase is Phase.LOGIN
    assert reading_of("no", "EAUTH").parameter == "password"


def test_an_acceptance_is_never_called_a_delivery() -> None:
    accepting = [row for row in ROWS if row.verdict is Verdict.ACCEPTED]
    assert accepting
    assert all("does not confirm delivery" in row.meaning for row in accepting)


@pytest.mark.parametrize("accepted", table().accepted, ids=[row.source for row in table().accepted])
def test_the_example_of_an_acceptance_is_read_by_its_own_pattern(accepted: Accepted) -> None:
    match = re.search(accepted.pattern, accepted.example)
    assert match is not None
    groups = match.groupdict()
    assert set(groups) <= {"server", "queue"}
    assert accepted_by(accepted.example) == (groups.get("server"), groups["queue"])


@pytest.mark.parametrize(
    ("text", "server", "queue_id"),
    [
        ("250 Ok: queued as Xy_z-1AbCdEfGhIjKlMnOpQ==", None, "Xy_z-1AbCdEfGhIjKlMnOpQ=="),
        ("250 OK: queued as <abc123@mail.example.com>.", None, "abc123@mail.example.com"),
        (
            "250 2.6.0 <a@b> [InternalId=123456, Hostname=AM0PR01.prod.outlook.com] 9 bytes "
            "Queued mail for delivery",
            "AM0PR01.prod.outlook.com",
            "123456",
        ),
        ("250 2.6.0 <a@b> [InternalId=274498] Queued mail for delivery", None, "274498"),
        ("250 ok 1700000000 qp 12345", None, "qp 12345"),
        ("250 Queued (0.123 seconds)", None, None),
        ("250 OK", None, None),
        ("", None, None),
    ],
)
def test_server_and_queue_id_are_read_where_the_reply_tells_them(
    text: str, server: str | None, queue_id: str | None
) -> None:
    assert accepted_by(text) == (server, queue_id)


@given(text=ANY_TEXT, code=ANY_TEXT)
def test_whatever_text_and_code_say_a_row_of_the_table_is_read_or_none(
    text: str, code: str
) -> None:
    found = read(text, code)
    known = table()
    assert found is None or found.row in (*known.mailer, *known.server, *known.code)
    server, queue_id = accepted_by(text)
    for told in filter(None, (server, queue_id)):
        assert told in " ".join(text.split())


@pytest.mark.parametrize(
    "piece", ["a", " ", "\n", "550-", "(((", "mail ", "authentication ", "250 ok ", "5.7.", "5" * 9]
)
def test_a_huge_text_is_read_at_once(piece: str) -> None:
    """The bound is loose for slow machines: a pattern that backtracks would take minutes here."""
    text = piece * (3_000_000 // len(piece))
    started = time.perf_counter()
    read(text)
    accepted_by(text)
    assert time.perf_counter() - started < 2


def test_only_the_start_of_a_text_is_looked_at() -> None:
    assert read("x" * LOOKED_AT + " connect ECONNREFUSED 10.0.0.1:25") is None
