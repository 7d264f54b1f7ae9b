"""What a server said of a failure, as text for a person: one line, no HTML, not too long."""

from __future__ import annotations

from typing import Final

from smtp_tui.api.decode import Undecodable, decode_json
from smtp_tui.api.models import JsonValue
from smtp_tui.api.pages import without_tags
from smtp_tui.api.redaction import without_quoted

WORDS_LIMIT: Final = 300
_READ: Final = 65536
"""How much of a text is searched for tags."""


def server_words(body: bytes) -> str:
    """What an error's body says to a person: LoopBack's message, an HTML title, or its text.

    At most :data:`WORDS_LIMIT` characters on one line; empty where there is nothing to read.
    """
    try:
        words = _message(decode_json(body))
    except Undecodable:
        words = body.decode("utf-8", errors="replace")
    return _flat(words)


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


def error_code(body: bytes) -> str:
    """LoopBack's code of an error, such as ``MODEL_NOT_FOUND``; empty where there is none."""
    try:
        value = decode_json(body)
    except Undecodable:
        return ""
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) else ""


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


def refused_fields(body: bytes) -> tuple[tuple[str, str], ...]:
    """The server's words by field from a LoopBack 422 (``error.details.messages``), if any."""
    try:
        value = decode_json(body)
    except Undecodable:
        return ()
    error = value.get("error") if isinstance(value, dict) else None
    details = error.get("details") if isinstance(error, dict) else None
    messages = details.get("messages") if isinstance(details, dict) else None
    if not isinstance(messages, dict):
        return ()
    found = ((name, said if isinstance(said, list) else [said]) for name, said in messages.items())
    return tuple(
        (name, _flat("; ".join(dict.fromkeys(one for one in said if isinstance(one, str)))))
        for name, said in found
    )
