"""What a test came to when the server sent no answer to judge, but an error."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from smtp_tui.api.errors import (
    AccessDenied,
    ApiError,
    NotFound,
    NotSent,
    OperationMissing,
    StatusError,
    TokenRefused,
    TooManyRequests,
)
from smtp_tui.mail.outcome import TestOutcome, judge

_REQUEST_TIMEOUT: Final = 408
_REFUSED: Final = (
    NotSent,
    TokenRefused,
    AccessDenied,
    NotFound,
    OperationMissing,
    TooManyRequests,
)
"""What is answered before CAM looks at the mail at all."""


def judge_error(error: ApiError, recipient: str) -> TestOutcome | None:
    """Judge an error as the outcome of a test; None where surely no mail was tried."""
    if isinstance(error, _REFUSED):
        return None
    if isinstance(error, StatusError) and error.status != _REQUEST_TIMEOUT:
        return judge(error.status, error.words, sent=True, recipient=recipient)
    return unknown(f"{error.why}. The mail may have been sent.", recipient)


def unknown(meaning: str, recipient: str) -> TestOutcome:
    """Give the outcome of a test that nobody told; ``meaning`` says why."""
    return replace(judge(None, None, sent=True, recipient=recipient), meaning=meaning)
