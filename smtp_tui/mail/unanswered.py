"""What a test came to when the server sent no answer to judge, but an error."""

from __future__ import annotations

from smtp_tui.api.errors import ApiError, NotSent, StatusError
from smtp_tui.mail.outcome import TestOutcome, unknown


def judge_error(error: ApiError) -> TestOutcome | None:
    """Judge an error as the outcome of a test; None where surely no mail was tried.

    A status is an error here only where the answer tells nothing of a mail: CAM refused the call.
    """
    refused = isinstance(error, StatusError) and not error.outcome_unknown
    if refused or isinstance(error, NotSent):
        return None
    return unknown(f"{error.why}. The mail may have been sent.", error.place.request_id)
