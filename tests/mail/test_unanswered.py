"""What an error says of a test mail: not tried, refused, or not known."""

import pytest

from smtp_tui.api.errors import (
    AccessDenied,
    AccessRefused,
    ApiError,
    BadAnswer,
    CertificateRefused,
    HostUnreachable,
    Invalid,
    NoAnswer,
    NotFound,
    Operation,
    OperationMissing,
    Place,
    ServerFault,
    StatusError,
    TokenNeeded,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.mail.reply_model import Verdict
from smtp_tui.mail.unanswered import judge_error

TO = "anna@example.com"
PLACE = Place(Operation.TEST_SAVED, "cam.example.com")


@pytest.mark.parametrize(
    "error",
    [
        HostUnreachable(PLACE, "no such name"),
        CertificateRefused(PLACE, "self-signed"),
        TokenNeeded(PLACE, "no token"),
        AccessRefused(PLACE, "read-only"),
        TokenRefused(PLACE, 401, ""),
        AccessDenied(PLACE, 403, ""),
        NotFound(PLACE, 404, ""),
        OperationMissing(PLACE, 404, ""),
        TooManyRequests(PLACE, 429, ""),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_refused_before_the_mail_is_looked_at_is_no_verdict(error: ApiError) -> None:
    assert judge_error(error, TO) is None


@pytest.mark.parametrize(
    "error",
    [
        NoAnswer(PLACE, "The line went silent"),
        BadAnswer(PLACE, "No JSON"),
        StatusError(PLACE, 408, "Request Timeout"),
    ],
    ids=["silent", "unusable", "408"],
)
def test_an_answer_that_was_lost_is_unknown_and_may_have_been_sent(error: ApiError) -> None:
    judged = judge_error(error, TO)
    assert judged is not None
    assert judged.verdict is Verdict.UNKNOWN
    assert judged.meaning == f"{error.why}. The mail may have been sent."


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (Invalid(PLACE, 422, "550 5.1.1 User unknown"), Verdict.REJECTED),
        (Invalid(PLACE, 400, "535 5.7.8 Authentication failed"), Verdict.REJECTED),
        (ServerFault(PLACE, 500, "getaddrinfo ENOTFOUND mail.example.com"), Verdict.UNREACHABLE),
        (ServerFault(PLACE, 500, "Internal Server Error"), Verdict.UNKNOWN),
    ],
    ids=["422", "400", "500 with words of the mail", "500"],
)
def test_the_words_of_a_failure_are_judged_as_an_answer_is(
    error: ApiError, verdict: Verdict
) -> None:
    judged = judge_error(error, TO)
    assert judged is not None
    assert judged.verdict is verdict
