"""What was asked and answered in this session, with the secrets removed before it is kept."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from smtp_tui.api.decode import Undecodable, decode_json
from smtp_tui.api.models import JsonValue, is_secret_name
from smtp_tui.api.requests import Request
from smtp_tui.api.secret import MASK

KEPT_EXCHANGES: Final = 500
KEPT_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and how it ended. ``milliseconds`` is the whole time; no field holds a secret.

    ``status`` is None where no answer came; ``failure`` then says why.
    """

    at: datetime
    profile: str
    origin: str
    request: Request
    status: int | None
    milliseconds: int
    answer: str = ""
    failure: str = ""
    request_id: str | None = None


class Activity:
    """The last exchanges of all profiles of this run, newest last, for the Activity screen."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=KEPT_EXCHANGES)
        self._listeners: list[Callable[[], None]] = []

    def record(self, exchange: Exchange) -> None:
        """Keep one exchange and tell who listens."""
        self._exchanges.append(exchange)
        for listener in tuple(self._listeners):
            listener()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """A snapshot, oldest first."""
        return tuple(self._exchanges)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after each exchange; the answer is the function that ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


def without_echo(body: bytes, secrets: tuple[str, ...]) -> bytes:
    """A body with every echo of what was sent as a secret masked; two letters are no secret."""
    for secret in sorted((one for one in secrets if len(one) > 2), key=len, reverse=True):
        body = body.replace(secret.encode(), MASK.encode())
    return body


def redacted(body: bytes, secrets: tuple[str, ...]) -> str:
    """An answer as text to keep: secret parameters masked, and every echo of what was sent."""
    if len(body) > KEPT_BYTES:
        return f"({len(body)} bytes: too large to keep here)"
    body = without_echo(body, secrets)
    try:
        return json.dumps(_masked(decode_json(body)), ensure_ascii=False, indent=2)
    except Undecodable:
        return body.decode("utf-8", errors="replace")


def _masked(value: JsonValue) -> JsonValue:
    match value:
        case list():
            return [_masked(one) for one in value]
        case dict():
            name = value.get("name")
            named_secret = isinstance(name, str) and is_secret_name(name)
            return {
                key: MASK
                if is_secret_name(key) or (named_secret and key == "value")
                else _masked(one)
                for key, one in value.items()
            }
    return value
