"""An HTTP answer as one value, to be changed, cut short or thrown away before it is sent."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from email.utils import formatdate
from http import HTTPStatus

from msgspec import Struct
from msgspec.structs import replace

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html"
REQUEST_IDS = uuid.uuid5(uuid.NAMESPACE_DNS, "sandbox.example")


class Answer(Struct, frozen=True):
    """Status, headers in order, and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of this name (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def with_header(self, name: str, value: str) -> Answer:
        """The same answer with one header set, replacing any of the same name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))

    def with_body(self, body: bytes) -> Answer:
        """The same answer with another body and the length and Etag that go with it."""
        changed = replace(self, body=body).with_header("content-length", str(len(body)))
        return changed.with_header("etag", weak_etag(body)) if self.header("etag") else changed

    def head(self) -> bytes:
        """The status line and headers as they go over the wire, to be written by hand."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def weak_etag(body: bytes) -> str:
    """The Etag that Express makes of a body: length and SHA-1, marked weak."""
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii")
    return f'W/"{len(body):x}-{digest[:27]}"'


def dressed(answer: Answer, number: int | None = None) -> Answer:
    """The answer with the headers that the real server's proxy and session store add.

    The request id comes from `number`, so that the same steps show the same id; without one it is
    random.
    """
    request_id = str(uuid.uuid4() if number is None else uuid.uuid5(REQUEST_IDS, str(number)))
    session = hashlib.sha256(request_id.encode()).hexdigest()
    for name, value in (
        ("server", "nginx"),
        ("date", formatdate(usegmt=True)),
        ("x-request-id", request_id),
        ("etag", weak_etag(answer.body)),
        ("set-cookie", f"connect.sid=s%3A{session[:32]}.{session[32:]}; Path=/; HttpOnly"),
    ):
        answer = answer.with_header(name, value)
    return answer


def json_answer(status: int, content: object) -> Answer:
    """An answer with a JSON body, compact as Express writes it."""
    body = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return raw_answer(status, body, JSON_TYPE)


def html_answer(status: int, page: str) -> Answer:
    """An answer with an HTML page, as a proxy or a login page gives it."""
    return raw_answer(status, page.encode(), HTML_TYPE)


def raw_answer(status: int, body: bytes, content_type: str) -> Answer:
    """An answer with any body."""
    return Answer(
        status, (("content-type", content_type), ("content-length", str(len(body)))), body
    )
