"""The answers of failing requests: made-up ones, and real ones that are changed."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from msgspec.structs import replace

from smtp_tui.sandbox import application, loopback
from smtp_tui.sandbox.application import server_headers
from smtp_tui.sandbox.loopback import LoopBackError
from tests.failing_sandbox.faults import Fault, FaultKind


class Answer(application.Answer, frozen=True):
    """An answer that can be changed."""

    def header(self, name: str) -> str | None:
        """The first header of this name (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def with_header(self, name: str, value: str) -> Answer:
        """The same answer with one header set; it replaces those with the same name."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))

    def with_body(self, body: bytes) -> Answer:
        """The same answer with another body and its length."""
        return replace(self, body=body).with_header("content-length", str(len(body)))

    def head(self) -> bytes:
        """The status line and headers as they go over the wire."""
        try:
            phrase = HTTPStatus(self.status).phrase
        except ValueError:
            phrase = ""
        lines = [f"HTTP/1.1 {self.status} {phrase}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


NGINX_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n"
    "</body>\r\n</html>\r\n"
)
ROUTER_PAGE = (
    "<html><body><h1>Application is not available</h1>"
    "<p>The application is currently not serving requests at this endpoint.</p></body></html>"
)
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Log in to your account</title></head><body>"
    '<form action="/oidc/login.jsp" method="post"><input name="j_username">'
    '<input name="j_password" type="password"></form></body></html>'
)

_ERRORS: dict[FaultKind, LoopBackError] = {
    FaultKind.UNAUTHORIZED: LoopBackError(
        401, "Authorization Required", code="AUTHORIZATION_REQUIRED"
    ),
    FaultKind.FORBIDDEN: loopback.forbidden(),
    FaultKind.NOT_FOUND: loopback.unknown_id("123"),
    FaultKind.REQUEST_TIMEOUT: LoopBackError(408, "Request Timeout"),
    FaultKind.CONFLICT: LoopBackError(409, "Conflict", code="CONFLICT"),
    FaultKind.TOO_LARGE: LoopBackError(
        413, "request entity too large", name="PayloadTooLargeError"
    ),
    FaultKind.INVALID: loopback.invalid(
        [loopback.Problem("name", "presence", "can't be blank", "")]
    ),
    FaultKind.TOO_MANY: LoopBackError(429, "Too Many Requests"),
    FaultKind.SERVER_ERROR: LoopBackError(500, ""),
}

_PLANTS = {
    FaultKind.BAD_UTF8: b'"caf\xe9"',
    FaultKind.DEEP: b"[" * 100_000 + b"]" * 100_000,
    FaultKind.NAN: b"NaN",
    FaultKind.BIG_INTEGER: b"1" * 5000,
    FaultKind.DUPLICATE_KEYS: b'1,"id":"ffffffffffffffffffffffff"',
}
"""The bytes of the member `extra` that is put into the real body."""

_BODIES: dict[FaultKind, Callable[[bytes], bytes]] = {
    FaultKind.EMPTY: lambda _: b"",
    FaultKind.NOT_JSON: lambda _: b"{records: 3, ok",
    FaultKind.BOM: lambda body: b"\xef\xbb\xbf" + body,
    FaultKind.UTF16: lambda body: body.decode().encode("utf-16"),
    FaultKind.SHORT: lambda body: body[: len(body) // 2],
    FaultKind.NULL: lambda _: b"null",
    FaultKind.ERROR_INSIDE: lambda _: json.dumps(LoopBackError(500, "").content).encode(),
}
"""Kinds that replace the real body."""

_COOKIES = (("set-cookie", "a=1; Path=/"), ("set-cookie", "b=2; Domain=127.0.0.1; Max-Age=9999"))
_IDS = ("id", "access_token")
_STRANGE = {"@type": "odd", "__proto__": {"x": 1}, "größe": [None, {"": 2}]}
_MEMBERS: dict[FaultKind, Callable[[dict[str, Any]], dict[str, Any]]] = {
    FaultKind.UNKNOWN_FIELDS: lambda item: item | _STRANGE,
    FaultKind.WRONG_TYPES: lambda item: {name: {"is": [7]} for name in item},
    FaultKind.MISSING_ID: lambda item: {name: item[name] for name in item if name not in _IDS},
    FaultKind.DOUBLED_ID: lambda item: item,
    FaultKind.MISSING_PARAMETERS: lambda item: {
        name: item[name] for name in item if name != "connection_parameters"
    },
    FaultKind.DOUBLED_PARAMETERS: lambda item: {
        name: [*value, *value] if name == "connection_parameters" else value
        for name, value in item.items()
    },
}
"""Kinds that change the members of each record in the real body, or of its one object."""

_ANSWERS: dict[FaultKind, Callable[[Answer], Answer]] = {
    FaultKind.GZIP: lambda answer: answer.with_body(gzip.compress(answer.body)).with_header(
        "content-encoding", "gzip"
    ),
    FaultKind.COOKIES: lambda answer: replace(answer, headers=(*_COOKIES, *answer.headers)),
    FaultKind.WRONG_CONTENT_TYPE: lambda answer: answer.with_header("content-type", "text/plain"),
}
"""Kinds that change the real answer."""

PLACEHOLDER = '"@@ put here @@"'
ITEM = b'{"id":"%024d","name":"FILLER","connection_parameters":[],"filler":"' + b"x" * 900 + b'"},'
"""About a kilobyte of a list that looks like records."""


def made_up(fault: Fault) -> Answer | None:
    """The answer of a kind that does not need the real one; None for the other kinds."""
    if fault.kind in _ERRORS:
        error = _ERRORS[fault.kind]
        answer = _as_served(_json_answer(error.status, error.content))
        if fault.retry_after is not None:
            answer = answer.with_header("retry-after", fault.retry_after)
        return answer
    page = _page(fault)
    if page is not None:
        return page.with_header("server", "nginx")
    if fault.kind is FaultKind.BIG:
        items = b"".join(ITEM % number for number in range(fault.megabytes * 1024))
        return _as_served(_answer(200, b"[" + items[:-1] + b"]", "application/json"))
    if fault.kind is FaultKind.GZIP_BOMB:
        return _gzip_bomb(fault.megabytes)
    return None


def spoilt(fault: Fault, answer: Answer) -> Answer:
    """The real answer changed as the fault says; unchanged for the other kinds."""
    if fault.kind in _PLANTS:
        return answer.with_body(_planted(answer.body, _PLANTS[fault.kind]))
    if fault.kind in _BODIES:
        return answer.with_body(_BODIES[fault.kind](answer.body))
    if fault.kind in _MEMBERS:
        return answer.with_body(_changed(answer.body, fault.kind))
    if fault.kind in _ANSWERS:
        return _ANSWERS[fault.kind](answer)
    return answer


def as_told(fault: Fault) -> Answer:
    """The answer of a `RAW` fault; a content length is added unless the fault says one itself."""
    answer = Answer(fault.status or 200, fault.headers, fault.body)
    if answer.header("content-length") is None and answer.header("transfer-encoding") is None:
        answer = answer.with_header("content-length", str(len(fault.body)))
    return answer


def _page(fault: Fault) -> Answer | None:
    match fault.kind:
        case FaultKind.BAD_GATEWAY:
            return _html_answer(502, NGINX_PAGE)
        case FaultKind.UNAVAILABLE:
            return _html_answer(503, ROUTER_PAGE)
        case FaultKind.LOGIN_PAGE:
            return _html_answer(200, LOGIN_PAGE)
        case FaultKind.REDIRECT:
            return _html_answer(fault.status or 302, "").with_header("location", fault.location)
        case _:
            return None


def _gzip_bomb(megabytes: int) -> Answer:
    plain = b"[" + b" " * (megabytes * 1024 * 1024) + b"]"
    answer = _answer(200, gzip.compress(plain), "application/json")
    return _as_served(answer).with_header("content-encoding", "gzip")


def _planted(body: bytes, member: bytes) -> bytes:
    """The body with a member `extra` of these bytes in each record, or in its one object."""
    content: Any = json.loads(body)
    marker = json.loads(PLACEHOLDER)
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, dict):
            item["extra"] = marker
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False).encode()
    return text.replace(PLACEHOLDER.encode(), member)


def _changed(body: bytes, kind: FaultKind) -> bytes:
    """The body with other members in each record, or in its one object."""
    content: Any = json.loads(body)
    change = _MEMBERS[kind]
    if isinstance(content, list):
        content = [change(item) for item in content]
        content *= 2 if kind is FaultKind.DOUBLED_ID else 1
    elif isinstance(content, dict):
        content = change(content)
    return json.dumps(content, ensure_ascii=False).encode()


def _answer(status: int, body: bytes, content_type: str) -> Answer:
    headers = (("content-type", content_type), ("content-length", str(len(body))))
    return Answer(status, headers, body)


def _json_answer(status: int, content: object) -> Answer:
    return _answer(status, json.dumps(content).encode(), "application/json; charset=utf-8")


def _html_answer(status: int, page: str) -> Answer:
    return _answer(status, page.encode(), "text/html")


def _as_served(answer: Answer) -> Answer:
    """The answer with the headers that the real server's proxy adds."""
    for name, value in server_headers(str(uuid.uuid4())).items():
        answer = answer.with_header(name, value)
    return answer
