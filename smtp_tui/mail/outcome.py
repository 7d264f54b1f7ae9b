"""Turn the answer of the product's test operations into a verdict a person can act on.

The bodies of those operations are documented nowhere. What a mailer or a mail server said decides,
wherever it stands in the answer; only where it said nothing does the status of HTTP count. Nothing
counts as accepted unless the text or the structure says so.
"""

from __future__ import annotations

import json
import re
from typing import ClassVar, Final

from msgspec import Struct
from msgspec.structs import replace

from smtp_tui.api.models import JsonValue, TestAnswer
from smtp_tui.api.pages import is_page, page_words
from smtp_tui.mail.answer import Told, told_by
from smtp_tui.mail.replies import accepted_by, read
from smtp_tui.mail.reply_model import Phase, Reading, Verdict

_OK: Final = 200
_ACCEPTED: Final = 202
_BAD_REQUEST: Final = 400
_REQUEST_TIMEOUT: Final = 408
_UNPROCESSABLE: Final = 422
_SERVER_FAULT: Final = 500
_FROM_PROXY: Final = (502, 503, 504)
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
_MAYBE: Final = "Look in the mailbox of the recipient before you test again."


class TestOutcome(Struct, frozen=True):
    """What a test mail came to. `server_text` is all the server said, never shortened.

    `parameter` is hostname, port, username, password, `to` (the recipient), or None. `request_id`
    is what the server's log calls the request, where it told that.
    """

    __test__: ClassVar[bool] = False

    verdict: Verdict
    phase: Phase
    server_text: str
    meaning: str
    parameter: str | None
    advice: str
    server: str | None = None
    queue_id: str | None = None
    request_id: str | None = None


def judge(answer: TestAnswer, recipient: str) -> TestOutcome | None:
    """Judge an answer with any status; None where CAM refused the call and no mail was tried."""
    status, body = answer.status, answer.body
    if isinstance(body, str) and is_page(body):
        outcome = _from_page(status, page_words(body))
    else:
        told = told_by(body)
        whole = told.text or _as_json(body)
        outcome = _by_mailer(answer, told, whole, recipient) or _by_status(answer, told, whole)
    return outcome and replace(outcome, request_id=answer.request_id)


def _by_mailer(answer: TestAnswer, told: Told, whole: str, recipient: str) -> TestOutcome | None:
    """Judge by what a mailer or a mail server said; None where neither refused anything."""
    if _refuses(told, recipient):
        return _refused_recipient(told, whole)
    if told.refusal is not None and _is_about_mail(answer, told, told.refusal):
        return _from_reading(told.refusal, whole)
    if answer.status in _SMTP_STATUSES:
        return _from_reading(read(told.text, str(answer.status), None), whole)
    return None


def _by_status(answer: TestAnswer, told: Told, whole: str) -> TestOutcome | None:
    """Judge by the status, and by what CAM itself says; None where it refused the call."""
    status = answer.status
    if _is_from_proxy(answer):
        return _from_proxy(status, whole)
    if _refuses_the_call(status, told):
        return None
    own = told.status if status < _BAD_REQUEST and told.status else status
    if own >= _BAD_REQUEST or told.is_error or told.says_well is False:
        return _failed_unknown(status, own, told, whole)
    return _well(status, told, whole)


def unknown(meaning: str, request_id: str | None = None) -> TestOutcome:
    """Give the outcome of a test of which nothing is known; `meaning` says why."""
    return replace(_outcome(Verdict.UNKNOWN, "", meaning, _MAYBE), request_id=request_id)


def _is_about_mail(answer: TestAnswer, told: Told, refusal: Reading) -> bool:
    """Whether a mailer or a mail server refused the mail, rather than CAM or a proxy the call.

    A reply of a mail server or a mailer's code says more than any status. Words without either
    count where CAM reports what its method found: 400, 422, 5xx, and 2xx unless it says that all is
    well. Elsewhere they may be about the call, as "rate limit exceeded" with 429. There only a
    mailer's own words count; of a login they must be plain, because a 401 of CAM may say
    "authentication failed" too.
    """
    status = answer.status
    if refusal.is_reply or (told.has_mailer_code and not _is_from_proxy(answer)):
        return True
    if status < _BAD_REQUEST:
        return told.is_error or not told.says_well
    if status >= _SERVER_FAULT:
        return not _is_from_proxy(answer)
    if status in (_BAD_REQUEST, _UNPROCESSABLE):
        return not _is_about_the_call(told)
    if refusal.phase is Phase.LOGIN:
        return _RELAY_LOGIN.search(told.text) is not None
    return refusal.by_mailer


def _is_from_proxy(answer: TestAnswer) -> bool:
    """Whether plain words with a 502, 503 or 504 come from something in front of CAM."""
    return isinstance(answer.body, str) and answer.status in _FROM_PROXY


def _is_about_the_call(told: Told) -> bool:
    return any(_ABOUT_THE_CALL.search(word) for word in told.words)


def _refuses_the_call(status: int, told: Told) -> bool:
    """Whether CAM refused the call itself: a token, a path, an argument, the size, the rate."""
    if status in (_BAD_REQUEST, _UNPROCESSABLE):
        return _is_about_the_call(told)
    return _BAD_REQUEST < status < _SERVER_FAULT and status != _REQUEST_TIMEOUT


def _well(status: int, told: Told, whole: str) -> TestOutcome:
    """Judge an answer that complains of nothing: it counts as accepted only when it says so."""
    reply = accepted_by(told.text) if told.yes is not None else None
    if told.accepted or (reply is not None and (reply.queue_id or told.step is None)):
        return _accepted(told, whole, "The mail server took the mail.")
    if told.step is not None:
        return _from_reading(told.step, whole)
    if status == _ACCEPTED or _SAYS_QUEUED.search(told.text[:1000]):
        meaning = "CAM has queued the mail; whether the mail server takes it is not known."
        return _outcome(Verdict.UNKNOWN, whole, meaning, "Look in the mailbox of the recipient.")
    if told.says_well or _says_sent(told.text):
        words = "CAM says the mail was sent; it does not pass on what the mail server said."
        return _accepted(told, whole, words)
    meaning = f"The CAM server answered {status} but did not say whether mail was accepted."
    return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)


def _from_page(status: int, whole: str) -> TestOutcome | None:
    """Judge a web page, which no method of CAM answers with."""
    if _BAD_REQUEST <= status < _SERVER_FAULT and status != _REQUEST_TIMEOUT:
        return None
    if status >= _SERVER_FAULT:
        return _from_proxy(status, whole)
    meaning = f"A web page came instead of an answer ({status}), so nothing is known of the mail."
    return _outcome(Verdict.UNKNOWN, whole, meaning, "Check the profile's host and port.")


def _from_proxy(status: int, whole: str) -> TestOutcome:
    """Judge what something in front of CAM answered, which knows nothing of mail."""
    meaning = f"A server in front of CAM answered {status}. The mail may have been sent."
    return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)


def _refused_recipient(told: Told, whole: str) -> TestOutcome:
    if told.refusal is not None and told.refusal.verdict_hint is Verdict.REJECTED:
        return _from_reading(told.refusal, whole)
    return TestOutcome(
        Verdict.REJECTED,
        Phase.RECIPIENT,
        whole,
        "The mail server refused the recipient.",
        "to",
        "Check the address the test goes to.",
    )


def _failed_unknown(status: int, own: int, told: Told, whole: str) -> TestOutcome:
    """Judge a failure in unknown words: rejected if CAM reports one, unknown if CAM itself failed.

    `own` is the status that the body names, where the answer itself came with a good one.
    """
    if own >= _SERVER_FAULT and told.gives_no_reason:
        meaning = (
            f"CAM answered {own}. It hides the reason of any refused mail behind this answer; only "
            "its log has it. The mail may have been sent."
        )
        advice = "Search CAM's log for this request, and look in the mailbox of the recipient."
        return _outcome(Verdict.UNKNOWN, whole, meaning, advice)
    if own >= _SERVER_FAULT or own == _REQUEST_TIMEOUT:
        meaning = f"The CAM server failed with {own}. The mail may have been sent."
        return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)
    if told.yes is not None or told.step is not None:
        meaning = "CAM reports a failure, though the mail server's words say yes."
        return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)
    said = f"answered {status}" if status >= _BAD_REQUEST else "reports a failure"
    meaning = f"The CAM server {said}, in words this program does not know."
    advice = "Read the words below." if told.words else "It gave no reason."
    return _outcome(Verdict.REJECTED, whole, meaning, advice)


def _accepted(told: Told, whole: str, meaning: str) -> TestOutcome:
    acceptance = accepted_by(told.text)
    return TestOutcome(
        Verdict.ACCEPTED,
        Phase.MESSAGE,
        whole,
        f"{meaning} Whether it is delivered is not known.",
        None,
        "Look in the mailbox of the recipient.",
        acceptance.server,
        acceptance.queue_id,
    )


def _from_reading(reading: Reading, whole: str) -> TestOutcome:
    return TestOutcome(
        reading.verdict_hint,
        reading.phase,
        whole,
        reading.meaning,
        reading.parameter,
        reading.advice,
    )


def _outcome(verdict: Verdict, whole: str, meaning: str, advice: str) -> TestOutcome:
    return TestOutcome(verdict, Phase.UNKNOWN, whole, meaning, None, advice)


def _says_sent(text: str) -> bool:
    head = text[:1000]
    return _SAYS_SENT.search(head) is not None and _SAYS_NOT.search(head) is None


def _refuses(told: Told, recipient: str) -> bool:
    """Say whether the answer lists the recipient as refused, or refuses some and takes none."""
    wanted = recipient.strip().casefold()
    if any(address.strip(" <>").casefold() == wanted for address in told.rejected):
        return True
    return bool(told.rejected) and not told.accepted


def _as_json(body: JsonValue) -> str:
    """Show a structure that holds no words."""
    if body is None or isinstance(body, str):
        return body or ""
    return json.dumps(body, ensure_ascii=False, indent=2)
