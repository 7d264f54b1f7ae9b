"""Find what an answer to a test email tells, wherever in its JSON that stands.

The bodies of the test operations are documented nowhere. A walk over the whole structure collects
texts, codes and flags, and reads each text that may be a mail server's or a mailer's.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import Final

from msgspec import Struct, field

from smtp_tui.api.decode import Undecodable, decode_json
from smtp_tui.api.models import JsonValue
from smtp_tui.api.pages import without_tags
from smtp_tui.api.redaction import masked
from smtp_tui.mail.replies import LOOKED_AT, read
from smtp_tui.mail.reply_model import Reading, Verdict

_NODES: Final = 2_000
"""How many objects and lists are visited, outer ones first."""

_TEXTS: Final = 400
"""How many texts are read and shown. A real answer has less than twenty."""

_CHARACTERS: Final = 60_000
"""How many characters of all texts together are read."""

_ITEMS: Final = 200
_LONGEST_JSON: Final = 1_000_000
_TRACES: Final = frozenset({"stack", "stacktrace", "trace"})
_ERROR_KEYS: Final = frozenset({"error", "err", "errors", "exception"})
_WORD_KEYS: Final = _ERROR_KEYS | {
    "message",
    "msg",
    "errormessage",
    "errmsg",
    "response",
    "description",
    "reason",
    "detail",
    "details",
    "text",
    "stderr",
    "cause",
    "info",
    "title",
}
_DATA_KEYS: Final = frozenset(
    {"name", "value", "hostname", "host", "username", "user", "to", "from", "subject", "url"}
)
"""Members that repeat what was sent; their values say nothing about the mail."""

_FLAG_KEYS: Final = frozenset({"success", "ok", "sent", "status", "result"})
_STATUS_KEYS: Final = frozenset({"status", "statuscode", "code"})
_REPLY_KEYS: Final = frozenset({"responsecode", "smtpcode", "replycode"})
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
_NO_ERROR: Final = ("false", "none", "null", "no")
_HTTP: Final = frozenset(range(400, 521)) - {421, 450, 451, 452, 454, 455}
_REPLIES: Final = frozenset(
    {421, 432, 450, 451, 452, 454, 455, 521, 523, 525, *range(530, 540), *range(550, 560)}
)
"""Reply codes of refusal that are no statuses of HTTP in use."""

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
"""Error numbers as Node writes them on Linux, where it writes them negative."""

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
_UNSAID: Final = re.compile(
    r"\W*(?:\d{3}\W+)?(?:internal (?:server )?error|unknown error|bad gateway|service unavailable"
    r"|gateway time-?out|server error|error)?\W*\Z",
    re.IGNORECASE,
)
"""Words that name a status and give no reason."""


class Told(Struct):
    """What an answer tells: its words, its flags, and what a mail server or a mailer said.

    `refusal` is the most specific reading of what went wrong and `step` one of an early reply,
    which says nothing of the mail. `status` is a status of HTTP that the body itself names.
    """

    words: list[str] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    says_well: bool | None = None
    has_mailer_code: bool = False
    has_more_words: bool = False
    is_error: bool = False
    status: int | None = None
    refusal: Reading | None = None
    yes: Reading | None = None
    step: Reading | None = None

    @property
    def text(self) -> str:
        """All words, the ones that decide first."""
        more = (
            ["… and more words than can be shown here"]
            if self.words and self.has_more_words
            else []
        )
        return "\n".join([*self.words, *more])

    @property
    def gives_no_reason(self) -> bool:
        """Whether there are no words but the name of a status."""
        return all(_UNSAID.match(word) for word in self.words)


class _Piece(Struct, frozen=True):
    """A text to be read, with the reply code or mailer's code that stands beside it."""

    text: str
    code: str | None = None


def told_by(body: JsonValue) -> Told:
    """Walk over an answer. Text is read as it is; an object or a list in JSON is walked through."""
    told = Told()
    pieces: list[_Piece] = []
    command = ""
    if isinstance(body, bool):
        told.says_well = body
    for item in _walk(body, told):
        if isinstance(item, dict):
            pieces += _note_object(told, item)
            command = command or _text_of(item, "command")
        else:
            pieces += _note_texts(told, [("", text) for text in item])
    best = _read_all(told, pieces, command or ("RCPT TO" if told.rejected else ""))
    if best is not None:
        _put_first(told, best.text)
    return told


def _walk(body: JsonValue, told: Told) -> Iterator[dict[str, JsonValue] | list[str]]:
    """Yield every object, and the texts of every list, outer ones first, at most ``_NODES``."""
    queue: deque[JsonValue] = deque([[body] if isinstance(body, str) else body])
    for _ in range(_NODES):
        if not queue:
            return
        value = queue.popleft()
        if isinstance(value, list | dict) and len(value) > _ITEMS:
            told.has_more_words = True
        if isinstance(value, list):
            items = value[:_ITEMS]
            inner = [_opened(entry) for entry in items]
            yield [entry for entry in inner if isinstance(entry, str)]
        elif isinstance(value, dict):
            members = {key.lower(): _opened(member) for key, member in [*value.items()][:_ITEMS]}
            inner = [*members.values()]
            yield members
        else:
            continue
        queue.extend(entry for entry in inner if isinstance(entry, dict | list))
    told.has_more_words = told.has_more_words or bool(queue)


def _opened(value: JsonValue) -> JsonValue:
    """Decode a text that is JSON itself, as an error put into a message by `JSON.stringify`."""
    if not isinstance(value, str) or value.lstrip()[:1] not in ("{", "["):
        return value
    if len(value) > _LONGEST_JSON:
        return value
    try:
        inner = masked(decode_json(value.encode("utf-8", "replace")))
    except Undecodable:
        return value
    return inner if isinstance(inner, dict | list) else value


def _note_object(told: Told, item: dict[str, JsonValue]) -> list[_Piece]:
    """Note flags and codes of an object; return texts that may be a reply or a mailer's words."""
    is_parameter = "name" in item and "value" in item
    code: str | None = None
    for key, value in item.items():
        if key in ("accepted", "rejected"):
            (told.accepted if key == "accepted" else told.rejected).extend(_addresses(value))
        if key in _ERROR_KEYS and value and value not in _NO_ERROR:
            told.is_error = True
        if key in _FLAG_KEYS:
            _note_flag(told, value)
        number = _number(value)
        if number is None:
            continue
        if key in _REPLY_KEYS or (key in _STATUS_KEYS and number in _REPLIES):
            code = str(number)
        elif key in _STATUS_KEYS and number in _HTTP:
            told.status = max(number, told.status or 0)
    exit_code = _number(item.get("code"))
    if "stderr" in item and exit_code:
        told.is_error = True
    texts = [
        (key, value)
        for key, value in item.items()
        if isinstance(value, str) and key not in _DATA_KEYS and not is_parameter
    ]
    if "errno" in item or "syscall" in item:
        texts.append(("syscall", _system_call(item)))
    pieces = _note_texts(told, texts)
    if len(pieces) > 1 or code is not None:
        whole = "\n".join(piece.text[:1000] for piece in pieces)
        pieces.append(_Piece(whole, code))
    return pieces


def _note_texts(told: Told, texts: list[tuple[str, str]]) -> list[_Piece]:
    """Keep the texts that are words for a person, and return those that may be read."""
    pieces = []
    for key, text in texts:
        if _NUMBER.match(text) or _ADDRESS.match(text) or not text.strip():
            continue
        if key in _FLAG_KEYS and _flag(text) is not None:
            continue
        pieces.append(_Piece(text))
        spoken = key in _WORD_KEYS | _FLAG_KEYS or any(char.isspace() for char in text.strip())
        if spoken and key not in _TRACES | {"syscall", "command"}:
            _add_words(told, text)
    return pieces


def _add_words(told: Told, text: str) -> None:
    """Keep a text, unless an earlier one holds it: a message often repeats the response."""
    if len(told.words) >= _TEXTS:
        told.has_more_words = True
        return
    plain = _without_html(text)
    if not any(plain in word for word in told.words):
        told.words.append(plain)


def _without_html(text: str) -> str:
    """Drop the tags of a text that holds HTML. In others `<you>` is an address, and stays."""
    return without_tags(text) if _HTML.search(text) else text


def _put_first(told: Told, text: str) -> None:
    """Move the words that decide to the front, unless they are shown already."""
    plain = _without_html(text)
    holding = next((word for word in told.words if plain in word), None)
    if holding is None and "\n" in plain and all(line in told.text for line in plain.split("\n")):
        return
    if holding is None and not told.words:
        return  # a code without a word: the whole structure is shown
    if holding is not None:
        told.words.remove(holding)
    told.words.insert(0, holding or plain)


def _read_all(told: Told, pieces: list[_Piece], command: str) -> _Piece | None:
    """Read each piece once, keep the most specific readings, and return the piece that decides."""
    seen: set[_Piece] = set()
    left = _CHARACTERS
    best: _Piece | None = None
    for piece in pieces:
        if piece in seen or left <= 0 or len(seen) >= _TEXTS:
            continue
        seen.add(piece)
        left -= min(len(piece.text), LOOKED_AT)
        if _MAILER_CODE.search(piece.text[:LOOKED_AT]):
            told.has_mailer_code = True
        reading = read(piece.text, piece.code, None)
        if reading.says_no and _is_better(reading, told.refusal):
            told.refusal = read(piece.text, piece.code, command)
            best = piece
        elif reading.known and reading.verdict_hint is Verdict.ACCEPTED:
            told.yes = told.yes or reading
        elif reading.known and not reading.says_no:
            told.step = told.step or reading
    return best


def _is_better(reading: Reading, known: Reading | None) -> bool:
    """Whether a reading tells more: a reply beats words without one, then the earlier row."""
    return known is None or (not reading.is_reply, reading.rank) < (
        not known.is_reply,
        known.rank,
    )


def _system_call(item: dict[str, JsonValue]) -> str:
    """Word a failed system call as Node does, which `JSON.stringify` of its error leaves out."""
    number = _number(item.get("errno"))
    code = _ERRNO.get(abs(number)) if number is not None else None
    return f"{_text_of(item, 'syscall')} {code or _text_of(item, 'code')}".strip()


def _text_of(item: dict[str, JsonValue], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _number(value: JsonValue) -> int | None:
    if isinstance(value, str) and _NUMBER.match(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _flag(value: JsonValue) -> bool | None:
    if isinstance(value, str):
        return _FLAG_WORDS.get(value.strip().casefold())
    return value if isinstance(value, bool) else None


def _note_flag(told: Told, value: JsonValue) -> None:
    flag = _flag(value)
    if flag is not None and told.says_well is not False:
        told.says_well = flag


def _addresses(value: JsonValue) -> list[str]:
    items = value if isinstance(value, list) else [value]
    found = [item.get("address") if isinstance(item, dict) else item for item in items[:_ITEMS]]
    return [item for item in found if isinstance(item, str) and _ADDRESS.match(item)]
