"""Removes secrets from what a server said, before it is shown or kept."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from itertools import chain
from typing import Final
from urllib.parse import quote, quote_plus

from smtp_tui.api.decode import Undecodable, decode_json, is_secret_parameter
from smtp_tui.api.models import JsonValue, is_secret_name, mentions_secret
from smtp_tui.api.secret import MASK

KEPT_BYTES: Final = 64 * 1024
SHORTEST_SECRET: Final = 3
_TOO_DEEP: Final = "(nested too deeply to keep here)"


def without_echo(body: bytes, secrets: tuple[str, ...]) -> bytes:
    """A body in which every echo of a secret that was sent is masked, however it is encoded.

    Secrets of one or two characters stay: masking them would leave nothing to read.
    """
    long = (secret for secret in secrets if len(secret) >= SHORTEST_SECRET)
    known = sorted(long, key=len, reverse=True)
    for form in sorted({*chain(*map(_forms, known))}, key=len, reverse=True):
        body = _without_cut(body.replace(form, MASK.encode()), form)
    if not known or b"\\" not in body:
        return body  # each other way to write a text in JSON has a backslash
    try:
        value = decode_json(body)
    except Undecodable:
        return body

    def clean(text: str) -> str:
        """The text without the secrets."""
        for secret in known:
            text = text.replace(secret, MASK)
        return text

    without = _each_text(value, clean)
    return body if without == value else json.dumps(without).encode()


_CUT: Final = re.compile(rb"\.{3,}|\xe2\x80\xa6|\\u2026")
"""Where a quote was cut: three dots, or the sign for them in UTF-8 or as JSON writes it."""
_QUOTES: Final = (b"'", b'"', b"`")
_TAIL: Final = 8
"""The most of a quote that may stand behind the place where it was cut."""


def _without_cut(body: bytes, secret: bytes) -> bytes:
    """The body without what is left of a secret before and behind each place of a cut."""
    if _CUT.search(body) is None:
        return body
    lengths: dict[bytes, list[int]] = {}
    for length in range(len(secret) - 1, 0, -1):
        lengths.setdefault(secret[length - 1 : length], []).append(length)
    parts: list[bytes] = []
    done = 0
    for cut in _CUT.finditer(body):
        start, end = cut.span()
        for length in lengths.get(body[start - 1 : start], ()):
            begin = start - length
            if begin < done or not body.startswith(secret[:length], begin):
                continue
            if length >= SHORTEST_SECRET or body[begin - 1 : begin] in _QUOTES:
                tails = (secret[-size:] for size in range(_TAIL, 0, -1))
                tail = next((tail for tail in tails if body.startswith(tail, end)), b"")
                parts += [body[done:begin], MASK.encode(), cut[0]]
                done = end + len(tail)
                break
    return b"".join((*parts, body[done:])) if parts else body


_QUOTED: Final = (
    (
        r"""(?P<before>\bname["']?\s*:\s*["'](?P<name>[^"']{1,100})["']\s*,\s*["']?value["']?\s*:\s*)"""
        r"""('(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?)(?P<after>)"""
    ),
    (
        r"""(?P<before>\bvalue["']?\s*:\s*)('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
        r"""(?P<after>\s*,\s*["']?name["']?\s*:\s*["'](?P<name>[^"']{1,100}))"""
    ),
)
"""A parameter as a message quotes it: a name followed by its value, and a value by its name."""


def without_quoted(text: str) -> str:
    """A message without the secrets of the parameters that it quotes."""
    if "value" in text:
        for quoted in _QUOTED:
            text = re.sub(quoted, _without_value, text)
    return text


def _without_value(found: re.Match[str]) -> str:
    return f"{found['before']}{MASK}{found['after']}" if is_secret_name(found["name"]) else found[0]


def text_without_echo(text: str, secrets: tuple[str, ...]) -> str:
    """The same for a text, such as a header."""
    return without_echo(text.encode("utf-8", "surrogatepass"), secrets).decode("utf-8", "replace")


_IN_HTML: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)
"""As ``html.escape`` writes a text. That module brings a table of 2,000 names along."""


def _forms(secret: str) -> set[bytes]:
    """The ways a server may write what it was sent: plain, in JSON, in HTML, in a URL, base64."""
    plain = secret.encode("utf-8", "surrogatepass")
    texts = (
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        secret.translate(_IN_HTML),
        quote(plain, safe=""),
        quote_plus(plain),
    )
    encoded = {text.encode("utf-8", "surrogatepass") for text in texts}
    return {plain, base64.b64encode(plain), *encoded}


def redacted(body: bytes, secrets: tuple[str, ...]) -> str:
    """An answer as text to keep: secret parameters masked, and every echo of what was sent.

    In text that is not JSON a secret cannot be located: it is kept only if it mentions none.
    """
    if len(body) > KEPT_BYTES:
        return f"({len(body)} bytes: too large to keep here)"
    body = without_echo(body, secrets)
    try:
        return json.dumps(masked(decode_json(body)), ensure_ascii=False)
    except Undecodable as error:
        text = body.decode("utf-8", errors="replace")
        if mentions_secret(text):
            return f"({len(body)} bytes, not kept: {error}, and a secret may stand in it)"
        return text


def masked(value: JsonValue) -> JsonValue:
    """A decoded answer with a mask for every value that has a secret's name."""
    return _each_text(value, without_quoted, by_name=True)


def _each_text(
    value: JsonValue, clean: Callable[[str], str], levels: int = 200, *, by_name: bool = False
) -> JsonValue:
    """The value with each text cleaned; ``by_name`` also masks what has a secret's name."""
    if levels == 0:
        return _TOO_DEEP
    match value:
        case str():
            return clean(value)
        case list():
            return [_each_text(item, clean, levels - 1, by_name=by_name) for item in value]
        case dict():
            hidden = by_name and is_secret_parameter(value)
            return {
                clean(key): MASK
                if (by_name and is_secret_name(key)) or (hidden and key == "value")
                else _each_text(inner, clean, levels - 1, by_name=by_name)
                for key, inner in value.items()
            }
    return value
