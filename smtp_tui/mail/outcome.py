"""Turn the answer of the product's test operations into a verdict a person can act on.

The bodies of those operations are documented nowhere, so whatever came is searched for the shapes
that mailers and LoopBack are known to use. Nothing counts as accepted unless the text or the
structure says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import ClassVar, Final, TypeAlias

from msgspec import Struct, field

from smtp_tui.mail.replies import accepted_by, read
from smtp_tui.mail.reply_model import Phase, Reading, Verdict

JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | None"
"""Any decoded JSON."""

_DEPTH: Final = 6
_ITEMS: Final = 200
_WORD_KEYS: Final = frozenset({"message", "msg", "response", "description", "reason", "detail"})
_FLAG_KEYS: Final = frozenset({"success", "ok", "sent"})
_FLAG_WORDS: Final[dict[str, bool]] = {
    "success": True,
    "succeeded": True,
    "successful": True,
    "ok": True,
    "sent": True,
    "true": True,
    "error": False,
    "fail": False,
    "failed": False,
    "failure": False,
    "false": False,
}
_SAYS_SENT: Final = re.compile(
    r"\b(?:e-?mail|mail|message)\b.{0,60}\b(?:sent|accepted|queued)\b"
    r"|\bsent\b.{0,60}\b(?:e-?mail|mail|message)\b|\bsuccess(?:ful|fully)?\b",
    re.IGNORECASE | re.DOTALL,
)
_SAYS_NOT: Final = re.compile(
    r"\b(?:not|no|un\w+|without|never|fail\w*|error\w*|cannot|can't|couldn't|could not|refused"
    r"|rejected|denied|invalid|will be|would)\b",
    re.IGNORECASE,
)
_MAYBE: Final = "Look in the mailbox of the recipient before you test again."


class TestOutcome(Struct, frozen=True):
    """What a test mail came to. `server_text` is all the server said, never shortened.

    `parameter` is hostname, port, username, password, `to` (the recipient), or None.
    """

    __test__: ClassVar[bool] = False

    verdict: Verdict
    phase: Phase
    server_text: str
    meaning: str
    parameter: str | None
    advice: str
    server: str | None
    queue_id: str | None


class _Story(Struct):
    """What the search of a body has found so far."""

    words: list[str] = field(default_factory=list)
    code: str | None = None
    command: str | None = None
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    says_well: bool | None = None
    is_error: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.words)


def judge(status: int | None, body: JsonValue, *, sent: bool, recipient: str) -> TestOutcome:
    """Judge the answer to a test.

    `status` is None when no answer came; `sent` says whether the request left this machine.
    """
    if status is None:
        return _no_answer(body, sent)
    story = _tell(body)
    whole = _whole_text(body, story)
    reading = read(story.text, story.code, story.command)
    if _is_from_proxy(status, body, reading):
        return _from_proxy(status, whole)
    if _refuses(story, recipient):
        return _refused_recipient(story, whole)
    if reading.known and reading.verdict_hint is not Verdict.ACCEPTED:
        return _from_reading(reading, whole)
    if status >= 400 or story.is_error or story.says_well is False:
        return _failed_unknown(status, story, reading, whole)
    return _well(status, story, reading, whole)


def _well(status: int, story: _Story, reading: Reading, whole: str) -> TestOutcome:
    """Judge an answer that complains of nothing: it counts as accepted only when it says so."""
    if story.accepted or reading.known:
        return _accepted(story, whole, "The mail server took the mail.")
    if story.says_well or _says_sent(story.text):
        words = "CAM says the mail was sent; it does not pass on what the mail server said."
        return _accepted(story, whole, words)
    meaning = f"The CAM server answered {status} but did not say whether mail was accepted."
    return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)


def _no_answer(body: JsonValue, sent: bool) -> TestOutcome:
    text = body if isinstance(body, str) else ""
    if sent:
        meaning = "No answer came from the CAM server. The mail may have been sent."
        return _outcome(Verdict.UNKNOWN, text, meaning, _MAYBE)
    meaning = "The request never reached the CAM server, so no mail was sent."
    return _outcome(Verdict.UNKNOWN, text, meaning, "Check the profile's host, then test again.")


def _from_proxy(status: int, whole: str) -> TestOutcome:
    """Judge what something in front of CAM answered, which knows nothing of mail."""
    if status >= 500:
        meaning = f"A server in front of CAM answered {status}. The mail may have been sent."
        return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)
    meaning = f"A web page came instead of an answer ({status}), so nothing is known of the mail."
    return _outcome(Verdict.UNKNOWN, whole, meaning, "Check the profile's host and port.")


def _refused_recipient(story: _Story, whole: str) -> TestOutcome:
    reading = read(story.text, story.code, "RCPT TO")
    if reading.known and reading.verdict_hint is Verdict.REJECTED:
        return _from_reading(reading, whole)
    return TestOutcome(
        Verdict.REJECTED,
        Phase.RECIPIENT,
        whole,
        "The mail server refused the recipient.",
        "to",
        "Check the address the test goes to.",
        None,
        None,
    )


def _failed_unknown(status: int, story: _Story, reading: Reading, whole: str) -> TestOutcome:
    """Judge a failure in unknown words: certain when CAM says so, open when CAM broke down."""
    if status >= 500:
        meaning = f"The CAM server failed with {status}. The mail may have been sent."
        return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)
    if reading.known:
        meaning = "CAM reports a failure, though the mail server's words say yes."
        return _outcome(Verdict.UNKNOWN, whole, meaning, _MAYBE)
    said = f"answered {status}" if status >= 400 else "reports a failure"
    meaning = f"The CAM server {said}, in words this program does not know."
    advice = "Read the words below." if story.words else "It gave no reason."
    return _outcome(Verdict.REJECTED, whole, meaning, advice)


def _accepted(story: _Story, whole: str, meaning: str) -> TestOutcome:
    acceptance = accepted_by(story.text)
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
        None,
        None,
    )


def _outcome(verdict: Verdict, whole: str, meaning: str, advice: str) -> TestOutcome:
    return TestOutcome(verdict, Phase.UNKNOWN, whole, meaning, None, advice, None, None)


def _says_sent(text: str) -> bool:
    head = text[:1000]
    return _SAYS_SENT.search(head) is not None and _SAYS_NOT.search(head) is None


def _refuses(story: _Story, recipient: str) -> bool:
    """Say whether the answer lists the recipient as refused, or refuses some and takes none."""
    wanted = recipient.strip().casefold()
    if any(address.strip(" <>").casefold() == wanted for address in story.rejected):
        return True
    return bool(story.rejected) and not story.accepted


def _is_from_proxy(status: int, body: JsonValue, reading: Reading) -> bool:
    """Say whether something in front of CAM answered: a web page, or plain words with a 5xx."""
    if not isinstance(body, str):
        return False
    if body.lstrip()[:1] == "<" and ">" in body[:2000]:
        return True
    return status in (502, 503, 504) and reading.reply_code is None


def _whole_text(body: JsonValue, story: _Story) -> str:
    """Give the server's words as they came; a structure without any is shown as JSON."""
    if body is None:
        return ""
    if isinstance(body, str):
        return body
    return story.text or json.dumps(body, ensure_ascii=False, indent=2)


def _tell(body: JsonValue) -> _Story:
    story = _Story()
    if isinstance(body, str):
        story.words.append(body)
    elif isinstance(body, bool):
        story.says_well = body
    else:
        for key, value in _walk(body, _DEPTH):
            _note(story, key, value)
    return story


def _walk(value: JsonValue, depth: int) -> Iterator[tuple[str, JsonValue]]:
    """Give every key with its value, outer ones first, down to a bounded depth and width."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value[:_ITEMS]:
            yield from _walk(item, depth - 1)
    elif isinstance(value, dict):
        items = list(value.items())[:_ITEMS]
        yield from ((key.lower(), inner) for key, inner in items)
        for key, inner in items:
            if key.lower() not in ("accepted", "rejected", "envelope"):
                yield from _walk(inner, depth - 1)


def _note(story: _Story, key: str, value: JsonValue) -> None:
    if key in ("accepted", "rejected"):
        (story.accepted if key == "accepted" else story.rejected).extend(_addresses(value))
    elif key in ("error", "err", "errors") and value:
        story.is_error = True
        _add_words(story, value)
    elif key in _WORD_KEYS:
        _add_words(story, value)
    elif key in ("responsecode", "smtpcode") and isinstance(value, int | str):
        story.code = str(value)
    elif key == "code" and isinstance(value, str):
        story.code = story.code or value
    elif key == "command" and isinstance(value, str):
        story.command = value
    elif key in _FLAG_KEYS or key in ("status", "result"):
        _note_flag(story, value)


def _note_flag(story: _Story, value: JsonValue) -> None:
    if isinstance(value, str):
        flag = _FLAG_WORDS.get(value.strip().casefold())
        if flag is None:
            _add_words(story, value)
    else:
        flag = value if isinstance(value, bool) else None
    if flag is not None and story.says_well is not False:
        story.says_well = flag


def _add_words(story: _Story, value: JsonValue) -> None:
    """Keep a text, unless an earlier one holds it (a message often repeats the response)."""
    if isinstance(value, str) and value and not any(value in word for word in story.words):
        story.words.append(value)


def _addresses(value: JsonValue) -> list[str]:
    items = value if isinstance(value, list) else [value]
    found = [item.get("address") if isinstance(item, dict) else item for item in items[:_ITEMS]]
    return [item for item in found if isinstance(item, str)]
