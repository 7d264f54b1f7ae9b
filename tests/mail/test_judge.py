"""A test mail is accepted only when the answer says so, and a doubt is told as a doubt."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smtp_tui.api.errors import (
    AccessDenied,
    AccessRefused,
    ApiError,
    BadAnswer,
    Call,
    CertificateRefused,
    HostUnreachable,
    Invalid,
    NoAnswer,
    NotFound,
    OperationMissing,
    StatusError,
    TokenNeeded,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.api.models import JsonValue, TestAnswer
from smtp_tui.api.requests import Operation
from smtp_tui.mail.judge import judge, judge_error
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict

TO = "you@example.com"
QUEUED = "250 2.0.0 Ok: queued as 4F1A2B3C4D"
KEYS = [
    "error",
    "message",
    "accepted",
    "rejected",
    "response",
    "code",
    "command",
    "success",
    "status",
    "responseCode",
    "result",
    "address",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(KEYS) | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


def after(status: int, body: JsonValue) -> TestOutcome:
    outcome = judge(TestAnswer(status, body), TO)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(
    "body",
    [
        {"accepted": [TO], "rejected": [], "response": QUEUED, "messageId": "<a@b>"},
        {"data": {"accepted": [{"address": TO, "name": ""}], "response": QUEUED}},
        {"response": QUEUED},
        {"message": QUEUED},
        {"success": True, "message": "Email sent successfully", "response": QUEUED},
        QUEUED,
    ],
)
def test_an_answer_with_the_mail_servers_yes_is_accepted_with_its_queue_id(body: JsonValue) -> None:
    outcome = after(200, body)
    assert (outcome.verdict, outcome.phase) == (Verdict.ACCEPTED, Phase.MESSAGE)
    assert outcome.queue_id == "4F1A2B3C4D"
    assert QUEUED in outcome.server_text
    assert "Delivery is not confirmed" in outcome.meaning


@pytest.mark.parametrize(
    "body",
    [
        {"success": True},
        {"status": "success"},
        "Email sent successfully",
        {"message": "Test email has been sent to you@example.com"},
        {"accepted": [TO]},
        True,
    ],
)
def test_a_bare_yes_of_cam_is_accepted_without_a_server(body: JsonValue) -> None:
    outcome = after(200, body)
    assert outcome.verdict is Verdict.ACCEPTED
    assert (outcome.server, outcome.queue_id) == (None, None)


@pytest.mark.parametrize(
    "body",
    [
        None,
        "",
        {},
        [],
        {"id": "5e1"},
        {"messageId": "<a@b>"},
        {"count": 1},
        "OK?",
        "The email was not sent",
    ],
)
def test_an_answer_that_does_not_say_so_is_not_accepted(body: JsonValue) -> None:
    outcome = after(200, body)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "200" in outcome.meaning
    assert "not whether the mail was accepted" in outcome.meaning


@pytest.mark.parametrize(
    ("body", "phase", "parameter"),
    [
        (
            {
                "error": {
                    "statusCode": 500,
                    "message": "Invalid login: 535 5.7.8 Error: authentication failed",
                    "code": "EAUTH",
                    "response": "535 5.7.8 Error: authentication failed",
                    "responseCode": 535,
                    "command": "AUTH PLAIN",
                }
            },
            Phase.LOGIN,
            "password",
        ),
        ({"error": {"message": "550 5.7.1 no", "command": "MAIL FROM"}}, Phase.SENDER, "username"),
        ({"error": {"message": "550 5.7.1 no", "command": "RCPT TO"}}, Phase.RECIPIENT, "to"),
        ({"error": {"message": "nope", "responseCode": 535}}, Phase.LOGIN, "password"),
        ({"success": False, "message": "535 5.7.8 failed"}, Phase.LOGIN, "password"),
        ({"error": "535 5.7.8 failed"}, Phase.LOGIN, "password"),
        ("535 5.7.8 failed", Phase.LOGIN, "password"),
    ],
)
@pytest.mark.parametrize("status", [200, 400, 500])
def test_a_refusal_of_the_mail_server_is_rejected_whatever_the_status(
    status: int, body: JsonValue, phase: Phase, parameter: str
) -> None:
    outcome = after(status, body)
    assert (outcome.verdict, outcome.phase, outcome.parameter) == (
        Verdict.REJECTED,
        phase,
        parameter,
    )


def test_a_mail_server_that_cannot_be_reached_is_unreachable() -> None:
    body: JsonValue = {
        "error": {
            "statusCode": 500,
            "message": "connect ECONNREFUSED 10.0.0.1:587",
            "code": "ECONNECTION",
            "command": "CONN",
        }
    }
    outcome = after(500, body)
    assert (outcome.verdict, outcome.phase, outcome.parameter) == (
        Verdict.UNREACHABLE,
        Phase.CONNECT,
        "port",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"accepted": [], "rejected": [TO], "response": "250 OK"},
        {"accepted": ["other@example.com"], "rejected": ["YOU@example.com"]},
        {"accepted": [], "rejected": [{"address": TO}]},
        {"rejected": ["someone@example.com"]},
    ],
)
def test_a_recipient_in_the_rejected_list_is_rejected(body: JsonValue) -> None:
    outcome = after(200, body)
    assert (outcome.verdict, outcome.phase, outcome.parameter) == (
        Verdict.REJECTED,
        Phase.RECIPIENT,
        "to",
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, {"error": {"statusCode": 500, "message": "Internal Server Error"}}),
        (502, "<html><body><h1>502 Bad Gateway</h1></body></html>"),
        (503, "upstream connect error or disconnect/reset before headers"),
        (504, "upstream request timeout"),
        (500, None),
        (200, {"error": {"message": "read ECONNRESET", "code": "ESOCKET", "command": "CONN"}}),
    ],
)
def test_a_breakdown_on_the_way_may_have_been_sent(status: int, body: JsonValue) -> None:
    outcome = after(status, body)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "may have been sent" in outcome.meaning


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (422, {"error": {"statusCode": 422, "message": "to is bogus"}}),
        (400, None),
        (200, {"success": False}),
        (200, {"status": "failed", "message": "Kaputt"}),
    ],
)
def test_a_failure_in_unknown_words_is_rejected_and_said_to_be_unknown(
    status: int, body: JsonValue
) -> None:
    outcome = after(status, body)
    assert outcome.verdict is Verdict.REJECTED
    assert "does not know" in outcome.meaning
    assert outcome.parameter is None


def test_an_error_that_carries_a_yes_is_left_open() -> None:
    assert after(500, {"error": {"message": QUEUED}}).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("status", [502, 503, 504])
def test_plain_words_of_a_proxy_are_not_taken_for_the_mail_servers(status: int) -> None:
    outcome = after(status, "upstream request timeout: connection refused")
    assert outcome.verdict is Verdict.UNKNOWN
    assert "in front of CAM" in outcome.meaning
    assert outcome.parameter is None


def test_a_web_page_with_a_good_status_is_not_accepted() -> None:
    outcome = after(200, "<html><title>Login successful, mail sent</title></html>")
    assert outcome.verdict is Verdict.UNKNOWN


def test_the_words_of_the_server_are_there_whole() -> None:
    long = "550 5.1.1 no such user " + "x" * 50_000
    assert after(200, long).server_text == long
    assert after(200, {"error": {"message": "failed", "response": long}}).server_text == (
        f"{long}\nfailed"
    )
    assert '"odd": 1' in after(200, {"odd": 1}).server_text


@given(status=st.integers(100, 599), body=JSON)
def test_no_answer_makes_the_judge_raise_and_a_verdict_always_has_a_meaning(
    status: int, body: JsonValue
) -> None:
    outcome = judge(TestAnswer(status, body), TO)
    if outcome is None:
        assert 400 <= status < 500
        return
    assert outcome.meaning
    assert outcome.advice
    if status >= 400:
        assert outcome.verdict is not Verdict.ACCEPTED


def test_a_deep_body_does_not_exhaust_the_judge() -> None:
    body: JsonValue = "end"
    for _ in range(500):
        body = {"error": body}
    assert after(500, body).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("error", ["none", "null", "false", "", None, False])
def test_a_member_for_errors_that_holds_none_is_no_error(error: JsonValue) -> None:
    outcome = judge(TestAnswer(200, {"error": error, "message": "Test email sent"}), TO)
    assert outcome is not None
    assert outcome.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("said", ["250 2.0.0 Ok: queued as 4F2A", "354 End data with <CR><LF>"])
def test_a_failure_with_a_yes_of_the_mail_server_is_unknown(said: str) -> None:
    outcome = judge(TestAnswer(200, {"success": False, "response": said}), TO)
    assert outcome is not None
    assert outcome.verdict is Verdict.UNKNOWN
    assert "the mail server's response says success" in outcome.meaning


CALL = Call(Operation.TEST_SAVED, "cam.example.com", "id-7")


@pytest.mark.parametrize(
    "error",
    [
        HostUnreachable(CALL, "no such name"),
        CertificateRefused(CALL, ssl.SSLCertVerificationError("self-signed")),
        TokenNeeded(CALL, "no token"),
        AccessRefused(CALL, "read-only"),
        TokenRefused(CALL, 401, ""),
        AccessDenied(CALL, 403, ""),
        NotFound(CALL, 404, ""),
        OperationMissing(CALL, 404, ""),
        Invalid(CALL, 400, "to is a required argument"),
        StatusError(CALL, 413, "request entity too large"),
        TooManyRequests(CALL, 429, ""),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}",
)
def test_what_is_refused_before_the_mail_is_looked_at_is_no_verdict(error: ApiError) -> None:
    assert judge_error(error) is None


@pytest.mark.parametrize(
    "error",
    [NoAnswer(CALL, "The line went silent"), BadAnswer(CALL, "No JSON")],
    ids=["silent", "unusable"],
)
def test_an_answer_that_was_lost_is_unknown_and_may_have_been_sent(error: ApiError) -> None:
    judged = judge_error(error)
    assert judged is not None
    assert judged.verdict is Verdict.UNKNOWN
    assert judged.meaning == f"{error.why}. The mail may have been sent."
    assert judged.request_id == "id-7"
