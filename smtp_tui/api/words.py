"""What a server said of a failure, as text for a person: one line, no HTML, not too long."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from smtp_tui.api.decode import Undecodable, decode_json
from smtp_tui.api.models import JsonValue
from smtp_tui.api.pages import without_tags
from smtp_tui.api.redaction import without_quoted

WORDS_LIMIT: Final = 300
_READ: Final = 65536
"""How much of a text is searched for tags."""


class ErrorBody(Struct, frozen=True):
    """What the body of an error says.

    ``words`` are LoopBack's message, an HTML title, or the text, on one line of at most
    :data:`WORDS_LIMIT` characters; blank where there is nothing to read. ``code`` is LoopBack's
    code, such as ``MODEL_NOT_FOUND``. ``fields`` are the words by field of a LoopBack 422
    (``error.details.messages``).
    """

    words: str = ""
    code: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def read_error(body: bytes) -> ErrorBody:
    """Read the body of an error, whatever it holds."""
    try:
        value = decode_json(body)
    except Undecodable:
        return ErrorBody(_flat(body.decode("utf-8", errors="replace")))
    error = _member(value, "error")
    code = _member(error, "code")
    messages = _member(_member(error, "details"), "messages")
    return ErrorBody(
        _flat(_message(value)), code if isinstance(code, str) else "", _refused_fields(messages)
    )


def error_inside(body: bytes) -> str | None:
    """The words of an answer that is nothing but an error, whatever its status; None for others."""
    if not body[:_READ].lstrip().startswith(b"{"):
        return None
    try:
        value = decode_json(body)
    except Undecodable:
        return None
    told = isinstance(value, dict) and value.get("error") and "id" not in value
    return _flat(_message(value)) if told else None


def _member(value: JsonValue, name: str) -> JsonValue:
    """A member of an object; None where it has none, or where the value is no object."""
    return value.get(name) if isinstance(value, dict) else None


def _flat(words: str) -> str:
    flat = " ".join(without_quoted(without_tags(words[:_READ])).split())
    length = len(flat) if len(words) <= _READ else len(words.strip())
    return flat if length <= WORDS_LIMIT else f"{flat[:WORDS_LIMIT]}… ({length} characters)"


def _message(value: JsonValue) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    inner = value.get("error")
    for place in (inner if isinstance(inner, dict) else {}, value):
        for key in ("message", "error_description", "errorMessage", "reason", "code", "error"):
            found = place.get(key)
            if isinstance(found, str) and found.strip():
                return found
    return ""


def _refused_fields(messages: JsonValue) -> tuple[tuple[str, str], ...]:
    """The words of each field, joined; the same words twice are told once."""
    if not isinstance(messages, dict):
        return ()
    fields: list[tuple[str, str]] = []
    for name, said in messages.items():
        several = said if isinstance(said, list) else [said]
        texts = [text for text in several if isinstance(text, str)]
        fields.append((name, _flat("; ".join(dict.fromkeys(texts)))))
    return tuple(fields)
