"""Find what an answer to a test mail says, wherever in its JSON it stands.

The answers of the test operations are documented nowhere. A walk over the whole structure collects
texts, codes and flags, and reads each text that may come from a mail server or a mailer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from msgspec import Struct, field

from smtp_tui.api.decode import Undecodable, decode_json, without_tags
from smtp_tui.api.models import JsonValue
from smtp_tui.api.redaction import masked
from smtp_tui.mail.outcome import Verdict
from smtp_tui.mail.replies import LOOKED_AT, Reading, read

_NODES: Final = 2_000
"""How many objects and lists are visited, the outer ones first."""

_TEXTS: Final = 400
"""How many texts are read and shown. A real answer has less than twenty."""

_CHARACTERS: Final = 60_000
"""How many characters of all texts together are read."""

_ITEMS: Final = 200
_TRACES: Final = frozenset({"stack", "stacktrace", "trace"})
_ERROR_KEYS: Final = frozenset({"error", "err", "errors", "exception"})
_MESSAGE_KEYS: Final = frozenset({"message", "msg", "errormessage", "errmsg", "response", "stderr"})
_REASON_KEYS: Final = frozenset({"reason", "cause", "detail", "details", "description"})
_FLAG_KEYS: Final = frozenset({"success", "ok", "sent", "status", "result"})
_SPOKEN_KEYS: Final = (
    _ERROR_KEYS | _MESSAGE_KEYS | _REASON_KEYS | _FLAG_KEYS | {"text", "info", "title"}
)
"""Members whose text is for a person, even where it is one word."""
_DATA_KEYS: Final = frozenset(
    {"name", "value", "hostname", "host", "username", "user", "to", "from", "subject", "url"}
)
"""Members that repeat what was sent; their values are not about the mail."""

_STATUS_KEYS: Final = frozenset({"status", "statuscode", "code"})
_REPLY_KEYS: Final = frozenset({"responsecode", "smtpcode", "replycode"})
_YES: Final = frozenset({"success", "succeeded", "successful", "ok", "sent", "true"})
_NO: Final = frozenset({"error", "fail", "failed", "failure", "false"})
_NO_ERROR: Final = ("false", "none", "null", "no")
_HTTP: Final = frozenset(range(400, 521)) - {421, 450, 451, 452, 454, 455}
_REPLIES: Final = frozenset(
    {421, 432, 450, 451, 452, 454, 455, 521, 523, 525, *range(530, 540), *range(550, 560)}
)
"""Reply codes of refusal that are not in use as statuses of HTTP."""

_ERRNO: Final = {
    101: "ENETUNREACH",
    104: "ECONNRESET",
    110: "ETIMEDOUT",
    111: "ECONNREFUSED",
    112: "EHOSTDOWN",
    113: "EHOSTUNREACH",
    3001: "EAI_AGAIN",
    3008: "ENOTFOUND",
}
"""Error numbers of Node on Linux, where it writes them as negative numbers."""

_NUMBER: Final = re.compile(r"\s*-?\d{1,9}\s*\Z")
_ADDRESS: Final = re.compile(r"\s*<?[^\s<>@]+@[^\s<>@]+>?\s*\Z")
_MAILER_CODE: Final = re.compile(
    r"\b(?:EAUTH|ENOAUTH|EOAUTH2|ECONN\w+|E\w*TIMEDOUT|ENOTFOUND|EAI_\w+|EDNS|ESOCKET|ETLS"
    r"|EREQUIRETLS|EENVELOPE|EMESSAGE|EPROTOCOL|ESTREAM|EPROXY|EHOST\w+|ENETUNREACH|EPIPE"
    r"|EADDRNOTAVAIL|ERR_(?:TLS|SSL|SOCKET)_\w+|CERT_\w+|DEPTH_ZERO_SELF_SIGNED_CERT"
    r"|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)\b"
)
_HTML: Final = re.compile(
    r"</?(?:html|head|body|title|h[1-6]|p|br|div|span|center|hr|pre|table|t[rdh]|[uo]l|li|strong"
    r"|em|script|style|a)(?:\s[^<>]{0,500})?/?>",
    re.IGNORECASE,
)
_NO_REASON: Final = re.compile(
    r"\W*(?:\d{3}\W+)?(?:internal (?:server )?error|unknown error|bad gateway|service unavailable"
    r"|gateway time-?out|server error|error)?\W*\Z",
    re.IGNORECASE,
)
"""Words that name a status but give no reason."""


class Evidence(Struct):
    """What an answer says: its words, its flags, and what a mail server or a mailer said.

    `refusal` is the most specific reading of what went wrong. `step` is a reading of an earlier
    reply in the conversation, which is not about the mail. `status` is a status of HTTP that the
    body names.
    """

    words: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    says_success: bool | None = None
    has_mailer_code: bool = False
    has_more_words: bool = False
    is_error: bool = False
    status: int | None = None
    refusal: Reading | None = None
    yes: Reading | None = None
    step: Reading | None = None

    @property
    def text(self) -> str:
        """All words, those that decide first."""
        text = "\n".join(self.words)
        cut = "\n… and more words than can be shown here" if self.has_more_words else ""
        return text and text + cut

    @property
    def gives_no_reason(self) -> bool:
        """Whether the only words are the name of a status."""
        return all(_NO_REASON.match(word) for word in self.words)


_Piece: TypeAlias = tuple[str, str]
"""A text to read, and the reply code or the mailer's code that stands beside it."""


def gather(body: JsonValue) -> Evidence:
    """Gather the evidence in the body of an answer, and in JSON inside its texts."""
    evidence = Evidence(says_success=body if isinstance(body, bool) else None)
    pieces: list[_Piece] = []
    command = ""
    for item in _walk(body, evidence):
        pieces += _note_object(evidence, item)
        command = command or _text_of(item, "command")
    deciding = _read_all(evidence, pieces, command or ("RCPT TO" if evidence.rejected else ""))
    if deciding is not None:
        _put_first(evidence, deciding)
    return evidence


def _walk(body: JsonValue, evidence: Evidence) -> Iterator[Mapping[str, JsonValue]]:
    """Yield the objects of at most ``_NODES`` values, the outer ones first.

    A text in a list is an object with a member that has no name.
    """
    queue: deque[JsonValue] = deque([[body] if isinstance(body, str) else body])
    for _ in range(_NODES):
        if not queue:
            return
        value = queue.popleft()
        if not isinstance(value, list | dict):
            continue
        evidence.has_more_words |= len(value) > _ITEMS
        if isinstance(value, list):
            inner = [_opened(entry) for entry in value[:_ITEMS]]
            yield from ({"": entry} for entry in inner if isinstance(entry, str))
        else:
            members = {key.lower(): _opened(entry) for key, entry in [*value.items()][:_ITEMS]}
            inner = [*members.values()]
            yield members
        queue.extend(entry for entry in inner if isinstance(entry, dict | list))
    evidence.has_more_words |= bool(queue)


def _opened(value: JsonValue) -> JsonValue:
    """Decode a text that is itself JSON, such as an error that `JSON.stringify` put there."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    try:
        inner = masked(decode_json(value.encode("utf-8", "replace")))
    except Undecodable:
        return value
    return inner if isinstance(inner, dict | list) else value


def _note_object(evidence: Evidence, item: Mapping[str, JsonValue]) -> list[_Piece]:
    """Note the flags and codes of an object; return the texts to read."""
    code = ""
    evidence.accepted += _addresses(item.get("accepted"))
    evidence.rejected += _addresses(item.get("rejected"))
    for key, value in item.items():
        if key in _ERROR_KEYS and value and value not in _NO_ERROR:
            evidence.is_error = True
        flag = _flag(value) if key in _FLAG_KEYS else None
        if flag is not None and evidence.says_success is not False:
            evidence.says_success = flag
        number = _number(value)
        if number is None:
            continue
        if key in _REPLY_KEYS or (key in _STATUS_KEYS and number in _REPLIES):
            code = str(number)
        elif key in _STATUS_KEYS and number in _HTTP:
            evidence.status = max(number, evidence.status or 0)
    if "stderr" in item and _number(item.get("code")):
        evidence.is_error = True  # a command that failed with this exit code
    pieces = _note_texts(evidence, item)
    if len(pieces) > 1 or code:
        pieces.append(("\n".join(text[:1000] for text, _ in pieces), code))
    return pieces


def _texts_of(item: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    """The texts of an object by their keys, without what only repeats the values that were sent."""
    repeats = item.keys() if {"name", "value"} <= item.keys() else _DATA_KEYS  # a parameter
    texts = [
        (key, value) for key, value in item.items() if isinstance(value, str) and key not in repeats
    ]
    if "errno" in item or "syscall" in item:
        texts.append(("syscall", _system_call(item)))
    return texts


def _note_texts(evidence: Evidence, item: Mapping[str, JsonValue]) -> list[_Piece]:
    """Keep the texts that are words for a person; return the texts to read."""
    pieces = []
    for key, text in _texts_of(item):
        if _NUMBER.match(text) or _ADDRESS.match(text) or not text.strip():
            continue
        if key in _FLAG_KEYS and _flag(text) is not None:
            continue
        pieces.append((text, ""))
        spoken = key in _SPOKEN_KEYS or any(map(str.isspace, text.strip()))
        if spoken and key not in _TRACES | {"syscall", "command"}:
            _add_words(evidence, text)
    return pieces


def _add_words(evidence: Evidence, text: str) -> None:
    """Keep a text unless an earlier one contains it: a message often repeats the response."""
    if len(evidence.words) >= _TEXTS:
        evidence.has_more_words = True
        return
    plain = _without_html(text)
    if not any(plain in word for word in evidence.words):
        evidence.words.append(plain)


def _without_html(text: str) -> str:
    """Drop the tags of a text that is HTML. Elsewhere `<you>` is an address and stays."""
    return without_tags(text) if _HTML.search(text) else text


def _put_first(evidence: Evidence, text: str) -> None:
    """Move the words that decide to the front, unless they are shown already."""
    plain = _without_html(text)
    holding = next((word for word in evidence.words if plain in word), None)
    if holding is not None:
        evidence.words.remove(holding)
    elif not evidence.words:
        return  # a code without words: the whole structure is shown
    elif "\n" in plain and all(line in evidence.text for line in plain.split("\n")):
        return
    evidence.words.insert(0, holding or plain)


def _read_all(evidence: Evidence, pieces: list[_Piece], command: str) -> str | None:
    """Read each piece once and keep the most specific readings; return the text that decides."""
    left = _CHARACTERS
    deciding: str | None = None
    for text, code in [*dict.fromkeys(pieces)][:_TEXTS]:
        if left <= 0:
            break
        left -= min(len(text), LOOKED_AT)
        evidence.has_mailer_code |= _MAILER_CODE.search(text[:LOOKED_AT]) is not None
        reading = read(text, code, command)
        if reading is None:
            continue
        if reading.says_no:
            if evidence.refusal is None or reading.order < evidence.refusal.order:
                evidence.refusal, deciding = reading, text
        elif reading.row.verdict is Verdict.ACCEPTED:
            evidence.yes = evidence.yes or reading
        else:
            evidence.step = evidence.step or reading
    return deciding


def _system_call(item: Mapping[str, JsonValue]) -> str:
    """Word a failed system call as Node does, because `JSON.stringify` leaves its message out."""
    number = _number(item.get("errno"))
    code = _ERRNO.get(abs(number)) if number is not None else None
    return f"{_text_of(item, 'syscall')} {code or _text_of(item, 'code')}".strip()


def _text_of(item: Mapping[str, JsonValue], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _number(value: JsonValue) -> int | None:
    if isinstance(value, str) and _NUMBER.match(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: JsonValue) -> bool | None:
    if isinstance(value, str):
        word = value.strip().casefold()
        return word in _YES if word in _YES | _NO else None
    return value if isinstance(value, bool) else None


def _addresses(value: JsonValue) -> list[str]:
    items = value if isinstance(value, list) else [value]
    texts = [item.get("address") if isinstance(item, dict) else item for item in items[:_ITEMS]]
    return [text for text in texts if isinstance(text, str) and _ADDRESS.match(text)]
