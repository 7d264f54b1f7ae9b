"""Turn the answer to a test mail into an outcome that a person can act on.

The answers of the test operations are documented nowhere. What a mailer or a mail server said
decides, wherever it stands in the answer; the status of HTTP counts only where neither said
anything. No mail counts as accepted unless the text or the structure says so.
"""

from __future__ import annotations

import json
import re
from typing import Final

from msgspec.structs import replace

from smtp_tui.api.decode import is_page, page_words
from smtp_tui.api.errors import ApiError, NotSent, StatusError
from smtp_tui.api.models import JsonValue, TestAnswer
from smtp_tui.mail.evidence import Evidence, gather
from smtp_tui.mail.outcome import Phase, TestOutcome, Verdict
from smtp_tui.mail.replies import Reading, accepted_by, read

_SMTP_STATUSES: Final = frozenset({*range(530, 540), *range(550, 560)})
"""Statuses that HTTP does not have: LoopBack passes on the reply code that an error carries."""

_SAYS_SENT: Final = re.compile(
    r"\b(?:e-?mail|mail|message)\b.{0,60}\b(?:sent|accepted)\b"
    r"|\bsent\b.{0,60}\b(?:e-?mail|mail|message)\b|\bsuccess(?:ful|fully)?\b",
    re.IGNORECASE | re.DOTALL,
)
_SAYS_NOT: Final = re.compile(
    r"\b(?:not|no|un\w+|without|never|fail\w*|error\w*|cannot|can't|couldn't|could not|refused"
    r"|rejected|denied|invalid|will be|would)\b",
    re.IGNORECASE,
)
_SAYS_QUEUED: Final = re.compile(
    r"\b(?:queued|enqueued|scheduled|in the queue|to (?:the|a) queue|queued for|will be sent"
    r"|being sent|in progress|pending|submitted)\b",
    re.IGNORECASE,
)
_ABOUT_THE_CALL: Final = re.compile(
    r"\bis a required arg(?:ument)?\b|^value is not an? \w+\.?$|^could not create \w+ from json"
    r"|\bunexpected (?:token|end)\b.{0,40}\bjson\b|^the `?\w+`? instance is not valid",
    re.IGNORECASE,
)
"""How LoopBack refuses the arguments of a call, before the method has run."""

_RELAY_LOGIN: Final = re.compile(r"username and password|invalid login", re.IGNORECASE)
_LOOK_FIRST: Final = "Check the recipient's mailbox before you test again."
_LOOK: Final = "Check the recipient's mailbox."


def judge(answer: TestAnswer, recipient: str) -> TestOutcome | None:
    """Judge an answer with any status; None where CAM refused the call and no mail was sent."""
    status, body = answer.status, answer.body
    if isinstance(body, str) and is_page(body):
        outcome = _from_page(status)
        words = page_words(body)
    else:
        evidence = gather(body)
        outcome = _by_mailer(answer, evidence, recipient) or _by_status(answer, evidence)
        words = evidence.text or _as_json(body)
    return outcome and replace(outcome, server_text=words, request_id=answer.request_id)


def judge_error(error: ApiError) -> TestOutcome | None:
    """Judge an error in place of an answer; None where no mail can have been tried.

    A status is an error here only where the answer says nothing of a mail: CAM refused the call.
    """
    refused = isinstance(error, StatusError) and not error.outcome_unknown
    if refused or isinstance(error, NotSent):
        return None
    return unknown(f"{error.why}. The mail may have been sent.", error.call.request_id)


def unknown(meaning: str, request_id: str | None = None) -> TestOutcome:
    """The outcome of a test of which nothing is known; `meaning` says why."""
    return TestOutcome(Verdict.UNKNOWN, meaning, _LOOK_FIRST, request_id=request_id)


def _by_mailer(answer: TestAnswer, evidence: Evidence, recipient: str) -> TestOutcome | None:
    """Judge by what a mailer or a mail server said; None where neither refused anything."""
    if _refuses(evidence, recipient):
        return _refused_recipient(evidence)
    if evidence.refusal is not None and _is_about_mail(answer, evidence, evidence.refusal):
        return _from_reading(evidence.refusal)
    if answer.status in _SMTP_STATUSES:
        reading = read(evidence.text, str(answer.status))
        return None if reading is None else _from_reading(reading)
    return None


def _by_status(answer: TestAnswer, evidence: Evidence) -> TestOutcome | None:
    """Judge by the status, and by what CAM itself says; None where it refused the call."""
    status = answer.status
    if _is_from_proxy(answer):
        return _from_proxy(status)
    if _refuses_the_call(status, evidence):
        return None
    own = evidence.status if status < 400 and evidence.status else status
    if own >= 400 or evidence.is_error or evidence.says_success is False:
        return _failed(status, own, evidence)
    return _succeeded(status, evidence)


def _is_about_mail(answer: TestAnswer, evidence: Evidence, refusal: Reading) -> bool:
    """Whether a mailer or a mail server refused the mail, rather than CAM or a proxy the call.

    A reply of a mail server or a mailer's code says more than any status. Words without either
    count where CAM reports what its method found: 400, 422, 5xx, and 2xx unless it reports success.
    Elsewhere they may be about the call, as in "rate limit exceeded" with 429. There only a
    mailer's own words count; those about a login must be plain, because a 401 of CAM may say
    "authentication failed" too.
    """
    status = answer.status
    if refusal.is_reply or (evidence.has_mailer_code and not _is_from_proxy(answer)):
        return True
    if status < 400:
        return evidence.is_error or not evidence.says_success
    if status >= 500:
        return not _is_from_proxy(answer)
    if status in (400, 422):
        return not _is_about_the_call(evidence)
    if refusal.phase is Phase.LOGIN:
        return _RELAY_LOGIN.search(evidence.text) is not None
    return refusal.by_mailer


def _is_from_proxy(answer: TestAnswer) -> bool:
    """Whether plain words with a 502, 503 or 504 come from a server in front of CAM."""
    return isinstance(answer.body, str) and answer.status in (502, 503, 504)


def _is_about_the_call(evidence: Evidence) -> bool:
    return any(_ABOUT_THE_CALL.search(word) for word in evidence.words)


def _refuses_the_call(status: int, evidence: Evidence) -> bool:
    """Whether CAM refused the call itself: a token, a path, an argument, the size, the rate."""
    if status in (400, 422):
        return _is_about_the_call(evidence)
    return 400 < status < 500 and status != 408


def _succeeded(status: int, evidence: Evidence) -> TestOutcome:
    """Judge an answer that reports no failure: the mail is accepted only where it says so."""
    _, queue_id = accepted_by(evidence.text)
    if evidence.accepted or (evidence.yes is not None and (queue_id or evidence.step is None)):
        return _accepted(evidence, "The mail server accepted the mail.")
    if evidence.step is not None:
        return _from_reading(evidence.step)
    if status == 202 or _SAYS_QUEUED.search(evidence.text[:1000]):
        meaning = "CAM queued the mail; whether the mail server accepts it is unknown."
        return TestOutcome(Verdict.UNKNOWN, meaning, _LOOK)
    if evidence.says_success or _says_sent(evidence.text):
        words = "CAM says the mail was sent; it does not pass on the mail server's response."
        return _accepted(evidence, words)
    return unknown(f"The CAM server answered {status}, but not whether the mail was accepted.")


def _from_page(status: int) -> TestOutcome | None:
    """Judge a web page, which no method of CAM answers with."""
    if 400 <= status < 500 and status != 408:
        return None
    if status >= 500:
        return _from_proxy(status)
    meaning = f"The answer is a web page ({status}); whether the mail was sent is unknown."
    return TestOutcome(Verdict.UNKNOWN, meaning, "Check the profile's host and port.")


def _from_proxy(status: int) -> TestOutcome:
    """Judge the answer of a server in front of CAM, which knows nothing of mail."""
    return unknown(f"A server in front of CAM answered {status}. The mail may have been sent.")


def _refused_recipient(evidence: Evidence) -> TestOutcome:
    if evidence.refusal is not None and evidence.refusal.row.verdict is Verdict.REJECTED:
        return _from_reading(evidence.refusal)
    meaning, advice = (
        "The mail server rejected the recipient.",
        "Check the recipient's address.",
    )
    outcome = TestOutcome(Verdict.REJECTED, meaning, advice, phase=Phase.RECIPIENT)
    return replace(outcome, parameter="to", phase_told=True)


def _failed(status: int, own: int, evidence: Evidence) -> TestOutcome:
    """Judge a failure in unknown words: rejected if CAM reports one, unknown if CAM itself failed.

    `own` is the status that the body names, where the answer itself came with a good one.
    """
    if own >= 500 and evidence.gives_no_reason:
        meaning = (
            f"CAM answered {own}, which hides why a mail was rejected: only CAM's log tells."
            " The mail may have been sent."
        )
        advice = "Search CAM's log for this request, and check the recipient's mailbox."
        return TestOutcome(Verdict.UNKNOWN, meaning, advice)
    if own >= 500 or own == 408:
        return unknown(f"The CAM server failed with {own}. The mail may have been sent.")
    if evidence.yes is not None or evidence.step is not None:
        return unknown("CAM reports a failure, but the mail server's response says success.")
    said = f"answered {status}" if status >= 400 else "reports a failure"
    meaning = f"The CAM server {said}, in a form smtp-tui does not know."
    advice = "Read the response below." if evidence.words else "It gave no reason."
    return TestOutcome(Verdict.REJECTED, meaning, advice)


def _accepted(evidence: Evidence, meaning: str) -> TestOutcome:
    server, queue_id = accepted_by(evidence.text)
    meaning = f"{meaning} Delivery is not confirmed."
    outcome = TestOutcome(Verdict.ACCEPTED, meaning, _LOOK, phase=Phase.MESSAGE)
    return replace(outcome, server=server, queue_id=queue_id)


def _from_reading(reading: Reading) -> TestOutcome:
    row = reading.row
    return TestOutcome(
        row.verdict,
        row.meaning,
        row.advice,
        phase=reading.phase,
        parameter=reading.parameter,
        phase_told=reading.phase_told,
    )


def _says_sent(text: str) -> bool:
    head = text[:1000]
    return _SAYS_SENT.search(head) is not None and _SAYS_NOT.search(head) is None


def _refuses(evidence: Evidence, recipient: str) -> bool:
    """Whether the answer lists the recipient as refused, or refuses some and accepts none."""
    refused = [address.strip(" <>").casefold() for address in evidence.rejected]
    return recipient.strip().casefold() in refused or bool(refused and not evidence.accepted)


def _as_json(body: JsonValue) -> str:
    """Show a structure that holds no words."""
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, ensure_ascii=False, indent=2)
