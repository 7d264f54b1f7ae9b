"""What an error says of a test mail: not tried, or not known."""

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
    StatusError,
    TokenNeeded,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.mail.reply_model import Verdict
from smtp_tui.mail.unanswered import judge_error

PLACE = Place(Operation.TEST_SAVED, "cam.example.com", "id-7")


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
        Invalid(PLACE, 400, "to is a required argument"),
        StatusError(PLACE, 413, "request entity too large"),
        TooManyRequests(PLACE, 429, ""),
    ],
    ids=lambda error: f"{type(error).__name__} {getattr(error, 'status', '')}",
)
def test_what_is_refused_before_the_mail_is_looked_at_is_no_verdict(error: ApiError) -> None:
    assert judge_error(error) is None


@pytest.mark.parametrize(
    "error",
    [NoAnswer(PLACE, "The line went silent"), BadAnswer(PLACE, "No JSON")],
    ids=["silent", "unusable"],
)
def test_an_answer_that_was_lost_is_unknown_and_may_have_been_sent(error: ApiError) -> None:
    judged = judge_error(error)
    assert judged is not None
    assert judged.verdict is Verdict.UNKNOWN
    assert judged.meaning == f"{error.why}. The mail may have been sent."
    assert judged.request_id == "id-7"
